#include "connectors/node/metric_duration.h"

#include <algorithm>
#include <span>

#include "engine/measure/duration.h"

namespace docket::node {
namespace {

namespace json = boost::json;
constexpr std::int64_t kHourMs = 3'600'000;
// Where the tables cut, in hours; each is a bound of the buckets. Not where working days end: these have as many hours as their calendar
// says.
constexpr std::int64_t kPlainCuts[] = {1, 4, 8, 24, 48, 72, 120, 168, 240, 360, 480, 720, 1440, 2160, 4320, 8760};
constexpr std::int64_t kWorkingCuts[] = {1, 4, 8, 16, 24, 32, 40, 80, 120, 160, 240, 320, 480, 960, 1920};

std::span<const std::int64_t> buckets_of(const SeriesSums& sums, std::size_t first) {
  if (sums.size() <= first) return {};
  return std::span(sums).subspan(first, std::min(measure::kBucketsMax, sums.size() - first));
}

// Nearest rank: the smallest value that `permille` of all do not exceed.
std::int64_t rank_of(std::int64_t count, std::int64_t permille) { return std::max<std::int64_t>(1, (count * permille + 999) / 1000); }

json::value at_rank(std::span<const std::int64_t> buckets, std::int64_t count, std::int64_t permille) {
  if (count <= 0) return nullptr;
  const auto bucket = measure::bucket(measure::bucket_of_rank(buckets, rank_of(count, permille)));
  return json::object{{"ms", bucket.from + (bucket.to - bucket.from) / 2}, {"from_ms", bucket.from}, {"to_ms", bucket.to}};
}

json::array table(std::span<const std::int64_t> buckets, std::span<const std::int64_t> cuts) {
  json::array rows;
  std::size_t at = 0;
  std::int64_t from = 0;
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    const std::size_t end = i < cuts.size() ? measure::bucket_of(cuts[i] * kHourMs) : buckets.size();
    std::int64_t count = 0;
    for (; at < std::min(end, buckets.size()); ++at) count += buckets[at];
    json::object row{{"from_ms", from}, {"to_ms", nullptr}, {"count", count}};
    if (i < cuts.size()) row["to_ms"] = from = cuts[i] * kHourMs;
    if (count != 0) rows.push_back(std::move(row));
  }
  return rows;
}

json::object one(std::int64_t count, std::int64_t sum, std::span<const std::int64_t> buckets, std::span<const std::int64_t> cuts) {
  json::object out{{"sum_ms", sum}, {"mean_ms", nullptr}};
  if (count > 0) out["mean_ms"] = (sum + count / 2) / count;
  out["median"] = at_rank(buckets, count, 500);
  out["p90"] = at_rank(buckets, count, 900);
  out["histogram"] = table(buckets, cuts);
  return out;
}

void put(json::object& part, std::vector<std::int64_t>& times) {
  if (times.empty()) return;
  std::sort(times.begin(), times.end());
  for (const auto& [name, permille] : {std::pair("median", 500), {"p90", 900}}) {
    const auto rank = static_cast<std::size_t>(rank_of(static_cast<std::int64_t>(times.size()), permille));
    const std::int64_t ms = times[rank - 1];
    part[name] = json::object{{"ms", ms}, {"from_ms", ms}, {"to_ms", ms}};
  }
}

}  // namespace

json::object duration_json(const definition::MetricDef& metric, const SeriesSums& sums) {
  const std::int64_t count = at_series(sums, measure::kDenominator);
  json::object out{{"count", count}};
  if (metric.duration.plain)
    out["hours"] = one(count, at_series(sums, measure::kNumerator), buckets_of(sums, measure::kBuckets), kPlainCuts);
  if (metric.duration.working)
    out["working_hours"] = one(count, at_series(sums, measure::kWorkingMs), buckets_of(sums, measure::kWorkingBuckets), kWorkingCuts);
  json::array shown;
  constexpr const char* kShown[] = {"median", "p90", "mean"};
  for (const auto each : metric.duration.show) shown.emplace_back(kShown[static_cast<std::size_t>(each)]);
  out["show"] = std::move(shown);
  json::object exclusions;
  for (std::size_t i = 0; i < metric.except.size(); ++i) exclusions[metric.except[i].name] = at_series(sums, measure::kExclusions + 2 * i);
  out["exclusions"] = std::move(exclusions);
  return out;
}

std::map<std::string, Times> exact_times(const Reading& reading, std::uint16_t metric, std::uint8_t by, const Period& period,
                                         const AsOf& as_of) {
  std::map<std::string, Times> out;
  for (const auto& share : shares(reading, metric, period, as_of)) {
    // A case's rows of one item and group come one behind the other: count, all time, working time.
    for (const auto& row : share.rows) {
      if (row.by != by) continue;
      auto& times = out[by == 0 ? std::string() : reading.of(*share.state).value_text(row.group)];
      if (row.series == measure::kDenominator) {
        times.plain.push_back(0);
        times.working.push_back(0);
      } else if (row.series == measure::kNumerator && !times.plain.empty()) {
        times.plain.back() = row.value;
      } else if (row.series == measure::kWorkingMs && !times.working.empty()) {
        times.working.back() = row.value;
      }
    }
  }
  return out;
}

void put_exact(json::object& figure, Times times) {
  if (figure.contains("hours")) put(figure["hours"].as_object(), times.plain);
  if (figure.contains("working_hours")) put(figure["working_hours"].as_object(), times.working);
}

}  // namespace docket::node
