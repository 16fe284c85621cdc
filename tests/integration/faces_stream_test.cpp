// Goal: who follows GET /v1/events/stream sees each accepted event once, in its case's order, from any place on, and nothing private.
// Method: the real program; its stream read whole and in pieces, and docket event tail.
#include <set>

#include "tests/integration/faces_fixture.h"
#include "tests/support/follow.h"
#include "tests/support/hotline.h"

namespace docket::testing {
namespace {

std::string name_of(const Told& one) {
  return std::string(one.event.at("source").as_string()) + " " + std::string(one.event.at("id").as_string());
}

class StreamTest : public ::testing::Test {
 protected:
  void SetUp() override { create_ledger(data_); }
  static void publish(Server& server, const std::string& id, int events = 4) {
    const char* const kNames[] = {"created", "dispatched", "signed", "handling_started"};
    std::string lines;
    for (int n = 1; n <= events; ++n) lines += hotline(id, n, kNames[n - 1], "2026-03-10T09:0" + std::to_string(n) + ":00+08:00") + "\n";
    const auto reply = server.post(lines);
    EXPECT_EQ(reply.status, 200) << reply.body;
  }
  TempFolder folder_;
  const fs::path data_ = folder_ / "data";
};

TEST_F(StreamTest, TellsEachEventOnceInItsCasesOrder) {
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  constexpr int kCases = 40;
  for (int n = 0; n < kCases; ++n) publish(server, "S" + std::to_string(n));
  const auto whole = follow(server, "?after=start", 4 * kCases);
  ASSERT_EQ(whole.size(), 4U * kCases);
  std::set<std::string> names;
  std::map<std::string, std::int64_t> versions;
  for (const auto& one : whole) {
    EXPECT_TRUE(names.insert(name_of(one)).second) << name_of(one) << " comes twice";
    const std::string subject(one.event.at("subject").as_string());
    EXPECT_EQ(one.event.at("partitionkey"), one.event.at("subject"));
    EXPECT_EQ(one.event.at("caseversion").as_int64(), ++versions[subject]) << subject;
    EXPECT_TRUE(one.event.contains("recordedtime"));
  }
  EXPECT_EQ(versions.size(), std::size_t{kCases});

  // From the place behind any of them the rest comes, and nothing else.
  for (const std::size_t at : {std::size_t{0}, std::size_t{57}, std::size_t{4 * kCases - 2}}) {
    const auto rest = follow(server, "?after=" + whole[at].id, whole.size() - at - 1);
    ASSERT_EQ(rest.size(), whole.size() - at - 1);
    for (std::size_t i = 0; i < rest.size(); ++i) EXPECT_EQ(name_of(rest[i]), name_of(whole[at + 1 + i]));
  }

  // What comes later comes behind it, also over a restart.
  const std::string last = whole.back().id;
  EXPECT_TRUE(server.stop().with(0)) << server.errors();
  Server again(data_);
  ASSERT_TRUE(again.ready()) << again.errors();
  publish(again, "LATER", 1);
  const auto later = follow(again, "?after=" + last, 1);
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later[0].event.at("subject"), "LATER");
}

TEST_F(StreamTest, TellsWhatComesWhileItIsRead) {
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  publish(server, "BEFORE");
  const auto told = follow(server, "", 8, nullptr, [&] {
    publish(server, "NOW");
    publish(server, "THEN");
  });
  ASSERT_EQ(told.size(), 8U);
  std::set<std::string> subjects;
  for (const auto& one : told) subjects.emplace(one.event.at("subject").as_string());
  EXPECT_EQ(subjects, (std::set<std::string>{"NOW", "THEN"}));
}

TEST_F(StreamTest, TheCommandShowsThem) {
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  publish(server, "A1");
  const auto tail = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"event", "tail", "--server", server.address()});
    return run_docket(more);
  };
  const auto shown = tail({"--from-start", "--limit", "2"});
  EXPECT_TRUE(shown.ended.with(0)) << shown.text();
  EXPECT_NE(shown.out.find("2026-03-10 09:02  A1  hotline-ticket  dispatched  {\"unit\":\"U\"}\n"), std::string::npos) << shown.out;
  const auto lines = tail({"--from-start", "--limit", "1", "--by", "state=handling", "--kind", "hotline-ticket", "--format", "ndjson"});
  EXPECT_TRUE(lines.ended.with(0)) << lines.text();
  EXPECT_EQ(boost::json::parse(lines.out).at("subject"), "A1");
  const Ended full = Child({"/bin/sh", "-c", docket_program() + " event tail --from-start --server " + server.address() + " > /dev/full"},
                           {}, (folder_ / "full").string())
                         .wait();
  EXPECT_TRUE(full.with(1)) << file_text((folder_ / "full").string());
  EXPECT_TRUE(tail({"--event", "dispached"}).ended.with(2));
  EXPECT_TRUE(tail({"--by", "state"}).ended.with(2));
  EXPECT_TRUE(tail({"--from-start", "--after", "s1.AA"}).ended.with(2));
  EXPECT_TRUE(server.stop().with(0));
  EXPECT_TRUE(tail({}).ended.with(6)) << "nobody serves";
}

TEST_F(StreamTest, FiltersAndHidesWhatIsPrivate) {
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  publish(server, "A1");
  publish(server, "A2", 2);
  publish(server, "A3", 1);
  const auto dispatched = follow(server, "?after=start&kind=hotline-ticket&event=dispatched", 2);
  ASSERT_EQ(dispatched.size(), 2U);
  for (const auto& one : dispatched) EXPECT_EQ(one.event.at("type"), "org.docket.hotline-ticket.dispatched.v1");
  const auto of_case = follow(server, "?after=start&case=A1", 4);
  EXPECT_EQ(of_case.size(), 4U);
  for (const auto& one : of_case) EXPECT_EQ(one.event.at("subject"), "A1");
  const auto by_state = follow(server, "?after=start&kind=hotline-ticket&state=registered", 1);
  ASSERT_EQ(by_state.size(), 1U);
  EXPECT_EQ(by_state[0].event.at("subject"), "A3");
  EXPECT_EQ(by_state[0].event.at("data").at("text"), (boost::json::object{{"sealed", true}}));
  EXPECT_EQ(by_state[0].event.at("data").at("caller"), (boost::json::object{{"sealed", true}}));
  EXPECT_EQ(by_state[0].event.at("data").at("number"), "A3");
}

TEST_F(StreamTest, HidesWhatIsPrivateInACorrectionToo) {
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  publish(server, "A1");
  const auto reply = server.post(hotline("A1", 9, "corrected", "2026-03-10T10:00:00+08:00",
                                         R"({"event":{"source":"example","id":"A1-1"},"reason":"r","approver":"chief","replace":{"data":)" +
                                             hotline_data("A1", "created") + "}}"));
  ASSERT_EQ(reply.status, 200) << reply.body;
  ASSERT_EQ(reply.body.find("rejected"), std::string::npos) << reply.body;
  const auto told = follow(server, "?after=start&event=corrected", 1);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].event.at("data").at("replace").at("data").at("text"), (boost::json::object{{"sealed", true}}));
  // Who reads the case reads it.
  const auto history = boost::json::parse(server.get("/v1/cases/A1/history").body);
  const auto& correction = history.at("events").as_array().back();
  EXPECT_EQ(correction.at("event"), "corrected");
  EXPECT_EQ(correction.at("data").at("replace").at("data").at("text"), "t");
}

TEST_F(StreamTest, RefusesWhatItCantFollow) {
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  publish(server, "A1");
  std::string place;
  ASSERT_EQ(follow(server, "?after=start", 4, &place).size(), 4U);
  const struct {
    const char* params;
    const char* said;
  } kRows[] = {
      {"?after=57", "'57' is no place of this stream"}, {"?after=s1.__", "is no place of this stream"},
      {"?event=dispached", "did you mean dispatched?"}, {"?kind=hotline-tickets", "did you mean hotline-ticket?"},
      {"?state=registered", "name one kind"},           {"?kind=hotline-ticket&distrikt=shinan", "has no filter 'distrikt'"},
  };
  for (const auto& row : kRows) {
    const auto reply = server.get("/v1/events/stream" + std::string(row.params));
    EXPECT_EQ(reply.status, 400) << row.params;
    EXPECT_NE(reply.body.find(row.said), std::string::npos) << reply.body;
  }
  const fs::path other = folder_ / "other";
  create_ledger(other);
  Server empty(other);
  ASSERT_TRUE(empty.ready()) << empty.errors();
  const auto reply = empty.get("/v1/events/stream?after=" + place);
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body.find("is a place in another ledger's stream"), std::string::npos) << reply.body;
}

}  // namespace
}  // namespace docket::testing
