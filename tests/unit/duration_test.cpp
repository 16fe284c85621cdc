// How long it took: the buckets, the time without pauses, and what late events do to it.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/measure/duration.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/hotline.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

TEST(DurationBuckets, AreAtMostOnePercentWideAndLeaveNoGap) {
  std::int64_t end = 0;
  for (std::size_t i = 0; i + 1 < measure::bucket_count(); ++i) {
    const auto bucket = measure::bucket(i);
    ASSERT_EQ(bucket.from, end);
    ASSERT_LT(bucket.from, bucket.to);
    ASSERT_LE(bucket.to - bucket.from, std::max<std::int64_t>(36'000, bucket.from / 100)) << i;
    ASSERT_EQ(measure::bucket_of(bucket.from), i);
    ASSERT_EQ(measure::bucket_of(bucket.to - 1), i);
    end = bucket.to;
  }
  EXPECT_LE(measure::bucket_count(), measure::kBucketsMax);
  EXPECT_EQ(measure::bucket_of(-5), 0U);
  EXPECT_EQ(measure::bucket_of(INT64_MAX), measure::bucket_count() - 1);
  for (const std::int64_t hours : {1, 8, 24, 40, 168, 8760})
    EXPECT_EQ(measure::bucket(measure::bucket_of(hours * kHourMs)).from, hours * kHourMs);
  // The numbers are on disk: whoever changes the bounds changes the format.
  EXPECT_EQ(measure::bucket_count(), 1254U);
  EXPECT_EQ(measure::bucket(1000).from, 26'091'418'070);
}

TEST(DurationBuckets, RankIsTheNearest) {
  const std::vector<std::int64_t> counts{2, 0, 1, 1};
  EXPECT_EQ(measure::bucket_of_rank(counts, 1), 0U);
  EXPECT_EQ(measure::bucket_of_rank(counts, 2), 0U);
  EXPECT_EQ(measure::bucket_of_rank(counts, 3), 2U);
  EXPECT_EQ(measure::bucket_of_rank(counts, 4), 3U);
  EXPECT_EQ(measure::bucket_of_rank({}, 1), 0U);
}

class Durations : public ::testing::Test {
 protected:
  Durations() : engine(definition::load_office("example"), *model::parse_instant("2026-03-20T18:00:00+08:00")) {}

  void accept(int n, const std::string& event, const std::string& time) {
    const auto outcome = engine.offer(hotline("H1", n, event, "2026-03-" + time + ":00+08:00"));
    ASSERT_EQ(outcome.kind, partition::EventOutcome::Kind::kAccepted) << event << " " << outcome.refusal.detail;
  }
  // "count, hours, working hours", in one bucket each.
  std::string figure() {
    const auto sum = [&](std::uint16_t series) { return engine.projections.sum("hotline.handling_time", series, 0, 40'000); };
    const auto hours = [](std::int64_t ms) { return std::to_string(ms / kHourMs) + (ms % kHourMs == 0 ? "" : "."); };
    const std::int64_t plain = sum(measure::kNumerator);
    const std::int64_t working = sum(measure::kWorkingMs);
    const auto in = [&](std::uint16_t first, std::int64_t ms) { return sum(static_cast<std::uint16_t>(first + measure::bucket_of(ms))); };
    std::int64_t everywhere = 0;
    for (std::size_t b = 0; b < measure::kBucketsMax; ++b) everywhere += sum(static_cast<std::uint16_t>(measure::kBuckets + b));
    return std::to_string(sum(measure::kDenominator)) + ", " + hours(plain) + ", " + hours(working) + "; buckets " +
           std::to_string(in(measure::kBuckets, plain)) + " " + std::to_string(in(measure::kWorkingBuckets, working)) + " of " +
           std::to_string(everywhere);
  }

  EngineFixture engine;
};

// Working hours are 09:00-12:00 and 13:30-17:30. 03-07 and 03-08 2026 are a weekend.
TEST_F(Durations, APauseIsTakenOut) {
  accept(1, "created", "05T09:00");
  accept(2, "dispatched", "05T10:00");
  accept(3, "signed", "05T11:00");
  EXPECT_EQ(figure(), "0, 0, 0; buckets 0 0 of 0") << "not concluded: in no period";
  accept(4, "suspended", "05T14:30");
  accept(5, "resumed", "06T10:00");  // 19.5 hours, of them 3 + 1 working
  accept(6, "result_replied", "09T10:00");
  EXPECT_EQ(figure(), "0, 0, 0; buckets 0 0 of 0");
  accept(7, "concluded", "09T11:00");
  // 4 days, less 19.5 hours; 6 + 7 + 1 hours, less 4.
  EXPECT_EQ(figure(), "1, 76., 10; buckets 1 1 of 1");
}

TEST_F(Durations, ALateEventAndACorrectionMoveIt) {
  accept(1, "created", "05T09:00");
  accept(2, "dispatched", "05T10:00");
  accept(3, "signed", "05T11:00");
  accept(4, "result_replied", "06T10:00");
  accept(5, "concluded", "06T11:00");
  EXPECT_EQ(figure(), "1, 24, 7; buckets 1 1 of 1");
  const auto voided = engine.offer(hotline("H1", 6, "corrected", "2026-03-06T12:00:00+08:00",
                                           R"({"event":{"source":"example","id":"H1-5"},"void":true,"reason":"r","approver":"chief"})",
                                           R"(,"approvedby":"chief")"));
  ASSERT_EQ(voided.kind, partition::EventOutcome::Kind::kAccepted) << voided.refusal.detail;
  EXPECT_EQ(figure(), "0, 0, 0; buckets 0 0 of 0") << "no longer concluded";
}

}  // namespace
}  // namespace docket::testing
