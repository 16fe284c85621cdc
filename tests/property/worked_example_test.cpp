// The worked example of domain.md 3.4: its figures, in the order written and in 100 others with duplicates, live and replayed.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/engine_fixture.h"
#include "tests/support/worked_example.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {
namespace {

struct Want {
  const char* metric;
  std::int64_t numerator;
  std::int64_t denominator;
};

const model::Day kMarch = model::day_from_date({2017, 3, 1});
const model::Day kApril = model::day_from_date({2017, 4, 1});
const model::Day kCutOff = model::day_from_date({2017, 4, 10});

// The cut-off, the end of 2017-04-10. Weights are thousandths.
const std::vector<Want> kFirst{
    {"hotline.completion_rate", 4, 4},    {"hotline.on_time_rate", 3, 4},       {"hotline.on_time_rate.original_due", 3, 5},
    {"hotline.response_rate", 3, 4},      {"hotline.satisfaction.v1", 2000, 3}, {"hotline.satisfaction.v2", 1000, 3},
    {"hotline.satisfaction.v3", 1800, 3}, {"hotline.satisfaction.v4", 1000, 4}, {"hotline.first_round_satisfaction", 2000, 3},
    {"hotline.redo_rate", 1, 4},          {"hotline.resolved_rate", 2000, 3},   {"hotline.sign_on_time_rate", 4, 5}};
// After T6's late rating.
const std::vector<Want> kRestated{
    {"hotline.completion_rate", 4, 4},    {"hotline.on_time_rate", 3, 4},       {"hotline.response_rate", 3, 4},
    {"hotline.satisfaction.v1", 3000, 3}, {"hotline.satisfaction.v2", 2000, 3}, {"hotline.satisfaction.v3", 2800, 3},
    {"hotline.satisfaction.v4", 2000, 4}, {"hotline.resolved_rate", 3000, 3},   {"hotline.first_round_satisfaction", 2000, 3}};

void expect_figures(const MemoryProjections& projections, const std::vector<Want>& wants, const std::string& when) {
  for (const auto& want : wants) {
    EXPECT_EQ(projections.sum(want.metric, measure::kNumerator, kMarch, kApril), want.numerator) << want.metric << " " << when;
    EXPECT_EQ(projections.sum(want.metric, measure::kDenominator, kMarch, kApril), want.denominator) << want.metric << " " << when;
  }
}

TEST(WorkedExample, FiguresAtTheCutOffAndRestated) {
  EngineFixture engine(definition::load_office("example"));
  for (const auto& event : worked_example()) {
    if (event.late) continue;
    const auto outcome = engine.offer(event.json);
    EXPECT_EQ(outcome.kind, partition::EventOutcome::Kind::kAccepted) << event.json << " " << outcome.refusal.detail;
  }
  expect_figures(engine.projections, kFirst, "at the cut-off");
  EXPECT_EQ(engine.projections.sum("hotline.flow_completion_rate", measure::kNumeratorByMonth, kMarch, kApril), 3);
  EXPECT_EQ(engine.projections.sum("hotline.flow_completion_rate", measure::kDenominator, kMarch, kApril), 5);
  const auto overdue = [&](int day) {
    return engine.projections.sum("hotline.overdue_open", measure::kNumerator, 0, model::day_from_date({2017, 3, day}) + 1);
  };
  EXPECT_EQ(overdue(13), 0);
  EXPECT_EQ(overdue(14), 1);
  EXPECT_EQ(overdue(16), 0);
  for (const auto& event : worked_example()) {
    if (!event.late) continue;
    EXPECT_EQ(engine.offer(event.json).kind, partition::EventOutcome::Kind::kAccepted) << event.json;
  }
  expect_figures(engine.projections, kRestated, "restated");
  for (const auto& want : kFirst) {  // what had happened by 04-10 is still what it was
    EXPECT_EQ(engine.projections.sum_at(want.metric, measure::kNumerator, kMarch, kApril, kCutOff), want.numerator) << want.metric;
  }
}

TEST(WorkedExample, AnyOrderOfDeliveryEndsInOneState) {
  auto events = worked_example();
  EngineFixture straight(definition::load_office("example"));
  for (const auto& event : events) straight.offer(event.json);
  std::erase_if(straight.projections.by_occurred, [](const auto& row) { return row.second == 0; });
  const auto bundle = definition::load_office("example");
  for (unsigned seed = 0; seed < 100; ++seed) {
    auto order = events;
    for (std::size_t i = 0; i < events.size(); i += 3) order.push_back(events[i]);
    std::mt19937 random(seed);
    std::shuffle(order.begin(), order.end(), random);
    EngineFixture engine(bundle);
    for (const auto& event : order) engine.offer(event.json);
    ASSERT_EQ(engine.loop().parked(), 0U) << "seed " << seed;
    expect_figures(engine.projections, kRestated, "seed " + std::to_string(seed));
    for (const auto& [id, state] : straight.projections.cases) {
      ASSERT_TRUE(engine.projections.cases.contains(id)) << id << " seed " << seed;
      const auto& other = *engine.projections.cases.at(id);
      EXPECT_EQ(other.scope, state->scope) << id << " seed " << seed;
      EXPECT_EQ(other.parts, state->parts) << id << " seed " << seed;
      EXPECT_EQ(other.links, state->links) << id << " seed " << seed;
      EXPECT_EQ(other.version, state->version) << id << " seed " << seed;
      EXPECT_EQ(other.round, state->round) << id << " seed " << seed;
    }
    const auto replayed = engine.replay();
    EXPECT_EQ(replayed->position, engine.projections.position) << "seed " << seed;
    for (const auto& [id, state] : engine.projections.cases) EXPECT_EQ(*replayed->cases.at(id), *state) << id << " replay, seed " << seed;
    std::erase_if(engine.projections.by_occurred, [](const auto& row) { return row.second == 0; });
    std::erase_if(replayed->by_occurred, [](const auto& row) { return row.second == 0; });
    EXPECT_EQ(replayed->by_occurred, engine.projections.by_occurred) << "replay, seed " << seed;
    // Every metric by every dimension, at every day: so also the figures of the cut-off.
    EXPECT_EQ(engine.projections.by_occurred, straight.projections.by_occurred) << "seed " << seed;
    for (const auto& want : kFirst)
      EXPECT_EQ(engine.projections.sum_at(want.metric, measure::kNumerator, kMarch, kApril, kCutOff), want.numerator) << want.metric;
    EXPECT_EQ(replayed->parked_rows.size(), 0U);
  }
}

}  // namespace
}  // namespace docket::testing
