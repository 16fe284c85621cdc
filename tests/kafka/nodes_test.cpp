// Goal: several nodes on one ledger answer as one: an event may be given to any of them, a strong read on any sees what any acknowledged,
// and a node that leaves, is killed or stands still costs nothing that was acknowledged. Method: the real program, twice, on a real broker.
// DOCKET_CRASH_SEED=n plays one seed.
#include <atomic>
#include <boost/json.hpp>
#include <fstream>
#include <future>
#include <set>
#include <thread>

#include "connectors/service/access.h"
#include "tests/kafka/intake_topic.h"
#include "tests/kafka/nodes_fixture.h"
#include "tests/kafka/output_checks.h"
#include "tests/support/follow.h"

namespace docket::testing {
namespace {

namespace json = boost::json;

TEST_F(KafkaNodes, AnswerAsOne) {
  auto one = start("node-1");
  auto two = start("node-2");
  ASSERT_TRUE(one->ready() && two->ready()) << one->errors() << two->errors();
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});

  // A batch over both nodes' partitions, given to one of them: a row for each event, in the order given, the broken one in its place.
  const auto events = work(4, 7);
  std::string body;
  for (const auto& event : events) body += event.json + "\n";
  body += "{\"broken\": 1\n";
  const auto reply = one->post(body);
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto answer = json::parse(reply.body);
  const auto& rows = answer.at("results").as_array();
  ASSERT_EQ(rows.size(), events.size() + 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].at("index").as_int64(), static_cast<std::int64_t>(i));
    const std::string id = i < events.size() ? events[i].id : "";
    EXPECT_EQ(std::string(rows[i].at("id").as_string()), id);
  }
  EXPECT_EQ(rows.back().at("outcome").as_string(), "malformed");
  Producer producer(events, 20);
  ASSERT_TRUE(producer.publish(*two)) << "each is known at the other node: " << two->errors();

  for (const auto& event : events) EXPECT_EQ(read(*one, event.case_id), read(*two, event.case_id));
  const auto strong = "/v1/cases?kind=hotline-ticket&consistency=strong&page_size=1000";
  auto listed_one = json::parse(one->get(strong).body).as_object();
  auto listed_two = json::parse(two->get(strong).body).as_object();
  EXPECT_EQ(json::serialize(listed_one.at("cases")), json::serialize(listed_two.at("cases")));
  expect_same(figures(*one), figures(*two));
  expect_texts(*one);  // the key of each was made by the case's owner
  expect_texts(*two);

  // The stream of each tells of every case, whoever owns it.
  std::set<std::string> cases;
  for (const auto& event : events) cases.insert(event.case_id);
  for (auto* server : {one.get(), two.get()}) {
    std::set<std::string> told;
    for (const auto& opened : follow(*server, "?after=start&event=created", cases.size()))
      told.emplace(opened.event.at("subject").as_string());
    EXPECT_EQ(told, cases);
  }
  // And each says the same of what another rule would have made.
  const auto simulated = [&](const std::string& node) {
    const auto ran = run_docket({"kind", "simulate", "--data", folder(node).string(), "--rule", "hotline.handle=1wd", "--json"});
    EXPECT_TRUE(ran.ended.with(0)) << ran.text();
    auto out = json::parse(ran.out).as_object();
    for (const char* own : {"at", "ms"}) out.erase(own);
    return json::serialize(out);
  };
  EXPECT_EQ(simulated("node-1"), simulated("node-2"));

  // Of single events one half is another node's: told as if it were its own.
  for (auto* server : {one.get(), two.get()}) {
    for (std::size_t i = 0; i < 8; ++i) {
      const auto again = server->client().post(events[i].json, "application/cloudevents+json");
      EXPECT_EQ(again.status, 200) << again.body;
      EXPECT_EQ(json::parse(again.body).at("outcome").as_string(), "duplicate");
      EXPECT_FALSE(again.position.empty());
      cli::HttpCall stale{"POST", "/v1/events?dry_run=true", "application/cloudevents+json", events[i].json, {}, "\"999\""};
      stale.body = json::serialize([&] {
        auto other = json::parse(events[i].json).as_object();
        other["id"] = events[i].id + "-other";
        return other;
      }());
      const auto refused = server->client().call(stale);
      EXPECT_EQ(refused.status, 412) << refused.body;
    }
  }
  expect_once_in_topic(producer.acknowledged());
  EXPECT_TRUE(one->stop().with(0)) << one->errors();
  EXPECT_TRUE(two->stop().with(0)) << two->errors();
  verify(folder("node-1"));
  verify(folder("node-2"));
  expect_calm(folder_ / "calm", std::vector{producer}, [&] {
    auto alone = start("node-1");
    EXPECT_TRUE(alone->ready()) << alone->errors();
    return figures(*alone);
  }());
}

// A record in another partition than its case's, whose owner is another node.
TEST_F(KafkaNodes, AnIntakeRecordReachesTheNodeThatOwnsItsCase) {
  auto one = start("node-1");
  auto two = start("node-2");
  ASSERT_TRUE(one->ready() && two->ready()) << one->errors() << two->errors();
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});
  Publisher publisher(brokers_, topics_ + ".intake.hotline");
  const auto events = work(2, 11);
  std::set<std::string> ids;
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto record = i % 2 == 0 ? record_of(events[i].json) : binary_record_of(events[i].json);
    if (i % 3 == 0) record.partition = static_cast<int>(i * 7 % model::kPartitions);
    publisher.send(std::move(record));
    publisher.flush();
    ids.insert(events[i].id);
  }
  ASSERT_TRUE(eventually([&] {
    for (const auto& id : ids) {
      if (one->get("/v1/events?source=example&id=" + id).status != 200) return false;
    }
    return true;
  })) << one->errors()
      << two->errors();
  expect_once_in_topic(ids);
  for (const auto& event : events) EXPECT_EQ(read(*one, event.case_id), read(*two, event.case_id));
}

TEST_F(KafkaNodes, OneWithAWrongClockHandsOverUntilItIsRight) {
  const std::string file = (folder_ / "clock").string();
  const auto set_clock = [&](int ms) {
    std::ofstream(file + ".new") << ms;
    fs::rename(file + ".new", file);
  };
  set_clock(0);
  auto one = start("node-1");
  auto two = start("node-2", {{"DOCKET_CLOCK_FILE", file}});
  ASSERT_TRUE(one->ready() && two->ready()) << one->errors() << two->errors();
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});
  set_clock(3'600'000);
  ASSERT_TRUE(eventually([&] { return owned(*one)["node-1"].size() == model::kPartitions; }))
      << one->get("/v1/nodes").body << two->errors();
  Producer producer(work(1, 3), 10);
  ASSERT_TRUE(producer.publish(*two)) << "it hands on what comes: " << two->errors();
  set_clock(0);
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});
  for (const auto& event : producer.events()) EXPECT_EQ(read(*one, event.case_id), read(*two, event.case_id));
  expect_once_in_topic(producer.acknowledged());
}

// With tokens an event given to one node is handed to the owner under the node's own, and no more than its publisher was granted.
TEST_F(KafkaNodes, KnowOneAnotherByTheirTokens) {
  std::map<std::string, std::string> tokens;
  std::string rows = "tokens:\n";
  for (const auto& [name, granted] : std::map<std::string, std::string>{
           {"publisher", "may: [publish], sources: [example]"}, {"reader", "may: [read]"}, {"node", "may: [node]"}}) {
    tokens[name] = service::make_token();
    std::ofstream(folder(name + ".token")) << tokens[name] << "\n";
    rows += "  " + name + ": {sha256: " + service::token_hash(tokens[name]) + ", " + granted + "}\n";
  }
  std::ofstream(folder("tokens.yaml")) << rows;
  const std::vector<std::string> known{"--tokens", folder("tokens.yaml").string(), "--token-file", folder("node.token").string()};
  const auto one = start("node-1", {}, known);
  const auto two = start("node-2", {}, known);
  ASSERT_TRUE(one->ready() && two->ready()) << one->errors() << two->errors();
  Client reader(one->address(), tokens["reader"]);
  ASSERT_TRUE(eventually([&] {
    const auto nodes = reader.get("/v1/nodes").body;
    return nodes.find("\"partitions\":[]") == std::string::npos && nodes.find("node-2") != std::string::npos;
  })) << reader.get("/v1/nodes").body;
  Client publisher(one->address(), tokens["publisher"]);
  Client read_at_two(two->address(), tokens["reader"]);
  std::string all;
  for (const auto& event : worked_example()) all += event.json + "\n";
  cli::HttpReply taken;
  EXPECT_TRUE(eventually([&] {  // partitions may still be moving
    taken = publisher.post(all);
    return taken.status == 200 && taken.body.find("\"status\":") == std::string::npos;
  })) << "every one of them, whoever owns its case: "
      << taken.body;
  EXPECT_EQ(read_at_two.get("/v1/cases/T1?consistency=strong").status, 200);
  std::string other = all;
  const std::string source = "\"source\":\"example\"";
  other.replace(other.find(source), source.size(), "\"source\":\"console\"");
  EXPECT_EQ(publisher.post(other).status, 403);
  EXPECT_EQ(Client(one->address()).post(all).status, 401);
  EXPECT_TRUE(one->stop().with(0)) << one->errors();
  EXPECT_TRUE(two->stop().with(0)) << two->errors();
}

class KafkaNodeFaults : public KafkaNodes {
 protected:
  void SetUp() override {
    KafkaNodes::SetUp();
    random_.seed(seed_);
    for (std::size_t i = 0; i < 3; ++i) producers_.emplace_back(work(2, seed_ + i, "p" + std::to_string(i)), 3);
    for (auto& producer : producers_) producer.history = &history_;
  }
  // All is published, each producer to the node that is given it; the one that gets the k-th answer does `harm`.
  void publish_all(const std::vector<Server*>& servers, std::uint64_t harm_after, const std::function<void()>& harm) {
    std::atomic<std::uint64_t> answers{0};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < producers_.size(); ++i) {
      auto& producer = producers_[i];
      producer.on_batch = [&] {
        if (++answers == harm_after) harm();
      };
      threads.emplace_back([&producer, address = servers[i % servers.size()]->address()] {
        Client client(address);
        producer.publish(client);
      });
    }
    for (auto& thread : threads) thread.join();
    for (auto& producer : producers_) producer.on_batch = nullptr;
  }
  [[nodiscard]] std::set<std::string> acknowledged() const {
    std::set<std::string> all;
    for (const auto& producer : producers_) all.insert(producer.acknowledged().begin(), producer.acknowledged().end());
    return all;
  }
  [[nodiscard]] std::size_t published() const {
    std::size_t all = 0;
    for (const auto& producer : producers_) all += producer.events().size();
    return all;
  }
  // Told by the nodes that own it all.
  void expect_whole(const std::vector<Server*>& owners) {
    Server& server = *owners.back();
    EXPECT_EQ(acknowledged().size(), published());
    expect_known(server, acknowledged());
    expect_once_in_topic(acknowledged());
    expect_kept_word(history_, server);
    EXPECT_TRUE(eventually([&] { return outputs_written(owners); })) << server.get("/metrics").body;
    OutputChecks outputs(brokers_, topics_);
    outputs.expect_verdicts(acknowledged());
    outputs.expect_cases(server);
    outputs.expect_figures(server);
    const auto after = figures(server);
    for (auto& producer : producers_) producer.history = nullptr;
    expect_calm(folder_ / "calm", producers_, after);
  }

  const std::uint64_t seed_ = a_seed();
  std::mt19937_64 random_;
  RunHistory history_{folder_ / "history.ndjson"};
  std::vector<Producer> producers_;
};

TEST_F(KafkaNodeFaults, OneLeavesUnderLoadAndTheOtherGoesOn) {
  auto one = start("node-1");
  auto two = start("node-2");
  ASSERT_TRUE(one->ready() && two->ready()) << one->errors() << two->errors();
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});
  std::thread leaving;
  publish_all({one.get()}, 1 + random_() % 20, [&] { leaving = std::thread([&] { EXPECT_TRUE(two->stop().with(0)) << two->errors(); }); });
  leaving.join();
  expect_shared({one.get()}, {"node-1"});
  expect_whole({one.get()});
  // It comes back to its share.
  two = start("node-2");
  ASSERT_TRUE(two->ready()) << two->errors();
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});
  expect_same(figures(*one), figures(*two));
  ASSERT_TRUE(one->stop().with(0)) << one->errors();
  ASSERT_TRUE(two->stop().with(0)) << two->errors();
  verify(folder("node-1"));
  verify(folder("node-2"));
}

TEST_F(KafkaNodeFaults, OneIsKilledUnderLoadAndNothingIsLost) {
  auto one = start("node-1");
  auto two = start("node-2");
  ASSERT_TRUE(one->ready() && two->ready()) << one->errors() << two->errors();
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});
  publish_all({one.get()}, 1 + random_() % 20, [&] { two->child().signal(SIGKILL); });
  two->stop(SIGKILL);
  expect_shared({one.get()}, {"node-1"});
  expect_whole({one.get()});
  two = start("node-2");
  ASSERT_TRUE(two->ready()) << two->errors();
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});
  expect_same(figures(*one), figures(*two));
  ASSERT_TRUE(one->stop().with(0)) << one->errors();
  ASSERT_TRUE(two->stop().with(0)) << two->errors();
  verify(folder("node-1"));
  verify(folder("node-2"));
}

// Killed and there again within its session: the group has not noticed, and it owns what it did.
TEST_F(KafkaNodeFaults, OneIsKilledAndStartedAtOnce) {
  auto one = start("node-1");
  auto two = start("node-2");
  ASSERT_TRUE(one->ready() && two->ready()) << one->errors() << two->errors();
  expect_shared({one.get(), two.get()}, {"node-1", "node-2"});
  const auto before = owned(*one);
  std::promise<void> killed;  // a process ends with the thread that started it, so it is started here
  std::thread publishing([&] {
    publish_all({one.get()}, 1 + random_() % 20, [&] {
      two->child().signal(SIGKILL);
      killed.set_value();
    });
  });
  killed.get_future().wait();
  two->stop(SIGKILL);
  const auto again = start("node-2");
  publishing.join();
  ASSERT_TRUE(again->ready()) << again->errors();
  expect_shared({one.get(), again.get()}, {"node-1", "node-2"});
  EXPECT_EQ(owned(*one), before);
  expect_whole({again.get(), one.get()});
}

// It stands still until others have taken what it owned, and wakes up believing that it owns it.
TEST_F(KafkaNodeFaults, OneStandsStillAndWakesDeposed) {
  auto one = start("node-1");
  auto two = start("node-2");
  auto three = start("node-3");
  ASSERT_TRUE(one->ready() && two->ready() && three->ready()) << one->errors() << two->errors() << three->errors();
  expect_shared({one.get(), two.get(), three.get()}, {"node-1", "node-2", "node-3"});
  publish_all({one.get(), three.get()}, 1 + random_() % 20, [&] { two->child().signal(SIGSTOP); });
  ASSERT_TRUE(eventually([&] {
    auto all = owned(*one);
    return all["node-1"].size() + all["node-3"].size() == model::kPartitions;
  })) << one->get("/v1/nodes").body;
  two->child().signal(SIGCONT);
  // Asked at once, it may not answer from what it believes.
  for (const auto& producer : producers_) {
    for (std::size_t i = 0; i < producer.events().size(); i += 5) {
      const auto& event = producer.events()[i];
      const auto told = read(*two, event.case_id);
      if (told.starts_with("503")) continue;  // it has found out, and knows no better yet
      EXPECT_EQ(told, read(*one, event.case_id));
    }
  }
  expect_shared({one.get(), two.get(), three.get()}, {"node-1", "node-2", "node-3"});
  expect_whole({one.get(), three.get(), two.get()});
}

}  // namespace
}  // namespace docket::testing
