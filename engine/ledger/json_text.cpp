#include "engine/ledger/json_text.h"

#include <simdjson.h>

#include <array>
#include <charconv>

#include "engine/ledger/bytes.h"

namespace docket::ledger {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Length of the UTF-8 sequence at text[at], 0 if there is none.
std::size_t sequence_bytes(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t count = lead < 0x80                   ? 1
                            : lead >= 0xC2 && lead < 0xE0 ? 2
                            : lead >= 0xE0 && lead < 0xF0 ? 3
                            : lead >= 0xF0 && lead < 0xF5 ? 4
                                                          : 0;
  if (count == 0 || at + count > text.size()) return 0;
  return simdjson::validate_utf8(text.data() + at, count) ? count : 0;
}

std::string replace_broken(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t count = sequence_bytes(text, at);
    out.append(count == 0 ? kReplacement : text.substr(at, count));
    at += count == 0 ? 1 : count;
  }
  return out;
}

void append_escape(std::string& out, unsigned char byte) {
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  out += "\\u00";
  out.push_back(kHex[byte >> 4U]);
  out.push_back(kHex[byte & 15U]);
}

void append_escaped(std::string& out, std::string_view text) {
  std::size_t plain = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text, plain, at - plain);
    append_escape(out, byte);
    plain = at + 1;
  }
  out.append(text, plain);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  unsigned all = 0;
  bool plain = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    all |= byte;
    plain = plain && byte >= 0x20 && byte != '"' && byte != '\\';
  }
  const bool broken = all >= 0x80 && !simdjson::validate_utf8(text.data(), text.size());
  out.push_back('"');
  if (plain && !broken) {
    out.append(text);
  } else {
    append_escaped(out, broken ? std::string_view(replace_broken(text)) : text);
  }
  out.push_back('"');
}

void append_json_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> buffer{};
  const auto done = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  out.append(buffer.data(), static_cast<std::size_t>(done.ptr - buffer.data()));
}

}  // namespace docket::ledger
