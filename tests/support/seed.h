// The seed of a run: DOCKET_SEED plays a run again. Thread rule: a free function.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace docket::testing {

inline std::uint64_t seed_or(std::uint64_t otherwise) {
  const char* given = std::getenv("DOCKET_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

}  // namespace docket::testing
