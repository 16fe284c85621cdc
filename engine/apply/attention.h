// What the clocks of a case ask of Docket, and when (ledger.md section 7): notices at their instants; behind a deadline, at due
// + 1 ms, the breach and the event that follows `after` the clock. A function of the state alone, so that what has been told or has
// become pointless asks for nothing.
// Thread rule: free functions over immutable input.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/model/case_state.h"

namespace docket::apply {

using model::Instant;

struct Want {
  enum class What : std::uint8_t { kNotice, kBreach, kTimer } what = What::kNotice;  // in this order at one instant
  Instant at = 0;
  std::uint16_t part = 0;    // 0: of the case itself; n: of parts[n - 1]
  std::uint16_t clock = 0;   // index into that scope's clocks
  std::uint16_t notice = 0;  // index into its notices, with kNotice
  friend bool operator==(const Want&, const Want&) = default;
};

// All of them, by instant.
[[nodiscard]] std::vector<Want> wants(const model::CaseState& state);
// Clocks that ran out and whose event has not fired, those passed over among them.
[[nodiscard]] std::vector<Want> unfired_timers(const model::CaseState& state);
// The first instant behind `after`; kForever: none. Allocates nothing.
[[nodiscard]] Instant first_want(const model::CaseState& state, Instant after = model::kNoInstant);
// The distinct instants, for the rows by which cases are found.
[[nodiscard]] std::vector<Instant> want_instants(const model::CaseState* state);

[[nodiscard]] const model::ScopeState& scope_of(const model::CaseState& state, const Want& want);
[[nodiscard]] const model::ClockInstance& clock_of(const model::CaseState& state, const Want& want);

// Whether that clock was running with that due at the due itself: `at_due` is the case by its events up to then, null if it was not
// there yet. If not, the breach is to be withdrawn.
[[nodiscard]] bool breach_stands(const model::CaseState* at_due, const model::Breach& breach);

}  // namespace docket::apply
