// Goal: with tokens, each path is open to those to whom it was granted and to nobody else. Method: every shipped route asked by a caller of
// each right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/http/router.h"

namespace docket::http {
namespace {

using testing::HasSubstr;

service::CallerPtr caller(const std::string& name, const std::function<void(service::Caller&)>& grant) {
  service::Caller out;
  out.name = name;
  grant(out);
  return std::make_shared<const service::Caller>(std::move(out));
}

const service::Access& access() {
  static const service::Access all({
      {service::token_hash("p"), caller("publisher",
                                        [](auto& c) {
                                          c.publish = true;
                                          c.sources = {"example"};
                                        })},
      {service::token_hash("r"), caller("reader", [](auto& c) { c.read = true; })},
      {service::token_hash("m"), caller("prometheus", [](auto& c) { c.metrics = true; })},
      {service::token_hash("n"), caller("nodes", [](auto& c) { c.node = true; })},
  });
  return all;
}

Plan plan_for(
    std::string method, std::string target, std::optional<std::string> authorization,
    const std::function<void(RequestHead&)>& more = [](RequestHead&) {}) {
  static const Router router(service::read_routes(), BodyLimits{});
  RequestHead head;
  head.method = std::move(method);
  head.target = std::move(target);
  head.host = "docket.example.org";
  head.content_type = "application/cloudevents+json";
  head.authorization = std::move(authorization);
  more(head);
  return router.plan(head, &access());
}

int status(const Plan& plan) { return plan.act == Plan::Act::kAnswer ? plan.answer.status : 200; }

TEST(HttpAccess, WhoeverIsNotKnownIsAnsweredNothing) {
  for (const auto& route : service::read_routes()) {
    std::string target(route.pattern);
    for (auto open = target.find('{'); open != std::string::npos; open = target.find('{')) {
      target.replace(open, target.find('}') - open + 1, "x");
    }
    const int wanted = target == "/livez" || target == "/readyz" ? 200 : 401;
    for (const std::optional<std::string>& given :
         std::vector<std::optional<std::string>>{std::nullopt, "", "Bearer", "Bearer ", "Bearer x", "Basic cDpw", "r"}) {
      EXPECT_EQ(status(plan_for("GET", target, given)), wanted) << target << " " << given.value_or("-");
    }
  }
  EXPECT_EQ(status(plan_for("POST", "/v1/events", std::nullopt)), 401);
  EXPECT_EQ(status(plan_for("POST", "/v1/events", "Bearer x")), 401);
  EXPECT_THAT(plan_for("GET", "/v1/cases", std::nullopt).answer.body, HasSubstr("Authorization: Bearer TOKEN"));
}

TEST(HttpAccess, EachRightOpensItsOwnPaths) {
  const std::set<std::string> of_office{"/v1/office",  "/v1/kinds",         "/v1/kinds/x",   "/v1/rejection-codes",
                                        "/v1/schemas", "/v1/schemas/x/x/x", "/openapi.yaml", "/openapi.json"};
  const std::set<std::string> of_nodes{"/v1/positions", "/v1/nodes"};
  for (const auto& route : service::read_routes()) {
    std::string target(route.pattern);
    for (auto open = target.find('{'); open != std::string::npos; open = target.find('{')) {
      target.replace(open, target.find('}') - open + 1, "x");
    }
    const bool probe = target == "/livez" || target == "/readyz";
    EXPECT_EQ(status(plan_for("GET", target, "Bearer r")), 200) << target;
    EXPECT_EQ(status(plan_for("GET", target, "bearer p")), probe || of_office.contains(target) ? 200 : 403) << target;
    EXPECT_EQ(status(plan_for("GET", target, "Bearer m")), probe || target == "/metrics" ? 200 : 403) << target;
    EXPECT_EQ(status(plan_for("GET", target, "Bearer n")), probe || of_nodes.contains(target) ? 200 : 403) << target;
  }
  EXPECT_EQ(status(plan_for("GET", "/v1/events?source=example&id=1", "Bearer p")), 200) << "what became of its own";
  EXPECT_EQ(status(plan_for("GET", "/v1/events?source=console&id=1", "Bearer p")), 403);
  EXPECT_EQ(status(plan_for("POST", "/v1/events", "Bearer r")), 403);
  EXPECT_EQ(status(plan_for("POST", "/v1/events", "Bearer m")), 403);
  const auto published = plan_for("POST", "/v1/events", "Bearer p");
  ASSERT_EQ(published.act, Plan::Act::kPublish);
  EXPECT_EQ(published.publish.caller->name, "publisher");
  EXPECT_THAT(plan_for("GET", "/v1/cases", "Bearer p").answer.body, HasSubstr("token publisher: may not read /v1/cases"));
}

TEST(HttpAccess, OnlyNodesHandOn) {
  const auto part = [](RequestHead& head) { head.partitions = "1,2"; };
  EXPECT_EQ(status(plan_for("POST", "/v1/events", "Bearer p", part)), 403);
  EXPECT_EQ(plan_for("POST", "/v1/events", "Bearer n", part).act, Plan::Act::kPublish);
}

TEST(HttpAccess, PagesOfOtherOriginsStayOut) {
  const auto page = [](RequestHead& head) { head.origin = "http://evil.example"; };
  EXPECT_EQ(status(plan_for("GET", "/v1/cases", "Bearer r", page)), 403);
}

}  // namespace
}  // namespace docket::http
