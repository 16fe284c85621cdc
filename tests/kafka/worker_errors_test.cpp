// Goal: partitions that share a producer all come through what a broker answers to one of their requests: nothing acknowledged is lost,
// nothing doubled. Method: the real worker and its thread over librdkafka's mock cluster.
#include "tests/kafka/mock_cluster.h"
#include "tests/support/running_worker.h"

namespace docket::testing {
namespace {

std::vector<std::string> ids(int partition, std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back("C" + std::to_string(partition) + "-" + std::to_string(i));
  return out;
}

class WorkerErrors : public ::testing::TestWithParam<rd_kafka_resp_err_t> {};

TEST_P(WorkerErrors, PartitionsThatShareTheProducerAllComeThrough) {
  constexpr std::size_t kEvents = 5;
  MockCluster cluster(kPartitions);
  for (int i = 0; i < kPartitions; ++i) cluster.write_genesis(i, simulation::small_office().bundle->id);
  RunningWorker running(std::make_unique<kafka::KafkaLedger>(cluster.options()));
  for (std::size_t place = 0; place < kEvents; ++place) {
    // Every round one request of the three partitions fails: that of one freezes it, and takes from the others what they have under way.
    cluster.plan({RD_KAFKA_RESP_ERR_NO_ERROR, GetParam()});
    for (int partition = 0; partition < kPartitions; ++partition) running.offer(partition, place);
  }
  ASSERT_TRUE(running.answered());
  running.worker->stop();
  EXPECT_EQ(running.accepted(), kEvents * kPartitions);
  for (int i = 0; i < kPartitions; ++i) EXPECT_EQ(cluster.accepted(i), ids(i, kEvents)) << "partition " << i;
}

INSTANTIATE_TEST_SUITE_P(Each, WorkerErrors,
                         ::testing::Values(RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                                           RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                                           RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR__TRANSPORT),
                         [](const auto& test) {
                           std::string name = rd_kafka_err2name(test.param);
                           std::erase(name, '_');
                           return name;
                         });

}  // namespace
}  // namespace docket::testing
