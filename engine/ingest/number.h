// Numbers as JSON spells them: exact decimals without going through a double, and the shortest double form.
// Thread rule: free functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket::ingest {

// Whether `text` is a JSON number, to the letter (no "+1", no "01", no ".5").
[[nodiscard]] bool is_json_number(std::string_view text);

// A decimal by its significant digits: 0.d1d2d3... x 10^point, without zeros at either end; zero has no digits.
struct Decimal {
  bool negative = false;
  bool cut = false;  // more than 19 significant digits: the rest isn't here
  int point = 0;
  int count = 0;
  std::array<char, 19> digits{};  // as many as an int64 has; a double needs 17
  [[nodiscard]] bool is_zero() const { return count == 0; }
  friend bool operator==(const Decimal& a, const Decimal& b);
};
[[nodiscard]] Decimal decimal_of(std::string_view json_number);
[[nodiscard]] Decimal shortest(double number);
void append_decimal(std::string& out, const Decimal& decimal);  // ECMAScript's form

// Appends the RFC 8785 form. False, and the number appended as spelled, if a double can't hold it exactly: one whose form is an integer
// beyond +-2^53 (RFC 7493 2.2), or a decimal other than the shortest form of its nearest double.
[[nodiscard]] bool append_canonical_number(std::string& out, std::string_view json_number);

enum class Scale : std::uint8_t { kOk, kTooFine, kTooBig };
struct Scaled {
  Scale scale = Scale::kOk;
  std::int64_t value = 0;
};
// The number times 10^places, exactly: scaled("4.50", 3) is 4500; scaled("4.5", 0) is too fine.
[[nodiscard]] Scaled scaled(std::string_view json_number, int places);

}  // namespace docket::ingest
