// Walking JSON text in place: members, items and values as views of the text, nothing copied. Made for text that
// json_check has passed; on any other it never reads outside and says `broken`.
// Ownership: views point into the caller's text. Thread rule: plain values.
#pragma once

#include <string>
#include <string_view>

namespace docket::ingest {

enum class JsonType : unsigned char { kObject, kArray, kString, kNumber, kFlag, kNull, kBroken };
[[nodiscard]] JsonType type_of(std::string_view value);

// The members of an object, in order.
class MemberReader {
 public:
  explicit MemberReader(std::string_view object);
  bool next();
  [[nodiscard]] std::string_view key() const { return key_; }      // raw, without its quotes
  [[nodiscard]] std::string_view value() const { return value_; }  // raw
  [[nodiscard]] bool broken() const { return broken_; }            // not an object, or it isn't closed
  // After the last member: what follows the object.
  [[nodiscard]] std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }

  // In place of next(), to walk into a value without skipping it first: next_key(), then either skip() or read `rest()`
  // with another reader and go on behind it with resume().
  bool next_key();
  bool skip();
  void resume(std::string_view behind) { at_ = behind.data(); }

 private:
  bool stop(bool broken);
  const char* at_;
  const char* end_;
  std::string_view key_;
  std::string_view value_;
  bool first_ = true;
  bool broken_ = false;
  bool done_ = false;
};

// The items of an array, in order.
class ItemReader {
 public:
  explicit ItemReader(std::string_view array);
  bool next();
  [[nodiscard]] std::string_view value() const { return value_; }
  [[nodiscard]] bool broken() const { return broken_; }  // not an array, or it isn't closed

 private:
  bool stop(bool broken);
  const char* at_;
  const char* end_;
  std::string_view value_;
  bool first_ = true;
  bool broken_ = false;
  bool done_ = false;
};

[[nodiscard]] std::string_view trim(std::string_view text);  // JSON white space
[[nodiscard]] bool has_escape(std::string_view raw);
// The text of a string's inside (without quotes), appended. False: an escape that isn't one, or half a surrogate pair.
[[nodiscard]] bool append_decoded(std::string& out, std::string_view inside);
// The text of a JSON string; `scratch` holds it if it had escapes. False if it isn't a (whole) string.
[[nodiscard]] bool string_text(std::string_view raw, std::string& scratch, std::string_view& out);

}  // namespace docket::ingest
