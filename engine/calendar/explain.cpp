#include <utility>

#include "engine/calendar/calendar.h"
#include "engine/calendar/working_spans.h"

namespace docket::calendar {
namespace {

using Sort = ExplainLine::Sort;

ExplainLine named_line(const Calendar& calendar, Day day, Sort sort) {
  ExplainLine line;
  line.from = line.to = day;
  line.sort = sort;
  if (const DayRule* rule = calendar.rule(day)) {
    line.name = rule->name;
    line.layer = rule->layer;
    line.source = rule->source;
  }
  return line;
}

Sort sort_of(const Calendar& calendar, Day day) {
  if (calendar.is_working(day)) return calendar.is_weekend(day) ? Sort::kMakeUp : Sort::kCounted;
  return calendar.rule(day) != nullptr ? Sort::kHoliday : Sort::kWeekend;
}

// Adds a day to the line before it if they are of one sort, else as a line of its own.
void join(std::vector<ExplainLine>& lines, ExplainLine day) {
  if (!lines.empty() && day.sort != Sort::kSpan) {
    ExplainLine& last = lines.back();
    const bool adjacent = day.from == last.to + 1 || day.to == last.from - 1;
    if (adjacent && last.sort == day.sort && last.name == day.name && last.layer == day.layer && last.source == day.source) {
      last.from = std::min(last.from, day.from);
      last.to = std::max(last.to, day.to);
      last.counted = day.counted;
      return;
    }
  }
  lines.push_back(std::move(day));
}

// The days between `start` and `due` in wd: each working day counts, the others are shown with their reason.
void explain_working_days(std::vector<ExplainLine>& lines, const Calendar& calendar, Day start, Day due) {
  const Day step = due > start ? 1 : -1;
  std::int32_t counted = 0;
  for (Day day = start + step; day != due; day += step) {
    ExplainLine line = named_line(calendar, day, sort_of(calendar, day));
    if (calendar.is_working(day)) ++counted;
    line.counted = counted;
    join(lines, std::move(line));
  }
  ExplainLine end = named_line(calendar, due, Sort::kDue);
  end.counted = counted + 1;
  lines.push_back(std::move(end));
}

// The days between `start` and `due` in d or mo: all count alike.
void explain_calendar_days(std::vector<ExplainLine>& lines, const Calendar& calendar, Day start, Day due, std::int32_t units) {
  const Day first = std::min(start, due) + 1;
  const Day last = std::max(start, due) - 1;
  if (first <= last) {
    ExplainLine line;
    line.from = first;
    line.to = last;
    line.counted = units - 1;  // a month is counted when it is over
    lines.push_back(std::move(line));
  }
  ExplainLine end = named_line(calendar, due, Sort::kDue);
  end.counted = units;
  lines.push_back(std::move(end));
}

void explain_days(std::vector<ExplainLine>& lines, const Calendar& calendar, Day start, Day due, std::int32_t units, LimitUnit unit) {
  if (due != start && unit == LimitUnit::kWorkingDays) {
    explain_working_days(lines, calendar, start, due);
  } else {
    explain_calendar_days(lines, calendar, start, due, units);
  }
}

void explain_working_hours(std::vector<ExplainLine>& lines, const Calendar& calendar, const model::Zone& zone, Instant start,
                           std::int64_t amount_ms, Instant due) {
  std::int64_t used_ms = 0;
  const Day first = zone.local_day(start);
  const auto use = [&](Day day, Instant from, Instant to) {
    used_ms += to - from;
    ExplainLine line = named_line(calendar, day, Sort::kSpan);
    line.counted = static_cast<std::int32_t>(used_ms / kMsPerHour);
    line.counted_ms = used_ms;
    line.span = {static_cast<std::int32_t>(zone.local_ms_of_day(from)), static_cast<std::int32_t>(zone.local_ms_of_day(to - 1) + 1)};
    lines.push_back(std::move(line));
  };
  const auto skip = [&](Day day) {
    if (day == first) return;  // the start line names it
    ExplainLine line = named_line(calendar, day, sort_of(calendar, day));
    line.counted = static_cast<std::int32_t>(used_ms / kMsPerHour);
    line.counted_ms = used_ms;
    join(lines, std::move(line));
  };
  if (!walk_working(calendar, zone, start, amount_ms, use, skip)) return;
  ExplainLine end = named_line(calendar, zone.local_day(due), Sort::kDue);
  end.counted = static_cast<std::int32_t>(used_ms / kMsPerHour);
  end.counted_ms = used_ms;
  lines.push_back(std::move(end));
}

void explain_hours(std::vector<ExplainLine>& lines, const Calendar& calendar, const model::Zone& zone, Instant start,
                   std::int64_t amount_ms, LimitUnit unit) {
  ExplainLine end = named_line(calendar, zone.local_day(start + amount_ms), Sort::kDue);
  end.counted_ms = amount_ms < 0 ? -amount_ms : amount_ms;
  end.counted = static_cast<std::int32_t>(end.counted_ms / (unit == LimitUnit::kHours ? kMsPerHour : kMsPerMinute));
  lines.push_back(std::move(end));
}

}  // namespace

std::vector<ExplainLine> explain_limit(const Calendar& calendar, const model::Zone& zone, Instant start, Duration limit,
                                       std::optional<std::int32_t> at_ms) {
  const Deadline deadline = add_limit(calendar, zone, start, limit, at_ms);
  std::vector<ExplainLine> lines;
  if (start == model::kForever) return lines;
  lines.push_back(named_line(calendar, zone.local_day(start), Sort::kStart));
  if (limit.unit == LimitUnit::kNone || deadline.due == model::kForever) return lines;
  switch (limit.unit) {
    case LimitUnit::kWorkingHours:
      explain_working_hours(lines, calendar, zone, start, limit.amount * kMsPerHour, deadline.due);
      break;
    case LimitUnit::kHours:
    case LimitUnit::kMinutes:
      explain_hours(lines, calendar, zone, start, deadline.due - start, limit.unit);
      break;
    case LimitUnit::kNone:
    case LimitUnit::kWorkingDays:
    case LimitUnit::kDays:
    case LimitUnit::kMonths:
      explain_days(lines, calendar, zone.local_day(start), zone.local_day(deadline.due), limit.amount < 0 ? -limit.amount : limit.amount,
                   limit.unit);
      break;
  }
  return lines;
}

std::vector<ExplainLine> explain_resume(const Calendar& calendar, const model::Zone& zone, Instant paused, Instant resumed, Instant due,
                                        LimitUnit unit) {
  const Deadline deadline = resume_limit(calendar, zone, paused, resumed, due, unit);
  std::vector<ExplainLine> lines;
  if (!pause_moves(zone, paused, resumed, due, unit) || deadline.due == model::kForever) return lines;
  ExplainLine pause;
  pause.from = zone.local_day(paused);
  pause.to = zone.local_day(resumed);
  pause.sort = Sort::kPaused;
  lines.push_back(std::move(pause));
  switch (unit) {
    case LimitUnit::kWorkingHours:
      explain_working_hours(lines, calendar, zone, resumed, working_ms(calendar, zone, paused, due), deadline.due);
      break;
    case LimitUnit::kHours:
    case LimitUnit::kMinutes:
      explain_hours(lines, calendar, zone, resumed, deadline.due - resumed, unit);
      break;
    case LimitUnit::kNone:
    case LimitUnit::kWorkingDays:
    case LimitUnit::kDays:
    case LimitUnit::kMonths: {
      const Day resume_day = zone.local_day(resumed);
      const Day due_day = zone.local_day(deadline.due);
      // After a pause a month limit runs on by the day.
      explain_days(lines, calendar, resume_day, due_day, due_day - resume_day, unit == LimitUnit::kMonths ? LimitUnit::kDays : unit);
      break;
    }
  }
  return lines;
}

}  // namespace docket::calendar
