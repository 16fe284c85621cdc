// The instants at which a running clock of a case wants attention: its due, and its notices. Rows of the clocks family hold only
// (instant, case); what is due is read from the case's state, so that a row can never say anything stale.
// Thread rule: free functions over immutable input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/case_state.h"

namespace docket::projections::clocks {

struct ClockRow {
  enum class What : std::uint8_t { kDue, kNotice } what = What::kDue;
  model::Instant at = 0;
  std::uint16_t part = 0;    // 0: of the case itself; n: of parts[n - 1]
  std::uint16_t clock = 0;   // index into that scope's clocks
  std::uint16_t notice = 0;  // index into its notices, with kNotice
  friend auto operator<=>(const ClockRow&, const ClockRow&) = default;
};

// Of every running clock with a due, except in a voided case; in order of their instants.
[[nodiscard]] std::vector<ClockRow> clock_rows(const model::CaseState& state);
// The same as distinct instants.
[[nodiscard]] std::vector<model::Instant> clock_instants(const model::CaseState* state);

[[nodiscard]] std::string clock_key(int partition, model::Instant at, std::string_view case_id);

}  // namespace docket::projections::clocks
