// Goal: whatever a broker answers to one produce request of a pipeline, nothing acknowledged is lost, nothing is doubled, and the node goes
// on. Method: four events of one case under way at once over librdkafka's mock cluster; each error, at each place of the pipeline.
#include <ostream>

#include "tests/kafka/mock_node.h"

namespace docket::testing {
namespace {

constexpr std::size_t kPipeline = 4;  // the loop's blocks in flight

struct Row {
  const char* name;
  rd_kafka_resp_err_t error;
  int times = 1;  // in a row, from the place on
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

const Row kRows[] = {
    {"None", RD_KAFKA_RESP_ERR_NO_ERROR},
    // librdkafka tries these again by itself.
    {"NotEnoughReplicas", RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS},
    {"NotEnoughReplicasThrice", RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, 3},
    {"NotEnoughReplicasAfterAppend", RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND},
    {"NotLeader", RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION},
    {"LeaderNotAvailable", RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE},
    {"RequestTimedOut", RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT},
    {"NetworkException", RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION},
    {"ConnectionLost", RD_KAFKA_RESP_ERR__TRANSPORT},
    {"StorageError", RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR},
    {"CoordinatorLoading", RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS},
    // These are refusals.
    {"TooLarge", RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE},
    {"NotAuthorised", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED},
    {"ClusterNotAuthorised", RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED},
    {"InvalidTimestamp", RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP},
    {"InvalidMessage", RD_KAFKA_RESP_ERR_INVALID_MSG},
    {"PolicyViolation", RD_KAFKA_RESP_ERR_POLICY_VIOLATION},
    {"UnknownError", RD_KAFKA_RESP_ERR_UNKNOWN},
    // Success without an offset: here of a message that the broker never took.
    {"DuplicateSequence", RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER},
    // Fatal to the producer, or a new epoch of it.
    {"OutOfOrderSequence", RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER},
    {"UnknownProducer", RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID},
    {"InvalidProducerEpoch", RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH},
};

class ProduceErrors : public ::testing::TestWithParam<Row> {};

// The error at that place, counted from 0.
void try_at(MockCluster& cluster, const Row& row, std::size_t which) {
  SCOPED_TRACE("at request " + std::to_string(which + 1));
  cluster.next_topic();
  cluster.write_genesis(0, simulation::small_office().bundle->id);
  MockNode node(cluster);
  std::vector<rd_kafka_resp_err_t> answers(which, RD_KAFKA_RESP_ERR_NO_ERROR);
  for (int i = 0; i < row.times; ++i) answers.push_back(row.error);
  cluster.plan(answers);
  std::vector<std::size_t> calls;
  for (std::size_t i = 0; i < kPipeline; ++i) {
    calls.push_back(node.offer(MockNode::event("C", i)));
    ASSERT_EQ(node.turn(), 1U) << "each event in a block of its own, all under way at once";
  }
  node.go_on();
  cluster.forget_plan();
  calls.push_back(node.offer(MockNode::event("C", kPipeline)));
  node.go_on();
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    ASSERT_TRUE(node.told(calls[i]).has_value()) << i;
    const auto kind = node.told(calls[i])->kind;
    EXPECT_TRUE(kind == Outcome::Kind::kAccepted || kind == Outcome::Kind::kDuplicate) << i << ": " << static_cast<int>(kind);
    wanted.push_back("C-" + std::to_string(i));
  }
  EXPECT_EQ(cluster.accepted(0), wanted);
  EXPECT_EQ(node.loop->stop_reason(), "");
}

TEST_P(ProduceErrors, NothingAcknowledgedIsLostAndNothingDoubled) {
  MockCluster cluster(1);
  for (std::size_t which = 0; which < kPipeline; ++which) try_at(cluster, GetParam(), which);
}

INSTANTIATE_TEST_SUITE_P(Table, ProduceErrors, ::testing::ValuesIn(kRows), [](const auto& test) { return std::string(test.param.name); });

// A success that names no offset is believed by nobody: the block is looked for, and it isn't there.
TEST(ProduceReports, SuccessWithoutOffsetIsNoSuccess) {
  MockCluster cluster(1);
  cluster.write_genesis(0, simulation::small_office().bundle->id);
  MockNode node(cluster);
  const auto freezes = node.loop->freezes();
  cluster.plan({RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER});
  const auto call = node.offer(MockNode::event("C", 0));
  node.go_on();
  EXPECT_EQ(node.told(call)->kind, Outcome::Kind::kAccepted);
  EXPECT_GT(node.loop->freezes(), freezes);
  EXPECT_EQ(cluster.accepted(0), (std::vector<std::string>{"C-0"}));
}

// Somebody else's message takes the offset that the next block expects.
TEST(ProduceReports, AStrangersMessageBetweenFreezesAndIsVoid) {
  MockCluster cluster(1);
  cluster.write_genesis(0, simulation::small_office().bundle->id);
  MockNode node(cluster);
  ASSERT_GE(cluster.write(0, "not a block"), 0);
  const auto call = node.offer(MockNode::event("C", 0));
  node.go_on();
  EXPECT_EQ(node.told(call)->kind, Outcome::Kind::kDuplicate) << "found by reading";
  std::size_t voids = 0;
  EXPECT_EQ(cluster.accepted(0, &voids), (std::vector<std::string>{"C-0"}));
  EXPECT_EQ(voids, 1U);
}

TEST(ProduceReports, ABrokerThatIsAwayIsWaitedFor) {
  MockCluster cluster(1);
  cluster.write_genesis(0, simulation::small_office().bundle->id);
  MockNode node(cluster);
  cluster.set_down(true);
  const auto call = node.offer(MockNode::event("C", 0));
  ASSERT_EQ(node.turn(), 1U);
  EXPECT_FALSE(node.take_reports());
  cluster.set_down(false);
  node.go_on();
  EXPECT_EQ(node.told(call)->kind, Outcome::Kind::kAccepted);
  EXPECT_EQ(cluster.accepted(0), (std::vector<std::string>{"C-0"}));
}

}  // namespace
}  // namespace docket::testing
