// Goal: each head leads to the right act or to the right refusal. Method: heads by hand through the shipped route table.
#include "connectors/http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace docket::http {
namespace {

using testing::HasSubstr;

Plan plan(std::string method, std::string target, std::string content_type = "", std::optional<std::string> if_match = std::nullopt) {
  static const Router router(service::read_routes(), BodyLimits{});
  RequestHead head;
  head.method = std::move(method);
  head.target = std::move(target);
  head.content_type = std::move(content_type);
  head.if_match = std::move(if_match);
  return router.plan(head);
}

TEST(HttpRouter, EveryReadRouteIsReached) {
  for (const auto& route : service::read_routes()) {
    std::string target(route.pattern);
    for (auto open = target.find('{'); open != std::string::npos; open = target.find('{')) {
      target.replace(open, target.find('}') - open + 1, "x.y");
    }
    for (const char* method : {"GET", "HEAD"}) {
      const auto got = plan(method, target);
      EXPECT_EQ(got.act, Plan::Act::kQuery) << target;
      EXPECT_EQ(got.query.route, route.pattern);
    }
    for (const auto param : route.params) {
      if (param == "*") continue;
      EXPECT_EQ(plan("GET", target + "?" + std::string(param) + "=1").act, Plan::Act::kQuery) << target << " " << param;
    }
  }
}

TEST(HttpRouter, PathParametersAreDecoded) {
  const auto got = plan("GET", "/v1/cases/SD%3A1/deadlines?explain=true");
  EXPECT_EQ(got.query.path, (std::map<std::string, std::string>{{"id", "SD:1"}}));
  EXPECT_EQ(got.query.params, (std::vector<std::pair<std::string, std::string>>{{"explain", "true"}}));
}

TEST(HttpRouter, UnknownParameterIsNamedWithASuggestion) {
  const auto got = plan("GET", "/v1/cases/T1?know_at=2017-01-01");
  EXPECT_EQ(got.answer.status, 400);
  EXPECT_THAT(got.answer.body, HasSubstr("problems/invalid-parameter"));
  EXPECT_THAT(got.answer.body, HasSubstr("\"pointer\":\"?know_at\""));
  EXPECT_THAT(got.answer.body, HasSubstr("known_at"));
  EXPECT_THAT(plan("GET", "/livez?verbose").answer.body, HasSubstr("this path takes none"));
}

TEST(HttpRouter, ListsTakeAnyDimension) {
  EXPECT_EQ(plan("GET", "/v1/cases?district=shinan").act, Plan::Act::kQuery);
  EXPECT_EQ(plan("GET", "/v1/rejects?district=shinan").answer.status, 400);
}

TEST(HttpRouter, WhatMayComeOnceIsRefusedTwice) {
  const auto twice = plan("GET", "/v1/cases/T1?at=2017-03-01&version=1&at=2017-03-02");
  EXPECT_EQ(twice.answer.status, 400);
  EXPECT_THAT(twice.answer.body, HasSubstr("\"pointer\":\"?at\""));
  EXPECT_THAT(twice.answer.body, HasSubstr("\"code\":\"repeated\""));
  EXPECT_EQ(plan("GET", "/v1/cases?unit=U&unit=V&district=a&district=b&light=none&light=paused").act, Plan::Act::kQuery)
      << "either of them";
  EXPECT_EQ(plan("GET", "/v1/cases?page_size=1&page_size=1").answer.status, 400);
  EXPECT_EQ(plan("GET", "/v1/rejects?code=a&code=b&source=c&source=d").act, Plan::Act::kQuery);
  EXPECT_EQ(plan("POST", "/v1/events?dry_run=true&dry_run=true", "application/cloudevents+json").answer.status, 400);
}

TEST(HttpRouter, OnlyThisMachinesOwnNamesAreAnswered) {
  static const Router router(service::read_routes(), BodyLimits{});
  const auto status = [](std::optional<std::string> host, std::optional<std::string> origin = std::nullopt, std::string target = "/livez") {
    RequestHead head;
    head.method = "GET";
    head.target = std::move(target);
    head.host = std::move(host);
    head.origin = std::move(origin);
    const auto got = router.plan(head);
    return got.act == Plan::Act::kQuery ? 200 : got.answer.status;
  };
  for (const char* own : {"localhost", "LocalHost:7417", "127.0.0.1", "127.0.0.1:80", "127.9.8.7:1", "[::1]", "[::1]:7417"}) {
    EXPECT_EQ(status(own), 200) << own;
    EXPECT_EQ(status(own, "http://" + std::string(own)), 200) << own;
  }
  EXPECT_EQ(status(std::nullopt), 200) << "HTTP/1.0 without Host: no browser";
  for (const char* other : {"", "rebound.example", "rebound.example:7417", "localhost.rebound.example", "127.0.0.1.rebound.example",
                            "10.0.0.1", "0.0.0.0", "[::]:7417", "::1", "127.0.0.1:x", "127.0.0.1@rebound.example", "localhost:7417:7417"}) {
    EXPECT_EQ(status(other), 403) << other;
  }
  for (const char* other : {"http://rebound.example", "null", "http://127.0.0.1:3000", "https://127.0.0.1:7417", ""}) {
    EXPECT_EQ(status("127.0.0.1:7417", other), 403) << other;
  }
  EXPECT_EQ(status(std::nullopt, "http://rebound.example"), 403);
  EXPECT_EQ(status("localhost", std::nullopt, "http://rebound.example/livez"), 403) << "the target names its own host";
  EXPECT_EQ(status("localhost", std::nullopt, "http://127.0.0.1:7417/livez"), 200);
  EXPECT_EQ(status("localhost", std::nullopt, "/v1/cases?alias=http://rebound.example/"), 200);
}

TEST(HttpRouter, UnknownPathsAndMethods) {
  EXPECT_EQ(plan("GET", "/v1/case").answer.status, 404);
  EXPECT_THAT(plan("GET", "/v1/case").answer.body, HasSubstr("did you mean /v1/cases?"));
  EXPECT_EQ(plan("GET", "/v1/cases/").answer.status, 404);
  EXPECT_EQ(plan("GET", "/").answer.status, 404);
  EXPECT_EQ(plan("GET", "/v1/cases/%zz").answer.status, 400);
  EXPECT_EQ(plan("DELETE", "/v1/cases/T1").answer.status, 405);
  EXPECT_EQ(plan("DELETE", "/v1/cases/T1").allow, "GET, HEAD");
  EXPECT_EQ(plan("POST", "/v1/cases").answer.status, 405);
  EXPECT_EQ(plan("PUT", "/v1/events").allow, "GET, HEAD, POST");
}

TEST(HttpRouter, PublishingNeedsARightContentType) {
  const auto one = plan("POST", "/v1/events?dry_run=true", "application/cloudevents+json", "\"42.45-none\"");
  EXPECT_EQ(one.act, Plan::Act::kPublish);
  EXPECT_TRUE(one.publish.dry_run);
  EXPECT_EQ(one.publish.if_match, "\"42.45-none\"");
  EXPECT_LT(one.body_bytes_max, 128U * 1024);
  EXPECT_EQ(plan("POST", "/v1/events", "application/x-ndjson").body_bytes_max, 8U * 1024 * 1024);
  const auto wrong = plan("POST", "/v1/events", "application/json");
  EXPECT_EQ(wrong.answer.status, 415);
  EXPECT_THAT(wrong.answer.body, HasSubstr("application/cloudevents+json"));
  EXPECT_EQ(plan("POST", "/v1/events").answer.status, 415);
}

TEST(HttpRouter, PublishingParametersAreChecked) {
  EXPECT_EQ(plan("POST", "/v1/events?dry_run=yes", "application/cloudevents+json").answer.status, 400);
  EXPECT_THAT(plan("POST", "/v1/events?dryrun=true", "application/cloudevents+json").answer.body, HasSubstr("dry_run"));
  EXPECT_EQ(plan("POST", "/v1/events", "application/cloudevents-batch+json", "\"1.1-none\"").answer.status, 400);
}

}  // namespace
}  // namespace docket::http
