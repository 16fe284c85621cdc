// The same over the real projections: what a partition has asked of others, and what it has judged, is told by the layers as by a map,
// wherever a layer ended, after a kill and by a reader that only replays.
#include <gtest/gtest.h>

#include "tests/support/reaction_office.h"
#include "tests/support/store_fixture.h"

namespace docket::testing {
namespace {

constexpr const char* kNoon = "2026-03-10T12:00:00+08:00";

TEST(ReactionsStore, NumbersAndCausesSurviveEveryLayer) {
  StoreFixture engine(reaction_office(), *model::parse_instant("2026-03-10T18:00:00+08:00"));
  partition::ReactionNumbers expected;
  std::map<std::pair<int, std::uint64_t>, std::string> jobs;  // (to, number) -> target
  const auto check = [&](StoreFixture& of) {
    EXPECT_EQ(of.projections().reaction_numbers(0), expected);
    for (const auto& [place, job] : jobs) {
      const auto cause = of.projections().reaction_cause(0, place.first, place.second);
      ASSERT_TRUE(cause) << job;
      const auto record = engine.record(0, cause->height);
      ASSERT_TRUE(record.ok());
      EXPECT_NE(record->record.event.find("\"" + job + "\""), std::string::npos) << job;
    }
    EXPECT_FALSE(of.projections().reaction_cause(0, 3, 1000));
  };
  const auto made = order_event("order", "O1", 1, "made", kNoon, R"({"owner":"N"})");
  ASSERT_EQ(engine.offer(made).kind, partition::EventOutcome::Kind::kAccepted);
  for (int n = 0; n < 60; ++n) {
    const std::string job = "J" + std::to_string(n);
    const auto json = order_event("order", "O1", n + 2, "handed", kNoon, R"({"other":")" + job + R"(","what":"w"})",
                                  R"(,"sequence":")" + std::to_string(n) + "\"");
    ASSERT_EQ(engine.offer(json).kind, partition::EventOutcome::Kind::kAccepted);
    const int to = model::partition_of(job);
    jobs[{to, ++expected.sent[static_cast<std::size_t>(to)]}] = job;
    if (n % 7 == 3) engine.flush();
    if (n % 11 == 5) engine.restart();
    if (n % 13 == 0) check(engine);
  }
  check(engine);
  engine.restart();
  engine.flush();
  check(engine);
  StoreFixture reader(reaction_office(), engine.now(), &engine);
  check(reader);
  reader.flush();
  check(reader);
  EXPECT_TRUE(reader.dump() == engine.dump());
}

}  // namespace
}  // namespace docket::testing
