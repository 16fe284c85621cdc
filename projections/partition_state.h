// One partition: its layers, names and cache. Internal to projections.
// Thread rule: `mutex` guards all members but the cache, which has its own. A reader copies `frozen` and `view` and reads `active` in
// one hold of the lock: together they are the partition at one block boundary. frozen and view change together (publish), so no
// row is ever seen twice or not at all.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "projections/cases/case_cache.h"
#include "projections/layer.h"
#include "projections/projections.h"

namespace docket::projections {

// What is below the active layer.
struct Below {
  FrozenPtr frozen;
  store::ViewPtr view;
};

struct PartitionState {
  PartitionState(int number_in, std::size_t cache_bytes) : number(number_in), active(std::make_unique<Layer>()), cache(cache_bytes) {}

  const int number;
  mutable std::shared_mutex mutex;
  std::unique_ptr<Layer> active;
  FrozenPtr frozen;
  store::ViewPtr view;
  meta::NameRegistry names;
  std::vector<std::unique_ptr<const meta::BundleNames>> bundles;
  const std::vector<std::string>* only_metrics = nullptr;  // Options::only_metrics; null: all
  std::vector<bool> counted;                               // by metric number; with only_metrics
  std::vector<std::string> fresh_aliases;                  // put by the block that is being applied
  meta::Head head;                                         // applied so far
  mutable cases::CaseCache cache;                          // rows of `view`

  [[nodiscard]] Below below() const { return {frozen, view}; }  // with the lock held
  // Whether the figures of the metric with that number are kept here.
  [[nodiscard]] bool figures_alone() const { return only_metrics != nullptr; }  // leave_figures() takes the rest away
  [[nodiscard]] bool counts(meta::Number metric) const { return only_metrics == nullptr || (metric < counted.size() && counted[metric]); }
  // The names of a bundle, numbered now if this partition meets it for the first time; null: the lookup doesn't know it.
  [[nodiscard]] const meta::BundleNames* names_of(std::string_view bundle_id, const BundleLookup& lookup);
};

// The row of a case in the store (or its cache); null if there is none. `fresh`: it was decoded just now.
struct StoredCase {
  cases::CaseRowPtr row;
  bool fresh = false;
};
[[nodiscard]] Result<StoredCase> read_stored_case(const PartitionState& partition, const store::View& view, std::string_view case_id);
// The newest state of a case, null if there is none. Takes the lock.
[[nodiscard]] Result<model::CasePtr> read_state(const PartitionState& partition, std::string_view case_id);

}  // namespace docket::projections
