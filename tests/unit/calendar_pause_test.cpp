// Pauses: what is left of a limit when its clock runs on. Method: pause, resume and old due in local time, new due as text.
#include "tests/unit/calendar_fixture.h"

namespace docket::calendar::test {
namespace {

std::string resume(const char* paused, const char* resumed, const char* old_due, LimitUnit unit) {
  return show(resume_limit(national(), shanghai(), local(paused), local(resumed), local(old_due), unit));
}

TEST(CalendarPause, InsideOneDayNothingMoves) {
  for (const LimitUnit unit : {LimitUnit::kWorkingDays, LimitUnit::kDays, LimitUnit::kMonths}) {
    EXPECT_EQ(resume("2017-03-02 00:00", "2017-03-02 23:59:59.999", "2017-03-08 23:59:59.999", unit), "2017-03-08 23:59:59.999");
  }
}

TEST(CalendarPause, OverMidnightADayIsLost) {
  EXPECT_EQ(resume("2017-03-02 23:59:59.999", "2017-03-03 00:00", "2017-03-08 23:59:59.999", LimitUnit::kWorkingDays),
            "2017-03-09 23:59:59.999");
}

TEST(CalendarPause, AcrossAHoliday) {
  // 5wd from Fri 01-20 are due 01-26; paused on Mon 01-23 with 3 left, resumed on the holiday's last day.
  EXPECT_EQ(resume("2017-01-23 10:00", "2017-02-02 10:00", "2017-01-26 23:59:59.999", LimitUnit::kWorkingDays), "2017-02-06 23:59:59.999");
  // Sat 02-04 works, so of the three days 02-03, 02-04, 02-06 the last is Monday. In calendar days the three are 02-03 to 02-05.
  EXPECT_EQ(resume("2017-01-23 10:00", "2017-02-02 10:00", "2017-01-26 23:59:59.999", LimitUnit::kDays), "2017-02-05 23:59:59.999");
  // A pause that covers only the holiday itself costs nothing in working days.
  EXPECT_EQ(resume("2017-01-26 18:00", "2017-02-02 09:00", "2017-02-06 23:59:59.999", LimitUnit::kWorkingDays), "2017-02-06 23:59:59.999");
}

TEST(CalendarPause, MonthsCountCalendarDays) {
  // 3mo from 2016-11-30 are due 2017-02-28; 28 days are left on 01-31.
  EXPECT_EQ(resume("2017-01-31 10:00", "2017-02-10 10:00", "2017-02-28 23:59:59.999", LimitUnit::kMonths), "2017-03-10 23:59:59.999");
}

TEST(CalendarPause, KeepsTheTimeOfDay) {
  EXPECT_EQ(resume("2017-03-02 10:00", "2017-03-03 10:00", "2017-03-08 12:00", LimitUnit::kWorkingDays), "2017-03-09 12:00:00.000");
}

TEST(CalendarPause, OnTheDueDayLeavesTheResumeDay) {
  EXPECT_EQ(resume("2017-03-08 10:00", "2017-03-13 10:00", "2017-03-08 23:59:59.999", LimitUnit::kWorkingDays), "2017-03-13 23:59:59.999");
  EXPECT_EQ(resume("2017-03-08 10:00", "2017-03-13 10:00", "2017-03-08 23:59:59.999", LimitUnit::kDays), "2017-03-13 23:59:59.999");
}

TEST(CalendarPause, BegunAfterDueNothingMoves) {
  for (const LimitUnit unit :
       {LimitUnit::kWorkingDays, LimitUnit::kWorkingHours, LimitUnit::kDays, LimitUnit::kHours, LimitUnit::kMinutes, LimitUnit::kMonths}) {
    EXPECT_EQ(resume("2017-03-08 12:00:00.001", "2017-03-13 10:00", "2017-03-08 12:00", unit), "2017-03-08 12:00:00.000");
  }
  // At the very due there is no time left, but it was kept: it is due when the clock runs on.
  EXPECT_EQ(resume("2017-03-08 12:00", "2017-03-13 10:00", "2017-03-08 12:00", LimitUnit::kHours), "2017-03-13 10:00:00.000");
}

TEST(CalendarPause, HoursRunOnWithTheirRest) {
  EXPECT_EQ(resume("2017-03-02 10:00", "2017-03-02 10:30", "2017-03-02 12:00", LimitUnit::kHours), "2017-03-02 12:30:00.000");
  EXPECT_EQ(resume("2017-03-02 10:00:00.001", "2017-03-12 00:00", "2017-03-02 10:20", LimitUnit::kMinutes), "2017-03-12 00:19:59.999");
}

TEST(CalendarPause, WorkingHoursRunOnThroughSpans) {
  // 4wh from 10:00 are due 15:30; paused at 11:30, half an hour before lunch and two hours after it are left.
  EXPECT_EQ(resume("2017-03-02 11:30", "2017-03-03 16:00", "2017-03-02 15:30", LimitUnit::kWorkingHours), "2017-03-06 10:00:00.000");
  EXPECT_EQ(resume("2017-03-02 12:10", "2017-03-02 13:10", "2017-03-02 15:30", LimitUnit::kWorkingHours), "2017-03-02 15:30:00.000");
  EXPECT_EQ(resume("2017-03-02 15:00", "2017-03-04 10:00", "2017-03-02 15:30", LimitUnit::kWorkingHours), "2017-03-06 09:30:00.000");
}

TEST(CalendarPause, ADueWithoutUnitOrEndDoesNotMove) {
  EXPECT_EQ(resume("2017-03-02 10:00", "2017-03-06 10:00", "2017-03-08 12:00", LimitUnit::kNone), "2017-03-08 12:00:00.000");
  const Deadline never =
      resume_limit(national(), shanghai(), local("2017-03-02 10:00"), local("2017-03-06 10:00"), model::kForever, LimitUnit::kHours);
  EXPECT_EQ(show(never), "for ever provisional");
}

TEST(CalendarPause, IntoAYearWithoutDataIsProvisional) {
  EXPECT_EQ(resume("2026-12-21 10:00", "2026-12-30 10:00", "2026-12-25 23:59:59.999", LimitUnit::kWorkingDays),
            "2027-01-05 23:59:59.999 provisional");
  EXPECT_EQ(resume("2026-12-21 10:00", "2026-12-31 17:00", "2026-12-21 11:00", LimitUnit::kWorkingHours),
            "2027-01-01 09:30:00.000 provisional");
  EXPECT_EQ(resume("2026-12-21 10:00", "2026-12-30 10:00", "2026-12-25 23:59:59.999", LimitUnit::kDays), "2027-01-03 23:59:59.999");
}

}  // namespace
}  // namespace docket::calendar::test
