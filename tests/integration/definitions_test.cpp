// Goal: an office changes its rules while it works: `docket kind activate` lets other definitions decide for new cases, served or not, and
// open cases keep what they were opened with, through restarts, kills, rebuilding and copying. Method: the real program and its commands.
#include "tests/support/definitions.h"

namespace docket::testing {
namespace {

class DefinitionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    create_ledger(data_);
    write_rules(schemas_, "limit: 3wd}]");
  }
  [[nodiscard]] Ran activate(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> command{"kind", "activate", "--data", data_.string(), "--schemas", schemas_.string(), "--by", "chief"};
    command.insert(command.end(), more.begin(), more.end());
    return run_docket(command);
  }
  void change(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = file_text(std::string(DOCKET_SOURCE_DIR) + "/schemas/" + file);
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << file;
    fs::create_directories((schemas_ / file).parent_path());
    std::ofstream(schemas_ / file) << text.replace(at, from.size(), to);
  }
  static Ran migrate(Server& server, const std::vector<std::string>& more) {
    std::vector<std::string> command{"case",       "migrate",    "--server", server.address(), "--lang", "en",       "--role",
                                     "dispatcher", "--approver", "chief",    "--by",           "worker", "--reason", "new limits"};
    command.insert(command.end(), more.begin(), more.end());
    return run_docket(command);
  }
  TempFolder folder_;
  const fs::path data_ = folder_ / "data";
  const fs::path schemas_ = folder_ / "schemas";
};

TEST_F(DefinitionsTest, AreActivatedWhileServedAndOpenCasesKeepTheirs) {
  std::string before;
  {
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    dispatch(server, "H1");
    EXPECT_EQ(handle(server, "H1"), kFive);
    before = server.get("/v1/office").body;

    const auto shown = activate({"--dry-run"});
    EXPECT_TRUE(shown.ended.with(0)) << shown.text();
    EXPECT_NE(shown.out.find("would be activated as number 2:\n  ~ rules/example.yaml\n"), std::string::npos) << shown.out;
    EXPECT_EQ(server.get("/v1/office").body, before) << "a dry run changes nothing";

    const auto done = activate();
    EXPECT_TRUE(done.ended.with(0)) << done.text();
    EXPECT_NE(done.out.find(", number 2, by chief\n  ~ rules/example.yaml\n"), std::string::npos) << done.out;
    EXPECT_NE(activate().out.find("decides already: "), std::string::npos);
    EXPECT_NE(deciding(server).find(", number 2"), std::string::npos) << deciding(server);
    EXPECT_NE(server.get("/v1/office").body, before);

    dispatch(server, "H2");
    EXPECT_EQ(handle(server, "H2"), kThree);
    EXPECT_EQ(handle(server, "H1"), kFive);
    // What comes for the open case is judged by what it was opened with.
    const auto reply = server.post(hotline("H1", 3, "return_requested", "2026-03-10T11:00:00+08:00") + "\n" +
                                   hotline("H1", 4, "return_granted", "2026-03-10T12:00:00+08:00") + "\n" +
                                   hotline("H1", 5, "dispatched", "2026-03-10T13:00:00+08:00"));
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(handle(server, "H1"), kFive);
    const auto listed = server.get("/v1/cases?kind=hotline-ticket&state=dispatched&include_total=true");
    EXPECT_NE(listed.body.find(R"("total":2)"), std::string::npos) << "cases of both: " << listed.body;
    EXPECT_TRUE(server.stop(SIGKILL).by(SIGKILL)) << "nothing of it waits for an orderly end";
  }
  const std::string name = data_.string();
  EXPECT_TRUE(run_docket({"ledger", "verify", "--data", name}).ended.with(0));
  {
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    dispatch(server, "H3");
    EXPECT_EQ(handle(server, "H1") + ", " + handle(server, "H2") + ", " + handle(server, "H3"),
              std::string(kFive) + ", " + kThree + ", " + kThree);
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
  for (const char* command : {"verify", "rebuild", "verify"}) {
    const auto ran = run_docket({"store", command, "--data", name});
    EXPECT_TRUE(ran.ended.with(0)) << command << ": " << ran.text();
  }
  // A copy has all that decides, and serves with the keys.
  const fs::path copy = folder_ / "copy";
  const auto copied = run_docket({"ledger", "copy", "--from", name, "--to", copy.string()});
  ASSERT_TRUE(copied.ended.with(0)) << copied.text();
  fs::copy(data_ / "keys", copy / "keys", fs::copy_options::recursive);
  Server server(copy);
  ASSERT_TRUE(server.ready()) << server.errors();
  dispatch(server, "H4");
  EXPECT_EQ(handle(server, "H1") + ", " + handle(server, "H4"), std::string(kFive) + ", " + kThree);
  EXPECT_NE(deciding(server).find(", number 2"), std::string::npos) << deciding(server);
}

// Against what decides: in a folder that nobody serves, and told by the process that does; of whichever number.
TEST_F(DefinitionsTest, AreComparedWithThoseThatDecide) {
  const std::string shorter = "limit is now 3wd, was 5wd; read by clock handle of hotline-ticket\n";
  const auto diff = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"kind", "diff", "--data", data_.string()});
    const auto ran = run_docket(more);
    EXPECT_TRUE(ran.ended.with(0)) << ran.text();
    return ran.out;
  };
  const auto alone = diff({"--schemas", schemas_.string()});
  EXPECT_NE(alone.find("  rule hotline.handle, row 2: " + shorter), std::string::npos) << alone;
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  EXPECT_EQ(diff({"--schemas", schemas_.string()}), alone);
  EXPECT_TRUE(activate().ended.with(0));
  EXPECT_NE(diff({"--schemas", schemas_.string()}).find("\n0 differences\n"), std::string::npos);
  const auto back = diff({"--office", "example"});
  EXPECT_NE(back.find("limit is now 5wd, was 3wd; "), std::string::npos) << back;
}

TEST_F(DefinitionsTest, AreActivatedInAFolderThatNobodyServesAndBackAgain) {
  const auto done = activate();
  EXPECT_TRUE(done.ended.with(0)) << done.text();
  EXPECT_NE(done.out.find("as soon as the folder is served"), std::string::npos) << done.out;
  {
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    dispatch(server, "H1");
    EXPECT_EQ(handle(server, "H1"), kThree);
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
  }
  // The shipped ones again: a bundle that decided before, under a new number.
  const auto back = run_docket({"kind", "activate", "--data", data_.string(), "--by", "chief"});
  EXPECT_TRUE(back.ended.with(0)) << back.text();
  EXPECT_NE(back.out.find(", number 3, by chief"), std::string::npos) << back.out;
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  dispatch(server, "H2");
  EXPECT_EQ(handle(server, "H1") + ", " + handle(server, "H2"), std::string(kThree) + ", " + kFive);
}

// What was told before the move stays to be read, and whoever reads the ledger anew gets the same.
TEST_F(DefinitionsTest, OpenCasesMoveToThemWhenSomebodySaysSo) {
  std::string before;
  std::string metric;
  {
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    for (const char* id : {"H1", "H2", "H3"}) dispatch(server, id);
    const auto closed = server.post(hotline("H3", 3, "signed", "2026-03-10T10:30:00+08:00") + "\n" +
                                    hotline("H3", 4, "terminated", "2026-03-10T11:00:00+08:00", R"({"ground":"other","request_no":"1"})"));
    EXPECT_EQ(closed.body.find("rejected"), std::string::npos) << closed.body;
    EXPECT_NE(migrate(server, {}).err.find("there is nothing to move"), std::string::npos);
    ASSERT_TRUE(activate().ended.with(0));
    EXPECT_NE(server.get("/v1/office").body.find(R"("activation":2)"), std::string::npos);
    EXPECT_NE(server.get("/v1/cases?kind=hotline-ticket&movable=true&include_total=true").body.find(R"("total":2)"), std::string::npos);

    const auto shown = migrate(server, {"--dry-run"});
    EXPECT_TRUE(shown.ended.with(0)) << shown.text();
    EXPECT_NE(shown.err.find("would move 2, of these with other deadlines 2; not moved 0"), std::string::npos) << shown.text();
    EXPECT_NE(shown.out.find("handle 2026-03-17 23:59 → 2026-03-13 23:59"), std::string::npos) << shown.text();
    EXPECT_EQ(handle(server, "H1"), kFive) << "a dry run changes nothing";

    metric = server.get("/v1/metrics/hotline.on_time_rate?period=2026-03&at=2026-03-16").body;
    const auto last = boost::json::parse(server.get("/v1/cases/H3").body);
    before = std::string(last.at("updated").as_string());
    const auto unknown = migrate(server, {"H9"});
    EXPECT_TRUE(unknown.ended.with(3)) << unknown.text();
    const auto one = migrate(server, {"H1"});
    EXPECT_TRUE(one.ended.with(0)) << one.text();
    EXPECT_EQ(handle(server, "H1") + ", " + handle(server, "H2"), std::string(kThree) + ", " + kFive);
    const auto rest = migrate(server, {});
    EXPECT_NE(rest.err.find("moved 1, of these with other deadlines 1; not moved 0"), std::string::npos) << rest.text();
    EXPECT_EQ(handle(server, "H2"), kThree);
    EXPECT_EQ(handle(server, "H2", "?known_at=" + before), kFive);
    EXPECT_EQ(handle(server, "H3"), kFive) << "it is closed";
    const auto not_now = migrate(server, {"--activation", "7", "H3"});
    EXPECT_TRUE(not_now.ended.with(1)) << not_now.text();
    EXPECT_NE(not_now.out.find("not-active"), std::string::npos) << not_now.text();
    EXPECT_NE(server.get("/v1/cases/H1?version=2").body, server.get("/v1/cases/H1?version=3").body);
    EXPECT_EQ(server.post(hotline("H1", 4, "signed", "2026-03-10T12:00:00+08:00")).status, 200);
    EXPECT_TRUE(server.stop(SIGKILL).by(SIGKILL));
  }
  const std::string name = data_.string();
  for (const char* command : {"verify", "rebuild", "verify"}) {
    const auto ran = run_docket({"store", command, "--data", name});
    EXPECT_TRUE(ran.ended.with(0)) << command << ": " << ran.text();
  }
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  EXPECT_EQ(handle(server, "H1") + ", " + handle(server, "H2"), std::string(kThree) + ", " + kThree);
  EXPECT_EQ(handle(server, "H1", "?known_at=" + before), kFive);
  // Two deadlines fell on the 13th that fell on the 17th as known before.
  const auto count = [&](const std::string& params) {
    const auto body = boost::json::parse(server.get("/v1/metrics/hotline.on_time_rate?period=2026-03&at=2026-03-16" + params).body);
    return body.at("total").at("denominator").as_int64();
  };
  EXPECT_EQ(count(""), 2);
  EXPECT_EQ(count("&known_at=" + before), 0) << metric;
}

// Figures stand by the places of dimensions: a metric that moves them mixed units with districts until it had to have another version.
TEST_F(DefinitionsTest, ThatMoveDimensionsOfAMetricNeedAnotherVersionOfIt) {
  change("metrics/calls.yaml", "by: {line: line, hour: event.call_ended.hour}", "by: {hour: event.call_ended.hour, line: line}");
  for (const bool served : {true, false}) {
    std::unique_ptr<Server> server;
    if (served) server = std::make_unique<Server>(data_);
    const auto refused = activate();
    EXPECT_TRUE(refused.ended.with(2)) << refused.text();
    EXPECT_NE(refused.err.find("metric calls.connection_rate is version 2 still, and its dimensions were [line, hour] and would be "
                               "[hour, line]"),
              std::string::npos)
        << refused.err;
    EXPECT_TRUE(activate({"--dry-run"}).ended.with(2));
  }
  change("metrics/calls.yaml", "by: {line: line, hour: event.call_ended.hour}",
         "by: {line: line, hour: event.call_ended.hour, outcome: outcome}");
  const auto more = activate();
  EXPECT_TRUE(more.ended.with(0)) << more.text();

  change("metrics/calls.yaml", "hour: event.call_ended.hour}", "hour: outcome}");
  const auto other = activate();
  EXPECT_TRUE(other.ended.with(2)) << other.text();
  EXPECT_NE(other.err.find("its dimension hour would read something else"), std::string::npos) << other.err;
  change("metrics/calls.yaml", "ratio: {when: {outcome: answered}}\n  target: {at_least: calls.connection_target}", "count: true");
  const auto sort = activate();
  EXPECT_TRUE(sort.ended.with(2)) << sort.text();
  EXPECT_NE(sort.err.find("metric calls.connection_rate is version 2 still, and what it measures is of another sort"), std::string::npos)
      << sort.err;
}

TEST_F(DefinitionsTest, ThatKeepTheirVersionAreToldOf) {
  change("definitions/call.yaml", "{type: integer, min: 0}", "{type: integer, min: 1}");
  change("metrics/calls.yaml", "over: call\n", "over: call\n  min_n: 3\n");
  change("definitions/qa-session.yaml", "kind: qa-session\n", "# Nothing of it means anything else.\nkind: qa-session\n");
  const auto shown = activate({"--dry-run"});
  EXPECT_TRUE(shown.ended.with(0)) << shown.text();
  EXPECT_NE(shown.out.find("kind call changes and stays version 1"), std::string::npos) << shown.out;
  EXPECT_NE(shown.out.find("metrics/calls.yaml change: "), std::string::npos) << shown.out;
  EXPECT_EQ(shown.out.find("hotline"), std::string::npos) << shown.out;
  EXPECT_EQ(shown.out.find("kind qa-session"), std::string::npos) << shown.out;
}

TEST_F(DefinitionsTest, ThatDoNotPassOrBelongToAnotherOfficeAreRefusedAndNothingChanges) {
  Server server(data_);
  ASSERT_TRUE(server.ready()) << server.errors();
  const std::string before = server.get("/v1/office").body;
  EXPECT_TRUE(run_docket({"kind", "activate", "--data", data_.string(), "--office", "boston", "--dry-run"}).ended.with(2));
  const auto other = run_docket({"kind", "activate", "--data", data_.string(), "--office", "boston"});
  EXPECT_TRUE(other.ended.with(2)) << other.text();
  EXPECT_NE(other.err.find("the ledger is of office example (types org.docket.*), the definitions are of office boston"), std::string::npos)
      << other.err;
  write_rules(schemas_, "limit: 3wx}]");
  const auto broken = activate();
  EXPECT_TRUE(broken.ended.with(1)) << broken.text();
  EXPECT_NE(broken.err.find("rules/example.yaml:"), std::string::npos) << broken.err;
  EXPECT_NE(broken.err.find("nothing was activated"), std::string::npos) << broken.err;
  const auto nowhere = run_docket({"kind", "activate", "--data", (folder_ / "none").string()});
  EXPECT_TRUE(nowhere.ended.with(3)) << nowhere.text();
  EXPECT_EQ(server.get("/v1/office").body, before);
}

// Nobody needs to name the office of a ledger that is there.
TEST_F(DefinitionsTest, TheOfficeIsTheLedgersOwn) {
  const auto boston = folder_ / "boston";
  ASSERT_TRUE(run_docket({"ledger", "create", "--data", boston.string(), "--office", "boston"}).ended.with(0));
  const std::vector<std::string> dry_run{"kind", "activate", "--data", boston.string(), "--dry-run"};
  const auto alone = run_docket(dry_run);
  EXPECT_TRUE(alone.ended.with(0)) << alone.text();
  Server server(boston);
  ASSERT_TRUE(server.ready()) << server.errors();
  const auto served = run_docket(dry_run);
  EXPECT_TRUE(served.ended.with(0)) << served.text();
}

}  // namespace
}  // namespace docket::testing
