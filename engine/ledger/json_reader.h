// Strict reading of what encode_block wrote: every member known, once, in its place, of its type. Private to this folder.
// Thread rule: one Reader a call; the parser and its buffer are thread-local.
#pragma once

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/model/ids.h"
#include "engine/model/result.h"
#include "engine/model/time.h"

namespace docket::ledger::json {

namespace od = simdjson::ondemand;

inline constexpr std::uint64_t kIntegerMax = (std::uint64_t{1} << 53U) - 1;  // what every JSON reader holds exactly

// Parses `value` on this thread's parser; the document is good until the next call.
[[nodiscard]] simdjson::error_code parse(std::string_view value, od::document& document);

// A failure is kept once, the first one, and every function then answers false.
class Reader {
 public:
  [[nodiscard]] const Error& error() const { return error_; }
  bool fail(ErrorCode code, std::string message) {
    if (!failed_) error_ = Error{code, std::move(message)};
    failed_ = true;
    return false;
  }
  bool wrong(std::string_view member, std::string_view expected) {
    return fail(ErrorCode::kInvalid, "\"" + std::string(member) + "\" is not " + std::string(expected));
  }

  bool text(std::string_view member, od::value value, std::string& out) {
    std::string_view view;
    if (value.get_string().get(view) != simdjson::SUCCESS || view.empty()) return wrong(member, "a text that isn't empty");
    out.assign(view);
    return true;
  }
  template <typename Number>
  bool number(std::string_view member, od::value value, Number& out, std::uint64_t max = kIntegerMax) {
    std::uint64_t read = 0;
    if (value.get_uint64().get(read) != simdjson::SUCCESS || read > max) return wrong(member, "a whole number in range");
    out = static_cast<Number>(read);
    return true;
  }
  bool instant(std::string_view member, od::value value, model::Instant& out);
  bool flag(std::string_view member, od::value value, bool& out) {
    if (value.get_bool().get(out) != simdjson::SUCCESS || !out) return wrong(member, "true (it is left out when false)");
    return true;
  }
  // The object's own bytes, untouched. They are checked for balance and UTF-8 only: whoever reads them parses them.
  bool raw_object(std::string_view member, od::value value, std::string& out);

  template <typename Each>
  bool array(std::string_view member, od::value value, Each&& each) {
    od::array items;
    if (value.get_array().get(items) != simdjson::SUCCESS) return wrong(member, "an array");
    std::size_t count = 0;
    for (auto item : items) {
      od::value element;
      if (item.get(element) != simdjson::SUCCESS) return wrong(member, "an array of JSON values");
      if (!each(element)) return false;
      ++count;
    }
    return count > 0 || wrong(member, "an array with items (it is left out when empty)");
  }

  // Calls each(index of the member in `names`, value). Names come in the order of `names`; `seen` gets a bit for each.
  template <typename Each>
  bool object(std::string_view what, od::object members, std::span<const std::string_view> names, std::uint32_t& seen, Each&& each) {
    std::size_t next = 0;
    seen = 0;
    for (auto field : members) {
      std::string_view key;
      od::value value;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return wrong(what, "a JSON object");
      const std::size_t from = next;
      while (next < names.size() && names[next] != key) ++next;
      if (next == names.size()) return misplaced(what, key, names.first(from));
      if (field.value().get(value) != simdjson::SUCCESS) return wrong(key, "a JSON value");
      if (!each(next, value)) return false;
      seen |= 1U << next;
      ++next;
    }
    return true;
  }
  template <typename Each>
  bool object(std::string_view what, od::value value, std::span<const std::string_view> names, std::uint32_t& seen, Each&& each) {
    od::object members;
    if (value.get_object().get(members) != simdjson::SUCCESS) return wrong(what, "an object");
    return object(what, members, names, seen, each);
  }
  bool required(std::string_view what, std::span<const std::string_view> names, std::uint32_t seen, std::uint32_t wanted);

 private:
  bool misplaced(std::string_view what, std::string_view key, std::span<const std::string_view> passed);

  Error error_;
  bool failed_ = false;
};

}  // namespace docket::ledger::json
