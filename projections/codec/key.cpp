#include "projections/codec/key.h"

namespace docket::projections::codec {

KeyWriter& KeyWriter::big_endian(std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i > 0; --i) key_.push_back(static_cast<char>(value >> (8U * (i - 1)) & 0xFFU));
  return *this;
}

KeyWriter& KeyWriter::text(std::string_view raw) {
  for (const char c : raw) {
    if (c == '\0' || c == '\1') {
      key_.push_back('\1');
      key_.push_back(static_cast<char>(c + 1));
    } else {
      key_.push_back(c);
    }
  }
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
  for (std::size_t i = 0; i < rest_.size(); ++i) {
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
