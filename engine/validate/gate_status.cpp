// Gates: passed, waived, missing, or none of this case's.
#include <algorithm>

#include "engine/apply/condition.h"
#include "engine/validate/step_check.h"

namespace docket::validate {

using apply::PartInstance;
using definition::KindDef;
using model::CaseState;

GateStatus gate_status(const definition::Bundle& bundle, const KindDef& kind, const CaseState& state, model::ScopeId scope,
                       model::GateId id, const PartInstance* part) {
  const auto& gate = kind.scopes[scope].gates[id];
  if (gate.rule != model::kNone16 && !bundle.rules[gate.rule].on) return GateStatus::kNotApplicable;
  const apply::Seen seen{&kind, &state, part, nullptr, nullptr, model::kNoInstant, {}, false};
  if (!apply::holds(seen, gate.if_condition)) return GateStatus::kNotApplicable;
  bool passed = true;
  if (gate.event != model::kNone16) {
    const auto* counts = apply::scope_for_counts(state, kind, gate.event, part);
    const auto* count = counts != nullptr ? apply::count_of(*counts, gate.event) : nullptr;
    passed = count != nullptr && count->in_round > 0;
  } else if (gate.part != model::kNone8) {
    const auto counts = [&](const PartInstance& p) {
      return p.part == gate.part && p.scope.state != model::kCleared && (gate.all_rounds || p.round == state.round);
    };
    const auto fits = [&](const PartInstance& p) { return apply::in_mask(gate.part_states, p.scope.state); };
    const auto& parts = state.parts;
    passed = gate.any_part ? std::any_of(parts.begin(), parts.end(), [&](const PartInstance& p) { return counts(p) && fits(p); })
                           : std::all_of(parts.begin(), parts.end(), [&](const PartInstance& p) { return !counts(p) || fits(p); });
  }
  if (passed) return GateStatus::kPassed;
  const bool waived = std::any_of(state.waived.begin(), state.waived.end(),
                                  [&](const auto& row) { return row.scope == scope && row.gate == id && row.round == state.round; });
  return waived ? GateStatus::kWaived : GateStatus::kMissing;
}

const char* to_string(GateStatus status) {
  switch (status) {
    case GateStatus::kPassed:
      return "passed";
    case GateStatus::kNotApplicable:
      return "not_applicable";
    case GateStatus::kWaived:
      return "waived";
    case GateStatus::kMissing:
      return "missing";
  }
  return "missing";
}

}  // namespace docket::validate
