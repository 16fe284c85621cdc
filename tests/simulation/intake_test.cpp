// Goal: every record of an intake topic gets exactly one outcome, in the block whose cursor passes it, and none stops the partition.
// Method: one loop stepped by hand over records of each sort; what the chain says afterwards, and what a replay makes of it.
#include <boost/json.hpp>

#include "tests/simulation/compare.h"
#include "tests/simulation/one_node.h"
#include "tests/support/planted_defect.h"

namespace docket::simulation {
namespace {

using ledger::RecordKind;

const std::string kTopic = "docket.intake.sim";

class Intake : public ::testing::Test {
 protected:
  // The topic's next record.
  void publish(const std::string& text, int forwarded_to = -1) {
    const auto offset = static_cast<std::int64_t>(topic_.size());
    topic_.push_back({offset, static_cast<std::uint64_t>(offset) + 1, small_office().ingest->parse(text), forwarded_to, "accepted"});
  }
  // What lies behind the loop's cursor is taken, judged and valid.
  void judge() {
    take();
    node.go_on();
  }
  void take() {
    const auto cursor = node.loop->intake_cursor(kTopic);
    ASSERT_TRUE(cursor.has_value());
    partition::IntakeBatch batch;
    batch.topic = kTopic;
    batch.epoch = cursor->epoch;
    batch.from = cursor->offset;
    batch.events.assign(topic_.begin() + cursor->offset, topic_.end());
    ASSERT_TRUE(node.loop->take_intake(std::move(batch)));
  }
  // Of the newest block: "kind code body" of each record.
  [[nodiscard]] std::vector<std::string> newest() const {
    std::vector<std::string> out;
    for (const auto& record : newest_block().records) {
      std::string text = ledger::to_string(record.kind);
      if (record.code != model::Rejection::kNone) text += " " + std::string(model::name(record.code));
      if (!record.body.empty()) text += " " + record.body;
      out.push_back(text);
    }
    return out;
  }
  [[nodiscard]] ledger::Block newest_block() const {
    ledger::Block block;
    ledger::ChainWalk walk(0);
    for (const auto& stored : node.cluster.committed(0)) EXPECT_TRUE(walk.take(stored, &block).ok());
    return block;
  }
  [[nodiscard]] std::string cursor() const {
    const auto& cursors = node.loop->cursors();
    return cursors.empty()
               ? ""
               : std::to_string(cursors[0].epoch) + "/" + std::to_string(cursors[0].offset) + " " + std::to_string(cursors[0].digest);
  }

  OneNode node;
  std::vector<partition::IntakeEvent> topic_;
};

TEST_F(Intake, EachSortOfRecordHasItsOutcome) {
  publish(node.event("C", 0));
  publish("{\"specversion\":\"1.0\"");
  publish(node.event("C", 0));
  publish(node.event("C", 0));
  publish(node.event("C", 2));
  std::string stranger = node.event("C", 1);
  stranger.replace(stranger.find("\"source\":\"") + 10, 1, "nobody-");
  publish(stranger);
  publish(small_office().event("C", "C-0", small_office().scripts[0][0], "somebody else"));
  judge();
  const std::vector<std::string> wanted{
      R"(accepted {"topic":"docket.intake.sim","epoch":0,"offset":0})",
      R"(rejected malformed {"topic":"docket.intake.sim","epoch":0,"offset":1})",
      R"(parked not-holder {"topic":"docket.intake.sim","epoch":0,"offset":4})",
      R"(rejected forbidden {"topic":"docket.intake.sim","epoch":0,"offset":5})",
      R"(rejected identity-conflict {"topic":"docket.intake.sim","epoch":0,"offset":6})",
      R"(duplicates {"topic":"docket.intake.sim","epoch":0,"ranges":[[2,3]]})",
  };
  EXPECT_EQ(newest(), wanted);
  EXPECT_EQ(cursor(), "0/7 7");
  const auto& counts = node.loop->intake_counts();
  EXPECT_EQ(counts.accepted, 1U);
  EXPECT_EQ(counts.rejected, 3U);
  EXPECT_EQ(counts.duplicate, 2U);
  EXPECT_EQ(counts.parked, 1U);
}

// The cursor passes such a record once, with the outcome of its event; what was begun for it stands nowhere.
TEST_F(Intake, ARecordThatMeetsAnEngineDefectIsParkedAndTheOthersGoOn) {
  testing::PlantedDefect defect(small_office().bundle);
  defect.plant(small_office().kind, "assigned");
  publish(node.event("C", 0));
  publish(node.event("C", 1));
  publish(node.event("D", 0));
  judge();
  const std::vector<std::string> wanted{
      R"(accepted {"topic":"docket.intake.sim","epoch":0,"offset":0})",
      R"(quarantined {"semantics":1,"cause":"event C-1 of C: nothing to go back to"})",
      R"(parked quarantined {"topic":"docket.intake.sim","epoch":0,"offset":1})",
      R"(accepted {"topic":"docket.intake.sim","epoch":0,"offset":2})",
  };
  EXPECT_EQ(newest(), wanted);
  EXPECT_EQ(cursor(), "0/3 3");
  EXPECT_EQ(node.loop->intake_counts().accepted, 2U);
  EXPECT_EQ(node.loop->intake_counts().parked, 1U);
}

TEST_F(Intake, WhatIsKnownOfAnIdStaysWhenOtherContentComes) {
  publish(node.event("C", 0));
  publish(small_office().event("C", "C-0", small_office().scripts[0][0], "somebody else"));
  judge();
  publish(node.event("C", 0));
  judge();
  EXPECT_EQ(newest(), std::vector<std::string>{R"(duplicates {"topic":"docket.intake.sim","epoch":0,"ranges":[[2,2]]})"});
}

TEST_F(Intake, AForwardedRecordNamesItsEventAndWhereItWent) {
  publish(node.event("C", 0), 17);
  judge();
  EXPECT_EQ(newest(), std::vector<std::string>{R"(forwarded {"topic":"docket.intake.sim","epoch":0,"offset":0,"to":17,"source":")" +
                                               small_office().source + R"(","id":"C-0","outcome":"accepted"})"});
  EXPECT_TRUE(node.live.cases.empty());
}

TEST_F(Intake, ALostRangeIsARecordAndTheCursorPassesIt) {
  partition::IntakeBatch batch;
  batch.topic = kTopic;
  batch.lost_to = 12;
  ASSERT_TRUE(node.loop->take_intake(batch));
  node.go_on();
  EXPECT_EQ(newest(), std::vector<std::string>{R"(lost {"topic":"docket.intake.sim","epoch":0,"from":0,"to":12})"});
  EXPECT_EQ(cursor(), "0/12 0");
  EXPECT_EQ(node.loop->intake_counts().lost, 12U);
}

TEST_F(Intake, ANewEpochBeginsWhereItSays) {
  publish(node.event("C", 0));
  judge();
  partition::IntakeBatch batch;
  batch.topic = kTopic;
  batch.epoch = 1;
  batch.rebased = true;
  ASSERT_TRUE(node.loop->take_intake(batch));
  node.go_on();
  EXPECT_EQ(newest(), std::vector<std::string>{R"(lost {"topic":"docket.intake.sim","epoch":1,"from":0,"to":0,"rebased":true})"});
  EXPECT_EQ(cursor(), "1/0 0");
  batch.epoch = 3;
  EXPECT_FALSE(node.loop->take_intake(batch)) << "epochs rise one by one";
}

TEST_F(Intake, WhatDoesNotGoOnFromTheCursorIsNotTaken) {
  publish(node.event("C", 0));
  judge();
  partition::IntakeBatch batch;
  batch.topic = kTopic;
  batch.events = topic_;
  EXPECT_FALSE(node.loop->take_intake(batch));
  batch.from = 2;
  EXPECT_FALSE(node.loop->take_intake(batch));
}

TEST_F(Intake, AVoidBlockTakesItsCursorWithIt) {
  publish(node.event("C", 0));
  publish(node.event("C", 1));
  node.cluster.plan({ledger::Fate::kRefused});
  take();
  node.turn();
  node.go_on();  // freezes, settles
  EXPECT_EQ(cursor(), "");
  EXPECT_TRUE(node.accepted().empty());
  judge();
  EXPECT_EQ(node.accepted(), (std::vector<std::string>{"C-0", "C-1"}));
  EXPECT_EQ(cursor(), "0/2 2");
}

TEST_F(Intake, WithoutKeysNothingIsPassed) {
  publish(node.event("C", 0));
  node.keys.failing = true;
  take();
  for (int i = 0; i < 3; ++i) node.turn();
  EXPECT_EQ(cursor(), "");
  node.keys.failing = false;
  node.go_on();
  judge();
  EXPECT_EQ(node.accepted(), std::vector<std::string>{"C-0"});
}

TEST_F(Intake, ALongTopicFillsManyBlocksAndEachPassesWhatItHolds) {
  const std::string text(20'000, 'x');
  for (int i = 0; i < 60; ++i) {
    const ScriptStep step{"made", 0, R"({"number":"n","matter":"water","text":"t","extra":")" + text + R"("})"};
    publish(small_office().event("D" + std::to_string(i), "D" + std::to_string(i) + "-0", step));
  }
  judge();
  std::int64_t passed = 0;
  ledger::ChainWalk walk(0);
  for (const auto& stored : node.cluster.committed(0)) {
    ledger::Block block;
    ASSERT_TRUE(walk.take(stored, &block).ok());
    const auto accepted =
        std::count_if(block.records.begin(), block.records.end(), [](const auto& record) { return record.kind == RecordKind::kAccepted; });
    const std::int64_t to = block.next.empty() ? 0 : block.next[0].offset;
    EXPECT_EQ(to - passed, accepted) << "height " << block.height;
    passed = to;
  }
  EXPECT_EQ(passed, 60);
}

TEST_F(Intake, AReplayEndsInTheSame) {
  for (std::size_t i = 0; i < 4; ++i) publish(node.event("C", (i * 3) % 4));
  publish("no event");
  publish(small_office().event("C", "C-0", small_office().scripts[0][0], "somebody else"));
  publish(node.event("C", 1));
  publish(node.event("E", 0), 9);
  judge();
  testing::MemoryProjections replayed(small_office().bundle);
  partition::LoopOptions options;
  options.ledger_id = "sim";
  partition::PartitionLoop loop(options, *small_office().books, node.keys, replayed, replayed, replayed);
  ledger::ReadBatch batch;
  batch.blocks = node.cluster.committed(0);
  batch.next = static_cast<ledger::Offset>(batch.blocks.size());
  batch.end = true;
  loop.read_done(batch);
  EXPECT_EQ(loop.stop_reason(), "");
  EXPECT_EQ(difference(node.live, replayed), "");
  ASSERT_EQ(loop.cursors().size(), 1U);
  EXPECT_EQ(loop.cursors()[0].offset, 8);
}

}  // namespace
}  // namespace docket::simulation
