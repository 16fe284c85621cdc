// The server is killed at each step of an erasure: either nothing of it happened, and all can be read, or the chain says `erased`, and then
// the key is gone after the next start, whatever was left undone.
#include <gmock/gmock.h>

#include "connectors/embedded/file_key_store.h"
#include "connectors/embedded/key_scan.h"
#include "tests/support/hotline.h"
#include "tests/support/workload.h"

namespace docket::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kText = "said-in-confidence";

class ErasureKilled : public ::testing::Test {
 protected:
  void SetUp() override {
    create_ledger(folder_ / "begun");
    Server server(folder_ / "begun");
    ASSERT_TRUE(server.ready()) << server.errors();
    for (const char* id : {"E1", "K1"}) {
      const std::string data = R"({"number":")" + std::string(id) + R"(","channel":"phone","type":"complaint","category":"noise",)" +
                               R"("district":"shinan","text":")" + kText + R"(","caller":"p"})";
      const auto reply = server.post(hotline(id, 1, "created", "2026-03-02T09:00:00+08:00", data));
      ASSERT_THAT(reply.body, HasSubstr("accepted"));
    }
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
  }
  static Ran erase(Server& server) {
    return run_docket({"case", "erase", "E1", "--server", server.address(), "--role", "dispatcher", "--approver", "chief", "--by", "worker",
                       "--reason", "asked for"});
  }
  static bool is_erased(Server& server) { return server.get("/v1/cases/E1/erasure").status == 200; }
  static bool reads(Server& server, const std::string& id) {
    const auto reply = server.get("/v1/cases/" + id + "/history");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.body.find(kText) != std::string::npos;
  }
  // By a reader of all that the folder holds.
  static std::size_t keys_of(const fs::path& data, const std::string& case_id) {
    std::size_t found = 0;
    TempFolder copy;
    fs::copy(data / "keys", copy / "keys", fs::copy_options::recursive);
    const auto opened = embedded::FileKeyStore::open(copy.path());
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    auto file = embedded::PosixFile::open(copy / "keys" / "keys.log", O_RDONLY);
    EXPECT_TRUE(file.ok());
    const auto read =
        embedded::scan_rows(*file, embedded::kKeysHeaderBytes, *file->size(), [&](const embedded::WrappedRow& row, std::uint64_t) {
          if (row.type == embedded::KeyType::kCase && row.name == case_id) ++found;
        });
    EXPECT_TRUE(read.ok());
    return found;
  }
  static void await_destroyed(Server& server) {
    int asked = 0;
    while (server.get("/v1/cases/E1/erasure").body.find(R"("destroyed":null)") != std::string::npos)
      ASSERT_LT(++asked, 20'000) << server.errors();
  }

  // `happened`: the record must be in the chain by then.
  void killed_at(const std::string& at, bool happened) {
    SCOPED_TRACE(at);
    const fs::path data = folder_ / at;
    fs::copy(folder_ / "begun", data, fs::copy_options::recursive);
    {
      Server server(data, {{"DOCKET_CRASH_AT", at}});
      if (server.ready()) static_cast<void>(erase(server));
      const auto ended = server.stop();
      ASSERT_TRUE(ended.by(SIGKILL)) << "it never came there: " << ended.text() << "\n" << server.errors();
    }
    {
      Server server(data);
      ASSERT_TRUE(server.ready()) << server.errors();
      EXPECT_TRUE(reads(server, "K1"));
      const bool erased = is_erased(server);
      EXPECT_TRUE(erased || !happened);
      EXPECT_EQ(reads(server, "E1"), !erased) << "all of it or nothing";
      EXPECT_TRUE(erased || erase(server).ended.with(0));
      await_destroyed(server);
      EXPECT_FALSE(reads(server, "E1"));
      EXPECT_TRUE(reads(server, "K1"));
      EXPECT_TRUE(server.stop().with(0)) << server.errors();
    }
    EXPECT_EQ(keys_of(data, "E1"), 0U);
    EXPECT_EQ(keys_of(data, "K1"), 1U);
    expect_verified(data);
    std::error_code ignored;
    fs::remove_all(data, ignored);
  }

  TempFolder folder_;
};

TEST_F(ErasureKilled, BeforeAndAfterItsRecordIsWritten) {
  for (const char* at : {"ledger.before_write:1", "ledger.before_write:2", "ledger.before_write:3", "ledger.after_write:1",
                         "ledger.after_write:2", "ledger.after_write:3"})
    killed_at(at, false);
}

TEST_F(ErasureKilled, AtEachStepOfItsKeys) {
  for (const char* at : {"keys.before_write:1", "keys.during_write:1", "keys.before_sync:1", "keys.after_sync:1", "erase.noted:1",
                         "erase.master_written:1", "erase.rows_written:1", "erase.rows_placed:1", "erase.master_overwritten:1"})
    killed_at(at, true);
}

}  // namespace
}  // namespace docket::testing
