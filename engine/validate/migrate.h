// validate, of `migrated`: a case moves to other definitions (ledger.md section 8). The case is folded anew by the new bundle, like a
// correction of all of it: every event must be readable and legal there, every deadline is computed again, and a state that comes out
// otherwise must be said in the event. It acts by recorded alone.
// Thread rule: free functions over immutable input.
#pragma once

#include <vector>

#include "engine/apply/action_data.h"
#include "engine/validate/judge.h"

namespace docket::validate {

[[nodiscard]] bool migrates(const model::Event& event);

// `states`: what the event says of them. `history`: as the former bundle reads it; `anew`: the same, without effects, as the event's own
// does. The verdict says `former`.
[[nodiscard]] Verdict migrate(const definition::Bundle& former, const model::CasePtr& before, const std::vector<Incoming>& incoming,
                              model::Instant recorded, const apply::CaseHistory& history, const apply::CaseHistory& anew,
                              const apply::StateMap& states);

// A case that has moved keeps its breaches, in the ids of its new bundle. Returns those of clocks that the new one lacks.
std::vector<model::Breach> move_breaches(const definition::Bundle& former, const definition::Bundle& bundle, model::CaseState& state);

}  // namespace docket::validate
