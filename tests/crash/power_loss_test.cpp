// A power cut: the process is gone, and with it every byte that was not synced. What was acknowledged must still be there, with its texts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/hotline.h"
#include "tests/support/workload.h"

namespace docket::testing {
namespace {

constexpr const char* kProgram = "docket_power";

class PowerLoss : public ::testing::Test {
 protected:
  // From here on, all that is on the disk now is synced and what comes is not.
  Environment powered(Environment more = {}) {
    durable_.clear();
    each_file([&](const fs::path&, const struct stat& info) { durable_[info.st_ino] = info.st_size; });
    std::error_code ignored;
    fs::remove(folder_.path().string() + ".log", ignored);
    more["DOCKET_POWER_LOG"] = folder_.path().string() + ".log";
    return more;
  }

  void cut() {
    std::ifstream log(folder_.path().string() + ".log");
    char what = 0;
    ino_t inode = 0;
    off_t bytes = 0;
    std::size_t syncs = 0;
    while (log >> what >> inode >> bytes) {
      if (what == 'S') durable_[inode] = bytes;
      if (what == 'U') durable_.erase(inode);
      ++syncs;
    }
    ASSERT_GT(syncs, 0U) << "the program says nothing of its syncs";
    each_file([&](const fs::path& path, const struct stat& info) {
      const auto it = durable_.find(info.st_ino);
      const off_t kept = it == durable_.end() ? 0 : it->second;
      ASSERT_TRUE(kept >= info.st_size || ::truncate(path.c_str(), kept) == 0) << path;
    });
  }

  void TearDown() override {
    std::error_code ignored;
    fs::remove(folder_.path().string() + ".log", ignored);
  }

  template <typename Each>
  void each_file(Each&& each) {
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      struct stat info {};
      if (::lstat(entry.path().c_str(), &info) == 0 && S_ISREG(info.st_mode)) each(entry.path(), info);
    }
  }

  TempFolder folder_;
  std::map<ino_t, off_t> durable_;
};

TEST_F(PowerLoss, NothingAcknowledgedIsLost) {
  const fs::path data = folder_ / "data";
  create_ledger(data);
  Producer producer(work(3, 11), 5);
  std::mt19937_64 random(11);
  for (const char* at : {"worker.answered:60", "projections.after_drop:2", "keys.after_sync:5", "store.after_ingest:3"}) {
    SCOPED_TRACE(at);
    {
      Server server(data, powered({{"DOCKET_CRASH_AT", at}, {"DOCKET_FREEZE_EVENTS", "40"}}), kProgram);
      ASSERT_TRUE(server.ready()) << server.errors();
      // Some of the rest; the kill comes by itself or behind it.
      producer.publish(server.client(), 6 + random() % 6);
      server.stop(SIGKILL);
    }
    cut();
    Server server(data);
    ASSERT_TRUE(server.ready()) << server.errors();
    expect_known(server, producer.acknowledged());
    expect_texts(server);
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
    expect_verified(data);
  }
  Server server(data);
  ASSERT_TRUE(server.ready()) << server.errors();
  ASSERT_TRUE(producer.publish(server));
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
  expect_once(data, producer.acknowledged());
}

// At no step of the rewriting of the key file may a cut take the keys of the others.
TEST_F(PowerLoss, AnErasureTakesNoOtherKeys) {
  for (const char* at :
       {"erase.noted:1", "erase.master_written:1", "erase.rows_written:1", "erase.rows_placed:1", "erase.master_overwritten:1"}) {
    SCOPED_TRACE(at);
    const fs::path data = folder_ / at;
    create_ledger(data);
    Producer producer(work(1, 13));
    {
      Server server(data);
      ASSERT_TRUE(server.ready()) << server.errors();
      ASSERT_TRUE(producer.publish(server));
      EXPECT_TRUE(server.stop().with(0)) << server.errors();
    }
    {
      Server server(data, powered({{"DOCKET_CRASH_AT", at}}), kProgram);
      ASSERT_TRUE(server.ready()) << server.errors();
      server.post(hotline("EMPTY", 1, "created", "2026-03-02T09:00:00+08:00") + "\n" +
                  hotline("EMPTY", 2, "erased", "2026-03-02T10:00:00+08:00", R"({"subject":"case","reason":"r","approver":"chief"})"));
      EXPECT_TRUE(server.stop().by(SIGKILL)) << "it never came there: " << server.errors();
    }
    cut();
    Server server(data);
    ASSERT_TRUE(server.ready()) << server.errors();
    expect_texts(server, "EMPTY");
    EXPECT_THAT(server.get("/v1/cases/EMPTY/history").body, ::testing::HasSubstr(R"("text":{"erased":true})"));
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
}

TEST_F(PowerLoss, WhatACommandMadeStays) {
  const fs::path data = folder_ / "data";
  const auto powered_run = [&](std::vector<std::string> command) {
    const auto ran = run_docket(std::move(command), powered(), "/dev/null", kProgram);
    ASSERT_TRUE(ran.ended.with(0)) << ran.text();
    cut();
  };
  powered_run({"ledger", "create", "--data", data.string(), "--office", "example"});
  Producer producer(work(1, 12));
  {
    Server server(data, powered(), kProgram);
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_TRUE(producer.publish(server));
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
  cut();
  powered_run({"store", "rebuild", "--data", data.string()});
  powered_run({"store", "backup", "--data", data.string(), "--to", (folder_ / "copy").string()});
  powered_run({"store", "restore", "--from", (folder_ / "copy").string(), "--data", (folder_ / "restored").string()});
  for (const fs::path& one : {data, folder_ / "restored"}) {
    expect_verified(one);
    expect_once(one, producer.acknowledged());
    const auto heads = run_docket({"ledger", "verify", "--data", one.string(), "--heads", (one / "heads.ndjson").string()});
    EXPECT_TRUE(heads.ended.with(0)) << heads.text();
    EXPECT_GT(fs::file_size(one / "heads.ndjson"), 0U);
    Server server(one);
    ASSERT_TRUE(server.ready()) << server.errors();
    expect_known(server, producer.acknowledged());
    expect_texts(server);
  }
}

}  // namespace
}  // namespace docket::testing
