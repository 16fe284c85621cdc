#include "engine/ingest/json_scan.h"

#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace docket::ingest {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

const char* skip_space(const char* at, const char* end) {
  while (at < end && is_space(*at)) ++at;
  return at;
}

// The next '"' or '\'.
const char* find_quote_or_escape(const char* at, const char* end) {
#ifdef __SSE2__
  const __m128i quotes = _mm_set1_epi8('"');
  const __m128i escapes = _mm_set1_epi8('\\');
  while (end - at >= 16) {
    __m128i bytes;
    std::memcpy(&bytes, at, sizeof bytes);
    const int hits = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, quotes), _mm_cmpeq_epi8(bytes, escapes)));
    if (hits != 0) return at + std::countr_zero(static_cast<unsigned>(hits));
    at += 16;
  }
#endif
  while (at < end && *at != '"' && *at != '\\') ++at;
  return at;
}

// From an opening quote to behind the closing one; nullptr if there is none.
const char* skip_string(const char* at, const char* end) {
  ++at;
  while (true) {
    at = find_quote_or_escape(at, end);
    if (at >= end) return nullptr;
    if (*at == '"') return at + 1;
    if (end - at < 2) return nullptr;
    at += 2;
  }
}

const char* skip_value(const char* at, const char* end) {
  if (at >= end) return nullptr;
  if (*at == '"') return skip_string(at, end);
  if (*at == '{' || *at == '[') {
    int depth = 0;
    while (at < end) {
      const char c = *at;
      if (c == '"') {
        at = skip_string(at, end);
        if (at == nullptr) return nullptr;
        continue;
      }
      ++at;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return at;
    }
    return nullptr;
  }
  const char* from = at;
  while (at < end && *at != ',' && *at != '}' && *at != ']' && !is_space(*at)) ++at;
  return at == from ? nullptr : at;
}

std::string_view view(const char* from, const char* to) { return {from, static_cast<std::size_t>(to - from)}; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool take_hex4(std::string_view text, std::size_t at, unsigned& out) {
  if (at + 4 > text.size()) return false;
  out = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return false;
    out = out * 16 + static_cast<unsigned>(digit);
  }
  return true;
}

void append_utf8(std::string& out, unsigned code) {
  const auto byte = [&](unsigned value) { out.push_back(static_cast<char>(static_cast<unsigned char>(value))); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0U | (code >> 6U));
    byte(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    byte(0xE0U | (code >> 12U));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  } else {
    byte(0xF0U | (code >> 18U));
    byte(0x80U | ((code >> 12U) & 0x3FU));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  }
}

// The code point of "\uXXXX" (or of a pair of them) whose hex digits begin at `at`; moves `at` behind it.
bool take_code_point(std::string_view text, std::size_t& at, unsigned& code) {
  if (!take_hex4(text, at, code)) return false;
  at += 4;
  if (code < 0xD800 || code > 0xDFFF) return true;
  unsigned low = 0;
  if (code > 0xDBFF || text.substr(at, 2) != "\\u" || !take_hex4(text, at + 2, low) || low < 0xDC00 || low > 0xDFFF) return false;
  at += 6;
  code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
  return true;
}

}  // namespace

JsonType type_of(std::string_view value) {
  if (value.empty()) return JsonType::kBroken;
  switch (value[0]) {
    case '{':
      return JsonType::kObject;
    case '[':
      return JsonType::kArray;
    case '"':
      return JsonType::kString;
    case 't':
      return value == "true" ? JsonType::kFlag : JsonType::kBroken;
    case 'f':
      return value == "false" ? JsonType::kFlag : JsonType::kBroken;
    case 'n':
      return value == "null" ? JsonType::kNull : JsonType::kBroken;
    default:
      break;
  }
  return value[0] == '-' || (value[0] >= '0' && value[0] <= '9') ? JsonType::kNumber : JsonType::kBroken;
}

MemberReader::MemberReader(std::string_view object) : at_(object.data()), end_(object.data() + object.size()) {
  at_ = skip_space(at_, end_);
  if (at_ >= end_ || *at_ != '{')
    stop(true);
  else
    ++at_;
}

bool MemberReader::stop(bool broken) {
  broken_ = broken;
  done_ = true;
  return false;
}

bool MemberReader::next() { return next_key() && skip(); }

bool MemberReader::next_key() {
  if (done_) return false;
  at_ = skip_space(at_, end_);
  if (at_ < end_ && *at_ == '}') {
    ++at_;
    return stop(false);
  }
  if (!first_) {
    if (at_ >= end_ || *at_ != ',') return stop(true);
    at_ = skip_space(at_ + 1, end_);
  }
  first_ = false;
  if (at_ >= end_ || *at_ != '"') return stop(true);
  const char* key_end = skip_string(at_, end_);
  if (key_end == nullptr) return stop(true);
  key_ = view(at_ + 1, key_end - 1);
  at_ = skip_space(key_end, end_);
  if (at_ >= end_ || *at_ != ':') return stop(true);
  at_ = skip_space(at_ + 1, end_);
  return true;
}

bool MemberReader::skip() {
  const char* value_end = skip_value(at_, end_);
  if (value_end == nullptr) return stop(true);
  value_ = view(at_, value_end);
  at_ = value_end;
  return true;
}

ItemReader::ItemReader(std::string_view array) : at_(array.data()), end_(array.data() + array.size()) {
  at_ = skip_space(at_, end_);
  if (at_ >= end_ || *at_ != '[')
    stop(true);
  else
    ++at_;
}

bool ItemReader::stop(bool broken) {
  broken_ = broken;
  done_ = true;
  return false;
}

bool ItemReader::next() {
  if (done_) return false;
  at_ = skip_space(at_, end_);
  if (at_ < end_ && *at_ == ']') return stop(false);
  if (!first_) {
    if (at_ >= end_ || *at_ != ',') return stop(true);
    at_ = skip_space(at_ + 1, end_);
  }
  first_ = false;
  const char* value_end = skip_value(at_, end_);
  if (value_end == nullptr) return stop(true);
  value_ = view(at_, value_end);
  at_ = value_end;
  return true;
}

std::string_view trim(std::string_view text) {
  const char* from = skip_space(text.data(), text.data() + text.size());
  const char* to = text.data() + text.size();
  while (to > from && is_space(*(to - 1))) --to;
  return view(from, to);
}

bool has_escape(std::string_view raw) { return !raw.empty() && std::memchr(raw.data(), '\\', raw.size()) != nullptr; }

bool append_decoded(std::string& out, std::string_view inside) {
  for (std::size_t at = 0; at < inside.size();) {
    const std::size_t escape = inside.find('\\', at);
    out.append(inside.substr(at, escape - at));
    if (escape == std::string_view::npos) return true;
    if (escape + 1 >= inside.size()) return false;
    at = escape + 2;
    switch (inside[escape + 1]) {
      case '"':
        out.push_back('"');
        break;
      case '\\':
        out.push_back('\\');
        break;
      case '/':
        out.push_back('/');
        break;
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'u': {
        unsigned code = 0;
        if (!take_code_point(inside, at, code)) return false;
        append_utf8(out, code);
        break;
      }
      default:
        return false;
    }
  }
  return true;
}

bool string_text(std::string_view raw, std::string& scratch, std::string_view& out) {
  if (raw.size() < 2 || raw.front() != '"' || raw.back() != '"') return false;
  const std::string_view inside = raw.substr(1, raw.size() - 2);
  if (!has_escape(inside)) {
    out = inside;
    return true;
  }
  scratch.clear();
  if (!append_decoded(scratch, inside)) return false;
  out = scratch;
  return true;
}

}  // namespace docket::ingest
