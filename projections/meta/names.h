// Small numbers for the names that stand in keys (metrics, filters, aliases, anchors), per partition and stable over bundles: given
// out in the order in which a partition's chain meets them, stored in the meta family.
// Thread rule: guarded by the partition's lock; a BundleNames is immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/model/result.h"
#include "projections/store/row_batch.h"
#include "projections/store/store.h"

namespace docket::projections::meta {

using Number = std::uint16_t;

// The names under which things are numbered.
[[nodiscard]] std::string metric_name(std::string_view metric, std::uint16_t version);
[[nodiscard]] std::string filter_name(std::string_view kind, std::string_view filter);
[[nodiscard]] std::string anchor_name(const definition::KindDef& kind, const definition::Anchor& anchor);

inline constexpr std::string_view kFilterAll = "";         // every case of the kind
inline constexpr std::string_view kFilterState = "state";  // reserved: an attribute of that name is not listed

class NameRegistry {
 public:
  using Named = std::pair<std::string, Number>;

  [[nodiscard]] Number number(const std::string& name);  // gives one out if it has none
  [[nodiscard]] std::optional<Number> find(std::string_view name) const;
  void restore(const std::string& name, Number number);
  // Those given out since the last call.
  [[nodiscard]] std::vector<Named> take_fresh() { return std::exchange(fresh_, {}); }

 private:
  definition::NameMap<Number> numbers_;
  std::vector<Named> fresh_;
};

struct FilterNumber {
  model::AttributeId attribute = 0;
  Number number = 0;
};
struct AliasDef {
  std::string name;                            // of the attribute that declares it
  std::vector<model::AttributeId> attributes;  // their values together
};
struct KindNames {
  Number all = 0;
  Number state = 0;
  std::vector<FilterNumber> filters;  // by `dimension` attributes
  std::vector<AliasDef> aliases;
  std::vector<Number> anchors;  // by index into measure::anchors_of()
};
struct BundleNames {
  definition::BundlePtr bundle;
  std::size_t index = 0;        // among the partition's bundles
  std::vector<Number> metrics;  // by index into Bundle::metrics
  std::vector<KindNames> kinds;
};

[[nodiscard]] BundleNames name_bundle(NameRegistry& registry, definition::BundlePtr bundle, std::size_t index);

// Rows of the meta family.
void put_names(store::RowBatch& batch, int partition, const std::vector<NameRegistry::Named>& names);
[[nodiscard]] Status read_names(const store::View& view, int partition, NameRegistry& registry);

}  // namespace docket::projections::meta
