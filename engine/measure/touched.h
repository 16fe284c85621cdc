// What an event changed of a case, as far as metrics can read it: most events touch nothing that most metrics ask for.
// Thread rule: free functions over immutable input.
#pragma once

#include "engine/definition/bundle.h"
#include "engine/model/case_state.h"

namespace docket::measure {

// `before` null: the case was opened, everything is new.
[[nodiscard]] definition::Touched touched(const model::CaseState* before, const model::CaseState& after);

}  // namespace docket::measure
