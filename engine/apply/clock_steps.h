// Step 5 and 6 of language.md section 4: what an event does to clocks. Internal to apply.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/apply/apply.h"

namespace docket::apply {

struct StartedClock {                  // started by this event: closing spares it
  std::size_t part = ~std::size_t{0};  // index of the instance; none: the case itself
  std::size_t clock = 0;               // index into ScopeState::clocks
};

// The newest stopped instance of this round runs again; with a new round it is late for ever instead.
void revoke_clock(CaseState& state, const definition::ClockRef& ref, PartInstance* part, bool new_round, Instant time, Instant recorded);

// Cancels, stops, starts, extends, pauses; `added`: indexes of part instances that this event added.
void run_clock_steps(const KindDef& kind, CaseState& state, const definition::EventDef& def, const model::Event& event, PartInstance* part,
                     const std::vector<std::size_t>& added, EffectSource& source, std::vector<StartedClock>& started);

void cancel_for_closing(const KindDef& kind, CaseState& state, PartInstance* part, const std::vector<StartedClock>& started, Instant time,
                        model::BackEntry& leaving);
void restore_cancelled(CaseState& state, PartInstance* part, const model::BackEntry& entered, Instant recorded);

}  // namespace docket::apply
