// Rates as screens show them: from the integers, per cent, half-up, two decimals.
// Thread rule: free functions.
#pragma once

#include <cstdint>
#include <string>

namespace docket::cli {

// "75.00 %"; "—" when the denominator is 0.
[[nodiscard]] std::string percent(std::int64_t numerator, std::int64_t denominator);
// Thousandths as a decimal without needless zeros: 1800 -> "1.8".
[[nodiscard]] std::string thousandths(std::int64_t value);

}  // namespace docket::cli
