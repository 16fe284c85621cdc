#include "engine/simulate/replayed.h"

#include <algorithm>

namespace docket::simulate {

using ledger::RecordKind;

model::CasePtr Replayed::find(int /*partition*/, std::string_view case_id) const {
  const auto it = cases_.find(case_id);
  return it == cases_.end() ? nullptr : it->second.state;
}

// Replaying asks for nobody's fingerprint: the chain has judged.
std::optional<partition::KnownEvent> Replayed::known(int /*partition*/, const std::array<std::uint8_t, 16>& /*fingerprint*/) const {
  return std::nullopt;
}

std::vector<partition::ParkedRow> Replayed::parked(int /*partition*/) const { return {}; }

std::vector<partition::QuarantinedRow> Replayed::quarantined(int /*partition*/) const { return {}; }

std::vector<partition::HistoryRow> Replayed::history(int /*partition*/, std::string_view case_id) const {
  std::vector<partition::HistoryRow> out;
  const auto it = cases_.find(case_id);
  if (it == cases_.end()) return out;
  for (const auto& row : it->second.rows) out.push_back({row.height, row.version, row.recorded, row.time, row.record->kind, row.def->name});
  return out;
}

Result<partition::RecordAt> Replayed::record(int /*partition*/, model::Height height) const {
  const auto it =
      std::lower_bound(records_.begin(), records_.end(), height, [](const auto& row, model::Height h) { return row.first < h; });
  if (it == records_.end() || it->first != height) return Error{ErrorCode::kNotFound, "no record " + std::to_string(height), false};
  return partition::RecordAt{*it->second.record, it->second.recorded};
}

void Replayed::apply(partition::AppliedBlock&& block) {
  recorded_ = block.recorded;
  for (auto& row : block.records) {
    if (row.case_id.empty()) continue;
    const bool accepted = row.event != nullptr && ledger::accepts(row.record->kind);
    if (!accepted && row.after == nullptr) continue;  // refused or parked before there was a case
    auto& of = cases_[row.case_id];
    if (!row.withdrawn.empty()) sums_.add(*books_.of(*row.before).bundle, row.withdrawn);
    if (row.after != nullptr) of.state = row.after;  // not yet, of a set that opens its case
    if (!accepted) continue;
    ++events_;
    const auto& bundle = *row.event->bundle;
    sums_.add(bundle, row.deltas);
    const auto& def = bundle.kinds[row.event->kind].events[row.event->event];
    of.rows.push_back({row.height, row.recorded, row.record->case_version, row.record, row.event->time, row.event->id, &def});
    records_.emplace_back(row.height, Kept{row.recorded, row.record});
  }
}

}  // namespace docket::simulate
