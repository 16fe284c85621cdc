#include <array>
#include <charconv>

#include "engine/calendar/calendar.h"

namespace docket::calendar {
namespace {

struct UnitName {
  LimitUnit unit;
  std::string_view suffix;
  std::int32_t amount_max;  // about a century, so that no sum of a limit and an instant overflows
};
constexpr std::array<UnitName, 6> kUnits{{
    {LimitUnit::kWorkingDays, "wd", 36'525},
    {LimitUnit::kWorkingHours, "wh", 876'600},
    {LimitUnit::kDays, "d", 36'525},
    {LimitUnit::kHours, "h", 876'600},
    {LimitUnit::kMinutes, "min", 52'596'000},
    {LimitUnit::kMonths, "mo", 1'200},
}};

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  const std::size_t unit_at = text.find_first_not_of("0123456789", first);
  if (unit_at == std::string_view::npos || unit_at == first) return std::nullopt;
  const std::string_view figures = text.substr(first, unit_at - first);
  if (figures.front() == '0' && (figures.size() > 1 || first == 1)) return std::nullopt;
  std::int32_t amount = 0;
  if (std::from_chars(figures.data(), figures.data() + figures.size(), amount).ec != std::errc{}) return std::nullopt;
  for (const UnitName& name : kUnits) {
    if (name.suffix != text.substr(unit_at)) continue;
    if (amount > name.amount_max) return std::nullopt;
    return Duration{first == 1 ? -amount : amount, name.unit};
  }
  return std::nullopt;
}

std::string format_duration(Duration duration) {
  std::string out = std::to_string(duration.amount);
  for (const UnitName& name : kUnits) {
    if (name.unit == duration.unit) out += name.suffix;
  }
  return out;
}

}  // namespace docket::calendar
