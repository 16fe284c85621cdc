// The one source of chance of a walk: a seed gives the same walk on every machine, so no standard distribution is used.
// Thread rule: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace docket::walk {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  // A number in [0, below); 0 if `below` is 0.
  std::uint64_t below(std::uint64_t below) { return below == 0 ? 0 : engine_() % below; }
  // A number in [from, to].
  std::int64_t between(std::int64_t from, std::int64_t to) {
    return to <= from ? from : from + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(to - from) + 1));
  }
  bool percent(unsigned chance) { return below(100) < chance; }
  template <typename T>
  const T& of(const std::vector<T>& list) {
    return list[below(list.size())];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace docket::walk
