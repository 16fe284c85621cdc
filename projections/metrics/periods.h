// Periods as cells: days, months, years, and the fewest that tile a span.
// Thread rule: free functions.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/model/time.h"

namespace docket::projections::metrics {

using model::Day;

enum class Level : std::uint8_t { kDay = 1, kMonth = 2, kYear = 3 };  // on disk: append only

[[nodiscard]] Day month_start(Day day);
[[nodiscard]] Day year_start(Day day);
[[nodiscard]] Day next_month(Day month);  // of a month's first day
[[nodiscard]] Day level_start(Level level, Day day);

// Cells of one level whose starts lie in [from, to).
struct Tile {
  Level level = Level::kDay;
  Day from = 0;
  Day to = 0;
  friend bool operator==(const Tile&, const Tile&) = default;
};
// Tiles for [start, end) with cells of `largest` at most; neighbours of one level are one tile.
[[nodiscard]] std::vector<Tile> tile(Day start, Day end, Level largest);

}  // namespace docket::projections::metrics
