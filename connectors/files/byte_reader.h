// Bytes of a std::istream, a chunk at a time, so that a row reader can look at each without a virtual call.
// Ownership: the stream is the caller's and must outlive the reader. Thread rule: one thread.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <istream>
#include <string_view>

namespace docket::files {

class ByteReader {
 public:
  static constexpr int kEnd = -1;

  explicit ByteReader(std::istream& in) : in_(in) {}

  [[nodiscard]] int peek() { return at_ < size_ || fill() ? static_cast<unsigned char>(chunk_[at_]) : kEnd; }
  int get() {
    const int byte = peek();
    if (byte != kEnd) ++at_;
    return byte;
  }
  // What is at hand up to (without) `stop`, or all of it; empty at the end or before `stop`. Good until the next call.
  std::string_view take_until(char stop) {
    if (peek() == kEnd) return {};
    const char* from = chunk_.data() + at_;
    const auto* found = static_cast<const char*>(std::memchr(from, stop, size_ - at_));
    const std::size_t count = found != nullptr ? static_cast<std::size_t>(found - from) : size_ - at_;
    at_ += count;
    return {from, count};
  }
  [[nodiscard]] std::uint64_t taken() const { return before_ + at_; }
  // The stream broke off (a read error, not its end).
  [[nodiscard]] bool failed() const { return failed_; }

  // Passes over a UTF-8 byte order mark; call it before anything else.
  void skip_mark() {
    constexpr unsigned char kMark[] = {0xEF, 0xBB, 0xBF};
    if (peek() != kMark[0] || size_ < 3) return;
    if (static_cast<unsigned char>(chunk_[1]) == kMark[1] && static_cast<unsigned char>(chunk_[2]) == kMark[2]) at_ = 3;
  }

 private:
  bool fill() {
    if (ended_) return false;
    before_ += size_;
    in_.read(chunk_.data(), static_cast<std::streamsize>(chunk_.size()));
    size_ = static_cast<std::size_t>(in_.gcount());
    at_ = 0;
    failed_ = in_.bad();
    ended_ = size_ < chunk_.size();
    return size_ > 0;
  }

  std::istream& in_;
  std::array<char, 64 * 1024> chunk_{};
  std::size_t at_ = 0;
  std::size_t size_ = 0;
  std::uint64_t before_ = 0;
  bool ended_ = false;
  bool failed_ = false;
};

}  // namespace docket::files
