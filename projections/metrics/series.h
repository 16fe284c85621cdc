// The figures of one cell, a number a series (measure::Series). Stored as a count and zigzag LEB128 numbers, trailing zeros left out; with
// buckets of durations, where most are zero, as 255 and pairs: how many series were passed over, and the number. Equal figures are equal
// bytes. Thread rule: plain values and free functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/result.h"

namespace docket::projections::metrics {

using Series = std::vector<std::int64_t>;
inline constexpr std::size_t kSeriesMax = 8192;
using SparseSeries = std::vector<std::pair<std::uint16_t, std::int64_t>>;  // ascending, no series twice

inline void add_to(Series& into, std::size_t series, std::int64_t value) {
  if (into.size() <= series) into.resize(series + 1);
  into[series] += value;
}
inline void add_to(Series& into, const Series& values) {
  for (std::size_t s = 0; s < values.size(); ++s) add_to(into, s, values[s]);
}

void add_to(SparseSeries& into, const SparseSeries& values);

[[nodiscard]] std::string encode_series(const SparseSeries& series);
[[nodiscard]] Result<SparseSeries> decode_sparse_series(std::string_view payload);
[[nodiscard]] std::string encode_series(const Series& series);
[[nodiscard]] Result<Series> decode_series(std::string_view payload);

using Totals = std::map<std::string, Series, std::less<>>;  // by group text

}  // namespace docket::projections::metrics
