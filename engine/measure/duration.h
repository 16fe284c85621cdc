// Durations as histograms, so that medians can be taken back and added up: a bucket is at most 1 % wide, below an hour at most 36 s, and
// full hours in use (1, 8, 24, ...) are bounds, so a coarser table adds up exactly. Times are milliseconds. Thread rule: free functions
// over constants.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace docket::measure {

struct Bucket {  // from <= a duration in it < to
  std::int64_t from = 0;
  std::int64_t to = 0;
};

inline constexpr std::size_t kBucketsMax = 2048;  // room for one histogram among a cell's series

[[nodiscard]] std::size_t bucket_count();
// The bucket of a duration; below 0 is the first, ten years and more the last.
[[nodiscard]] std::size_t bucket_of(std::int64_t ms);
[[nodiscard]] Bucket bucket(std::size_t index);
// The bucket in which the value of that rank lies (nearest rank, from 1 on); `counts` by bucket. The last one if they are fewer.
[[nodiscard]] std::size_t bucket_of_rank(std::span<const std::int64_t> counts, std::int64_t rank);

}  // namespace docket::measure
