#include "engine/ingest/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace docket::ingest {
namespace {

constexpr int kExponentMax = 100'000;  // far beyond any double or scaled integer; larger ones are cut to it

constexpr int kPointOfDigits = 21;  // RFC 8785: a larger number is written with an exponent

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

int exponent_of(std::string_view text) {  // "+12", "-7", "3"
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int value = 0;
  for (const char c : text) value = std::min(kExponentMax, value * 10 + (c - '0'));
  return negative ? -value : value;
}

bool plain_integer(std::string_view text) { return text.find_first_of(".eE") == std::string_view::npos; }

}  // namespace

bool is_json_number(std::string_view text) {
  std::size_t at = 0;
  if (at < text.size() && text[at] == '-') ++at;
  if (at >= text.size() || !is_digit(text[at])) return false;
  at = text[at] == '0' ? at + 1 : skip_digits(text, at);
  if (at < text.size() && text[at] == '.') {
    const std::size_t from = ++at;
    at = skip_digits(text, at);
    if (at == from) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t from = at;
    at = skip_digits(text, at);
    if (at == from) return false;
  }
  return at == text.size();
}

bool operator==(const Decimal& a, const Decimal& b) {
  if (a.is_zero() && b.is_zero()) return true;
  return !a.cut && !b.cut && a.negative == b.negative && a.point == b.point && a.count == b.count &&
         std::equal(a.digits.begin(), a.digits.begin() + a.count, b.digits.begin());
}

Decimal decimal_of(std::string_view text) {
  Decimal out;
  std::size_t at = 0;
  if (!text.empty() && text[0] == '-') {
    out.negative = true;
    ++at;
  }
  bool fraction = false;
  int zeros = 0;  // after a significant digit, not yet known to be inside
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    const char c = text[at];
    if (c == '.') {
      fraction = true;
      continue;
    }
    if (!fraction && (out.count > 0 || c != '0')) ++out.point;
    if (c == '0') {
      if (out.count > 0) ++zeros;
      if (out.count == 0 && fraction) --out.point;
      continue;
    }
    if (out.count + zeros + 1 > static_cast<int>(out.digits.size())) {
      out.cut = true;
      zeros = 0;
      continue;
    }
    for (; zeros > 0; --zeros) out.digits[static_cast<std::size_t>(out.count++)] = '0';
    out.digits[static_cast<std::size_t>(out.count++)] = c;
  }
  if (at < text.size()) out.point += exponent_of(text.substr(at + 1));
  if (out.is_zero()) out = Decimal{};
  return out;
}

Decimal shortest(double number) {
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific).ptr;
  return decimal_of({buffer.data(), static_cast<std::size_t>(end - buffer.data())});
}

void append_decimal(std::string& out, const Decimal& decimal) {
  if (decimal.is_zero()) {
    out.push_back('0');
    return;
  }
  if (decimal.negative) out.push_back('-');
  const std::string_view digits(decimal.digits.data(), static_cast<std::size_t>(decimal.count));
  const int point = decimal.point;
  if (point > kPointOfDigits || point <= -6) {
    out.push_back(digits[0]);
    if (digits.size() > 1) {
      out.push_back('.');
      out.append(digits.substr(1));
    }
    out += point > 0 ? "e+" : "e-";
    out += std::to_string(std::abs(point - 1));
  } else if (point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out.append(digits);
  } else if (decimal.count <= point) {
    out.append(digits);
    out.append(static_cast<std::size_t>(point - decimal.count), '0');
  } else {
    out.append(digits.substr(0, static_cast<std::size_t>(point)));
    out.push_back('.');
    out.append(digits.substr(static_cast<std::size_t>(point)));
  }
}

bool append_canonical_number(std::string& out, std::string_view text) {
  constexpr std::size_t kSurelyExact = 15;
  const bool integer = plain_integer(text);
  if (integer && text.size() <= kSurelyExact && text != "-0") {
    out.append(text);
    return true;
  }
  const Decimal decimal = decimal_of(text);
  if (decimal.is_zero()) {
    out.push_back('0');
    return true;
  }
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr double kLargestInteger = 9007199254740992.0;  // 2^53
  // By what is written, not by what was read: 1234567890123456e4 would stand as digits that are refused when they come back.
  const bool digits_alone = integer || (decimal.count <= decimal.point && decimal.point <= kPointOfDigits);
  const bool fits = parsed.ec == std::errc{} && std::isfinite(number) && (!digits_alone || std::fabs(number) <= kLargestInteger);
  // An integer just above 2^53 rounds down to it, so the digits are compared too.
  if (!fits || !(shortest(number) == decimal)) {
    out.append(text);
    return false;
  }
  append_decimal(out, decimal);
  return true;
}

Scaled scaled(std::string_view text, int places) {
  const Decimal decimal = decimal_of(text);
  if (decimal.is_zero()) return {};
  if (decimal.point + places > 19) return {Scale::kTooBig, 0};
  const int shift = decimal.point - decimal.count + places;
  if (decimal.cut || shift < 0) return {Scale::kTooFine, 0};
  std::uint64_t value = 0;  // at most 19 digits: below 10^19, so it fits
  for (int i = 0; i < decimal.count; ++i)
    value = value * 10 + static_cast<std::uint64_t>(decimal.digits[static_cast<std::size_t>(i)] - '0');
  for (int i = 0; i < shift; ++i) value *= 10;
  const std::uint64_t limit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (decimal.negative ? 1U : 0U);
  if (value > limit) return {Scale::kTooBig, 0};
  return {Scale::kOk, static_cast<std::int64_t>(decimal.negative ? 0U - value : value)};
}

}  // namespace docket::ingest
