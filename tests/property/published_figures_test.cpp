// Three cities' published numerators and denominators (section 3.1 of the office rules), made again by the engine from as many tickets: the
// formulas are ours, the figures theirs.
#include <gtest/gtest.h>

#include "connectors/cli/percent.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/hotline.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {
namespace {

// Tickets of one kind of life: (event, time, data).
struct Life {
  std::string event;
  std::string time;  // +08:00
  std::string data{};
};

class PublishedFigures : public ::testing::Test {
 protected:
  void add(int tickets, const std::vector<Life>& life) {
    std::vector<std::string> events;
    for (int i = 0; i < tickets; ++i) {
      const std::string id = "P" + std::to_string(++tickets_);
      int n = 0;
      for (const auto& step : life) events.push_back(hotline(id, ++n, step.event, step.time + ":00+08:00", step.data));
      if (events.size() < 500 && i + 1 < tickets) continue;
      for (const auto& outcome : engine.offer(events)) {
        ASSERT_EQ(outcome.kind, partition::EventOutcome::Kind::kAccepted) << outcome.refusal.detail;
      }
      events.clear();
    }
  }
  std::string rate(const char* metric, std::int64_t numerator, std::int64_t denominator, model::Date month, std::int64_t unit = 1,
                   std::uint16_t series = measure::kNumerator) {
    const auto from = model::day_from_date(month);
    const auto to = model::day_from_date({month.year, month.month + 1, 1});
    EXPECT_EQ(engine.projections.sum(metric, series, from, to), numerator * unit) << metric;
    EXPECT_EQ(engine.projections.sum(metric, measure::kDenominator, from, to), denominator) << metric;
    return cli::percent(numerator, denominator);
  }
  EngineFixture engine{definition::load_office("example")};

 private:
  int tickets_ = 0;
};

const std::vector<Life> kOpen{{"created", "2021-03-25T09:00"}, {"dispatched", "2021-03-25T10:00"}};
std::vector<Life> done(std::vector<Life> life, const std::string& reply, const std::string& concluded) {
  life.push_back({"signed", "2021-03-25T11:00"});
  life.push_back({"result_replied", reply});
  life.push_back({"concluded", concluded});
  return life;
}

// Huaibei 2021-03: 1,715 of 2,274 dispatched in the month, those not yet due among them.
TEST_F(PublishedFigures, CompletionOfWhatWasDispatchedInTheMonth) {
  add(1715, done(kOpen, "2021-03-29T09:00", "2021-03-31T23:59"));
  add(500, kOpen);
  add(59, done(kOpen, "2021-03-31T09:00", "2021-04-01T00:00"));  // a minute after the month: not by its end
  EXPECT_EQ(rate("hotline.flow_completion_rate", 1715, 2274, {2021, 3, 1}, 1, measure::kNumeratorByMonth), "75.42 %");
  // Over what was due in March nothing stands yet: all are due 04-01.
  rate("hotline.completion_rate", 0, 0, {2021, 3, 1});
  EXPECT_EQ(rate("hotline.completion_rate", 1774, 2274, {2021, 4, 1}), "78.01 %");
}

// Ningguo 2022-04: 597 of 601 in time while the completion rate is 100 %: late closure still counts as closed.
TEST_F(PublishedFigures, LateClosureStillCountsAsClosed) {
  add(597, done(kOpen, "2021-04-01T23:59", "2021-04-02T09:00"));
  add(4, done(kOpen, "2021-04-02T00:00", "2021-04-02T09:00"));
  EXPECT_EQ(rate("hotline.on_time_rate", 597, 601, {2021, 4, 1}), "99.33 %");
  EXPECT_EQ(rate("hotline.completion_rate", 601, 601, {2021, 4, 1}), "100.00 %");
}

// Yueyang 2017Q2: 2,617 of 2,713 called back; not comparable with a rate over valid ratings only.
TEST_F(PublishedFigures, SatisfactionOfAllCalledBackOrOfTheRatedOnly) {
  auto called = done(kOpen, "2021-03-29T09:00", "2021-03-29T10:00");
  called.push_back({"callback_attempted", "2021-03-30T10:00"});
  auto rated = called;
  rated.push_back({"rated", "2021-03-30T10:01"});
  called.back().data = R"({"outcome":"no_answer"})";
  add(2617, rated);
  add(96, called);
  EXPECT_EQ(rate("hotline.satisfaction.v4", 2617, 2713, {2021, 3, 1}, 1000), "96.46 %");
  EXPECT_EQ(rate("hotline.satisfaction.v1", 2617, 2617, {2021, 3, 1}, 1000), "100.00 %");
  EXPECT_EQ(rate("hotline.response_rate", 2617, 2713, {2021, 3, 1}), "96.46 %");
}

// The bulletin's whole per cents are those of 87, 70 and 39, not of 99, 77 and 41.
TEST(PublishedFractions, RoundHalfUp) {
  EXPECT_EQ(cli::percent(8, 87), "9.20 %");
  EXPECT_EQ(cli::percent(6, 70), "8.57 %");
  EXPECT_EQ(cli::percent(5, 39), "12.82 %");
  EXPECT_EQ(cli::percent(1, 3), "33.33 %");
  EXPECT_EQ(cli::percent(1, 32), "3.13 %");  // 3.125 exactly: half up
}

}  // namespace
}  // namespace docket::testing
