// What a node is told of its clock against that of its ledger's home (ledger.md section 7). Thread rule: plain values.
#pragma once

#include <functional>
#include <string>

#include "engine/model/time.h"

namespace docket::node {

struct ClockCheck {
  bool may_own = true;
  std::string detail;  // what is wrong, "" if nothing
};
// From any thread; `now` is what the node's clock shows.
using CheckClock = std::function<ClockCheck(model::Instant now)>;

}  // namespace docket::node
