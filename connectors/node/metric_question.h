// What a question about a metric names: the metric, the period, the instant, the dimension. Shared by the figure and the cases behind it.
// Thread rule: free functions. What can't be answered throws BadParameter.
#pragma once

#include <string>

#include "connectors/node/periods.h"
#include "connectors/node/reading.h"

namespace docket::node {

// nullptr: there is none of that name; then no_metric() is the answer.
[[nodiscard]] const std::uint16_t* metric_id(const Reading& reading, const std::string& name);
[[nodiscard]] service::Answer no_metric(const Reading& reading, const std::string& name, std::string_view language);
// Its figure has a denominator.
[[nodiscard]] bool ratio(const definition::MetricDef& metric);
[[nodiscard]] Period asked_period(const Reading& reading, const Params& params, const definition::MetricDef& metric, const AsOf& as_of);
// A stock of a period that is over is the one at its end, unless another instant is asked for.
[[nodiscard]] AsOf within(const Reading& reading, const definition::MetricDef& metric, const Period& period, AsOf as_of);
// "unit, category"
[[nodiscard]] std::string dimensions_of(const definition::MetricDef& metric);
// The dimension of that name, counted from 1.
[[nodiscard]] std::uint8_t dimension_of(const definition::MetricDef& metric, const std::string& name);

}  // namespace docket::node
