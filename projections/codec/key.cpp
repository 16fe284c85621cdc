#include "projections/codec/key.h"

namespace docket::projections::codec {
namespace {

// How many bytes stand before the first one that is escaped.
std::size_t plain_bytes(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && static_cast<unsigned char>(text[count]) > 1) ++count;
  return count;
}

}  // namespace

KeyWriter& KeyWriter::big_endian(std::uint64_t value, unsigned bytes) {
  char raw[8];
  for (unsigned i = 0; i < bytes; ++i) raw[i] = static_cast<char>(value >> (8U * (bytes - 1 - i)) & 0xFFU);
  key_.append(raw, bytes);
  return *this;
}

KeyWriter& KeyWriter::text(std::string_view raw) {
  for (std::size_t plain = plain_bytes(raw); plain < raw.size(); plain = plain_bytes(raw)) {
    key_.append(raw.substr(0, plain));
    key_.push_back('\1');
    key_.push_back(static_cast<char>(raw[plain] + 1));
    raw.remove_prefix(plain + 1);
  }
  key_.append(raw);
  key_.push_back('\0');
  return *this;
}

std::uint64_t KeyReader::big_endian(std::size_t bytes) {
  if (rest_.size() < bytes) {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8U | static_cast<unsigned char>(rest_[i]);
  rest_.remove_prefix(bytes);
  return value;
}

std::string KeyReader::text() {
  std::string out;
  out.assign(rest_.substr(0, plain_bytes(rest_)));
  for (std::size_t i = out.size(); i < rest_.size(); ++i) {
    if (rest_[i] == '\0') {
      rest_.remove_prefix(i + 1);
      return out;
    }
    if (rest_[i] != '\1') {
      out.push_back(rest_[i]);
    } else if (++i < rest_.size()) {
      out.push_back(static_cast<char>(rest_[i] - 1));
    }
  }
  ok_ = false;
  rest_ = {};
  return {};
}

std::string after_prefix(std::string prefix) {
  while (!prefix.empty()) {
    if (static_cast<unsigned char>(prefix.back()) != 0xFFU) {
      prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1U);
      return prefix;
    }
    prefix.pop_back();
  }
  return prefix;
}

}  // namespace docket::projections::codec
