// What a node lends to its requests: records by their height, and what reads events. Private to this folder.
// Thread rule: Records from any thread; a lease is its request's.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "connectors/node/node.h"
#include "engine/ledger/block_codec.h"

namespace docket::node {

// Records by height, with the last unpacked blocks at hand (reads of one case's history touch few blocks).
class Node::Records final : public partition::RecordReader {
 public:
  explicit Records(BlockAt block_at) : block_at_(std::move(block_at)) {}

  Result<partition::RecordAt> record(int partition, model::Height height) const override {
    BlockPtr block = recent(partition, height);
    if (!block) {
      auto stored = block_at_(partition, height);
      if (!stored) return stored.error();
      const auto head = ledger::decode_head(stored->value);
      if (!head) return head.error();
      block = std::make_shared<const Unpacked>(Unpacked{partition, head->height, head->height + head->records, std::move(stored->value)});
      keep(block);
    }
    auto decoded = ledger::decode_record(block->value, height);
    if (!decoded) return decoded.error();
    return partition::RecordAt{std::move(decoded->record), decoded->recorded};
  }

 private:
  static constexpr std::size_t kBlocksMax = 64;
  struct Unpacked {
    int partition = 0;
    model::Height from = 0;
    model::Height to = 0;
    std::string value;
  };
  using BlockPtr = std::shared_ptr<const Unpacked>;

  BlockPtr recent(int partition, model::Height height) const {
    const std::lock_guard lock(mutex_);
    for (auto it = recent_.begin(); it != recent_.end(); ++it) {
      const auto& block = **it;
      if (block.partition != partition || height < block.from || height >= block.to) continue;
      recent_.splice(recent_.begin(), recent_, it);
      return recent_.front();
    }
    return nullptr;
  }
  void keep(const BlockPtr& block) const {
    const std::lock_guard lock(mutex_);
    recent_.push_front(block);
    if (recent_.size() > kBlocksMax) recent_.pop_back();
  }

  BlockAt block_at_;
  mutable std::mutex mutex_;
  mutable std::list<BlockPtr> recent_;
};

// Rulebooks belong to one thread at a time; requests lend a set each.
class Node::Lease {
 public:
  explicit Lease(Node& node) : node_(node), bundle_(node.bundle()) {
    const std::lock_guard lock(node_.idle_mutex_);
    if (!node_.idle_.empty()) {
      books_ = std::move(node_.idle_.back());
      node_.idle_.pop_back();
      return;
    }
    const auto& key = node_.parts_.keys->tag_key();
    books_ = std::make_unique<partition::Rulebooks>(node_.parts_.bundle, std::string(reinterpret_cast<const char*>(key.data()), key.size()),
                                                    node_.parts_.bundles.get());
  }
  ~Lease() {
    const std::lock_guard lock(node_.idle_mutex_);
    node_.idle_.push_back(std::move(books_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  partition::Rulebooks& operator*() { return *books_; }
  // What decides for new cases, and what reads events by it.
  [[nodiscard]] const definition::Bundle& bundle() const { return *bundle_; }
  [[nodiscard]] ingest::Ingest& ingest() { return books_->named(bundle_->id).ingest; }

 private:
  Node& node_;
  definition::BundlePtr bundle_;
  std::unique_ptr<partition::Rulebooks> books_;
};

}  // namespace docket::node
