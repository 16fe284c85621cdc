#include "connectors/node/metric_combined.h"

#include <algorithm>
#include <set>

#include "connectors/node/answers.h"
#include "connectors/node/figures.h"
#include "connectors/node/metric_question.h"

namespace docket::node {
namespace {

using definition::MetricDef;
using Measure = MetricDef::Measure;

// One of the rates that are added up.
struct Part {
  const MetricDef* shown = nullptr;  // as the office names it,
  const MetricDef* base = nullptr;   // and what is counted: of a complement the other
  std::int64_t weight = 0;           // thousandths
  GroupSums groups;
  std::map<std::string, std::set<std::string>> held;  // cases in quarantine

  [[nodiscard]] std::pair<std::int64_t, std::int64_t> rate(const std::string& group, PeriodKind kind) const {
    const auto it = groups.find(group);
    if (it == groups.end()) return {0, 0};
    const auto denominator = at_series(it->second, measure::kDenominator) * (base->measure == Measure::kRatioWeigh ? 1000 : 1);
    const auto numerator = at_series(it->second, numerator_series(*base, kind));
    return {shown->measure == Measure::kComplement ? denominator - numerator : numerator, denominator};
  }
};

std::uint16_t base_of(const Reading& reading, std::uint16_t metric) {
  const auto& def = reading.bundle.metrics[metric];
  return def.measure == Measure::kComplement ? def.complement : metric;
}

std::string names_text(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

// Null unless every one of them has a denominator. In thousandths of thousandths, from the integers.
json::object figure_of(const std::vector<Part>& parts, const std::string& group, PeriodKind kind) {
  json::array rates;
  Wide sum = 0;  // millionths of thousandths
  bool whole = true;
  std::set<std::string> held;
  for (const auto& part : parts) {
    const auto [numerator, denominator] = part.rate(group, kind);
    rates.push_back(json::object{
        {"name", part.shown->name}, {"weight", static_cast<double>(part.weight) / 1000.0}, {"rate", rate_json(numerator, denominator)}});
    if (denominator == 0) {
      whole = false;
    } else {
      sum += static_cast<Wide>(part.weight) * numerator * 1'000'000 / denominator;
    }
    if (const auto it = part.held.find(group); it != part.held.end()) held.insert(it->second.begin(), it->second.end());
  }
  json::object out;
  if (whole) {
    out["rate"] = static_cast<double>(static_cast<std::int64_t>((sum + 500) / 1000)) / 1'000'000.0;
  } else {
    out["rate"] = nullptr;
  }
  out["numerator"] = nullptr;
  out["denominator"] = nullptr;
  out["combined_of"] = std::move(rates);
  out["quarantined"] = held.size();
  return out;
}

bool empty(const std::vector<Part>& parts, const std::string& group) {
  return std::none_of(parts.begin(), parts.end(), [&](const Part& part) {
    const auto it = part.groups.find(group);
    return it != part.groups.end() && std::any_of(it->second.begin(), it->second.end(), [](auto n) { return n != 0; });
  });
}

}  // namespace

std::vector<std::string> combined_dimensions(const Reading& reading, const MetricDef& metric) {
  std::vector<std::string> out;
  if (metric.combine.empty()) return out;
  for (const auto& by : reading.bundle.metrics[base_of(reading, metric.combine.front().first)].by) {
    const bool all = std::all_of(metric.combine.begin(), metric.combine.end(), [&](const auto& part) {
      const auto& has = reading.bundle.metrics[base_of(reading, part.first)].by;
      return std::any_of(has.begin(), has.end(), [&](const auto& one) { return one.name == by.name; });
    });
    if (all) out.push_back(by.name);
  }
  return out;
}

Combined combined(const Reading& reading, const MetricDef& metric, const std::string& group_by, const Period& period, const AsOf& as_of,
                  const Quarantined& quarantined) {
  if (!group_by.empty()) {
    const auto known = combined_dimensions(reading, metric);
    if (std::find(known.begin(), known.end(), group_by) == known.end())
      throw BadParameter{"group_by", "'" + group_by + "' is no dimension of every rate that " + metric.name + " is made of" +
                                         (known.empty() ? "" : "; they have " + names_text(known))};
  }
  Combined out;
  std::vector<Part> parts;
  std::set<std::string> groups;
  for (const auto& [index, weight] : metric.combine) {
    const auto base = base_of(reading, index);
    Part part{&reading.bundle.metrics[index], &reading.bundle.metrics[base], weight, {}, {}};
    const std::uint8_t by = group_by.empty() ? 0 : dimension_of(*part.base, group_by);
    auto figure = figures(reading, base, by, period, as_of);
    out.exact = out.exact || figure.exact;
    part.groups = std::move(figure.groups);
    auto held = quarantined.touching(base, period);
    if (by == 0) {
      part.held[""] = std::move(held);
    } else {
      part.held = quarantined.by_group(held, base, by, as_of.at);
    }
    for (const auto& [group, sums] : part.groups) groups.insert(group);
    parts.push_back(std::move(part));
  }
  if (group_by.empty()) {
    out.figures.emplace("", figure_of(parts, "", period.kind));
    return out;
  }
  for (const auto& group : groups) {
    if (!empty(parts, group)) out.figures.emplace(group, figure_of(parts, group, period.kind));
  }
  return out;
}

}  // namespace docket::node
