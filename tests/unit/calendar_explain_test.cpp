// The working behind a deadline, line by line. Method: whole explanations as text, so that a failure shows the full difference;
// and over many starts and limits the last line must be the deadline that add_limit gives.
#include "tests/unit/calendar_fixture.h"

namespace docket::calendar::test {
namespace {

using Sort = ExplainLine::Sort;

const char* name_of(Sort sort) {
  switch (sort) {
    case Sort::kStart:
      return "start";
    case Sort::kCounted:
      return "counted";
    case Sort::kWeekend:
      return "weekend";
    case Sort::kHoliday:
      return "holiday";
    case Sort::kMakeUp:
      return "make-up";
    case Sort::kPaused:
      return "paused";
    case Sort::kDue:
      return "due";
    case Sort::kSpan:
      return "span";
  }
  return "?";
}

std::string clock_time(std::int64_t ms) { return model::format_instant(ms).substr(11, 5); }

std::string render(const std::vector<ExplainLine>& lines) {
  std::string out = "\n";
  for (const ExplainLine& line : lines) {
    out += model::format_date(line.from);
    if (line.to != line.from) out += ".." + model::format_date(line.to).substr(5);
    out += std::string(" ") + name_of(line.sort);
    if (line.sort == Sort::kSpan) out += " " + clock_time(line.span.from_ms) + "-" + clock_time(line.span.to_ms);
    out += " = " + std::to_string(line.counted);
    if (line.counted_ms != 0) out += " (" + std::to_string(line.counted_ms / 60'000) + " min)";
    if (!line.name.empty()) out += " | " + line.name + ", " + line.layer + ", " + line.source;
    out += "\n";
  }
  return out;
}

std::string explain(const char* start, const char* duration) {
  return render(explain_limit(national(), shanghai(), local(start), limit(duration)));
}

TEST(CalendarExplain, WorkingDaysWithAMakeUpDay) {
  EXPECT_EQ(explain("2017-01-20 10:00", "5wd"), R"(
2017-01-20 start = 0
2017-01-21 weekend = 0
2017-01-22 make-up = 1 | 春节, national, 国办发明电〔2016〕17号
2017-01-23..01-25 counted = 4
2017-01-26 due = 5
)");
}

TEST(CalendarExplain, WorkingDaysOverTwoHolidays) {
  EXPECT_EQ(explain("2017-09-28 10:00", "3wd"), R"(
2017-09-28 start = 0
2017-09-29 counted = 1
2017-09-30 make-up = 2 | 中秋节、国庆节, national, 国办发明电〔2016〕17号
2017-10-01..10-08 holiday = 2 | 中秋节、国庆节, national, 国办发明电〔2016〕17号
2017-10-09 due = 3
)");
}

TEST(CalendarExplain, TheStartAndTheDueMayHaveANameToo) {
  EXPECT_EQ(explain("2017-01-21 10:00", "1wd"), R"(
2017-01-21 start = 0
2017-01-22 due = 1 | 春节, national, 国办发明电〔2016〕17号
)");
  EXPECT_EQ(explain("2017-02-02 10:00", "1wd"), R"(
2017-02-02 start = 0 | 春节, national, 国办发明电〔2016〕17号
2017-02-03 due = 1
)");
}

TEST(CalendarExplain, HolidaysSideBySideAreOneLineOnlyIfAllIsTheSame) {
  Calendar::Parts parts = read_parts("national");
  parts.days[day("2017-02-27")] = DayRule{false, "台风停工", "city", "市防指 2017-1", {}};
  parts.days[day("2017-02-28")] = DayRule{false, "台风停工", "city", "市防指 2017-2", {}};
  parts.days[day("2017-03-01")] = DayRule{false, "台风停工", "unit", "市防指 2017-2", {}};
  parts.days[day("2017-03-02")] = DayRule{false, "单位停电", "unit", "市防指 2017-2", {}};
  parts.days[day("2017-03-03")] = DayRule{false, "单位停电", "unit", "市防指 2017-2", {}};
  const Calendar calendar(std::move(parts));
  EXPECT_EQ(render(explain_limit(calendar, shanghai(), local("2017-02-26 10:00"), limit("1wd"))), R"(
2017-02-26 start = 0
2017-02-27 holiday = 0 | 台风停工, city, 市防指 2017-1
2017-02-28 holiday = 0 | 台风停工, city, 市防指 2017-2
2017-03-01 holiday = 0 | 台风停工, unit, 市防指 2017-2
2017-03-02..03-03 holiday = 0 | 单位停电, unit, 市防指 2017-2
2017-03-04..03-05 weekend = 0
2017-03-06 due = 1
)");
}

TEST(CalendarExplain, CalendarDaysAndMonths) {
  EXPECT_EQ(explain("2017-01-20 10:00", "15d"), R"(
2017-01-20 start = 0
2017-01-21..02-03 counted = 14
2017-02-04 due = 15 | 春节, national, 国办发明电〔2016〕17号
)");
  EXPECT_EQ(explain("2016-11-30 10:00", "3mo"), R"(
2016-11-30 start = 0
2016-12-01..02-27 counted = 2
2017-02-28 due = 3
)");
  EXPECT_EQ(explain("2017-03-01 10:00", "1d"), R"(
2017-03-01 start = 0
2017-03-02 due = 1
)");
  EXPECT_EQ(explain("2017-03-01 10:00", "0d"), R"(
2017-03-01 start = 0
2017-03-01 due = 0
)");
}

TEST(CalendarExplain, CountingBack) {
  EXPECT_EQ(explain("2017-02-03 23:59", "-2wd"), R"(
2017-02-03 start = 0
2017-01-27..02-02 holiday = 0 | 春节, national, 国办发明电〔2016〕17号
2017-01-26 counted = 1
2017-01-25 due = 2
)");
}

TEST(CalendarExplain, Hours) {
  EXPECT_EQ(explain("2017-01-26 23:00", "2h"), R"(
2017-01-26 start = 0
2017-01-27 due = 2 (120 min) | 春节, national, 国办发明电〔2016〕17号
)");
  EXPECT_EQ(explain("2017-03-01 10:00", "20min"), R"(
2017-03-01 start = 0
2017-03-01 due = 20 (20 min)
)");
}

TEST(CalendarExplain, WorkingHoursSpanBySpan) {
  EXPECT_EQ(explain("2017-01-25 16:00", "14wh"), R"(
2017-01-25 start = 0
2017-01-25 span 16:00-17:30 = 1 (90 min)
2017-01-26 span 09:00-12:00 = 4 (270 min)
2017-01-26 span 13:30-17:30 = 8 (510 min)
2017-01-27..02-02 holiday = 8 (510 min) | 春节, national, 国办发明电〔2016〕17号
2017-02-03 span 09:00-12:00 = 11 (690 min)
2017-02-03 span 13:30-16:00 = 14 (840 min)
2017-02-03 due = 14 (840 min)
)");
  EXPECT_EQ(explain("2017-02-03 17:00", "1wh"), R"(
2017-02-03 start = 0
2017-02-03 span 17:00-17:30 = 0 (30 min)
2017-02-04 span 09:00-09:30 = 1 (60 min) | 春节, national, 国办发明电〔2016〕17号
2017-02-04 due = 1 (60 min) | 春节, national, 国办发明电〔2016〕17号
)");
}

TEST(CalendarExplain, ASpanMayEndWithTheDay) {
  Calendar::Parts parts;
  parts.spans = spans_of({"20:00-24:00"});
  const auto lines = explain_limit(Calendar(std::move(parts)), shanghai(), local("2017-03-01 10:00"), limit("4wh"));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1].span, (Span{ms_of_day("20:00"), ms_of_day("24:00")}));
  EXPECT_EQ(model::format_date(lines[2].from), "2017-03-02");  // 24:00 is the next day's 00:00, as the deadline says
}

TEST(CalendarExplain, APauseAcrossAHoliday) {
  EXPECT_EQ(render(explain_resume(national(), shanghai(), local("2017-01-23 10:00"), local("2017-01-31 10:00"),
                                  local("2017-01-26 23:59:59.999"), LimitUnit::kWorkingDays)),
            R"(
2017-01-23..01-31 paused = 0
2017-02-01..02-02 holiday = 0 | 春节, national, 国办发明电〔2016〕17号
2017-02-03 counted = 1
2017-02-04 make-up = 2 | 春节, national, 国办发明电〔2016〕17号
2017-02-05 weekend = 2
2017-02-06 due = 3
)");
}

TEST(CalendarExplain, PausesInOtherUnits) {
  const auto resumed = [](const char* old_due, LimitUnit unit) {
    return render(explain_resume(national(), shanghai(), local("2017-03-02 16:30"), local("2017-03-03 16:30"), local(old_due), unit));
  };
  EXPECT_EQ(resumed("2017-03-31 23:59:59.999", LimitUnit::kMonths), R"(
2017-03-02..03-03 paused = 0
2017-03-04..03-31 counted = 28
2017-04-01 due = 29 | 清明节, national, 国办发明电〔2016〕17号
)");
  EXPECT_EQ(resumed("2017-03-03 10:00", LimitUnit::kWorkingHours), R"(
2017-03-02..03-03 paused = 0
2017-03-03 span 16:30-17:30 = 1 (60 min)
2017-03-04..03-05 weekend = 1 (60 min)
2017-03-06 span 09:00-10:00 = 2 (120 min)
2017-03-06 due = 2 (120 min)
)");
  EXPECT_EQ(resumed("2017-03-02 17:00", LimitUnit::kHours), R"(
2017-03-02..03-03 paused = 0
2017-03-03 due = 0 (30 min)
)");
  EXPECT_EQ(resumed("2017-03-02 23:59:59.999", LimitUnit::kWorkingDays), R"(
2017-03-02..03-03 paused = 0
2017-03-03 due = 0
)");
  EXPECT_EQ(resumed("2017-03-02 12:00", LimitUnit::kDays), "\n");  // paused after due: nothing moved
}

TEST(CalendarExplain, WithoutAnEndThereIsOnlyAStart) {
  Calendar::Parts parts;
  for (bool& off : parts.weekend) off = true;
  const Calendar idle(std::move(parts));
  EXPECT_EQ(render(explain_limit(idle, shanghai(), local("2017-03-01 10:00"), limit("1wd"))), "\n2017-03-01 start = 0\n");
  EXPECT_EQ(render(explain_limit(idle, shanghai(), local("2017-03-01 10:00"), limit("1wh"))), "\n2017-03-01 start = 0\n");
  EXPECT_EQ(render(explain_limit(idle, shanghai(), model::kForever, limit("1d"))), "\n");
}

TEST(CalendarExplain, EndsOnTheDeadlineAndCoversEveryDayOnce) {
  for (Day offset = 0; offset < 800; offset += 3) {
    const Instant start = shanghai().to_instant(day("2016-12-01") + offset, 10 * 3'600'000);
    for (const char* text : {"1wd", "5wd", "23wd", "-1wd", "-12wd", "15d", "-2d", "3mo", "-1mo", "30h", "7wh", "40wh", "-9wh"}) {
      const Duration duration = limit(text);
      const Deadline deadline = add_limit(national(), shanghai(), start, duration);
      const std::vector<ExplainLine> lines = explain_limit(national(), shanghai(), start, duration);
      SCOPED_TRACE(show(start) + " + " + text + render(lines));
      ASSERT_EQ(lines.front().sort, Sort::kStart);
      ASSERT_EQ(lines.front().from, shanghai().local_day(start));
      ASSERT_EQ(lines.back().sort, Sort::kDue);
      ASSERT_EQ(lines.back().from, shanghai().local_day(deadline.due));
      ASSERT_EQ(lines.back().counted, std::abs(duration.amount));
      if (duration.unit != LimitUnit::kWorkingDays) continue;
      std::int64_t days = 0;
      for (const ExplainLine& line : lines) days += line.to - line.from + 1;
      ASSERT_EQ(days, std::abs(lines.back().from - lines.front().from) + 1);
    }
  }
}

}  // namespace
}  // namespace docket::calendar::test
