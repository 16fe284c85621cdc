#include "engine/calendar/calendar.h"
#include "engine/calendar/working_spans.h"

namespace docket::calendar {
namespace {

Deadline resume_days(const Calendar& calendar, const model::Zone& zone, Instant paused, Instant resumed, Instant due, bool working) {
  const Day pause_day = zone.local_day(paused);
  const Day resume_day = zone.local_day(resumed);
  const Day due_day = zone.local_day(due);
#ifdef DOCKET_FAULT_PAUSE_COUNTS_ITS_DAY
  const Day first_day = pause_day;
#else
  const Day first_day = pause_day + 1;
#endif
  const std::int64_t left = working ? calendar.count_working_days(first_day, due_day + 1) : std::int64_t{due_day} - pause_day;
  const std::optional<Day> day = working ? calendar.nth_working_day(resume_day, left) : resume_day + static_cast<Day>(left);
  if (!day) return {model::kForever, true};
  // A day's end stays a day's end, also where the days differ in length.
  const Instant moved = due == zone.day_end(due_day) ? zone.day_end(*day) : zone.to_instant(*day, zone.local_ms_of_day(due));
  return {moved, working && !calendar.knows_days(pause_day, *day)};
}

}  // namespace

bool pause_moves(const model::Zone& zone, Instant paused, Instant resumed, Instant due, LimitUnit unit) {
  if (paused > due || resumed <= paused || due == model::kForever) return false;
  switch (unit) {
    case LimitUnit::kNone:
      return false;
    case LimitUnit::kWorkingHours:
    case LimitUnit::kHours:
    case LimitUnit::kMinutes:
      return true;
    case LimitUnit::kWorkingDays:
    case LimitUnit::kDays:
    case LimitUnit::kMonths:
      break;
  }
  return zone.local_day(paused) != zone.local_day(resumed);
}

Deadline resume_limit(const Calendar& calendar, const model::Zone& zone, Instant paused, Instant resumed, Instant due, LimitUnit unit) {
  if (!pause_moves(zone, paused, resumed, due, unit)) {
    const bool asks = counts_working_time(unit) && due != model::kForever;
    return {due, due == model::kForever || (asks && !calendar.knows_days(zone.local_day(paused), zone.local_day(due)))};
  }
  switch (unit) {
    case LimitUnit::kWorkingDays:
      return resume_days(calendar, zone, paused, resumed, due, true);
    case LimitUnit::kDays:
    case LimitUnit::kMonths:
      return resume_days(calendar, zone, paused, resumed, due, false);
    case LimitUnit::kWorkingHours: {
      Deadline deadline{resumed, false};
      const auto use = [&](Day, Instant, Instant to) { deadline.due = to; };
      if (!walk_working(calendar, zone, resumed, working_ms(calendar, zone, paused, due), use, [](Day) {})) return {model::kForever, true};
      deadline.provisional = !calendar.knows_days(zone.local_day(paused), zone.local_day(deadline.due));
      return deadline;
    }
    case LimitUnit::kNone:
    case LimitUnit::kHours:
    case LimitUnit::kMinutes:
      break;
  }
  return {resumed + (due - paused), false};
}

}  // namespace docket::calendar
