// cereal archives over a byte span: little endian, sizes as LEB128, nothing is allocated for a size that the remaining bytes
// cannot hold. SpanIn throws cereal::Exception on bad input; decode() in codec.h turns that into a Result.
// Thread rule: one thread each. Ownership: SpanIn points into the bytes it was given, SpanOut appends to the caller's string.
#pragma once

#include <cereal/cereal.hpp>
#include <cereal/types/common.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace docket::projections::codec {

class SpanOut : public cereal::OutputArchive<SpanOut> {
 public:
  explicit SpanOut(std::string& out) : cereal::OutputArchive<SpanOut>(this), out_(out) {}

  void number(std::uint64_t value, std::size_t bytes) {
    char raw[8];
    for (std::size_t i = 0; i < bytes; ++i) raw[i] = static_cast<char>(value >> (8U * i) & 0xFFU);
    out_.append(raw, bytes);
  }
  void size(std::size_t value) {
    std::uint64_t rest = value;
    for (; rest >= 0x80U; rest >>= 7U) out_.push_back(static_cast<char>((rest & 0x7FU) | 0x80U));
    out_.push_back(static_cast<char>(rest));
  }
  void raw(std::string_view bytes) { out_.append(bytes); }

 private:
  std::string& out_;
};

class SpanIn : public cereal::InputArchive<SpanIn> {
 public:
  explicit SpanIn(std::string_view bytes) : cereal::InputArchive<SpanIn>(this), rest_(bytes) {}

  std::uint64_t number(std::size_t bytes) {
    const std::string_view raw_bytes = raw(bytes);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value |= static_cast<std::uint64_t>(static_cast<unsigned char>(raw_bytes[i])) << (8U * i);
    return value;
  }
  // A count of things that take at least one byte each.
  std::size_t size() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<std::uint64_t>(static_cast<unsigned char>(raw(1)[0]));
      value |= (byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) {
        if (value > rest_.size()) throw cereal::Exception("a size is larger than the bytes that follow it");
        return static_cast<std::size_t>(value);
      }
    }
    throw cereal::Exception("a size has no end");
  }
  std::string_view raw(std::size_t bytes) {
    if (bytes > rest_.size()) throw cereal::Exception("the value ends early");
    const std::string_view found = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return found;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

template <typename T>
std::enable_if_t<std::is_integral_v<T>> save(SpanOut& out, const T& value) {
  out.number(static_cast<std::uint64_t>(value), sizeof(T));
}
template <typename T>
std::enable_if_t<std::is_integral_v<T>> load(SpanIn& in, T& value) {
  const std::uint64_t raw = in.number(sizeof(T));
  if constexpr (std::is_same_v<T, bool>) {
    if (raw > 1) throw cereal::Exception("a flag is neither 0 nor 1");
    value = raw == 1;
  } else {
    value = static_cast<T>(raw);
  }
}

inline void save(SpanOut& out, const std::string& text) {
  out.size(text.size());
  out.raw(text);
}
inline void load(SpanIn& in, std::string& text) { text = in.raw(in.size()); }

template <typename A, typename B>
void save(SpanOut& out, const std::pair<A, B>& pair) {
  out(pair.first, pair.second);
}
template <typename A, typename B>
void load(SpanIn& in, std::pair<A, B>& pair) {
  in(pair.first, pair.second);
}

template <typename T>
void save(SpanOut& out, const std::vector<T>& rows) {
  out.size(rows.size());
  for (const T& row : rows) out(row);
}
template <typename T>
void load(SpanIn& in, std::vector<T>& rows) {
  const std::size_t count = in.size();
  rows.clear();
  for (std::size_t i = 0; i < count; ++i) {  // grows with the bytes that are there, whatever `count` says
    T row{};
    in(row);
    rows.push_back(std::move(row));
  }
}

}  // namespace docket::projections::codec

CEREAL_SETUP_ARCHIVE_TRAITS(docket::projections::codec::SpanIn, docket::projections::codec::SpanOut)
