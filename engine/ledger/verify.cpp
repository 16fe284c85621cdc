#include <algorithm>
#include <map>
#include <memory>

#include "engine/ledger/chain.h"

namespace docket::ledger {
namespace {

constexpr std::size_t kReadBytes = std::size_t{4} << 20U;

// Heads by the height at which they were signed, for one partition.
struct HeadAt {
  std::uint64_t hash = 0;
  const SignedHeads* heads = nullptr;
  bool met = false;
};
using HeadsByHeight = std::multimap<Height, HeadAt>;

HeadsByHeight heads_of(const std::vector<SignedHeads>& all, int partition) {
  HeadsByHeight out;
  for (const SignedHeads& heads : all) {
    for (const Position& position : heads.heads) {
      if (position.partition == partition) out.insert({position.height, {position.hash, &heads}});
    }
  }
  return out;
}

class PartitionCheck {
 public:
  PartitionCheck(Port& port, int partition, const VerifyOptions& options, VerifyReport& report)
      : port_(port),
        partition_(partition),
        options_(options),
        report_(report),
        walk_(partition),
        heads_(heads_of(options.heads, partition)) {}

  Status run() {
    bool whole = true;
    for (Offset from = 0; whole;) {
      auto batch = port_.read(partition_, from, kReadBytes);
      if (!batch && batch.error().code != ErrorCode::kCorrupt) return batch.error();
      if (!batch) {
        find(from, batch.error().message);
        break;
      }
      for (const Stored& stored : batch->blocks) {
        whole = whole && take(stored);
      }
      if (batch->end) break;
      from = batch->next;
    }
    finish(whole);
    return {};
  }

 private:
  void find(Offset offset, std::string what) { report_.findings.push_back({partition_, offset, walk_.end().height, std::move(what)}); }

  bool take(const Stored& stored) {
    const auto taken = walk_.take(stored);
    if (!taken) {
      find(stored.offset, taken.error().message);
      return false;
    }
    if (*taken == ChainWalk::Taken::kVoid) {
      void_behind_ = true;
      if (options_.void_allowed) return true;
      const auto block = decode_block(stored.value);
      find(stored.offset, "partition " + std::to_string(partition_) + ", block at offset " + std::to_string(stored.offset) +
                              (block ? " (height " + std::to_string(block->height) + "): it doesn't extend the block that ends at height " +
                                           std::to_string(walk_.end().height) + "; one of the two was altered, or what lay between is gone"
                                     : ": " + block.error().message));
      return false;
    }
    void_behind_ = false;
    meet_heads();
    return true;
  }

  void meet_heads() {
    const Position position = walk_.position();
    const auto [first, last] = heads_.equal_range(position.height);
    for (auto head = first; head != last; ++head) head->second.met = head->second.hash == position.hash;
  }

  // `whole`: the chain was read to its end, so that heads beyond it are a cut tail.
  void finish(bool whole) {
    PartitionReport chain{partition_, walk_.position(), walk_.end(), std::nullopt};
    for (const auto& [height, head] : heads_) {
      if (!chain.newest_head || head.heads->recorded >= chain.newest_head->recorded) chain.newest_head = *head.heads;
      if (head.met || (!whole && height > walk_.end().height)) continue;
      const std::string what = height > walk_.end().height
                                   ? "the tail is cut: the chain ends at height " + std::to_string(walk_.end().height)
                                   : std::string("the chain was rewritten: it holds another block there");
      report_.findings.push_back({partition_, -1, height,
                                  "partition " + std::to_string(partition_) + ": heads signed for " +
                                      model::format_instant(head.heads->recorded) + " name height " + std::to_string(height) + ", but " +
                                      what});
      break;
    }
    if (whole && walk_.end().blocks == 0) find(-1, "partition " + std::to_string(partition_) + " has no genesis");
    if (whole) say_unseen(chain);
    if (walk_.genesis()) check_genesis(*walk_.genesis());
    report_.chains.push_back(std::move(chain));
  }

  void say_unseen(const PartitionReport& chain) {
    const std::string name = "partition " + std::to_string(partition_);
    if (void_behind_)
      report_.unseen.push_back(name + ": its last blocks are void; whether a valid one before them was altered shows only by heads");
    if (options_.heads.empty()) return;
    const Height seen = heads_.empty() ? 0 : heads_.rbegin()->first;
    if (seen < chain.end.height) {
      report_.unseen.push_back(name + ": a cut or a rewrite of what came after height " + std::to_string(seen) +
                               ", the last one that heads name");
    }
  }

  void check_genesis(const Genesis& genesis) {
    if (report_.ledger.empty()) report_.ledger = genesis.ledger;
    if (genesis.ledger != report_.ledger)
      find(0, "partition " + std::to_string(partition_) + " is of another ledger, \"" + genesis.ledger + "\"");
    if (genesis.partitions != report_.partitions) {
      find(0, "partition " + std::to_string(partition_) + " belongs to a ledger of " + std::to_string(genesis.partitions) + " partitions");
    }
  }

  Port& port_;
  int partition_;
  const VerifyOptions& options_;
  VerifyReport& report_;
  ChainWalk walk_;
  HeadsByHeight heads_;
  bool void_behind_ = false;
};

}  // namespace

Result<VerifyReport> verify_ledger(Port& port, int partitions, const VerifyOptions& options) {
  VerifyReport report;
  report.partitions = partitions;
  for (int partition = 0; partition < partitions; ++partition) {
    if (auto read = PartitionCheck(port, partition, options, report).run(); !read) return read.error();
  }
  if (options.heads.empty()) {
    report.unseen.insert(report.unseen.begin(),
                         "without a heads file: whether tails were cut, and whether everything from some record on was rewritten");
  }
  return report;
}

Result<CopyReport> copy_chain(Port& from, Port& to, int partition, bool void_allowed) {
  // The copy's own chain first: where it ends, and that it is sound.
  ChainWalk there(partition);
  for (Offset at = 0;;) {
    auto batch = to.read(partition, at, kReadBytes);
    if (!batch) return batch.error();
    for (const Stored& stored : batch->blocks) {
      const auto taken = there.take(stored);
      if (!taken) return taken.error().with_context("the copy");
      if (*taken == ChainWalk::Taken::kVoid && !void_allowed)
        return Error{ErrorCode::kCorrupt, "the copy of partition " + std::to_string(partition) + " holds a void block"};
    }
    if (batch->end) break;
    at = batch->next;
  }
  CopyReport report;
  ChainWalk walk(partition);
  std::uint64_t token = 0;
  bool joined = there.end().blocks == 0;
  for (Offset at = 0;;) {
    auto batch = from.read(partition, at, kReadBytes);
    if (!batch) return batch.error();
    std::vector<Appending> blocks;
    for (Stored& stored : batch->blocks) {
      const auto taken = walk.take(stored);
      if (!taken) return taken.error();
      if (*taken == ChainWalk::Taken::kVoid) continue;
      if (joined) blocks.push_back({++token, partition, std::move(stored.value)});
      joined = joined || walk.position() == there.position();
    }
    if (!blocks.empty()) {
      const std::size_t count = blocks.size();
      to.append(std::move(blocks));
      const auto reports = to.poll();
      for (const Report& told : reports) {
        if (!told.ok)
          return Error{told.full ? ErrorCode::kUnavailable : ErrorCode::kInternal, "writing the copy: " + told.error, told.full};
      }
      if (reports.size() != count) return Error{ErrorCode::kInternal, "writing the copy: not every block was reported"};
      report.blocks += count;
    }
    if (batch->end) break;
    at = batch->next;
  }
  if (!joined)
    return Error{ErrorCode::kConflict,
                 "partition " + std::to_string(partition) + " of the copy ends with a block that the original doesn't hold"};
  report.position = walk.position();
  return report;
}

}  // namespace docket::ledger
