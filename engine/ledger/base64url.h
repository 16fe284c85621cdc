// base64url without padding (RFC 4648 section 5). Thread rule: free functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace docket::ledger {

void append_base64url(std::string& out, std::span<const std::uint8_t> bytes);
[[nodiscard]] std::string base64url(std::span<const std::uint8_t> bytes);
// nullopt: a character that doesn't belong, a length that can't be, or bits left over.
[[nodiscard]] std::optional<std::string> base64url_bytes(std::string_view text);

}  // namespace docket::ledger
