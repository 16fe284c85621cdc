// Goal: a case that another case opens is there a moment later, wherever it lives, once and for ever, though the process be killed. Method:
// the real program with an office of its own; what was acknowledged is asked for after a kill.
#include "tests/support/docket_process.h"
#include "tests/support/hotline.h"
#include "tests/support/reaction_office.h"

namespace docket::testing {
namespace {

constexpr const char* kNoon = "2026-03-10T12:00:00+08:00";
const std::string kApproved = R"(,"approvedby":"b-1")";

class ReactionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    write_reaction_office(schemas_);
    const auto made = run_docket({"ledger", "create", "--data", data_.string(), "--schemas", schemas_.string(), "--office", "small"});
    ASSERT_TRUE(made.ended.with(0)) << made.text();
  }
  static boost::json::object answer(Server& server, const std::string& target) {
    boost::system::error_code error;
    const auto body = boost::json::parse(server.get(target).body, error);
    return error || !body.is_object() ? boost::json::object{} : body.get_object();
  }
  // Asks until it is there, a minute at most.
  static bool there(Server& server, const std::string& case_id) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (std::chrono::steady_clock::now() < until) {
      if (server.get("/v1/cases/" + case_id).status == 200) return true;
    }
    return false;
  }
  // The answer as soon as it says so, within a minute; else "".
  static std::string asked_for(Server& server, const std::string& target, const std::string& words) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (std::chrono::steady_clock::now() < until) {
      if (auto body = server.get(target).body; body.find(words) != std::string::npos) return body;
    }
    return {};
  }
  static void publish(Server& server, const std::string& event) {
    const auto reply = server.client().post(event, "application/cloudevents+json");
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  static std::string linked(Server& server, const std::string& case_id) {
    const auto body = answer(server, "/v1/cases/" + case_id);
    const auto* links = body.if_contains("links");
    if (links == nullptr || !links->is_array() || links->get_array().empty()) return {};
    return std::string(links->get_array().at(0).at("to").as_string());
  }
  TempFolder folder_;
  const fs::path data_ = folder_ / "data";
  const fs::path schemas_ = folder_ / "schemas";
};

TEST_F(ReactionsTest, ACaseIsOpenedByAnotherAndSaysByWhich) {
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  publish(server, order_event("order", "O1", 1, "made", kNoon, R"({"owner":"N"})", kApproved));
  publish(server, order_event("order", "O1", 2, "asked", kNoon, R"({"what":"修水管"})", kApproved + R"(,"sequence":"1")"));
  const auto job = linked(server, "O1");
  ASSERT_TRUE(job.starts_with("O1.job.")) << server.get("/v1/cases/O1").body;
  ASSERT_TRUE(there(server, job)) << server.errors();
  const auto history = answer(server, "/v1/cases/" + job + "/history");
  SCOPED_TRACE(boost::json::serialize(history));
  const auto& opening = history.at("events").at(0);
  EXPECT_EQ(opening.at("outcome"), "reaction");
  EXPECT_EQ(opening.at("caused_by").at("case"), "O1");
  EXPECT_EQ(opening.at("data").at("what"), "修水管");
  ASSERT_TRUE(there(server, linked(server, job))) << "what the job asks for";
  EXPECT_NE(asked_for(server, "/metrics", "docket_reactions_total{outcome=\"accepted\"} 2"), "") << server.get("/metrics").body;
  // The order's history knows nothing of outcomes elsewhere; a refusal is listed as any.
  publish(server,
          order_event("order", "O1", 3, "handed", kNoon, R"({"other":")" + job + R"(","what":"w"})", kApproved + R"(,"sequence":"2")"));
  EXPECT_NE(asked_for(server, "/v1/rejects", "case-exists").find("O1:other:"), std::string::npos) << server.get("/v1/rejects").body;
  const auto bad = server.client().post(order_event("order", "O1", 4, "handed", kNoon, R"({"other":"bad id!","what":"w"})", kApproved),
                                        "application/cloudevents+json");
  EXPECT_EQ(bad.status, 422) << bad.body;
  EXPECT_NE(bad.body.find("#/data/other"), std::string::npos) << bad.body;
  EXPECT_TRUE(server.stop().with(0));
  const auto verified = run_docket({"store", "verify", "--data", data_.string()});
  EXPECT_TRUE(verified.ended.with(0)) << verified.text();
  const auto chain = run_docket({"ledger", "verify", "--data", data_.string()});
  EXPECT_TRUE(chain.ended.with(0)) << chain.text();
}

// A case that is open opens by its own definitions what the newer ones would refuse: whoever activates them is told.
TEST_F(ReactionsTest, ActivatingTellsWhatOpenCasesWouldOpenInVain) {
  for (const auto& [file, from, to] : visit_with_a_floor()) {
    std::ifstream in(schemas_ / file);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    ASSERT_NE(text.find(from), std::string::npos) << file;
    std::ofstream(schemas_ / file) << text.replace(text.find(from), from.size(), to);
  }
  const std::vector<std::string> command{"kind", "activate", "--data", data_.string(), "--schemas", schemas_.string(), "--office", "small"};
  auto dry = command;
  dry.emplace_back("--dry-run");
  const std::string sentence =
      "link visit of job: visit_planned of kind visit needs floor, which the link doesn't give; what a case that is";
  const auto shown = run_docket(dry);
  EXPECT_TRUE(shown.ended.with(0)) << shown.text();
  EXPECT_NE(shown.out.find(sentence), std::string::npos) << shown.text();
  const auto done = run_docket(command);
  EXPECT_TRUE(done.ended.with(0)) << done.text();
  EXPECT_NE(done.out.find(sentence), std::string::npos) << done.text();
}

// The shipped kinds: a ticket under supervision is a case of the inspection office, too.
TEST(ShippedReactions, ASupervisedTicketIsAMatterOfSupervision) {
  TempFolder folder;
  create_ledger(folder / "data");
  Server server(folder / "data");
  ASSERT_TRUE(server.ready()) << server.errors();
  for (const auto& event : {hotline("T1", 1, "created", kNoon), hotline("T1", 2, "dispatched", "2026-03-10T13:00:00+08:00"),
                            hotline("T1", 3, "supervised", "2026-03-10T14:00:00+08:00", R"({"level":"listed","document_no":"督 3"})")}) {
    const auto reply = server.client().post(event, "application/cloudevents+json");
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  const auto ticket = boost::json::parse(server.get("/v1/cases/T1").body);
  ASSERT_EQ(ticket.at("links").as_array().size(), 1U) << boost::json::serialize(ticket);
  const std::string id(ticket.at("links").at(0).at("to").as_string());
  const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (server.get("/v1/cases/" + id).status != 200 && std::chrono::steady_clock::now() < until) {
  }
  const auto matter = boost::json::parse(server.get("/v1/cases/" + id).body);
  EXPECT_EQ(matter.at("kind"), "supervision") << boost::json::serialize(matter);
  EXPECT_EQ(matter.at("state"), "proposed");
  EXPECT_EQ(matter.at("attributes").at("matter"), "T1");
  EXPECT_EQ(matter.at("attributes").at("origin"), "T1");
  // What was copied can be corrected; the opening alone isn't voided.
  const auto history = boost::json::parse(server.get("/v1/cases/" + id + "/history").body);
  const std::string event(history.at("events").at(0).at("id").as_string());
  const auto corrected = [&](const std::string& n, const std::string& how) {
    return server.client().post(
        R"({"specversion":"1.0","id":")" + n + R"(","source":"12345","type":"org.docket.supervision.corrected.v1","subject":")" + id +
            R"(","time":"2026-03-11T09:00:00+08:00","authid":"s-1","actorrole":"supervisor","approvedby":"chief","data":)" +
            R"({"event":{"source":"docket","id":")" + event + R"("},"reason":"r","approver":"chief",)" + how + "}}",
        "application/cloudevents+json");
  };
  const auto better = corrected("c1", R"("replace":{"data":{"source":"hotline","origin":"T1","matter":"better"}})");
  ASSERT_EQ(better.status, 200) << better.body;
  EXPECT_EQ(boost::json::parse(server.get("/v1/cases/" + id).body).at("attributes").at("matter"), "better");
  const auto voided = corrected("c2", R"("void":true)");
  EXPECT_EQ(voided.status, 422) << voided.body;
  EXPECT_NE(voided.body.find("#/data/event"), std::string::npos) << voided.body;
  // A simulation opens it too: of the changed rule only the deadline differs.
  const auto simulated =
      run_docket({"kind", "simulate", "--data", (folder / "data").string(), "--rule", "supervision.dispatch=6wd", "--json"});
  ASSERT_TRUE(simulated.ended.with(0)) << simulated.text();
  const auto kinds = boost::json::parse(simulated.out).at("kinds").as_array();
  ASSERT_EQ(kinds.size(), 1U) << simulated.out;
  EXPECT_EQ(kinds.at(0).at("not_there"), 0);
  EXPECT_TRUE(kinds.at(0).at("states").as_array().empty()) << simulated.out;
  EXPECT_TRUE(kinds.at(0).at("not_taken").as_array().empty()) << simulated.out;
  EXPECT_EQ(kinds.at(0).at("clocks").at(0).at("later"), 1);
}

TEST_F(ReactionsTest, WhatWasAcknowledgedIsOpenedAfterAKill) {
  std::set<std::string> jobs;
  for (int round = 0; round < 4; ++round) {
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    for (const auto& job : jobs) ASSERT_TRUE(there(server, job)) << job;
    for (int n = 0; n < 20; ++n) {
      const std::string id = "O" + std::to_string(round * 20 + n);
      publish(server, order_event("order", id, 1, "made", kNoon, R"({"owner":"N"})", kApproved));
      publish(server,
              order_event("order", id, 2, "handed", kNoon, R"({"other":"J)" + id + R"(","what":"w"})", kApproved + R"(,"sequence":"1")"));
      jobs.insert("J" + id);
    }
    server.stop(SIGKILL);
  }
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  for (const auto& job : jobs) {
    ASSERT_TRUE(there(server, job)) << job;
    EXPECT_EQ(answer(server, "/v1/cases/" + job + "/history").at("events").as_array().size(), 1U) << job;
  }
}

}  // namespace
}  // namespace docket::testing
