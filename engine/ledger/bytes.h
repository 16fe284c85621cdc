// Bytes as text, and as OpenSSL takes them. Internal to engine/ledger.
#pragma once

#include <string_view>

namespace docket::ledger {

inline constexpr std::string_view kHex = "0123456789abcdef";

inline const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace docket::ledger
