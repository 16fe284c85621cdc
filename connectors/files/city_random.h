// The city's own random numbers: the same on every machine and library, so that a seed names a city for ever.
// Thread rule: plain value; a case has a generator of its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace docket::files {

class Random {  // splitmix64
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  Random(std::uint64_t seed, std::uint64_t stream) : state_(seed * 0x9E3779B97F4A7C15ULL + stream) { state_ = next() ^ stream; }

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  // 0 to n - 1; 0 for n = 0.
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(((next() >> 32U) * n) >> 32U); }
  std::int32_t between(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(below(static_cast<std::uint32_t>(high - low + 1)));
  }
  std::int64_t ms_between(std::int64_t low_s, std::int64_t high_s) {
    return (low_s + static_cast<std::int64_t>(below(static_cast<std::uint32_t>(high_s - low_s + 1)))) * 1000;
  }
  bool chance(std::uint32_t permille) { return below(1000) < permille; }
  template <std::size_t N>
  std::size_t weighted(const std::array<std::uint32_t, N>& weights) {
    std::uint32_t total = 0;
    for (const auto weight : weights) total += weight;
    std::uint32_t at = below(total);
    for (std::size_t i = 0; i < N; ++i) {
      if (at < weights[i]) return i;
      at -= weights[i];
    }
    return N - 1;
  }
  template <typename List>
  const auto& any(const List& list) {
    return list[below(static_cast<std::uint32_t>(list.size()))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace docket::files
