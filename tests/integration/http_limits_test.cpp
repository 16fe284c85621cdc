// Goal: nobody can hold the server up or fill its memory, and it ends as promised. Method: as http_test, with small limits.
#include "tests/integration/http_fixture.h"

#include <thread>

namespace docket::http::testing_http {
namespace {

using ::testing::HasSubstr;

TEST_F(HttpTest, LoopbackOnly) {
  for (const char* host : {"0.0.0.0", "192.168.1.1", "::", "example.com"}) {
    Options open;
    open.host = host;
    open.port = 0;
    HttpServer refused(open, fake);
    const auto started = refused.start();
    ASSERT_FALSE(started.ok()) << host;
    EXPECT_EQ(started.error().code, ErrorCode::kInvalid);
  }
  Options open;
  open.host = "0.0.0.0";
  HttpServer refused(open, fake);
  EXPECT_THAT(refused.start().error().message, HasSubstr("without tokens (--tokens FILE) only loopback is served"));
}

TEST_F(HttpTest, ATakenPortIsAConflict) {
  start();
  Options same;
  same.port = port;
  HttpServer second(same, fake);
  const auto started = second.start();
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, ErrorCode::kConflict);
}

TEST_F(HttpTest, SizesAreLimitedAndTheAnswerArrives) {
  start();
  {
    RawClient client(port);
    const auto reply = client.post(std::string(100 * 1024, 'x'));
    EXPECT_EQ(reply.status, 413);
    EXPECT_THAT(reply.body, HasSubstr("dataref"));
    EXPECT_EQ(reply.field("Connection"), "close");
    EXPECT_TRUE(client.ended());
  }
  {
    RawClient client(port);
    EXPECT_EQ(client.post(std::string(9 * 1024 * 1024, 'x'), "application/x-ndjson").status, 413);
  }
  {
    RawClient client(port);
    EXPECT_EQ(client.post(std::string(8 * 1024 * 1024, 'x'), "application/x-ndjson").status, 200);
  }
  {
    RawClient client(port);
    EXPECT_EQ(client.get("/livez", "X: " + std::string(20 * 1024, 'x') + "\r\n").status, 431);
  }
  {
    RawClient client(port);
    std::string many;
    for (int i = 0; i < 101; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
    EXPECT_EQ(client.get("/livez", many).status, 431);
    EXPECT_TRUE(client.ended());
  }
  {
    RawClient client(port);
    client.send(
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
        std::string(64 * 1024, 'x'));
    EXPECT_EQ(client.read().status, 400);
  }
}

TEST_F(HttpTest, DoubtfulRequestsAreRefusedAndTheConnectionEnds) {
  start();
  RawClient both(port);
  both.send(
      "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /livez "
      "HTTP/1.1\r\nHost: "
      "localhost\r\n\r\n");
  EXPECT_EQ(both.read().status, 400);
  EXPECT_TRUE(both.ended());
  RawClient bare(port);
  bare.send("GET /livez HTTP/1.1\nHost: localhost\n\n");
  EXPECT_EQ(bare.read().status, 400);
  EXPECT_TRUE(bare.ended());
  const std::lock_guard lock(fake.mutex);
  EXPECT_EQ(fake.queries, 0U);
}

TEST_F(HttpTest, ASlowClientIsCut) {
  options.request_deadline_ms = 40;
  start();
  RawClient head(port);
  head.send("GET /livez HTTP/1.1\r\nHo");
  const auto reply = head.read();
  EXPECT_EQ(reply.status, 408);
  EXPECT_EQ(reply.field("Connection"), "close");
  EXPECT_TRUE(head.ended());
  RawClient body(port);
  body.send("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/cloudevents+json\r\nContent-Length: 9\r\n\r\n{");
  EXPECT_EQ(body.read().status, 408);
}

TEST_F(HttpTest, DrippingBytesDoesNotMoveTheDeadline) {
  options.request_deadline_ms = 60;
  start();
  RawClient client(port);
  std::atomic<bool> over{false};
  std::thread drip([&] {
    client.send("GET /livez HTTP/1.1\r\nX: ");
    while (!over && client.send("x")) std::this_thread::yield();
  });
  const int status = client.read().status;
  over = true;
  drip.join();
  EXPECT_TRUE(status == 408 || status == 431) << status;  // 431 if so much came within the deadline
}

TEST_F(HttpTest, AnIdleConnectionIsClosedSilently) {
  options.idle_deadline_ms = 40;
  start();
  RawClient client(port);
  EXPECT_EQ(client.get("/livez").status, 200);
  EXPECT_TRUE(client.ended());
}

TEST_F(HttpTest, AClientThatNeverReadsIsCut) {
  options.write_deadline_ms = 40;
  fake.on_query = [](const service::Query&) {
    service::Answer answer;
    answer.body = std::string(32 * 1024 * 1024, 'x');
    return answer;
  };
  start();
  RawClient client(port);
  client.send("GET /v1/kinds HTTP/1.1\r\nHost: localhost\r\n\r\n");
  fake.wait_queries(1);
  RawClient other(port);  // the gauge tells when the first connection is gone
  fake.on_query = [](const service::Query&) { return service::Answer{}; };
  while (other.get("/metrics").body.find("docket_http_connections 1\n") == std::string::npos) std::this_thread::yield();
}

TEST_F(HttpTest, ConnectionsAreLimited) {
  options.connections_max = 2;
  start();
  RawClient first(port);
  RawClient second(port);
  EXPECT_EQ(first.get("/livez").status, 200);
  EXPECT_EQ(second.get("/livez").status, 200);
  RawClient third(port);
  EXPECT_EQ(third.read().status, 503);
  EXPECT_EQ(first.get("/livez").status, 200);
}

TEST_F(HttpTest, AFullQueueOfReadsIsOverloadedButProbesPass) {
  options.query_threads = 1;
  options.queued_queries_max = 1;
  fake.hold = true;
  start();
  RawClient running(port);
  running.send("GET /v1/cases HTTP/1.1\r\nHost: localhost\r\n\r\n");
  fake.wait_queries(1);
  RawClient one(port);
  RawClient other(port);
  for (auto* client : {&one, &other}) client->send("GET /v1/cases HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto& refused = RawClient::first_told(one, other);  // which of them is queued is the server's to say
  const auto refusal = refused.read();
  EXPECT_EQ(refusal.status, 503);
  EXPECT_EQ(refusal.field("Retry-After"), "1");
  EXPECT_THAT(refusal.body, HasSubstr("problems/overloaded"));
  RawClient probe(port);
  EXPECT_EQ(probe.get("/livez").status, 200);
  fake.release();
  EXPECT_EQ(running.read().status, 200);
  EXPECT_EQ((&refused == &one ? other : one).read().status, 200);
}

TEST_F(HttpTest, BodiesUnderWayAreBounded) {
  options.body_bytes_max = 100;
  fake.hold = true;
  start();
  RawClient first(port);
  first.send(RawClient::post_bytes(std::string(80, 'x')));
  fake.wait_published(1);
  RawClient second(port);
  const auto refused = second.post(std::string(80, 'x'));
  EXPECT_EQ(refused.status, 503);
  fake.release();
  EXPECT_EQ(first.read().status, 200);
  RawClient third(port);
  EXPECT_EQ(third.post(std::string(80, 'x')).status, 200);
}

TEST_F(HttpTest, StopGivesTheAnswersUnderWay) {
  fake.hold = true;
  options.stop_deadline_ms = 60'000;
  start();
  RawClient busy(port);
  RawClient idle(port);
  EXPECT_EQ(idle.get("/livez").status, 200);
  busy.send(RawClient::post_bytes("{}"));
  fake.wait_published(1);
  std::thread stopping([this] { server->stop(); });
  EXPECT_TRUE(idle.ended());
  fake.release();
  const auto reply = busy.read();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.field("Connection"), "close");
  EXPECT_TRUE(busy.ended());
  stopping.join();
  RawClient late(port);
  EXPECT_FALSE(late.connected());
}

TEST_F(HttpTest, StopEndsAtItsDeadlineAndLateAnswersAreDropped) {
  fake.hold = true;
  options.stop_deadline_ms = 30;
  start();
  RawClient busy(port);
  busy.send(RawClient::post_bytes("{}"));
  fake.wait_published(1);
  server->stop();
  EXPECT_TRUE(busy.ended());
  server.reset();
  fake.release();  // the answer comes after the server is gone
}

}  // namespace
}  // namespace docket::http::testing_http
