// The very cases behind a figure: those in the numerator, those that are not, those excluded by name.
#include "connectors/node/answers.h"
#include "connectors/node/declared.h"
#include "connectors/node/figures.h"
#include "connectors/node/metric_question.h"
#include "engine/definition/carry.h"

namespace docket::node {
namespace {

using definition::MetricDef;
using Measure = MetricDef::Measure;

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

json::object share_row(const Reading& asked, const CaseShare& share, const MetricDef& shown, std::int64_t value) {
  const auto reading = asked.of(*share.state);
  const auto& metric = reading.bundle.metrics[*definition::find_metric(reading.bundle, shown.name, shown.version)];  // or it had no share
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
  const bool complement = metric.measure == Measure::kComplement;
  const bool sums = base.measure == Measure::kRatioSums;
  const std::int64_t scale = base.measure == Measure::kRatioWeigh ? 1000 : 1;
  for (const auto& share : shares(reading, base_index, period, as_of)) {
    std::int64_t value = 0;
    std::int64_t working_ms = 0;
    std::int64_t denominator = 0;
    bool counts = false;
    for (const auto& row : share.rows) {
      if (row.by != by || (by != 0 && reading.of(*share.state).value_text(row.group) != group)) continue;
      if (row.series == numerator) value += row.value;
      if (row.series == measure::kWorkingMs) working_ms += row.value;
      if (row.series == measure::kDenominator) denominator += row.value;
      counts = counts || row.series == measure::kDenominator || ((sums || !ratio(base)) && row.series == measure::kNumerator);
      std::string name_of;
      if (row.series == measure::kPaused) name_of = "paused";
      if (row.series >= measure::kExclusions && row.series < measure::kBuckets && (row.series - measure::kExclusions) % 2 == 0)
        name_of = base.except[(row.series - measure::kExclusions) / 2U].name;
      if (name_of.empty()) continue;
      if (!excluded.contains(name_of)) excluded[name_of] = json::array{};
      excluded[name_of].as_array().push_back(share_row(reading, share, base, row.value));
    }
    if (!counts) continue;
    if (complement) value = denominator * scale - value;
    auto row = share_row(reading, share, base, value);
    const bool counted = value != 0 || base.measure == Measure::kDuration;
    if (base.measure == Measure::kDuration) row["working_ms"] = working_ms;
    if (sums) row["denominator"] = denominator;
    (counted ? in : out_of).push_back(std::move(row));
  }
  json::object out{{"name", metric.name}, {"title", reading.labels(metric.title)}, {"formula", metric.formula}, {"period", period.name}};
  echo_axes(out, reading, as_of);
  if (by != 0) out["group"] = json::object{{group_by, group}};
  out["numerator"] = std::move(in);
  out["not_in_numerator"] = std::move(out_of);
  out["excluded"] = std::move(excluded);
  return json_answer(out);
}

}  // namespace docket::node
