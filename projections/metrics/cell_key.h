// Keys of the metrics families: (partition, metric, grouping, level, start, group, day). One metric, grouping and level over a span of
// starts is one run of rows. In metrics_known the day is the recorded day, newest first, so that the first row at or after
// (cell, K) is the total as known at the end of day K; in metrics_happened it is the occurred day (of a year's cell: month), ascending.
// Thread rule: plain values and free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "projections/codec/key.h"
#include "projections/metrics/periods.h"

namespace docket::projections::metrics {

struct CellKey {
  Day start = 0;
  std::string group;
  Day day = 0;
};

[[nodiscard]] inline codec::KeyWriter level_key(int partition, std::uint16_t metric, std::uint8_t by, Level level) {
  codec::KeyWriter key(partition);
  key.u16(metric).u8(by).u8(static_cast<std::uint8_t>(level));
  return key;
}
inline constexpr std::size_t kLevelKeyBytes = 5;

// `key` with its level's prefix.
[[nodiscard]] inline CellKey read_cell_key(std::string_view key, bool descending) {
  codec::KeyReader reader(key.substr(kLevelKeyBytes < key.size() ? kLevelKeyBytes : key.size()));
  CellKey cell;
  cell.start = reader.i32();
  cell.group = reader.text();
  cell.day = descending ? reader.i32_descending() : reader.i32();
  return cell;
}

}  // namespace docket::projections::metrics
