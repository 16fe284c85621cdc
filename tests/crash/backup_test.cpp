// A backup is taken while events are written, and brought back: the drill that every office should do. What belongs together is copied in
// an order in which nothing can be missing, and a backup that was killed is none.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "connectors/embedded/folder_lock.h"
#include "tests/crash/pause.h"
#include "tests/support/workload.h"

namespace docket::testing {
namespace {

class Backup : public ::testing::Test {
 protected:
  void SetUp() override { create_ledger(data_); }

  std::vector<std::string> backup_command(const fs::path& to) const {
    return {docket_program(), "store", "backup", "--data", data_.string(), "--to", to.string()};
  }
  Ran backup(const fs::path& to) { return run_docket({"store", "backup", "--data", data_.string(), "--to", to.string()}); }
  void restore(const fs::path& from, const fs::path& data) {
    const auto done = run_docket({"store", "restore", "--from", from.string(), "--data", data.string()});
    ASSERT_TRUE(done.ended.with(0)) << done.text();
  }

  // Changes when the layers are written back.
  static std::string stored_cases(Server& server) {
    const std::string text = server.get("/metrics").body;
    const auto at = text.find("docket_storage_bytes{column_family=\"cases\"}");
    return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
  }

  TempFolder folder_;
  fs::path data_ = folder_ / "data";
};

TEST_F(Backup, WhileTheServerWritesAndBack) {
  for (const int part : {1, 2, 3}) {
    SCOPED_TRACE(part);
    const std::string number = std::to_string(part);
    const Pause pause(folder_, "backup.part_copied:" + number);
    const fs::path copy = folder_ / ("copy" + number);
    const fs::path restored = folder_ / ("restored" + number);
    Server server(data_, pause.with({{"DOCKET_FREEZE_EVENTS", "40"}}));
    ASSERT_TRUE(server.ready()) << server.errors();
    Producer first(work(1, 1, "a" + number));
    ASSERT_TRUE(first.publish(server));
    Child child(backup_command(copy), {}, (folder_ / "err").string());
    ASSERT_TRUE(pause.reached());
    const std::string stored = stored_cases(server);
    Producer second(work(2, 2, "b" + number));
    ASSERT_TRUE(second.publish(server));
    int asked = 0;
    while (stored_cases(server) == stored) ASSERT_LT(++asked, 20'000) << "the projections were not written back";
    pause.go_on();
    EXPECT_TRUE(child.wait().with(0)) << file_text((folder_ / "err").string());
    EXPECT_FALSE(fs::exists(copy.string() + ".new"));

    restore(copy, restored);
    {
      Server other(restored);
      ASSERT_TRUE(other.ready()) << other.errors();
      expect_known(other, first.acknowledged());
      expect_texts(other);
      // What came after the copy is sent again; then both answer the same.
      Producer again(second.events());
      ASSERT_TRUE(again.publish(other));
      expect_same(figures(other), figures(server));
      EXPECT_TRUE(other.stop().with(0)) << other.errors();
    }
    expect_verified(restored);
    const auto heads = run_docket({"ledger", "verify", "--data", restored.string(), "--heads", (copy / "heads.ndjson").string()});
    EXPECT_TRUE(heads.ended.with(0)) << heads.text();
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
}

TEST_F(Backup, WhileAnImportRuns) {
  const auto events = work(2, 3);
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  Child import({docket_program(), "event", "import", "--data", data_.string(), "--quiet", "--batch", "1", pipe.string()}, {},
               (folder_ / "import.err").string());
  std::ofstream into(pipe);  // opens when the import reads it, and so holds the folder
  for (std::size_t i = 0; i < events.size() / 2; ++i) into << events[i].json << "\n" << std::flush;
  const auto done = backup(folder_ / "copy");
  EXPECT_TRUE(done.ended.with(0)) << done.text();
  for (std::size_t i = events.size() / 2; i < events.size(); ++i) into << events[i].json << "\n";
  into.close();
  EXPECT_TRUE(import.wait().with(0)) << file_text((folder_ / "import.err").string());
  restore(folder_ / "copy", folder_ / "restored");
  expect_verified(folder_ / "restored");
  Server other(folder_ / "restored");
  ASSERT_TRUE(other.ready()) << other.errors();
  Producer again(events);
  ASSERT_TRUE(again.publish(other));
  const auto there = figures(other);
  EXPECT_TRUE(other.stop().with(0));
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  expect_same(there, figures(server));
}

TEST_F(Backup, KilledWithin) {
  Producer producer(work(1, 4));
  {
    Server server(data_, {{"DOCKET_CRASH_AT", "backup.part_copied:2"}});
    ASSERT_TRUE(server.ready()) << server.errors();
    ASSERT_TRUE(producer.publish(server));
    const auto done = backup(folder_ / "copy");
    EXPECT_TRUE(done.ended.with(4)) << done.text();
    EXPECT_TRUE(server.stop().by(SIGKILL));
  }
  EXPECT_FALSE(fs::exists(folder_ / "copy"));
  EXPECT_TRUE(backup(folder_ / "copy").ended.with(0)) << "nobody holds it";
  const std::vector<std::string> command{"store", "restore", "--from", (folder_ / "copy").string(), "--data", (folder_ / "back").string()};
  EXPECT_TRUE(run_docket(command, {{"DOCKET_CRASH_AT", "restore.before_place"}}).ended.by(SIGKILL));
  EXPECT_FALSE(fs::exists(folder_ / "back"));
  const auto again = run_docket(command);
  EXPECT_TRUE(again.ended.with(0)) << again.text();
  expect_once(folder_ / "back", producer.acknowledged());
  EXPECT_TRUE(run_docket(command).ended.with(4)) << "it is there and not empty";
  EXPECT_TRUE(backup(folder_ / "copy").ended.with(4)) << "the copy is there";
}

TEST_F(Backup, AHolderThatDoesNotListenIsNamed) {
  const auto lock = embedded::FolderLock::take(data_);
  ASSERT_TRUE(lock);
  const auto done = backup(folder_ / "copy");
  EXPECT_TRUE(done.ended.with(4)) << done.text();
  EXPECT_NE(done.err.find("in use by process " + std::to_string(::getpid())), std::string::npos) << done.err;
}

TEST_F(Backup, TheSocketIsTheOwnersAlone) {
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  struct stat info {};
  ASSERT_EQ(::stat((data_ / "control.sock").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_TRUE(server.stop().with(0));
  EXPECT_FALSE(fs::exists(data_ / "control.sock"));
}

}  // namespace
}  // namespace docket::testing
