// Deadlines from a limit: the vectors of the working-day rules, months, hours through spans, half days, edges of what is known.
// Method: local start and limit in, local due out, compared as text.
#include "tests/unit/calendar_fixture.h"

namespace docket::calendar::test {
namespace {

struct Vector {
  const char* start;
  const char* limit;
  const char* due;
};

TEST(CalendarDeadline, CountsWorkingDaysAcrossHolidaysAndMakeUpDays) {
  constexpr Vector kVectors[] = {
      {"2017-01-20", "5wd", "2017-01-26"},  // Sunday 01-22 works
      {"2017-01-26", "1wd", "2017-02-03"},  {"2017-03-30", "5wd", "2017-04-07"}, {"2017-05-26", "5wd", "2017-06-05"},
      {"2017-09-29", "5wd", "2017-10-12"},  {"2016-02-05", "5wd", "2016-02-17"}, {"2016-09-30", "5wd", "2016-10-12"},
      {"2018-02-09", "5wd", "2018-02-22"},  {"2018-12-28", "2wd", "2019-01-02"}, {"2024-02-02", "5wd", "2024-02-08"},
      {"2024-09-27", "10wd", "2024-10-16"}, {"2025-01-24", "5wd", "2025-02-07"}, {"2025-09-26", "5wd", "2025-10-10"},
      {"2026-02-13", "5wd", "2026-02-27"},  {"2026-09-18", "7wd", "2026-09-29"}, {"2026-09-30", "5wd", "2026-10-13"},
  };
  for (const Vector& vector : kVectors) {
    for (const char* time : {" 00:00", " 10:00", " 23:59:59.999"}) {  // the start's time of day does not matter
      EXPECT_EQ(due(vector.start + std::string(time), vector.limit), vector.due + std::string(" 23:59:59.999"))
          << vector.start << time << " + " << vector.limit;
    }
  }
}

TEST(CalendarDeadline, MonthsEndOnTheSameDateOrMonthEnd) {
  struct Month {
    const char* start;
    const char* limit;
    const char* due;
    const char* rolled;  // where a rule set that rolls month limits moves it: the first working day on or after
  };
  constexpr Month kMonths[] = {
      {"2016-11-30", "3mo", "2017-02-28", "2017-02-28"},  {"2017-07-01", "3mo", "2017-10-01", "2017-10-09"},
      {"2025-07-04", "3mo", "2025-10-04", "2025-10-09"},  {"2025-08-31", "6mo", "2026-02-28", "2026-02-28"},  // a Saturday that is worked
      {"2015-12-31", "2mo", "2016-02-29", "2016-02-29"},  {"2017-12-15", "1mo", "2018-01-15", "2018-01-15"},
      {"2017-03-31", "-1mo", "2017-02-28", "2017-02-28"}, {"2017-01-31", "-2mo", "2016-11-30", "2016-11-30"},
      {"2017-03-15", "-3mo", "2016-12-15", "2016-12-15"},
  };
  for (const Month& month : kMonths) {
    EXPECT_EQ(due(month.start + std::string(" 10:00"), month.limit), month.due + std::string(" 23:59:59.999")) << month.start;
    const auto rolled = national().nth_working_day(day(month.due) - 1, 1);
    ASSERT_TRUE(rolled);
    EXPECT_EQ(model::format_date(*rolled), month.rolled) << month.start;
  }
}

TEST(CalendarDeadline, CalendarDaysCountHolidaysToo) {
  EXPECT_EQ(due("2017-01-20 10:00", "15d"), "2017-02-04 23:59:59.999");
  EXPECT_EQ(due("2017-01-20 10:00", "0d"), "2017-01-20 23:59:59.999");
  EXPECT_EQ(due("2017-03-01 10:00", "-2d"), "2017-02-27 23:59:59.999");
}

TEST(CalendarDeadline, HoursAndMinutesRunRoundTheClock) {
  EXPECT_EQ(due("2017-01-26 23:00", "2h"), "2017-01-27 01:00:00.000");
  EXPECT_EQ(due("2017-01-26 23:50:30.250", "20min"), "2017-01-27 00:10:30.250");
  EXPECT_EQ(due("2017-01-27 10:00", "24h"), "2017-01-28 10:00:00.000");  // a holiday
  EXPECT_EQ(due("2017-03-01 01:00", "-2h"), "2017-02-28 23:00:00.000");
}

TEST(CalendarDeadline, LunchSpan) {  // 09:00-12:00, 13:30-17:30
  EXPECT_EQ(due("2017-03-01 11:00", "2wh"), "2017-03-01 14:30:00.000");
  EXPECT_EQ(due("2017-03-01 12:30", "1wh"), "2017-03-01 14:30:00.000");  // begun at lunch
  EXPECT_EQ(due("2017-03-01 10:59:59.999", "1wh"), "2017-03-01 11:59:59.999");
  EXPECT_EQ(due("2017-03-01 11:00:00.001", "1wh"), "2017-03-01 13:30:00.001");
  EXPECT_EQ(due("2017-03-01 09:00", "3wh"), "2017-03-01 12:00:00.000");  // used up at noon, not due after lunch
  EXPECT_EQ(due("2017-03-01 07:00", "4wh"), "2017-03-01 14:30:00.000");  // begun before office hours
  EXPECT_EQ(due("2017-03-01 16:30:00.001", "1wh"), "2017-03-02 09:00:00.001");
  EXPECT_EQ(due("2017-03-01 18:00", "7wh"), "2017-03-02 17:30:00.000");
  EXPECT_EQ(due("2017-03-03 16:00", "2wh"), "2017-03-06 09:30:00.000");  // over a weekend
  EXPECT_EQ(due("2017-01-26 17:00", "1wh"), "2017-02-03 09:30:00.000");  // over Spring Festival
  EXPECT_EQ(due("2017-01-21 10:00", "1wh"), "2017-01-22 10:00:00.000");  // a Sunday that is worked
}

TEST(CalendarDeadline, WorkingHoursCountBack) {
  EXPECT_EQ(due("2017-03-01 14:30", "-2wh"), "2017-03-01 11:00:00.000");
  EXPECT_EQ(due("2017-03-06 09:30", "-1wh"), "2017-03-03 17:00:00.000");
  EXPECT_EQ(due("2017-03-01 13:00", "-3wh"), "2017-03-01 09:00:00.000");
  EXPECT_EQ(due("2017-03-01 13:00", "0wh"), "2017-03-01 13:00:00.000");
}

TEST(CalendarDeadline, ARulesTimeOfDayEndsADayLimit) {
  EXPECT_EQ(due("2017-03-01 08:00", "0d", ms_of_day("12:00")), "2017-03-01 12:00:00.000");
  EXPECT_EQ(due("2017-03-01 08:00", "1wd", ms_of_day("12:00")), "2017-03-02 12:00:00.000");
  EXPECT_EQ(due("2017-03-31 08:00", "1mo", ms_of_day("17:30")), "2017-04-30 17:30:00.000");
  EXPECT_EQ(due("2017-03-01 08:00", "1h", ms_of_day("12:00")), "2017-03-01 09:00:00.000");  // hours end when they end
}

TEST(CalendarDeadline, PreAlertAtTenNotMidnight) {
  EXPECT_EQ(due("2017-03-08 23:59:59.999", "-1wd", ms_of_day("10:00")), "2017-03-07 10:00:00.000");
  EXPECT_EQ(due("2017-02-03 23:59:59.999", "-1wd", ms_of_day("10:00")), "2017-01-26 10:00:00.000");  // back over Spring Festival
  EXPECT_EQ(due("2017-01-23 23:59:59.999", "-1wd", ms_of_day("10:00")), "2017-01-22 10:00:00.000");  // to a Sunday that is worked
  EXPECT_EQ(due("2017-03-08 23:59:59.999", "1wd", ms_of_day("10:00")), "2017-03-09 10:00:00.000");
}

TEST(CalendarDeadline, HalfDayWorksItsOwnSpans) {
  Calendar::Parts parts = read_parts("national");
  DayRule half;
  half.working = true;
  half.name = "除夕半天";
  half.layer = "city";
  half.spans = spans_of({"09:00-12:00"});
  parts.days[day("2017-01-26")] = half;
  const Calendar calendar(std::move(parts));
  const auto due_of = [&](const char* start, const char* duration) {
    return show(add_limit(calendar, shanghai(), local(start), limit(duration)));
  };
  EXPECT_EQ(due_of("2017-01-26 11:00", "2wh"), "2017-02-03 10:00:00.000");
  EXPECT_EQ(due_of("2017-01-25 10:00", "1wd"), "2017-01-26 23:59:59.999");  // half a day is a working day
  EXPECT_EQ(working_ms(calendar, shanghai(), local("2017-01-26 00:00"), local("2017-01-27 00:00")), 3 * 3'600'000);
  EXPECT_EQ(working_ms(national(), shanghai(), local("2017-01-26 00:00"), local("2017-01-27 00:00")), 7 * 3'600'000);
}

TEST(CalendarDeadline, YearWithoutDataGivesAProvisionalDeadline) {
  EXPECT_EQ(due("2026-12-24 10:00", "5wd"), "2026-12-31 23:59:59.999");
  EXPECT_EQ(due("2026-12-25 10:00", "5wd"), "2027-01-01 23:59:59.999 provisional");
  EXPECT_EQ(due("2027-01-04 10:00", "1wd"), "2027-01-05 23:59:59.999 provisional");
  EXPECT_EQ(due("2026-12-31 17:00", "1wh"), "2027-01-01 09:30:00.000 provisional");
  EXPECT_EQ(due("2010-01-05 10:00", "-5wd"), "2009-12-28 23:59:59.999 provisional");
  // What no notice can move is sure.
  EXPECT_EQ(due("2026-12-31 23:00", "2h"), "2027-01-01 01:00:00.000");
  EXPECT_EQ(due("2026-12-25 10:00", "15d"), "2027-01-09 23:59:59.999");
  EXPECT_EQ(due("2026-12-25 10:00", "1mo"), "2027-01-25 23:59:59.999");
}

TEST(CalendarDeadline, AGapInTheDataIsProvisionalToo) {
  Calendar::Parts parts = read_parts("national");
  std::erase(parts.years, 2018);
  const Calendar calendar(std::move(parts));
  EXPECT_TRUE(add_limit(calendar, shanghai(), local("2017-06-01 10:00"), limit("500wd")).provisional);  // ends in 2019
  EXPECT_FALSE(add_limit(calendar, shanghai(), local("2017-06-01 10:00"), limit("100wd")).provisional);
}

TEST(CalendarDeadline, ACalendarWithoutWorkingTimeNeverEnds) {
  Calendar::Parts parts;
  for (bool& off : parts.weekend) off = true;
  parts.spans = spans_of({"09:00-12:00"});
  const Calendar idle(parts);
  EXPECT_EQ(show(add_limit(idle, shanghai(), local("2017-03-01 10:00"), limit("1wd"))), "for ever provisional");
  EXPECT_EQ(show(add_limit(idle, shanghai(), local("2017-03-01 10:00"), limit("-1wh"))), "for ever provisional");
  EXPECT_EQ(show(add_limit(idle, shanghai(), local("2017-03-01 10:00"), limit("1d"))), "2017-03-02 23:59:59.999");
  EXPECT_EQ(show(add_limit(national(), shanghai(), model::kForever, limit("-1wd"))), "for ever provisional");  // its notice
}

TEST(CalendarDeadline, MonthEdgeInShanghaiIsNotThatOfUtc) {
  // 2017-03-31T16:30Z is already April in Shanghai: the limit starts from 04-01, a Saturday that is worked.
  const Instant start = *model::parse_instant("2017-03-31T16:30:00Z");
  EXPECT_EQ(show(add_limit(national(), shanghai(), start, limit("1wd"))), "2017-04-05 23:59:59.999");
  EXPECT_EQ(show(add_limit(national(), model::Zone(), start, limit("1wd")), model::Zone()), "2017-04-01 23:59:59.999");
  EXPECT_EQ(show(add_limit(national(), shanghai(), start, limit("1mo"))), "2017-05-01 23:59:59.999");
  EXPECT_EQ(show(add_limit(national(), model::Zone(), start, limit("1mo")), model::Zone()), "2017-04-30 23:59:59.999");
  EXPECT_EQ(model::format_instant(shanghai().day_end(day("2017-03-31"))), "2017-03-31T15:59:59.999Z");
}

TEST(CalendarDeadline, WorkingTimeBetweenTwoInstants) {
  const auto minutes = [](const char* from, const char* to) { return working_ms(national(), shanghai(), local(from), local(to)) / 60'000; };
  EXPECT_EQ(minutes("2017-03-01 09:00", "2017-03-01 17:30"), 7 * 60);
  EXPECT_EQ(minutes("2017-03-01 11:30", "2017-03-01 14:00"), 60);
  EXPECT_EQ(minutes("2017-03-01 12:10", "2017-03-01 13:20"), 0);
  EXPECT_EQ(minutes("2017-03-03 17:00", "2017-03-06 09:10"), 40);
  EXPECT_EQ(minutes("2017-01-01 00:00", "2018-01-01 00:00"), 249 * 7 * 60);
  EXPECT_EQ(minutes("2017-03-02 09:00", "2017-03-01 09:00"), 0);
  EXPECT_EQ(minutes("2017-03-01 10:00", "2017-03-01 10:00"), 0);
}

TEST(CalendarDeadline, WorkingTimeOfALimitIsTheLimit) {
  for (const char* start : {"2017-01-20 03:00", "2017-01-21 10:00", "2017-03-01 12:30", "2017-09-30 16:45:00.123", "2026-02-14 09:00"}) {
    for (int hours = 1; hours <= 60; ++hours) {
      const Duration duration{hours, LimitUnit::kWorkingHours};
      const Instant end = add_limit(national(), shanghai(), local(start), duration).due;
      EXPECT_EQ(working_ms(national(), shanghai(), local(start), end), hours * 3'600'000LL) << start << " " << hours;
      EXPECT_EQ(working_ms(national(), shanghai(), local(start), end - 1), hours * 3'600'000LL - 1) << start << " " << hours;
    }
  }
}

}  // namespace
}  // namespace docket::calendar::test
