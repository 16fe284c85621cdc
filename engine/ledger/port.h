// What the engine needs of a ledger: append one block, hear about it later, read from an offset. The embedded home, the
// in-memory twin and (next) Kafka stand behind it. One instance serves one worker's partitions.
//
// Thread rule: all calls come from the worker's own thread. append() never blocks on I/O longer than the home's own
// synced write; reports come from poll(). A report says what the home says, not what is true: see partition/ for
// adjacency, freeze and settle (ledger.md section 3).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/result.h"

namespace docket::ledger {

using Offset = std::int64_t;  // the home's own; gaps are possible; never leaves the process

struct Appending {
  std::uint64_t token = 0;  // the caller's
  int partition = 0;
  std::string value;  // the block's bytes
};

struct Report {
  std::uint64_t token = 0;
  int partition = 0;
  bool ok = false;
  std::optional<Offset> offset;  // success without offset is possible
  bool full = false;             // refused before writing: no space (embedded home)
  std::string error;
};

struct Stored {
  Offset offset = 0;
  std::string value;
};

struct ReadBatch {
  std::vector<Stored> blocks;  // in offset order, void ones included
  Offset next = 0;             // where to go on
  bool end = false;            // the home says there is no more now (an end proves nothing)
};

class Port {
 public:
  virtual ~Port() = default;
  // Takes the blocks of one turn; all of them are under way when it returns (the embedded home has synced them).
  virtual void append(std::vector<Appending> blocks) = 0;
  // Reports that have come in, in order of arrival.
  [[nodiscard]] virtual std::vector<Report> poll() = 0;
  // Blocks from `from` on, at most `bytes_max` of values (at least one block if there is one). No block and no end: nothing has come in
  // yet, ask again. kCorrupt: what is there is not what was read before, and asking again won't help.
  [[nodiscard]] virtual Result<ReadBatch> read(int partition, Offset from, std::size_t bytes_max) = 0;
  // The offset that follows a block of that many records at `offset`, as far as this home can tell.
  [[nodiscard]] virtual Offset after(Offset offset, std::uint64_t records) const {
    static_cast<void>(records);
    return offset + 1;
  }
  // Asks to be called, from any thread, when poll() or read() may have something new. False: never, as append() and read() are done when
  // they return.
  virtual bool on_news(std::function<void()> /*wake*/) { return false; }
  // From now on the partition is read for what comes in, not only to its end: it stays fetched. Off again when its owner is here.
  virtual void follow(int /*partition*/, bool /*on*/) {}
  // Why the partition can't be the one that was read before, as found out beside the calls above; "" else.
  [[nodiscard]] virtual std::string lost(int /*partition*/) const { return {}; }
  // Throw away what is queued or in flight, as far as the home can; reports of older tokens come no more.
  virtual void renew() = 0;
};

}  // namespace docket::ledger
