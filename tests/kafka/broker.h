// A real broker for a test, started by tests/kafka/broker.sh, and what stands in its topics. All tests share it, one at a
// time; the fixture kafka.down of ctest stops it. Where none can be had a test is skipped, and with CI=true it fails.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "connectors/kafka/admin.h"
#include "connectors/kafka/kafka_ledger.h"
#include "engine/ledger/chain.h"
#include "tests/support/workload.h"

namespace docket::testing {

inline Ran run_program(const std::vector<std::string>& command, const Environment& more = {}, const std::string& in = "/dev/null") {
  TempFolder folder;
  const std::string err = (folder / "err").string();
  Child child(command, more, err, in);
  Ran ran;
  ran.ended = child.wait(&ran.out);
  ran.err = file_text(err);
  return ran;
}

inline Ran run_broker(const std::string& verb, const std::vector<std::string>& more = {}) {
  std::vector<std::string> command{"/bin/bash", std::string(DOCKET_SOURCE_DIR) + "/tests/kafka/broker.sh", verb, "--dir",
                                   DOCKET_BROKER_FOLDER};
  command.insert(command.end(), more.begin(), more.end());
  return run_program(command);
}

inline bool nothing_is_skipped() {
  const char* const ci = std::getenv("CI");
  return ci != nullptr && std::string(ci) == "true";
}

// Asks again and again, until it is so; false after two minutes.
inline bool eventually(const std::function<bool()>& so) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (std::chrono::steady_clock::now() < until) {
    if (so()) return true;
  }
  return false;
}

inline constexpr int kAbsent = 77;  // broker.sh: what it needs can't be had here

class KafkaTest : public ::testing::Test {
 protected:
  void SetUp() override { start({}); }

  // The broker as it is or with more options of broker.sh's, and topics of the test's own.
  void start(const std::vector<std::string>& more) {
    const auto up = run_broker("up", more);
    if (up.ended.with(kAbsent) && !nothing_is_skipped()) GTEST_SKIP() << "SKIPPED: no broker can be had here: " << up.text();
    ASSERT_TRUE(up.ended.with(0)) << up.text();
    brokers_ = up.out.substr(0, up.out.find('\n'));
    static int tests = 0;
    topics_ = "t" + std::to_string(::getpid()) + "-" + std::to_string(++tests);
    const auto applied = run_docket(on({"topics", "apply"}, false));
    ASSERT_TRUE(applied.ended.with(0)) << applied.text();
  }

  // The command with where the ledger is.
  [[nodiscard]] std::vector<std::string> on(std::vector<std::string> command, bool ledger = true) const {
    if (ledger) command.insert(command.end(), {"--ledger", "kafka"});
    command.insert(command.end(), {"--brokers", brokers_, "--topics", topics_});
    command.insert(command.end(), accepts_.begin(), accepts_.end());
    return command;
  }
  [[nodiscard]] std::vector<std::string> serving() const { return on({}); }
  // Of which office.
  virtual std::vector<std::string> office() { return {}; }
  void create(const fs::path& data) {
    std::vector<std::string> command{"ledger", "create", "--data", data.string()};
    for (const auto& word : office()) command.push_back(word);
    const auto made = run_docket(on(command));
    ASSERT_TRUE(made.ended.with(0)) << made.text();
  }
  void verify(const fs::path& data) {
    const auto ledger = run_docket(on({"ledger", "verify"}));
    EXPECT_TRUE(ledger.ended.with(0)) << ledger.text();
    EXPECT_EQ(ledger.out.find("not good"), std::string::npos) << ledger.text();
    const auto store = run_docket({"store", "verify", "--data", data.string()});
    EXPECT_TRUE(store.ended.with(0)) << store.text();
  }

  // What the topic says, read by nobody's code but the chain's: every acknowledged event once, and nothing else.
  void expect_once_in_topic(const std::set<std::string>& acknowledged) {
    std::map<std::string, int> accepted;
    kafka::KafkaLedger port({{brokers_, {}}, topics_ + ".ledger", nullptr, 20'000});
    for (int partition = 0; partition < model::kPartitions; ++partition) {
      ledger::ChainWalk walk(partition);
      for (ledger::Offset from = 0;;) {
        auto batch = port.read(partition, from, std::size_t{4} << 20U);
        ASSERT_TRUE(batch.ok()) << batch.error().message;
        for (const auto& stored : batch->blocks) {
          ledger::Block block;
          const auto taken = walk.take(stored, &block);
          ASSERT_TRUE(taken.ok()) << taken.error().message;
          for (const auto& record : block.records) {
            if (record.kind == ledger::RecordKind::kAccepted)
              ++accepted[std::string(boost::json::parse(record.event).at("id").as_string())];
          }
        }
        if (batch->end) break;
        from = batch->next;
      }
    }
    for (const auto& id : acknowledged) EXPECT_EQ(accepted[id], 1) << id << " was acknowledged";
    for (const auto& [id, times] : accepted) EXPECT_EQ(times, acknowledged.count(id) == 0 ? 0 : 1) << id;
  }

  std::string brokers_;
  std::string topics_;
  std::vector<std::string> accepts_{"--accept-one-copy"};
};

}  // namespace docket::testing
