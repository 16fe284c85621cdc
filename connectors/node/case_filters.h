// Which cases are meant: a kind with filters by state, light, dimensions and due, as lists and streams take them.
// Thread rule: as Reading. What can't be meant throws BadParameter.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/node/reading.h"

namespace docket::node {

struct Filters {
  model::KindId kind = model::kNone16;
  std::vector<ListFilter> listed;  // by what the rows know
  std::vector<std::string> lights;
  std::optional<Instant> due_before;
  std::optional<Instant> updated_since;
  bool movable = false;      // open, and judged by other definitions than decide for new cases
  bool quarantined = false;  // only those
};

// With `needs_kind` exactly one kind must be named: filters are the kind's.
[[nodiscard]] Filters read_filters(const Reading& reading, const Params& params, bool needs_kind);
// Exact test of one case against the filters, as of any instant; the kind is not looked at.
[[nodiscard]] bool fits(const Reading& asked, const Filters& filters, const model::CaseState& state, Instant at);

}  // namespace docket::node
