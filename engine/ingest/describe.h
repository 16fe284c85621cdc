// Words for findings: pointers, quoted values, suggestions. Only reached when something is wrong.
// Thread rule: free functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace docket::ingest {

// "/token" of RFC 6901 as it stands in a URI fragment (~0, ~1, per cent).
void append_pointer(std::string& out, std::string_view token);
// "\"text\"", cut after 40 characters.
[[nodiscard]] std::string quote(std::string_view text);
// What a JSON value is, for "found ...": the value itself if `show`, else only its type and size.
[[nodiscard]] std::string describe(std::string_view raw, bool show);
// "; did you mean x?" for the name that is nearest, or nothing if none is near.
[[nodiscard]] std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known);
// "a, b or c", or "one of 40 values" if there are more than 12.
[[nodiscard]] std::string one_of(const std::vector<std::string_view>& names);
[[nodiscard]] std::size_t count_characters(std::string_view utf8);

}  // namespace docket::ingest
