// A figure as people read it: per cent, numbers, hours; what was excluded, what it is to reach. Thread rule: free functions.
#pragma once

#include <boost/json.hpp>

#include <string>

#include "connectors/cli/display.h"
#include "connectors/cli/table.h"

namespace docket::cli {

// A rate without its integers (a weighted sum of rates, or one of the exclusions' alternatives): "—" if it is null.
[[nodiscard]] Cell rate_cell(const json::value* rate);
// The figure itself: per cent of a ratio, the number of a count or stock, or how long it took.
[[nodiscard]] Cell figure_cell(const Display& show, const json::object& metric, const json::object& figure);
// "3/4"; of a duration how many, "n=12".
[[nodiscard]] Cell fraction_cell(const json::object& metric, const json::object& figure);
// "paused 0, not_yet_due 2", and the figure with what was excluded.
[[nodiscard]] std::string exclusions_text(const Display& show, const json::object& figure);
// "330, due by 2017-03-31 81.37, reached 81, gap -0.37, at this pace 328.493", or "at least 95.00 %, not reached".
[[nodiscard]] std::string target_text(const Display& show, const json::object& figure);
// "backfilled 3": what some of its cases are.
[[nodiscard]] std::string notes_text(const Display& show, const json::object& figure);
// "median 3.40, P90 20.12, mean 8.25 working hours"; "" if the figure has no such time. `unit`: hours or working_hours.
[[nodiscard]] std::string duration_text(const Display& show, const json::object& figure, const char* unit);
// What one case took: "20.42 working hours / 100.40 hours"; "" if the row is about no duration.
[[nodiscard]] std::string took_text(const Display& show, const json::object& row);
// "0–1 h: 12, 1–4 h: 30": how many took how long.
[[nodiscard]] std::string histogram_text(const Display& show, const json::object& figure);

// "1 former, 2 current", "1 current, 2 building 40 %": how the versions of a backfilled metric stand; "" of any other.
[[nodiscard]] std::string versions_text(const Display& show, const json::object& metric);

}  // namespace docket::cli
