// What a walk says and by what it counts time. Internal to engine/walk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/ingest/json_text.h"

namespace docket::walk {

inline constexpr std::int64_t kMinute = 60'000;
inline constexpr std::int64_t kHour = 60 * kMinute;

inline std::string quoted(std::string_view text) {
  std::string out;
  ingest::append_json_string(out, text);
  return out;
}

}  // namespace docket::walk
