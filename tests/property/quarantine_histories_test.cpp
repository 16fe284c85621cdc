// Random histories through a program that fails at one sort of event (ledger.md section 10): no case that has no such event notices, live
// equals replay on disk whether the reader has the defect or not, and once the program is mended and the cases are released all ends where
// it would have ended without the defect. Another seed: DOCKET_SEED=7.
#include <gtest/gtest.h>

#include <iostream>

#include "tests/support/canonical_dump.h"
#include "tests/support/engine_checks.h"
#include "tests/support/histories.h"
#include "tests/support/planted_defect.h"
#include "tests/support/seed.h"
#include "tests/support/store_fixture.h"

namespace docket::testing {
namespace {

constexpr Instant kStart = 1'790'000'000'000;
constexpr const char* kSorts[] = {"signed", "dispatched", "handling_started", "caller_contacted", "created"};

std::uint64_t seed_of_run() { return seed_or(5); }

// The cases of a history that have such an event.
std::set<std::string> with(const History& history, const std::string& sort) {
  std::set<std::string> out;
  for (const auto& events : history.cases) {
    for (const auto& event : events) {
      if (event.json.find(".hotline-ticket." + sort + ".v1\"") != std::string::npos) out.insert(event.case_id);
    }
  }
  return out;
}

// All that may be released is, until nothing is left.
template <typename Engine, typename Cases>
void release_all(Engine& engine, const Cases& held) {
  for (int round = 0; !held().empty(); ++round) {
    ASSERT_LT(round, 3) << "a mended program quarantines again";
    for (const auto& [id, row] : held())
      EXPECT_EQ(engine.offer(release(id, round, model::format_instant(engine.now()), row.kind)).kind,
                partition::EventOutcome::Kind::kAccepted);
  }
}

TEST(QuarantineHistories, EndWhereTheyWouldHaveEndedWithoutTheDefect) {
  PlantedDefect defect;
  Histories histories(defect.bundle(), seed_of_run(), {3, 22, 15, 40});
  std::size_t quarantined = 0;
  for (const char* sort : kSorts) {
    SCOPED_TRACE(std::string(sort) + ", seed " + std::to_string(seed_of_run()));
    defect.mend();
    const auto history = histories.next();
    EngineFixture straight(defect.bundle());
    for (const auto& events : history.cases) {
      for (const auto& event : events) straight.offer(event.json);
    }
    const auto want = dump(straight);
    const auto order = random_order(history, seed_of_run());
    defect.plant("hotline-ticket", sort);
    EngineFixture engine(defect.bundle());
    for (const auto& json : order) engine.offer(json);
    const auto held = engine.projections.quarantine;
    const auto touched = with(history, sort);
    for (const auto& [id, row] : held) EXPECT_TRUE(touched.contains(id)) << id << " has no such event";
    for (const auto& events : history.cases) {
      const auto& id = events.front().case_id;
      if (touched.contains(id)) continue;
      ASSERT_TRUE(engine.projections.cases.contains(id));
      EXPECT_TRUE(without_order(*engine.projections.cases.at(id)) == want.cases.at(id)) << id;
    }
    quarantined += held.size();
    expect_replay_equal(engine);
    defect.mend();
    expect_replay_equal(engine);
    expect_recount(engine);
    release_all(engine, [&] { return engine.projections.quarantine; });
    ASSERT_EQ(engine.loop().parked(), 0U) << waiting(engine);
    const auto got = dump(engine);
    ASSERT_EQ(got.accepted, want.accepted);
    for (const auto& [id, state] : want.cases) ASSERT_TRUE(got.cases.at(id) == state) << id << ":" << difference(got.cases.at(id), state);
    ASSERT_TRUE(got.figures == want.figures);
    expect_replay_equal(engine);
  }
  EXPECT_GT(quarantined, 3U) << "no case met the defect";
  std::cout << "seed " << seed_of_run() << ": " << quarantined << " cases quarantined\n";
}

TEST(QuarantineHistories, LiveAndReplayGiveTheSameBytes) {
  PlantedDefect defect;
  Histories source(defect.bundle(), seed_of_run() + 1, {3, 22, 15, 40});
  std::vector<std::string> deliveries;
  for (std::uint64_t n = 0; n < 2; ++n) {
    const auto order = random_order(source.next(), seed_of_run() + n);
    deliveries.insert(deliveries.end(), order.begin(), order.end());
  }
  defect.plant("hotline-ticket", "signed");
  StoreFixture live(defect.bundle(), kStart);
  walk::Random random(seed_of_run());
  std::size_t most = 0;
  for (std::size_t n = 0; n < deliveries.size(); ++n) {
    SCOPED_TRACE("seed " + std::to_string(seed_of_run()) + ", event " + std::to_string(n));
    live.set_now(live.now() + random.between(1, 20) * 60'000);
    live.offer(deliveries[n]);
    if (random.percent(5)) live.flush();
    if (random.percent(4)) live.restart();
    const auto held = live.projections().quarantined(0);
    most = std::max(most, held.size());
    if (!held.empty() && random.percent(8)) {  // too early, as often as not
      const auto& row = held[random.below(held.size())];
      EXPECT_EQ(live.offer(release(row.case_id, static_cast<int>(n), model::format_instant(live.now()), row.kind)).kind,
                partition::EventOutcome::Kind::kAccepted);
    }
    if (n % 40 != 39 && n + 1 != deliveries.size()) continue;
    for (const bool mended : {false, true}) {
      if (mended) defect.mend();
      StoreFixture fresh(defect.bundle(), kStart, &live);
      live.flush();
      fresh.flush();
      ASSERT_EQ(live.dump(), fresh.dump()) << (mended ? "mended" : "with the defect");
      ASSERT_EQ(live.projections().quarantined(0).size(), fresh.projections().quarantined(0).size());
    }
    defect.plant("hotline-ticket", "signed");
  }
  EXPECT_GT(most, 0U);
  EXPECT_NE(live.dump().find("meta "), std::string::npos);
  defect.mend();
  const auto held = [&] {
    std::map<std::string, partition::QuarantinedRow> out;
    for (auto& row : live.projections().quarantined(0)) out.emplace(row.case_id, row);
    return out;
  };
  release_all(live, held);
  live.flush();
  EXPECT_TRUE(live.projections().quarantined(0).empty());
  live.restart();
  EXPECT_TRUE(live.projections().quarantined(0).empty());
}

}  // namespace
}  // namespace docket::testing
