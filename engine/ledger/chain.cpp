#include "engine/ledger/chain.h"

#include <simdjson.h>

#include <algorithm>

namespace docket::ledger {
namespace {

Error broken(std::string what) { return Error{ErrorCode::kCorrupt, std::move(what)}; }

Error name_block(const Error& error, int partition, const Stored& stored, std::optional<Height> height) {
  std::string where = "partition " + std::to_string(partition) + ", block at offset " + std::to_string(stored.offset);
  if (height) where += " (height " + std::to_string(*height) + ")";
  return Error{error.code == ErrorCode::kConflict ? ErrorCode::kConflict : ErrorCode::kCorrupt, where + ": " + error.message};
}

// Members that decode_block passes on as they are (events, bodies) must be JSON all through.
Status check_json(std::string_view value) {
  thread_local simdjson::dom::parser parser;
  simdjson::dom::element element;
  const auto code = parser.parse(value.data(), value.size()).get(element);
  if (code == simdjson::SUCCESS) return {};
  return broken(std::string("a record's event or body is no JSON: ") + simdjson::error_message(code));
}

bool changes_owner(const Block& block) {
  return std::any_of(block.records.begin(), block.records.end(), [](const Record& r) { return r.kind == RecordKind::kOwnerChanged; });
}

}  // namespace

bool ChainWalk::extends_head(const std::string& previous) const {
  return previous == (end_.blocks == 0 ? zero_hash_text() : hash_text(end_.hash));
}

// Bytes that are no block can't extend the head, so they are void like a stranger's block.
Result<ChainWalk::Taken> ChainWalk::unreadable(const Stored& stored, const Error& error) {
  const auto head = decode_head(stored.value);
  const bool unknown = !head && head.error().code == ErrorCode::kConflict;
  if (unknown || (head && extends_head(head->previous))) {
    return name_block(error, partition_, stored, head ? std::optional(head->height) : std::nullopt);
  }
  ++end_.void_blocks;
  return Taken::kVoid;
}

Result<ChainWalk::Taken> ChainWalk::take(const Stored& stored, Block* out) {
  auto block = decode_block(stored.value);
  if (!block) return unreadable(stored, block.error());
  if (!extends_head(block->previous)) {
    ++end_.void_blocks;
    return Taken::kVoid;
  }
  Status good = check(*block);
  if (good.ok()) good = check_json(stored.value);
  if (!good) return name_block(good.error(), partition_, stored, block->height);
  end_.height = block->end();
  end_.hash = block_hash(stored.value);
  end_.term = block->term;
  end_.recorded = block->recorded;
  ++end_.blocks;
  if (out != nullptr) *out = std::move(*block);
  return Taken::kValid;
}

Status ChainWalk::check(const Block& block) {
  if (block.height != end_.height) {
    return broken("its height is " + std::to_string(block.height) + ", the chain is at " + std::to_string(end_.height));
  }
  if (end_.blocks > 0 && block.recorded < end_.recorded) {
    return broken("recorded goes back, from " + model::format_instant(end_.recorded) + " to " + model::format_instant(block.recorded));
  }
  const bool owner_changed = changes_owner(block);
  if (block.term < end_.term || (owner_changed && block.term == end_.term)) {
    return broken("its term is " + std::to_string(block.term) + " behind term " + std::to_string(end_.term));
  }
  if (!owner_changed && block.term != end_.term) {
    return broken("its term is " + std::to_string(block.term) + ", and no owner-changed began it");
  }
  for (const Record& record : block.records) {
    const bool first = end_.blocks == 0 && &record == &block.records.front();
    if ((record.kind == RecordKind::kGenesis) != first) return broken(first ? "the first record is no genesis" : "a second genesis");
    if (!first) continue;
    auto genesis = parse_genesis(record);
    if (!genesis) return genesis.error();
    if (genesis->partition != partition_) return broken("its genesis is that of partition " + std::to_string(genesis->partition));
    genesis_ = std::move(*genesis);
  }
  if (Status good = check_cursors(cursors_, block.next); !good) return good;
  cursors_ = block.next;
  return {};
}

Status check_cursors(const std::vector<IntakeCursor>& before, const std::vector<IntakeCursor>& after) {
  for (const IntakeCursor& old : before) {
    const auto now = std::find_if(after.begin(), after.end(), [&](const IntakeCursor& cursor) { return cursor.topic == old.topic; });
    if (now == after.end()) return broken("the intake cursor of " + old.topic + " is missing");
    if (now->epoch < old.epoch || (now->epoch == old.epoch && now->offset < old.offset))
      return broken("the intake cursor of " + old.topic + " goes back");
  }
  return {};
}

}  // namespace docket::ledger
