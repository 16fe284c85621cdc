// Conditions over a case (language.md section 2): true or false, without effects.
// Thread rule: free function over immutable input.
#pragma once

#include <optional>

#include "engine/apply/state_access.h"
#include "engine/definition/bundle.h"
#include "engine/model/case_state.h"
#include "engine/model/event.h"

namespace docket::apply {

struct Seen {  // what a condition sees
  const KindDef* kind = nullptr;
  const CaseState* state = nullptr;
  const PartInstance* part = nullptr;         // inside a part: its instance
  const definition::EventDef* def = nullptr;  // the event's own values are laid over the case
  const model::Event* event = nullptr;
  Instant as_of = model::kNoInstant;        // only stocks name overdue
  std::optional<std::uint16_t> last_round;  // what @last means, in a metric
  bool original_due = false;
};

// kNoCondition holds.
[[nodiscard]] bool holds(const Seen& seen, definition::ConditionId condition);

}  // namespace docket::apply
