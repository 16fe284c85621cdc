#include "engine/ledger/base64url.h"

#include <array>

namespace docket::ledger {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> make_digits() {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return digits;
}
constexpr std::array<std::uint8_t, 256> kDigits = make_digits();

}  // namespace

void append_base64url(std::string& out, std::span<const std::uint8_t> bytes) {
  std::size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3) {
    const std::uint32_t word = std::uint32_t{bytes[at]} << 16U | std::uint32_t{bytes[at + 1]} << 8U | bytes[at + 2];
    const std::array<char, 4> four{kAlphabet[word >> 18U], kAlphabet[word >> 12U & 63U], kAlphabet[word >> 6U & 63U],
                                   kAlphabet[word & 63U]};
    out.append(four.data(), four.size());
  }
  const std::size_t rest = bytes.size() - at;
  if (rest == 0) return;
  const std::uint32_t word = std::uint32_t{bytes[at]} << 16U | (rest == 2 ? std::uint32_t{bytes[at + 1]} << 8U : 0U);
  out.push_back(kAlphabet[word >> 18U]);
  out.push_back(kAlphabet[word >> 12U & 63U]);
  if (rest == 2) out.push_back(kAlphabet[word >> 6U & 63U]);
}

std::string base64url(std::span<const std::uint8_t> bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  append_base64url(out, bytes);
  return out;
}

std::optional<std::string> base64url_bytes(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t word = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::uint8_t digit = kDigits[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) return std::nullopt;
    word = word << 6U | digit;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<char>(word >> bits & 0xFFU));
      word &= (1U << bits) - 1U;
    }
  }
  if (bits == 6 || word != 0) return std::nullopt;
  return out;
}

}  // namespace docket::ledger
