#include "projections/partition_state.h"

namespace docket::projections {

const meta::BundleNames* PartitionState::names_of(std::string_view bundle_id, const BundleLookup& lookup) {
  for (auto it = bundles.rbegin(); it != bundles.rend(); ++it) {
    if ((*it)->bundle->id == bundle_id) return it->get();
  }
  auto bundle = lookup ? lookup(bundle_id) : nullptr;
  if (!bundle) return nullptr;
  bundles.push_back(std::make_unique<const meta::BundleNames>(meta::name_bundle(names, std::move(bundle), bundles.size())));
  if (only_metrics != nullptr) {
    for (const auto& name : *only_metrics) {
      const auto found = names.find(name);
      if (!found) continue;
      if (counted.size() <= *found) counted.resize(*found + std::size_t{1});
      counted[*found] = true;
    }
  }
  return bundles.back().get();
}

Result<StoredCase> read_stored_case(const PartitionState& partition, const store::View& view, std::string_view case_id) {
  if (auto cached = partition.cache.find(case_id)) return StoredCase{std::move(cached), false};
  const auto payload = view.get(store::Family::kCases, cases::case_key(partition.number, case_id));
  if (!payload.ok()) return payload.error();
  if (!payload->has_value()) return StoredCase{};
  auto row = cases::decode_case(**payload);
  if (!row.ok()) return row.error().with_context("case " + std::string(case_id));
  return StoredCase{std::make_shared<const cases::CaseRow>(std::move(*row)), true};
}

Result<model::CasePtr> read_state(const PartitionState& partition, std::string_view case_id) {
  store::ViewPtr view;
  {
    const std::shared_lock lock(partition.mutex);
    if (const auto* entry = partition.active->find(case_id)) return entry->state;
    if (partition.frozen) {
      if (const auto* entry = partition.frozen->find(case_id)) return entry->state;
    }
    view = partition.view;
  }
  const auto stored = read_stored_case(partition, *view, case_id);
  if (!stored.ok()) return stored.error();
  if (!stored->row) return model::CasePtr{};
  if (stored->fresh) {
    const std::shared_lock lock(partition.mutex);
    if (partition.view == view) partition.cache.put(case_id, stored->row);  // else it may be old by now
  }
  return stored->row->state;
}

}  // namespace docket::projections
