// Goal: the in-memory twin keeps Kafka's promises under Kafka's faults: what was acknowledged with an offset stays there,
// one report a request, one seed one run. Method: single faults by plan, then seeds of random steps.
#include <gtest/gtest.h>

#include <map>

#include "engine/ledger/memory_ledger.h"

namespace docket::ledger {
namespace {

using Random = MemoryCluster::Random;

std::vector<std::string> values(const std::vector<Stored>& all) {
  std::vector<std::string> out;
  for (const Stored& stored : all) out.push_back(stored.value);
  return out;
}

class LedgerMemory : public ::testing::Test {
 protected:
  void send(MemoryLedger& node, std::vector<std::string> texts, int partition = 0) {
    std::vector<Appending> blocks;
    for (auto& text : texts) blocks.push_back({++token_, partition, std::move(text)});
    node.append(std::move(blocks));
  }
  Random random_{1};
  MemoryCluster cluster_{2, random_, MemoryFaults::none()};
  std::unique_ptr<MemoryLedger> node_ = cluster_.node();
  std::uint64_t token_ = 0;
};

TEST_F(LedgerMemory, AppendsInOrderAndReportsWithOffsets) {
  send(*node_, {"a", "b", "c"});
  EXPECT_TRUE(node_->poll().empty());
  cluster_.drain();
  const auto reports = node_->poll();
  ASSERT_EQ(reports.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(reports[i].ok);
    EXPECT_EQ(reports[i].token, i + 1);
    EXPECT_EQ(reports[i].offset, static_cast<Offset>(i));
  }
  EXPECT_EQ(values(cluster_.committed(0)), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(cluster_.committed(1).empty());
}

TEST_F(LedgerMemory, NothingIsReportedOrReadBeforeItIsCommitted) {
  send(*node_, {"a"});
  ASSERT_TRUE(cluster_.deliver());
  EXPECT_FALSE(cluster_.report());
  EXPECT_TRUE(node_->read(0, 0, 1000)->blocks.empty());
  while (cluster_.high_watermark(0) == 0) cluster_.commit();
  EXPECT_TRUE(cluster_.report());
  EXPECT_EQ(node_->read(0, 0, 1000)->blocks.size(), 1U);
}

TEST_F(LedgerMemory, ImmediateModeReportsAtOnce) {
  cluster_.set_immediate(true);
  send(*node_, {"a"}, 1);
  const auto reports = node_->poll();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].offset, 0);
  EXPECT_EQ(cluster_.high_watermark(1), 1);
}

TEST_F(LedgerMemory, ReadsByBytesAndGoesOnAtNext) {
  cluster_.set_immediate(true);
  send(*node_, {"aaaa", "bbbb", "cccc"});
  const auto first = node_->read(0, 0, 8);
  EXPECT_EQ(first->blocks.size(), 2U);
  EXPECT_FALSE(first->end);
  const auto rest = node_->read(0, first->next, 1);
  EXPECT_EQ(values(rest->blocks), std::vector<std::string>{"cccc"});
  EXPECT_TRUE(rest->end);
  const auto behind = node_->read(0, 99, 8);
  EXPECT_TRUE(behind->blocks.empty());
  EXPECT_EQ(behind->next, 99);
}

struct Row {
  Fate fate;
  bool lands;
  int times;
  bool reported;
  bool ok;
  bool has_offset;
};

TEST_F(LedgerMemory, EachFateOfTheSecondOfFive) {
  const std::vector<Row> table{
      {Fate::kGood, true, 1, true, true, true},
      {Fate::kLost, false, 0, false, false, false},
      {Fate::kRefused, false, 0, true, false, false},
      {Fate::kAckedWithoutOffset, true, 1, true, true, false},
      {Fate::kAppendedWithError, true, 1, true, false, false},
      {Fate::kReportLost, true, 1, false, false, false},
      {Fate::kDoubled, true, 2, true, true, true},
  };
  for (const Row& row : table) {
    MemoryCluster cluster(1, random_, MemoryFaults::none());
    const auto node = cluster.node();
    cluster.plan({Fate::kGood, row.fate, Fate::kGood, Fate::kGood, Fate::kGood});
    std::vector<Appending> blocks;
    for (std::uint64_t i = 0; i < 5; ++i) blocks.push_back({i, 0, std::to_string(i)});
    node->append(std::move(blocks));
    while (cluster.deliver()) {
    }
    cluster.drain();
    int landed = 0;
    for (const auto& stored : cluster.committed(0)) landed += stored.value == "1" ? 1 : 0;
    EXPECT_EQ(landed, row.times);
    const auto reports = node->poll();
    EXPECT_EQ(reports.size(), row.reported ? 5U : 4U);
    for (const Report& report : reports) {
      EXPECT_EQ(report.ok, report.token != 1 || row.ok);
      EXPECT_EQ(report.offset.has_value(), report.token != 1 || row.has_offset);
    }
  }
}

TEST_F(LedgerMemory, RequestsOutliveTheirProducerAndItsReportsDont) {
  send(*node_, {"late"});
  node_->renew();
  send(*node_, {"new"});
  cluster_.drain();
  EXPECT_EQ(values(cluster_.committed(0)), (std::vector<std::string>{"late", "new"}));
  const auto reports = node_->poll();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].token, 2U);
}

TEST_F(LedgerMemory, RequestsOutliveACrashedNode) {
  send(*node_, {"late"});
  node_.reset();
  cluster_.drain();
  EXPECT_EQ(values(cluster_.committed(0)), std::vector<std::string>{"late"});
  EXPECT_TRUE(cluster_.idle());
}

TEST_F(LedgerMemory, AFullDiskRefusesBeforeWriting) {
  cluster_.set_full(true);
  send(*node_, {"a"});
  const auto refused = node_->poll();
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_FALSE(refused[0].ok);
  EXPECT_TRUE(refused[0].full);
  cluster_.set_full(false);
  send(*node_, {"b"});
  cluster_.drain();
  EXPECT_EQ(values(cluster_.committed(0)), std::vector<std::string>{"b"});
}

TEST_F(LedgerMemory, APausedNodeGetsItsReportsLater) {
  cluster_.set_paused(*node_, true);
  send(*node_, {"a"});
  cluster_.drain();
  EXPECT_TRUE(node_->poll().empty());
  cluster_.set_paused(*node_, false);
  cluster_.drain();
  EXPECT_EQ(node_->poll().size(), 1U);
}

TEST_F(LedgerMemory, ADeposedLeaderAnswersFromThePast) {
  send(*node_, {"a", "b"});
  cluster_.drain();
  cluster_.set_stale(*node_, 0, 1, 10);
  const auto read = node_->read(0, 0, 1000);
  EXPECT_EQ(values(read->blocks), std::vector<std::string>{"a"});
  EXPECT_TRUE(read->end);
  EXPECT_EQ(cluster_.node()->read(0, 0, 1000)->blocks.size(), 2U);
  for (int i = 0; i < 10; ++i) cluster_.step();
  EXPECT_EQ(node_->read(0, 0, 1000)->blocks.size(), 2U);
}

struct Seen {
  std::vector<std::string> log;
  int reports = 0;
  int unknown = 0;
  int out_of_order = 0;
};

// Three producers that renew now and then; every promise of the twin is checked on the way.
Seen run(std::uint64_t seed) {
  Random random(seed);
  MemoryFaults faults;
  faults.step_leader = 20;
  MemoryCluster cluster(1, random, faults);
  std::vector<std::unique_ptr<MemoryLedger>> nodes;
  for (int i = 0; i < 3; ++i) nodes.push_back(cluster.node());
  Seen seen;
  std::uint64_t token = 0;
  std::map<std::uint64_t, int> reported;
  std::map<Offset, std::string> acknowledged;
  std::uint64_t last = 0;
  std::vector<Stored> before;
  for (int step = 0; step < 3000; ++step) {
    auto& node = *nodes[random() % nodes.size()];
    if (random() % 4 == 0) {
      ++token;
      node.append({{token, 0, std::to_string(token)}});
    }
    if (random() % 200 == 0) node.renew();
    cluster.step();
    for (const Report& report : node.poll()) {
      EXPECT_EQ(++reported[report.token], 1) << "seed " << seed;
      ++seen.reports;
      seen.unknown += report.ok && report.offset ? 0 : 1;
      seen.out_of_order += report.token < last ? 1 : 0;
      last = report.token;
      if (report.ok && report.offset) acknowledged[*report.offset] = std::to_string(report.token);
    }
    const auto now = cluster.committed(0);
    EXPECT_GE(now.size(), before.size()) << "seed " << seed;
    for (std::size_t i = 0; i < before.size(); i += 1 + before.size() / 4) EXPECT_EQ(now[i].value, before[i].value) << "seed " << seed;
    before = now;
  }
  cluster.drain();
  EXPECT_TRUE(cluster.idle());
  std::map<Offset, std::string> truth;
  for (const Stored& stored : cluster.committed(0)) truth[stored.offset] = stored.value;
  for (const auto& [offset, value] : acknowledged) EXPECT_EQ(truth[offset], value) << "seed " << seed;
  seen.log = values(cluster.committed(0));
  return seen;
}

TEST(LedgerMemorySeeds, KeepWhatWasAcknowledged) {
  Seen all;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Seen seen = run(seed);
    all.reports += seen.reports;
    all.unknown += seen.unknown;
    all.out_of_order += seen.out_of_order;
  }
  EXPECT_GT(all.reports, 1000);
  EXPECT_GT(all.unknown, 100);
  EXPECT_GT(all.out_of_order, 100);
}

TEST(LedgerMemorySeeds, OneSeedIsOneRun) {
  EXPECT_EQ(run(7).log, run(7).log);
  EXPECT_NE(run(7).log, run(8).log);
}

}  // namespace
}  // namespace docket::ledger
