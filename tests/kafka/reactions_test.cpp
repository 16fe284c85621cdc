// Goal: a case opens another in a partition that another node owns, exactly once, whichever node is killed in between. Method: the real
// program on a real broker, an office whose orders ask for jobs; each job's history, as any node tells it, begins with one reaction.
#include "tests/kafka/nodes_fixture.h"
#include "tests/support/reaction_office.h"

namespace docket::testing {
namespace {

class KafkaReactions : public KafkaNodes {
 protected:
  std::vector<std::string> office() override {
    const auto schemas = folder_ / "schemas";
    if (!fs::exists(schemas)) write_reaction_office(schemas);
    return {"--schemas", schemas.string(), "--office", "small"};
  }
  // Some orders, each asking for a job; the jobs lie in all partitions. What is not acknowledged is sent again.
  void ask(Server& server, const std::string& name) {
    const std::string approved = R"(,"approvedby":"b-1")";
    for (int i = 0; i < kOrders; ++i) {
      const auto id = name + std::to_string(i);
      publish(server, order_event("order", id, 1, "made", kNoon, R"({"owner":"N"})", approved));
      publish(server,
              order_event("order", id, 2, "handed", kNoon, R"({"other":"J-)" + id + R"(","what":"w"})", approved + R"(,"sequence":"1")"));
      jobs_.insert("J-" + id);
    }
  }
  static void publish(Server& server, const std::string& event) {
    cli::HttpReply reply;
    EXPECT_TRUE(eventually([&] {
      reply = server.client().post(event, "application/cloudevents+json");
      return reply.status == 200;
    })) << reply.status
        << " " << reply.body;
  }
  void expect_opened(const std::vector<Server*>& servers) {
    for (const auto& job : jobs_) {
      for (auto* server : servers) {
        ASSERT_TRUE(eventually([&] { return server->get("/v1/cases/" + job).status == 200; })) << job << "\n" << server->errors();
        const auto reply = server->get("/v1/cases/" + job + "/history");
        const auto events = json::parse(reply.body).at("events").as_array();
        ASSERT_EQ(events.size(), 1U) << reply.body;
        EXPECT_EQ(events.at(0).at("outcome"), "reaction");
        EXPECT_EQ(events.at(0).at("data").at("what"), "w") << "sealed under the job's own key, wherever that is";
      }
    }
  }
  static constexpr int kOrders = 20;
  static constexpr const char* kNoon = "2026-03-10T12:00:00+08:00";
  std::set<std::string> jobs_;
};

TEST_F(KafkaReactions, ReachTheNodeThatOwnsTheTargetThoughNodesAreKilled) {
  auto one = start("node-1");
  auto two = start("node-2");
  ASSERT_TRUE(one->ready() && two->ready()) << one->errors() << two->errors();
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});
  ask(*one, "A");
  ask(*two, "B");
  expect_opened({one.get(), two.get()});
  // Killed behind the last acknowledgement: what it had not sent, its heir sends.
  ask(*one, "C");
  one->stop(SIGKILL);
  expect_shared({two.get()}, {"node-2"});
  ask(*two, "D");
  expect_opened({two.get()});
  one = start("node-1");
  ASSERT_TRUE(one->ready()) << one->errors();
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});
  ask(*one, "E");
  two->stop(SIGKILL);
  expect_shared({one.get()}, {"node-1"});
  expect_opened({one.get()});
  EXPECT_TRUE(one->stop().with(0)) << one->errors();
  verify(folder("node-1"));
}

}  // namespace
}  // namespace docket::testing
