// Goal: a head that the loop was given stands in its chain once, whatever the broker answers, and whoever reads the chain passes over it.
// Method: the real loop over librdkafka's mock cluster.
#include "tests/kafka/mock_node.h"

namespace docket::testing {
namespace {

class Heads : public ::testing::Test {
 protected:
  void SetUp() override { cluster_.write_genesis(0, simulation::small_office().bundle->id); }
  // The bodies of the chain's head records.
  [[nodiscard]] std::vector<std::string> heads() const {
    std::vector<std::string> out;
    ledger::ChainWalk walk(0);
    for (const auto& stored : cluster_.all(0)) {
      ledger::Block block;
      EXPECT_TRUE(walk.take(stored, &block).ok());
      for (const auto& record : block.records) {
        if (record.kind == ledger::RecordKind::kHead) out.push_back(record.body);
      }
    }
    return out;
  }
  MockCluster cluster_{1};
};

TEST_F(Heads, OneStandsInTheNextBlockWithWhatElseIsJudged) {
  MockNode node(cluster_);
  const auto blocks = cluster_.all(0).size();
  node.loop->add_head(R"({"n":1})");
  node.offer(MockNode::event("C", 0));
  node.go_on();
  EXPECT_EQ(heads(), std::vector<std::string>{R"({"n":1})"});
  EXPECT_EQ(cluster_.all(0).size(), blocks + 1);
  node.go_on();
  EXPECT_EQ(heads().size(), 1U);
  MockNode next(cluster_);
  EXPECT_EQ(next.live.find(0, "C")->version, node.live.find(0, "C")->version);
}

TEST_F(Heads, ANewerOneTakesThePlaceOfOneThatHasNotGoneOut) {
  MockNode node(cluster_);
  node.loop->add_head(R"({"n":1})");
  node.loop->add_head(R"({"n":2})");
  node.go_on();
  EXPECT_EQ(heads(), std::vector<std::string>{R"({"n":2})"});
}

TEST_F(Heads, AfterAFreezeItIsWrittenAgainAndCountsOnce) {
  MockNode node(cluster_);
  cluster_.plan({RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  const auto freezes = node.loop->freezes();
  node.loop->add_head(R"({"n":1})");
  node.turn();
  node.loop->add_head(R"({"n":2})");
  node.go_on();
  EXPECT_GT(node.loop->freezes(), freezes);
  EXPECT_EQ(heads(), std::vector<std::string>{R"({"n":2})"}) << "the newest";
}

TEST_F(Heads, WhileAnotherOwnsTheNewestWaits) {
  MockNode node(cluster_);
  node.loop->disown();
  node.loop->add_head(R"({"n":1})");
  node.loop->add_head(R"({"n":2})");
  EXPECT_EQ(node.turn(), 0U);
  node.loop->own();
  node.go_on();
  EXPECT_EQ(heads(), std::vector<std::string>{R"({"n":2})"});
}

}  // namespace
}  // namespace docket::testing
