// A weighted sum of rates (`combine`), of the whole or by a dimension that all of them have. Thread rule: one thread, shared input.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "connectors/node/periods.h"
#include "connectors/node/quarantined.h"
#include "connectors/node/reading.h"

namespace docket::node {

struct Combined {
  std::map<std::string, json::object> figures;  // by group; without a dimension one, ""
  bool exact = false;
};

// `group_by` empty: of the whole. BadParameter: it is no dimension of all of them.
[[nodiscard]] Combined combined(const Reading& reading, const definition::MetricDef& metric, const std::string& group_by,
                                const Period& period, const AsOf& as_of, const Quarantined& quarantined);
// Those that every one of its rates has, as the first of them orders them.
[[nodiscard]] std::vector<std::string> combined_dimensions(const Reading& reading, const definition::MetricDef& metric);

}  // namespace docket::node
