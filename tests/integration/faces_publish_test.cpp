// Goal: what the write door answers says all that a producer needs: that it was a dry run, what is wrong in one event as in a batch, which
// revision the case has. Method: the real server with the worked example.
#include "tests/integration/faces_fixture.h"

namespace docket::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST_F(FacesTest, ADryRunSaysThatItWasOne) {
  const std::string dry = "/v1/events?dry_run=true";
  const auto good = json::serialize(event("D-1", "D1"));
  const auto bad = json::serialize(event("D-2", "D2", {{"data", json::object{}}}));
  EXPECT_EQ(post(good, 200, kEventType, dry).at("dry_run"), json::value(true));
  EXPECT_EQ(post(bad, 422, kEventType, dry).at("dry_run"), json::value(true));
  EXPECT_EQ(post("{", 400, kEventType, dry).at("dry_run"), json::value(true));
  const auto batch = post("[" + good + "," + bad + ",7]", 200, kBatchType, dry);
  EXPECT_EQ(batch.at("dry_run"), json::value(true));
  ASSERT_EQ(batch.at("results").as_array().size(), 3U);
  for (const auto& row : batch.at("results").as_array()) EXPECT_EQ(row.at("dry_run"), json::value(true)) << json::serialize(row);
  EXPECT_EQ(server_->get("/v1/events?source=example&id=D-1").status, 404) << "nothing was written";
  EXPECT_FALSE(post(good, 200).contains("dry_run"));

  const auto file = folder_ / "one.json";
  std::ofstream(file) << json::serialize(event("D-3", "D3"));
  const auto told = run_docket({"event", "publish", file.string(), "--dry-run", "--server", server_->address()});
  EXPECT_TRUE(told.ended.with(0)) << told.text();
  EXPECT_THAT(told.err, HasSubstr("dry run, nothing was written"));
  const auto imported = run_docket({"event", "import", "--server", server_->address(), "--dry-run", file.string()});
  EXPECT_THAT(imported.out, HasSubstr("dry run")) << imported.text();
}

TEST_F(FacesTest, OneEventAndABatchAreToldTheSameOfAShape) {
  const std::string lines = "application/x-ndjson";
  const auto said = [](const json::object& body) {
    const auto& error = body.at("errors").as_array().at(0);
    return std::string(body.at("outcome").as_string()) + " " + std::string(body.at("code").as_string()) + " " +
           std::string(error.at("pointer").as_string()) + " " + std::string(error.at("code").as_string());
  };
  const std::string format = "malformed malformed # format";
  EXPECT_EQ(said(post("{", 400)), format);
  EXPECT_EQ(said(post("{", 400, kBatchType)), format);
  EXPECT_EQ(said(post("", 400)), format);
  EXPECT_EQ(said(post("", 400, kBatchType)), format);
  EXPECT_EQ(said(post(" \n", 400, lines)), format);
  const std::string type = "malformed malformed # type";
  EXPECT_EQ(said(post("[7]", 400)), type);
  EXPECT_EQ(said(post("{}", 400, kBatchType)), type);
  const auto items = post("[7,\"x\",[]]", 200, kBatchType).at("results").as_array();
  ASSERT_EQ(items.size(), 3U);
  for (const auto& item : items) {
    EXPECT_EQ(said(item.as_object()), type);
    EXPECT_EQ(item.at("status").to_number<int>(), 400);
  }
  const auto broken = post("7\n{\n", 200, lines).at("results").as_array();
  ASSERT_EQ(broken.size(), 2U);
  EXPECT_EQ(said(broken[0].as_object()), type);
  EXPECT_EQ(said(broken[1].as_object()), format);
  EXPECT_TRUE(post("[]", 200, kBatchType).at("results").as_array().empty()) << "CloudEvents: an empty batch is a batch";
}

TEST_F(FacesTest, AStaleRevisionIsToldTheActualOne) {
  const auto now = get("/v1/cases/T1").at("revision").to_number<int>();
  const std::string actual = std::to_string(now);
  const json::object note{{"type", "org.docket.hotline-ticket.noted.v1"}, {"data", json::object{{"text", "x"}}}};
  const auto with = [&](const std::string& id, const std::string& subject, int expected) {
    auto more = note;
    more["expectedrevision"] = expected;
    return json::serialize(event(id, subject, more));
  };
  const auto check = [&](const json::object& body, const std::string& pointer) {
    EXPECT_THAT(std::string(body.at("detail").as_string()), AllOf(HasSubstr("T1"), HasSubstr("revision " + actual), HasSubstr("not 1")));
    EXPECT_EQ(body.at("errors").as_array().at(0).at("pointer").as_string(), pointer);
    EXPECT_EQ(body.at("errors").as_array().at(0).at("detail").as_string(), "found 1, expected " + actual);
    EXPECT_EQ(body.at("case_revision").to_number<int>(), now);
    EXPECT_EQ(body.at("code").as_string(), "version-conflict");
  };
  check(post(with("E-1", "T1", 1), 412), "#/expectedrevision");
  check(post(json::serialize(event("E-2", "T1", note)), 412, kEventType, "/v1/events", "\"1.1-none\""), "If-Match");
  const auto row = post("[" + with("E-3", "T1", 1) + "]", 200, kBatchType).at("results").as_array().at(0).as_object();
  check(row, "#/expectedrevision");
  EXPECT_EQ(row.at("status").to_number<int>(), 412);
  EXPECT_THAT(std::string(post(with("E-4", "T99", 3), 412).at("detail").as_string()), HasSubstr("there is no case T99 yet"));

  for (const char* wrong : {"\"x\"", "1", "1.1-none", "\"", "\"\"", "**", "\"*\"", "\"1", "*, \"1\"", "\"1.1-none\", \"2.2-none\"",
                            "W/\"1.1-none\"", "\"1.1\"", "-1"}) {
    const auto body = post(json::serialize(event("E-5", "T1", note)), 400, kEventType, "/v1/events", wrong);
    EXPECT_THAT(json::serialize(body), AllOf(HasSubstr("If-Match"), HasSubstr("42.45-due_soon"))) << wrong;
  }
  const auto both = post(with("E-6", "T1", 2), 400, kEventType, "/v1/events", "\"1.1-none\"");
  EXPECT_THAT(std::string(both.at("detail").as_string()), AllOf(HasSubstr("revision 1"), HasSubstr("expectedrevision 2")));
  const auto alone = post(json::serialize(event("E-7", "T1", note)), 200, kEventType, "/v1/events", "\"" + actual + "\"");
  EXPECT_EQ(alone.at("outcome").as_string(), "accepted") << "the revision alone, in quotes";
}

TEST_F(FacesTest, IfMatchAnyAsksForACaseThatExists) {
  const json::object note{{"type", "org.docket.hotline-ticket.noted.v1"}, {"data", json::object{{"text", "x"}}}};
  const auto post_any = [&](const json::object& body, int status) {
    return post(json::serialize(body), status, kEventType, "/v1/events", "*");
  };
  for (const auto& body : {event("A-1", "A1"), event("A-2", "A1", note)}) {  // what would be accepted or parked
    const auto refused = post_any(body, 412);
    EXPECT_THAT(std::string(refused.at("detail").as_string()), AllOf(HasSubstr("no case A1"), HasSubstr("If-Match: *")));
    EXPECT_EQ(refused.at("errors").as_array().at(0).at("pointer").as_string(), "If-Match");
    EXPECT_EQ(refused.at("code").as_string(), "version-conflict");
    EXPECT_EQ(refused.at("case_version").to_number<int>(), 0);
  }
  get("/v1/cases/A1", 404);
  EXPECT_EQ(post(json::serialize(event("A-1", "A1")), 200).at("outcome").as_string(), "accepted") << "nothing was written before";
  EXPECT_EQ(post_any(event("A-2", "A1", note), 200).at("outcome").as_string(), "accepted") << "at once after the opening was told";
  EXPECT_EQ(post_any(event("A-2", "A1", note), 200).at("outcome").as_string(), "duplicate");
  EXPECT_EQ(post_any(event("A-3", "A1", {{"data", json::object{}}}), 422).at("outcome").as_string(), "rejected");
}

}  // namespace
}  // namespace docket::testing
