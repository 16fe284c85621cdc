#include "engine/calendar/calendar.h"
#include "engine/calendar/working_spans.h"

namespace docket::calendar {
namespace {

// Same date, or the month's end.
Day add_months(Day day, std::int32_t months) {
  const model::Date from = model::date_from_day(day);
  const std::int64_t count = std::int64_t{from.year} * 12 + from.month - 1 + months;
  const int year = static_cast<int>(count >= 0 ? count / 12 : (count - 11) / 12);
  const int month = static_cast<int>(count - std::int64_t{year} * 12) + 1;
  return model::day_from_date({year, month, std::min(from.day, model::days_in_month(year, month))});
}

// The local day on which a limit in wd, d or mo ends; nullopt if the calendar has too few working days.
std::optional<Day> limit_day(const Calendar& calendar, Day start, Duration limit) {
  switch (limit.unit) {
    case LimitUnit::kWorkingDays:
      return calendar.nth_working_day(start, limit.amount);
    case LimitUnit::kDays:
      return start + limit.amount;
    case LimitUnit::kMonths:
      return add_months(start, limit.amount);
    case LimitUnit::kNone:
    case LimitUnit::kWorkingHours:
    case LimitUnit::kHours:
    case LimitUnit::kMinutes:
      break;
  }
  return start;
}

}  // namespace

Deadline add_limit(const Calendar& calendar, const model::Zone& zone, Instant start, Duration limit, std::optional<std::int32_t> at_ms) {
  if (start == model::kForever) return {model::kForever, true};  // nothing counts from an end that never comes
  Deadline deadline{start, false};
  switch (limit.unit) {
    case LimitUnit::kNone:
      return deadline;
    case LimitUnit::kHours:
      deadline.due = start + limit.amount * kMsPerHour;
      return deadline;
    case LimitUnit::kMinutes:
      deadline.due = start + limit.amount * kMsPerMinute;
      return deadline;
    case LimitUnit::kWorkingHours: {
      const auto use = [&](Day, Instant from, Instant to) { deadline.due = limit.amount > 0 ? to : from; };
      if (!walk_working(calendar, zone, start, limit.amount * kMsPerHour, use, [](Day) {})) return {model::kForever, true};
      break;
    }
    case LimitUnit::kWorkingDays:
    case LimitUnit::kDays:
    case LimitUnit::kMonths: {
      const std::optional<Day> day = limit_day(calendar, zone.local_day(start), limit);
      if (!day) return {model::kForever, true};
#ifdef DOCKET_FAULT_DUE_AT_START_OF_DAY
      deadline.due = at_ms ? zone.to_instant(*day, *at_ms) : zone.day_start(*day);
#elif defined(DOCKET_FAULT_HALF_DAY_IGNORED)
      deadline.due = at_ms ? zone.day_end(*day) : zone.day_end(*day);
#else
      deadline.due = at_ms ? zone.to_instant(*day, *at_ms) : zone.day_end(*day);
#endif
      break;
    }
  }
  deadline.provisional = counts_working_time(limit.unit) && !calendar.knows_days(zone.local_day(start), zone.local_day(deadline.due));
  return deadline;
}

std::int64_t working_ms(const Calendar& calendar, const model::Zone& zone, Instant from, Instant to) {
  if (to <= from) return 0;
  std::int64_t total = 0;
  const Day last = zone.local_day(to);
  for (Day day = zone.local_day(from); day <= last; ++day) {
    for (const Span& span : calendar.spans(day)) {
      const SpanInstants instants = span_instants(zone, day, span);
      total += std::max<std::int64_t>(0, std::min(instants.to, to) - std::max(instants.from, from));
    }
  }
  return total;
}

}  // namespace docket::calendar
