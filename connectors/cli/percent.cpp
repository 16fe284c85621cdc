#include "connectors/cli/percent.h"

namespace docket::cli {
namespace {

__extension__ using Wide = __int128;  // numerator * 20000 must not overflow

}  // namespace

std::string percent(std::int64_t numerator, std::int64_t denominator) {
  if (denominator <= 0) return "—";
  const bool negative = numerator < 0;
  const Wide size = negative ? -static_cast<Wide>(numerator) : static_cast<Wide>(numerator);
  const Wide hundredths = (size * 20000 + denominator) / (static_cast<Wide>(denominator) * 2);
  const auto whole = static_cast<std::int64_t>(hundredths / 100);
  const auto rest = static_cast<int>(hundredths % 100);
  return (negative && hundredths != 0 ? "-" : "") + std::to_string(whole) + (rest < 10 ? ".0" : ".") + std::to_string(rest) + " %";
}

std::string thousandths(std::int64_t value) {
  const std::uint64_t size = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string digits = std::to_string(1000 + size % 1000).substr(1);
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  return (value < 0 ? "-" : "") + std::to_string(size / 1000) + (digits.empty() ? "" : "." + digits);
}

}  // namespace docket::cli
