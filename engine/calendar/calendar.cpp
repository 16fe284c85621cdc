#include "engine/calendar/calendar.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/calendar/working_spans.h"

namespace docket::calendar {
namespace {

constexpr int kTableFirstYear = 2000;
constexpr int kTableLastYear = 2040;

std::vector<Span> tidy(std::vector<Span> spans) {
  std::erase_if(spans, [](const Span& span) { return span.to_ms <= span.from_ms; });
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.from_ms < b.from_ms; });
  std::vector<Span> out;
  for (const Span& span : spans) {
    if (!out.empty() && span.from_ms <= out.back().to_ms) {
      out.back().to_ms = std::max(out.back().to_ms, span.to_ms);
    } else {
      out.push_back(span);
    }
  }
  return out;
}

}  // namespace

Calendar::Calendar(Parts parts)
    : parts_(std::move(parts)),
      table_first_(model::day_from_date({kTableFirstYear, 1, 1})),
      table_end_(model::day_from_date({kTableLastYear + 1, 1, 1})) {
  parts_.spans = tidy(std::move(parts_.spans));
  std::sort(parts_.years.begin(), parts_.years.end());
  parts_.years.erase(std::unique(parts_.years.begin(), parts_.years.end()), parts_.years.end());
  if (!parts_.days.empty()) {
    table_first_ = std::min(table_first_, parts_.days.begin()->first);
    table_end_ = std::max(table_end_, parts_.days.rbegin()->first + 1);
  }
  const auto size = static_cast<std::size_t>(table_end_ - table_first_);
  marks_.reserve(size);
  for (Day day = table_first_; day < table_end_; ++day) marks_.push_back(is_weekend(day) ? Mark::kOff : Mark::kWorking);
  for (auto& [day, rule] : parts_.days) {
    rule.spans = tidy(std::move(rule.spans));
#ifdef DOCKET_FAULT_MAKE_UP_DAY_IGNORED
    if (rule.working && is_weekend(day)) continue;
#endif
    marks_[static_cast<std::size_t>(day - table_first_)] = rule.working ? Mark::kWorkingByRule : Mark::kOffByRule;
  }
  before_.reserve(size + 1);
  for (Day day = table_first_; day < table_end_; ++day) {
    before_.push_back(static_cast<std::int32_t>(working_days_.size()));
    if (is_working(day)) working_days_.push_back(day);
  }
  before_.push_back(static_cast<std::int32_t>(working_days_.size()));
}

bool Calendar::is_working(Day day) const {
  if (!in_table(day)) return !is_weekend(day);
  const Mark of_day = mark(day);
  return of_day == Mark::kWorking || of_day == Mark::kWorkingByRule;
}

const DayRule* Calendar::rule(Day day) const {
  if (!in_table(day) || mark(day) == Mark::kOff || mark(day) == Mark::kWorking) return nullptr;
  return &parts_.days.find(day)->second;
}

const std::vector<Span>& Calendar::spans(Day day) const {
  static const std::vector<Span> kNoSpans;
  if (!is_working(day)) return kNoSpans;
  const DayRule* of_day = rule(day);
  return of_day != nullptr && !of_day->spans.empty() ? of_day->spans : parts_.spans;
}

std::optional<Day> Calendar::nth_working_day(Day day, std::int64_t n) const {
  if (n == 0) return day;
  // The table's own list answers at once if the search starts and ends in it.
  const Day next = n > 0 ? day + 1 : day;  // counted from the days at or after it, or from those before it
  if (next >= table_first_ && next <= table_end_) {
    const std::int64_t index = before_[static_cast<std::size_t>(next - table_first_)] + (n > 0 ? n - 1 : n);
    if (index >= 0 && index < static_cast<std::int64_t>(working_days_.size())) return working_days_[static_cast<std::size_t>(index)];
  }
  const Day step = n > 0 ? 1 : -1;
  std::int64_t left = n > 0 ? n : -n;
  for (Day walked = 1; walked <= kSearchDaysMax; ++walked) {
    const Day at = day + walked * step;
    if (is_working(at) && --left == 0) return at;
  }
  return std::nullopt;
}

std::int64_t Calendar::count_by_week(Day from, Day to) const {
  if (to <= from) return 0;
  const auto days = static_cast<std::int64_t>(to) - from;
  const auto off = std::count(std::begin(parts_.weekend), std::end(parts_.weekend), true);
  std::int64_t count = days / 7 * (7 - off);
  for (Day day = to - static_cast<Day>(days % 7); day < to; ++day) count += is_weekend(day) ? 0 : 1;
  return count;
}

std::int64_t Calendar::count_working_days(Day from, Day to) const {
  if (to <= from) return 0;
  const Day first = std::clamp(from, table_first_, table_end_);
  const Day end = std::clamp(to, table_first_, table_end_);
  return count_by_week(from, std::min(to, table_first_)) + count_by_week(std::max(from, table_end_), to) +
         before_[static_cast<std::size_t>(end - table_first_)] - before_[static_cast<std::size_t>(first - table_first_)];
}

bool Calendar::knows_year(int year) const { return std::binary_search(parts_.years.begin(), parts_.years.end(), year); }

bool Calendar::knows_days(Day from, Day to) const {
  const int first = model::date_from_day(std::min(from, to)).year;
  const int last = model::date_from_day(std::max(from, to)).year;
  const auto at = std::lower_bound(parts_.years.begin(), parts_.years.end(), first);
  const auto count = static_cast<std::ptrdiff_t>(last) - first + 1;
  return parts_.years.end() - at >= count && *at == first && *(at + (count - 1)) == last;
}

}  // namespace docket::calendar
