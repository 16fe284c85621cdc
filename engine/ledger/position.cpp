#include <openssl/evp.h>

#include <charconv>
#include <memory>

#include "engine/ledger/block_codec.h"
#include "engine/ledger/bytes.h"

namespace docket::ledger {
namespace {

struct MdContextFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

const EVP_MD* sha256() {
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kSha256;
}

// A whole decimal number without sign or leading zeros.
template <typename Number>
bool parse_number(std::string_view text, Number& out) {
  if (text.empty() || (text.size() > 1 && text.front() == '0') || text.front() == '-') return false;
  const auto done = std::from_chars(text.data(), text.data() + text.size(), out);
  return done.ec == std::errc{} && done.ptr == text.data() + text.size();
}

bool parse_hex(std::string_view text, std::uint64_t& out) {
  out = 0;
  for (const char c : text) {
    const std::size_t digit = kHex.find(c);
    if (digit == std::string_view::npos) return false;
    out = (out << 4U) | digit;
  }
  return text.size() == 16;
}

}  // namespace

Hash block_hash(std::string_view value) {
  thread_local const std::unique_ptr<EVP_MD_CTX, MdContextFree> kContext(EVP_MD_CTX_new());
  Hash hash{};
  unsigned int bytes = 0;
  EVP_DigestInit_ex2(kContext.get(), sha256(), nullptr);
  EVP_DigestUpdate(kContext.get(), value.data(), value.size());
  EVP_DigestFinal_ex(kContext.get(), hash.data(), &bytes);
  return hash;
}

std::string hash_text(const Hash& hash) {
  std::string text;
  text.reserve(hash.size() * 2);
  for (const std::uint8_t byte : hash) {
    text.push_back(kHex[byte >> 4U]);
    text.push_back(kHex[byte & 15U]);
  }
  return text;
}

std::uint64_t hash_prefix(const Hash& hash) {
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < 8; ++i) prefix = (prefix << 8U) | hash[i];
  return prefix;
}

const std::string& zero_hash_text() {
  static const std::string kZeros(64, '0');
  return kZeros;
}

Result<Height> block_height(std::string_view value) {
  constexpr std::string_view kStart = R"({"v":1,"height":)";
  Height height = 0;
  const std::string_view rest = value.starts_with(kStart) ? value.substr(kStart.size()) : std::string_view();
  if (!parse_number(rest.substr(0, rest.find(',')), height))
    return Error{ErrorCode::kInvalid, "a block doesn't begin with its version and height"};
  return height;
}

std::string position_text(const Position& position) {
  std::string text = std::to_string(position.partition) + "." + std::to_string(position.height) + ".";
  for (unsigned shift = 64; shift > 0; shift -= 4) text.push_back(kHex[(position.hash >> (shift - 4)) & 15U]);
  return text;
}

Result<Position> parse_position(std::string_view text) {
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  Position position;
  if (second == std::string_view::npos || !parse_number(text.substr(0, first), position.partition) ||
      !parse_number(text.substr(first + 1, second - first - 1), position.height) || !parse_hex(text.substr(second + 1), position.hash)) {
    return Error{ErrorCode::kInvalid, "\"" + std::string(text) + "\" is no position: expected <partition>.<height>.<16 hex digits>"};
  }
  return position;
}

std::string positions_text(std::span<const Position> positions) {
  std::string text;
  for (const Position& position : positions) {
    if (!text.empty()) text.push_back(',');
    text += position_text(position);
  }
  return text;
}

Result<std::vector<Position>> parse_positions(std::string_view text) {
  std::vector<Position> positions;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    auto position = parse_position(text.substr(at, comma - at));
    if (!position) return position.error();
    positions.push_back(*position);
    at = comma + 1;
  }
  return positions;
}

}  // namespace docket::ledger
