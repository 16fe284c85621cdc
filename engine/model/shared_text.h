// An immutable text that many hold: copying it copies no bytes. Empty needs no memory.
// Ownership: shared. Thread rule: plain value.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace docket::model {

class SharedText {
 public:
  SharedText() = default;
  SharedText(std::string_view text) : text_(text.empty() ? nullptr : std::make_shared<const std::string>(text)) {}  // NOLINT: it is a text
  SharedText(const std::string& text) : SharedText(std::string_view(text)) {}                                       // NOLINT
  SharedText(const char* text) : SharedText(std::string_view(text)) {}                                              // NOLINT

  [[nodiscard]] std::string_view view() const { return text_ ? std::string_view(*text_) : std::string_view(); }
  operator std::string_view() const { return view(); }  // NOLINT

  friend bool operator==(const SharedText& a, const SharedText& b) { return a.text_ == b.text_ || a.view() == b.view(); }

 private:
  std::shared_ptr<const std::string> text_;
};

}  // namespace docket::model
