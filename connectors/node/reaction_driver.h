// Brings what the cases of one worker's partitions ask of others to those partitions, each number after the one before (ledger.md section
// 9). It keeps nothing: what has been judged there is asked anew after every start and take-over, by offering the newest one.
//
// Thread rule: the worker's own; outcomes come from other threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "engine/partition/loop.h"

namespace docket::node {

struct ReactionCounts {
  std::uint64_t accepted = 0;  // by outcome, since the start of the process
  std::uint64_t rejected = 0;
  std::uint64_t waiting = 0;  // caused, and not known to be judged
};

class ReactionDriver {
 public:
  // Offers one to the loop of any partition, wherever it is owned; false: not now.
  using Send = std::function<bool(int partition, partition::Offer offer)>;

  ReactionDriver(Send send, std::function<void()> wake) : send_(std::move(send)), wake_(std::move(wake)) {}

  // Sends what a loop has to send by now.
  void step(const partition::PartitionLoop& loop, int partition, model::Instant now);
  [[nodiscard]] ReactionCounts counts() const;

 private:
  struct Told {
    std::atomic<bool> there{false};
    partition::EventOutcome::Kind kind = partition::EventOutcome::Kind::kUnknown;
    std::uint64_t received = 0;
  };
  struct Line {                             // from one partition to another
    std::optional<std::uint64_t> received;  // what the other says it has judged
    std::shared_ptr<Told> under_way;
    model::Instant again_at = model::kNoInstant;
    std::uint64_t waiting = 0;
  };

  void take(Line& line, model::Instant now);
  void offer(Line& line, int to, partition::Reaction reaction, model::Instant now);

  Send send_;
  std::function<void()> wake_;
  std::map<std::pair<int, int>, Line> lines_;
  std::uint64_t accepted_ = 0;
  std::uint64_t rejected_ = 0;
};

}  // namespace docket::node
