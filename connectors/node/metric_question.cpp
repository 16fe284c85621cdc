#include "connectors/node/metric_question.h"

#include "connectors/service/problem.h"

namespace docket::node {

using definition::MetricDef;
using Measure = MetricDef::Measure;

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

bool ratio(const MetricDef& metric) {
  return metric.measure == Measure::kRatioWhen || metric.measure == Measure::kRatioWeigh || metric.measure == Measure::kRatioByEnd ||
         metric.measure == Measure::kRatioSums;
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

AsOf within(const Reading& reading, const MetricDef& metric, const Period& period, AsOf as_of) {
  const Instant end = reading.bundle.zone.day_end(period.to - 1);
  if (metric.measure != Measure::kStock || as_of.at_given || as_of.at <= end) return as_of;
  as_of.at = end;
  as_of.at_day = period.to - 1;
  return as_of;
}

std::string dimensions_of(const MetricDef& metric) {
  std::string out;
  for (const auto& by : metric.by) out += (out.empty() ? "" : ", ") + by.name;
  return out;
}

std::uint8_t dimension_of(const MetricDef& metric, const std::string& name) {
  for (std::size_t i = 0; i < metric.by.size(); ++i) {
    if (metric.by[i].name == name) return static_cast<std::uint8_t>(i + 1);
  }
  throw BadParameter{"group_by", "metric " + metric.name + " has no dimension '" + name + "'" +
                                     (metric.by.empty() ? "" : "; it has " + dimensions_of(metric))};
}

}  // namespace docket::node
