// One simulated node: a process with a loop over its own view of the ledger, and what its disk keeps of the projections.
#pragma once

#include <memory>
#include <set>

#include "tests/simulation/world.h"

namespace docket::simulation {

inline constexpr model::Instant kStepMs = 100;  // of the world's time

struct World::Node final : public partition::Sink {
  Node(World& owner_world, std::size_t number) : world(owner_world), index(number) {}
  void apply(partition::AppliedBlock&& block) override {
    world.applied(*this, block.position);
    live->apply(std::move(block));
  }

  World& world;
  std::size_t index;
  std::unique_ptr<ledger::MemoryLedger> port;
  std::unique_ptr<testing::MemoryProjections> live;
  std::unique_ptr<testing::MemoryProjections> durable;  // as the disk holds them; null: nothing yet
  std::unique_ptr<partition::PartitionLoop> loop;
  std::set<std::size_t> requests;  // open ones
  std::uint64_t freezes = 0;       // of this loop, that were seen
  std::size_t in_flight = 0;       // blocks appended and not reported
  std::uint64_t term_seen = 0;     // when it last asked the group
  bool won = false;
  bool up = true;
  Step paused_until = 0;
  Step up_at = 0;
  model::Instant skew = 0;
};

}  // namespace docket::simulation
