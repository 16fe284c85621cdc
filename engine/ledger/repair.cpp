#include "engine/ledger/repair.h"

#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "engine/ledger/chain.h"

namespace docket::ledger {
namespace {

// The blocks of a chain that count, one after another.
class Chain {
 public:
  Chain(Port& port, int partition) : port_(port), partition_(partition), walk_(partition) {}

  // The next block; nothing at the end.
  Result<std::optional<Stored>> next(Block* block = nullptr) {
    while (true) {
      while (!held_.empty()) {
        Stored stored = std::move(held_.front());
        held_.pop_front();
        const auto taken = walk_.take(stored, block);
        if (!taken) return taken.error();
        if (*taken == ChainWalk::Taken::kValid) return std::optional(std::move(stored));
      }
      if (end_) return std::optional<Stored>();
      auto batch = port_.read(partition_, from_, kReadBytes);
      if (!batch) return batch.error();
      for (auto& stored : batch->blocks) held_.push_back(std::move(stored));
      from_ = batch->next;
      end_ = batch->end;
    }
  }
  [[nodiscard]] const ChainWalk& walk() const { return walk_; }

 private:
  Port& port_;
  int partition_;
  ChainWalk walk_;
  std::deque<Stored> held_;
  Offset from_ = 0;
  bool end_ = false;
};

// Appends a run of blocks and hears of each.
class Appender {
 public:
  Appender(Port& home, int partition, bool on) : home_(home), partition_(partition), on_(on) {}

  Status add(Stored block) {
    if (!on_) return {};
    bytes_ += block.value.size();
    blocks_.push_back({++tokens_, partition_, std::move(block.value)});
    return bytes_ < kReadBytes ? Status() : flush();
  }
  Status flush() {
    if (blocks_.empty()) return {};
    const std::size_t count = blocks_.size();
    bytes_ = 0;
    home_.append(std::exchange(blocks_, {}));
    const auto reports = home_.poll();
    for (const auto& report : reports) {
      if (!report.ok)
        return Error{ErrorCode::kUnavailable, "appending to partition " + std::to_string(partition_) + ": " + report.error, true};
    }
    if (reports.size() == count) return {};
    return Error{ErrorCode::kUnavailable, "appending to partition " + std::to_string(partition_) + ": not every block was reported", true};
  }

 private:
  Port& home_;
  int partition_;
  bool on_;
  std::vector<Appending> blocks_;
  std::size_t bytes_ = 0;
  std::uint64_t tokens_ = 0;
};

std::string describe(const Stored& stored, const Block& block) {
  std::string out = "the block at offset " + std::to_string(stored.offset) + " (height " + std::to_string(block.height) + ", term " +
                    std::to_string(block.term) + ", recorded " + model::format_instant(block.recorded);
  if (!block.records.empty()) out += std::string(", first record ") + to_string(block.records.front().kind);
  return out + ")";
}

Result<RepairReport> compare(Port& copy, Port& home, int partition, bool append) {
  const std::string name = "partition " + std::to_string(partition);
  RepairReport report;
  Chain mine(copy, partition);
  Chain theirs(home, partition);
  Appender appender(home, partition, append);
  while (true) {
    auto own = mine.next();
    if (!own) return own.error().with_context("the copy");
    if (!*own) break;
    Block block;
    const auto there = report.lost > 0 ? Result<std::optional<Stored>>(std::nullopt) : theirs.next(&block);
    if (!there) return there.error();
    if (*there) {
      report.home_height = theirs.walk().end().height;
      report.last = (*there)->offset;
      if (theirs.walk().position() == mine.walk().position() && (*there)->value == (*own)->value) continue;
      return Error{ErrorCode::kConflict, name + ": " + describe(**there, block) +
                                             " is not the one that the copy has from there on, at height " + std::to_string(block.height) +
                                             ": another owner wrote it, or the home is another ledger's"};
    }
    ++report.lost;
    if (auto added = appender.add(std::move(**own)); !added) return added.error();
  }
  report.copy_height = mine.walk().end().height;
  if (report.lost > 0) {
    report.last = -1;
    if (auto flushed = appender.flush(); !flushed) return flushed.error();
    return report;
  }
  // The home goes on behind the copy: that it is sound is its readers' to see.
  return report;
}

}  // namespace

Result<RepairReport> compare_chains(Port& copy, Port& home, int partition) { return compare(copy, home, partition, false); }

Result<RepairReport> repair_chain(Port& copy, Port& home, int partition) {
  auto report = compare(copy, home, partition, true);
  if (!report || report->lost == 0) return report;
  const auto after = compare(copy, home, partition, false);
  if (!after) return after.error().with_context("reading back what was appended");
  if (after->lost > 0)
    return Error{ErrorCode::kUnavailable,
                 "partition " + std::to_string(partition) + ": what was appended doesn't all count, as another one wrote meanwhile", true};
  report->last = after->last;
  return report;
}

}  // namespace docket::ledger
