// Goal: a request that two readers could read in two ways is refused. Method: bytes by hand, whole and one by one.
#include "connectors/http/request_reader.h"

#include <gtest/gtest.h>

namespace docket::http {
namespace {

using Step = RequestReader::Step;

// "method target|body" of the first request, or "fault type", or "more".
std::string read(const std::string& bytes, std::size_t piece = 100000, std::size_t body_max = 100) {
  RequestReader reader(ReaderLimits{});
  std::size_t begin = 0;
  std::size_t end = 0;
  while (true) {
    std::size_t used = 0;
    const auto step = reader.feed(std::string_view(bytes).substr(begin, end - begin), used);
    begin += used;
    if (step == Step::kFault) return "fault " + std::string(reader.fault().type);
    if (step == Step::kDone) return reader.head().method + " " + reader.head().target + "|" + reader.take_body();
    if (step == Step::kHead && !reader.set_body_limit(body_max)) return "fault " + std::string(reader.fault().type);
    if (step != Step::kNeedMore) continue;
    if (end == bytes.size()) return "more";
    end = std::min(bytes.size(), end + piece);
  }
}

std::string post(const std::string& fields, const std::string& body, const std::string& version = "1.1") {
  return "POST /v1/events HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n" + body;
}

TEST(HttpReader, ReadsWholeAndByteByByte) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{100000}}) {
    EXPECT_EQ(read("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", piece), "GET /livez|");
    EXPECT_EQ(read(post("Content-Length: 3\r\n", "abc"), piece), "POST /v1/events|abc");
    EXPECT_EQ(read(post("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"), piece), "POST /v1/events|abc");
  }
}

TEST(HttpReader, RefusesDoubtfulLengths) {
  for (const char* fields :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        "Content-Length: 3\r\nContent-Length: 3\r\n", "Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: -1\r\n",
        "Content-Length: 3x\r\n", "Transfer-Encoding: gzip\r\nContent-Length: 3\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, gzip\r\n", "Content-Type: a\r\nContent-Type: b\r\n", "Host: b\r\n"}) {
    EXPECT_EQ(read(post(fields, "abc")), "fault malformed-request") << fields;
  }
  EXPECT_EQ(read(post("Transfer-Encoding: chunked\r\n", "", "1.0")), "fault malformed-request");
}

TEST(HttpReader, RefusesBadGrammar) {
  for (const char* bytes :
       {"GET /livez HTTP/1.1\nHost: a\n\n", "GET /livez HTTP/1.1\r\nHost: a\n\r\n", "GET  /livez HTTP/1.1\r\n\r\n",
        "GET /livez HTTP/2.0\r\nHost: a\r\n\r\n", "GET /livez HTTP/1.1\r\n\r\n", "GET /li vez HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost : a\r\n\r\n", "GET /livez HTTP/1.1\r\nHost: a\r\nX: a\x01z\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n"}) {
    EXPECT_EQ(read(bytes), "fault malformed-request") << bytes;
  }
  EXPECT_EQ(read(post("Transfer-Encoding: chunked\r\n", "zz\r\nab\r\n")), "fault malformed-request");
}

TEST(HttpReader, LimitsSizes) {
  EXPECT_EQ(read(post("Content-Length: 101\r\n", "")), "fault too-large");
  EXPECT_EQ(read(post("Content-Length: 18446744073709551615\r\n", "")), "fault too-large");
  EXPECT_EQ(read(post("Content-Length: 18446744073709551616\r\n", "")), "fault malformed-request");
  EXPECT_EQ(read(post("Content-Length: 100\r\n", std::string(100, 'x'))), "POST /v1/events|" + std::string(100, 'x'));
  EXPECT_EQ(
      read(post("Transfer-Encoding: chunked\r\n", "40\r\n" + std::string(64, 'x') + "\r\n40\r\n" + std::string(64, 'x') + "\r\n0\r\n\r\n")),
      "fault too-large");
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(16 * 1024, 'x') + "\r\n\r\n"), "fault headers-too-large");
  EXPECT_EQ(read("GET /" + std::string(17 * 1024, 'x')), "fault headers-too-large");
  std::string many;
  for (int i = 0; i < 99; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\r\n" + many + "\r\n"), "GET /|");
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\r\n" + many + "Y: 1\r\n\r\n"), "fault headers-too-large");
}

TEST(HttpReader, HeadTellsWhatTheRequestAsksFor) {
  RequestReader reader(ReaderLimits{});
  const std::string bytes =
      "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\nIf-Match: \"1.1-none\"\r\n"
      "If-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\nAccept-Language: zh\r\nPrefer: wait=2\r\nConnection: close\r\n\r\n";
  std::size_t used = 0;
  ASSERT_EQ(reader.feed(bytes, used), Step::kHead);
  EXPECT_EQ(used, bytes.size());
  EXPECT_TRUE(reader.in_request());
  const auto& head = reader.head();
  EXPECT_TRUE(head.expects_continue);
  EXPECT_FALSE(head.keep_alive);
  EXPECT_EQ(head.content_length, 3U);
  EXPECT_EQ(head.if_match, "\"1.1-none\"");
  EXPECT_EQ(head.if_none_match, "\"a\", \"b\"");
  EXPECT_EQ(head.accept_language, "zh");
  EXPECT_EQ(head.prefer, "wait=2");
}

TEST(HttpReader, BudgetIsSharedAndGivenBack) {
  BodyBudget budget(100);
  {
    ASSERT_TRUE(budget.take(60));
    BodyLease first(&budget, 60);
    EXPECT_FALSE(budget.take(41));
    BodyLease moved = std::move(first);
    EXPECT_EQ(budget.used(), 60U);
  }
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_FALSE(budget.take(101));
}

}  // namespace
}  // namespace docket::http
