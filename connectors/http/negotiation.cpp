#include "connectors/http/negotiation.h"

#include <algorithm>
#include <string>

#include "connectors/http/target.h"

namespace docket::http {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the part before `mark` off the front of `rest`, trimmed.
std::string_view take(std::string_view& rest, char mark) {
  const auto end = rest.find(mark);
  const std::string_view part = trim(rest.substr(0, end));
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

// A weight "0.8" in thousandths; malformed weights count as 0.
int weight_thousandths(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  int value = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return 0;
  int scale = 100;
  for (std::size_t i = 2; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') return 0;
    value += (text[i] - '0') * scale;
    scale /= 10;
  }
  return std::min(value, 1000);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

namespace {

// The type of "type; charset=utf-8"; nullopt: a charset that is not UTF-8.
std::optional<std::string_view> media_type(std::string_view content_type) {
  const std::string_view type = take(content_type, ';');
  while (!content_type.empty()) {
    std::string_view parameter = take(content_type, ';');
    const std::string_view name = take(parameter, '=');
    std::string_view value = trim(parameter);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (equals_ignoring_case(name, "charset") && !equals_ignoring_case(value, "utf-8")) return std::nullopt;
  }
  return type;
}

}  // namespace

std::optional<service::BodyFormat> body_format(std::string_view content_type) {
  const auto media = media_type(content_type);
  if (!media) return std::nullopt;
  const std::string_view type = *media;
  if (equals_ignoring_case(type, "application/cloudevents+json")) return service::BodyFormat::kEvent;
  if (equals_ignoring_case(type, "application/cloudevents-batch+json")) return service::BodyFormat::kBatch;
  if (equals_ignoring_case(type, "application/vnd.docket.reaction+json")) return service::BodyFormat::kReaction;
  if (equals_ignoring_case(type, "application/x-ndjson")) return service::BodyFormat::kLines;
  return std::nullopt;
}

std::optional<service::BodyFormat> body_format_of_attributes(std::string_view content_type, bool has_body) {
  if (content_type.empty() && !has_body) return service::BodyFormat::kBinary;
  const auto type = media_type(content_type);
  return type && equals_ignoring_case(*type, "application/json") ? std::optional(service::BodyFormat::kBinary) : std::nullopt;
}

std::optional<std::string> attribute_value(std::string_view field) {
  if (field.size() < 2 || field.front() != '"' || field.back() != '"') return percent_decode(field, true);
  field = field.substr(1, field.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '\\' && i + 1 < field.size()) ++i;
    plain += field[i];
  }
  return percent_decode(plain, true);
}

std::string_view language(std::string_view accept_language) {
  std::string_view best = "en";
  int best_weight = 0;
  while (!accept_language.empty()) {
    std::string_view range = take(accept_language, ',');
    const std::string_view tag = take(range, ';');
    int weight = 1000;
    if (!range.empty()) {
      const std::string_view name = take(range, '=');
      weight = equals_ignoring_case(name, "q") ? weight_thousandths(trim(range)) : 0;
    }
    const std::string_view primary = tag.substr(0, tag.find('-'));
    if (weight <= best_weight) continue;  // of equals the first one named
    for (const std::string_view known : {"zh", "en"}) {
      if (!equals_ignoring_case(primary, known)) continue;
      best = known;
      best_weight = weight;
    }
  }
  return best;
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  if (etag.empty()) return false;
  if (trim(if_none_match) == "*") return true;
  while (!if_none_match.empty()) {
    std::string_view entry = take(if_none_match, ',');
    if (entry.substr(0, 2) == "W/") entry.remove_prefix(2);
    if (entry == etag) return true;
  }
  return false;
}

}  // namespace docket::http
