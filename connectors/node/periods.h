// Reporting periods: a day, month, quarter or year of local days, and series of them. Thread rule: free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/time.h"

namespace docket::node {

enum class PeriodKind { kDay, kMonth, kQuarter, kYear, kRange };

struct Period {
  PeriodKind kind = PeriodKind::kRange;
  std::string name;  // "2017-03", "2017-Q1"
  model::Day from = 0;
  model::Day to = 0;  // exclusive
};

// "2017-03-08", "2017-03", "2017-Q1", "2017".
[[nodiscard]] std::optional<Period> parse_period(std::string_view text);
[[nodiscard]] std::optional<PeriodKind> parse_step(std::string_view text);  // day, month, quarter, year
// The period of that kind that holds the day.
[[nodiscard]] Period period_of(PeriodKind kind, model::Day day);
// The periods of that kind from the one that holds `from` to the one that holds `to - 1`.
[[nodiscard]] std::vector<Period> periods_between(PeriodKind kind, model::Day from, model::Day to);

}  // namespace docket::node
