// Goal: nobody is told what isn't so, and everybody is told something: the moments between judged and valid, one by one. Each was a
// defect that the seeds found, or would be one.
#include "tests/simulation/one_node.h"

namespace docket::simulation {
namespace {

using ledger::Fate;

TEST(Told, ADryRunThatFillsABlockWritesNothing) {
  OneNode node;
  const std::string text(60'000, 'x');
  std::vector<std::string> events;
  for (int i = 0; i < 12; ++i) {
    ScriptStep step{"made", 0, R"({"number":"n","matter":"water","text":"t","extra":")" + text + R"("})"};
    events.push_back(small_office().event("D" + std::to_string(i), "D" + std::to_string(i) + "-0", step));
  }
  const auto before = node.cluster.log_end(0);
  const auto call = node.offer(events, [](partition::Offer& offer) { offer.dry_run = true; });
  EXPECT_EQ(node.turn(), 0U);
  EXPECT_EQ(node.told(call).substr(0, 17), "accepted accepted");
  EXPECT_EQ(node.cluster.log_end(0), before);
  const auto after = node.offer({node.event("C", 0)});
  node.go_on();
  EXPECT_EQ(node.told(after), "accepted");
  EXPECT_EQ(node.accepted(), std::vector<std::string>{"C-0"});
}

TEST(Told, ADryRunWaitsForWhatItRestsOn) {
  OneNode node;
  node.cluster.plan({Fate::kRefused});
  const auto real = node.offer({node.event("C", 0)});
  const auto again = node.offer({node.event("C", 0, R"(,"traceparent":"x")")}, [](partition::Offer& offer) { offer.dry_run = true; });
  const auto next = node.offer({node.event("C", 1)}, [](partition::Offer& offer) { offer.dry_run = true; });
  node.turn();
  EXPECT_EQ(node.told(again), "nothing yet") << "a duplicate of what isn't valid";
  EXPECT_EQ(node.told(next), "nothing yet") << "legal only because of what isn't valid";
  node.go_on();
  EXPECT_EQ(node.told(real), "accepted");
  EXPECT_EQ(node.told(again), "duplicate");
  EXPECT_EQ(node.told(next), "accepted");
  EXPECT_EQ(node.accepted(), std::vector<std::string>{"C-0"});
}

TEST(Told, ADuplicateComesWithTheVersionOfValidState) {
  OneNode node;
  node.offer({node.event("C", 0)});
  node.go_on();
  node.offer({node.event("C", 1)});
  node.turn();  // under way
  const auto again = node.offer({node.event("C", 0)});
  node.turn();
  ASSERT_EQ(node.told(again), "duplicate");
  EXPECT_EQ(node.outcome(again).case_version, 1U);
}

TEST(Told, ARevisionBeyondWhatTheOwnerHoldsIsDeniedBehindABarrier) {
  OneNode node;
  const auto ahead = node.offer({node.event("C", 0)}, [](partition::Offer& offer) { offer.expected_revision = 3; });
  node.turn();
  EXPECT_EQ(node.told(ahead), "nothing yet") << "perhaps it is this owner that is behind";
  node.go_on();
  EXPECT_EQ(node.told(ahead), "version-conflict");
  node.offer({node.event("C", 0)});
  node.go_on();
  const auto behind = node.offer({node.event("C", 1)}, [](partition::Offer& offer) { offer.expected_revision = 0; });
  node.turn();
  EXPECT_EQ(node.told(behind), "version-conflict") << "a newer revision is a fact";
}

TEST(Told, WhoseDeadlinePassesIsAnsweredWhileTheLoopSettles) {
  OneNode node;
  node.loop->freeze();
  const auto call = node.offer({node.event("C", 0)}, [&](partition::Offer& offer) { offer.deadline = node.now + 1'000; });
  node.turn();
  EXPECT_EQ(node.told(call), "nothing yet");
  node.now += 1'001;
  node.turn();
  EXPECT_EQ(node.told(call), "outcome-unknown");
  node.go_on();
  EXPECT_TRUE(node.accepted().empty()) << "never judged";
}

TEST(Told, AFullDiskDeniesNothingThatIsUnderWay) {
  OneNode node;
  const auto written = node.offer({node.event("C", 0)});
  node.turn();
  node.cluster.set_full(true);
  const auto refused = node.offer({node.event("D", 0)});
  node.turn();
  for (const auto& report : node.port->poll()) node.loop->report(report);
  EXPECT_EQ(node.told(written), "nothing yet");
  EXPECT_EQ(node.told(refused), "overloaded");
  node.cluster.set_full(false);
  node.go_on();
  EXPECT_EQ(node.told(written), "duplicate");
  EXPECT_EQ(node.accepted(), std::vector<std::string>{"C-0"});
}

TEST(Told, NoMoreBlocksAreUnderWayThanAllowed) {
  OneNode node(2);
  const std::string text(60'000, 'x');
  std::vector<std::string> events;
  for (int i = 0; i < 30; ++i) {
    ScriptStep step{"made", 0, R"({"number":"n","matter":"water","text":"t","extra":")" + text + R"("})"};
    events.push_back(small_office().event("D" + std::to_string(i), "D" + std::to_string(i) + "-0", step));
  }
  const auto call = node.offer(events);
  EXPECT_EQ(node.turn(), 2U);
  EXPECT_EQ(node.turn(), 0U);
  node.land();
  EXPECT_EQ(node.turn(), 2U);
  EXPECT_EQ(node.told(call), "nothing yet");
  node.go_on();
  EXPECT_EQ(node.accepted().size(), events.size());
}

// A strong read is told when a block is valid that was produced after it came; all of a turn share one.
TEST(Told, BarriersRestOnABlockOfTheirTurn) {
  OneNode node;
  const auto barrier = [](partition::Offer& offer) { offer.barrier = true; };
  const auto before = node.cluster.committed(0).size();
  const auto first = node.offer({}, barrier);
  const auto second = node.offer({}, barrier);
  EXPECT_EQ(node.turn(), 1U) << "one for both";
  EXPECT_EQ(node.told(first), "nothing yet");
  const auto third = node.offer({}, barrier);  // never on one in flight
  node.land();
  EXPECT_EQ(node.told(first), "accepted");
  EXPECT_EQ(node.told(second), "accepted");
  EXPECT_EQ(node.told(third), "nothing yet");
  const auto event = node.offer({node.event("C", 0)});
  EXPECT_EQ(node.turn(), 1U) << "the event's block serves";
  node.land();
  EXPECT_EQ(node.told(third), "accepted");
  EXPECT_EQ(node.told(event), "accepted");
  EXPECT_EQ(node.cluster.committed(0).size(), before + 2);
  // Its report is lost: it settles, and the next block tells.
  node.cluster.plan({Fate::kReportLost});
  const auto lost = node.offer({}, barrier);
  node.turn();
  node.land();
  EXPECT_EQ(node.told(lost), "nothing yet");
  node.go_on();
  EXPECT_EQ(node.told(lost), "accepted");
}

// It believes that it owns, and doesn't: a strong read is not told from what it has.
TEST(Told, ABarrierFindsOutThatAnotherOwns) {
  OneNode node;
  ledger::Block block;
  block.height = node.live.position.height;
  block.previous = ledger::hash_text(ledger::block_hash(node.cluster.committed(0).back().value));
  block.term = 2;
  block.recorded = node.now;
  block.bundle = small_office().bundle->id;
  ledger::Record record;
  record.kind = ledger::RecordKind::kOwnerChanged;
  record.body = R"({"term":2,"node":"other","process":"2","counter":1})";
  block.records.push_back(record);
  node.cluster.write(0, ledger::encode_block(block));
  const auto call = node.offer({}, [](partition::Offer& offer) { offer.barrier = true; });
  EXPECT_EQ(node.turn(), 1U);
  node.land();
  node.loop->read_done(*node.port->read(0, *node.loop->wants_read(), 1 << 20U));
  EXPECT_EQ(node.told(call), "outcome-unknown");
  EXPECT_TRUE(node.loop->displaced());
}

TEST(Told, WithoutAKeyNothingIsWrittenAndNothingRejected) {
  OneNode node;
  node.keys.failing = true;
  const auto call = node.offer({node.event("C", 0)});
  EXPECT_EQ(node.turn(), 0U);
  EXPECT_EQ(node.told(call), "overloaded");
  node.keys.failing = false;
  node.go_on();
  EXPECT_TRUE(node.accepted().empty());
}

TEST(Told, AStoppedLoopTakesNoRequest) {
  OneNode node;
  ledger::Block block;
  block.height = node.live.position.height;
  block.previous = ledger::hash_text(ledger::block_hash(node.cluster.committed(0).back().value));
  block.term = 2;
  block.recorded = node.now;
  block.bundle = small_office().bundle->id;
  ledger::Record record;
  record.kind = ledger::RecordKind::kOwnerChanged;
  record.body = R"({"term":2,"node":"other","process":"2","counter":1})";
  block.records.push_back(record);
  node.cluster.write(0, ledger::encode_block(block));
  const auto call = node.offer({node.event("C", 0)});
  node.turn();
  node.land();  // void: it lies behind another owner's block
  node.loop->read_done(*node.port->read(0, *node.loop->wants_read(), 1 << 20U));
  EXPECT_EQ(node.loop->mode(), partition::PartitionLoop::Mode::kStopped);
  EXPECT_EQ(node.told(call), "outcome-unknown");
  partition::Offer late;
  late.events.push_back(small_office().ingest->parse(node.event("C", 1)));
  EXPECT_FALSE(node.loop->offer(std::move(late)));
}

TEST(Told, AClockThatIsSetBackDelaysNoSettling) {
  OneNode node;
  node.cluster.plan({Fate::kReportLost});
  const auto call = node.offer({node.event("C", 0)});
  node.turn();
  node.land();
  node.now -= 3'600'000;
  node.turn();
  node.now += 31'000;
  node.turn();
  EXPECT_EQ(node.loop->freezes(), 1U);
  node.go_on();
  EXPECT_EQ(node.told(call), "duplicate");
}

}  // namespace
}  // namespace docket::simulation
