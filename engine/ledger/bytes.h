// Bytes as text and as OpenSSL takes them, and how much of a chain is read at a time. Internal to engine/ledger.
#pragma once

#include <cstddef>
#include <string_view>

namespace docket::ledger {

inline constexpr std::string_view kHex = "0123456789abcdef";
inline constexpr std::size_t kReadBytes = std::size_t{4} << 20U;  // by what reads a chain from end to end

inline const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace docket::ledger
