// Result<T>: a value or an Error. Errors are failures of the world (I/O, bad input to a parser);
// a domain refusal is a model::Rejection and never travels as an Error.
// Thread rule: plain values. Ownership: by value.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace docket {

// What the caller should do next, not where the failure came from.
enum class ErrorCode : unsigned char {
  kInvalid = 1,      // fix the input
  kNotFound = 2,     // it is not there
  kConflict = 3,     // state does not allow it (folder in use, wrong version)
  kUnavailable = 4,  // try again later (disk full, overloaded)
  kCorrupt = 5,      // stored bytes are not what was written: page someone
  kInternal = 6,     // a defect of ours
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  bool retriable = false;

  [[nodiscard]] Error with_context(const std::string& what) const { return Error{code, what + ": " + message, retriable}; }
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] T& value() & {
    assert(ok());
    return std::get<0>(held_);
  }
  [[nodiscard]] const T& value() const& {
    assert(ok());
    return std::get<0>(held_);
  }
  [[nodiscard]] T&& value() && {
    assert(ok());
    return std::get<0>(std::move(held_));
  }
  [[nodiscard]] const Error& error() const {
    assert(!ok());
    return std::get<1>(held_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  [[nodiscard]] const Error& error() const {
    assert(!ok_);
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

using Status = Result<void>;

}  // namespace docket
