#include "engine/model/ids.h"

namespace docket::model {

std::uint32_t murmur2(std::string_view bytes) {
  constexpr std::uint32_t kMix = 0x5bd1e995;
  constexpr int kShift = 24;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])); };
  std::uint32_t h = 0x9747b28cU ^ static_cast<std::uint32_t>(bytes.size());
  std::size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t k = byte(at) | (byte(at + 1) << 8U) | (byte(at + 2) << 16U) | (byte(at + 3) << 24U);
    k *= kMix;
    k ^= k >> kShift;
    k *= kMix;
    h *= kMix;
    h ^= k;
  }
  switch (bytes.size() - at) {
    case 3:
      h ^= byte(at + 2) << 16U;
      [[fallthrough]];
    case 2:
      h ^= byte(at + 1) << 8U;
      [[fallthrough]];
    case 1:
      h ^= byte(at);
      h *= kMix;
      break;
    default:
      break;
  }
  h ^= h >> 13U;
  h *= kMix;
  h ^= h >> 15U;
  return h;
}

}  // namespace docket::model
