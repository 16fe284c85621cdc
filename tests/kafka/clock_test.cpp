// Goal: a node whose clock is far from the brokers' writes nothing, says why, and goes on by itself when the clock is right; a slow answer
// is taken for no difference. Method: the measurement over numbers; the real worker with a fake clock over librdkafka's mock cluster.
#include "connectors/kafka/broker_clock.h"

#include <thread>

#include "tests/kafka/mock_cluster.h"
#include "tests/support/running_worker.h"

namespace docket::testing {
namespace {

using kafka::BrokerClock;

constexpr model::Instant kNoon = 1'490'000'000'000;  // the broker's clock when the steady one shows 0

TEST(BrokerClock, ADifferenceIsWhatTheWayThereAndBackCannotExplain) {
  struct Reading {
    std::int64_t way_ms;    // there, and the same back
    std::int64_t ahead_ms;  // the node's clock
    bool warns;
    bool may_own;
  };
  for (const Reading& row :
       {Reading{1, 0, false, true}, Reading{1, 900, false, true}, Reading{1, 1'100, true, true}, Reading{1, -1'100, true, true},
        Reading{1, 4'900, true, true}, Reading{1, 5'100, true, false}, Reading{1, -5'100, true, false},
        // An answer that took 20 s shows no more than that.
        Reading{10'000, 4'900, false, true}, Reading{10'000, 9'900, false, true}, Reading{10'000, 16'000, true, false},
        Reading{10'000, -16'000, true, false}}) {
    BrokerClock clock;
    clock.take(1, kNoon + row.way_ms, 0, 2 * row.way_ms);
    const auto standing = clock.standing(kNoon + 2 * row.way_ms + row.ahead_ms, 2 * row.way_ms);
    EXPECT_EQ(standing.warns, row.warns) << row.way_ms << " " << row.ahead_ms << ": " << standing.detail;
    EXPECT_EQ(standing.may_own, row.may_own) << row.way_ms << " " << row.ahead_ms << ": " << standing.detail;
    EXPECT_EQ(standing.detail.empty(), !row.warns);
  }
}

TEST(BrokerClock, SaysWhichWayAndHowFar) {
  BrokerClock clock;
  clock.take(7, kNoon, 0, 0);
  EXPECT_EQ(clock.standing(kNoon + 6'250, 0).detail.find("this node's clock is 6.2 s ahead of that of broker 7"), 0U);
  EXPECT_EQ(clock.standing(kNoon - 1'500, 0).detail.find("this node's clock is 1.5 s behind that of broker 7"), 0U);
}

TEST(BrokerClock, AJumpShowsAtOnceAndSoDoesItsEnd) {
  BrokerClock clock;
  EXPECT_FALSE(clock.standing(kNoon, 0).measured);
  EXPECT_TRUE(clock.standing(kNoon, 0).may_own);
  clock.take(1, kNoon, 0, 2);
  EXPECT_TRUE(clock.standing(kNoon + 60'000, 60'000).may_own) << "a minute passed on both";
  EXPECT_FALSE(clock.standing(kNoon + 60'000 + 3'600'000, 60'000).may_own);
  EXPECT_TRUE(clock.standing(kNoon + 61'000, 61'000).may_own) << "nothing had to be measured for that";
}

TEST(BrokerClock, ALaterMeasurementMakesItFinerOrTakesItsPlace) {
  BrokerClock clock;
  clock.take(1, kNoon + 10'000, 0, 20'000);
  EXPECT_TRUE(clock.standing(kNoon + 20'000 + 7'000, 20'000).may_own) << "not known that well yet";
  clock.take(1, kNoon + 30'001, 30'000, 30'002);
  EXPECT_FALSE(clock.standing(kNoon + 30'002 + 7'000, 30'002).may_own);
  clock.take(1, kNoon + 50'000, 40'000, 60'000);
  EXPECT_FALSE(clock.standing(kNoon + 60'000 + 7'000, 60'000).may_own) << "a slow answer makes it no coarser";
  clock.take(1, kNoon + 70'001 + 7'000, 70'000, 70'002);  // the broker's clock was set
  EXPECT_TRUE(clock.standing(kNoon + 70'002 + 7'000, 70'002).may_own);
  EXPECT_FALSE(clock.standing(kNoon + 70'002, 70'002).may_own);
}

TEST(BrokerClock, OneBrokerThatIsWrongAloneIsToldAndStopsNobody) {
  BrokerClock clock;
  clock.take(1, kNoon, 0, 2);
  clock.take(2, kNoon + 60'000, 0, 2);
  const auto right = clock.standing(kNoon, 0);
  EXPECT_TRUE(right.warns);
  EXPECT_TRUE(right.may_own);
  EXPECT_NE(right.detail.find("broker 2"), std::string::npos) << right.detail;
  EXPECT_FALSE(clock.standing(kNoon - 30'000, 0).may_own);
}

// The fake clock is the worker's; the brokers' is measured by nothing but its own blocks, if the mock gives them times.
TEST(ClockRule, AWorkerWritesNothingWhileItsClockIsWrong) {
  MockCluster cluster(kPartitions);
  for (int i = 0; i < kPartitions; ++i) cluster.write_genesis(i, simulation::small_office().bundle->id);
  BrokerClock clock;
  clock.take(1, simulation::kClockStart, 0, 0);
  RunningWorker running(std::make_unique<kafka::KafkaLedger>(cluster.options()),
                        [&](model::Instant now) { return clock.standing(now, 0).may_own; });
  const auto owned = [&](int count) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (running.worker->health().owned != count && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    return running.worker->health().owned == count;
  };
  for (int partition = 0; partition < kPartitions; ++partition) running.offer(partition, 0);
  ASSERT_TRUE(running.answered());
  ASSERT_TRUE(owned(kPartitions));
  running.set_clock(simulation::kClockStart + 5'100);
  ASSERT_TRUE(owned(0));
  std::vector<std::size_t> before;
  for (int i = 0; i < kPartitions; ++i) before.push_back(cluster.all(i).size());
  partition::Offer offer;
  offer.events.push_back(simulation::small_office().ingest->parse(worker_event(0, 1)));
  EXPECT_FALSE(running.worker->offer(0, std::move(offer))) << "503: nothing was written";
  running.set_clock(simulation::kClockStart + 3'600'000);
  EXPECT_EQ(running.worker->health().owned, 0);
  for (int i = 0; i < kPartitions; ++i) EXPECT_EQ(cluster.all(i).size(), before[static_cast<std::size_t>(i)]) << "partition " << i;
  running.set_clock(simulation::kClockStart + 4'000);
  ASSERT_TRUE(owned(kPartitions)) << "by itself";
  for (int partition = 0; partition < kPartitions; ++partition) running.offer(partition, 1);
  ASSERT_TRUE(running.answered());
  running.worker->stop();
  EXPECT_EQ(running.accepted(), 2U * kPartitions);
}

TEST(ClockRule, AWorkerThatStartsWithAWrongClockOwnsNothing) {
  MockCluster cluster(kPartitions);
  for (int i = 0; i < kPartitions; ++i) cluster.write_genesis(i, simulation::small_office().bundle->id);
  std::atomic<bool> right{false};
  RunningWorker running(std::make_unique<kafka::KafkaLedger>(cluster.options()), [&](model::Instant) { return right.load(); });
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (running.worker->health().caught_up != kPartitions && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_EQ(running.worker->health().caught_up, kPartitions) << "what is there is read";
  EXPECT_EQ(running.worker->health().owned, 0);
  for (int i = 0; i < kPartitions; ++i) EXPECT_EQ(cluster.all(i).size(), 1U) << "no block but the genesis";
  right = true;
  while (running.worker->health().owned != kPartitions && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_EQ(running.worker->health().owned, kPartitions);
  running.worker->stop();
}

}  // namespace
}  // namespace docket::testing
