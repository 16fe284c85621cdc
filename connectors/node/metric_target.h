// What a figure is to reach (`target` of a metric), as its answer says it: of a count or sum, a year's number with what is due of it by a
// day, the gap, and where the year would end at this pace (domain text 3.2: 330 x elapsed share); of a rate, a bound and whether it is
// kept. Numbers are thousandths. Thread rule: free function, one thread.
#pragma once

#include <boost/json.hpp>

#include "connectors/node/periods.h"
#include "connectors/node/reading.h"

namespace docket::node {

// `figure`: the total as it is answered. Null: no target, or none that the office's rules set.
[[nodiscard]] boost::json::value target_json(const Reading& reading, std::uint16_t metric, const Period& period, const AsOf& as_of,
                                             const boost::json::object& figure);

}  // namespace docket::node
