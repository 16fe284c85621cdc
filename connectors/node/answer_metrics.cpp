// Metrics: figures with numerator, denominator, exclusions and companions, series, and the very cases behind a figure.
#include <algorithm>

#include "connectors/node/answers.h"
#include "connectors/node/declared.h"
#include "connectors/node/figures.h"
#include "connectors/service/problem.h"

namespace docket::node {
namespace {

using definition::MetricDef;
using Measure = MetricDef::Measure;
__extension__ typedef __int128 Wide;  // NOLINT(modernize-use-using): products of counts and weights never overflow it

bool weighed(const MetricDef& metric) { return metric.measure == Measure::kRatioWeigh; }
bool ratio(const MetricDef& metric) {
  return metric.measure == Measure::kRatioWhen || metric.measure == Measure::kRatioWeigh || metric.measure == Measure::kRatioByEnd;
}

const std::uint16_t* metric_id(const Reading& reading, const std::string& name) {
  return definition::find_name(reading.bundle.metric_ids, name);
}

service::Answer no_metric(const Reading& reading, const std::string& name, std::string_view language) {
  std::string known;
  for (const auto& metric : reading.bundle.metrics) {
    if (metric.name.compare(0, name.size(), name) == 0) known += (known.empty() ? "" : ", ") + metric.name;
  }
  return not_found("no metric " + name + (known.empty() ? "; /v1/metrics lists them" : "; did you mean one of " + known), language);
}

// numerator, denominator of a figure; of a complement, the rest; thousandths where weights are.
json::object figure_json(const MetricDef& shown, const MetricDef& base, PeriodKind kind, const SeriesSums& sums) {
  json::object out;
  const std::int64_t scale = weighed(base) ? 1000 : 1;
  std::int64_t numerator = at_series(sums, numerator_series(base, kind));
  if (!ratio(base)) {
    out["value"] = numerator;
    out["backfilled"] = at_series(sums, measure::kBackfilled);
    out["quarantined"] = 0;
    return out;
  }
  const std::int64_t denominator = at_series(sums, measure::kDenominator);
  const bool complement = shown.measure == Measure::kComplement;
  if (complement) numerator = denominator * scale - numerator;
  out["numerator"] = numerator;
  out["denominator"] = denominator;
  if (scale != 1) out["numerator_unit"] = "thousandths";
  out["rate"] = rate_json(numerator, denominator * scale);
  json::object exclusions;
  std::int64_t all_numerator = numerator;
  std::int64_t all_denominator = denominator;
  for (std::size_t i = 0; i < base.except.size(); ++i) {
    const auto excluded = at_series(sums, measure::kExclusions + 2 * i);
    const auto their = at_series(sums, measure::kExclusions + 2 * i + 1);
    exclusions[base.except[i].name] = excluded;
    all_denominator += excluded;
    all_numerator += complement ? excluded * scale - their : their;
  }
  if (const auto paused = at_series(sums, measure::kPaused); paused != 0) exclusions["paused"] = paused;
  out["exclusions"] = std::move(exclusions);
  if (!base.except.empty()) out["rate_without_exclusions"] = rate_json(all_numerator, all_denominator * scale);
  out["backfilled"] = at_series(sums, measure::kBackfilled);
  out["quarantined"] = 0;
  return out;
}

// A weighted sum of rates: null unless every one of them has a denominator. In thousandths of thousandths, from the integers.
json::object combined_json(const Reading& reading, const MetricDef& metric, const Period& period, const AsOf& as_of, bool& exact) {
  json::array parts;
  Wide sum = 0;  // millionths of thousandths
  bool whole = true;
  for (const auto& [index, weight] : metric.combine) {
    const auto& part = reading.bundle.metrics[index];
    const auto figure = figures(reading, index, 0, period, as_of);
    exact = exact || figure.exact;
    const auto it = figure.groups.find("");
    const SeriesSums none;
    const auto& sums = it == figure.groups.end() ? none : it->second;
    const auto numerator = at_series(sums, numerator_series(part, period.kind));
    const auto denominator = at_series(sums, measure::kDenominator) * (weighed(part) ? 1000 : 1);
    parts.push_back(
        json::object{{"name", part.name}, {"weight", static_cast<double>(weight) / 1000.0}, {"rate", rate_json(numerator, denominator)}});
    if (denominator == 0) {
      whole = false;
    } else {
      sum += static_cast<Wide>(weight) * numerator * 1'000'000 / denominator;
    }
  }
  json::object out;
  if (whole) {
    out["rate"] = static_cast<double>(static_cast<std::int64_t>((sum + 500) / 1000)) / 1'000'000.0;
  } else {
    out["rate"] = nullptr;
  }
  out["numerator"] = nullptr;
  out["denominator"] = nullptr;
  out["combined_of"] = std::move(parts);
  return out;
}

std::string dimensions_of(const MetricDef& metric) {
  std::string out;
  for (const auto& by : metric.by) out += (out.empty() ? "" : ", ") + by.name;
  return out;
}

// The dimension of that name, counted from 1.
std::uint8_t dimension_of(const MetricDef& metric, const std::string& name) {
  for (std::size_t i = 0; i < metric.by.size(); ++i) {
    if (metric.by[i].name == name) return static_cast<std::uint8_t>(i + 1);
  }
  throw BadParameter{"group_by", "metric " + metric.name + " has no dimension '" + name + "'" +
                                     (metric.by.empty() ? "" : "; it has " + dimensions_of(metric))};
}

// A group that no case could ever fall into is a mistake. States, rounds and hours are let through.
void check_group(const Reading& reading, const MetricDef& metric, const MetricDef::By& by, const std::string& group) {
  using Kind = definition::FieldRef::Kind;
  const auto& scope = reading.bundle.kinds[metric.kind].scopes[by.field.scope];
  if (by.field.kind == Kind::kKey) {
    static_cast<void>(declared_value(reading, "group", scope.key_spec, group));
  } else if (by.field.kind == Kind::kAttribute || by.field.kind == Kind::kEach) {
    static_cast<void>(declared_value(reading, "group", scope.attributes[by.field.id].spec, group));
  } else if (by.field.kind == Kind::kClockHolder) {
    definition::TypeSpec unit;
    unit.type = definition::ValueType::kUnit;
    static_cast<void>(declared_value(reading, "group", unit, group));
  }
}

struct Shown {
  json::object total;
  json::array groups;
  bool exact = false;
  AsOf as_of;  // that the figure is of
};

// A stock of a period that is over is the one at its end, unless another instant is asked for.
AsOf within(const Reading& reading, const MetricDef& metric, const Period& period, AsOf as_of) {
  const Instant end = reading.bundle.zone.day_end(period.to - 1);
  if (metric.measure != Measure::kStock || as_of.at_given || as_of.at <= end) return as_of;
  as_of.at = end;
  as_of.at_day = period.to - 1;
  return as_of;
}

Shown show(const Reading& reading, std::uint16_t index, const Period& period, const AsOf& asked, const std::string& group_by) {
  Shown out;
  const auto& metric = reading.bundle.metrics[index];
  const AsOf as_of = out.as_of = within(reading, metric, period, asked);
  if (metric.measure == Measure::kCombine) {
    out.total = combined_json(reading, metric, period, as_of, out.exact);
    return out;
  }
  const std::uint16_t base_index = metric.measure == Measure::kComplement ? metric.complement : index;
  const auto& base = reading.bundle.metrics[base_index];
  const auto total = figures(reading, base_index, 0, period, as_of);
  const auto it = total.groups.find("");
  out.total = figure_json(metric, base, period.kind, it == total.groups.end() ? SeriesSums{} : it->second);
  out.exact = total.exact;
  if (group_by.empty()) return out;
  const auto by = dimension_of(base, group_by);
  const auto rows = figures(reading, base_index, by, period, as_of);
  out.exact = out.exact || rows.exact;
  for (const auto& [group, sums] : rows.groups) {
    if (std::all_of(sums.begin(), sums.end(), [](auto n) { return n == 0; })) continue;
    auto figure = figure_json(metric, base, period.kind, sums);
    json::object label{{group_by, group.empty() ? json::value(nullptr) : json::value(group)}};
    if (auto labels = reading.group_labels(group); !labels.empty()) label["label"] = std::move(labels);
    figure["group"] = std::move(label);
    out.groups.push_back(std::move(figure));
  }
  return out;
}

json::object metric_head(const Reading& reading, const MetricDef& metric) {
  json::object out{{"name", metric.name}, {"title", reading.labels(metric.title)}, {"formula", metric.formula}};
  json::array dimensions;
  const auto& base = metric.measure == Measure::kComplement ? reading.bundle.metrics[metric.complement] : metric;
  for (const auto& by : base.by) dimensions.emplace_back(by.name);
  out["dimensions"] = std::move(dimensions);
  out["min_n"] = metric.min_n;
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
    const auto& rule = reading.bundle.rules[clock.limit];
    constexpr const char* kCertainty[] = {"text", "reported", "assumed"};
    out.push_back(json::object{{"rule", rule.name},
                               {"value", rule.text},
                               {"source", rule.source},
                               {"certainty", kCertainty[static_cast<std::size_t>(rule.certainty)]}});
  }
  return out;
}

Period asked_period(const Reading& reading, const Params& params, const MetricDef& metric, const AsOf& as_of) {
  if (const auto text = params.text("period")) {
    const auto period = parse_period(*text);
    if (!period) throw BadParameter{"period", "'" + *text + "' is no day (2017-03-08), month (2017-03), quarter (2017-Q1) or year (2017)"};
    return *period;
  }
  if (metric.measure == Measure::kStock) return period_of(PeriodKind::kDay, reading.bundle.zone.local_day(as_of.at));
  throw BadParameter{"period", "missing; a day (2017-03-08), month (2017-03), quarter (2017-Q1) or year (2017)"};
}

json::object share_row(const Reading& reading, const CaseShare& share, const MetricDef& metric, std::int64_t value) {
  const auto& kind = reading.bundle.kinds[share.state->kind];
  json::object out{{"case", share.case_id}, {"state", kind.scopes[0].states[share.state->scope.state].name}, {"value", value}};
  for (const auto& anchor : metric.period) {
    if (anchor.scope != 0) continue;
    if (anchor.kind == definition::Anchor::Kind::kEventFirst || anchor.kind == definition::Anchor::Kind::kEventLast) {
      out["time"] = instant_json(share.rows.front().anchor_at);
      continue;
    }
    const auto* clock = apply::newest(share.state->scope, static_cast<model::ClockId>(anchor.id));
    if (clock == nullptr) continue;
    out["clock"] = kind.scopes[0].clocks[anchor.id].name;
    out["due"] = instant_json(clock->due);
    out["original_due"] = instant_json(clock->original_due);
    out["stop"] = instant_json(clock->stop);
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
  json::object out = metric_head(reading, metric);
  if (params.text("from") || params.text("to") || params.text("step")) {
    const auto from = model::parse_date(params.text("from").value_or(""));
    const auto to = model::parse_date(params.text("to").value_or(""));
    const auto step = parse_step(params.text("step").value_or("month"));
    if (!from) throw BadParameter{"from", "a date, the first day of the series"};
    if (!to || *to < *from) throw BadParameter{"to", "a date not before from: the last day of the series"};
    if (!step) throw BadParameter{"step", "day, month, quarter or year"};
    json::array series;
    bool exact = false;
    for (const auto& period : periods_between(*step, *from, *to + 1)) {
      AsOf then = as_of;  // each stock of a series at its own end, none behind `at`
      then.at_given = as_of.at_given && as_of.at <= reading.bundle.zone.day_end(period.to - 1);
      auto shown = show(reading, *id, period, then, group_by);
      exact = exact || shown.exact;
      json::object row{{"period", period.name}, {"from", model::format_date(period.from)}, {"to", model::format_date(period.to - 1)}};
      if (metric.measure == Measure::kStock) row["at"] = instant_json(shown.as_of.at);
      row["total"] = std::move(shown.total);
      row["figures"] = std::move(shown.groups);
      series.push_back(std::move(row));
      if (series.size() > 1000) throw BadParameter{"step", "more than 1,000 periods; take a larger step"};
    }
    echo_axes(out, reading, as_of);
    out["series"] = std::move(series);
    out["exact"] = exact;
    return json_answer(out);
  }
  const Period period = asked_period(reading, params, metric, as_of);
  auto shown = show(reading, *id, period, as_of, group_by);
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

service::Answer answer_metric_explain(const Reading& reading, const Params& params, const std::string& name) {
  const auto* id = metric_id(reading, name);
  if (id == nullptr) return no_metric(reading, name, params.query().language);
  const auto& metric = reading.bundle.metrics[*id];
  if (metric.measure == Measure::kCombine) throw BadParameter{"name", name + " is a weighted sum of rates: explain those"};
  const std::uint16_t base_index = metric.measure == Measure::kComplement ? metric.complement : *id;
  const auto& base = reading.bundle.metrics[base_index];
  const AsOf asked = reading.as_of(params);
  const Period period = asked_period(reading, params, base, asked);
  const AsOf as_of = within(reading, base, period, asked);
  const std::string group_by = params.text("group_by").value_or("");
  const std::string group = params.text("group").value_or("");
  const std::uint8_t by = group_by.empty() ? 0 : dimension_of(base, group_by);
  if (by == 0 && params.text("group")) throw BadParameter{"group", "comes without group_by; expected group_by=" + dimensions_of(base)};
  if (by != 0 && !params.text("group"))
    throw BadParameter{"group", "missing; expected a value of " + group_by + ", empty for the cases that have none"};
  if (by != 0 && !group.empty()) check_group(reading, base, base.by[by - 1U], group);
  json::array in;
  json::array out_of;
  json::object excluded;
  const auto numerator = numerator_series(base, period.kind);
  for (const auto& share : shares(reading, base_index, period, as_of)) {
    std::int64_t value = 0;
    std::int64_t cohort = 0;
    for (const auto& row : share.rows) {
      if (row.by != by || (by != 0 && reading.value_text(row.group) != group)) continue;
      if (row.series == numerator) value += row.value;
      if (row.series == measure::kDenominator || (!ratio(base) && row.series == measure::kNumerator)) cohort += 1;
      std::string name_of;
      if (row.series == measure::kPaused) name_of = "paused";
      if (row.series >= measure::kExclusions && (row.series - measure::kExclusions) % 2 == 0)
        name_of = base.except[(row.series - measure::kExclusions) / 2U].name;
      if (name_of.empty()) continue;
      if (!excluded.contains(name_of)) excluded[name_of] = json::array{};
      excluded[name_of].as_array().push_back(share_row(reading, share, base, row.value));
    }
    if (cohort == 0) continue;
    (value != 0 ? in : out_of).push_back(share_row(reading, share, base, value));
  }
  json::object out{{"name", metric.name}, {"title", reading.labels(metric.title)}, {"formula", metric.formula}, {"period", period.name}};
  echo_axes(out, reading, as_of);
  if (by != 0) out["group"] = json::object{{group_by, group}};
  if (metric.measure == Measure::kComplement) std::swap(in, out_of);
  out["numerator"] = std::move(in);
  out["not_in_numerator"] = std::move(out_of);
  out["excluded"] = std::move(excluded);
  return json_answer(out);
}

}  // namespace docket::node
