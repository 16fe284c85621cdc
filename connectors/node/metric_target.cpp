#include "connectors/node/metric_target.h"

#include <algorithm>
#include <cmath>

#include "connectors/node/figures.h"
#include "engine/calendar/calendar.h"

namespace docket::node {
namespace {

namespace json = boost::json;
using definition::MetricDef;
using Target = MetricDef::Target;

// Half up, away from zero.
std::int64_t rounded(std::int64_t part, std::int64_t times, std::int64_t by) {
  const Wide twice = static_cast<Wide>(part) * times * 2;
  return static_cast<std::int64_t>((twice + (twice < 0 ? -by : by)) / (static_cast<Wide>(by) * 2));
}

json::object year_json(const Reading& reading, std::uint16_t index, const Period& period, const AsOf& as_of, std::int64_t value) {
  const auto& metric = reading.bundle.metrics[index];
  const int year = model::date_from_day(period.to - 1).year;
  const Day first = model::day_from_date({year, 1, 1});
  const Day end = model::day_from_date({year + 1, 1, 1});
  const Day reached = std::clamp(std::min(period.to, reading.bundle.zone.local_day(as_of.at) + 1), first, end);
  const auto days = [&](Day to) {
    return metric.target.by_working_day ? reading.bundle.calendar->count_working_days(first, to) : to - first;
  };
  const std::int64_t elapsed = days(reached);
  const std::int64_t whole = std::max<std::int64_t>(1, days(end));
  std::int64_t achieved = 0;
  if (reached > first) {
    const auto so_far = figures(reading, index, 0, {PeriodKind::kRange, {}, first, reached}, as_of);
    const auto it = so_far.groups.find("");
    if (it != so_far.groups.end()) achieved = at_series(it->second, measure::kNumerator) * (metric.in_thousandths ? 1 : 1000);
  }
  const std::int64_t due = rounded(value, elapsed, whole);
  json::object out{{"year", year},
                   {"value", value},
                   {"schedule", metric.target.by_working_day ? "by_working_day" : "by_day"},
                   {"to", elapsed == 0 ? json::value(nullptr) : json::value(model::format_date(reached - 1))},
                   {"due", due},
                   {"achieved", achieved},
                   {"gap", achieved - due}};
  if (elapsed > 0) {
    out["forecast"] = rounded(achieved, whole, elapsed);
  } else {
    out["forecast"] = nullptr;
  }
  return out;
}

// Whether the rate keeps its bound; null without a rate.
json::value met(const Target& target, std::int64_t bound, const json::object& figure) {
  const auto* rate = figure.if_contains("rate");
  if (rate == nullptr || rate->is_null()) return nullptr;
  const auto* numerator = figure.if_contains("numerator");
  Wide left = 0;
  Wide right = 0;
  if (numerator != nullptr && numerator->is_int64()) {  // from the integers
    left =
        static_cast<Wide>(numerator->get_int64()) * (figure.contains("numerator_unit") && !figure.contains("denominator_unit") ? 1 : 1000);
    right = static_cast<Wide>(bound) * figure.at("denominator").to_number<std::int64_t>();
  } else {  // a weighted sum of rates has none
    left = std::llround(rate->to_number<double>() * 1e6);
    right = static_cast<Wide>(bound) * 1000;
  }
  return target.kind == Target::Kind::kAtLeast ? left >= right : left <= right;
}

}  // namespace

json::value target_json(const Reading& reading, std::uint16_t index, const Period& period, const AsOf& as_of, const json::object& figure) {
  const auto& target = reading.bundle.metrics[index].target;
  if (target.kind == Target::Kind::kNone || target.rule == model::kNone16) return nullptr;
  const auto& rule = reading.bundle.rules[target.rule];
  if (!rule.thousandths) return nullptr;
  json::object out;
  if (target.kind == Target::Kind::kYear) {
    out = year_json(reading, index, period, as_of, *rule.thousandths);
  } else {
    out[target.kind == Target::Kind::kAtLeast ? "at_least" : "at_most"] = *rule.thousandths;
    out["met"] = met(target, *rule.thousandths, figure);
  }
  out["unit"] = "thousandths";
  out["rule"] = rule_json(rule);
  return out;
}

}  // namespace docket::node
