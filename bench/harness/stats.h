// Medians and percentiles. Thread rule: plain values.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace docket::bench {

struct Spread {
  double median = 0;
  double low = 0;
  double high = 0;
};

inline Spread spread(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {median, values.front(), values.back()};
}

// Latencies in microseconds; percentile by nearest rank.
class Latencies {
 public:
  void add(double us) { all_.push_back(us); }
  void add(const Latencies& more) { all_.insert(all_.end(), more.all_.begin(), more.all_.end()); }
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  [[nodiscard]] double percentile(double p) {
    if (all_.empty()) return 0;
    const auto rank = static_cast<std::size_t>(p / 100 * static_cast<double>(all_.size()));
    const auto at = all_.begin() + static_cast<std::ptrdiff_t>(std::min(rank, all_.size() - 1));
    std::nth_element(all_.begin(), at, all_.end());
    return *at;
  }

 private:
  std::vector<double> all_;
};

}  // namespace docket::bench
