// Appending JSON text, in the one form that blocks and signed heads use: no white space, shortest escapes.
// Thread rule: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace docket::ledger {

// A quoted string. Bytes that are no UTF-8 become U+FFFD, so that whatever is written can be read back.
void append_json_string(std::string& out, std::string_view text);
void append_json_number(std::string& out, std::uint64_t number);

}  // namespace docket::ledger
