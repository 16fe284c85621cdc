// A figure as the answers give it, from its integers. Thread rule: free functions.
#pragma once

#include "connectors/node/periods.h"
#include "connectors/node/reading.h"

namespace docket::node {

// numerator, denominator of a figure; of a complement, the rest; thousandths where weights are. `base`: the metric that is counted.
[[nodiscard]] json::object figure_json(const definition::MetricDef& shown, const definition::MetricDef& base, PeriodKind kind,
                                       const SeriesSums& sums, std::int64_t quarantined);

}  // namespace docket::node
