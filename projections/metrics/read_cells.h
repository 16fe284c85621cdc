// Reading figures: which cells, of which days of an axis, summed by group; from one layer's tables or from the store.
// Thread rule: free functions over immutable input (a layer that is active only under its partition's lock).
#pragma once

#include <optional>
#include <string>

#include "engine/model/result.h"
#include "projections/layer.h"
#include "projections/metrics/periods.h"
#include "projections/metrics/series.h"
#include "projections/store/store.h"

namespace docket::projections::metrics {

inline constexpr Day kFirstDay = -1'000'000;  // before any anchor

struct CellSpan {
  std::uint16_t metric = 0;  // number in the partition's registry
  std::uint8_t by = 0;
  Day start = kFirstDay;  // anchor days [start, end); kFirstDay: from the beginning
  Day end = 0;
  std::optional<std::string> group;
  std::optional<Day> at_day;  // at most one of these two
  std::optional<Day> known_day;
};

void add_layer(const Layer& layer, const CellSpan& span, Totals& totals);
[[nodiscard]] Status add_stored(const store::View& view, int partition, const CellSpan& span, Totals& totals);

}  // namespace docket::projections::metrics
