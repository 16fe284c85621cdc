#include "engine/measure/duration.h"

#include <algorithm>
#include <vector>

namespace docket::measure {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kFirstWidthMs = 36'000;  // a hundredth of an hour
constexpr std::int64_t kEndMs = 10LL * 366 * 24 * kHourMs;
// Hours at which tables like to cut: eights of them, days, weeks, months and years.
constexpr std::int64_t kCutHours[] = {1,   2,   4,   8,   12,  16,  24,  32,  40,   48,   72,   80,   96,   120,  160,
                                      168, 240, 320, 360, 480, 640, 720, 960, 1440, 1920, 2160, 4320, 8760, 17520};

// Lower bounds, and behind them the end of the last but one. On disk: the numbers of buckets follow from this, so it never changes.
const std::vector<std::int64_t>& bounds() {
  static const std::vector<std::int64_t> all = [] {
    std::vector<std::int64_t> out{0};
    const auto* cut = std::begin(kCutHours);
    while (out.back() < kEndMs) {
      std::int64_t next = out.back() + std::max(kFirstWidthMs, out.back() / 100);
      if (cut != std::end(kCutHours) && *cut * kHourMs <= next) next = *cut++ * kHourMs;
      out.push_back(next);
    }
    return out;
  }();
  return all;
}

}  // namespace

std::size_t bucket_count() { return bounds().size(); }

std::size_t bucket_of(std::int64_t ms) {
  const auto above = std::upper_bound(bounds().begin(), bounds().end(), ms);
  return above == bounds().begin() ? 0 : static_cast<std::size_t>(above - bounds().begin()) - 1;
}

Bucket bucket(std::size_t index) {
  const auto& all = bounds();
  const std::size_t at = std::min(index, all.size() - 1);
  return {all[at], at + 1 < all.size() ? all[at + 1] : all[at]};
}

std::size_t bucket_of_rank(std::span<const std::int64_t> counts, std::int64_t rank) {
  std::int64_t below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    if (below >= rank) return i;
  }
  return counts.empty() ? 0 : counts.size() - 1;
}

}  // namespace docket::measure
