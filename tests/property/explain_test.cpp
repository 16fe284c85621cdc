// Goal: the cases that a figure names are the figure. Method: random histories of the example office; for every metric and every group of
// every dimension, the rows of the explanation are added up and compared with what the figure's own answer says, now and at earlier
// instants. Another seed: DOCKET_SEED=7.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <iostream>
#include <map>
#include <set>

#include "connectors/local/projections_store.h"
#include "connectors/node/answers.h"
#include "connectors/node/periods.h"
#include "tests/support/histories.h"
#include "tests/support/seed.h"
#include "tests/support/store_fixture.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {
namespace {

namespace json = boost::json;
using Measure = definition::MetricDef::Measure;
using Asked = std::vector<std::pair<std::string, std::string>>;

std::uint64_t seed_of_explained() { return seed_or(5); }

struct Added {
  std::int64_t rows = 0;
  std::int64_t value = 0;
  std::int64_t denominator = 0;
  std::int64_t working_ms = 0;
  std::int64_t backfilled = 0;
};

struct Seen {
  std::size_t figures = 0;
  std::size_t filled = 0;
  std::size_t parts = 0;
  std::size_t parts_not_in = 0;
  std::size_t several = 0;  // explanations with two instances of one case
  std::size_t excluded = 0;
};

class Explained {
 public:
  Explained(const json::object& answer, const std::string& asked, Seen& seen) : asked_(asked) {
    add(answer.at("numerator").as_array(), counted);
    for (const auto& row : answer.at("numerator").as_array()) in_zero_ = in_zero_ || row.at("value") == 0;
    const auto parts = parts_;
    add(answer.at("not_in_numerator").as_array(), counted);
    seen.parts_not_in += parts_ - parts;
    for (const auto& row : answer.at("not_in_numerator").as_array()) EXPECT_EQ(row.at("value"), 0) << asked;
    for (const auto& [why, rows] : answer.at("excluded").as_object()) {
      EXPECT_FALSE(rows.as_array().empty()) << asked;
      add(rows.as_array(), excluded[std::string(why)]);
      seen.excluded += rows.as_array().size();
    }
    seen.parts += parts_;
    seen.several += cases_.size() < items_.size() ? 1U : 0U;
  }

  [[nodiscard]] std::int64_t excluded_as(const std::string& why, bool of_sums) const {
    const auto it = excluded.find(why);
    return it == excluded.end() ? 0 : of_sums ? it->second.denominator : it->second.value;
  }
  [[nodiscard]] bool in_zero() const { return in_zero_; }

  Added counted;
  std::map<std::string, Added> excluded;

 private:
  void add(const json::array& rows, Added& into) {
    for (const auto& entry : rows) {
      const auto& row = entry.as_object();
      std::string item(row.at("case").as_string());
      cases_.insert(item);
      if (const auto* part = row.if_contains("part")) {
        ++parts_;
        item += " " + std::string(part->as_string()) + " " + std::to_string(row.at("n").as_int64());
      }
      EXPECT_TRUE(items_.insert(item).second) << item << " stands twice; " << asked_;
      ++into.rows;
      into.value += row.at("value").as_int64();
      if (const auto* of = row.if_contains("denominator")) into.denominator += of->as_int64();
      if (const auto* ms = row.if_contains("working_ms")) into.working_ms += ms->as_int64();
      if (row.contains("backfilled")) ++into.backfilled;
    }
  }

  const std::string& asked_;
  std::set<std::string> items_;
  std::set<std::string> cases_;
  std::size_t parts_ = 0;
  bool in_zero_ = false;
};

void expect_same(const definition::Bundle& bundle, const definition::MetricDef& metric, json::object figure, const json::object& answer,
                 const std::string& asked, Seen& seen) {
  const auto& base = metric.measure == Measure::kComplement ? bundle.metrics[metric.complement] : metric;
  const bool of_sums = base.measure == Measure::kRatioSums;
  const Explained told(answer, asked, seen);
  EXPECT_EQ(told.in_zero() && base.measure != Measure::kDuration, false) << asked;
  if (const auto* denominator = figure.if_contains("denominator")) {
    EXPECT_EQ(figure.at("numerator"), told.counted.value) << asked;
    EXPECT_EQ(*denominator, of_sums ? told.counted.denominator : told.counted.rows) << asked;
    for (const auto& [why, count] : figure.at("exclusions").as_object()) EXPECT_EQ(count, told.excluded_as(why, of_sums)) << why << asked;
    for (const auto& [why, rows] : told.excluded) EXPECT_TRUE(figure.at("exclusions").as_object().contains(why)) << why << asked;
  } else if (base.measure == Measure::kDuration) {
    EXPECT_EQ(figure.at("count"), told.counted.rows) << asked;
    for (const auto& [unit, sum] : {std::pair("hours", told.counted.value), std::pair("working_hours", told.counted.working_ms)}) {
      const auto* hours = figure.if_contains(unit);
      if (hours == nullptr || told.counted.rows == 0) continue;
      const auto* mean = hours->as_object().if_contains("mean_ms");
      if (mean == nullptr) continue;
      EXPECT_NEAR(mean->to_number<double>(), static_cast<double>(sum) / static_cast<double>(told.counted.rows), 1) << asked;
    }
  } else {
    EXPECT_EQ(figure.at("value"), told.counted.value) << asked;
  }
  EXPECT_EQ(figure.at("backfilled"), told.counted.backfilled) << asked;
  for (const char* beside : {"target", "group"}) figure.erase(beside);
  EXPECT_EQ(json::value(figure), answer.at("total")) << asked;
  ++seen.figures;
  seen.filled += told.counted.rows != 0 ? 1U : 0U;
}

json::object body_of_answer(const service::Answer& answer, const std::string& asked) {
  EXPECT_EQ(answer.status, 200) << asked << answer.body;
  return json::parse(answer.body).as_object();
}

// The figure, and of each dimension each group.
void check_metric(const node::Reading& reading, const definition::MetricDef& metric, const Asked& when, Seen& seen) {
  const auto ask = [&](auto question, const Asked& more, std::string& asked) {
    service::Query query;
    query.params = when;
    query.params.insert(query.params.end(), more.begin(), more.end());
    asked = "; " + metric.name + ", seed " + std::to_string(seed_of_explained());
    for (const auto& [name, value] : query.params) asked.append(", ").append(name).append(" ").append(value);
    return body_of_answer(question(reading, node::Params(query), metric.name), asked);
  };
  std::string asked;
  const auto total = ask(node::answer_metric, {}, asked).at("total").as_object();
  expect_same(reading.bundle, metric, total, ask(node::answer_metric_explain, {}, asked), asked, seen);
  const auto& base = metric.measure == Measure::kComplement ? reading.bundle.metrics[metric.complement] : metric;
  for (const auto& by : base.by) {
    const auto told = ask(node::answer_metric, {{"group_by", by.name}}, asked);
    for (const auto& row : told.at("figures").as_array()) {
      const auto& name = row.at("group").at(by.name);
      const std::string group = name.is_null() ? std::string() : std::string(name.as_string());
      const auto cases = ask(node::answer_metric_explain, {{"group_by", by.name}, {"group", group}}, asked);
      expect_same(reading.bundle, metric, row.as_object(), cases, asked, seen);
    }
  }
}

TEST(Explain, RowsAddUpToTheFigure) {
  const auto bundle = definition::load_office("example");
  Histories source(bundle, seed_of_explained(), {2, 40, 15, 40});
  std::vector<Delivery> events;
  for (int n = 0; n < 24; ++n) {
    const auto some = as_recorded(source.next());
    events.insert(events.end(), some.begin(), some.end());
  }
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.recorded < b.recorded; });
  StoreFixture live(bundle, events.front().recorded);
  const Instant first = events.front().recorded;
  for (const auto& event : events) {
    live.set_now(std::max(live.now(), event.recorded) + 1);
    live.offer(event.json);
  }
  const Instant now = live.now() + 200LL * 24 * 3'600'000;  // what runs then is due
  local::ProjectionsStore store(live.take_projections());
  partition::RecordSealer sealer("test-ledger", live.keys());
  const node::Reading reading{*bundle, store, live, live.books(), sealer, now};
  walk::Random random(seed_of_explained());
  Seen seen;
  for (int round = 0; round < 6; ++round) {
    const Instant then = random.between(first, now);
    Asked when;
    if (round % 3 != 0) {
      const Instant at = random.between(then, now);
      when.emplace_back("at", round % 3 == 1 ? model::format_instant(at) : model::format_date(bundle->zone.local_day(at)));
    }
    for (const auto kind : {node::PeriodKind::kMonth, node::PeriodKind::kYear}) {
      auto asked = when;
      asked.emplace_back("period", node::period_of(kind, bundle->zone.local_day(then)).name);
      for (const auto& metric : bundle->metrics) {
        if (metric.measure != Measure::kCombine) check_metric(reading, metric, asked, seen);
      }
    }
  }
  std::cout << "seed " << seed_of_explained() << ": " << seen.figures << " figures, " << seen.filled << " with rows; parts " << seen.parts
            << ", " << seen.parts_not_in << " not in the numerator, " << seen.several << " with several of one case; excluded "
            << seen.excluded << "\n";
  EXPECT_GT(seen.filled, seen.figures / 8);
  EXPECT_GT(seen.parts_not_in, 0U);
  EXPECT_GT(seen.several, 0U);
  EXPECT_GT(seen.excluded, 0U);
}

}  // namespace
}  // namespace docket::testing
