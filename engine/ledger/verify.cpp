#include <algorithm>
#include <map>
#include <memory>

#include "engine/ledger/chain.h"

#include "engine/ledger/activation.h"

namespace docket::ledger {
namespace {

// What says where a chain stood: a line of signed heads, or a head record in the next partition's chain.
struct HeadAt {
  std::uint64_t hash = 0;
  Instant recorded = 0;
  std::string where;  // of a head record: "the head record in partition 3 at height 17"; "" of a line
  bool met = false;
};
using HeadsByHeight = std::multimap<Height, HeadAt>;
using HeadsByPartition = std::map<int, HeadsByHeight>;

// What the checks of all partitions share.
struct Shared {
  HeadsByPartition in_chains;                           // found so far
  std::vector<std::pair<Height, std::uint64_t>> first;  // where each block of partition 0 ends, as its heads are found last
  bool unsigned_heads = false;                          // there were some, and no key to check them with
};

void meet(HeadsByHeight& heads, Height height, std::uint64_t hash) {
  const auto [first, last] = heads.equal_range(height);
  for (auto head = first; head != last; ++head) head->second.met = head->second.hash == hash;
}

// The lowest height at which the chain isn't what a head says; nothing: it is.
std::optional<Finding> unmet(const HeadsByHeight& heads, int partition, const ChainEnd& end, bool whole) {
  for (const auto& [height, head] : heads) {
    if (head.met || (!whole && height > end.height)) continue;
    const std::string said = head.where.empty() ? "heads signed for " + model::format_instant(head.recorded) + " name"
                                                : head.where + ", signed for " + model::format_instant(head.recorded) + ", names";
    const std::string is = height > end.height ? "the tail is cut: the chain ends at height " + std::to_string(end.height)
                                               : std::string("the chain was rewritten: it holds another block there");
    return Finding{partition, -1, height,
                   "partition " + std::to_string(partition) + ": " + said + " height " + std::to_string(height) + ", but " + is};
  }
  return std::nullopt;
}

HeadsByHeight heads_of(const std::vector<SignedHeads>& all, int partition) {
  HeadsByHeight out;
  for (const SignedHeads& heads : all) {
    for (const Position& position : heads.heads) {
      if (position.partition == partition) out.insert({position.height, {position.hash, heads.recorded, {}, false}});
    }
  }
  return out;
}

class PartitionCheck {
 public:
  PartitionCheck(Port& port, int partition, const VerifyOptions& options, VerifyReport& report, Shared& shared)
      : port_(port),
        partition_(partition),
        options_(options),
        report_(report),
        shared_(shared),
        walk_(partition),
        heads_(heads_of(options.heads, partition)) {
    if (const auto found = shared.in_chains.find(partition); found != shared.in_chains.end())
      heads_.insert(found->second.begin(), found->second.end());
  }

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
    Block taken_block;
    const auto taken = walk_.take(stored, &taken_block);
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
    if (auto wrong = check_bundle(taken_block); !wrong.empty()) find(stored.offset, std::move(wrong));
    const Position position = walk_.position();
    meet(heads_, position.height, position.hash);
    if (partition_ == 0) shared_.first.emplace_back(position.height, position.hash);
    for (std::size_t i = 0; i < taken_block.records.size(); ++i) {
      if (taken_block.records[i].kind == RecordKind::kHead) take_head(taken_block.records[i], taken_block.height + i, stored.offset);
    }
    return true;
  }

  // A block names the definitions that its records were judged by: those of the genesis, or what the chain activated last. Empty: it does.
  std::string check_bundle(const Block& block) {
    const std::string where = "partition " + std::to_string(partition_) + ", height " + std::to_string(block.height) + ": ";
    const Record* first = block.records.empty() ? nullptr : &block.records.front();
    if (first != nullptr && first->kind == RecordKind::kGenesis && walk_.genesis()) deciding_ = {1, walk_.genesis()->bundle, {}};
    if (first != nullptr && first->kind == RecordKind::kActivated) {
      const auto told = parse_activation(first->body);
      if (!told) return where + "the activation can't be read: " + told.error().message;
      if (told->number <= deciding_.number)
        return where + "activation " + std::to_string(told->number) + " follows " + std::to_string(deciding_.number) +
               "; numbers only rise";
      deciding_ = *told;
    }
    if (block.bundle == deciding_.bundle) return {};
    return where + "judged by bundle " + block.bundle + ", and the chain activated " + deciding_.bundle;
  }

  // A head record names the partition before.
  void take_head(const Record& record, Height height, Offset offset) {
    const std::string where = "the head record in partition " + std::to_string(partition_) + " at height " + std::to_string(height);
    const int before = (partition_ + report_.partitions - 1) % report_.partitions;
    const auto head = parse_head(record.body, walk_.genesis() ? walk_.genesis()->ledger : std::string());
    if (!head || head->heads.front().partition != before) {
      find(offset, where + (head ? " doesn't name partition " + std::to_string(before) : " can't be read: " + head.error().message));
    } else if (options_.key && !heads_hold(*head, *options_.key)) {
      find(offset, where + " is not signed by this ledger");
    } else {
      shared_.unsigned_heads = shared_.unsigned_heads || !options_.key;
      const Position& position = head->heads.front();
      shared_.in_chains[before].insert({position.height, {position.hash, head->recorded, where, false}});
    }
  }

  // `whole`: the chain was read to its end, so that heads beyond it are a cut tail.
  void finish(bool whole) {
    PartitionReport chain{partition_, walk_.position(), walk_.end(), std::nullopt};
    for (const SignedHeads& heads : options_.heads) {
      const bool names = std::any_of(heads.heads.begin(), heads.heads.end(), [&](const Position& p) { return p.partition == partition_; });
      if (names && (!chain.newest_head || heads.recorded >= chain.newest_head->recorded)) chain.newest_head = heads;
    }
    if (auto finding = unmet(heads_, partition_, walk_.end(), whole)) report_.findings.push_back(std::move(*finding));
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
  Shared& shared_;
  ChainWalk walk_;
  Activation deciding_;  // of the chain so far
  HeadsByHeight heads_;
  bool void_behind_ = false;
};

// Partition 0 was walked before its heads were found.
void check_first(Shared& shared, VerifyReport& report) {
  HeadsByHeight& heads = shared.in_chains[0];
  for (const auto& [height, hash] : shared.first) meet(heads, height, hash);
  const bool whole = std::none_of(report.findings.begin(), report.findings.end(), [](const Finding& f) { return f.partition == 0; });
  if (auto finding = unmet(heads, 0, report.chains.front().end, whole)) report.findings.push_back(std::move(*finding));
  if (heads.empty()) shared.in_chains.erase(0);
}

}  // namespace

Result<VerifyReport> verify_ledger(Port& port, int partitions, const VerifyOptions& options) {
  VerifyReport report;
  report.partitions = partitions;
  // From the last to the first, as a chain's heads stand in the next one's; partition 0, which has those of the last, before all.
  Shared shared;
  for (int i = 0; i < partitions; ++i) {
    const int partition = (partitions - i) % partitions;
    if (auto read = PartitionCheck(port, partition, options, report, shared).run(); !read) return read.error();
  }
  std::sort(report.chains.begin(), report.chains.end(), [](const auto& a, const auto& b) { return a.partition < b.partition; });
  if (partitions > 1) check_first(shared, report);
  std::stable_sort(report.findings.begin(), report.findings.end(), [](const auto& a, const auto& b) { return a.partition < b.partition; });
  if (shared.unsigned_heads)
    report.unseen.insert(report.unseen.begin(), "whether the head records were signed by this ledger, as its keys are not here");
  if (options.heads.empty()) {
    report.unseen.insert(report.unseen.begin(),
                         shared.in_chains.empty()
                             ? "without a heads file: whether tails were cut, and whether everything from some record on was rewritten"
                             : "without a heads file: whether a chain was cut or rewritten behind the newest of its heads that the next "
                               "partition's chain holds, and whether all chains were, together");
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
