// CRC-32C (Castagnoli), the checksum of every stored value. Thread rule: free function.
#pragma once

#include <cstdint>
#include <string_view>

namespace docket::projections::codec {

[[nodiscard]] std::uint32_t crc32c(std::string_view bytes);

}  // namespace docket::projections::codec
