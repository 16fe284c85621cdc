#include "connectors/kafka/intake_message.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "engine/ingest/binary_mode.h"

namespace docket::kafka {
namespace {

constexpr std::string_view kPrefix = "ce_";
constexpr std::string_view kContentType = "content-type";

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

// 0x00 and a schema's number of 4 bytes, before JSON.
std::string_view without_frame(std::string_view value) {
  constexpr std::size_t kFrame = 5;
  const bool framed = value.size() > kFrame && value[0] == '\0' && (value[kFrame] == '{' || value[kFrame] == '[');
  return framed ? value.substr(kFrame) : value;
}

}  // namespace

std::string structured_event(std::span<const Header> headers, std::string_view value) {
  value = without_frame(value);
  const bool binary = std::any_of(headers.begin(), headers.end(), [](const Header& header) { return header.name == "ce_specversion"; });
  if (!binary) return std::string(value);
  std::vector<ingest::BinaryAttribute> attributes;
  attributes.reserve(headers.size());
  for (const auto& header : headers) {
    if (header.name.starts_with(kPrefix) && header.name.size() > kPrefix.size()) {
      attributes.emplace_back(header.name.substr(kPrefix.size()), header.value);
    } else if (same(header.name, kContentType)) {
      attributes.emplace_back("datacontenttype", header.value);
    }
  }
  return ingest::structured(attributes, value);
}

}  // namespace docket::kafka
