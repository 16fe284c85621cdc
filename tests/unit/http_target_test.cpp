// Goal: a request target means one thing or is refused. Method: tables of targets, and seeded noise through the fuzz entry.
#include "connectors/http/target.h"

#include <gtest/gtest.h>

#include <random>

#include "connectors/http/negotiation.h"
#include "connectors/http/suggest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace docket::http {
namespace {

using Params = std::vector<std::pair<std::string, std::string>>;

TEST(HttpTarget, SplitsPathAndParameters) {
  const auto target = split_target("/v1/cases/T%201/history?unit=%E5%B8%82&at=2017-03-01T00:00:00+08:00&flag&&x=");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->segments, (std::vector<std::string>{"v1", "cases", "T 1", "history"}));
  EXPECT_EQ(target->params, (Params{{"unit", "市"}, {"at", "2017-03-01T00:00:00+08:00"}, {"flag", ""}, {"x", ""}}));
}

TEST(HttpTarget, TakesTheAbsoluteForm) {
  const auto target = split_target("http://127.0.0.1:7417/livez?a=1");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->raw_path, "/livez");
  EXPECT_EQ(split_target("http://host")->raw_path, "/");
}

TEST(HttpTarget, KeepsAnEscapedSlashInsideItsSegment) {
  EXPECT_EQ(split_target("/a%2Fb/c")->segments, (std::vector<std::string>{"a/b", "c"}));
}

TEST(HttpTarget, RefusesWhatIsAmbiguous) {
  for (const char* bad : {"/a%", "/a%2", "/a%zz", "/a%00", "/a?x=%00", "/a?x=%0a", "/a?%ff=1", "/%c0%af", "/%ed%a0%80", "/a?=1", "/a#b",
                          "*", "a/b", "/a?x=%f5%80%80%80", "/a%e5%b8"}) {
    EXPECT_FALSE(split_target(bad).ok()) << bad;
  }
}

TEST(HttpTarget, NextLinkReplacesThePageToken) {
  const auto target = split_target("/v1/cases?unit=%E5%B8%82&page_token=old&state=open");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(with_page_token(*target, "new/="), "/v1/cases?unit=%E5%B8%82&state=open&page_token=new%2F%3D");
  EXPECT_EQ(with_page_token(*split_target("/v1/cases"), "n"), "/v1/cases?page_token=n");
}

TEST(HttpTarget, NoiseNeverCrashes) {
  std::mt19937 random(20170310);
  const std::string_view alphabet = "/%?&=+.2Faz0\r\n :GETHOSThostCLE1\x01\xff\xe5\xb8";
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = round % 3 == 0 ? "GET / HTTP/1.1\r\nHost: a\r\n" : "/";
    const auto length = random() % 60;
    for (unsigned i = 0; i < length; ++i) bytes += alphabet[random() % alphabet.size()];
    if (round % 2 == 0) bytes += "\r\n\r\n";
    const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
    EXPECT_EQ(LLVMFuzzerTestOneInput(input.data(), input.size()), 0);
  }
}

TEST(HttpNegotiation, ContentTypes) {
  using service::BodyFormat;
  EXPECT_EQ(body_format("application/cloudevents+json"), BodyFormat::kEvent);
  EXPECT_EQ(body_format("Application/CloudEvents-Batch+JSON; charset=\"UTF-8\""), BodyFormat::kBatch);
  EXPECT_EQ(body_format("application/x-ndjson;charset=utf-8"), BodyFormat::kLines);
  EXPECT_EQ(body_format("application/json"), std::nullopt);
  EXPECT_EQ(body_format_of_attributes("application/json; charset=utf-8", true), BodyFormat::kBinary);
  EXPECT_EQ(body_format_of_attributes("", false), BodyFormat::kBinary);
  for (const char* type : {"", "text/json", "application/json; charset=latin1"}) {
    EXPECT_EQ(body_format_of_attributes(type, true), std::nullopt) << type;
  }
  for (const char* bad : {"", "application/json", "text/plain", "application/cloudevents+json; charset=gbk", "application/cloudevents"}) {
    EXPECT_EQ(body_format(bad), std::nullopt) << bad;
  }
}

TEST(HttpNegotiation, ValuesOfAttributes) {
  EXPECT_EQ(attribute_value("plain, with \"quotes\" inside"), "plain, with \"quotes\" inside");
  EXPECT_EQ(attribute_value("%E5%91%98%20%25%22"), "员 %\"");
  EXPECT_EQ(attribute_value("%2541"), "%41") << "once";
  EXPECT_EQ(attribute_value(R"("a \"b\" \\ %41")"), R"(a "b" \ A)");
  EXPECT_EQ(attribute_value("%0A"), "\n") << "what may be in it is ingest's matter";
  EXPECT_EQ(attribute_value("员"), "员");
  EXPECT_EQ(attribute_value("\""), "\"");
  for (const char* bad : {"%", "%4", "%zz", "100%", "%FF", "%C0%80", "\xFF"}) EXPECT_EQ(attribute_value(bad), std::nullopt) << bad;
}

TEST(HttpNegotiation, Languages) {
  EXPECT_EQ(language(""), "en");
  EXPECT_EQ(language("zh-CN,zh;q=0.9,en;q=0.8"), "zh");
  EXPECT_EQ(language("en-US,en;q=0.9,zh;q=0.8"), "en");
  EXPECT_EQ(language("fr, zh;q=0.1"), "zh");
  EXPECT_EQ(language("zh;q=0"), "en");
  EXPECT_EQ(language("zh;q=nonsense"), "en");
  EXPECT_EQ(language("*"), "en");
}

TEST(HttpNegotiation, EtagLists) {
  const std::string_view etag = "\"42.45-due_soon\"";
  EXPECT_TRUE(etag_matches("\"42.45-due_soon\"", etag));
  EXPECT_TRUE(etag_matches("\"1.1-none\", W/\"42.45-due_soon\"", etag));
  EXPECT_TRUE(etag_matches("*", etag));
  EXPECT_FALSE(etag_matches("\"42.45-overdue\"", etag));
  EXPECT_FALSE(etag_matches("*", ""));
}

TEST(HttpSuggest, NearestOrNothing) {
  const std::vector<std::string_view> names{"kind", "state", "page_size"};
  EXPECT_EQ(nearest("pagesize", names), "page_size");
  EXPECT_EQ(nearest("knd", names), "kind");
  EXPECT_EQ(nearest("colour", names), "");
}

}  // namespace
}  // namespace docket::http
