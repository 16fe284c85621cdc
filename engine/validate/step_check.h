// Whether one event is legal on one state: all that depends on the case's other events (curable codes), in the order of
// language.md section 4 step 1. The final checks that need only the event are in engine/ingest; future time and `late`, which
// need `recorded`, are here too.
// Thread rule: free functions over immutable input.
#pragma once

#include "engine/apply/apply.h"
#include "engine/definition/bundle.h"
#include "engine/model/case_state.h"
#include "engine/model/event.h"
#include "engine/model/rejection.h"

namespace docket::validate {

// `state`: unopened (scope.state == kNotOpened) when the case does not exist yet.
[[nodiscard]] model::Refusal check_step(const definition::Bundle& bundle, const model::CaseState& state, const model::Event& event);

// Final: more than 5 min ahead of recorded; further behind than the event's `late` without an approver (ledger.md section 7).
[[nodiscard]] model::Refusal check_time(const definition::Bundle& bundle, const model::Event& event, model::Instant recorded);

// A timer event lies where the clock that it follows runs out, and nowhere else: when a late event moves that deadline, Docket's own
// event moves with it.
[[nodiscard]] model::Refusal check_timer(const definition::Bundle& bundle, const model::CaseState& state, const model::Event& event);

// A state's name, "cleared", or "not opened".
[[nodiscard]] std::string state_name(const definition::ScopeDef& scope, model::StateId state);

// How a gate stands for a case, in words for answers and explanations.
enum class GateStatus : std::uint8_t { kPassed, kNotApplicable, kWaived, kMissing };
[[nodiscard]] GateStatus gate_status(const definition::Bundle& bundle, const definition::KindDef& kind, const model::CaseState& state,
                                     model::ScopeId scope, model::GateId gate, const model::PartInstance* part);
[[nodiscard]] const char* to_string(GateStatus status);

}  // namespace docket::validate
