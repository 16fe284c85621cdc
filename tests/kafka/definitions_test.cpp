// Goal: definitions change on several nodes at once: what one of them activates decides on all for new cases, whoever owns them later, and
// of two activations at once one counts everywhere. Method: the real program, on a real broker.
#include <future>

#include "tests/kafka/nodes_fixture.h"
#include "tests/support/definitions.h"

namespace docket::testing {
namespace {

class KafkaDefinitions : public KafkaNodes {
 protected:
  [[nodiscard]] Ran activate(const std::string& node, const std::string& limit) const {
    const auto schemas = folder_ / ("schemas-" + node);
    write_rules(schemas, limit);
    return run_docket({"kind", "activate", "--data", folder(node).string(), "--schemas", schemas.string(), "--by", node});
  }
  // Tickets over all partitions.
  static void dispatch_all(Server& server, const std::string& name) {
    for (int i = 0; i < kTickets; ++i) dispatch(server, name + std::to_string(i));
  }
  static void expect_handled(Server& server, const std::string& name, const std::string& as) {
    for (int i = 0; i < kTickets; ++i) EXPECT_EQ(handle(server, name + std::to_string(i), "?consistency=strong"), as) << name << i;
  }
  static bool await_number(const std::vector<Server*>& servers, int number) {
    const std::string end = ", number " + std::to_string(number);
    return eventually(
        [&] { return std::all_of(servers.begin(), servers.end(), [&](Server* server) { return deciding(*server).ends_with(end); }); });
  }
  static constexpr int kTickets = 24;
};

TEST_F(KafkaDefinitions, WhatOneNodeActivatesDecidesOnAllAndGoesWithThePartitions) {
  auto one = start("node-1");
  auto two = start("node-2");
  ASSERT_TRUE(one->ready() && two->ready()) << one->errors() << two->errors();
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});
  dispatch_all(*one, "A");
  const auto done = activate("node-2", "limit: 3wd}]");
  ASSERT_TRUE(done.ended.with(0)) << done.text();
  ASSERT_TRUE(await_number({one.get(), two.get()}, 2)) << deciding(*one) << "\n" << deciding(*two);
  dispatch_all(*one, "B");
  for (auto* server : {one.get(), two.get()}) {
    expect_handled(*server, "A", kFive);
    expect_handled(*server, "B", kThree);
  }
  // Who takes over judges by the same.
  two->stop(SIGKILL);
  expect_shared({one.get()}, {"node-1"});
  dispatch_all(*one, "C");
  expect_handled(*one, "A", kFive);
  expect_handled(*one, "C", kThree);
  // One that was never there before, and one that was killed.
  auto three = start("node-3");
  two = start("node-2");
  ASSERT_TRUE(three->ready() && two->ready()) << three->errors() << two->errors();
  expect_shared({one.get(), two.get(), three.get()}, {"node-1", "node-2", "node-3"});
  dispatch_all(*three, "D");
  for (auto* server : {two.get(), three.get()}) {
    expect_handled(*server, "A", kFive);
    expect_handled(*server, "D", kThree);
  }
  // Open cases move by a command to any node, whoever owns them, and stay moved at whoever owns them next.
  const auto moved = run_docket({"case", "migrate", "--server", three->address(), "--lang", "en", "--role", "dispatcher", "--approver",
                                 "chief", "--reason", "new limits", "--kind", "hotline-ticket"});
  EXPECT_TRUE(moved.ended.with(0)) << moved.text();
  EXPECT_NE(
      moved.err.find("moved " + std::to_string(kTickets) + ", of these with other deadlines " + std::to_string(kTickets) + "; not moved 0"),
      std::string::npos)
      << moved.text();
  for (auto* server : {one.get(), two.get()}) expect_handled(*server, "A", kThree);
  two->stop(SIGKILL);
  expect_shared({one.get(), three.get()}, {"node-1", "node-3"});
  for (auto* server : {one.get(), three.get()}) expect_handled(*server, "A", kThree);
  for (auto* server : {one.get(), three.get()}) EXPECT_TRUE(server->stop().with(0)) << server->errors();
  const auto verified = run_docket(on({"ledger", "verify"}));
  EXPECT_TRUE(verified.ended.with(0)) << verified.text();
  // What the copy in a folder is judged by came with it.
  const auto copy = folder_ / "copied";
  const auto copied = run_docket(on({"ledger", "copy", "--from", "kafka", "--to", copy.string()}));
  ASSERT_TRUE(copied.ended.with(0)) << copied.text();
  fs::copy(folder("node-1") / "keys", copy / "keys", fs::copy_options::recursive);
  Server embedded(copy);
  ASSERT_TRUE(embedded.ready()) << embedded.errors();
  dispatch(embedded, "E");
  EXPECT_EQ(handle(embedded, "A0") + ", " + handle(embedded, "E"), std::string(kThree) + ", " + kThree);
}

TEST_F(KafkaDefinitions, OfTwoActivationsAtOnceOneCountsEverywhere) {
  auto one = start("node-1");
  auto two = start("node-2");
  ASSERT_TRUE(one->ready() && two->ready()) << one->errors() << two->errors();
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});
  auto first = std::async(std::launch::async, [&] { return activate("node-1", "limit: 3wd}]"); });
  const auto second = activate("node-2", "limit: 4wd}]");
  const auto ran = first.get();
  int activated = 0;
  for (const auto& each : {ran, second}) {
    EXPECT_TRUE(each.ended.with(0) || each.ended.with(4)) << each.text();
    activated += each.ended.with(0) ? 1 : 0;
    if (each.ended.with(0)) continue;
    EXPECT_NE(each.err.find("was taken by another activation"), std::string::npos) << each.text();
  }
  ASSERT_GE(activated, 1);
  ASSERT_TRUE(await_number({one.get(), two.get()}, 1 + activated)) << deciding(*one) << "\n" << deciding(*two);
  EXPECT_EQ(deciding(*one), deciding(*two));
  dispatch_all(*one, "A");
  const auto as = handle(*one, "A0", "?consistency=strong");
  EXPECT_NE(as, kFive);
  for (auto* server : {one.get(), two.get()}) expect_handled(*server, "A", as);
  for (auto* server : {one.get(), two.get()}) EXPECT_TRUE(server->stop().with(0)) << server->errors();
  const auto verified = run_docket(on({"ledger", "verify"}));
  EXPECT_TRUE(verified.ended.with(0)) << verified.text();
}

}  // namespace
}  // namespace docket::testing
