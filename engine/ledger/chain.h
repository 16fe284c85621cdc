// The chain of one partition (ledger.md section 2): walking it block by block, verifying a whole ledger, copying one.
// A block counts if and only if it extends the head; the walk also checks what every writer must keep: heights without a
// gap, recorded never back, terms, one genesis, intake cursors that never go back.
//
// Thread rule: one thread a walk. Ownership: ports are borrowed for the call.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/ledger/block_codec.h"
#include "engine/ledger/genesis.h"
#include "engine/ledger/heads.h"
#include "engine/ledger/port.h"

namespace docket::ledger {

// Asked for at a time by what reads a chain from end to end.
inline constexpr std::size_t kReadBytes = std::size_t{4} << 20U;

// Where the valid chain ends.
struct ChainEnd {
  Height height = 0;  // behind the last record
  Hash hash{};        // of the last valid block
  std::uint64_t term = 0;
  Instant recorded = model::kNoInstant;
  std::uint64_t blocks = 0;
  std::uint64_t void_blocks = 0;
};

class ChainWalk {
 public:
  explicit ChainWalk(int partition) : partition_(partition) {}

  enum class Taken : std::uint8_t { kValid, kVoid };
  // An error is about a block that extends the head and yet breaks a rule, or that only a newer program can read (kConflict;
  // else kCorrupt). It names the block by offset and height. `block`: gets the decoded block when it is valid.
  [[nodiscard]] Result<Taken> take(const Stored& stored, Block* block = nullptr);

  [[nodiscard]] const ChainEnd& end() const { return end_; }
  [[nodiscard]] const std::optional<Genesis>& genesis() const { return genesis_; }
  [[nodiscard]] Position position() const { return {partition_, end_.height, hash_prefix(end_.hash)}; }

 private:
  [[nodiscard]] Status check(const Block& block);
  [[nodiscard]] bool extends_head(const std::string& previous) const;
  [[nodiscard]] Result<Taken> unreadable(const Stored& stored, const Error& error);
  int partition_;
  ChainEnd end_;
  std::optional<Genesis> genesis_;
  std::vector<IntakeCursor> cursors_;
};

// Whether a block's intake cursors go on from those of the block before it: none is missing, none goes back.
[[nodiscard]] Status check_cursors(const std::vector<IntakeCursor>& before, const std::vector<IntakeCursor>& after);

// One thing that is not as it must be.
struct Finding {
  int partition = 0;
  Offset offset = -1;  // -1: no single block
  Height height = 0;
  std::string what;
};

struct VerifyOptions {
  bool void_allowed = false;                    // Kafka: doubles and replaced owners' blocks lie between; embedded: nothing may
  std::vector<SignedHeads> heads;               // whose signatures hold
  std::optional<PublicKey> key = std::nullopt;  // of the ledger, for the head records in its chains; none: their signatures are not checked
};

struct PartitionReport {
  int partition = 0;
  Position position;  // of the chain's end, or of the last good block
  ChainEnd end;
  std::optional<SignedHeads> newest_head;  // the newest one that names this partition
};

struct VerifyReport {
  std::string ledger;  // id, from the genesis of partition 0
  int partitions = 0;
  std::vector<PartitionReport> chains;
  std::vector<Finding> findings;    // empty: the ledger is good as far as can be seen
  std::vector<std::string> unseen;  // what this check could not see, in sentences
  [[nodiscard]] bool good() const { return findings.empty(); }
};

// Reads every partition from its start. An error: the home can't be read.
[[nodiscard]] Result<VerifyReport> verify_ledger(Port& port, int partitions, const VerifyOptions& options = {});

struct CopyReport {
  std::uint64_t blocks = 0;  // copied by this call
  Position position;         // of the copy's end
};
// Appends to `to` the valid blocks of `from` that it lacks, byte for byte; goes on where an earlier copy ended. `to` is a
// home that has written when append() returns, and holds the same genesis, or, with `void_allowed` (Kafka), nothing yet.
// kConflict: the two are different chains.
[[nodiscard]] Result<CopyReport> copy_chain(Port& from, Port& to, int partition, bool void_allowed = false);

}  // namespace docket::ledger
