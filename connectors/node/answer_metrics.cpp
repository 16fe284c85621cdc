// Metrics: figures with numerator, denominator, exclusions and companions, and series.
#include <algorithm>

#include "connectors/node/answers.h"
#include "connectors/node/declared.h"
#include "connectors/node/figures.h"
#include "connectors/node/metric_combined.h"
#include "connectors/node/metric_duration.h"
#include "connectors/node/metric_figure.h"
#include "connectors/node/metric_question.h"
#include "connectors/node/metric_target.h"
#include "connectors/node/quarantined.h"
#include "connectors/service/problem.h"

namespace docket::node {
namespace {

using definition::MetricDef;
using Measure = MetricDef::Measure;

struct Shown {
  json::object total;
  json::array groups;
  bool exact = false;
  AsOf as_of;  // that the figure is of

  void add_target(const Reading& reading, std::uint16_t index, const Period& period) {
    if (auto target = target_json(reading, index, period, as_of, total); !target.is_null()) total["target"] = std::move(target);
  }
};

// `exact`: of a duration, median and P90 by each case.
Shown show(const Reading& reading, std::uint16_t index, const Period& period, const AsOf& asked, const std::string& group_by,
           bool exact = false) {
  Shown out;
  const auto& metric = reading.bundle.metrics[index];
  const AsOf as_of = out.as_of = within(reading, metric, period, asked);
  const Quarantined quarantined(reading, as_of);
  const auto add_group = [&](const std::string& group, json::object figure) {
    json::object label{{group_by, group.empty() ? json::value(nullptr) : json::value(group)}};
    if (auto labels = reading.group_labels(group); !labels.empty()) label["label"] = std::move(labels);
    figure["group"] = std::move(label);
    out.groups.push_back(std::move(figure));
  };
  if (metric.measure == Measure::kCombine) {
    auto whole = combined(reading, metric, {}, period, as_of, quarantined);
    out.total = std::move(whole.figures.at(""));
    out.exact = whole.exact;
    out.add_target(reading, index, period);
    if (group_by.empty()) return out;
    auto rows = combined(reading, metric, group_by, period, as_of, quarantined);
    out.exact = out.exact || rows.exact;
    for (auto& [group, figure] : rows.figures) add_group(group, std::move(figure));
    return out;
  }
  const std::uint16_t base_index = metric.measure == Measure::kComplement ? metric.complement : index;
  const auto& base = reading.bundle.metrics[base_index];
  const auto total = figures(reading, base_index, 0, period, as_of);
  const auto it = total.groups.find("");
  const auto held = quarantined.touching(base_index, period);
  out.total =
      figure_json(metric, base, period.kind, it == total.groups.end() ? SeriesSums{} : it->second, static_cast<std::int64_t>(held.size()));
  out.exact = total.exact || exact;
  out.add_target(reading, index, period);
  if (exact) put_exact(out.total, std::move(exact_times(reading, base_index, 0, period, as_of)[""]));
  if (group_by.empty()) return out;
  const auto by = dimension_of(base, group_by);
  const auto rows = figures(reading, base_index, by, period, as_of);
  out.exact = out.exact || rows.exact;
  auto held_by = quarantined.by_group(held, base_index, by, as_of.at);
  auto times = exact ? exact_times(reading, base_index, by, period, as_of) : std::map<std::string, Times>{};
  for (const auto& [group, sums] : rows.groups) {
    if (std::all_of(sums.begin(), sums.end(), [](auto n) { return n == 0; })) continue;
    auto figure = figure_json(metric, base, period.kind, sums, static_cast<std::int64_t>(held_by[group].size()));
    if (exact) put_exact(figure, std::move(times[group]));
    add_group(group, std::move(figure));
  }
  return out;
}

json::object metric_head(const Reading& reading, const MetricDef& metric) {
  json::object out{
      {"name", metric.name}, {"title", reading.labels(metric.title)}, {"formula", metric.formula}, {"version", metric.version}};
  if (reading.decided != nullptr) {
    if (const auto it = reading.decided->find(metric.name); it != reading.decided->end()) out["versions"] = it->second;
  }
  json::array dimensions;
  const auto& base = metric.measure == Measure::kComplement ? reading.bundle.metrics[metric.complement] : metric;
  for (const auto& by : base.by) dimensions.emplace_back(by.name);
  if (metric.measure == Measure::kCombine) {
    for (const auto& name : combined_dimensions(reading, metric)) dimensions.emplace_back(name);
  }
  out["dimensions"] = std::move(dimensions);
  out["min_n"] = metric.min_n;
  if (!metric.ranked) out["rank"] = "never";
  if (base.kind != model::kNone16) out["kind"] = reading.bundle.kinds[base.kind].name;
  return out;
}

// The rules behind its anchor, with their certainty: an assumed limit makes an assumed figure.
json::array rules_of(const Reading& reading, const MetricDef& metric) {
  json::array out;
  const auto& base = metric.measure == Measure::kComplement ? reading.bundle.metrics[metric.complement] : metric;
  for (const auto& anchor : base.period) {
    if (anchor.kind == definition::Anchor::Kind::kEventFirst || anchor.kind == definition::Anchor::Kind::kEventLast) continue;
    const auto& clock = reading.bundle.kinds[base.kind].scopes[anchor.scope].clocks[anchor.id];
    if (clock.limit == model::kNone16) continue;
    out.push_back(rule_json(reading.bundle.rules[clock.limit]));
  }
  return out;
}

}  // namespace

service::Answer answer_metrics(const Reading& reading, const Params& params) {
  const auto kind = params.text("kind");
  if (kind) static_cast<void>(declared_kind(reading.bundle, "kind", *kind));
  json::array rows;
  for (const auto& metric : reading.bundle.metrics) {
    auto head = metric_head(reading, metric);
    if (kind && (!head.contains("kind") || head["kind"].as_string() != json::string_view(*kind))) continue;
    head["area"] = metric.area;
    rows.push_back(std::move(head));
  }
  return json_answer(json::object{{"metrics", std::move(rows)}});
}

service::Answer answer_metric(const Reading& reading, const Params& params, const std::string& name) {
  const auto* id = metric_id(reading, name);
  if (id == nullptr) return no_metric(reading, name, params.query().language);
  const auto& metric = reading.bundle.metrics[*id];
  const AsOf as_of = reading.as_of(params);
  check_alone(params, "period", {"from", "to", "step"});
  const std::string group_by = params.text("group_by").value_or("");
  const bool exact = params.flag("exact");
  if (exact && metric.measure != Measure::kDuration) throw BadParameter{"exact", "only a duration is kept in steps; " + name + " is exact"};
  json::object out = metric_head(reading, metric);
  if (params.text("from") || params.text("to") || params.text("step")) {
    const auto from = model::parse_date(params.text("from").value_or(""));
    const auto to = model::parse_date(params.text("to").value_or(""));
    const auto step = parse_step(params.text("step").value_or("month"));
    if (!from) throw BadParameter{"from", "a date, the first day of the series"};
    if (!to || *to < *from) throw BadParameter{"to", "a date not before from: the last day of the series"};
    if (!step) throw BadParameter{"step", "day, month, quarter or year"};
    json::array series;
    bool any_exact = false;
    for (const auto& period : periods_between(*step, *from, *to + 1)) {
      AsOf then = as_of;  // each stock of a series at its own end, none behind `at`
      then.at_given = as_of.at_given && as_of.at <= reading.bundle.zone.day_end(period.to - 1);
      auto shown = show(reading, *id, period, then, group_by, exact);
      any_exact = any_exact || shown.exact;
      json::object row{{"period", period.name}, {"from", model::format_date(period.from)}, {"to", model::format_date(period.to - 1)}};
      if (metric.measure == Measure::kStock) row["at"] = instant_json(shown.as_of.at);
      row["total"] = std::move(shown.total);
      row["figures"] = std::move(shown.groups);
      series.push_back(std::move(row));
      if (series.size() > 1000) throw BadParameter{"step", "more than 1,000 periods; take a larger step"};
    }
    echo_axes(out, reading, as_of);
    out["series"] = std::move(series);
    out["exact"] = any_exact;
    return json_answer(out);
  }
  const Period period = asked_period(reading, params, metric, as_of);
  auto shown = show(reading, *id, period, as_of, group_by, exact);
  out["period"] = period.name;
  out["from"] = model::format_date(period.from);
  out["to"] = model::format_date(period.to - 1);
  echo_axes(out, reading, shown.as_of);
  out["exact"] = shown.exact;
  out["total"] = std::move(shown.total);
  out["figures"] = std::move(shown.groups);
  out["rules"] = rules_of(reading, metric);
  json::array beside;
  for (const auto companion : metric.beside) {
    const auto& other = reading.bundle.metrics[companion];
    auto figure = show(reading, companion, period, as_of, {});
    json::object row = std::move(figure.total);
    if (other.measure == Measure::kStock) row["at"] = instant_json(figure.as_of.at);
    row["name"] = other.name;
    row["title"] = reading.labels(other.title);
    beside.push_back(std::move(row));
  }
  out["beside"] = std::move(beside);
  return json_answer(out);
}

}  // namespace docket::node
