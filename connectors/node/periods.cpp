#include "connectors/node/periods.h"

#include <charconv>

namespace docket::node {
namespace {

std::optional<int> number(std::string_view text) {
  int n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

model::Day first_of(int year, int month) {
  if (month > 12) return model::day_from_date({year + 1, month - 12, 1});
  return model::day_from_date({year, month, 1});
}

std::string two(int n) { return (n < 10 ? "0" : "") + std::to_string(n); }

Period month_of(int year, int month) {
  return {PeriodKind::kMonth, std::to_string(year) + "-" + two(month), first_of(year, month), first_of(year, month + 1)};
}
Period quarter_of(int year, int quarter) {
  return {PeriodKind::kQuarter, std::to_string(year) + "-Q" + std::to_string(quarter), first_of(year, quarter * 3 - 2),
          first_of(year, quarter * 3 + 1)};
}
Period year_of(int year) { return {PeriodKind::kYear, std::to_string(year), first_of(year, 1), first_of(year + 1, 1)}; }

}  // namespace

std::optional<Period> parse_period(std::string_view text) {
  if (const auto day = model::parse_date(text)) return Period{PeriodKind::kDay, std::string(text), *day, *day + 1};
  if (text.size() < 4) return std::nullopt;
  const auto year = number(text.substr(0, 4));
  if (!year || *year < 1) return std::nullopt;
  if (text.size() == 4) return year_of(*year);
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  if (text[5] == 'Q') {
    const auto quarter = number(text.substr(6));
    if (!quarter || *quarter < 1 || *quarter > 4) return std::nullopt;
    return quarter_of(*year, *quarter);
  }
  const auto month = number(text.substr(5));
  if (!month || *month < 1 || *month > 12) return std::nullopt;
  return month_of(*year, *month);
}

std::optional<PeriodKind> parse_step(std::string_view text) {
  if (text == "day") return PeriodKind::kDay;
  if (text == "month") return PeriodKind::kMonth;
  if (text == "quarter") return PeriodKind::kQuarter;
  if (text == "year") return PeriodKind::kYear;
  return std::nullopt;
}

Period period_of(PeriodKind kind, model::Day day) {
  const auto date = model::date_from_day(day);
  switch (kind) {
    case PeriodKind::kMonth:
      return month_of(date.year, date.month);
    case PeriodKind::kQuarter:
      return quarter_of(date.year, (date.month - 1) / 3 + 1);
    case PeriodKind::kYear:
      return year_of(date.year);
    default:
      return {PeriodKind::kDay, model::format_date(day), day, day + 1};
  }
}

std::vector<Period> periods_between(PeriodKind kind, model::Day from, model::Day to) {
  std::vector<Period> out;
  for (model::Day day = from; day < to; day = out.back().to) out.push_back(period_of(kind, day));
  return out;
}

}  // namespace docket::node
