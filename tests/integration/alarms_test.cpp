// Goal: a matter that is supervised twice, and a number that names two cases, are seen by a person within a second, stop nothing, and are
// seen until somebody settles them, over a restart and a rebuild too. Method: the real program, its log, its face and its commands.
#include <boost/json.hpp>
#include <chrono>
#include <thread>

#include "tests/support/docket_process.h"

namespace docket::testing {
namespace {

namespace json = boost::json;

class AlarmsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    create_ledger(data_);
    start();
  }
  void start() {
    server_ = std::make_unique<Server>(data_);
    ASSERT_TRUE(server_->ready()) << server_->errors();
  }
  void publish(const std::string& kind, const std::string& event, const std::string& subject, const std::string& role, json::object data) {
    const json::object envelope{{"specversion", "1.0"},    {"id", subject + "-" + std::to_string(++sent_)},
                                {"source", "docket:city"}, {"type", "org.docket." + kind + "." + event + ".v1"},
                                {"subject", subject},      {"time", "2017-03-01T09:00:00." + std::to_string(100 + sent_) + "+08:00"},
                                {"authid", role + "-1"},   {"actorrole", role},
                                {"data", std::move(data)}};
    const auto reply = server_->client().call({"POST", "/v1/events", "application/cloudevents+json", json::serialize(envelope), {}, {}});
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  void propose(const std::string& subject, const std::string& matter) {
    publish("supervision", "proposed", subject, "supervisor",
            {{"source", "meeting-decision"}, {"matter", matter}, {"year", 2017}, {"form", "special"}});
  }
  json::object get(const std::string& target) { return json::parse(server_->get(target).body).as_object(); }
  // "matter: S1 S2" of each alarm, once the server has looked through what it had.
  std::vector<std::string> alarms() {
    json::object page;
    do page = get("/v1/alarms");
    while (page.contains("complete") && !page.at("complete").as_bool());
    std::vector<std::string> out;
    for (const auto& alarm : page.at("alarms").as_array()) {
      out.push_back(std::string(alarm.at("alias").as_string()) + ":");
      for (const auto& id : alarm.at("cases").as_array()) out.back() += " " + std::string(id.as_string());
    }
    return out;
  }
  // How many were told since the start.
  std::string told() {
    const std::string text = server_->get("/metrics").body;
    const std::string name = "\ndocket_alias_conflicts_total ";
    const auto at = text.find(name);
    return at == std::string::npos ? "none" : text.substr(at + name.size(), text.find('\n', at + 1) - at - name.size());
  }
  std::size_t conflicts_of(const std::string& id) { return get("/v1/cases/" + id).at("conflicts").as_array().size(); }
  // Until the log says so; false: it never did.
  bool logged(const std::string& line) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (server_->errors().find(line) == std::string::npos) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::yield();
    }
    return true;
  }

  TempFolder folder_;
  const fs::path data_ = folder_ / "data";
  std::unique_ptr<Server> server_;
  int sent_ = 0;
};

using Lines = std::vector<std::string>;

TEST_F(AlarmsTest, AMatterSupervisedTwiceIsSeenUntilOneIsSettled) {
  propose("S2", "rivers");
  propose("S3", "roads");
  EXPECT_EQ(alarms(), Lines{});
  EXPECT_EQ(told(), "0");
  const auto before = server_->client().call({"GET", "/v1/cases/S2", {}, {}, {}, {}});
  propose("S1", "rivers");
  EXPECT_TRUE(logged("docket: alarm: cases S1 S2 have the same matter: 'meeting-decision' 'rivers' (supervision; docket case alarms)\n"))
      << server_->errors();
  EXPECT_EQ(told(), "1") << "with the line in the log, not when rows are written back";
  EXPECT_EQ(alarms(), Lines{"matter: S1 S2"});
  EXPECT_EQ(conflicts_of("S1"), 1U);
  EXPECT_EQ(conflicts_of("S2"), 1U);
  EXPECT_EQ(conflicts_of("S3"), 0U);
  const auto after = server_->client().call({"GET", "/v1/cases/S2", {}, {}, {}, {}});
  EXPECT_NE(before.etag, after.etag) << "nothing happened to S2 itself, but its answer is another one";

  ASSERT_TRUE(server_->stop().with(0));
  start();
  EXPECT_EQ(alarms(), Lines{"matter: S1 S2"}) << "after a restart";
  ASSERT_TRUE(server_->stop().with(0));
  const auto rebuilt = run_docket({"store", "rebuild", "--data", data_.string()});
  ASSERT_TRUE(rebuilt.ended.with(0)) << rebuilt.text();
  start();
  EXPECT_EQ(alarms(), Lines{"matter: S1 S2"}) << "after a rebuild";
  const auto shown = run_docket({"case", "alarms", "--server", server_->address(), "--format", "csv", "--lang", "en"});
  EXPECT_NE(shown.out.find("alias,supervision,matter,source=meeting-decision matter=rivers,S1 S2"), std::string::npos) << shown.text();

  publish("supervision", "not_approved", "S1", "supervisor", {{"reason", "S2 has it"}});
  EXPECT_EQ(alarms(), Lines{}) << "of two matters one is closed";
  EXPECT_EQ(conflicts_of("S2"), 0U);
}

TEST_F(AlarmsTest, ANumberOfTwoTicketsStandsThoughTheyAreClosed) {
  for (const std::string id : {"T1", "T2"}) {
    publish("hotline-ticket", "created", id, "intake",
            {{"number", "17"},
             {"channel", "phone"},
             {"type", "help"},
             {"category", "noise"},
             {"district", "shinan"},
             {"text", "t"},
             {"caller", "p"}});
    publish("hotline-ticket", "answered_directly", id, "intake", {{"text", "t"}});
  }
  EXPECT_TRUE(logged("docket: alarm: cases T1 T2 have the same number: '17'")) << server_->errors();
  EXPECT_EQ(alarms(), Lines{"number: T1 T2"});
  publish("hotline-ticket", "voided", "T2", "intake", {{"reason", "typed twice"}, {"approver", "chief"}});
  EXPECT_EQ(alarms(), Lines{}) << "a void case has no number";
}

}  // namespace
}  // namespace docket::testing
