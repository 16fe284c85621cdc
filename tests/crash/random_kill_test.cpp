// The process is killed at moments that nobody chose, again and again on one folder, under load from several producers and from an
// import. DOCKET_CRASH_SEED=n plays one seed.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "tests/support/workload.h"

namespace docket::testing {
namespace {

constexpr int kRounds = 3;
constexpr std::size_t kProducers = 3;

std::vector<std::uint64_t> seeds(std::size_t count) {
  if (const char* one = std::getenv("DOCKET_CRASH_SEED")) return {std::strtoull(one, nullptr, 10)};
  std::random_device random;
  std::vector<std::uint64_t> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(random());
  return out;
}

// Several producers at once; the one that gets the k-th answer kills the server, whatever it is doing for the others.
void kill_under_load(Server& server, std::vector<Producer>& producers, std::uint64_t kill_after) {
  std::atomic<std::uint64_t> answers{0};
  std::vector<std::thread> threads;
  for (auto& producer : producers) {
    producer.on_batch = [&] {
      if (++answers == kill_after) server.child().signal(SIGKILL);
    };
    threads.emplace_back([&producer, address = server.address()] {
      Client client(address);
      producer.publish(client);
    });
  }
  for (auto& thread : threads) thread.join();
  for (auto& producer : producers) producer.on_batch = nullptr;
}

TEST(RandomKill, UnderLoadOverHttp) {
  for (const auto seed : seeds(2)) {
    SCOPED_TRACE("DOCKET_CRASH_SEED=" + std::to_string(seed));
    std::cout << "seed " << seed << "\n";
    std::mt19937_64 random(seed);
    TempFolder folder;
    const fs::path data = folder / "data";
    create_ledger(data);
    std::vector<Producer> producers;
    for (std::size_t i = 0; i < kProducers; ++i) producers.emplace_back(work(2, seed + i, "p" + std::to_string(i)), 3);
    const Environment small{{"DOCKET_FREEZE_EVENTS", std::to_string(20 + random() % 60)}};
    for (int round = 0; round < kRounds; ++round) {
      Server server(data, small);
      ASSERT_TRUE(server.ready()) << server.errors();
      kill_under_load(server, producers, 1 + random() % 30);
      server.stop(SIGKILL);
    }
    Server server(data, small);
    ASSERT_TRUE(server.ready()) << server.errors();
    std::set<std::string> all;
    for (auto& producer : producers) {
      expect_known(server, producer.acknowledged());
      ASSERT_TRUE(producer.publish(server)) << server.errors();
      all.insert(producer.acknowledged().begin(), producer.acknowledged().end());
    }
    const auto after = figures(server);
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
    expect_once(data, all);
    expect_verified(data);

    // The same events, undisturbed.
    expect_calm(folder / "calm", producers, after);
  }
}

TEST(RandomKill, WithinAnImport) {
  for (const auto seed : seeds(2)) {
    SCOPED_TRACE("DOCKET_CRASH_SEED=" + std::to_string(seed));
    std::cout << "seed " << seed << "\n";
    std::mt19937_64 random(seed);
    TempFolder folder;
    const fs::path data = folder / "data";
    create_ledger(data);
    const auto events = work(3, seed);
    const fs::path pipe = folder / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const std::vector<std::string> command{docket_program(), "event",    "import",       "--data",
                                           data.string(),    "--format", "ndjson",       "--quiet",
                                           "--batch",        "4",        "--checkpoint", (folder / "checkpoint").string(),
                                           pipe.string()};
    for (int round = 0; round <= kRounds; ++round) {
      Child import(command, {{"DOCKET_FREEZE_EVENTS", "40"}}, (folder / "err").string());
      const std::size_t last = round == kRounds ? events.size() : random() % events.size();
      std::ofstream into(pipe);  // opens when the import reads it
      for (std::size_t i = 0; i < last && into; ++i) into << events[i].json << "\n" << std::flush;
      if (round < kRounds) import.signal(SIGKILL);
      into.close();
      const auto ended = import.wait();
      ASSERT_TRUE(round < kRounds || ended.with(0)) << ended.text() << file_text((folder / "err").string());
    }
    std::set<std::string> all;
    for (const auto& event : events) all.insert(event.id);
    expect_once(data, all);
    expect_verified(data);
  }
}

}  // namespace
}  // namespace docket::testing
