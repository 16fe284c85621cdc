// Goal: kill -9 of Docket or of its broker, or a broker that stands still, at moments that nobody chose: what was acknowledged is in the
// topic once, and what comes after is as if nothing had been. Method: the real program and a real broker under load. DOCKET_CRASH_SEED=n
// plays one seed.
#include <atomic>
#include <memory>
#include <thread>

#include "tests/kafka/broker.h"

namespace docket::testing {
namespace {

constexpr std::size_t kProducers = 3;

class KafkaFaults : public KafkaTest {
 protected:
  void SetUp() override {
    KafkaTest::SetUp();
    if (brokers_.empty() || HasFatalFailure()) return;
    create(data_);
    random_.seed(seed_);
    for (std::size_t i = 0; i < kProducers; ++i) producers_.emplace_back(work(2, seed_ + i, "p" + std::to_string(i)), 3);
  }
  void TearDown() override {
    if (!brokers_.empty()) run_broker("thaw");
  }

  // Several producers at once; the one that gets the k-th answer does `harm`. They stop when the server is gone or all is acknowledged.
  void publish_all(Server& server, std::uint64_t harm_after, const std::function<void()>& harm) {
    std::atomic<std::uint64_t> answers{0};
    std::vector<std::thread> threads;
    for (auto& producer : producers_) {
      producer.on_batch = [&] {
        if (++answers == harm_after) harm();
      };
      threads.emplace_back([&producer, address = server.address()] {
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
  // All is published; it equals an undisturbed run on an embedded ledger.
  void expect_whole() {
    Server server(data_, small_, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    expect_known(server, acknowledged());
    for (auto& producer : producers_) ASSERT_TRUE(producer.publish(server)) << server.errors();
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
  std::vector<Producer> producers_;
};

TEST_F(KafkaFaults, DocketKilledUnderLoadAgainAndAgain) {
  for (int round = 0; round < 3; ++round) {
    Server server(data_, small_, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    publish_all(server, 1 + random_() % 25, [&] { server.child().signal(SIGKILL); });
    server.stop(SIGKILL);
  }
  expect_whole();
}

TEST_F(KafkaFaults, TheBrokerKilledUnderLoadAndStartedAgain) {
  Server server(data_, small_, "docket", serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  std::thread back;
  publish_all(server, 1 + random_() % 20, [&] {
    run_broker("kill");
    back = std::thread([] { run_broker("up"); });
  });
  if (back.joinable()) back.join();
  ASSERT_TRUE(server.stop().with(0)) << server.errors();
  expect_whole();
}

TEST_F(KafkaFaults, TheBrokerStoppedInOrderAndStartedAgainWhileDocketIsKilled) {
  {
    Server server(data_, small_, "docket", serving());
    ASSERT_TRUE(server.ready()) << server.errors();
    publish_all(server, 1 + random_() % 20, [&] {
      run_broker("down");
      server.child().signal(SIGKILL);
    });
    server.stop(SIGKILL);
  }
  const auto away = run_docket(on({"serve", "--data", data_.string(), "--listen", "127.0.0.1:0"}));
  EXPECT_TRUE(away.ended.with(6)) << "no broker, no service: " << away.text();
  ASSERT_TRUE(run_broker("up").ended.with(0));
  expect_whole();
}

// Nobody assigns the partitions here: each process takes all of them as it starts, from the other, which goes on answering until it finds
// out.
TEST_F(KafkaFaults, TwoOwnersForcedAtOnceUnderLoadTakeItFromEachOther) {
  const fs::path folders[] = {data_, folder_ / "other"};
  fs::create_directory(folders[1]);
  fs::copy(data_ / "keys", folders[1] / "keys", fs::copy_options::recursive);
  std::unique_ptr<Server> servers[2];
  const auto start = [&](std::size_t which) {
    if (servers[which]) servers[which]->stop(SIGKILL);
    servers[which] = std::make_unique<Server>(folders[which], small_, "docket", serving());
    return servers[which]->ready();
  };
  ASSERT_TRUE(start(0)) << servers[0]->errors();
  producers_.clear();
  constexpr std::size_t kTakes = 4;
  for (std::size_t take = 0, owner = 0; take < kTakes; ++take, owner = 1 - owner) {
    const std::size_t first = producers_.size();
    for (std::size_t i = 0; i < kProducers; ++i)
      producers_.emplace_back(work(3, seed_ + first + i, "t" + std::to_string(take) + "p" + std::to_string(i)), 3);
    std::atomic<std::uint64_t> answers{0};
    std::atomic<bool> both{false};
    std::atomic<bool> given_up{false};
    std::vector<std::thread> threads;
    for (std::size_t i = first; i < producers_.size(); ++i) {
      auto& producer = producers_[i];
      producer.on_batch = [&] { ++answers; };
      threads.emplace_back([&, at = servers[owner]->address()] {
        Client old(at);
        // Half of it waits for the other, so that both are asked for the same partitions.
        while (!both && !given_up) {
          if (producer.acknowledged().size() < producer.events().size() / 2) producer.publish(old, 1);
        }
        if (given_up) return;
        Client other(servers[1 - owner]->address());
        for (bool turn = false; producer.acknowledged().size() < producer.events().size() && !given_up; turn = !turn)
          producer.publish(turn ? other : old, 1);
      });
    }
    const std::uint64_t at = 1 + random_() % 20;
    const bool taken = eventually([&] { return answers >= at; }) && start(1 - owner);
    both = taken;
    given_up = !taken;
    for (auto& thread : threads) thread.join();
    for (std::size_t i = first; i < producers_.size(); ++i) producers_[i].on_batch = nullptr;
    ASSERT_TRUE(taken) << servers[1 - owner]->errors();
    EXPECT_TRUE(eventually([&] { return servers[owner]->get("/readyz").status == 503; })) << "it found out: " << servers[owner]->errors();
    EXPECT_EQ(servers[1 - owner]->get("/readyz").status, 200) << servers[1 - owner]->errors();
  }
  for (auto& server : servers) server->stop(SIGKILL);
  expect_whole();
}

// Longer than the patience of librdkafka's requests and of the callers: they hear that nobody knows, and ask again.
TEST_F(KafkaFaults, TheBrokerStandsStillForAWhile) {
  Server server(data_, small_, "docket", serving());
  ASSERT_TRUE(server.ready()) << server.errors();
  ASSERT_TRUE(run_broker("freeze").ended.with(0));
  std::vector<std::thread> threads;
  std::atomic<std::uint64_t> answers{0};
  for (auto& producer : producers_) {
    producer.on_batch = [&] {
      if (++answers == 1) run_broker("thaw");
    };
    threads.emplace_back([&producer, address = server.address()] {
      Client client(address);
      producer.publish(client);
    });
  }
  for (auto& thread : threads) thread.join();
  std::size_t refused = 0;
  for (auto& producer : producers_) {
    producer.on_batch = nullptr;
    refused += producer.refused();
  }
  EXPECT_GT(refused, 0U) << "the first answer can only have been that nobody knows";
  ASSERT_TRUE(server.stop().with(0)) << server.errors();
  expect_whole();
}

}  // namespace
}  // namespace docket::testing
