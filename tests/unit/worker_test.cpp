// Goal: a worker whose port reports later than it appends (as Kafka's does) hears what it must and settles where it must. Method: the real
// worker over a port that says what a test wants.
#include <condition_variable>
#include <mutex>

#include "engine/ledger/genesis.h"
#include "tests/support/running_worker.h"

namespace docket::testing {
namespace {

// Appends at once and tells when asked to: what was appended before renew() is told never.
class SlowPort final : public ledger::Port {
 public:
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::function<void()> wake;
    std::vector<std::vector<ledger::Stored>> logs{kPartitions};
    std::vector<ledger::Report> waiting;
    std::vector<ledger::Report> told;
    std::size_t appended = 0;
    bool hold = false;   // reports wait
    std::string broken;  // read() of partition 1 says so
  };
  explicit SlowPort(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  void append(std::vector<ledger::Appending> blocks) override {
    const std::lock_guard lock(shared_->mutex);
    for (auto& block : blocks) {
      auto& log = shared_->logs[static_cast<std::size_t>(block.partition)];
      const auto offset = static_cast<ledger::Offset>(log.size());
      log.push_back({offset, std::move(block.value)});
      (shared_->hold ? shared_->waiting : shared_->told).push_back({block.token, block.partition, true, offset, false, {}});
      ++shared_->appended;
    }
    shared_->changed.notify_all();
  }
  std::vector<ledger::Report> poll() override {
    const std::lock_guard lock(shared_->mutex);
    return std::exchange(shared_->told, {});
  }
  Result<ledger::ReadBatch> read(int partition, ledger::Offset from, std::size_t /*bytes*/) override {
    const std::lock_guard lock(shared_->mutex);
    if (partition == 1 && !shared_->broken.empty()) return Error{ErrorCode::kCorrupt, shared_->broken};
    const auto& log = shared_->logs[static_cast<std::size_t>(partition)];
    ledger::ReadBatch batch;
    for (auto at = static_cast<std::size_t>(from); at < log.size(); ++at) batch.blocks.push_back(log[at]);
    batch.next = static_cast<ledger::Offset>(log.size());
    batch.end = true;
    return batch;
  }
  void renew() override {
    const std::lock_guard lock(shared_->mutex);
    shared_->waiting.clear();
    shared_->told.clear();
  }
  bool on_news(std::function<void()> wake) override {
    shared_->wake = std::move(wake);
    return true;
  }

 private:
  std::shared_ptr<Shared> shared_;
};

std::shared_ptr<SlowPort::Shared> shared_log() {
  auto shared = std::make_shared<SlowPort::Shared>();
  for (int i = 0; i < kPartitions; ++i) {
    ledger::Genesis genesis;
    genesis.ledger = "sim";
    genesis.partition = i;
    genesis.partitions = kPartitions;
    genesis.bundle = simulation::small_office().bundle->id;
    shared->logs[static_cast<std::size_t>(i)].push_back({0, ledger::encode_block(ledger::genesis_block(genesis, 1))});
  }
  return shared;
}

// One partition's report says no; what its neighbour has under way goes with the producer, so the neighbour settles too.
TEST(Worker, ANeighbourOfAFrozenPartitionSettlesToo) {
  auto shared = shared_log();
  RunningWorker running(std::make_unique<SlowPort>(shared));
  running.offer(0, 0);
  running.offer(1, 0);
  ASSERT_TRUE(running.answered());
  {
    const std::lock_guard lock(shared->mutex);
    shared->hold = true;
    shared->appended = 0;
  }
  running.offer(0, 1);
  running.offer(1, 1);
  {
    std::unique_lock lock(shared->mutex);
    ASSERT_TRUE(shared->changed.wait_for(lock, kPatience, [&] { return shared->appended == 2; }));
    shared->hold = false;
    for (auto& report : shared->waiting) {
      if (report.partition != 0) continue;
      report.ok = false;
      shared->told.push_back(report);
    }
  }
  shared->wake();
  ASSERT_TRUE(running.answered());
  EXPECT_EQ(running.accepted(), 4U);
}

TEST(Worker, APartitionWhoseLedgerIsAnotherStopsAndSaysWhy) {
  auto shared = shared_log();
  shared->broken = "the topic was made anew";
  RunningWorker running(std::make_unique<SlowPort>(shared));
  running.offer(0, 0);
  ASSERT_TRUE(running.answered());
  running.worker->stop();
  EXPECT_EQ(running.worker->health().stopped, "the topic was made anew");
  EXPECT_EQ(running.worker->health().owned, kPartitions - 1);
}

// A key must be durable before what it seals: nothing goes to the ledger, of no partition, and who waits is told that nothing was written.
TEST(Worker, AppendsNothingWhoseKeysAreNotDurable) {
  auto shared = shared_log();
  RunningWorker running(std::make_unique<SlowPort>(shared));
  running.offer(0, 0);
  ASSERT_TRUE(running.answered());
  ASSERT_EQ(running.accepted(), 1U);
  running.fail_keys(true);
  const auto appended = [&] {
    const std::lock_guard lock(shared->mutex);
    return shared->appended;
  };
  const auto before = appended();
  running.offer(0, 1);
  running.offer(1, 0);
  ASSERT_TRUE(running.answered());
  EXPECT_EQ(running.others(), 2U);
  EXPECT_EQ(appended(), before);
  running.fail_keys(false);
  running.offer(0, 1);
  running.offer(1, 0);
  ASSERT_TRUE(running.answered());
  EXPECT_EQ(running.accepted(), 3U);
}

}  // namespace
}  // namespace docket::testing
