#include "projections/clocks/clock_rows.h"

#include <algorithm>

#include "projections/codec/key.h"

namespace docket::projections::clocks {
namespace {

void append_scope(std::vector<ClockRow>& rows, const model::ScopeState& scope, std::size_t part) {
  for (std::size_t c = 0; c < scope.clocks.size(); ++c) {
    const auto& clock = scope.clocks[c];
    if (clock.status != model::ClockInstance::Status::kRunning || clock.due == model::kNoInstant) continue;
    ClockRow row{ClockRow::What::kDue, clock.due, static_cast<std::uint16_t>(part), static_cast<std::uint16_t>(c), 0};
    rows.push_back(row);
    row.what = ClockRow::What::kNotice;
    for (std::size_t n = 0; n < clock.notices.size(); ++n) {
      row.at = clock.notices[n].at;
      row.notice = static_cast<std::uint16_t>(n);
      rows.push_back(row);
    }
  }
}

}  // namespace

std::vector<ClockRow> clock_rows(const model::CaseState& state) {
  std::vector<ClockRow> rows;
  if (state.voided) return rows;
  append_scope(rows, state.scope, 0);
  for (std::size_t p = 0; p < state.parts.size(); ++p) append_scope(rows, state.parts[p].scope, p + 1);
  std::stable_sort(rows.begin(), rows.end(), [](const ClockRow& a, const ClockRow& b) { return a.at < b.at; });
  return rows;
}

std::vector<model::Instant> clock_instants(const model::CaseState* state) {
  std::vector<model::Instant> instants;
  if (state == nullptr) return instants;
  for (const auto& row : clock_rows(*state)) {
    if (instants.empty() || instants.back() != row.at) instants.push_back(row.at);
  }
  return instants;
}

std::string clock_key(int partition, model::Instant at, std::string_view case_id) {
  return codec::KeyWriter(partition).i64(at).text(case_id).take();
}

}  // namespace docket::projections::clocks
