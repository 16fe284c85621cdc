// Goal: problems, answers, access lines and metrics have the published shape. Method: whole texts compared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "connectors/http/access_log.h"
#include "connectors/http/http_metrics.h"
#include "connectors/http/response.h"
#include "connectors/service/problem.h"

namespace docket {
namespace {

using testing::HasSubstr;

TEST(Problem, CarriesEverythingInOrder) {
  auto problem = service::make_problem("rejected", "due_at is not a time");
  problem.outcome = "rejected";
  problem.code = "invalid-data";
  problem.errors = {{"#/data/due_at", "must be RFC 3339 with \"offset\"", "format"}};
  const auto answer = service::problem_answer(problem, "zh");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.content_type, "application/problem+json");
  EXPECT_EQ(answer.body, R"({"type":"https://docket.example/problems/rejected","title":"事件被拒绝","status":422,"outcome":"rejected",)"
                         R"("code":"invalid-data","detail":"due_at is not a time","errors":[{"pointer":"#/data/due_at",)"
                         R"("detail":"must be RFC 3339 with \"offset\"","code":"format"}]})");
}

TEST(Problem, TitleFollowsTheLanguageAndUnavailableSaysWhen) {
  service::Problem bare;
  bare.type = "overloaded";
  bare.status = 503;
  const auto answer = service::problem_answer(bare, "en");
  EXPECT_THAT(answer.body, HasSubstr("Overloaded; nothing was written"));
  EXPECT_EQ(answer.retry_after_s, 1);
  EXPECT_EQ(service::make_problem("no-such-type").type, "internal");
}

TEST(Problem, TypesAreUniqueAndTitledTwice) {
  std::set<std::string_view> seen;
  for (const auto& row : service::problem_types()) {
    EXPECT_TRUE(seen.insert(row.type).second) << row.type;
    EXPECT_FALSE(row.title_zh.empty());
    EXPECT_FALSE(row.title_en.empty());
    EXPECT_NE(http::reason_phrase(row.status), "Unknown") << row.status;
    if (row.status == 503) {
      EXPECT_GT(row.retry_after_s, 0);
    }
  }
}

TEST(HttpResponse, WholeAnswer) {
  service::Answer answer;
  answer.body = "{}";
  answer.etag = "\"1.2-none\"";
  answer.position = "p1";
  answer.retry_after_s = 3;
  http::RenderOptions how;
  how.date = "D";
  how.language = "zh";
  how.request_id = "r7";
  how.next_link = "/v1/cases?page_token=n";
  std::string out;
  http::render(out, answer, how);
  EXPECT_EQ(
      out,
      "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Language: zh\r\n"
      "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nX-Request-Id: r7\r\nETag: \"1.2-none\"\r\nDocket-Position: p1\r\n"
      "Link: </v1/cases?page_token=n>; rel=\"next\"\r\nRetry-After: 3\r\n\r\n{}");
}

TEST(HttpResponse, HeadHasTheLengthAlone) {
  service::Answer answer;
  answer.body = "12345";
  std::string out;
  http::RenderOptions how;
  how.head_only = true;
  how.close = true;
  http::render(out, answer, how);
  EXPECT_THAT(out, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(out, testing::EndsWith("Connection: close\r\n\r\n"));
}

TEST(HttpResponse, AValueNeverBeginsAField) {
  service::Answer answer;
  answer.position = "a\r\nSet-Cookie: x";
  std::string out;
  http::render(out, answer, {});
  EXPECT_THAT(out, HasSubstr("Docket-Position: aSet-Cookie: x\r\n"));
}

TEST(AccessLine, IsOneObjectWithThePattern) {
  const http::AccessEntry entry{"GET", "/v1/cases/{id}", 200, 1500, 0, 321, 1489104000025, "r7"};
  EXPECT_EQ(http::access_line(entry),
            R"({"time":"2017-03-10T00:00:00.025Z","level":"info","msg":"request","component":"http","method":"GET",)"
            R"("route":"/v1/cases/{id}","status":200,"duration_ms":1.5E0,"request_bytes":0,"response_bytes":321,"trace_id":"r7"})");
}

TEST(HttpMetrics, HistogramIsCumulativeOverShards) {
  http::HttpMetrics metrics(2);
  metrics.record(0, "GET", "/livez", 200, 400);
  metrics.record(1, "GET", "/livez", 200, 2500);
  metrics.record(1, "GET", "/livez", 200, 60'000'000);
  const std::string text = metrics.text();
  const std::string labels = R"({http_request_method="GET",http_route="/livez",http_response_status_code="200")";
  const std::string name = "http_server_request_duration_seconds";
  EXPECT_THAT(text, HasSubstr("# TYPE " + name + " histogram\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket" + labels + ",le=\"0.0005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket" + labels + ",le=\"0.001\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket" + labels + ",le=\"0.0025\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket" + labels + ",le=\"10\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket" + labels + ",le=\"+Inf\"} 3\n"));
  EXPECT_THAT(text, HasSubstr(name + "_sum" + labels + "} 60.0029\n"));
  EXPECT_THAT(text, HasSubstr(name + "_count" + labels + "} 3\n"));
}

}  // namespace
}  // namespace docket
