// How a clock's due came to be where it is: by which row of its rule it was set; which event moved it, from where to where, and the days
// between.
// Thread rule: as Reading.
#pragma once

#include <vector>

#include "connectors/node/reading.h"
#include "engine/validate/start_limits.h"

namespace docket::node {

struct ClockMove {
  model::ScopeId part = 0;  // 0: the case itself
  model::Value part_key;
  std::uint16_t part_nth = 0;
  model::ClockId clock = 0;
  std::uint16_t nth = 1;
  json::object shown;  // sort (extended, resumed, adjusted, moved), event, label, time, recorded, height, actor, from, to, added, explain
};

struct ClockCourses {
  std::vector<validate::StartLimit> limits;  // by the rows of the reading's bundle
  std::vector<ClockMove> moves;              // in the order of the events
};

// Of the clocks of `state`, which case_as_of() gave for `as_of`; `reading` is of that case (Reading::of). `moves`: whether those are
// wanted.
[[nodiscard]] ClockCourses clock_courses(const Reading& reading, const model::CaseState& state, AsOf as_of, bool moves);
// Adds "moves": those of that clock.
void add_moves(json::object& row, const std::vector<ClockMove>& moves, const model::PartInstance* part, const model::ClockInstance& clock);
// The lines of a working, as answers show them.
[[nodiscard]] json::array lines_json(const std::vector<calendar::ExplainLine>& lines);

}  // namespace docket::node
