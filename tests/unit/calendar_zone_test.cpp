// Zones with summer time: gaps, overlaps, days of 23 and 25 hours, and what limits make of them.
// The tables are those that ship in schemas/zones.
#include "tests/unit/calendar_fixture.h"

namespace docket::calendar::test {
namespace {

std::string utc(const char* local_time, const model::Zone& zone) { return model::format_instant(local(local_time, zone)); }

TEST(CalendarZone, ATimeThatASpringForwardSkipsLiesAsFarAfterTheGap) {
  EXPECT_EQ(utc("2015-03-08 01:59:59.999", new_york()), "2015-03-08T06:59:59.999Z");
  EXPECT_EQ(utc("2015-03-08 02:00", new_york()), "2015-03-08T07:00:00.000Z");
  EXPECT_EQ(utc("2015-03-08 02:30", new_york()), "2015-03-08T07:30:00.000Z");
  EXPECT_EQ(show(local("2015-03-08 02:30", new_york()), new_york()), "2015-03-08 03:30:00.000");
  EXPECT_EQ(utc("2015-03-08 03:00", new_york()), "2015-03-08T07:00:00.000Z");
}

TEST(CalendarZone, ATimeThatOccursTwiceIsItsFirstOccurrence) {
  EXPECT_EQ(utc("2015-11-01 00:59", new_york()), "2015-11-01T04:59:00.000Z");
  EXPECT_EQ(utc("2015-11-01 01:30", new_york()), "2015-11-01T05:30:00.000Z");
  EXPECT_EQ(utc("2015-11-01 02:00", new_york()), "2015-11-01T07:00:00.000Z");
  // The second occurrence reads the same on the wall.
  EXPECT_EQ(show(*model::parse_instant("2015-11-01T06:30:00Z"), new_york()), "2015-11-01 01:30:00.000");
}

TEST(CalendarZone, DaysOf23And25Hours) {
  const auto hours = [](const char* date) { return (new_york().day_end(day(date)) + 1 - new_york().day_start(day(date))) / 3'600'000; };
  EXPECT_EQ(hours("2015-03-08"), 23);
  EXPECT_EQ(hours("2015-11-01"), 25);
  EXPECT_EQ(hours("2015-11-02"), 24);
}

TEST(CalendarZone, EveryLocalHourOfTheTableReadsBack) {
  for (const model::Zone* zone : {&new_york(), &shanghai()}) {
    for (Instant at = *model::parse_instant("1970-01-02T00:00:00Z"); at < *model::parse_instant("2041-01-01T00:00:00Z"); at += 3'600'000) {
      const Instant back = zone->to_instant(zone->local_day(at), zone->local_ms_of_day(at));
      // Only the second occurrence of an hour reads back as the first.
      if (back != at) {
        ASSERT_EQ(back, at - 3'600'000) << model::format_instant(at);
        ASSERT_EQ(zone->local_ms_of_day(back), zone->local_ms_of_day(at)) << model::format_instant(at);
      }
    }
  }
}

TEST(CalendarZone, ShanghaiKeptSummerTimeFrom1986To1991) {
  EXPECT_EQ(utc("1986-07-01 12:00", shanghai()), "1986-07-01T03:00:00.000Z");
  EXPECT_EQ(utc("1985-07-01 12:00", shanghai()), "1985-07-01T04:00:00.000Z");
  EXPECT_EQ(utc("1992-07-01 12:00", shanghai()), "1992-07-01T04:00:00.000Z");
  EXPECT_EQ(utc("2017-07-01 12:00", shanghai()), "2017-07-01T04:00:00.000Z");
}

TEST(CalendarZone, TheFirstOffsetHoldsBeforeTheTableAndTheLastAfterIt) {
  EXPECT_EQ(shanghai().offset_ms(*model::parse_instant("1950-01-01T00:00:00Z")), 8 * 3'600'000);
  EXPECT_EQ(shanghai().offset_ms(*model::parse_instant("2100-07-01T00:00:00Z")), 8 * 3'600'000);
  EXPECT_EQ(model::Zone().offset_ms(0), 0);
  EXPECT_EQ(model::Zone().name(), "UTC");
}

TEST(CalendarZone, HoursAreRealHoursAndDaysAreLocalDays) {
  Calendar::Parts parts = read_parts("national");
  parts.spans = spans_of({"00:00-24:00"});
  parts.days.clear();
  for (bool& off : parts.weekend) off = false;
  const Calendar always(std::move(parts));
  const auto due_of = [&](const char* start, const char* duration) {
    return show(add_limit(always, new_york(), local(start, new_york()), limit(duration)), new_york());
  };
  EXPECT_EQ(due_of("2015-03-07 12:00", "24h"), "2015-03-08 13:00:00.000");
  EXPECT_EQ(due_of("2015-03-07 12:00", "1d"), "2015-03-08 23:59:59.999");
  EXPECT_EQ(due_of("2015-10-31 12:00", "24h"), "2015-11-01 11:00:00.000");
  EXPECT_EQ(due_of("2015-03-07 12:00", "24wh"), "2015-03-08 13:00:00.000");
  EXPECT_EQ(due_of("2015-11-01 12:00", "-24wh"), "2015-10-31 13:00:00.000");
  const auto hours_of = [&](const char* date) {
    return working_ms(always, new_york(), new_york().day_start(day(date)), new_york().day_start(day(date) + 1)) / 3'600'000;
  };
  EXPECT_EQ(hours_of("2015-03-08"), 23);
  EXPECT_EQ(hours_of("2015-11-01"), 25);
}

TEST(CalendarZone, ADayLimitResumedAcrossTheChangeEndsWithItsDay) {
  const Deadline moved = resume_limit(national(), new_york(), local("2015-03-06 10:00", new_york()), local("2015-03-07 10:00", new_york()),
                                      new_york().day_end(day("2015-03-07")), LimitUnit::kDays);
  EXPECT_EQ(show(moved, new_york()), "2015-03-08 23:59:59.999");
}

TEST(CalendarZone, ADayWhoseLastHourOccursTwiceEndsWithTheSecond) {
  // Summer time ends at midnight: 24:00 of 2015-02-21 becomes 23:00.
  const model::Zone zone(
      "Midnight", "test",
      {{*model::parse_instant("2014-10-19T03:00:00Z"), -2 * 3'600'000}, {*model::parse_instant("2015-02-22T02:00:00Z"), -3 * 3'600'000}});
  EXPECT_EQ(model::format_instant(zone.day_end(day("2015-02-21"))), "2015-02-22T02:59:59.999Z");
  const Deadline moved = resume_limit(national(), zone, local("2015-02-18 10:00", zone), local("2015-02-20 10:00", zone),
                                      zone.day_end(day("2015-02-19")), LimitUnit::kDays);
  EXPECT_EQ(model::format_instant(moved.due), "2015-02-22T02:59:59.999Z");
}

}  // namespace
}  // namespace docket::calendar::test
