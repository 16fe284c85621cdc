// The server is killed at every place where what is on the disk, what is in memory and what was told may differ; then it is started
// again, the producer sends again what was not acknowledged, and everything must be as if nothing had happened.
#include <gtest/gtest.h>

#include "tests/support/workload.h"

namespace docket::testing {
namespace {

constexpr int kCopies = 3;
// Above what a worker applies at its start, an owner's record for each of 16 partitions and their genesis: the first layer that is frozen
// holds events.
constexpr std::size_t kSmallLayer = 40;
constexpr std::uint64_t kSeed = 20170301;

struct Boundary {
  std::string at;             // name:passing
  std::size_t freeze = 1000;  // events after which the layers are written back
};

class Boundaries : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TempFolder>();
    create_ledger(*folder_ / "empty");
    fs::copy(*folder_ / "empty", *folder_ / "calm", fs::copy_options::recursive);
    Server server(*folder_ / "calm");
    ASSERT_TRUE(server.ready()) << server.errors();
    Producer producer(work(kCopies, kSeed));
    ASSERT_TRUE(producer.publish(server));
    undisturbed_ = figures(server);
    ASSERT_GT(undisturbed_.size(), std::size_t{kCopies * 8}) << "cases and figures";
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
    expect_once(*folder_ / "calm", producer.acknowledged());
    ASSERT_FALSE(read_ledger(*folder_ / "calm").parked.empty()) << "some events should wait for others";
  }
  static void TearDownTestSuite() { folder_.reset(); }

  void killed_at(const Boundary& boundary) {
    SCOPED_TRACE(boundary.at);
    const fs::path data = *folder_ / boundary.at;
    fs::copy(*folder_ / "empty", data, fs::copy_options::recursive);
    Producer producer(work(kCopies, kSeed));
    {
      Server server(data, {{"DOCKET_CRASH_AT", boundary.at}, {"DOCKET_FREEZE_EVENTS", std::to_string(boundary.freeze)}});
      if (server.ready()) producer.publish(server);
      const auto ended = server.stop();
      ASSERT_TRUE(ended.by(SIGKILL)) << "it never came there: " << ended.text() << "\n" << server.errors();
    }
    Server server(data, {{"DOCKET_FREEZE_EVENTS", std::to_string(boundary.freeze)}});
    ASSERT_TRUE(server.ready()) << server.errors();
    expect_known(server, producer.acknowledged());
    ASSERT_TRUE(producer.publish(server)) << server.errors();
    expect_same(figures(server), undisturbed_);
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
    expect_once(data, producer.acknowledged());
    expect_verified(data);
    std::error_code ignored;
    fs::remove_all(data, ignored);
  }

  inline static std::unique_ptr<TempFolder> folder_;
  inline static std::map<std::string, std::string> undisturbed_;
};

TEST_F(Boundaries, KeysAreWritten) {
  for (const char* at : {"keys.before_write:2", "keys.during_write:3", "keys.before_sync:2", "keys.after_sync:2"}) killed_at({at});
}

TEST_F(Boundaries, TheLedgerIsWritten) {
  for (const char* at : {"ledger.before_write:1", "ledger.before_write:5", "ledger.during_write:5", "ledger.before_sync:5"})
    killed_at({at});
}

TEST_F(Boundaries, WrittenAndNotYetTold) {
  for (const char* at : {"ledger.after_write:5", "worker.written:6", "projections.applied:40", "worker.answered:40"}) killed_at({at});
}

TEST_F(Boundaries, LayersAreFrozen) {
  for (const char* at : {"projections.freezing:2", "store.file_written:1", "store.file_written:5"}) killed_at({at, kSmallLayer});
  killed_at({"projections.freezing:7", kSmallLayer});
}

// The first ingestion of a new store is its format; the second is the first layer's.
TEST_F(Boundaries, FilesAreTakenIn) {
  for (const char* at :
       {"store.before_ingest:2", "store.after_ingest:2", "store.after_ingest:4", "projections.before_drop:1", "projections.after_drop:1"})
    killed_at({at, kSmallLayer});
}

TEST_F(Boundaries, TheLastLayersAtTheStop) {
  for (const char* at : {"store.file_written:3", "store.after_ingest:2", "projections.after_drop:2"}) killed_at({at, 100'000});
}

}  // namespace
}  // namespace docket::testing
