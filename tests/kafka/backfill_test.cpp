// Goal: what one node decides about a metric counts on all, and every node answers by it or says that it is not counted there yet; never by
// something else. Method: the real program on a real broker, against the figures of two embedded ledgers that never changed.
#include <future>

#include "tests/kafka/nodes_fixture.h"
#include "tests/support/changed_metrics.h"

namespace docket::testing {
namespace {

class KafkaBackfill : public KafkaNodes {
 protected:
  void SetUp() override {
    KafkaNodes::SetUp();
    if (brokers_.empty() || HasFatalFailure()) return;
    write_metrics(schemas_);
    old_figures_ = figures_of("old", {});
    new_figures_ = figures_of("new", {"--schemas", schemas_.string()});
    ASSERT_NE(old_figures_, new_figures_);
  }
  std::map<std::string, std::string> figures_of(const std::string& name, const std::vector<std::string>& definitions) {
    const auto data = folder_ / name;
    std::vector<std::string> create{"ledger", "create", "--data", data.string(), "--office", "example"};
    create.insert(create.end(), definitions.begin(), definitions.end());
    EXPECT_TRUE(run_docket(create).ended.with(0));
    Server server(data);
    EXPECT_TRUE(server.ready()) << server.errors();
    for (auto* part : {&before_, &after_}) {
      Producer producer(part->events());
      EXPECT_TRUE(producer.publish(server));
    }
    auto out = metric_answers(server);
    EXPECT_TRUE(server.stop().with(0)) << server.errors();
    return out;
  }
  [[nodiscard]] Ran decide(const std::string& node, const std::string& what, std::vector<std::string> names = kMetrics) const {
    names.insert(names.begin(), {"metric", what});
    names.insert(names.end(), {"--data", folder(node).string(), "--by", node});
    return run_docket(names);
  }
  // Until then each answer is one of `before`, or that it is not counted there yet.
  static void await(Server& server, const std::map<std::string, std::string>& figures, const std::map<std::string, std::string>& before) {
    std::map<std::string, std::string> got;
    const bool so = eventually([&] {
      got = metric_answers(server);
      for (const auto& [ask, answer] : got) {
        if (answer == figures.at(ask) || answer.find("is being counted over the whole history") != std::string::npos) continue;
        if (!before.empty() && answer != before.at(ask)) ADD_FAILURE() << ask << ": " << answer;
      }
      return got == figures;
    });
    EXPECT_TRUE(so) << server.errors();
    EXPECT_EQ(got, figures);
  }

  const fs::path schemas_ = folder_ / "schemas";
  Producer before_{work(2, 7)};
  Producer after_{work(1, 9, "a")};
  std::map<std::string, std::string> old_figures_;
  std::map<std::string, std::string> new_figures_;
};

TEST_F(KafkaBackfill, WhatOneNodeDecidesEveryNodeAnswersBy) {
  auto one = start("node-1");
  auto two = start("node-2", {{"DOCKET_CRASH_AT", "carried.batch:7"}});
  ASSERT_TRUE(one->ready() && two->ready()) << one->errors() << two->errors();
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});
  ASSERT_TRUE(before_.publish(*one));
  const auto activated = run_docket({"kind", "activate", "--data", folder("node-2").string(), "--schemas", schemas_.string()});
  ASSERT_TRUE(activated.ended.with(0)) << activated.text();
  ASSERT_TRUE(eventually([&] {
    const auto told = one->get("/readyz").body;
    return told.find(", number 2") != std::string::npos && two->get("/readyz").body.find(", number 2") != std::string::npos;
  }));
  const auto early = decide("node-2", "swap");
  EXPECT_TRUE(early.ended.with(1)) << early.text();
  EXPECT_NE(early.err.find("was not backfilled"), std::string::npos) << early.err;

  // Asked of one, counted on both; the other dies over it, and one that is not counted to the end doesn't answer.
  const auto asked = decide("node-1", "backfill");
  ASSERT_TRUE(asked.ended.with(0)) << asked.text();
  EXPECT_NE(asked.out.find("version 2 is counted over the whole history, beside version 1"), std::string::npos) << asked.out;
  EXPECT_TRUE(two->child().wait().by(SIGKILL)) << two->errors();
  expect_shared({one.get()}, {"node-1"});
  ASSERT_TRUE(after_.publish(*one));
  await_counted(*one);
  EXPECT_EQ(metric_answers(*one), old_figures_);
  const auto swapped = decide("node-1", "swap");
  ASSERT_TRUE(swapped.ended.with(0)) << swapped.text();
  EXPECT_EQ(metric_answers(*one), new_figures_);

  // One that was killed and one that was never there before.
  two = start("node-2");
  auto three = start("node-3");
  ASSERT_TRUE(two->ready() && three->ready()) << two->errors() << three->errors();
  for (auto* server : {two.get(), three.get()}) await(*server, new_figures_, {});
  expect_shared({one.get(), two.get(), three.get()}, {"node-1", "node-2", "node-3"});
  const auto undone = decide("node-3", "undo");
  ASSERT_TRUE(undone.ended.with(0)) << undone.text();
  EXPECT_EQ(metric_answers(*three), old_figures_);
  for (auto* server : {one.get(), two.get()}) await(*server, old_figures_, new_figures_);

  // Two at once: the one that comes second is told so, or finds it done.
  auto other = std::async(std::launch::async, [&] { return decide("node-2", "swap"); });
  const auto first = decide("node-1", "swap");
  const auto second = other.get();
  EXPECT_TRUE(first.ended.with(0) || second.ended.with(0)) << first.text() << second.text();
  for (const auto& ran : {first, second}) {
    if (ran.ended.with(0)) continue;
    const bool told = ran.err.find("another node decided about metrics at the same time") != std::string::npos ||
                      ran.err.find("answers by version 2 already") != std::string::npos;
    EXPECT_TRUE(told) << ran.text();
  }
  for (auto* server : {one.get(), two.get(), three.get()}) await(*server, new_figures_, old_figures_);

  // The decisions come back from the topic, the rows from the copy.
  EXPECT_TRUE(one->stop().with(0)) << one->errors();
  fs::remove_all(folder("node-1") / "carried");
  fs::remove_all(folder("node-1") / "copy");
  fs::remove_all(folder("node-1") / "projections");
  one = start("node-1");
  ASSERT_TRUE(one->ready()) << one->errors();
  await(*one, new_figures_, {});
  for (auto* server : {one.get(), two.get(), three.get()}) EXPECT_TRUE(server->stop().with(0)) << server->errors();
  // Made anew where nobody serves.
  const auto rebuilt = run_docket({"store", "rebuild", "--data", folder("node-3").string()});
  EXPECT_TRUE(rebuilt.ended.with(0)) << rebuilt.text();
  three = start("node-3");
  ASSERT_TRUE(three->ready()) << three->errors();
  await(*three, new_figures_, {});
  EXPECT_TRUE(three->stop().with(0)) << three->errors();
}

}  // namespace
}  // namespace docket::testing
