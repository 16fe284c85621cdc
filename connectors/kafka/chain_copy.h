// The local copy of a ledger on Kafka: the blocks that count and nothing else, by height, in an embedded store of its own. It follows each
// partition's chain by the rule of ledger.md section 2, apart from the loop that does the same, so each checks the other.
//
// Thread rule: a partition's calls come from one thread (its worker's); end() and block_at() from any. Ownership: shares the store.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "connectors/embedded/embedded_store.h"
#include "engine/ledger/port.h"

namespace docket::kafka {

// What an operator can do about a topic that lacks what was acknowledged.
inline constexpr const char* kLostAdvice =
    "; stop the node: \"docket ledger repair --dry-run\" shows what the local copy still has of it, and without --dry-run appends it";

class ChainCopy {
 public:
  struct End {
    ledger::Height height = 0;  // behind the last record
    std::string head;           // hash of the last block
    ledger::Height first = 0;   // height at which the last block begins
    ledger::Offset last = 0;    // its offset in the topic
    ledger::Offset next = 0;    // what is behind it and before this has been read, and is void
    std::string lost;           // why the topic can't be the one that this was copied from; "" else
  };
  // Blocks that count, not written yet.
  using Rows = std::vector<ledger::Stored>;

  [[nodiscard]] static Result<std::unique_ptr<ChainCopy>> open(std::shared_ptr<embedded::EmbeddedStore> store);

  [[nodiscard]] End end(int partition) const;
  // As the home's block_at, with the offset in the topic for a partition's last block (for others: -1).
  [[nodiscard]] Result<ledger::Stored> block_at(int partition, ledger::Height height) const;

  // Takes what was read from the topic, void blocks too, up to `batch.next`. kUnavailable: no space; give the same again later.
  [[nodiscard]] Status take(int partition, const ledger::ReadBatch& batch);
  struct Own {
    int partition = 0;
    ledger::Offset offset = 0;
    std::string value;
    bool written = true;  // out: false if there was no space
  };
  // Takes own blocks that were acknowledged with an offset, in order of arrival: one write. One below the end marks its partition lost.
  void take(std::span<Own> blocks);
  void mark_lost(int partition, std::string why);
  // Called when blocks have been taken, by who gave them: it must not wait. Before the first of them.
  void on_news(std::function<void()> news) { news_ = std::move(news); }
  // As in end(), and quick while none is.
  [[nodiscard]] std::string lost(int partition) const { return any_lost_ ? end(partition).lost : std::string(); }

 private:
  explicit ChainCopy(std::shared_ptr<embedded::EmbeddedStore> store) : store_(std::move(store)) {}
  [[nodiscard]] Status load(int partition);
  // Moves `end` past the block if it counts.
  [[nodiscard]] static bool extend(End& end, ledger::Offset offset, std::string_view value);

  std::shared_ptr<embedded::EmbeddedStore> store_;
  std::function<void()> news_;
  mutable std::mutex mutex_;  // guards ends_
  std::vector<End> ends_;
  std::atomic<bool> any_lost_{false};
};

}  // namespace docket::kafka
