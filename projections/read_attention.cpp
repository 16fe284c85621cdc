// The cases that want attention, in order, over the three layers. A row below a layer that knows the case is old.
#include <algorithm>

#include "projections/clocks/clock_rows.h"
#include "projections/codec/key.h"
#include "projections/impl.h"

namespace docket::projections {

std::vector<partition::AttentionRow> Projections::attention(int partition, model::Instant from, std::string_view from_case,
                                                            std::size_t limit) const {
  const auto& state = impl_->partition(partition);
  std::vector<partition::AttentionRow> rows;
  // Held throughout: a row of the store is told from an old one by the layers above it at the same moment.
  const std::shared_lock lock(state.mutex);
  const Layer* active = state.active.get();
  const Layer* frozen = state.frozen.get();
  const std::pair<model::Instant, std::string> behind{from, std::string(from_case)};
  auto in_active = active->attention.upper_bound(behind);
  for (; in_active != active->attention.end() && rows.size() < limit; ++in_active) rows.push_back({in_active->first, in_active->second});
  std::size_t found = 0;
  if (frozen != nullptr) {
    for (auto it = frozen->attention.upper_bound(behind); it != frozen->attention.end() && found < limit; ++it) {
      if (active->find(it->second) != nullptr) continue;
      rows.push_back({it->first, it->second});
      ++found;
    }
  }
  const std::string lower = clocks::clock_key(partition, from, from_case) + '\0';
  const auto cursor = state.view->cursor(store::Family::kAttention, lower, codec::after_prefix(codec::KeyWriter(partition).str()));
  for (found = 0; cursor->valid() && found < limit; cursor->next()) {
    codec::KeyReader key(cursor->key().substr(1));
    partition::AttentionRow row{key.i64(), key.text()};
    if (active->find(row.case_id) != nullptr || (frozen != nullptr && frozen->find(row.case_id) != nullptr)) continue;
    rows.push_back(std::move(row));
    ++found;
  }
  if (auto status = cursor->status(); !status.ok()) impl_->note_failure(status.error());
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return std::tie(a.at, a.case_id) < std::tie(b.at, b.case_id); });
  if (rows.size() > limit) rows.resize(limit);
  return rows;
}

}  // namespace docket::projections
