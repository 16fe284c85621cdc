// Goal: what changes if a rule does is known before it is activated: `docket kind simulate`, served or not, says of each figure what it is
// and what it would be. Method: the real program; the same events in a ledger whose office has that rule.
#include "tests/support/definitions.h"
#include "tests/support/worked_example.h"

namespace docket::testing {
namespace {

constexpr const char* kThreeDays = "hotline.handle={rows: [{when: {urgency: emergency}, limit: 2h}, {limit: 3wd}]}";

class SimulationTest : public ::testing::Test {
 protected:
  static Ran simulate(const fs::path& data, const std::vector<std::string>& more, const char* language = "en") {
    std::vector<std::string> command{"kind", "simulate", "--data", data.string(), "--lang", language};
    command.insert(command.end(), more.begin(), more.end());
    return run_docket(command);
  }
  static void publish(Server& server) {
    for (const auto& event : worked_example()) {
      const auto reply = server.client().post(event.json, "application/cloudevents+json");
      EXPECT_TRUE(reply.status == 200 || reply.status == 201 || reply.status == 202) << reply.body;
    }
  }
  static boost::json::value total(Server& server, const std::string& metric, const std::string& period) {
    const auto reply = server.get("/v1/metrics/" + metric + "?period=" + period);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return boost::json::parse(reply.body).at("total");
  }
  TempFolder folder_;
  const fs::path data_ = folder_ / "data";
};

TEST_F(SimulationTest, SaysWhatAnotherRuleWouldHaveMade) {
  create_ledger(data_);
  const fs::path schemas = folder_ / "schemas";
  write_rules(schemas, "limit: 3wd}]");
  const fs::path other = folder_ / "other";
  const auto made = run_docket({"ledger", "create", "--data", other.string(), "--schemas", schemas.string()});
  ASSERT_TRUE(made.ended.with(0)) << made.text();
  Server now(data_);
  Server would(other);
  ASSERT_TRUE(now.ready() && would.ready()) << now.errors() << would.errors();
  publish(now);
  publish(would);

  const auto ran = simulate(data_, {"--rule", kThreeDays, "--period", "2017-03", "--json"});
  ASSERT_TRUE(ran.ended.with(0)) << ran.text();
  const auto answer = boost::json::parse(ran.out);
  std::set<std::string> told;
  for (const auto& row : answer.at("periods").at(0).at("figures").as_array()) {
    const std::string name(row.at("name").as_string());
    told.insert(name);
    EXPECT_EQ(row.at("now").at("total"), total(now, name, "2017-03")) << name;
    EXPECT_EQ(row.at("as_if").at("total"), total(would, name, "2017-03")) << name;
  }
  EXPECT_TRUE(told.contains("hotline.on_time_rate")) << ran.out;
  const auto listed = boost::json::parse(now.get("/v1/metrics").body);
  for (const auto& metric : listed.at("metrics").as_array()) {
    const std::string name(metric.at("name").as_string());
    if (told.contains(name)) continue;
    EXPECT_EQ(total(now, name, "2017-03"), total(would, name, "2017-03")) << name;
  }
  // Each case that is named is what it is, and would be what it is there.
  std::size_t dues = 0;
  for (const auto& one : answer.at("cases").as_array()) {
    const std::string id(one.at("case").as_string());
    for (const auto& clock : one.at("clocks").as_array()) {
      if (clock.at("clock") != "handle") continue;
      ++dues;
      const auto due = [&](const char* side) { return std::string(clock.at(side).at("due").as_string()).substr(0, 10); };
      EXPECT_EQ(handle(now, id).substr(0, 10), due("now")) << id;
      EXPECT_EQ(handle(would, id).substr(0, 10), due("as_if")) << id;
    }
  }
  EXPECT_GT(dues, 3U);

  // The same by definitions in a folder, as text.
  const auto text = simulate(data_, {"--schemas", schemas.string(), "--period", "2017-03"});
  ASSERT_TRUE(text.ended.with(0)) << text.text();
  EXPECT_NE(text.out.find("\nhotline-ticket: 8 cases, "), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("\n  clock handle: due "), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("\nfigures of 2017-03 that would differ\n"), std::string::npos) << text.out;
  const auto chinese = simulate(data_, {"--schemas", schemas.string(), "--period", "2017-03"}, "zh");
  ASSERT_TRUE(chinese.ended.with(0)) << chinese.text();
  EXPECT_NE(chinese.out.find("\nhotline-ticket:共 8 件,"), std::string::npos) << chinese.out;
  EXPECT_NE(chinese.out.find("\n2017-03 的指标将有不同:\n"), std::string::npos) << chinese.out;
  EXPECT_EQ(boost::json::parse(now.get("/v1/office").body).at("activation"), 1) << "nothing has changed";
  EXPECT_TRUE(now.stop().with(0)) << now.errors();

  const auto alone = simulate(data_, {"--rule", kThreeDays, "--period", "2017-03", "--json"});
  ASSERT_TRUE(alone.ended.with(0)) << alone.text();
  EXPECT_EQ(boost::json::parse(alone.out).at("cases"), answer.at("cases")) << "nobody serves it";
  EXPECT_EQ(boost::json::parse(alone.out).at("periods"), answer.at("periods"));
}

TEST_F(SimulationTest, TheDefinitionsThatDecideChangeNothing) {
  create_ledger(data_);
  {
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    publish(server);
    EXPECT_TRUE(server.stop().with(0));
  }
  const auto ran = simulate(data_, {});
  EXPECT_TRUE(ran.ended.with(0)) << ran.text();
  EXPECT_NE(ran.out.find("\nnothing that judges or measures these would change, so they were passed over: hotline-ticket, "),
            std::string::npos)
      << ran.out;
  // What changes for calls alone leaves tickets out; what changes for tickets, but for none of these, doesn't.
  const auto calls = simulate(data_, {"--rule", "hotline.short_hangup_s=3"});
  EXPECT_TRUE(calls.ended.with(0)) << calls.text();
  const auto far = simulate(data_, {"--rule", "hotline.handle_cap=19wd"});
  EXPECT_TRUE(far.ended.with(0)) << far.text();
  EXPECT_NE(far.out.find("\nhotline-ticket: 8 cases, 3 open; 0 would differ"), std::string::npos) << far.out;
  EXPECT_NE(ran.out.find("\nno case would differ\n"), std::string::npos) << ran.out;
}

// Extended to a day of its own, and met: by a longer limit only the due that the clock had first is another one, which a figure counts.
TEST_F(SimulationTest, NamesACaseWhoseOriginalDueAloneDiffers) {
  create_ledger(data_);
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  const std::string id = "EXT";
  const auto reply = server.post(
      hotline(id, 1, "created", "2026-03-02T09:00:00+08:00") + "\n" + hotline(id, 2, "dispatched", "2026-03-02T10:00:00+08:00") + "\n" +
      hotline(id, 3, "signed", "2026-03-02T11:00:00+08:00") + "\n" + hotline(id, 4, "extension_requested", "2026-03-04T10:00:00+08:00") +
      "\n" + hotline(id, 5, "extension_approved", "2026-03-04T11:00:00+08:00") + "\n" +
      hotline(id, 6, "result_replied", "2026-03-10T10:00:00+08:00"));
  ASSERT_EQ(reply.body.find("rejected"), std::string::npos) << reply.body;
  const std::string rule = "hotline.handle={rows: [{when: {urgency: emergency}, limit: 2h}, {limit: 7wd}]}";
  const auto ran = simulate(data_, {"--rule", rule, "--period", "2026-03", "--json"});
  ASSERT_TRUE(ran.ended.with(0)) << ran.text();
  const auto answer = boost::json::parse(ran.out);
  EXPECT_EQ(answer.at("differ"), 1);
  const auto& kind = answer.at("kinds").at(0);
  ASSERT_EQ(kind.at("clocks").as_array().size(), 1U) << ran.out;
  const auto& counted = kind.at("clocks").at(0);
  EXPECT_EQ(counted.at("clock"), "handle");
  EXPECT_EQ(counted.at("other_original"), 1);
  for (const char* none : {"earlier", "later", "limited", "unlimited"}) EXPECT_EQ(counted.at(none), 0) << none;
  ASSERT_EQ(answer.at("cases").as_array().size(), 1U) << ran.out;
  EXPECT_EQ(answer.at("cases").at(0).at("case"), boost::json::value(id));
  const auto& clock = answer.at("cases").at(0).at("clocks").at(0);
  EXPECT_EQ(clock.at("now").at("due"), clock.at("as_if").at("due"));
  EXPECT_EQ(clock.at("now").at("original_due"), "2026-03-09T15:59:59.999Z");
  EXPECT_EQ(clock.at("as_if").at("original_due"), "2026-03-11T15:59:59.999Z");
  std::set<std::string> figures;
  for (const auto& row : answer.at("periods").at(0).at("figures").as_array()) figures.emplace(row.at("name").as_string());
  EXPECT_TRUE(figures.contains("hotline.on_time_rate.original_due")) << ran.out;

  const auto english = simulate(data_, {"--rule", rule, "--period", "2026-03"});
  EXPECT_NE(english.out.find("\n  clock handle: same dues; 1 with another original due\n"), std::string::npos) << english.out;
  EXPECT_NE(english.out.find("(original due 2026-03-09 "), std::string::npos) << english.out;
  EXPECT_NE(english.out.find("(original due 2026-03-11 "), std::string::npos) << english.out;
  const auto chinese = simulate(data_, {"--rule", rule, "--period", "2026-03"}, "zh");
  EXPECT_NE(chinese.out.find("\n  时限 handle:到期时间相同;1 个的原截止不同\n"), std::string::npos) << chinese.out;
  EXPECT_NE(chinese.out.find("(原截止 2026-03-09 "), std::string::npos) << chinese.out;
}

// The period is wrong, or the rule, or there is none of that name: what would be right is said, and by which exit code.
TEST_F(SimulationTest, RefusesWhatItCantSimulate) {
  create_ledger(data_);
  const struct {
    int code;
    std::vector<std::string> words;
    const char* said;
  } kRows[] = {
      {2, {"--rule", "hotline.handle"}, "--rule hotline.handle: write it as NAME=VALUE, for example hotline.handle=3wd"},
      {1,
       {"--rule", "hotline.handel=3wd"},
       "hotline.handel: overrides nothing; the lowest set has to define it; did you mean hotline.handle?"},
      {1, {"--rule", "hotline.handle=soon"}, "rules/as-if.yaml:3:"},
      {2, {"--period", "2017-13"}, "'2017-13' is no day (2017-03-08), month (2017-03), quarter (2017-Q1) or year (2017)"},
      {2, {"--at", "tomorrow"}, "--at: 'tomorrow' is neither a date"},
      {2, {"--at", "2017-03-01"}, "lies before the ledger's last block"},
      {3, {"--with", "qingdao-2020"}, "no rule set qingdao-2020; did you mean qingdao-2021?"},
      {3, {"--office", "exampel", "--schemas", folder_.path().string()}, "no office exampel; there are: boston,"},
      {2, {"--office", "shandong", "--schemas", folder_.path().string()}, "another office needs a ledger of its own"},
  };
  for (const auto& row : kRows) {
    const auto ran = simulate(data_, row.words);
    EXPECT_TRUE(ran.ended.with(row.code)) << ran.text();
    EXPECT_NE(ran.err.find(row.said), std::string::npos) << row.said << "\n" << ran.text();
    EXPECT_EQ(ran.out, "") << row.said;
  }
  const auto none = simulate(folder_ / "none", {});
  EXPECT_TRUE(none.ended.with(3)) << none.text();
}

}  // namespace
}  // namespace docket::testing
