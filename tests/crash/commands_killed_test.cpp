// Commands that make or replace a whole thing are killed within it: the thing is there whole, or not at all, and the command can be
// given again.
#include <gtest/gtest.h>

#include "tests/support/workload.h"

namespace docket::testing {
namespace {

Environment dies(const std::string& at) { return {{"DOCKET_CRASH_AT", at}}; }

TEST(CommandsKilled, LedgerCreate) {
  TempFolder folder;
  for (const char* at : {"create.master_written:1", "place.renamed:1", "create.keys_made:1", "ledger.during_write:1",
                         "create.ledger_written:1", "create.before_place:1", "place.renamed:2"}) {
    SCOPED_TRACE(at);
    const fs::path data = folder / at;
    const std::vector<std::string> create{"ledger", "create", "--data", data.string(), "--office", "example"};
    const auto killed = run_docket(create, dies(at));
    ASSERT_TRUE(killed.ended.by(SIGKILL)) << killed.text();
    const auto again = run_docket(create);
    const bool was_whole = std::string(at) == "place.renamed:2";
    EXPECT_TRUE(again.ended.with(was_whole ? 4 : 0)) << again.text();
    Server server(data);
    ASSERT_TRUE(server.ready()) << server.errors();
    Producer producer(work(1, 1));
    EXPECT_TRUE(producer.publish(server));
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
    expect_once(data, producer.acknowledged());
  }
}

class StoreRebuild : public ::testing::Test {
 protected:
  void SetUp() override {
    create_ledger(data_);
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_TRUE(producer_.publish(server));
    before_ = figures(server);
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
  }
  void expect_as_before() {
    expect_verified(data_);
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    expect_same(figures(server), before_);
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
  std::string current() const { return file_text((data_ / "projections" / "CURRENT-STORE").string()); }

  TempFolder folder_;
  fs::path data_ = folder_ / "data";
  Producer producer_{work(2, 7)};
  std::map<std::string, std::string> before_;
};

TEST_F(StoreRebuild, KilledAnywhereTheOldOrTheNewStoreServes) {
  const std::string old = current();
  for (const char* at : {"store.file_written:4", "store.after_ingest:2", "current.written:1", "current.renamed:1", "current.written:2"}) {
    SCOPED_TRACE(at);
    const auto killed = run_docket({"store", "rebuild", "--data", data_.string()}, dies(at));
    ASSERT_TRUE(killed.ended.by(SIGKILL)) << killed.text();
    EXPECT_EQ(current(), old);
  }
  expect_as_before();
  const auto killed = run_docket({"store", "rebuild", "--data", data_.string()}, dies("current.renamed:2"));
  ASSERT_TRUE(killed.ended.by(SIGKILL)) << killed.text();
  EXPECT_NE(current(), old) << "the name was in place";
  expect_as_before();
}

}  // namespace
}  // namespace docket::testing
