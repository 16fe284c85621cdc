// Timers beside other work: history from a backfill, the share of the loop, and what a turn without anything due costs.
#include "tests/property/timers_fixture.h"

namespace docket::testing {
namespace {

class TimersFairness : public TimersTest {};

TEST_F(TimersFairness, ABackfilledCaseWaitsUntilItIsQuiet) {
  until("03-20T12:00");
  given("T1", "old");
  EXPECT_EQ(state_name("T1"), "given");
  engine.set_now(at("03-20T12:00") + 59'999);
  engine.pump();
  EXPECT_EQ(timers("T1"), std::vector<std::string>{});
  ASSERT_EQ(send("T1", 3, "noted", "03-02T10:00", {}, {}, "old"), Kind::kAccepted) << last.refusal.detail;
  engine.set_now(engine.now() + 59'999);
  engine.pump();
  EXPECT_EQ(timers("T1"), std::vector<std::string>{}) << "the note began another minute";
  engine.set_now(engine.now() + 120'000);
  engine.pump();
  EXPECT_EQ(timers("T1"), (std::vector<std::string>{"nagged 2017-03-01T04:00:00.001Z", "lapsed 2017-03-08T16:00:00.000Z"}));
  expect_sound();
}

TEST_F(TimersFairness, ANoticeThatLiesBeforeTheRecordThatSetItIsNeverTold) {
  until("03-20T12:00");
  given("T1", "old");
  engine.set_now(at("03-25T12:00"));
  engine.pump();
  EXPECT_EQ(state_name("T1"), "late");
  EXPECT_EQ(notice_ids("T1"), std::vector<std::string>{});
}

TEST_F(TimersFairness, OfALateRecordOnlyWhatStillLiesAheadIsTold) {
  until("03-08T12:00");
  // Given on the 1st, told on the 8th with an approver; the warning of the 7th is past, the breach is not.
  send("T2", 1, "made", "03-01T09:00", {}, R"(,"approvedby":"chief")");
  ASSERT_EQ(send("T2", 2, "assigned", "03-01T10:00", {}, R"(,"approvedby":"chief")"), Kind::kAccepted) << last.refusal.detail;
  until("03-10T00:00");
  EXPECT_EQ(notice_ids("T2"), std::vector<std::string>{"T2:work:1:1:2017-03-08T15:59:59.999Z:breach"});
}

TEST_F(TimersFairness, HistoryAsksForNothingOnceItIsOver) {
  until("03-20T12:00");
  for (int i = 0; i < 50; ++i) {
    const std::string id = "T" + std::to_string(i);
    given(id, "old");
    send(id, 3, "finished", "03-02T10:00", {}, {}, "old");
    send(id, 4, "settled", "03-02T11:00", {}, {}, "old");
  }
  engine.set_now(engine.now() + 120'000);
  for (int i = 0; i < 4; ++i) engine.pump();
  EXPECT_EQ(count("T7", "nagged"), 1U);
  EXPECT_TRUE(engine.projections.wanted.empty());
  engine.pump();
  const auto calls = engine.projections.attention_calls;
  engine.set_now(engine.now() + 600'000);
  engine.pump();
  EXPECT_LE(engine.projections.attention_calls, calls + 1);
}

TEST_F(TimersFairness, ATurnWithNothingDueReadsNothing) {
  for (int i = 0; i < 20; ++i) given("T" + std::to_string(i));
  until("03-01T12:01");
  engine.pump();
  const auto calls = engine.projections.attention_calls;
  for (int i = 0; i < 1000; ++i) {
    engine.set_now(engine.now() + 1000);
    engine.pump();
  }
  EXPECT_EQ(engine.projections.attention_calls, calls);
  until("03-07T10:00");
  EXPECT_GT(engine.projections.attention_calls, calls);
}

TEST_F(TimersFairness, TimersTakeAFifthOfABusyLoop) {
  constexpr int kCases = 600;
  for (int i = 0; i < kCases; ++i) given("T" + std::to_string(i));
  engine.set_now(at("03-01T13:00"));
  // A queue that never empties: turns of notes while 600 nags wait.
  int offered = 0;
  for (int turn = 0; turn < 30; ++turn) {
    for (int i = 0; i < 150; ++i, ++offered) {
      partition::Offer offer;
      offer.events.push_back(engine.ingest().parse(task("N" + std::to_string(offered), 1, "made", "2017-03-01T12:59:00+08:00")));
      offer.done = [](std::vector<partition::EventOutcome>) {};
      ASSERT_TRUE(engine.loop().offer(std::move(offer)));
    }
    std::size_t timers = 0;
    std::size_t others = 0;
    for (auto& appending : engine.loop().turn(engine.now())) {
      const auto block = ledger::decode_block(appending.value);
      ASSERT_TRUE(block.ok());
      for (const auto& record : block->records) ++(record.kind == RecordKind::kTimer ? timers : others);
      const auto offset = static_cast<ledger::Offset>(engine.log.size());
      engine.log.push_back(appending.value);
      engine.loop().report({appending.token, 0, true, offset, false, {}});
    }
    EXPECT_LE(timers * 4, std::max<std::size_t>(others, 4) * 2) << "turn " << turn;
    if (turn > 1 && timers == 0) {
      EXPECT_GE(turn, kCases / 100) << "all of them fired, in more than a few turns";
      break;
    }
  }
  for (int i = 0; i < kCases; ++i) EXPECT_EQ(count("T" + std::to_string(i), "nagged"), 1U) << i;
  expect_sound();
}

TEST_F(TimersFairness, ADryRunFiresNothing) {
  given("T1");
  engine.set_now(at("03-09T10:00"));
  const auto blocks = engine.log.size();
  partition::Offer offer;
  offer.dry_run = true;
  offer.events.push_back(engine.ingest().parse(task("T1", 3, "appealed", "2017-03-09T09:00:00+08:00")));
  Kind told = Kind::kUnknown;
  offer.done = [&](const std::vector<partition::EventOutcome>& outcomes) { told = outcomes.front().kind; };
  // Two dry runs in a turn before the timers come round.
  ASSERT_TRUE(engine.loop().offer(std::move(offer)));
  engine.pump();
  EXPECT_EQ(told, Kind::kAccepted);
  EXPECT_EQ(state_name("T1"), "late") << "lapsed fired by itself; appealed was not written";
  EXPECT_GT(engine.log.size(), blocks);
  expect_sound();
}

}  // namespace
}  // namespace docket::testing
