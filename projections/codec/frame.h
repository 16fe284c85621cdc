// The frame around every stored value: u8 version, u32 length, u32 CRC-32C (both little endian), payload. Version,
// length and checksum are verified before anything is decoded. An empty value has no frame.
// Thread rule: free functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/model/result.h"

namespace docket::projections::codec {

inline constexpr std::size_t kFrameBytes = 9;
inline constexpr std::uint8_t kValueVersion = 1;

void append_frame(std::string& out, std::string_view payload);
// The payload inside `framed`; kCorrupt when length, version or checksum are not what append_frame() wrote.
[[nodiscard]] Result<std::string_view> open_frame(std::string_view framed);

}  // namespace docket::projections::codec
