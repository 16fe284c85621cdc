#include "engine/validate/judge.h"

#include <algorithm>

#include "engine/validate/computed_effects.h"
#include "engine/validate/refold.h"
#include "engine/validate/step_check.h"

namespace docket::validate {
namespace {

using apply::CaseHistory;
using apply::Folded;
using model::CasePtr;
using model::CaseState;
using model::Refusal;
using model::Rejection;

model::OrderKey key_of(const Incoming& incoming) { return {incoming.event->time, incoming.event->sequence, incoming.height}; }

bool at_end(const definition::Bundle& bundle, const CasePtr& before, const std::vector<Incoming>& incoming) {
  auto last = before != nullptr ? before->last : model::OrderKey{};
  for (const auto& row : incoming) {
    if (apply::acts_by_recorded(bundle.kinds[row.event->kind].events[row.event->event])) return false;
    if (last.time != model::kNoInstant && key_of(row) < last) return false;
    last = key_of(row);
  }
  return true;
}

// All events come after everything accepted: judge and apply one after another, no history needed.
Verdict append(const definition::Bundle& bundle, const CasePtr& before, const std::vector<Incoming>& incoming, model::Instant recorded_at) {
  Verdict verdict;
  auto state = before != nullptr ? *before : unopened(bundle, incoming.front().event->subject);
  for (std::size_t i = 0; i < incoming.size(); ++i) {
    const auto& event = *incoming[i].event;
    if (Refusal refusal = check_step(bundle, state, event)) return refused(std::move(refusal), i);
    const auto& kind = bundle.kinds[event.kind];
    state.kind = event.kind;
    ComputedEffects computed(bundle, kind, event, recorded_at);
    if (auto status = apply::apply_event(kind, state, event, key_of(incoming[i]), computed); !status) {
      return refused(engine_defect(status.error()), i);
    }
    mark_source(bundle, state, event);
    count_acceptance(bundle, state, event, recorded_at);
    verdict.effects.push_back(computed.take());
    if (i + 1 < incoming.size()) {
      verdict.steps.push_back(std::make_shared<const CaseState>(state));
    }
  }
  verdict.after = std::make_shared<const CaseState>(std::move(state));
  verdict.steps.push_back(verdict.after);
  return verdict;
}

}  // namespace

Verdict refused(Refusal refusal, std::size_t index) {
  Verdict verdict;
  verdict.refusal = std::move(refusal);
  verdict.refused = index;
  return verdict;
}

Verdict judge(const definition::Bundle& bundle, const CasePtr& before, const std::vector<Incoming>& incoming, model::Instant recorded,
              const std::function<CaseHistory()>& history) {
  if (at_end(bundle, before, incoming)) return append(bundle, before, incoming, recorded);
  const CaseHistory known = history();
  return Refold(bundle, before, incoming, known, recorded).run();
}

void count_acceptance(const definition::Bundle& bundle, CaseState& state, const model::Event& event, model::Instant recorded) {
  ++state.version;
  if (!bundle.kinds[event.kind].events[event.event].quiet) ++state.revision;
  if (state.opened_recorded == model::kNoInstant) state.opened_recorded = recorded;
  state.last_recorded = recorded;
}

CaseState unopened(const definition::Bundle& bundle, const std::string& id) {
  CaseState state;
  state.id = id;
  state.bundle = bundle.id;
  return state;
}

void mark_source(const definition::Bundle& bundle, CaseState& state, const model::Event& event) {
  if (event.source_id != model::kNone16 && bundle.sources[event.source_id].backfill) state.backfilled = true;
}

void carry_over(CaseState& state, const CaseState& before) {
  state.version = before.version;
  state.revision = before.revision;
  state.opened_recorded = before.opened_recorded;
  state.last_recorded = before.last_recorded;
  state.quarantined = before.quarantined;
  state.backfilled = state.backfilled || before.backfilled;
  state.attended = before.attended;
  state.breaches = before.breaches;
}

std::vector<measure::Step> timeline(const definition::Bundle& bundle, std::string_view case_id, const std::vector<Folded>& events,
                                    const apply::Overlay& overlay) {
  std::vector<measure::Step> steps;
  steps.reserve(events.size());
  CaseState state = unopened(bundle, std::string(case_id));
  for (const auto& row : events) {
    if (state.kind == model::kNone16) state.kind = row.event->kind;
    apply::RecordedEffects recorded(row.effects, row.recorded);
    if (!apply::apply_folded(bundle.kinds[state.kind], state, row, recorded)) return {};
    mark_source(bundle, state, *row.event);
    CaseState shown = state;
    apply::lay_over(shown, overlay);
    steps.push_back({row.event->time, std::make_shared<const CaseState>(std::move(shown))});
  }
  return steps;
}

}  // namespace docket::validate
