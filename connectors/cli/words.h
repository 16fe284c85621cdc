// The words of tables and pages: in English the keys themselves, in Chinese a word for each.
// Thread rule: free functions.
#pragma once

#include <string>
#include <string_view>

namespace docket::cli {

// A table's heading: "known_at" -> "KNOWN AT", or its Chinese word.
[[nodiscard]] std::string heading(std::string_view key, std::string_view language);
// The word for a key that stands in a line: "known_at" -> "known at", or its Chinese word.
[[nodiscard]] std::string word(std::string_view key, std::string_view language);
// A value that Docket itself makes, in Chinese by the column that it stands in: ("outcome", "parked") -> "暂存". Whatever an office
// defines has its own labels, and stays.
[[nodiscard]] std::string value_word(std::string_view column, std::string_view value, std::string_view language);
// One of two texts.
[[nodiscard]] constexpr std::string_view either(std::string_view language, std::string_view zh, std::string_view en) {
  return language == "en" ? en : zh;
}

}  // namespace docket::cli
