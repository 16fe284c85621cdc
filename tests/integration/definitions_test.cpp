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

TEST_F(DefinitionsTest, ThatKeepTheirVersionAreToldOf) {
  for (const char* file : {"definitions/call.yaml", "metrics/calls.yaml"}) {
    fs::create_directories((schemas_ / file).parent_path());
    std::ofstream(schemas_ / file) << file_text(std::string(DOCKET_SOURCE_DIR) + "/schemas/" + file) << "# said otherwise\n";
  }
  const auto shown = activate({"--dry-run"});
  EXPECT_TRUE(shown.ended.with(0)) << shown.text();
  EXPECT_NE(shown.out.find("kind call changes and stays version 1"), std::string::npos) << shown.out;
  EXPECT_NE(shown.out.find("metrics/calls.yaml change: "), std::string::npos) << shown.out;
  EXPECT_EQ(shown.out.find("hotline"), std::string::npos) << shown.out;
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

}  // namespace
}  // namespace docket::testing
