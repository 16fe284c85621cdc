// The figure of a duration as its answer says it: how many, and of all time and of working time the mean, median, P90 and a table of how
// long it took. From rows, median and P90 are the middle of a bucket at most 1 % wide, whose bounds are said; with exact, the case's own
// time. Times are milliseconds. Thread rule: free functions, one thread.
#pragma once

#include <boost/json.hpp>

#include <map>
#include <string>
#include <vector>

#include "connectors/node/figures.h"

namespace docket::node {

[[nodiscard]] boost::json::object duration_json(const definition::MetricDef& metric, const SeriesSums& sums);

// The durations of each group to the millisecond, folded from the cases: all time and working time.
struct Times {
  std::vector<std::int64_t> plain;
  std::vector<std::int64_t> working;
};
[[nodiscard]] std::map<std::string, Times> exact_times(const Reading& reading, std::uint16_t metric, std::uint8_t by, const Period& period,
                                                       const AsOf& as_of);
// Puts what `times` say of median and P90 in the place of what the buckets said.
void put_exact(boost::json::object& figure, Times times);

}  // namespace docket::node
