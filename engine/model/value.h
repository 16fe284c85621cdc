// A value of an attribute or data field after parsing: small, copyable, comparable. Text that is private never
// appears here once it is sealed; only "sealed" (present, readable through the key store) does.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/model/ids.h"
#include "engine/model/time.h"

namespace docket::model {

class Value {
 public:
  enum class Type : std::uint8_t {  // numbers are on disk (docs/data-layout.md): append only
    kNone = 0,
    kInteger = 1,
    kDecimal = 2,  // thousandths
    kFlag = 3,
    kDate = 4,  // Day
    kInstant = 5,
    kSymbol = 6,  // a code or unit of the bundle
    kText = 7,    // public text, uri
    kSealed = 8,  // private: text holds "<key id>.<nonce>.<ciphertext>" or is empty before sealing
    kList = 9,
  };

  Value() = default;
  static Value integer(std::int64_t n) { return {Type::kInteger, n}; }
  static Value decimal(std::int64_t thousandths) { return {Type::kDecimal, thousandths}; }
  static Value flag(bool on) { return {Type::kFlag, on ? 1 : 0}; }
  static Value date(Day day) { return {Type::kDate, day}; }
  static Value instant(Instant at) { return {Type::kInstant, at}; }
  static Value symbol(Symbol s) { return {Type::kSymbol, static_cast<std::int64_t>(s)}; }
  static Value text(std::string s) {
    Value v{Type::kText, 0};
    v.extra_ = std::make_shared<const Extra>(Extra{std::move(s), {}});
    return v;
  }
  static Value sealed(std::string s) {
    Value v{Type::kSealed, 0};
    if (!s.empty()) v.extra_ = std::make_shared<const Extra>(Extra{std::move(s), {}});
    return v;
  }
  static Value list(std::vector<Value> items) {
    Value v{Type::kList, 0};
    v.extra_ = std::make_shared<const Extra>(Extra{{}, std::move(items)});
    return v;
  }

  [[nodiscard]] Type type() const { return type_; }
  [[nodiscard]] bool present() const { return type_ != Type::kNone; }
  [[nodiscard]] std::int64_t number() const { return number_; }
  [[nodiscard]] Symbol as_symbol() const { return static_cast<Symbol>(number_); }
  [[nodiscard]] const std::string& as_text() const { return extra_ ? extra_->text : empty(); }
  [[nodiscard]] const std::vector<Value>& items() const { return extra_ ? extra_->items : no_items(); }

  friend bool operator==(const Value& a, const Value& b) {
    if (a.type_ != b.type_ || a.number_ != b.number_) return false;
    return a.extra_ == b.extra_ || (a.as_text() == b.as_text() && a.items() == b.items());
  }

 private:
  struct Extra {
    std::string text;
    std::vector<Value> items;
  };
  Value(Type type, std::int64_t number) : number_(number), type_(type) {}
  static const std::string& empty() {
    static const std::string kEmpty;
    return kEmpty;
  }
  static const std::vector<Value>& no_items() {
    static const std::vector<Value> kEmpty;
    return kEmpty;
  }

  std::shared_ptr<const Extra> extra_;
  std::int64_t number_ = 0;
  Type type_ = Type::kNone;
};

}  // namespace docket::model
