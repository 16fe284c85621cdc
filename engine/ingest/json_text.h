// Appending JSON text: quoted strings with RFC 8785's escapes, integers, and numbers as ECMAScript writes them.
// Thread rule: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace docket::ingest {

// A quoted string. `text` must be UTF-8; only '"', '\' and control characters are escaped, as RFC 8785 does.
void append_json_string(std::string& out, std::string_view text);
// The same without the quotes.
void append_json_escaped(std::string& out, std::string_view text);
void append_json_number(std::string& out, std::int64_t number);
// A finite double as ECMAScript's Number.prototype.toString writes it: 4.5, 1e+21, 1e-7, 0 (also for -0).
void append_json_number(std::string& out, double number);
// Any JSON text without the white space between its tokens.
void append_json_compact(std::string& out, std::string_view json);

}  // namespace docket::ingest
