// Keys: binary, big-endian, so that byte order is the order of the fields. Texts end with 0x00 (0x00 and 0x01 inside are escaped),
// so that no text is a prefix of another's encoding. Signed numbers have their sign bit flipped.
// Thread rule: plain values. Ownership: KeyReader points into the bytes it was given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace docket::projections::codec {

class KeyWriter {
 public:
  KeyWriter() = default;
  explicit KeyWriter(int partition) { u8(static_cast<std::uint8_t>(partition)); }

  KeyWriter& u8(std::uint8_t value) { return big_endian(value, 1); }
  KeyWriter& u16(std::uint16_t value) { return big_endian(value, 2); }
  KeyWriter& u32(std::uint32_t value) { return big_endian(value, 4); }
  KeyWriter& u64(std::uint64_t value) { return big_endian(value, 8); }
  KeyWriter& i32(std::int32_t value) { return u32(static_cast<std::uint32_t>(value) ^ 0x80000000U); }
  KeyWriter& i32_descending(std::int32_t value) { return u32(~(static_cast<std::uint32_t>(value) ^ 0x80000000U)); }
  KeyWriter& i64(std::int64_t value) { return u64(static_cast<std::uint64_t>(value) ^ 0x8000000000000000ULL); }
  KeyWriter& bytes(std::string_view raw) {
    key_.append(raw);
    return *this;
  }
  KeyWriter& text(std::string_view raw);

  [[nodiscard]] const std::string& str() const { return key_; }
  [[nodiscard]] std::string take() { return std::move(key_); }
  void cut(std::size_t size) { key_.resize(size); }
  [[nodiscard]] std::size_t size() const { return key_.size(); }

 private:
  KeyWriter& big_endian(std::uint64_t value, unsigned bytes);
  std::string key_;
};

// Reads what KeyWriter wrote; after a read past the end ok() is false and all values are zero.
class KeyReader {
 public:
  explicit KeyReader(std::string_view key) : rest_(key) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(big_endian(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(big_endian(4)); }
  std::uint64_t u64() { return big_endian(8); }
  std::int32_t i32() { return static_cast<std::int32_t>(u32() ^ 0x80000000U); }
  std::int32_t i32_descending() { return static_cast<std::int32_t>(~u32() ^ 0x80000000U); }
  std::int64_t i64() { return static_cast<std::int64_t>(u64() ^ 0x8000000000000000ULL); }
  std::string text();

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::uint64_t big_endian(std::size_t bytes);
  std::string_view rest_;
  bool ok_ = true;
};

// The smallest key that is greater than every key with this prefix; "" when there is none.
[[nodiscard]] std::string after_prefix(std::string prefix);

}  // namespace docket::projections::codec
