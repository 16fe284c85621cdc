// Which of its partitions a worker tries to own, where several nodes share a ledger. The chain decides who does (ledger.md section 5).
#include <algorithm>
#include <utility>

#include "connectors/node/worker.h"

namespace docket::node {

using Mode = partition::PartitionLoop::Mode;

void Worker::assign(const std::vector<int>& partitions) {
  {
    const std::lock_guard lock(mutex_);
    assignment_ = partitions;
    news_ = true;
  }
  wake_.notify_one();
}

std::string Worker::owner_of(int partition) const {
  const std::lock_guard lock(health_mutex_);
  for (std::size_t i = 0; i < options_.partitions.size(); ++i) {
    if (options_.partitions[i] == partition) return owners_[i];
  }
  return {};
}

void Worker::take_assignment() {
  std::optional<std::vector<int>> assignment;
  {
    const std::lock_guard lock(mutex_);
    assignment.swap(assignment_);
    assigned_ = assigned_ || assignment.has_value();
  }
  if (assignment) {
    for (std::size_t i = 0; i < loops_.size(); ++i) {
      ownership_[i].wanted = std::find(assignment->begin(), assignment->end(), options_.partitions[i]) != assignment->end();
      ownership_[i].fresh = true;
    }
  }
  for (std::size_t i = 0; i < loops_.size(); ++i) follow_assignment(i);
}

void Worker::follow_assignment(std::size_t i) {
  auto& loop = *loops_[i];
  auto& own = ownership_[i];
  const bool fresh = std::exchange(own.fresh, false);
  if (loop.mode() == Mode::kStopped && !loop.displaced()) return;
  const bool displaced = loop.displaced();
  const bool wanted = own.wanted && !closed_;
  if (displaced || (!wanted && loop.mode() != Mode::kStandby)) {
    loop.disown();
    own.won = false;
    moved_ = true;
    port_->follow(options_.partitions[i], true);
  }
  if (!wanted || loop.mode() != Mode::kStandby) return;
  // Another took it, though it is this node's: the group is asked who is right. Asked in vain, it waits for a new assignment.
  if (!fresh && displaced) own.wanted = options_.still_ours(options_.partitions[i]);
  if (own.wanted) begin_owning(i);
}

void Worker::begin_owning(std::size_t i) {
  auto& loop = *loops_[i];
  ownership_[i].term_seen = loop.term();
  ownership_[i].won = false;
  moved_ = true;
  port_->follow(options_.partitions[i], false);
  loop.own();
}

// False: it has read another's owner-changed since it was told to own, and the group says that the partition is that one's.
bool Worker::still_owns(std::size_t i) {
  auto& loop = *loops_[i];
  auto& own = ownership_[i];
  own.won = own.won || loop.owner();
  if (!options_.still_ours || own.won || loop.mode() != Mode::kReading || loop.term() == own.term_seen) return true;
  own.term_seen = loop.term();
  own.wanted = options_.still_ours(options_.partitions[i]);
  return own.wanted;
}

}  // namespace docket::node
