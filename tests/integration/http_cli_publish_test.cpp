// Goal: `event publish` finds out what it is given, hands it over in the right form, prints each fate and ends with the code
// that says how it went. Method: a fake Service that answers as told.
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>

#include "tests/integration/http_cli_fixture.h"

namespace docket::cli::testing_cli {
namespace {

using ::testing::HasSubstr;

class PublishTest : public CliTest {
 protected:
  int publish(const std::string& text, PublishArgs args = {}) {
    std::istringstream input(text);
    out.str("");
    err.str("");
    return run_event_publish(common, args, input);
  }
  // Every request gets this status and body.
  void answer(int status, const std::string& body) {
    const std::lock_guard lock(fake.mutex);
    fake.on_publish = [status, body](const service::PublishRequest&) {
      service::Answer made;
      made.status = status;
      made.body = body;
      return made;
    };
  }
  // Every line gets the outcome that its "id" names.
  void answer_by_id() {
    const std::lock_guard lock(fake.mutex);
    fake.on_publish = [](const service::PublishRequest& request) {
      std::istringstream lines(request.body);
      std::string results;
      int index = 0;
      for (std::string line; std::getline(lines, line);) {
        const std::string outcome(boost::json::parse(line).at("id").as_string());
        results += (index > 0 ? "," : "") + std::string(R"({"index":)") + std::to_string(index) + R"(,"outcome":")" + outcome +
                   R"(","case":"T1"})";
        ++index;
      }
      service::Answer made;
      made.body = R"({"results":[)" + results + "]}";
      return made;
    };
  }
};

TEST_F(PublishTest, OneEvent) {
  begin();
  answer(200, R"({"outcome":"accepted","id":"T1-2","case":"T1","case_version":2,"case_revision":2,"position":"p"})");
  PublishArgs args;
  args.dry_run = true;
  args.if_match = "\"1.1-none\"";
  EXPECT_EQ(publish("  {\n \"id\": \"T1-2\"\n}\n", args), kOk);
  EXPECT_EQ(out.str(),
            "编号  结果    事项  版本  代码  说明\n"
            "T1-2  已接受  T1       2\n");
  ASSERT_EQ(fake.published.size(), 1U);
  EXPECT_EQ(fake.published[0].format, service::BodyFormat::kEvent);
  EXPECT_EQ(fake.published[0].body, "{\n \"id\": \"T1-2\"\n}");
  EXPECT_TRUE(fake.published[0].dry_run);
  EXPECT_EQ(fake.published[0].if_match, "\"1.1-none\"");
}

TEST_F(PublishTest, ParkedSaysUntilWhen) {
  begin();
  answer(202, R"({"outcome":"parked","case":"T1","code":"no-case","detail":"not opened yet","until":"2017-03-04T00:00:00.000Z"})");
  EXPECT_EQ(publish("{}"), kOk);
  EXPECT_THAT(out.str(), HasSubstr("not opened yet; 等待至 2017-03-04 08:00"));
}

TEST_F(PublishTest, RefusalsShowWhatWouldBeRight) {
  begin();
  auto problem = service::make_problem("rejected", "two fields are wrong");
  problem.code = "invalid-data";
  problem.errors = {{"#/data/unit", "is missing", "missing"}, {"#/data/due", "must be a date", "format"}};
  answer(422, service::problem_answer(problem, "en").body);
  EXPECT_EQ(publish("{}"), kFailure);
  EXPECT_EQ(out.str(), "");
  EXPECT_EQ(
      err.str(),
      "docket: The event was rejected (invalid-data): two fields are wrong\n  #/data/unit  is missing\n  #/data/due  must be a date\n");
  common.format = Format::kJson;
  EXPECT_EQ(publish("{}"), kFailure);
  EXPECT_THAT(out.str(), HasSubstr("\"code\":\"invalid-data\""));
  answer(409, "{}");
  EXPECT_EQ(publish("{}"), kConflict);
  answer(503, "{}");
  EXPECT_EQ(publish("{}"), kUnavailable);
  answer(403, "not json");
  EXPECT_EQ(publish("{}"), kNotPermitted);
}

TEST_F(PublishTest, LinesGoInBatchesAndCountOn) {
  begin();
  answer_by_id();
  PublishArgs args;
  args.lines_per_batch = 2;
  EXPECT_EQ(publish("{\"id\":\"accepted\"}\r\n\n{\"id\":\"duplicate\"}\n{\"id\":\"parked\"}", args), kOk);
  EXPECT_EQ(out.str(),
            "序号  编号  结果    事项  版本  代码  说明\n"
            "   0        已接受  T1\n"
            "   1        重复    T1\n"
            "   2        暂存    T1\n");
  EXPECT_EQ(err.str(), "accepted 1, duplicate 1, parked 1\n");
  ASSERT_EQ(fake.published.size(), 2U);
  EXPECT_EQ(fake.published[0].format, service::BodyFormat::kLines);
  EXPECT_EQ(fake.published[0].body, "{\"id\":\"accepted\"}\n{\"id\":\"duplicate\"}\n");
}

TEST_F(PublishTest, ExitCodesOfBatches) {
  begin();
  answer_by_id();
  EXPECT_EQ(publish("{\"id\":\"accepted\"}\n{\"id\":\"rejected\"}"), kSomeFailed);
  EXPECT_EQ(publish("{\"id\":\"rejected\"}\n{\"id\":\"rejected\"}"), kFailure);
  EXPECT_EQ(publish("{\"id\":\"accepted\"}\n{\"id\":\"outcome-unknown\"}"), kUnavailable);
}

TEST_F(PublishTest, AnArrayGoesAsItIs) {
  begin();
  answer(200, R"({"results":[{"index":0,"outcome":"accepted","case":"T1","case_version":1}]})");
  EXPECT_EQ(publish("[{\"n\": 1.0}]"), kOk);
  ASSERT_EQ(fake.published.size(), 1U);
  EXPECT_EQ(fake.published[0].format, service::BodyFormat::kBatch);
  EXPECT_EQ(fake.published[0].body, "[{\"n\": 1.0}]");
  PublishArgs args;
  args.if_match = "\"1.1-none\"";
  EXPECT_EQ(publish("[]", args), kUsage);
}

TEST_F(PublishTest, AFileOrNothingAtAll) {
  begin();
  answer(200, R"({"outcome":"accepted"})");
  const auto folder = std::filesystem::temp_directory_path() / ("docket_cli_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "event.json") << "{\"id\":1}";
  PublishArgs args;
  args.file = folder / "event.json";
  EXPECT_EQ(publish("", args), kOk);
  EXPECT_EQ(fake.published.back().body, "{\"id\":1}");
  std::filesystem::remove_all(folder);
  EXPECT_EQ(publish("", args), kNotFound);
  EXPECT_EQ(publish(" \n "), kUsage);
  EXPECT_THAT(err.str(), HasSubstr("holds no event"));
}

TEST_F(PublishTest, ALostServerLeavesTheOutcomeUnknown) {
  fake.hold = true;
  begin();
  common.timeout_ms = 50;
  EXPECT_EQ(publish("{}"), kUnavailable);
  EXPECT_THAT(err.str(), HasSubstr("nothing is taken twice"));
}

}  // namespace
}  // namespace docket::cli::testing_cli
