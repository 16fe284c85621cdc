#include "engine/walk/print.h"

#include <algorithm>

#include "engine/apply/state_access.h"

namespace docket::walk {
namespace {

using model::ClockInstance;

std::string local_minute(const model::Zone& zone, model::Instant at) {
  const auto minutes = zone.local_ms_of_day(at) / 60'000;
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return model::format_date(zone.local_day(at)) + " " + two(minutes / 60) + ":" + two(minutes % 60);
}

std::string clock_text(const definition::Bundle& bundle, const ClockInstance& clock) {
  switch (clock.status) {
    case ClockInstance::Status::kRunning:
      return clock.due == model::kNoInstant ? "runs unlimited" : "due " + local_minute(bundle.zone, clock.due);
    case ClockInstance::Status::kPaused:
      return "paused";
    case ClockInstance::Status::kCancelled:
      return "cancelled";
    case ClockInstance::Status::kStopped:
      break;
  }
  const auto value = apply::clock_value(&clock, model::kNoInstant, false);
  return value == apply::ClockValue::kMet ? "met" : value == apply::ClockValue::kLate ? "late" : "stopped";
}

// "; handle due 2017-03-09 23:59; sign met": what differs from before.
std::string clock_changes(const definition::Bundle& bundle, const definition::ScopeDef& scope, const std::string& prefix,
                          const model::ScopeState* before, const model::ScopeState& after) {
  std::string out;
  for (std::size_t i = 0; i < after.clocks.size(); ++i) {
    const auto& clock = after.clocks[i];
    const bool known = before != nullptr && i < before->clocks.size();
    if (known && before->clocks[i].status == clock.status && before->clocks[i].due == clock.due &&
        before->clocks[i].late_forever == clock.late_forever)
      continue;
    out += "; " + prefix + scope.clocks[clock.clock].name + " " + clock_text(bundle, clock);
  }
  return out;
}

std::string state_text(const definition::ScopeDef& scope, model::StateId state) {
  return state < scope.states.size() ? scope.states[state].name : state == model::kCleared ? "cleared" : "-";
}

std::string step_text(const definition::Bundle& bundle, const Step& step, const model::CaseState* before) {
  const auto& state = *step.after;
  const auto& kind = bundle.kinds[state.kind];
  const auto& event = *step.event;
  std::string out = local_minute(bundle.zone, event.time) + "  " + kind.events[event.event].name;
  out += " by " + (step.timer ? std::string("docket") : event.authid) + (event.actorunit.empty() ? "" : " of " + event.actorunit);
  if (step.late) out += " (told later)";
  out += " -> " + state_text(kind.scopes[0], state.scope.state);
  if (state.round > 1) out += ", round " + std::to_string(state.round);
  if (state.voided) out += ", voided";
  out += clock_changes(bundle, kind.scopes[0], "", before == nullptr ? nullptr : &before->scope, state.scope);
  for (std::size_t p = 0; p < state.parts.size(); ++p) {
    const auto& part = state.parts[p];
    const auto* old = before != nullptr && p < before->parts.size() ? &before->parts[p].scope : nullptr;
    const auto& scope = kind.scopes[part.part];
    const std::string name = scope.name + " " + std::to_string(p + 1) + " ";
    if (old == nullptr || old->state != part.scope.state) out += "; " + name + state_text(scope, part.scope.state);
    out += clock_changes(bundle, scope, name, old, part.scope);
  }
  return out + "\n";
}

}  // namespace

std::string walk_text(const definition::Bundle& bundle, const std::vector<Step>& steps) {
  std::string out;
  const model::CaseState* before = nullptr;
  for (const auto& step : steps) {
    out += step_text(bundle, step, before);
    before = step.after.get();
  }
  return out;
}

}  // namespace docket::walk
