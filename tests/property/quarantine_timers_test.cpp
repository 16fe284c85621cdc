// An engine defect at what a passed deadline causes (ledger.md sections 7 and 10).
#include "tests/property/timers_fixture.h"
#include "tests/support/planted_defect.h"

namespace docket::testing {
namespace {

class QuarantineTimers : public TimersTest {
 protected:
  PlantedDefect defect{timer_office()};
};

TEST_F(QuarantineTimers, ATimerEventThatFailsHoldsItsCaseAndTheTurnGoesOn) {
  defect.plant("task", "lapsed");
  given("T1");
  given("T2");
  ASSERT_EQ(send("T2", 3, "finished", "03-08T10:00"), Kind::kAccepted);
  until("03-09T00:00");
  EXPECT_TRUE(state("T1").quarantined);
  EXPECT_FALSE(state("T2").quarantined);
  EXPECT_EQ(state_name("T1"), "given");
  const auto record = records("T1", RecordKind::kQuarantined).front();
  EXPECT_EQ(record.id, "") << "nobody offered an event";
  EXPECT_NE(record.body.find("nothing to go back to"), std::string::npos) << record.body;
  until("03-20T00:00");  // nothing more is told of it, and it isn't tried again and again
  EXPECT_EQ(records("T1", RecordKind::kQuarantined).size(), 1U);
  EXPECT_EQ(send("T1", 3, "noted", "03-20T01:00"), Kind::kParked);
  expect_replay_equal(engine);
  defect.mend();
  expect_sound();
  // What its deadline causes comes after the release, where it lies.
  engine.set_now(at("03-20T02:30"));
  ASSERT_EQ(engine.offer(release("T1", 1, "2017-03-20T02:00:00+08:00", "task", "desk", "desk")).kind, Kind::kAccepted);
  until("03-20T03:00");
  EXPECT_EQ(state_name("T1"), "late");
  EXPECT_EQ(timers("T1").back(), "lapsed 2017-03-08T16:00:00.000Z");
  EXPECT_EQ(engine.loop().parked(), 0U);
  expect_sound();
}

// A human event behind a passed deadline: what the deadline causes is written first. If the event fails, all of that is taken back and
// comes again later, once.
TEST_F(QuarantineTimers, WhatADeadlineCausedInTheSameTurnIsTakenBackAndComesOnce) {
  given("T1");
  until("03-07T09:00");
  engine.loop().hold_timers(true);  // so that they are met at the event, and not before
  engine.keys().on_case_key = [](std::string_view) { throw std::logic_error("planted"); };
  EXPECT_EQ(send("T1", 3, "noted", "03-09T10:00"), Kind::kParked);
  EXPECT_EQ(last.refusal.code, model::Rejection::kQuarantined);
  EXPECT_TRUE(state("T1").quarantined);
  EXPECT_EQ(state_name("T1"), "given");
  EXPECT_EQ(timers("T1"), std::vector<std::string>{"nagged 2017-03-01T04:00:00.001Z"});
  EXPECT_EQ(records("T1", RecordKind::kNotice).size(), 0U);
  engine.keys().on_case_key = nullptr;
  engine.loop().hold_timers(false);
  engine.set_now(at("03-09T11:30"));
  ASSERT_EQ(engine.offer(release("T1", 1, "2017-03-09T11:00:00+08:00", "task", "desk", "desk")).kind, Kind::kAccepted);
  engine.pump();
  EXPECT_EQ(state_name("T1"), "late");
  EXPECT_EQ(timers("T1").size(), 2U);
  EXPECT_EQ(count("T1", "noted"), 1U);
  const auto told = notice_ids("T1");
  EXPECT_EQ(std::set<std::string>(told.begin(), told.end()).size(), told.size());
  EXPECT_GE(told.size(), 2U);  // the warning and the breach
  expect_sound();
}

}  // namespace
}  // namespace docket::testing
