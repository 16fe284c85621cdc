#include "connectors/http/target.h"

namespace docket::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' || c == '~';
}

// Well-formed UTF-8 as in table 3-7 of the Unicode standard: no overlong forms, no surrogates.
bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    std::size_t more = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      more = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    if (text.size() - i <= more) return false;
    for (std::size_t k = 1; k <= more; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if (next < low || next > high) return false;
      low = 0x80;
      high = 0xBF;
    }
    i += more + 1;
  }
  return true;
}

Error invalid(std::string message) { return Error{ErrorCode::kInvalid, std::move(message)}; }

// "http://host:port/path" -> "/path"; an origin-form target stays as it is.
std::string_view strip_authority(std::string_view raw) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (raw.substr(0, scheme.size()) != scheme) continue;
    raw.remove_prefix(scheme.size());
    const auto slash = raw.find_first_of("/?");
    return slash == std::string_view::npos ? std::string_view("/") : raw.substr(slash);
  }
  return raw;
}

Status split_params(std::string_view query, Target& target) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals));
    auto value = equals == std::string_view::npos ? std::optional<std::string>("") : percent_decode(pair.substr(equals + 1));
    if (!name || !value) return invalid("the query holds a bad percent escape, a control character or bytes that are no UTF-8");
    if (name->empty()) return invalid("the query holds a parameter without a name");
    target.params.emplace_back(std::move(*name), std::move(*value));
  }
  return {};
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool controls) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (!controls && (byte < 0x20 || byte == 0x7F)) return std::nullopt;
    out.push_back(c);
  }
  if (!is_utf8(out)) return std::nullopt;
  return out;
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 0x0F]);
  }
  return out;
}

Result<Target> split_target(std::string_view raw) {
  raw = strip_authority(raw);
  if (raw.find('#') != std::string_view::npos) return invalid("the target holds a fragment ('#')");
  const auto question = raw.find('?');
  std::string_view path = raw.substr(0, question);
  Target target;
  if (path.empty()) path = "/";
  if (path.front() != '/') return invalid("the target must begin with '/'");
  target.raw_path = path;
  path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    auto segment = percent_decode(path.substr(0, slash));
    if (!segment) return invalid("the path holds a bad percent escape, a control character or bytes that are no UTF-8");
    target.segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  if (question != std::string_view::npos) {
    if (auto status = split_params(raw.substr(question + 1), target); !status) return status.error();
  }
  return target;
}

std::string with_page_token(const Target& target, std::string_view page_token) {
  std::string out = target.raw_path;
  char join = '?';
  for (const auto& [name, value] : target.params) {
    if (name == "page_token") continue;
    out += join;
    out += percent_encode(name);
    out += '=';
    out += percent_encode(value);
    join = '&';
  }
  out += join;
  out += "page_token=";
  out += percent_encode(page_token);
  return out;
}

}  // namespace docket::http
