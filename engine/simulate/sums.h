// Figures of whole metrics as sums by day and series, of cases that different bundles judge: metrics are told by name and version.
// Thread rule: one thread; merge() joins those of several.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/measure/contribution.h"

namespace docket::simulate {

// The same bundle with metrics that have no dimensions: what needs totals alone is summed at half the cost.
[[nodiscard]] definition::BundlePtr totals_only(const definition::Bundle& bundle);

class Sums {
 public:
  // Of the deltas those without a dimension. `bundle`: by whose metrics they are numbered; it outlives this.
  void add(const definition::Bundle& bundle, std::span<const measure::Delta> deltas, std::int64_t sign = 1);
  void merge(const Sums& other);
  // By series, over anchor days [from, to).
  [[nodiscard]] std::vector<std::int64_t> between(const definition::MetricDef& metric, model::Day from, model::Day to) const;
  // The years in which the two differ in some metric, in order.
  [[nodiscard]] static std::vector<int> years_that_differ(const Sums& a, const Sums& b);

 private:
  using Cells = std::unordered_map<std::uint64_t, std::int64_t>;  // by day and series
  std::vector<std::size_t>& slots(const definition::Bundle& bundle);
  std::size_t slot(const std::string& name);

  std::unordered_map<std::string, std::size_t> by_name_;
  std::vector<Cells> cells_;                                                           // by slot
  std::vector<std::pair<const definition::Bundle*, std::vector<std::size_t>>> slots_;  // few
};

}  // namespace docket::simulate
