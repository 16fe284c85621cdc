// Walks through working time span by span: what add_limit, resume_limit and explain_limit share. Internal to this folder.
// Thread rule: pure functions.
#pragma once

#include <algorithm>

#include "engine/calendar/calendar.h"

namespace docket::calendar {

inline constexpr std::int64_t kMsPerMinute = 60'000;
inline constexpr std::int64_t kMsPerHour = 3'600'000;
inline constexpr Day kSearchDaysMax = 365'243;  // a thousand years: where a search for working time gives up

// The instants of a span of a local day; their distance is real time, also on a day whose clocks are changed.
struct SpanInstants {
  Instant from = 0;
  Instant to = 0;
};
[[nodiscard]] inline SpanInstants span_instants(const model::Zone& zone, Day day, const Span& span) {
  return {zone.to_instant(day, span.from_ms), zone.to_instant(day, span.to_ms)};
}

// Calls visit(day, from, to) for each stretch of working time used when `amount_ms` are counted from `start` (backwards if
// negative), the last one cut where the amount is used up, and skip(day) for each day without working time before that.
// False if the calendar has too little of it.
template <typename Visit, typename Skip>
[[nodiscard]] bool walk_working(const Calendar& calendar, const model::Zone& zone, Instant start, std::int64_t amount_ms, Visit visit,
                                Skip skip) {
  const bool forward = amount_ms > 0;
  std::int64_t left = forward ? amount_ms : -amount_ms;
  const Day first = zone.local_day(start);
  for (Day walked = 0; left > 0; ++walked) {
    if (walked > kSearchDaysMax) return false;
    const Day day = forward ? first + walked : first - walked;
    const std::vector<Span>& spans = calendar.spans(day);
    if (spans.empty()) skip(day);
    for (std::size_t i = 0; i < spans.size() && left > 0; ++i) {
      auto [from, to] = span_instants(zone, day, spans[forward ? i : spans.size() - 1 - i]);
      if (forward) {
        from = std::max(from, start);
      } else {
        to = std::min(to, start);
      }
      if (to <= from) continue;
      if (to - from > left) (forward ? to : from) = forward ? from + left : to - left;
      left -= to - from;
      visit(day, from, to);
    }
  }
  return true;
}

// Units that ask the calendar, so that a year without data makes the answer provisional.
[[nodiscard]] inline bool counts_working_time(LimitUnit unit) {
  return unit == LimitUnit::kWorkingDays || unit == LimitUnit::kWorkingHours;
}

// When a pause from `paused` to `resumed` moves `due` at all.
[[nodiscard]] bool pause_moves(const model::Zone& zone, Instant paused, Instant resumed, Instant due, LimitUnit unit);

}  // namespace docket::calendar
