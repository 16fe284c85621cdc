// What an event's time must be: not in the future, not too late, and for a timer event the very end of its clock.
#include "engine/validate/refuse.h"
#include "engine/validate/step_check.h"

namespace docket::validate {

using model::Event;
using model::Refusal;
using model::Rejection;

Refusal check_timer(const definition::Bundle& bundle, const model::CaseState& state, const model::Event& event) {
  const auto& kind = bundle.kinds[event.kind];
  const auto& def = kind.events[event.event];
  const auto* part = def.scope == 0 ? nullptr : apply::find_part(state, def.scope, event.part_key);
  const auto* clock = apply::newest(part != nullptr ? part->scope : state.scope, def.after_clock);
  if (clock != nullptr && clock->due != model::kNoInstant && event.time == clock->due + 1) return {};
  return refuse(Rejection::kNotDue, def.name + " lies where " + kind.scopes[def.scope].clocks[def.after_clock].name + " runs out",
                "#/time");
}

Refusal check_time(const definition::Bundle& bundle, const Event& event, model::Instant recorded) {
  constexpr std::int64_t kAheadMs = 5 * 60'000;
  if (event.time > recorded + kAheadMs) {
    return refuse(Rejection::kFutureTime,
                  "time " + model::format_instant(event.time) + " is more than 5 min ahead of " + model::format_instant(recorded),
                  "#/time");
  }
  if (bundle.sources[event.source_id].backfill || !event.approvedby.empty()) return {};
  const auto& def = bundle.kinds[event.kind].events[event.event];
  const model::Instant latest = def.late.unit == calendar::LimitUnit::kNone
                                    ? event.time + def.late_ms
                                    : calendar::add_limit(*bundle.calendar, bundle.zone, event.time, def.late).due;
  if (recorded <= latest) return {};
  const std::string allowed = def.late.unit == calendar::LimitUnit::kNone ? "24h" : calendar::format_duration(def.late);
  return refuse(Rejection::kTooLate, def.name + " may be recorded " + allowed + " after it happened; later it needs approvedby", "#/time");
}

}  // namespace docket::validate
