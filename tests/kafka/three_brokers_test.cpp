// Goal: with three copies of each record a broker that is killed or stands still under load, also the one that leads, costs nothing that
// was acknowledged, and writes go on without it; nor does moving every partition to another leader; without a second copy nothing is
// acknowledged. The black-box checker (tests/checker) finds
// that every word was kept. Method: the real program and three real brokers, set as `docket topics plan` asks. DOCKET_CRASH_SEED=n plays
// one seed.
#include <atomic>
#include <thread>

#include "connectors/kafka/client.h"
#include "tests/kafka/other_programs.h"

namespace docket::testing {
namespace {

struct MetadataEnd {
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, MetadataEnd>;

constexpr std::size_t kProducers = 3;
constexpr int kBrokers = 3;
constexpr std::size_t kUntilAll = 1'000'000;

class KafkaThreeBrokers : public KafkaTest {
 protected:
  void SetUp() override {
    accepts_.clear();  // all that Docket asks of topics
    start({"--nodes", std::to_string(kBrokers)});
    if (brokers_.empty() || HasFatalFailure() || IsSkipped()) return;
    create(data_);
    auto client = kafka::make_reader({brokers_, {}});
    ASSERT_TRUE(client.ok()) << client.error().message;
    client_ = std::move(*client);
    ASSERT_TRUE(eventually([&] { return in_sync(); }));
    random_.seed(seed_);
    for (std::size_t i = 0; i < kProducers; ++i) {
      producers_.emplace_back(work(6, seed_ + i, "p" + std::to_string(i)), 3);
      producers_.back().history = &history_;
    }
  }
  void TearDown() override {
    if (brokers_.empty()) return;
    run_broker("thaw");
    EXPECT_TRUE(run_broker("up").ended.with(0));  // the next test begins with all of them
  }

  [[nodiscard]] Metadata metadata() const {
    const rd_kafka_metadata_t* all = nullptr;
    constexpr int kAskMs = 1'000;
    rd_kafka_metadata(client_.get(), 1, nullptr, &all, kAskMs);
    return Metadata(all);
  }
  // Every partition of every topic has a leader and all its copies.
  [[nodiscard]] bool in_sync() const {
    const auto all = metadata();
    if (!all || all->topic_cnt == 0) return false;
    for (int i = 0; i < all->topic_cnt; ++i) {
      for (int p = 0; p < all->topics[i].partition_cnt; ++p) {
        const auto& row = all->topics[i].partitions[p];
        if (row.leader < 0 || row.isr_cnt < kBrokers) return false;
      }
    }
    return true;
  }
  // Of that partition of the ledger's topic; -1: none, or not known.
  [[nodiscard]] int leader(int partition) const {
    const auto all = metadata();
    for (int i = 0; all && i < all->topic_cnt; ++i) {
      if (topics_ + ".ledger" != all->topics[i].topic) continue;
      for (int p = 0; p < all->topics[i].partition_cnt; ++p) {
        if (all->topics[i].partitions[p].id == partition) return all->topics[i].partitions[p].leader;
      }
    }
    return -1;
  }
  static bool broker(const std::string& verb, int node) { return run_broker(verb, {"--node", std::to_string(node)}).ended.with(0); }

  [[nodiscard]] std::vector<std::string> quick_serving() const {
    auto options = serving();
    options.insert(options.end(), {"--kafka-config", "socket.timeout.ms=3000", "--kafka-config", "request.timeout.ms=3000"});
    return options;
  }

  // All producers at once, so many batches each, or until all is acknowledged; the one that gets the k-th answer does `harm`. False: the
  // server is gone.
  bool publish_all(Server& server, std::size_t batches, std::uint64_t harm_after, const std::function<void()>& harm) {
    std::atomic<std::uint64_t> answers{0};
    std::atomic<std::size_t> done{0};
    std::vector<std::thread> threads;
    for (auto& producer : producers_) {
      producer.on_batch = [&] {
        if (++answers == harm_after) harm();
      };
      threads.emplace_back([&producer, &done, batches, address = server.address()] {
        Client client(address);
        if (producer.publish(client, batches)) ++done;
      });
    }
    for (auto& thread : threads) thread.join();
    for (auto& producer : producers_) producer.on_batch = nullptr;
    return done == kProducers;
  }
  [[nodiscard]] std::set<std::string> acknowledged() const {
    std::set<std::string> all;
    for (const auto& producer : producers_) all.insert(producer.acknowledged().begin(), producer.acknowledged().end());
    return all;
  }
  [[nodiscard]] int a_partition() {
    const auto& events = producers_[random_() % kProducers].events();
    return model::partition_of(events[random_() % events.size()].case_id);
  }

  // All was published: the checker finds every word kept, and it equals an undisturbed run on an embedded ledger.
  void expect_whole(Server& server) {
    expect_kept_word(history_, server);
    const auto after = figures(server);
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
    expect_once_in_topic(acknowledged());
    verify(data_);
    expect_calm(folder_ / "calm", producers_, after);
  }

  const std::uint64_t seed_ = a_seed();
  std::mt19937_64 random_;
  TempFolder folder_;
  const fs::path data_ = folder_ / "data";
  const Environment small_{{"DOCKET_FREEZE_EVENTS", "50"}};
  RunHistory history_{folder_ / "history.ndjson"};
  std::vector<Producer> producers_;
  kafka::Client client_;
};

TEST_F(KafkaThreeBrokers, TheLeaderIsKilledUnderLoadAgainAndAgain) {
  Server server(data_, small_, "docket", quick_serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  constexpr int kRounds = 2;
  constexpr std::size_t kBatches = 8;
  for (int round = 0; round < kRounds; ++round) {
    const int partition = a_partition();
    const int killed = leader(partition);
    ASSERT_GT(killed, 0);
    const auto before = acknowledged().size();
    publish_all(server, kBatches, 1 + random_() % kBatches, [&] { EXPECT_TRUE(broker("kill", killed)); });
    // The two that are left acknowledge what the third led.
    ASSERT_TRUE(publish_all(server, round + 1 < kRounds ? kBatches : kUntilAll, 0, [] {})) << server.errors();
    EXPECT_GT(acknowledged().size(), before);
    EXPECT_TRUE(eventually([&] { return leader(partition) > 0 && leader(partition) != killed; }));
    ASSERT_TRUE(broker("up", killed));
    ASSERT_TRUE(eventually([&] { return in_sync(); })) << "the killed one catches up";
  }
  expect_whole(server);
}

// It wakes as a leader that isn't one any more, and has to find out.
TEST_F(KafkaThreeBrokers, TheLeaderStandsStillUnderLoadAndWakes) {
  Server server(data_, small_, "docket", quick_serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  constexpr std::size_t kBatches = 8;
  const int partition = a_partition();
  const int frozen = leader(partition);
  ASSERT_GT(frozen, 0);
  publish_all(server, kBatches, 1 + random_() % kBatches, [&] { EXPECT_TRUE(broker("freeze", frozen)); });
  EXPECT_TRUE(eventually([&] { return leader(partition) > 0 && leader(partition) != frozen; }));
  const auto before = acknowledged().size();
  publish_all(server, kBatches, 0, [] {});
  EXPECT_GT(acknowledged().size(), before) << "without it";
  EXPECT_TRUE(publish_all(server, kUntilAll, 1 + random_() % kBatches, [&] { EXPECT_TRUE(broker("thaw", frozen)); }));
  ASSERT_TRUE(broker("thaw", frozen));
  ASSERT_TRUE(eventually([&] { return in_sync(); }));
  expect_whole(server);
}

// As an operator does who empties a broker: by reassignment, one partition after the other, twice round.
TEST_F(KafkaThreeBrokers, EveryLeaderIsMovedByReassignmentUnderLoad) {
  auto move = java_program("MoveLeaders", folder_.path());
  DOCKET_NEEDS(!move.empty(), "no Java compiler here (Debian: apt-get install default-jdk-headless)");
  move.insert(move.end(), {brokers_, topics_ + ".ledger", "2"});
  constexpr int kCases = 20;
  producers_.clear();
  for (std::size_t i = 0; i < kProducers; ++i) {
    producers_.emplace_back(work(kCases, seed_ + i, "p" + std::to_string(i)), 3);
    producers_.back().history = &history_;
  }
  Server server(data_, small_, "docket", quick_serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  std::vector<int> before;
  for (int p = 0; p < model::kPartitions; ++p) before.push_back(leader(p));
  std::atomic<bool> moved{false};
  std::string said;
  std::thread mover([&] {
    const auto done = run_program(move);
    if (!done.ended.with(0)) said = done.text();
    moved = true;
  });
  while (!moved) publish_all(server, 1, 0, [] {});
  mover.join();
  ASSERT_EQ(said, "");
  for (int p = 0; p < model::kPartitions; ++p) EXPECT_NE(leader(p), before[static_cast<std::size_t>(p)]) << "partition " << p;
  EXPECT_GT(acknowledged().size(), 0U) << "while they moved";
  ASSERT_TRUE(publish_all(server, kUntilAll, 0, [] {})) << server.errors();
  ASSERT_TRUE(eventually([&] { return in_sync(); }));
  expect_whole(server);
}

// min.insync.replicas=2: one copy is no acknowledgement.
TEST_F(KafkaThreeBrokers, WithOneOfThreeLeftNothingIsAcknowledgedUntilAnotherIsBack) {
  Server server(data_, small_, "docket", quick_serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  publish_all(server, 4, 0, [] {});
  const int left = 1 + static_cast<int>(random_() % kBrokers);
  std::vector<int> gone;
  for (int node = 1; node <= kBrokers; ++node) {
    if (node == left) continue;
    gone.push_back(node);
    ASSERT_TRUE(broker("kill", node));
  }
  const auto before = acknowledged();
  Client client(server.address());
  ASSERT_TRUE(producers_[0].publish(client, 1)) << server.errors();
  EXPECT_GT(producers_[0].refused(), 0U);
  EXPECT_EQ(acknowledged(), before);
  ASSERT_TRUE(broker("up", gone[random_() % gone.size()]));
  EXPECT_TRUE(publish_all(server, kUntilAll, 0, [] {})) << "two of three are enough";
  for (const int node : gone) ASSERT_TRUE(broker("up", node));
  ASSERT_TRUE(eventually([&] { return in_sync(); }));
  expect_whole(server);
}

}  // namespace
}  // namespace docket::testing
