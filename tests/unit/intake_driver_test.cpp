// Goal: intake goes on exactly where the ledger says, notices a topic that is another or was cut, passes what is lost, and hands a record
// to the partition that its case lives in before it is called forwarded. Method: the real loop, stepped by hand, over a topic in memory.
#include <boost/json.hpp>

#include "connectors/node/intake_driver.h"
#include "tests/simulation/one_node.h"

namespace docket::node {
namespace {

using simulation::OneNode;
using simulation::small_office;

const std::string kTopic = "docket.intake.sim";
constexpr int kHome = 0;  // of the one loop

class Topic final : public ledger::IntakePort {
 public:
  const std::vector<std::string>& topics() const override { return names_; }
  Result<ledger::IntakeRead> read(const std::string&, int, std::int64_t from, std::size_t) override {
    ++reads;
    ledger::IntakeRead out;
    out.next = from;
    if (from < first || from > end()) return Error{ErrorCode::kNotFound, "no such offset", true};
    for (std::int64_t at = from; at < end(); ++at) out.records.push_back({at, records[static_cast<std::size_t>(at)]});
    out.next = end();
    out.end = true;
    return out;
  }
  std::optional<std::int64_t> begin(const std::string&, int) override { return first; }
  std::int64_t lag(const std::string&, int) const override { return 0; }
  void on_news(std::function<void()>) override {}
  [[nodiscard]] std::int64_t end() const { return static_cast<std::int64_t>(records.size()); }

  std::vector<std::string> records;
  std::int64_t first = 0;
  int reads = 0;

 private:
  std::vector<std::string> names_{kTopic};
};

// A case id that lives in that partition.
std::string case_of(int partition) {
  for (int i = 0;; ++i) {
    const std::string id = "C" + std::to_string(i);
    if (model::partition_of(id) == partition) return id;
  }
}

class IntakeDriverTest : public ::testing::Test {
 protected:
  IntakeDriverTest() {
    auto port = std::make_unique<Topic>();
    topic = port.get();
    driver = std::make_unique<IntakeDriver>(
        std::move(port), std::string(32, 'x'),
        [this](int partition, partition::Offer offer, const std::string& /*text*/) {
          if (refuse) return false;
          offered.emplace_back(partition, std::move(offer));
          return true;
        },
        [] {});
  }
  void publish(const std::string& case_id, std::size_t place) { topic->records.push_back(node.event(case_id, place)); }
  void go_on(int steps = 3) {
    for (int i = 0; i < steps; ++i) {
      driver->step(*node.loop, kHome, node.now);
      if (node.loop->mode() == partition::PartitionLoop::Mode::kStopped) return;
      node.go_on();
    }
  }
  // The same node after a restart: a new loop over what is in the ledger, and a new driver.
  [[nodiscard]] std::int64_t cursor() const { return node.loop->cursors().empty() ? 0 : node.loop->cursors()[0].offset; }

  OneNode node;
  Topic* topic = nullptr;
  bool refuse = false;
  std::vector<std::pair<int, partition::Offer>> offered;
  std::unique_ptr<IntakeDriver> driver;
};

TEST_F(IntakeDriverTest, ReadsOnBehindWhatIsJudged) {
  publish(case_of(kHome), 0);
  go_on();
  publish(case_of(kHome), 1);
  go_on();
  EXPECT_EQ(cursor(), 2);
  EXPECT_EQ(node.accepted().size(), 2U);
}

TEST_F(IntakeDriverTest, AfterAFreezeTheLastJudgedRecordIsReadBack) {
  publish(case_of(kHome), 0);
  go_on();
  node.loop->freeze();
  node.go_on();
  publish(case_of(kHome), 1);
  go_on();
  EXPECT_EQ(node.accepted().size(), 2U);
  node.loop->freeze();
  node.go_on();
  topic->records[1] = node.event(case_of(kHome), 2);  // another record at that offset
  driver->step(*node.loop, kHome, node.now);
  EXPECT_NE(node.loop->stop_reason().find("doesn't hold the record that was judged there"), std::string::npos) << node.loop->stop_reason();
  EXPECT_NE(node.loop->stop_reason().find("docket intake rebase " + kTopic), std::string::npos) << node.loop->stop_reason();
}

TEST_F(IntakeDriverTest, WhatExpiredBeforeJudgingIsLostAndTheRestGoesOn) {
  for (std::size_t i = 0; i < 3; ++i) publish(case_of(kHome), i);
  topic->first = 2;
  go_on();
  EXPECT_EQ(node.loop->intake_counts().lost, 2U);
  EXPECT_EQ(cursor(), 3);
}

TEST_F(IntakeDriverTest, WhatExpiredAfterJudgingIsNotLost) {
  publish(case_of(kHome), 0);
  go_on();
  node.loop->freeze();
  node.go_on();
  topic->first = 1;
  publish(case_of(kHome), 1);
  go_on();
  EXPECT_EQ(node.loop->intake_counts().lost, 0U);
  EXPECT_EQ(cursor(), 2);
}

TEST_F(IntakeDriverTest, ATopicThatEndsBelowTheCursorStopsThePartitionAfterAMinute) {
  for (std::size_t i = 0; i < 2; ++i) publish(case_of(kHome), i);
  go_on();
  ASSERT_EQ(cursor(), 2);
  node.loop->freeze();
  node.go_on();
  const auto all = topic->records;
  topic->records.clear();
  driver->step(*node.loop, kHome, node.now);
  node.now += 59'000;
  driver->step(*node.loop, kHome, node.now);
  EXPECT_EQ(node.loop->stop_reason(), "") << "it may be a deposed leader that says so";
  node.now += 2'000;
  driver->step(*node.loop, kHome, node.now);
  EXPECT_NE(node.loop->stop_reason().find("ends before offset 2"), std::string::npos) << node.loop->stop_reason();
}

TEST_F(IntakeDriverTest, OneThatComesBackInTimeGoesOn) {
  for (std::size_t i = 0; i < 2; ++i) publish(case_of(kHome), i);
  go_on();
  node.loop->freeze();
  node.go_on();
  const auto all = topic->records;
  topic->records.clear();
  driver->step(*node.loop, kHome, node.now);
  topic->records = all;
  node.now += 30'000;
  publish(case_of(kHome), 2);
  go_on();
  EXPECT_EQ(node.loop->stop_reason(), "");
  EXPECT_EQ(cursor(), 3);
}

TEST_F(IntakeDriverTest, ANewEpochBeginsWhereTheTopicBegins) {
  publish(case_of(kHome), 0);
  go_on();
  topic->records = {node.event(case_of(kHome), 1)};
  driver->rebase(kTopic);
  go_on();
  EXPECT_EQ(node.loop->cursors().at(0).epoch, 1U);
  EXPECT_EQ(cursor(), 1);
  EXPECT_EQ(node.accepted().size(), 2U);
}

TEST_F(IntakeDriverTest, AStoppedPartitionGoesOnWhenItIsRebased) {
  publish(case_of(kHome), 0);
  go_on();
  node.loop->freeze();
  node.go_on();
  topic->records = {node.event(case_of(kHome), 1), node.event(case_of(kHome), 2)};
  go_on();
  ASSERT_EQ(node.loop->mode(), partition::PartitionLoop::Mode::kStopped);
  EXPECT_TRUE(driver->halted(kHome));
  go_on();
  EXPECT_TRUE(driver->halted(kHome)) << "nobody has said that it is meant";
  driver->rebase(kTopic);
  driver->step(*node.loop, kHome, node.now);
  node.go_on();
  go_on();
  EXPECT_FALSE(driver->halted(kHome));
  EXPECT_EQ(node.loop->stop_reason(), "");
  EXPECT_EQ(node.loop->cursors().at(0).epoch, 1U);
  EXPECT_EQ(cursor(), 2);
  EXPECT_EQ(node.accepted().size(), 3U);
}

// A running node that once found the topic's end below its cursor reads the last judged record back when there is more again.
TEST_F(IntakeDriverTest, ATopicMadeAnewUnderARunningNodeIsNoticedHoweverLongItGrows) {
  for (std::size_t i = 0; i < 2; ++i) publish(case_of(kHome), i);
  go_on();
  ASSERT_EQ(cursor(), 2);
  topic->records.clear();
  driver->step(*node.loop, kHome, node.now);
  for (std::size_t i = 3; i < 6; ++i) publish(case_of(kHome), i);
  driver->step(*node.loop, kHome, node.now);
  EXPECT_NE(node.loop->stop_reason().find("doesn't hold the record that was judged there"), std::string::npos) << node.loop->stop_reason();
  EXPECT_EQ(cursor(), 2) << "nothing is passed over";
}

TEST_F(IntakeDriverTest, ARecordOfAnotherPartitionIsOfferedThereFirst) {
  const std::string there = case_of(5);
  publish(there, 0);
  publish(case_of(kHome), 0);
  driver->step(*node.loop, kHome, node.now);
  node.go_on();
  EXPECT_EQ(cursor(), 0) << "its outcome isn't known yet";
  ASSERT_EQ(offered.size(), 1U);
  EXPECT_EQ(offered[0].first, 5);
  partition::EventOutcome unknown;
  std::exchange(offered[0].second.done, {})({unknown});
  driver->step(*node.loop, kHome, node.now);
  ASSERT_EQ(offered.size(), 2U) << "nobody knows whether it is there: offered again";
  partition::EventOutcome accepted;
  accepted.kind = partition::EventOutcome::Kind::kAccepted;
  std::exchange(offered[1].second.done, {})({accepted});
  node.now += 1'000;
  go_on();
  EXPECT_EQ(cursor(), 2);
  EXPECT_EQ(node.loop->intake_counts().forwarded, 1U);
  EXPECT_EQ(node.loop->intake_counts().accepted, 1U);
}

TEST_F(IntakeDriverTest, AFullNeighbourIsAskedAgain) {
  publish(case_of(5), 0);
  refuse = true;
  driver->step(*node.loop, kHome, node.now);
  driver->step(*node.loop, kHome, node.now);
  EXPECT_TRUE(offered.empty());
  refuse = false;
  driver->step(*node.loop, kHome, node.now);
  EXPECT_TRUE(offered.empty()) << "not at once, so that two workers don't keep each other busy";
  node.now += 1'000;
  driver->step(*node.loop, kHome, node.now);
  EXPECT_EQ(offered.size(), 1U);
}

TEST_F(IntakeDriverTest, AnEventOfNobodysStaysWhereItWasFound) {
  topic->records.emplace_back("no event");
  go_on();
  EXPECT_TRUE(offered.empty());
  EXPECT_EQ(node.loop->intake_counts().rejected, 1U);
}

}  // namespace
}  // namespace docket::node
