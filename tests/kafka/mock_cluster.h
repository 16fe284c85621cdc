// librdkafka's own mock of a cluster, in this process: it answers produce requests with the errors that a test plans, and keeps what it
// took. It has no leaders that change, no lost suffix and no admin requests: what a broker may do is tests/simulation/'s and the real
// broker's.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <string>
#include <vector>

#include "connectors/kafka/kafka_ledger.h"
#include "engine/ledger/chain.h"
#include "engine/ledger/genesis.h"
#include "tests/support/accepted_ids.h"

namespace docket::testing {

class MockCluster {
 public:
  explicit MockCluster(int partitions) : partitions_(partitions) {
    char why[256];
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});  // it has no brokers but those it makes
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    cluster_ = rd_kafka_mock_cluster_new(client_, 1);
    next_topic();
  }
  // An empty topic, for what comes next: ending a cluster takes a second.
  void next_topic() {
    topic_ = "docket" + std::to_string(++topics_) + ".ledger";
    rd_kafka_mock_topic_create(cluster_, topic_.c_str(), partitions_, 1);
  }
  ~MockCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(client_);
  }
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  // One message a request, so that an error is about one block.
  [[nodiscard]] kafka::Settings settings() const {
    return {rd_kafka_mock_cluster_bootstraps(cluster_),
            {{"batch.num.messages", "1"}, {"retry.backoff.ms", "10"}, {"fetch.wait.max.ms", "5"}}};
  }
  [[nodiscard]] kafka::LedgerOptions options(int patience_ms = 0) const { return {settings(), topic_, nullptr, patience_ms}; }

  [[nodiscard]] const std::string& topic() const { return topic_; }

  // What the next produce requests are answered with.
  void plan(const std::vector<rd_kafka_resp_err_t>& errors) {
    constexpr std::int16_t kProduce = 0;
    rd_kafka_mock_push_request_errors_array(cluster_, kProduce, errors.size(), errors.data());
  }
  void forget_plan() { rd_kafka_mock_clear_request_errors(cluster_, 0); }
  void set_down(bool down) {
    if (down) {
      rd_kafka_mock_broker_set_down(cluster_, 1);
    } else {
      rd_kafka_mock_broker_set_up(cluster_, 1);
    }
  }

  // Straight into the topic: the offset.
  ledger::Offset write(int partition, std::string value) {
    kafka::KafkaLedger writer(options(10'000));
    writer.append({{1, partition, std::move(value)}});
    const auto reports = writer.poll();
    return reports.size() == 1 && reports.front().ok && reports.front().offset ? *reports.front().offset : -1;
  }
  void write_genesis(int partition, const std::string& bundle) {
    ledger::Genesis genesis;
    genesis.ledger = "sim";
    genesis.partition = partition;
    genesis.partitions = partitions_;
    genesis.bundle = bundle;
    write(partition, ledger::encode_block(ledger::genesis_block(genesis, 1)));
  }
  [[nodiscard]] std::vector<ledger::Stored> all(int partition) const {
    kafka::KafkaLedger reader(options(10'000));
    std::vector<ledger::Stored> out;
    for (ledger::Offset from = 0;;) {
      auto batch = reader.read(partition, from, std::size_t{1} << 20U);
      if (!batch) return {};
      std::move(batch->blocks.begin(), batch->blocks.end(), std::back_inserter(out));
      if (batch->end) return out;
      from = batch->next;
    }
  }
  // Ids of the accepted events, in the chain's order. `void_blocks`: what else lies in the log.
  [[nodiscard]] std::vector<std::string> accepted(int partition, std::size_t* void_blocks = nullptr) const {
    std::vector<std::string> ids;
    ledger::ChainWalk walk(partition);
    for (const auto& stored : all(partition)) {
      ledger::Block block;
      const auto taken = walk.take(stored, &block);
      if (!taken) return {"broken chain: " + taken.error().message};
      testing::append_accepted_ids(ids, block);
    }
    if (void_blocks != nullptr) *void_blocks = walk.end().void_blocks;
    return ids;
  }

 private:
  int partitions_;
  int topics_ = 0;
  std::string topic_;
  rd_kafka_t* client_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

}  // namespace docket::testing
