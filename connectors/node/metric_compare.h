// Two versions of a metric side by side. Thread rule: free functions.
#pragma once

#include <string>

#include "connectors/node/metric_sides.h"
#include "connectors/node/reading.h"

namespace docket::node {

// For /v1/metrics: of each metric that was decided on, [{version, state, percent?}]; state: former, current, beside or building.
[[nodiscard]] MetricVersions metric_versions(const MetricSides& sides, const definition::Bundle& decides);

// The figure of a period by the older version (null: there was none) and the newer, their difference, both for each group of `group_by`,
// and the cases that count otherwise: those of /explain on either side whose place or value differs. `limit`: how many of them are named.
[[nodiscard]] service::Answer answer_metric_compare(const Reading* older, const Reading& newer, const Params& params,
                                                    const std::string& name);

}  // namespace docket::node
