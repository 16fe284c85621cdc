#include "engine/ingest/describe.h"

#include <algorithm>
#include <numeric>

#include "engine/ingest/json_scan.h"
#include "engine/ingest/json_text.h"

namespace docket::ingest {
namespace {

constexpr std::size_t kShownCharacters = 40;
constexpr std::size_t kListed = 12;
constexpr std::size_t kPointerBytes = 200;  // of one token; a longer name is no name of ours

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

// At most `most` characters of UTF-8 text.
std::string_view first_characters(std::string_view text, std::size_t most) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i]) && ++characters > most) return text.substr(0, i);
  }
  return text;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, corner + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      corner = above;
    }
  }
  return row.back();
}

}  // namespace

void append_pointer(std::string& out, std::string_view token) {
  constexpr std::string_view kPlain = "-._!$&'()*+,;=:@?";  // RFC 3986: what a fragment may hold beside letters and digits
  constexpr std::string_view kHex = "0123456789ABCDEF";
  out.push_back('/');
  for (const char c : token.substr(0, kPointerBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else if (letter || kPlain.find(c) != std::string_view::npos) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[byte >> 4U]);
      out.push_back(kHex[byte & 15U]);
    }
  }
}

std::string quote(std::string_view text) {
  const std::string_view shown = first_characters(text, kShownCharacters);
  std::string out;
  append_json_string(out, shown);
  if (shown.size() < text.size()) out.insert(out.size() - 1, "…");
  return out;
}

std::string describe(std::string_view raw, bool show) {
  switch (type_of(raw)) {
    case JsonType::kObject:
      return "an object";
    case JsonType::kArray:
      return "an array";
    case JsonType::kNull:
      return "null";
    case JsonType::kFlag:
      return show ? std::string(raw) : "true or false";
    case JsonType::kNumber:
      return show ? std::string(first_characters(raw, kShownCharacters)) : "a number";
    case JsonType::kString:
      break;
    case JsonType::kBroken:
      return "something unreadable";
  }
  std::string scratch;
  std::string_view text;
  if (!string_text(raw, scratch, text)) return "a broken string";
  return show ? quote(text) : "a string of " + std::to_string(count_characters(text)) + " characters";
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known) {
  constexpr std::size_t kLongest = 100;
  if (name.size() > kLongest) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 4) + 1;
  for (const auto candidate : known) {
    const std::size_t d = distance(name, candidate);
    if (d < best_distance && d < candidate.size()) {
      best = candidate;
      best_distance = d;
    }
  }
  return best.empty() ? std::string{} : "; did you mean " + std::string(best) + "?";
}

std::string one_of(const std::vector<std::string_view>& names) {
  if (names.size() > kListed) return "one of " + std::to_string(names.size()) + " values";
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
    out += names[i];
  }
  return out;
}

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), begins_character));
}

}  // namespace docket::ingest
