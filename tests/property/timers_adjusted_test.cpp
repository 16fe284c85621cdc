// A deadline set by clock_adjusted, behind the one that had run out or into a pause: what followed the old one is not lost, and the order
// in which the events came makes no difference. nag has two hours from 10:00 of Wednesday 2017-03-01; nagged follows it and stops nothing.
#include "tests/property/timers_fixture.h"

namespace docket::testing {
namespace {

class TimersAdjusted : public TimersTest {
 protected:
  static std::string due_of(const std::string& clock, const std::string& due) {
    return R"({"clock":")" + clock + R"(","due":"2017-)" + due + R"(:00+08:00","reason":"r","approver":"a"})";
  }
};

const std::vector<std::string> kNaggedAtNoon{"nagged 2017-03-01T04:00:00.001Z"};

TEST_F(TimersAdjusted, BehindADueThatWasTold) {
  given("T1");
  ASSERT_EQ(send("T1", 3, "clock_adjusted", "03-02T09:00", due_of("nag", "03-03T12:00")), Kind::kAccepted) << last.refusal.detail;
  EXPECT_EQ(timers("T1"), kNaggedAtNoon);
  until("03-07T00:00");
  EXPECT_EQ(timers("T1"), kNaggedAtNoon) << "each setting of a clock is followed once";
  expect_sound();
}

// History comes whole before anything fires: the due that ran out is no longer the clock's by then.
TEST_F(TimersAdjusted, BehindADueThatNobodyWasToldOf) {
  engine.set_now(at("03-06T00:00"));
  given("T1", "old");
  ASSERT_EQ(send("T1", 3, "clock_adjusted", "03-02T09:00", due_of("nag", "03-03T12:00"), {}, "old"), Kind::kAccepted)
      << last.refusal.detail;
  EXPECT_EQ(timers("T1"), std::vector<std::string>{});
  until("03-07T00:00");
  EXPECT_EQ(timers("T1"), kNaggedAtNoon);
  EXPECT_EQ(count("T1", "nagged"), 1U);
  expect_sound();
}

TEST_F(TimersAdjusted, InWhateverOrderTheEventsCame) {
  engine.set_now(at("03-06T00:00"));
  EXPECT_EQ(send("T1", 3, "clock_adjusted", "03-02T09:00", due_of("nag", "03-03T12:00"), {}, "old"), Kind::kParked);
  EXPECT_EQ(send("T1", 2, "assigned", "03-01T10:00", {}, {}, "old"), Kind::kParked);
  ASSERT_EQ(send("T1", 1, "made", "03-01T09:00", {}, {}, "old"), Kind::kAccepted) << last.refusal.detail;
  until("03-07T00:00");
  EXPECT_EQ(timers("T1"), kNaggedAtNoon);
  expect_sound();
}

// An adjustment of before the due moves it, whenever it is told: what had followed the old one is displaced.
TEST_F(TimersAdjusted, BeforeADueButToldBehindIt) {
  given("T1");
  until("03-01T13:00");
  ASSERT_EQ(timers("T1"), kNaggedAtNoon);
  ASSERT_EQ(send("T1", 3, "clock_adjusted", "03-01T11:00", due_of("nag", "03-03T12:00")), Kind::kAccepted) << last.refusal.detail;
  EXPECT_EQ(count("T1", "nagged"), 0U);
  until("03-07T00:00");
  EXPECT_EQ(timers("T1").back(), "nagged 2017-03-03T04:00:00.001Z");
  EXPECT_EQ(count("T1", "nagged"), 1U);
  expect_sound();
}

TEST_F(TimersAdjusted, AnUnlimitedClockGetsItsFirstDue) {
  given("T1");
  ASSERT_EQ(send("T1", 3, "clock_adjusted", "03-02T09:00", due_of("never", "03-03T12:00")), Kind::kAccepted) << last.refusal.detail;
  until("03-04T00:00");
  EXPECT_EQ(timers("T1").back(), "overlooked 2017-03-03T04:00:00.001Z");
  EXPECT_EQ(notice_ids("T1"), std::vector<std::string>{"T1:never:1:1:2017-03-03T04:00:00.000Z:breach"});
  expect_sound();
}

// No pause moves a due that was set by hand, and while a clock is paused it asks for nothing: one that ran out in a pause is followed by
// nothing, since the clock ran nowhere where its due lies. That is written when it runs on, and nobody looks again.
TEST_F(TimersAdjusted, IntoAPauseIsPassedOverByRecord) {
  given("T1");
  ASSERT_EQ(send("T1", 3, "clock_adjusted", "03-01T11:00", due_of("work", "03-03T12:00")), Kind::kAccepted) << last.refusal.detail;
  ASSERT_EQ(send("T1", 4, "held", "03-02T09:00"), Kind::kAccepted) << last.refusal.detail;
  until("03-05T00:00");
  EXPECT_EQ(timers("T1"), kNaggedAtNoon);
  EXPECT_EQ(notice_ids("T1"), std::vector<std::string>{});
  ASSERT_EQ(send("T1", 5, "resumed", "03-06T09:00"), Kind::kAccepted) << last.refusal.detail;
  until("03-10T00:00");
  EXPECT_EQ(timers("T1"), kNaggedAtNoon);
  EXPECT_EQ(notice_ids("T1").front(), "T1:work:1:1:2017-03-03T04:00:00.000Z:passed:6");
  EXPECT_EQ(state_name("T1"), "given");
  expect_sound();
}

}  // namespace
}  // namespace docket::testing
