// Goal: a stream's parts arrive as they come, one that is silent still says that it is there, and it ends with the server, the client or
// what it tells of. Method: as http_test, with a stream that tells what the test says.
#include "tests/integration/http_fixture.h"

namespace docket::http::testing_http {
namespace {

using ::testing::HasSubstr;

class FakeStream final : public service::Stream {
 public:
  Part next(std::size_t bytes) override {
    const std::lock_guard lock(mutex);
    ++asked;
    bytes_asked = bytes;
    if (fails) throw std::runtime_error("gone");
    if (texts.empty()) return {{}, looks};
    Part out{texts.front(), texts.size() > 1};
    texts.erase(texts.begin());
    return out;
  }
  [[nodiscard]] bool news() const override {
    const std::lock_guard lock(mutex);
    return fails || !texts.empty();
  }
  void tell(const std::string& text) {
    const std::lock_guard lock(mutex);
    texts.push_back(text);
  }
  void fail() {
    const std::lock_guard lock(mutex);
    fails = true;
  }
  mutable std::mutex mutex;
  std::vector<std::string> texts;  // guarded by mutex, as all below
  std::size_t asked = 0;
  std::size_t bytes_asked = 0;
  bool fails = false;
  bool looks = false;  // finds nothing, and goes on looking
};

class HttpStream : public HttpTest {
 protected:
  void begin() {
    options.stream_look_ms = 1;
    fake.on_query = [this](const service::Query& query) {
      service::Answer answer;
      if (query.route != "/v1/events/stream") return answer;
      answer.content_type = "text/event-stream";
      answer.stream = stream;
      return answer;
    };
    start();
  }
  std::shared_ptr<FakeStream> stream = std::make_shared<FakeStream>();
};

TEST_F(HttpStream, PartsArriveAsTheyCome) {
  begin();
  RawClient client(port);
  const auto head = client.get("/v1/events/stream");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Type"), "text/event-stream");
  EXPECT_EQ(head.field("Transfer-Encoding"), "chunked");
  EXPECT_EQ(head.field("Content-Length"), "(none)");
  EXPECT_EQ(head.field("X-Accel-Buffering"), "no");
  EXPECT_EQ(head.field("Connection"), "close");
  stream->tell("data: 1\n\n");
  EXPECT_EQ(client.chunk(), "data: 1\n\n");
  stream->tell("data: 2\n\n");
  stream->tell("data: 3\n\n");
  EXPECT_EQ(client.chunk(), "data: 2\n\n");
  EXPECT_EQ(client.chunk(), "data: 3\n\n");
  server->stop();
  EXPECT_EQ(client.chunk(), "") << "the last chunk: the body is whole";
  EXPECT_TRUE(client.ended());
}

TEST_F(HttpStream, SilenceIsBrokenByComments) {
  options.stream_heartbeat_ms = 5;
  begin();
  RawClient client(port);
  EXPECT_EQ(client.get("/v1/events/stream").status, 200);
  EXPECT_EQ(client.chunk(), ":\n\n");
  EXPECT_EQ(client.chunk(), ":\n\n");
}

TEST_F(HttpStream, AClientThatLeavesFreesItsPlace) {
  options.streams_max = 1;
  begin();
  {
    RawClient first(port);
    EXPECT_EQ(first.get("/v1/events/stream").status, 200);
    RawClient second(port);
    const auto refused = second.get("/v1/events/stream");
    EXPECT_EQ(refused.status, 503);
    EXPECT_THAT(refused.body, HasSubstr("too many streams are open"));
    EXPECT_EQ(refused.field("Transfer-Encoding"), "(none)");
  }
  for (int status = 0; status != 200;) {  // as soon as the server has seen it
    RawClient next(port);
    status = next.get("/v1/events/stream").status;
    ASSERT_TRUE(status == 200 || status == 503);
  }
}

TEST_F(HttpStream, ManyInOnePipelineAreOne) {
  options.streams_max = 2;
  begin();
  {
    RawClient client(port);
    std::string many;
    for (int i = 0; i < 20; ++i) many += "GET /v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
    client.send(many);
    EXPECT_EQ(client.read().status, 200);
    stream->tell("data: 1\n\n");
    EXPECT_EQ(client.chunk(), "data: 1\n\n");
    RawClient second(port);
    EXPECT_EQ(second.get("/v1/events/stream").status, 200) << "it takes one place";
  }
  for (int free = 0; free < 2;) {  // as soon as the server has seen that they left
    RawClient one(port);
    RawClient two(port);
    free = (one.get("/v1/events/stream").status == 200 ? 1 : 0) + (two.get("/v1/events/stream").status == 200 ? 1 : 0);
  }
}

TEST_F(HttpStream, OneThatLooksLongSaysThatItIsThere) {
  options.stream_heartbeat_ms = 5;
  stream->looks = true;
  begin();
  RawClient client(port);
  EXPECT_EQ(client.get("/v1/events/stream").status, 200);
  EXPECT_EQ(client.chunk(), ":\n\n");
  EXPECT_EQ(client.chunk(), ":\n\n");
}

TEST_F(HttpStream, WhatItTellsOfBreaksOff) {
  begin();
  RawClient client(port);
  EXPECT_EQ(client.get("/v1/events/stream").status, 200);
  stream->fail();
  EXPECT_TRUE(client.ended()) << "without a last chunk, so that a client knows";
}

TEST_F(HttpStream, HeadAsksForTheHeadAlone) {
  begin();
  RawClient client(port);
  client.send("HEAD /v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto head = client.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Type"), "text/event-stream");
  EXPECT_EQ(client.get("/livez").status, 200) << "the connection goes on";
  EXPECT_EQ(stream->asked, 0U);
}

TEST_F(HttpStream, ARefusalIsAnOrdinaryAnswer) {
  start();
  fake.on_query = [](const service::Query&) { return service::problem_answer("invalid-parameter", "after: wrong", "en"); };
  RawClient client(port);
  const auto refused = client.get("/v1/events/stream?after=x");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("after: wrong"));
  EXPECT_EQ(client.get("/v1/events/stream?after=x").status, 400) << "the connection goes on";
}

TEST_F(HttpStream, TheLastEventsIdIsWhereItGoesOn) {
  std::vector<std::pair<std::string, std::string>> asked;
  begin();
  fake.on_query = [&](const service::Query& query) {
    asked = query.params;
    return service::problem_answer("not-found", "", "en");
  };
  RawClient client(port);
  client.get("/v1/events/stream?kind=call&after=start", "Last-Event-ID: s1.AAA\r\n");
  const std::vector<std::pair<std::string, std::string>> expected{{"kind", "call"}, {"after", "s1.AAA"}};
  EXPECT_EQ(asked, expected);
}

TEST_F(HttpStream, WhatComesBehindItIsNotAnswered) {
  begin();
  RawClient client(port);
  client.send("GET /v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read().status, 200);
  stream->tell("data: 1\n\n");
  EXPECT_EQ(client.chunk(), "data: 1\n\n");
  server->stop();
  EXPECT_EQ(client.chunk(), "");
  EXPECT_TRUE(client.ended());
}

}  // namespace
}  // namespace docket::http::testing_http
