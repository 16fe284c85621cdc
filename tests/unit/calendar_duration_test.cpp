// Durations as definitions write them: every unit reads and writes itself, and nothing else is taken for one.
#include <gtest/gtest.h>

#include "engine/calendar/calendar.h"

namespace docket::calendar {
namespace {

TEST(CalendarDuration, ReadsEveryUnit) {
  EXPECT_EQ(parse_duration("5wd"), (Duration{5, LimitUnit::kWorkingDays}));
  EXPECT_EQ(parse_duration("4wh"), (Duration{4, LimitUnit::kWorkingHours}));
  EXPECT_EQ(parse_duration("15d"), (Duration{15, LimitUnit::kDays}));
  EXPECT_EQ(parse_duration("2h"), (Duration{2, LimitUnit::kHours}));
  EXPECT_EQ(parse_duration("20min"), (Duration{20, LimitUnit::kMinutes}));
  EXPECT_EQ(parse_duration("3mo"), (Duration{3, LimitUnit::kMonths}));
  EXPECT_EQ(parse_duration("-1wd"), (Duration{-1, LimitUnit::kWorkingDays}));
  EXPECT_EQ(parse_duration("0d"), (Duration{0, LimitUnit::kDays}));
}

TEST(CalendarDuration, WritesWhatItReads) {
  for (const char* text : {"5wd", "4wh", "15d", "2h", "20min", "3mo", "-1wd", "-10d", "0wd", "36525d", "1200mo"}) {
    const auto duration = parse_duration(text);
    ASSERT_TRUE(duration) << text;
    EXPECT_EQ(format_duration(*duration), text);
  }
}

TEST(CalendarDuration, RefusesAnythingElse) {
  for (const char* text : {"",   "5",    "wd",   "-",    "-wd",  "--1wd", "+1wd", " 5wd", "5wd ",         "5 wd",   "5WD",    "5m",
                           "5w", "5wdd", "5.5h", "1e3d", "05wd", "-0d",   "-01d", "5d4h", "99999999999d", "36526d", "1201mo", "-876601h"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace docket::calendar
