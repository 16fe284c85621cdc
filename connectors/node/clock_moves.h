// How a clock's due came to be where it is: which event moved it, from where to where, and the days between.
// Thread rule: as Reading.
#pragma once

#include <vector>

#include "connectors/node/reading.h"

namespace docket::node {

struct ClockMove {
  model::ScopeId part = 0;  // 0: the case itself
  model::Value part_key;
  std::uint16_t part_nth = 0;
  model::ClockId clock = 0;
  std::uint16_t nth = 1;
  json::object shown;  // sort (extended, resumed, adjusted, moved), event, label, time, recorded, height, actor, from, to, added, explain
};

// Of one case, in the order of its events; `reading` is of that case (Reading::of).
[[nodiscard]] std::vector<ClockMove> clock_moves(const Reading& reading, const std::string& case_id, const AsOf& as_of);
// Adds "moves": those of that clock.
void add_moves(json::object& row, const std::vector<ClockMove>& moves, const model::PartInstance* part, const model::ClockInstance& clock);
// The lines of a working, as answers show them.
[[nodiscard]] json::array lines_json(const std::vector<calendar::ExplainLine>& lines);

}  // namespace docket::node
