// The national calendar as shipped: counts of the published tables, amended notices, days set by the next year's notice; and the
// Calendar's tables against counting day by day, inside and outside the dense range.
#include <set>

#include "tests/unit/calendar_fixture.h"

namespace docket::calendar::test {
namespace {

std::string days_of(const Calendar& calendar, int year, bool working) {  // "02-06 02-14 ..." of the rules of a year
  std::string out;
  for (Day at = model::day_from_date({year, 1, 1}); at < model::day_from_date({year + 1, 1, 1}); ++at) {
    const DayRule* rule = calendar.rule(at);
    if (rule != nullptr && rule->working == working) out += (out.empty() ? "" : " ") + model::format_date(at).substr(5);
  }
  return out;
}

TEST(CalendarData, WorkingDaysByQuarter) {
  struct Year {
    int year;
    std::int64_t quarters[4];
  };
  constexpr Year kYears[] = {{2016, {61, 62, 65, 62}}, {2017, {61, 62, 66, 60}}, {2018, {61, 62, 66, 61}},
                             {2024, {61, 62, 66, 62}}, {2025, {59, 61, 67, 61}}, {2026, {59, 61, 66, 62}}};
  for (const Year& year : kYears) {
    for (int quarter = 0; quarter < 4; ++quarter) {
      const Day from = model::day_from_date({year.year, quarter * 3 + 1, 1});
      const Day to = quarter == 3 ? model::day_from_date({year.year + 1, 1, 1}) : model::day_from_date({year.year, quarter * 3 + 4, 1});
      EXPECT_EQ(national().count_working_days(from, to), year.quarters[quarter]) << year.year << " Q" << quarter + 1;
    }
  }
}

TEST(CalendarData, MakeUpWorkingDaysAsPublished) {
  EXPECT_EQ(days_of(national(), 2016, true), "02-06 02-14 06-12 09-18 10-08 10-09");
  EXPECT_EQ(days_of(national(), 2017, true), "01-22 02-04 04-01 05-27 09-30");
  EXPECT_EQ(days_of(national(), 2018, true), "02-11 02-24 04-08 04-28 09-29 09-30 12-29");
  EXPECT_EQ(days_of(national(), 2024, true), "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12");
  EXPECT_EQ(days_of(national(), 2025, true), "01-26 02-08 04-27 09-28 10-11");
  EXPECT_EQ(days_of(national(), 2026, true), "01-04 02-14 02-28 05-09 09-20 10-10");
}

// "02-07-02-13": a run; "04-04": a day. Adjacent ordinary weekends are not repeated in the published tables.
TEST(CalendarData, DaysOffAsPublished) {
  struct Year {
    int year;
    std::vector<const char*> off;
  };
  const std::vector<Year> years{
      {2016, {"01-01", "02-07-02-13", "04-04", "05-01-05-02", "06-09-06-11", "09-15-09-17", "10-01-10-07"}},
      {2017, {"01-01-01-02", "01-27-02-02", "04-02-04-04", "05-01", "05-28-05-30", "10-01-10-08"}},
      {2018, {"01-01", "02-15-02-21", "04-05-04-07", "04-29-05-01", "06-18", "09-24", "10-01-10-07", "12-30-12-31"}},
      {2024, {"01-01", "02-10-02-17", "04-04-04-06", "05-01-05-05", "06-10", "09-15-09-17", "10-01-10-07"}},
      {2025, {"01-01", "01-28-02-04", "04-04-04-06", "05-01-05-05", "05-31-06-02", "10-01-10-08"}},
      {2026, {"01-01-01-03", "02-15-02-23", "04-04-04-06", "05-01-05-05", "06-19-06-21", "09-25-09-27", "10-01-10-07"}}};
  for (const auto& [year, off] : years) {
    std::set<Day> listed;
    for (const std::string run : off) {
      const auto date = [&, y = year](const std::string& text) { return day(std::to_string(y) + "-" + text); };
      for (Day at = date(run.substr(0, 5)), last = date(run.substr(run.size() - 5)); at <= last; ++at) listed.insert(at);
    }
    for (Day at = model::day_from_date({year, 1, 1}); at < model::day_from_date({year + 1, 1, 1}); ++at) {
      if (listed.contains(at)) {
        EXPECT_FALSE(national().is_working(at)) << model::format_date(at);
      } else if (!national().is_weekend(at)) {
        EXPECT_TRUE(national().is_working(at)) << model::format_date(at) << " is a day off that no table lists";
      }
    }
  }
}

TEST(CalendarData, HolidaysOfSomeAreWorkedByAll) {
  // 2017: 03-08 and 06-01 fall on working days of the week, as do 05-04 and 08-01.
  for (const char* text : {"2017-03-08", "2017-05-04", "2017-06-01", "2017-08-01"}) {
    EXPECT_TRUE(national().is_working(day(text))) << text;
    EXPECT_EQ(national().rule(day(text)), nullptr) << text;
  }
}

TEST(CalendarData, Saturday2026_02_14IsAWorkingDayAndMonday2026_02_16IsNot) {
  EXPECT_TRUE(national().is_weekend(day("2026-02-14")));
  EXPECT_TRUE(national().is_working(day("2026-02-14")));
  EXPECT_FALSE(national().spans(day("2026-02-14")).empty());
  EXPECT_FALSE(national().is_weekend(day("2026-02-16")));
  EXPECT_FALSE(national().is_working(day("2026-02-16")));
  EXPECT_TRUE(national().spans(day("2026-02-16")).empty());
  EXPECT_TRUE(national().is_working(day("2024-02-09")));  // 除夕 2024 is formally worked
}

TEST(CalendarData, AmendedNoticesStandAsAmended) {
  const auto working = [](const char* text) { return national().is_working(day(text)); };
  EXPECT_FALSE(working("2015-09-03"));
  EXPECT_FALSE(working("2015-09-04"));
  EXPECT_TRUE(working("2015-09-06"));  // a Sunday
  for (const char* off : {"2019-05-01", "2019-05-02", "2019-05-03"}) EXPECT_FALSE(working(off)) << off;
  EXPECT_TRUE(working("2019-04-28"));  // Sundays
  EXPECT_TRUE(working("2019-05-05"));
  for (const char* off : {"2020-01-30", "2020-01-31", "2020-02-01", "2020-02-02"}) EXPECT_FALSE(working(off)) << off;
  EXPECT_TRUE(working("2020-02-03"));
}

TEST(CalendarData, ANoticeMaySetDaysOfTheYearBefore) {
  EXPECT_TRUE(national().is_working(day("2011-12-31")));
  EXPECT_TRUE(national().is_working(day("2018-12-29")));
  EXPECT_FALSE(national().is_working(day("2018-12-31")));
  ASSERT_NE(national().rule(day("2018-12-31")), nullptr);
  EXPECT_EQ(national().rule(day("2018-12-31"))->source, national().rule(day("2019-01-01"))->source);
  ASSERT_NE(national().rule(day("2022-12-31")), nullptr);
  EXPECT_EQ(national().rule(day("2022-12-31"))->name, "元旦");
}

TEST(CalendarData, ARuleNamesItsHolidayLayerAndNotice) {
  const DayRule* rule = national().rule(day("2017-10-08"));
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->name, "中秋节、国庆节");
  EXPECT_EQ(rule->layer, "national");
  EXPECT_EQ(rule->source, "国办发明电〔2016〕17号");
  EXPECT_EQ(national().rule(day("2017-03-01")), nullptr);
  EXPECT_EQ(national().rule(day("2060-01-01")), nullptr);
}

TEST(CalendarData, KnowsTheYearsWithANotice) {
  EXPECT_EQ(national().name(), "national");
  EXPECT_EQ(national().version(), "2026-11-24");
  EXPECT_EQ(national().years().front(), 2010);
  EXPECT_EQ(national().years().back(), 2026);
  EXPECT_EQ(national().years().size(), 17U);
  EXPECT_FALSE(national().knows_year(2009));
  EXPECT_TRUE(national().knows_year(2017));
  EXPECT_FALSE(national().knows_year(2027));
  EXPECT_TRUE(national().knows_days(day("2010-01-01"), day("2026-12-31")));
  EXPECT_TRUE(national().knows_days(day("2026-12-31"), day("2010-01-01")));
  EXPECT_FALSE(national().knows_days(day("2026-12-31"), day("2027-01-01")));
  EXPECT_FALSE(national().knows_days(day("2009-12-31"), day("2010-01-01")));
}

TEST(CalendarData, CountsAndSearchesAsDayByDay) {
  Calendar::Parts parts = read_parts("national");
  parts.days[day("1998-12-31")] = DayRule{false, "a rule outside the dense years", "city", "", {}};
  const Calendar calendar(std::move(parts));
  EXPECT_FALSE(calendar.is_working(day("1998-12-31")));
  EXPECT_TRUE(calendar.is_working(day("1998-12-30")));
  for (const char* text : {"1990-06-01", "1998-12-30", "1999-12-25", "2017-01-01", "2040-11-01", "2041-03-01", "2100-02-28"}) {
    const Day from = day(text);
    std::int64_t counted = 0;
    for (Day at = from; at < from + 400; ++at) {
      ASSERT_EQ(calendar.count_working_days(from, at), counted) << text << " to " << model::format_date(at);
      if (calendar.is_working(at)) {
        ++counted;
        ASSERT_EQ(calendar.nth_working_day(from - 1, counted), at) << text << " + " << counted;
        ASSERT_EQ(calendar.nth_working_day(from + 400, -calendar.count_working_days(at, from + 400)), at) << text;
      }
    }
  }
  const auto count = [&](const char* from, const char* to) { return calendar.count_working_days(day(from), day(to)); };
  EXPECT_EQ(count("1970-01-01", "2100-01-01"), count("1970-01-01", "2017-01-01") + count("2017-01-01", "2100-01-01"));
  EXPECT_EQ(calendar.count_working_days(day("2017-03-02"), day("2017-03-01")), 0);
  EXPECT_EQ(calendar.nth_working_day(day("2017-03-04"), 0), day("2017-03-04"));
}

TEST(CalendarData, SpansAreOrderedAndJoined) {
  Calendar::Parts parts;
  parts.spans = spans_of({"13:30-17:30", "09:00-11:00", "10:30-12:00", "12:00-12:30", "18:00-18:00"});
  const Calendar calendar(std::move(parts));
  EXPECT_EQ(calendar.spans(day("2017-03-01")), spans_of({"09:00-12:30", "13:30-17:30"}));
  EXPECT_TRUE(calendar.spans(day("2017-03-04")).empty());
}

TEST(CalendarData, AWeekendIsWhatTheCalendarSays) {
  Calendar::Parts parts;
  for (bool& off : parts.weekend) off = false;
  parts.weekend[4] = true;
  const Calendar calendar(std::move(parts));
  EXPECT_FALSE(calendar.is_working(day("2017-03-03")));  // Friday
  EXPECT_TRUE(calendar.is_working(day("2017-03-04")));
  EXPECT_FALSE(calendar.is_working(day("2057-03-02")));  // a Friday outside the dense years
}

}  // namespace
}  // namespace docket::calendar::test
