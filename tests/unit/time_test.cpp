// Dates and instants as text: what is read and written, round trips, and what is refused.
#include "engine/model/time.h"

#include <gtest/gtest.h>

namespace docket::model {
namespace {

std::string utc(std::string_view text) {
  const auto instant = parse_instant(text);
  return instant ? format_instant(*instant) : "refused";
}

TEST(Time, ReadsInstantsWithAnOffset) {
  EXPECT_EQ(utc("2017-03-01T10:00:00+08:00"), "2017-03-01T02:00:00.000Z");
  EXPECT_EQ(utc("2017-03-01T10:00:00Z"), "2017-03-01T10:00:00.000Z");
  EXPECT_EQ(utc("2017-03-01t10:00:00z"), "2017-03-01T10:00:00.000Z");
  EXPECT_EQ(utc("2017-03-01T00:30:00+08:00"), "2017-02-28T16:30:00.000Z");
  EXPECT_EQ(utc("2015-12-31T20:00:00-05:00"), "2016-01-01T01:00:00.000Z");
  EXPECT_EQ(utc("2017-03-01T10:00:00-00:00"), "2017-03-01T10:00:00.000Z");
  EXPECT_EQ(utc("2017-03-01T10:00:00+23:59"), "2017-02-28T10:01:00.000Z");
  EXPECT_EQ(utc("1969-12-31T23:59:59.999Z"), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(parse_instant("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_instant("2017-03-01T02:00:00Z"), 1488333600000);
}

TEST(Time, CutsFinerThanAMillisecond) {
  EXPECT_EQ(utc("2017-03-01T10:00:00.5Z"), "2017-03-01T10:00:00.500Z");
  EXPECT_EQ(utc("2017-03-01T10:00:00.05Z"), "2017-03-01T10:00:00.050Z");
  EXPECT_EQ(utc("2017-03-01T10:00:00.9999999+08:00"), "2017-03-01T02:00:00.999Z");
}

TEST(Time, RefusesWhatIsNoInstant) {
  for (const char* text : {
           "",
           "2017-03-01",
           "2017-03-01T10:00:00",      // naive
           "2017-03-01T10:00:00.123",  // naive
           "2017-03-01 10:00:00Z",     // a blank instead of T
           "2017-03-01T10:00Z",        // no seconds
           "2017-3-1T10:00:00Z",
           "17-03-01T10:00:00Z",
           "2017-02-29T10:00:00Z",  // no such day
           "1900-02-29T10:00:00Z",
           "2017-13-01T10:00:00Z",
           "2017-00-01T10:00:00Z",
           "2017-03-00T10:00:00Z",
           "2017-04-31T10:00:00Z",
           "0000-01-01T10:00:00Z",
           "2017-03-01T24:00:00Z",
           "2017-03-01T10:60:00Z",
           "2016-12-31T23:59:60Z",  // leap second
           "2017-03-01T10:00:00.Z",
           "2017-03-01T10:00:00,5Z",
           "2017-03-01T10:00:00+08",
           "2017-03-01T10:00:00+0800",
           "2017-03-01T10:00:00+8:00",
           "2017-03-01T10:00:00+24:00",
           "2017-03-01T10:00:00+08:60",
           "2017-03-01T10:00:00 +08:00",
           "2017-03-01T10:00:00ZZ",
           "2017-03-01T10:00:00Z ",
           " 2017-03-01T10:00:00Z",
           "2017-03-01T-1:00:00Z",
           "2017-03-01T10:00:00\xE2\x88\x92"
           "05:00",  // a typographic minus
           "+2017-03-01T10:00:00Z",
       }) {
    EXPECT_FALSE(parse_instant(text)) << text;
  }
}

TEST(Time, InstantsRoundTrip) {
  for (Instant at = *parse_instant("1900-01-01T00:00:00Z"); at < *parse_instant("2100-01-01T00:00:00Z"); at += 86'399'989 * 7LL) {
    ASSERT_EQ(parse_instant(format_instant(at)), at) << at;
  }
  std::string line = "at ";
  append_instant(line, 1);
  EXPECT_EQ(line, "at 1970-01-01T00:00:00.001Z");
}

TEST(Time, DatesRoundTripThroughFourCenturies) {
  Date expected{1800, 1, 1};
  for (Day day = day_from_date(expected); day < day_from_date({2200, 1, 1}); ++day) {
    const Date date = date_from_day(day);
    ASSERT_EQ(date.year, expected.year);
    ASSERT_EQ(date.month, expected.month);
    ASSERT_EQ(date.day, expected.day);
    ASSERT_EQ(parse_date(format_date(day)), day);
    if (++expected.day > days_in_month(expected.year, expected.month)) {
      expected.day = 1;
      if (++expected.month > 12) expected = {expected.year + 1, 1, 1};
    }
  }
}

TEST(Time, RefusesWhatIsNoDate) {
  EXPECT_EQ(parse_date("2016-02-29"), day_from_date({2016, 2, 29}));
  for (const char* text : {"", "2017-02-29", "2017-2-1", "2017/02/01", "20170201", "2017-02-01T", " 2017-02-01", "2017-02-01 ",
                           "2017-06-31", "0000-01-01", "2017-00-10", "2017-13-10", "2017-01-00", "-017-01-01"}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
}

TEST(Time, WeekdaysStartOnMonday) {
  EXPECT_EQ(weekday(day_from_date({2017, 3, 6})), 0);
  EXPECT_EQ(weekday(day_from_date({2017, 3, 5})), 6);
  EXPECT_EQ(weekday(day_from_date({1970, 1, 1})), 3);
  EXPECT_EQ(weekday(day_from_date({1969, 12, 28})), 6);
}

TEST(Time, MonthsHaveTheirDays) {
  EXPECT_EQ(days_in_month(2016, 2), 29);
  EXPECT_EQ(days_in_month(2017, 2), 28);
  EXPECT_EQ(days_in_month(1900, 2), 28);
  EXPECT_EQ(days_in_month(2000, 2), 29);
  EXPECT_EQ(days_in_month(2017, 4), 30);
  EXPECT_EQ(days_in_month(2017, 12), 31);
}

TEST(Time, ALocalDayIsNotTheUtcDay) {
  const Zone zone("Asia/Shanghai", "test", {{*parse_instant("1970-01-01T00:00:00Z"), 8 * 3'600'000}});
  const Instant at = *parse_instant("2017-03-31T16:00:00Z");
  EXPECT_EQ(format_date(zone.local_day(at)), "2017-04-01");
  EXPECT_EQ(format_date(zone.local_day(at - 1)), "2017-03-31");
  EXPECT_EQ(zone.local_ms_of_day(at), 0);
  EXPECT_EQ(zone.local_ms_of_day(at - 1), kMsPerDay - 1);
  EXPECT_EQ(format_date(Zone().local_day(at)), "2017-03-31");
  EXPECT_EQ(format_date(Zone().local_day(-1)), "1969-12-31");
  EXPECT_EQ(zone.day_end(day_from_date({2017, 3, 31})), at - 1);
}

}  // namespace
}  // namespace docket::model
