#include "engine/simulate/course.h"

#include <algorithm>

#include "engine/partition/notices.h"
#include "engine/partition/timer_event.h"
#include "engine/validate/computed_effects.h"
#include "engine/validate/judge.h"
#include "engine/validate/step_check.h"

namespace docket::simulate {

using apply::Want;
using model::Refusal;

Status Course::onto(const apply::Folded& row) {
  const auto& bundle = *book_.bundle;
  const bool opens = state_.scope.state == model::kNotOpened;
  model::CaseState after = state_;
  if (after.kind == model::kNone16) after.kind = row.event->kind;
#ifdef DOCKET_FAULT_SIMULATED_EFFECTS_KEPT
  apply::RecordedEffects computed(row.effects, row.recorded);
#else
  validate::ComputedEffects computed(bundle, bundle.kinds[after.kind], *row.event, row.recorded);
#endif
  if (auto status = apply::apply_folded(bundle.kinds[after.kind], after, row, computed); !status) return status;
  validate::mark_source(bundle, after, *row.event);
  measure::append_next(deltas_, bundle, opens ? nullptr : &state_, after, row.event->time);
  state_ = std::move(after);
  return {};
}

Refusal Course::take(const apply::Folded& row) {
  pass(row.event->time);
  if (Refusal refusal = validate::check_step(*book_.bundle, state_, *row.event)) return refusal;
  if (auto status = onto(row); !status) return {model::Rejection::kQuarantined, status.error().message, {}};
  return {};
}

void Course::pass(model::Instant until) {
#ifdef DOCKET_FAULT_SIMULATED_TIMERS_LOST
  if (until != 0) return;
#endif
  std::vector<Want> passed;  // those that nothing legal follows
  while (true) {
    const Want* first = nullptr;
    const auto wants = apply::unfired_timers(state_);
    for (const auto& want : wants) {
      if (want.at > until || std::find(passed.begin(), passed.end(), want) != passed.end()) continue;
      if (first == nullptr || want.at < first->at) first = &want;
    }
    if (first == nullptr) return;
    if (fire(*first)) {
      passed.clear();  // places may have moved
    } else {
      passed.push_back(*first);
    }
  }
}

// The first event `after` that clock which is legal where the clock runs out.
bool Course::fire(const Want& want) {
  const auto& bundle = *book_.bundle;
  const auto& kind = bundle.kinds[state_.kind];
  const auto scope = want.part == 0 ? model::ScopeId{0} : state_.parts[want.part - 1U].part;
  const auto clock = apply::clock_of(state_, want).clock;
  for (const auto& def : kind.events) {
    if (def.scope != scope || def.after_clock != clock) continue;
    const std::string id = partition::setting_id(bundle, state_, want) + ":" + def.name;
    auto offered = book_.ingest.parse_own(partition::timer_event_json(bundle, state_, want, def, id));
    if (offered.stage != ingest::Stage::kReady) continue;
    if (validate::check_step(bundle, state_, *offered.event) || validate::check_timer(bundle, state_, *offered.event)) continue;
    apply::Folded row;
    row.key = {offered.event->time, 0, state_.last.height};
    row.recorded = offered.event->time;
    row.event = std::move(offered.event);
    if (onto(row)) return true;
  }
  return false;
}

void Course::lay_over(const apply::Overlay& overlay) {
  apply::lay_over(state_, overlay);
  if (state_.voided) deltas_.clear();  // it counts nowhere
}

}  // namespace docket::simulate
