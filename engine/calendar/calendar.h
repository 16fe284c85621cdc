// Working time: which local days are worked, from which spans, by which version of which layer; deadlines from it.
// Day limits count whole local days; hour limits of kWorkingHours run through spans; kHours and kMinutes run 24x7.
// Source of the counting rules: domain.md section 5 (start day not counted; months end on the same date or month end).
// Thread rule: immutable after construction. Ownership: all values; what a Calendar returns by reference lives as long as it.
// Nothing here reads a clock or a file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/calendar/limit_unit.h"
#include "engine/model/time.h"

namespace docket::calendar {

using model::Day;
using model::Instant;

// "5wd", "4wh", "15d", "2h", "20min", "3mo", "-1wd".
struct Duration {
  std::int32_t amount = 0;
  LimitUnit unit = LimitUnit::kNone;
  friend bool operator==(const Duration&, const Duration&) = default;
};
// nullopt for anything else: blanks, signs other than '-', leading zeros, more than a century.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
[[nodiscard]] std::string format_duration(Duration duration);

// A span of working time inside a local day, in ms of the day, [from, to).
struct Span {
  std::int32_t from_ms = 0;
  std::int32_t to_ms = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

// One named day that differs from the weekly pattern.
struct DayRule {
  bool working = false;
  std::string name;         // zh name of the holiday, or of the make-up working day
  std::string layer;        // national, city, unit: which layer said so
  std::string source;       // the notice
  std::vector<Span> spans;  // own spans of that day (half days); empty = the weekly pattern's
};

class Calendar {
 public:
  struct Parts {
    std::string name;                                                   // "national" or "national+qingdao"
    std::string version;                                                // e.g. "2026-11-24.1": of the data, named in every record
    std::vector<Span> spans;                                            // of an ordinary working day
    std::map<Day, DayRule> days;                                        // merged layers, highest wins
    std::vector<int> years;                                             // years whose notice is known
    bool weekend[7] = {false, false, false, false, false, true, true};  // Monday first
  };
  explicit Calendar(Parts parts);  // spans may come in any order; those that touch or overlap become one

  [[nodiscard]] const std::string& name() const { return parts_.name; }
  [[nodiscard]] const std::string& version() const { return parts_.version; }
  [[nodiscard]] bool is_working(Day day) const;
  [[nodiscard]] const DayRule* rule(Day day) const;  // nullptr: the weekly pattern decides
  [[nodiscard]] bool is_weekend(Day day) const { return parts_.weekend[model::weekday(day)]; }
  [[nodiscard]] const std::vector<Span>& spans(Day day) const;  // empty on a day off
  // The n-th working day after `day` (before it, if n is negative); `day` itself for 0. nullopt: none within a thousand years.
  [[nodiscard]] std::optional<Day> nth_working_day(Day day, std::int64_t n) const;
  // Working days in [from, to); 0 if to <= from.
  [[nodiscard]] std::int64_t count_working_days(Day from, Day to) const;
  // Whether the year's notice is in the data; a deadline that touches another year is provisional.
  [[nodiscard]] bool knows_year(int year) const;
  // Whether every year from the one of `from` to the one of `to` is known, in either order.
  [[nodiscard]] bool knows_days(Day from, Day to) const;
  [[nodiscard]] const std::vector<int>& years() const { return parts_.years; }  // ascending

 private:
  // What the dense table knows of a day; 2000 to 2040 and every day that has a rule lie in it.
  enum class Mark : std::uint8_t { kOff, kWorking, kOffByRule, kWorkingByRule };
  [[nodiscard]] bool in_table(Day day) const { return day >= table_first_ && day < table_end_; }
  [[nodiscard]] Mark mark(Day day) const { return marks_[static_cast<std::size_t>(day - table_first_)]; }
  [[nodiscard]] std::int64_t count_by_week(Day from, Day to) const;  // outside the table only the weekly pattern decides

  Parts parts_;
  Day table_first_ = 0;
  Day table_end_ = 0;                 // exclusive
  std::vector<Mark> marks_;           // of each day of the table
  std::vector<std::int32_t> before_;  // working days of the table before that day; one more entry at the end
  std::vector<Day> working_days_;     // of the table, ascending
};

struct Deadline {
  Instant due = 0;
  bool provisional = false;  // some day between start and due lies in a year without data (wd and wh; the others ask no notice)
  friend bool operator==(const Deadline&, const Deadline&) = default;
};

// The deadline of `limit` from `start`. `at_ms`: ms of day at which a day limit ends instead of the day's last millisecond.
// Negative amounts (notices) count back from start's day in the same unit. {kForever, provisional} if the calendar has no
// working time to count, or from kForever.
[[nodiscard]] Deadline add_limit(const Calendar& calendar, const model::Zone& zone, Instant start, Duration limit,
                                 std::optional<std::int32_t> at_ms = std::nullopt);

// The new deadline when a clock paused at `paused` with deadline `due` runs on from `resumed`
// (language.md section 4 "Pause"): for h, min, wh the unused time; for wd, d, mo the working (or calendar) days after
// the pause day up to the old due, counted from the resume day, at the old due's time of day. Nothing moves when pause
// and resume lie on one local day (day units) or when the pause began after due; nor does a due without unit (`given`).
[[nodiscard]] Deadline resume_limit(const Calendar& calendar, const model::Zone& zone, Instant paused, Instant resumed, Instant due,
                                    LimitUnit unit);

// Working milliseconds between two instants (spans only); 0 if to <= from.
[[nodiscard]] std::int64_t working_ms(const Calendar& calendar, const model::Zone& zone, Instant from, Instant to);

// The working behind a deadline, day by day in the order of counting; adjacent days of one sort, name and source are one line.
// wh: one kSpan line for each span (or rest of one) that was used.
struct ExplainLine {
  Day from = 0;
  Day to = 0;  // inclusive
  enum class Sort : std::uint8_t { kStart, kCounted, kWeekend, kHoliday, kMakeUp, kPaused, kDue, kSpan } sort = Sort::kCounted;
  std::int32_t counted = 0;     // whole units counted after this line, in all
  std::int64_t counted_ms = 0;  // for hour units: time used after this line
  Span span;                    // kSpan: the part of the day that was used
  std::string name;             // holiday's or make-up day's name
  std::string layer;
  std::string source;
};
[[nodiscard]] std::vector<ExplainLine> explain_limit(const Calendar& calendar, const model::Zone& zone, Instant start, Duration limit,
                                                     std::optional<std::int32_t> at_ms = std::nullopt);
// The working behind resume_limit: the pause, then what was counted again from the resume day. Empty if nothing moved.
[[nodiscard]] std::vector<ExplainLine> explain_resume(const Calendar& calendar, const model::Zone& zone, Instant paused, Instant resumed,
                                                      Instant due, LimitUnit unit);

}  // namespace docket::calendar
