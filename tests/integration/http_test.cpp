// Goal: over a real connection every route, status and field is what conventions C1 to C3 promise. Method: a fake Service
// behind the real server on a free port, and a client of raw bytes.
#include "tests/integration/http_fixture.h"

namespace docket::http::testing_http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(HttpTest, ReadPassesRouteAndParametersAndAllFieldsBack) {
  service::Query seen;
  fake.on_query = [&](const service::Query& query) {
    seen = query;
    service::Answer answer;
    answer.body = R"({"cases":[]})";
    answer.etag = "\"3.4-none\"";
    answer.position = "pos1";
    answer.next_page = "t/2";
    return answer;
  };
  start();
  RawClient client(port);
  const auto reply = client.get("/v1/cases?unit=%E5%B8%82&district=shinan&page_token=t1", "Accept-Language: zh-CN\r\nPrefer: wait=2\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"cases":[]})");
  EXPECT_EQ(reply.field("Content-Type"), "application/json");
  EXPECT_EQ(reply.field("Content-Language"), "zh");
  EXPECT_EQ(reply.field("Cache-Control"), "no-store");
  EXPECT_EQ(reply.field("ETag"), "\"3.4-none\"");
  EXPECT_EQ(reply.field("Docket-Position"), "pos1");
  EXPECT_EQ(reply.field("Link"), "</v1/cases?unit=%E5%B8%82&district=shinan&page_token=t%2F2>; rel=\"next\"");
  EXPECT_THAT(reply.field("Date"), HasSubstr(" GMT"));
  EXPECT_EQ(seen.route, "/v1/cases");
  EXPECT_EQ(seen.language, "zh");
  EXPECT_EQ(seen.prefer, "wait=2");
  EXPECT_EQ(seen.params.front(), (std::pair<std::string, std::string>{"unit", "市"}));
}

TEST_F(HttpTest, HeadAndNotModified) {
  fake.on_query = [](const service::Query&) {
    service::Answer answer;
    answer.body = "12345";
    answer.etag = "\"3.4-none\"";
    return answer;
  };
  start();
  RawClient client(port);
  client.send("HEAD /v1/cases/T1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto head = client.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), "5");
  const auto same = client.get("/v1/cases/T1", "If-None-Match: \"3.4-none\"\r\n");
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.field("Content-Length"), "(none)");
  EXPECT_EQ(same.field("ETag"), "\"3.4-none\"");
  EXPECT_EQ(client.get("/v1/cases/T1", "If-None-Match: \"3.5-none\"\r\n").status, 200);
}

TEST_F(HttpTest, RefusalsAreProblemsAndKeepTheConnection) {
  start();
  RawClient client(port);
  const auto missing = client.get("/v2/cases");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.field("Content-Type"), "application/problem+json");
  EXPECT_THAT(missing.body, HasSubstr("problems/not-found"));
  const auto parameter = client.get("/v1/kinds?stat=open");
  EXPECT_EQ(parameter.status, 400);
  EXPECT_THAT(parameter.body, HasSubstr("\"pointer\":\"?stat\""));
  client.send("DELETE /v1/kinds HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto method = client.read();
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.field("Allow"), "GET, HEAD");
  EXPECT_EQ(client.get("/v1/kinds/%00").status, 400);
  EXPECT_EQ(client.get("/v1/kinds").status, 200);
}

TEST_F(HttpTest, PublishPassesEverythingAndTheServicesStatusBack) {
  start();
  RawClient client(port);
  for (const int status : {200, 202, 403, 409, 412, 422, 503}) {
    {
      const std::lock_guard lock(fake.mutex);
      fake.on_publish = [status](const service::PublishRequest&) {
        service::Answer answer;
        answer.status = status;
        answer.body = R"({"outcome":"x"})";
        answer.position = "p9";
        answer.retry_after_s = status == 503 ? 2 : 0;
        return answer;
      };
    }
    const auto reply =
        client.post("{\"id\":\"1\"}", "application/cloudevents+json", "/v1/events?dry_run=true", "If-Match: \"1.1-none\"\r\n");
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.body, R"({"outcome":"x"})");
    EXPECT_EQ(reply.field("Docket-Position"), "p9");
    EXPECT_EQ(reply.field("Retry-After"), status == 503 ? "2" : "(none)");
  }
  const std::lock_guard lock(fake.mutex);
  ASSERT_EQ(fake.published.size(), 7U);
  EXPECT_EQ(fake.published[0].body, "{\"id\":\"1\"}");
  EXPECT_TRUE(fake.published[0].dry_run);
  EXPECT_EQ(fake.published[0].if_match, "\"1.1-none\"");
  EXPECT_EQ(fake.published[0].language, "en");
}

TEST_F(HttpTest, ContentTypesAndChunks) {
  start();
  RawClient client(port);
  EXPECT_EQ(client.post("[]", "application/cloudevents-batch+json").status, 200);
  EXPECT_EQ(client.post("{}\n", "application/x-ndjson; charset=utf-8").status, 200);
  client.send(
      "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\n{}\n\r\n4;x=y\r\n{ }\n\r\n0\r\n\r\n");
  EXPECT_EQ(client.read().status, 200);
  {
    const std::lock_guard lock(fake.mutex);
    ASSERT_EQ(fake.published.size(), 3U);
    EXPECT_EQ(fake.published[0].format, service::BodyFormat::kBatch);
    EXPECT_EQ(fake.published[1].format, service::BodyFormat::kLines);
    EXPECT_EQ(fake.published[2].body, "{}\n{ }\n");
  }
  const auto wrong = client.post("{}", "application/json");
  EXPECT_EQ(wrong.status, 415);
  EXPECT_THAT(wrong.body, HasSubstr("application/cloudevents+json"));
  EXPECT_THAT(wrong.field("Accept-Post"), HasSubstr("application/x-ndjson"));
}

TEST_F(HttpTest, ExpectContinueIsAnsweredBeforeTheBody) {
  start();
  RawClient client(port);
  client.send(
      "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/cloudevents+json\r\nContent-Length: 2\r\nExpect: "
      "100-continue\r\n\r\n");
  EXPECT_EQ(client.read().status, 100);
  client.send("{}");
  EXPECT_EQ(client.read().status, 200);
}

TEST_F(HttpTest, PipelinedAnswersKeepTheirOrder) {
  fake.hold = true;
  start();
  RawClient client(port);
  std::string bytes;
  for (int i = 0; i < 50; ++i) bytes += RawClient::post_bytes(std::to_string(i));
  bytes += "GET /v1/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n";
  client.send(bytes);
  fake.wait_published(50);
  fake.release();
  for (int i = 0; i < 50; ++i) ASSERT_EQ(client.read().body, "released " + std::to_string(i));
  EXPECT_EQ(client.read().status, 404);
}

TEST_F(HttpTest, MorePipelinedThanTheLimitAreAllAnswered) {
  options.pipelined_max = 4;
  options.unsent_bytes_max = 256;
  start();
  RawClient client(port);
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += RawClient::post_bytes(std::to_string(i));
  client.send(bytes);
  for (int i = 0; i < 300; ++i) ASSERT_EQ(client.read().status, 200) << i;
  const std::lock_guard lock(fake.mutex);
  for (std::size_t i = 0; i < 300; ++i) ASSERT_EQ(fake.published[i].body, std::to_string(i));
}

TEST_F(HttpTest, ManyConnectionsAtATime) {
  fake.hold = true;
  start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 64; ++i) {
    clients.push_back(std::make_unique<RawClient>(port));
    clients.back()->send(RawClient::post_bytes("{}"));
  }
  fake.wait_published(64);
  fake.release();
  for (auto& client : clients) EXPECT_EQ(client->read().status, 200);
  for (auto& client : clients) EXPECT_EQ(client->get("/livez").status, 200);
}

TEST_F(HttpTest, AHalfClosedClientGetsItsAnswer) {
  fake.hold = true;
  start();
  RawClient client(port);
  client.send(RawClient::post_bytes("{}"));
  client.shut();
  fake.wait_published(1);
  fake.release();
  EXPECT_EQ(client.read().status, 200);
  EXPECT_TRUE(client.ended());
}

TEST_F(HttpTest, CloseIsHonoured) {
  start();
  RawClient client(port);
  const auto reply = client.get("/livez", "Connection: close\r\n");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.field("Connection"), "close");
  EXPECT_TRUE(client.ended());
  RawClient old(port);
  old.send("GET /livez HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read().status, 200);
  EXPECT_TRUE(old.ended());
}

TEST_F(HttpTest, MetricsAndAccessLogNameThePattern) {
  fake.on_query = [](const service::Query& query) {
    service::Answer answer;
    if (query.route == "/metrics") answer.content_type = "text/plain; version=0.0.4";
    answer.body = query.route == "/metrics" ? "docket_build_info 1\n" : "{}";
    return answer;
  };
  std::mutex mutex;
  std::vector<std::string> lines;
  options.io_threads = 1;
  options.access_log = [&](const AccessEntry& entry) {
    const std::lock_guard lock(mutex);
    lines.push_back(access_line(entry));
  };
  start();
  RawClient client(port);
  EXPECT_EQ(client.get("/v1/cases/SECRET/history").status, 200);
  EXPECT_EQ(client.get("/elsewhere").status, 404);
  const auto reply = client.get("/metrics");
  EXPECT_EQ(reply.field("Content-Type"), "text/plain; version=0.0.4");
  EXPECT_THAT(reply.body, HasSubstr("docket_build_info 1\n"));
  EXPECT_THAT(reply.body,
              HasSubstr(R"(_count{http_request_method="GET",http_route="/v1/cases/{id}/history",http_response_status_code="200"} 1)"));
  EXPECT_THAT(reply.body, HasSubstr(R"(_count{http_request_method="GET",http_route="",http_response_status_code="404"} 1)"));
  EXPECT_THAT(reply.body, HasSubstr("docket_http_connections 1\n"));
  EXPECT_THAT(reply.body, Not(HasSubstr("SECRET")));
  server->stop();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], HasSubstr(R"("route":"/v1/cases/{id}/history","status":200)"));
  EXPECT_THAT(lines[0], Not(HasSubstr("SECRET")));
}

TEST_F(HttpTest, ForeignNamesAndOriginsAreForbidden) {
  start();
  RawClient client(port);
  client.send("GET /v1/kinds HTTP/1.1\r\nHost: rebound.example:7417\r\n\r\n");
  const auto host = client.read();
  EXPECT_EQ(host.status, 403);
  EXPECT_EQ(host.field("Content-Type"), "application/problem+json");
  EXPECT_THAT(host.body, HasSubstr("problems/forbidden"));
  EXPECT_THAT(host.body, HasSubstr("\"pointer\":\"Host\""));
  EXPECT_THAT(host.body, HasSubstr("rebound.example:7417"));
  EXPECT_THAT(host.body, HasSubstr("localhost"));
  const auto origin = client.get("/v1/kinds", "Origin: http://elsewhere.example\r\n");
  EXPECT_EQ(origin.status, 403);
  EXPECT_THAT(origin.body, HasSubstr("\"pointer\":\"Origin\""));
  EXPECT_EQ(client.get("/v1/kinds", "Origin: http://localhost\r\n").status, 200);
  {
    RawClient writer(port);
    EXPECT_EQ(writer.post("{}", "application/cloudevents+json", "/v1/events", "Origin: null\r\n").status, 403);
  }
  const std::lock_guard lock(fake.mutex);
  EXPECT_EQ(fake.queries, 1U);
  EXPECT_TRUE(fake.published.empty());
}

TEST_F(HttpTest, EachRequestHasAName) {
  std::mutex mutex;
  std::vector<std::string> lines;
  options.io_threads = 1;
  options.access_log = [&](const AccessEntry& entry) {
    const std::lock_guard lock(mutex);
    lines.push_back(access_line(entry));
  };
  start();
  RawClient client(port);
  const auto first = client.get("/v1/nothing");
  const auto second = client.get("/v1/nothing");
  EXPECT_EQ(first.field("X-Request-Id").size(), 32U);
  EXPECT_NE(first.field("X-Request-Id"), second.field("X-Request-Id"));
  EXPECT_THAT(first.body, HasSubstr("\"trace_id\":\"" + first.field("X-Request-Id") + "\"}"));
  const auto given = client.get("/v1/nothing", "X-Request-Id: desk-7:0.1\r\n");
  EXPECT_EQ(given.field("X-Request-Id"), "desk-7:0.1");
  EXPECT_THAT(given.body, HasSubstr("\"trace_id\":\"desk-7:0.1\"}"));
  for (const std::string& odd : {std::string("a b"), std::string("\"x\""), std::string(65, 'x')}) {
    const auto replaced = client.get("/v1/nothing", "X-Request-Id: " + odd + "\r\n");
    EXPECT_EQ(replaced.field("X-Request-Id").size(), 32U) << odd;
  }
  const auto fine = client.get("/v1/kinds", "X-Request-Id: r1\r\n");
  EXPECT_EQ(fine.field("X-Request-Id"), "r1");
  EXPECT_EQ(fine.body, "") << "an answer that is no problem stays as it is";
  client.send("GET /livez HTTP/1.1\r\n\r\n");
  const auto faulty = client.read();
  EXPECT_EQ(faulty.status, 400);
  EXPECT_THAT(faulty.body, HasSubstr("\"trace_id\":\"" + faulty.field("X-Request-Id") + "\"}"));
  server->stop();
  ASSERT_EQ(lines.size(), 8U);
  EXPECT_THAT(lines[2], HasSubstr(R"("trace_id":"desk-7:0.1")"));
}

TEST_F(HttpTest, AThrowingServiceIsAnInternalError) {
  fake.on_query = [](const service::Query&) -> service::Answer { throw std::runtime_error("broken"); };
  start();
  RawClient client(port);
  const auto reply = client.get("/v1/kinds");
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, HasSubstr("problems/internal"));
}

}  // namespace
}  // namespace docket::http::testing_http
