// The very cases behind a figure, or the instances of its part: those in the numerator, those that are not, those excluded by name. Of the
// group that was asked, the rows add up to the figure.
#include "connectors/node/answers.h"
#include "connectors/node/declared.h"
#include "connectors/node/figures.h"
#include "connectors/node/metric_figure.h"
#include "connectors/node/metric_question.h"
#include "connectors/node/quarantined.h"

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

json::object item_row(const Reading& asked, const CaseItems& of, const measure::ItemShare& item) {
  const auto reading = asked.of(*of.state);
  const auto& kind = reading.bundle.kinds[of.state->kind];
  json::object out{{"case", of.case_id}, {"state", kind.scopes[0].states[of.state->scope.state].name}};
  if (item.part != nullptr) {
    const auto& def = kind.scopes[item.part->part];
    out["part"] = def.name + ":" + reading.value_text(item.part->key);
    out["n"] = item.part->nth;
    out["part_state"] = def.states[item.part->scope.state].name;
  }
  if (item.anchor == nullptr) return out;
  const auto& anchor = *item.anchor;
  if (anchor.kind == definition::Anchor::Kind::kEventFirst || anchor.kind == definition::Anchor::Kind::kEventLast) {
    out["time"] = instant_json(item.rows.front().anchor_at);
    return out;
  }
  const auto& scope = anchor.scope == 0 || item.part == nullptr ? of.state->scope : item.part->scope;
  const auto* clock = apply::newest(scope, static_cast<model::ClockId>(anchor.id));  // or it had placed nothing
  out["clock"] = kind.scopes[anchor.scope].clocks[anchor.id].name;
  out["due"] = instant_json(clock->due);
  out["original_due"] = instant_json(clock->original_due);
  out["stop"] = instant_json(clock->stop);
  return out;
}

// The rows of the list, and their integers, which make the figure.
class Rows {
 public:
  Rows(const Reading& reading, const MetricDef& shown, const MetricDef& base, PeriodKind kind)
      : reading_(reading), base_(base), numerator_(numerator_series(base, kind)), complement_(shown.measure == Measure::kComplement) {
    if (base.measure == Measure::kRatioSums) lacking_.emplace();
  }

  // `counts`: whether a contribution is of the group that was asked.
  template <typename Counts>
  void add(const CaseItems& of, const measure::ItemShare& item, Counts&& counts) {
    SeriesSums sums;
    bool lacks = false;
    bool counted = false;
    std::string excluded;  // why
    for (const auto& row : item.rows) {
      if (!counts(row)) continue;
      if (row.series == measure::kLacking) {
        lacks = true;
        continue;
      }
      if (sums.size() <= row.series) sums.resize(row.series + 1U, 0);
      sums[row.series] += row.value;
      if (row.series == measure::kPaused) {
        excluded = "paused";
      } else if (row.series >= measure::kExclusions && row.series < measure::kBuckets) {
        excluded = base_.except[(row.series - measure::kExclusions) / 2U].name;
      } else {
        counted = true;
      }
    }
    if (sums_.size() < sums.size()) sums_.resize(sums.size(), 0);
    for (std::size_t i = 0; i < sums.size(); ++i) sums_[i] += sums[i];
    if (lacks) {
      auto row = item_row(reading_, of, item);
      row["value"] = 0;
      if (lacking_) lacking_->push_back(std::move(row));
    } else if (!excluded.empty()) {
      add_excluded(item_row(reading_, of, item), excluded, sums);
    } else if (counted) {
      add_counted(item_row(reading_, of, item), sums);
    }
  }

  [[nodiscard]] const SeriesSums& sums() const { return sums_; }
  void put(json::object& out) && {
    out["numerator"] = std::move(in_);
    out["not_in_numerator"] = std::move(out_of_);
    out["excluded"] = std::move(excluded_);
    if (lacking_) out["lacking"] = std::move(*lacking_);
  }

 private:
  [[nodiscard]] bool of_sums() const { return base_.measure == Measure::kRatioSums; }

  void add_counted(json::object row, const SeriesSums& sums) {
    const auto denominator = at_series(sums, measure::kDenominator);
    auto value = at_series(sums, numerator_);
    if (complement_) value = denominator * (base_.measure == Measure::kRatioWeigh ? 1000 : 1) - value;
    row["value"] = value;
    if (of_sums()) row["denominator"] = denominator;
    if (base_.measure == Measure::kDuration) row["working_ms"] = at_series(sums, measure::kWorkingMs);
    if (at_series(sums, measure::kBackfilled) != 0) row["backfilled"] = true;
    (value != 0 || base_.measure == Measure::kDuration ? in_ : out_of_).push_back(std::move(row));
  }

  void add_excluded(json::object row, const std::string& why, const SeriesSums& sums) {
    row["value"] = at_series(sums, measure::kPaused);
    for (std::size_t i = 0; i < base_.except.size(); ++i) {
      if (base_.except[i].name != why) continue;
      const auto denominator = at_series(sums, measure::kExclusions + 2 * i);
      const auto value = at_series(sums, measure::kExclusions + 2 * i + 1);
      row["value"] = !of_sums() ? denominator : complement_ ? denominator - value : value;
      if (of_sums()) row["denominator"] = denominator;
    }
    if (!excluded_.contains(why)) excluded_[why] = json::array{};
    excluded_[why].as_array().push_back(std::move(row));
  }

  const Reading& reading_;
  const MetricDef& base_;
  const std::uint8_t numerator_;
  const bool complement_;
  SeriesSums sums_;
  json::array in_;
  json::array out_of_;
  json::object excluded_;
  std::optional<json::array> lacking_;  // of a ratio of sums: those that count in neither
};

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
  Rows rows(reading, metric, base, period.kind);
  for (const auto& one : item_shares(reading, base_index, period, as_of)) {
    const auto own = reading.of(*one.state);
    for (const auto& item : one.items)
      rows.add(one, item, [&](const auto& row) { return row.by == by && (by == 0 || own.value_text(row.group) == group); });
  }
  const Quarantined quarantined(reading, as_of);
  auto held = quarantined.touching(base_index, period);
  if (by != 0) held = quarantined.by_group(held, base_index, by, as_of.at)[group];
  json::object out{{"name", metric.name}, {"title", reading.labels(metric.title)}, {"formula", metric.formula}, {"period", period.name}};
  if (base.scope != 0) out["part"] = reading.bundle.kinds[base.kind].scopes[base.scope].name;
  echo_axes(out, reading, as_of);
  if (by != 0) out["group"] = json::object{{group_by, group}};
  out["total"] = figure_json(metric, base, period.kind, rows.sums(), static_cast<std::int64_t>(held.size()));
  std::move(rows).put(out);
  return json_answer(out);
}

}  // namespace docket::node
