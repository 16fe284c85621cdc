// A request target taken apart: path segments and query parameters, percent-decoded. Refuses what is ambiguous: bad
// escapes, NUL and other control characters, text that is no UTF-8. '+' is a plus sign, so that times with an offset
// can be written as they are.
// Thread rule: free functions, plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/result.h"

namespace docket::http {

struct Target {
  std::string raw_path;                                     // as it came, without query and authority
  std::vector<std::string> segments;                        // decoded; "/v1/cases" -> {"v1", "cases"}
  std::vector<std::pair<std::string, std::string>> params;  // decoded, in order
};

// kInvalid: the message says what is wrong with the target.
[[nodiscard]] Result<Target> split_target(std::string_view raw);

// nullopt: a bad escape, a control character (unless `controls` may be) or no UTF-8.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool controls = false);
// Everything but unreserved characters (RFC 3986) is escaped.
[[nodiscard]] std::string percent_encode(std::string_view text);

// The same target with `page_token` set to another value, for a Link header.
[[nodiscard]] std::string with_page_token(const Target& target, std::string_view page_token);

}  // namespace docket::http
