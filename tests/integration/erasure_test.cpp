// Goal: erased personal data is gone everywhere, and the chain still verifies. Method: the real program takes a distinctive secret and
// erases it; then every file, every row of every store and every answer is searched for the secret and for the bytes of its key, which the
// test has read before; through restarts, rebuilding, copying, simulating and backups.
#include <gmock/gmock.h>

#include <chrono>

#include "connectors/embedded/file_key_store.h"
#include "connectors/embedded/key_scan.h"
#include "engine/ledger/base64url.h"
#include "engine/model/time.h"
#include "tests/support/everything.h"
#include "tests/support/hotline.h"
#include "tests/support/workload.h"

namespace docket::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSecret = "Zhang-San-138-0000-7777-door-4-of-the-red-house";
constexpr const char* kOther = "what-another-caller-said-and-may-be-read";
constexpr const char* kMark = "NUMBER-THAT-IS-PUBLIC";

std::string ago(std::int64_t minutes) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
  return model::format_instant(now - minutes * 60'000);
}

std::string created(const std::string& id, const std::string& number, const std::string& text) {
  return hotline(id, 1, "created", ago(30),
                 R"({"number":")" + number + R"(","channel":"phone","type":"complaint","category":"noise","district":"shinan","text":")" +
                     text + R"(","caller":")" + text + R"("})");
}

class Erasure : public ::testing::Test {
 protected:
  void SetUp() override { create_ledger(data_); }

  static void post(Server& server, const std::string& event) {
    const auto reply = server.post(event);
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_THAT(reply.body, HasSubstr(R"("outcome":"accepted")"));
  }
  // A case to be erased and one to be kept, each with a private reason behind its text.
  static void publish(Server& server) {
    post(server, created("E1", kMark, kSecret));
    post(server, hotline("E1", 2, "dispatched", ago(25)));
    post(server, hotline("E1", 3, "return_requested", ago(20), R"({"reason":")" + std::string(kSecret) + R"(","basis":"b"})"));
    post(server, created("K1", "K1", kOther));
  }
  static Ran erase(Server& server, const std::vector<std::string>& more = {}) {
    std::vector<std::string> command{"case",   "erase", "E1",     "--server",   server.address(),
                                     "--lang", "en",    "--role", "dispatcher", "--approver",
                                     "chief",  "--by",  "worker", "--reason",   "asked for by the caller"};
    command.insert(command.end(), more.begin(), more.end());
    return run_docket(command);
  }
  static boost::json::value certificate(Server& server) {
    const auto reply = server.get("/v1/cases/E1/erasure");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.status == 200 ? boost::json::parse(reply.body) : boost::json::value();
  }
  static std::string gone(const boost::json::value& certificate, const std::string& place) {
    for (const auto& row : certificate.at("places").as_array()) {
      if (row.at("place").as_string() == place) return row.at("gone").as_bool() ? "gone" : "there";
    }
    return "not named";
  }
  static void await_destroyed(Server& server) {
    int asked = 0;
    while (gone(certificate(server), "key-store") != "gone") ASSERT_LT(++asked, 20'000) << server.errors();
  }
  void read_key() {
    TempFolder copy;
    fs::copy(data_ / "keys", copy / "keys", fs::copy_options::recursive);
    const auto keys = embedded::FileKeyStore::open(copy.path());
    ASSERT_TRUE(keys.ok()) << keys.error().message;
    const auto row = (*keys)->case_key("E1");
    key_ = std::string(reinterpret_cast<const char*>(row->key.data()), row->key.size());
    key_text_ = ledger::base64url(row->key);
    key_id_ = row->id;
    ASSERT_TRUE((*keys)->find(row->id).has_value());
    const std::string master = file_text((data_ / "keys" / "master.key").string());
    master_ = master.substr(master.rfind(' ') + 1, 43);
  }
  // Nobody holds the folder. Whether the case's key opens with what its keys folder holds is asked of the store itself.
  void expect_nothing_in(const fs::path& folder) {
    SCOPED_TRACE(folder);
    bool marked = false;
    read_everything(folder, [&](const std::string& place, const std::string& bytes) {
      for (const std::string& needle : {std::string(kSecret), key_, key_text_, master_})
        EXPECT_EQ(bytes.find(needle), std::string::npos) << place << " holds " << (needle == key_ ? "the key" : needle);
      marked = marked || bytes.find(kMark) != std::string::npos;
    });
    EXPECT_TRUE(marked) << "what is public is found, so the search does search";
    if (!fs::exists(folder / "keys")) return;
    TempFolder copy;
    fs::copy(folder / "keys", copy / "keys", fs::copy_options::recursive);
    const auto keys = embedded::FileKeyStore::open(copy.path());
    ASSERT_TRUE(keys.ok()) << keys.error().message;
    EXPECT_EQ((*keys)->find(key_id_), std::nullopt);
    const auto read = (*keys)->each_row([&](const embedded::WrappedRow& row) {
      const auto key = (*keys)->find(embedded::id_text(row));
      ASSERT_TRUE(key.has_value());
      EXPECT_NE(ledger::base64url(*key), key_text_) << "under another id";
    });
    EXPECT_TRUE(read.ok());
  }
  // Every face of the server that tells of cases.
  static void expect_not_told(Server& server) {
    for (const char* target : {"/v1/cases/E1", "/v1/cases/E1/history", "/v1/cases/E1/erasure", "/v1/cases/E1/deadlines?explain=true",
                               "/v1/cases?kind=hotline-ticket", "/v1/events?source=example&id=E1-1", "/v1/rejects"}) {
      const auto reply = server.get(target);
      EXPECT_EQ(reply.status, 200) << target << ": " << reply.body;
      EXPECT_THAT(reply.body, Not(HasSubstr(kSecret))) << target;
    }
    EXPECT_THAT(server.get("/v1/cases/E1").body, HasSubstr(R"("text":{"erased":true})"));
    EXPECT_THAT(server.get("/v1/cases/E1/history").body, HasSubstr(R"("reason":{"erased":true})"));
    EXPECT_THAT(server.get("/v1/cases/K1").body, HasSubstr(kOther)) << "the other case is as it was";
    const auto tail = run_docket({"event", "tail", "--server", server.address(), "--from-start", "--format", "ndjson", "--limit", "5"});
    EXPECT_TRUE(tail.ended.with(0)) << tail.text();
    EXPECT_THAT(tail.out, Not(HasSubstr(kSecret)));
  }
  void expect_verified() const {
    for (const std::vector<std::string>& command : {std::vector<std::string>{"ledger", "verify"}, {"store", "verify"}}) {
      auto whole = command;
      whole.insert(whole.end(), {"--data", data_.string()});
      const auto ran = run_docket(whole);
      EXPECT_TRUE(ran.ended.with(0)) << ran.text();
    }
  }

  TempFolder folder_;
  const fs::path data_ = folder_ / "data";
  std::string key_;
  std::string key_text_;
  std::string key_id_;
  std::string master_;
};

TEST_F(Erasure, IsEverywhereAndTheChainStillVerifies) {
  const fs::path before = folder_ / "before";
  const fs::path after = folder_ / "after";
  {
    Server server(data_, {{"DOCKET_FREEZE_EVENTS", "40"}});
    ASSERT_TRUE(server.ready()) << server.errors();
    publish(server);
    EXPECT_THAT(server.get("/v1/cases/E1/history").body, HasSubstr(kSecret));
    EXPECT_EQ(server.get("/v1/cases/E1/erasure").status, 404);
    read_key();
    ASSERT_TRUE(run_docket({"store", "backup", "--data", data_.string(), "--to", before.string()}).ended.with(0));

    const auto tried = erase(server, {"--dry-run"});
    EXPECT_TRUE(tried.ended.with(0)) << tried.text();
    EXPECT_THAT(server.get("/v1/cases/E1/history").body, HasSubstr(kSecret)) << "a dry run erases nothing";
    const auto alone = erase(server, {"--by", "chief"});
    EXPECT_FALSE(alone.ended.with(0)) << "nobody approves their own: " << alone.text();

    const auto done = erase(server);
    ASSERT_TRUE(done.ended.with(0)) << done.text();
    expect_not_told(server);
    await_destroyed(server);
    const auto told = certificate(server);
    EXPECT_EQ(told.at("erasures").at(0).at("reason"), "asked for by the caller");
    EXPECT_EQ(told.at("erasures").at(0).at("approver"), "chief");
    EXPECT_EQ(std::string(told.at("erasures").at(0).at("keys").at(0).at("key").as_string()), key_id_);
    EXPECT_FALSE(told.at("erasures").at(0).at("keys").at(0).at("destroyed").is_null());
    EXPECT_EQ(gone(told, "backup"), "there");
    EXPECT_FALSE(told.at("complete").as_bool()) << "the backup from before holds the key";
    fs::remove_all(before);
    EXPECT_TRUE(certificate(server).at("complete").as_bool());
    const auto shown = run_docket({"case", "erasure", "E1", "--server", server.address(), "--lang", "en"});
    EXPECT_TRUE(shown.ended.with(0)) << shown.text();
    EXPECT_THAT(shown.out, HasSubstr("key-store"));

    // The case goes on: what is said from now on has a key of its own.
    post(server, hotline("E1", 9, "noted", ago(0), R"({"text":"said after the erasure"})"));
    EXPECT_THAT(server.get("/v1/cases/E1/history").body, HasSubstr("said after the erasure"));
    ASSERT_TRUE(run_docket({"store", "backup", "--data", data_.string(), "--to", after.string()}).ended.with(0));
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
  expect_nothing_in(data_);
  expect_nothing_in(after);
  expect_verified();
  {
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    expect_not_told(server);
    EXPECT_THAT(server.get("/v1/cases/E1/history").body, HasSubstr("said after the erasure"));
    EXPECT_TRUE(server.stop(SIGKILL).by(SIGKILL));
  }
  const auto rebuilt = run_docket({"store", "rebuild", "--data", data_.string()});
  EXPECT_TRUE(rebuilt.ended.with(0)) << rebuilt.text();
  expect_verified();
  const auto simulated =
      run_docket({"kind", "simulate", "--data", data_.string(), "--rule", "hotline.handle={rows: [{limit: 3wd}]}", "--json"});
  EXPECT_TRUE(simulated.ended.with(0)) << simulated.text();
  const fs::path copy = folder_ / "copy";
  const auto copied = run_docket({"ledger", "copy", "--from", data_.string(), "--to", copy.string()});
  EXPECT_TRUE(copied.ended.with(0)) << copied.text();
  expect_nothing_in(data_);
  expect_nothing_in(copy);
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  expect_not_told(server);
  EXPECT_THAT(server.get("/v1/cases/E1/history").body, HasSubstr("said after the erasure"))
      << "replay gives up the same keys and no others";
}

// A copy of the keys from before the erasure is brought back: reading the ledger anew gives them up again.
TEST_F(Erasure, OldKeysThatComeBackAreGivenUpByRebuilding) {
  const fs::path old = folder_ / "old-keys";
  {
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    publish(server);
    read_key();
    fs::copy(data_ / "keys", old, fs::copy_options::recursive);
    ASSERT_TRUE(erase(server).ended.with(0));
    await_destroyed(server);
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
  fs::remove_all(data_ / "keys");
  fs::rename(old, data_ / "keys");
  const auto rebuilt = run_docket({"store", "rebuild", "--data", data_.string()});
  ASSERT_TRUE(rebuilt.ended.with(0)) << rebuilt.text();
  {
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    expect_not_told(server);
    await_destroyed(server);
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
  expect_nothing_in(data_);
}

// A case that nobody handles any more, and one that should never have been opened, are erased like any other; an erasure stands.
TEST_F(Erasure, OfAClosedOrVoidedCaseAndForEver) {
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  publish(server);
  post(server, hotline("E1", 4, "voided", ago(10), R"({"reason":"by mistake","approver":"chief"})"));
  ASSERT_TRUE(erase(server).ended.with(0));
  expect_not_told(server);
  const auto told = certificate(server);
  const std::string id(told.at("erasures").at(0).at("id").as_string());
  const std::string target = R"({"event":{"source":"docket:console","id":")" + id + R"("},"void":true,"reason":"r","approver":"chief"})";
  const auto back = server.post(hotline("E1", 5, "corrected", ago(0), target));
  EXPECT_THAT(back.body, HasSubstr("erased private values, which stay erased"));
  EXPECT_EQ(run_docket({"case", "erasure", "K1", "--server", server.address()}).ended.with(0), false);
}

}  // namespace
}  // namespace docket::testing
