// Goal: whatever fails, Docket keeps its word (ledger.md sections 2 to 7): the oracles are in checker.h. Method: thousands of seeds; each
// is one run of the real loop on several nodes over a ledger with Kafka's faults, in virtual time.
//
//   DOCKET_SIM_SEEDS=20000 build/dev/simulation_test     more seeds of each family
//   DOCKET_SIM_SEED=17 DOCKET_SIM_TRACE=1 build/dev/simulation_test --gtest_filter='*Storm*'     one of them, step by step
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "tests/simulation/world.h"

namespace docket::simulation {
namespace {

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

struct Totals {
  std::size_t records = 0;
  std::size_t void_blocks = 0;
  std::size_t owners = 0;
  std::size_t parked = 0;
  std::size_t heads = 0;
  std::size_t freezes = 0;
  std::size_t told = 0;
  std::size_t intake = 0;
  Step quiet = 0;
};

void run_seeds(const char* family, std::uint64_t seeds, const std::function<Options(std::uint64_t)>& options_of) {
  const std::uint64_t one = number_from("DOCKET_SIM_SEED", 0);
#ifdef DOCKET_SANITIZED
  seeds /= 10;  // each is ten times as slow
#endif
  seeds = number_from("DOCKET_SIM_SEEDS", seeds);
  const bool trace = std::getenv("DOCKET_SIM_TRACE") != nullptr;
  Totals totals;
  for (std::uint64_t seed = one == 0 ? 1 : one; seed <= (one == 0 ? seeds : one); ++seed) {
    Options options = options_of(seed);
    options.seed = seed;
    options.trace = trace;
    World world(options);
    world.run();
    for (const auto& line : world.trace()) std::cout << line << "\n";
    const auto& checker = world.checker();
    if (!checker.findings().empty()) {
      std::string all;
      for (const auto& finding : checker.findings()) all += "  " + finding + "\n";
      FAIL() << describe(options) << "\n"
             << all << "again: DOCKET_SIM_SEED=" << seed << " DOCKET_SIM_TRACE=1 simulation_test --gtest_filter='Simulation." << family
             << "'";
    }
    totals.records += checker.chain().back().position.height;
    totals.void_blocks += checker.void_blocks();
    totals.owners += checker.records_of(ledger::RecordKind::kOwnerChanged);
    totals.parked += checker.records_of(ledger::RecordKind::kParked);
    totals.heads += checker.records_of(ledger::RecordKind::kHead);
    totals.freezes += world.freezes();
    totals.intake += checker.intake_passed();
    totals.quiet = std::max(totals.quiet, world.quiet_steps());
    for (auto kind : {Outcome::Kind::kAccepted, Outcome::Kind::kDuplicate, Outcome::Kind::kRejected, Outcome::Kind::kParked})
      totals.told += checker.told_of(kind);
  }
  std::cout << family << ": " << totals.records << " records, " << totals.owners << " owners, " << totals.void_blocks << " void blocks, "
            << totals.freezes << " freezes, " << totals.parked << " parked, " << totals.heads << " heads, " << totals.told
            << " outcomes told, " << totals.intake << " intake records passed, longest quiet " << totals.quiet << "\n";
  if (one != 0) return;
  EXPECT_GT(totals.owners, seeds);  // a simulation in which nothing happens would find nothing
  EXPECT_GT(totals.told, seeds * 5);
  EXPECT_GT(totals.heads, seeds);
}

TEST(Simulation, Usual) {
  run_seeds("Usual", 1'500, [](std::uint64_t seed) {
    Options options;
    options.office = &small_office();
    options.nodes = 2 + seed % 2;
    return options;
  });
}

TEST(Simulation, Storm) {
  run_seeds("Storm", 1'000, [](std::uint64_t seed) {
    Options options;
    options.office = &small_office();
    options.nodes = 2 + seed % 3;
    options.faults.step_leader = 20;
    options.faults.report_lost = 60;
    options.faults.stale_view = 900;
    options.assign = 150;
    options.pause = 120;
    options.clock_jump = 40;
    options.skew_ms = 40'000;
    return options;
  });
}

// Upstream publishes to an intake topic, and callers at the same time.
TEST(Simulation, Intake) {
  run_seeds("Intake", 1'000, [](std::uint64_t seed) {
    Options options;
    options.office = &small_office();
    options.nodes = 2 + seed % 2;
    options.intake = 6'000;
    options.days_pass = 0;  // nobody sends again what was parked to its limit
    options.assign = 120;
    return options;
  });
}

TEST(Simulation, Calm) {
  run_seeds("Calm", 400, [](std::uint64_t seed) {
    Options options;
    options.office = &small_office();
    options.nodes = 1 + seed % 2;
    options.faults = ledger::MemoryFaults::none();
    options.crash = options.pause = options.assign = options.full = options.keys_fail = 0;
    options.days_pass = 10;
    return options;
  });
}

TEST(Simulation, Hotline) {
  run_seeds("Hotline", 400, [](std::uint64_t seed) {
    Options options;
    options.office = &example_office();
    options.nodes = 2 + seed % 2;
    return options;
  });
}

}  // namespace
}  // namespace docket::simulation
