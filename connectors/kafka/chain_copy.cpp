#include "connectors/kafka/chain_copy.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/ledger/block_codec.h"

namespace docket::kafka {

Result<std::unique_ptr<ChainCopy>> ChainCopy::open(std::shared_ptr<embedded::EmbeddedStore> store) {
  std::unique_ptr<ChainCopy> copy(new ChainCopy(std::move(store)));
  copy->ends_.resize(static_cast<std::size_t>(copy->store_->partitions()));
  for (int partition = 0; partition < copy->store_->partitions(); ++partition) {
    if (auto loaded = copy->load(partition); !loaded)
      return loaded.error().with_context("the local copy of partition " + std::to_string(partition));
  }
  return copy;
}

Status ChainCopy::load(int partition) {
  const auto place = store_->place(partition);
  if (!place) return place.error();
  // Without one it holds the genesis alone, which is the topic's first message.
  End& end = ends_[static_cast<std::size_t>(partition)];
  end.first = *place ? (*place)->height : 0;
  end.last = *place ? (*place)->offset : 0;
  end.next = end.last + 1;
  const auto block = store_->block_at(partition, end.first);
  if (!block) return block.error();
  const auto head = ledger::decode_head(block->value);
  if (!head) return head.error();
  end.height = head->height + head->records;
  end.head = ledger::hash_text(ledger::block_hash(block->value));
  return {};
}

ChainCopy::End ChainCopy::end(int partition) const {
  const std::lock_guard lock(mutex_);
  return ends_[static_cast<std::size_t>(partition)];
}

Result<ledger::Stored> ChainCopy::block_at(int partition, ledger::Height height) const {
  auto stored = store_->block_at(partition, height);
  if (!stored) return stored.error();
  const End last = end(partition);
  stored->offset = stored->offset == static_cast<ledger::Offset>(last.first) ? last.last : -1;
  return stored;
}

bool ChainCopy::extend(End& end, ledger::Offset offset, std::string_view value) {
  const auto head = ledger::decode_head(value);
#ifdef DOCKET_FAULT_COPY_UNCHAINED
  if (!head || head->height != end.height) return false;
#else
  if (!head || head->previous != end.head || head->height != end.height) return false;
#endif
  end.first = head->height;
  end.height = head->height + head->records;
  end.head = ledger::hash_text(ledger::block_hash(value));
  end.last = offset;
  return true;
}

Status ChainCopy::take(int partition, const ledger::ReadBatch& batch) {
  End end = this->end(partition);
  std::vector<embedded::EmbeddedStore::Row> rows;
  for (const ledger::Stored& stored : batch.blocks) {
    if (stored.offset < end.next) continue;  // known
    const ledger::Height height = end.height;
    if (extend(end, stored.offset, stored.value)) rows.push_back({partition, height, stored.value, stored.offset});
    end.next = stored.offset + 1;
  }
  end.next = std::max(end.next, batch.next);
  std::string why;
  if (!rows.empty() && store_->write(rows, why) != embedded::EmbeddedStore::Written::kYes)
    return Error{ErrorCode::kUnavailable, "the local copy: " + why, true};
  {
    const std::lock_guard lock(mutex_);
    ends_[static_cast<std::size_t>(partition)] = std::move(end);
  }
  if (!rows.empty() && news_) news_();
  return {};
}

void ChainCopy::take(std::span<Own> blocks) {
  std::map<int, End> ends;
  std::vector<embedded::EmbeddedStore::Row> rows;
  for (Own& own : blocks) {
    const auto [it, made] = ends.try_emplace(own.partition);
    End& end = it->second;
    if (made) end = this->end(own.partition);
    if (own.offset < end.next) {
      end.lost = "an own block landed at offset " + std::to_string(own.offset) + " of partition " + std::to_string(own.partition) +
                 ", which was read up to " + std::to_string(end.next) + " before: the topic was cut or made anew" + kLostAdvice;
    }
    const ledger::Height height = end.height;
    // One that lies farther on doesn't count for its owner yet: what is between must be read first.
    if (own.offset != end.next || !extend(end, own.offset, own.value)) continue;
    end.next = own.offset + 1;
    rows.push_back({own.partition, height, own.value, own.offset});
  }
  std::string why;
  const bool written = rows.empty() || store_->write(rows, why) == embedded::EmbeddedStore::Written::kYes;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [partition, end] : ends) {
      End& kept = ends_[static_cast<std::size_t>(partition)];
      if (!end.lost.empty()) any_lost_ = true;
      if (written) {
        kept = std::move(end);
      } else {
        kept.lost = std::move(end.lost);
      }
    }
  }
  if (written && !rows.empty() && news_) news_();
  if (written) return;
  for (Own& own : blocks) own.written = false;
}

void ChainCopy::mark_lost(int partition, std::string why) {
  const std::lock_guard lock(mutex_);
  ends_[static_cast<std::size_t>(partition)].lost = std::move(why);
  any_lost_ = true;
}

}  // namespace docket::kafka
