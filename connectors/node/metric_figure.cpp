#include "connectors/node/metric_figure.h"

#include "connectors/node/figures.h"
#include "connectors/node/metric_duration.h"
#include "connectors/node/metric_question.h"

namespace docket::node {

using definition::MetricDef;
using Measure = MetricDef::Measure;

json::object figure_json(const MetricDef& shown, const MetricDef& base, PeriodKind kind, const SeriesSums& sums, std::int64_t quarantined) {
  json::object out;
  const std::int64_t scale = base.measure == Measure::kRatioWeigh ? 1000 : 1;
  std::int64_t numerator = at_series(sums, numerator_series(base, kind));
  if (!ratio(base)) {
    out = base.measure == Measure::kDuration ? duration_json(base, sums) : json::object{{"value", numerator}};
    if (base.in_thousandths) out["value_unit"] = "thousandths";
    out["backfilled"] = at_series(sums, measure::kBackfilled);
    out["quarantined"] = quarantined;
    return out;
  }
  const std::int64_t denominator = at_series(sums, measure::kDenominator);
  const bool complement = shown.measure == Measure::kComplement;
  if (complement) numerator = denominator * scale - numerator;
  out["numerator"] = numerator;
  out["denominator"] = denominator;
  if (scale != 1 || base.in_thousandths) out["numerator_unit"] = "thousandths";
  if (base.in_thousandths) out["denominator_unit"] = "thousandths";
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
  out["quarantined"] = quarantined;
  return out;
}

}  // namespace docket::node
