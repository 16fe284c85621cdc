// The real worker on its own thread, over any port, with projections in maps.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/node/worker.h"
#include "tests/simulation/office.h"
#include "tests/support/memory_store.h"

namespace docket::testing {

inline constexpr int kPartitions = 3;
inline constexpr auto kPatience = std::chrono::seconds(30);

inline std::string worker_event(int partition, std::size_t place) {
  auto& office = simulation::small_office();
  const std::string case_id = "C" + std::to_string(partition);
  return office.event(case_id, case_id + "-" + std::to_string(place), office.scripts[0][place]);
}

// A worker over partitions 0, 1, 2 whose clock stands still, so that no patience of the loop's helps.
class RunningWorker {
  MemoryStore store_;  // these outlive the worker
  class Keys final : public MemoryKeys {
   public:
    Status sync() override {
      if (failing) return Error{ErrorCode::kUnavailable, "no space left", true};
      return {};
    }
    std::atomic<bool> failing{false};
  } keys_;
  std::atomic<model::Instant> now_{simulation::kClockStart};

 public:
  explicit RunningWorker(std::unique_ptr<ledger::Port> port, std::function<bool(model::Instant)> may_own = {})
      : store_(simulation::small_office().bundle, kPartitions) {
    node::WorkerOptions options;
    for (int i = 0; i < kPartitions; ++i) options.partitions.push_back(i);
    options.clock = [this] { return now_.load(); };
    if (may_own) options.may_own = std::move(may_own);
    worker = std::make_unique<node::Worker>(options, simulation::small_office().bundle, "sim", 1, std::move(port), keys_, store_, store_);
    for (int i = 0; i < kPartitions; ++i) {
      EXPECT_TRUE(worker->restore(i, {{i, 0, 0}, 0, 0}, ledger::zero_hash_text(), 0).ok());
    }
    worker->start();
  }

  // What nobody reports any more is given up, so that a test that failed ends too.
  ~RunningWorker() {
    constexpr model::Instant kMinute = 60'000;
    now_ += kMinute;
    worker.reset();
  }

  void offer(int partition, std::size_t place) {
    partition::Offer offer;
    offer.events.push_back(simulation::small_office().ingest->parse(worker_event(partition, place)));
    {
      const std::lock_guard lock(mutex_);
      ++open_;
    }
    offer.done = [this](std::vector<partition::EventOutcome> outcomes) {
      const std::lock_guard lock(mutex_);
      --open_;
      for (const auto& outcome : outcomes) {
        const bool in =
            outcome.kind == partition::EventOutcome::Kind::kAccepted || outcome.kind == partition::EventOutcome::Kind::kDuplicate;
        in ? ++accepted_ : ++others_;
      }
      told_.notify_all();
    };
    ASSERT_TRUE(worker->offer(partition, std::move(offer)));
  }
  // The key store can't write.
  void fail_keys(bool failing) { keys_.failing = failing; }
  // The node's clock is set, as by somebody's hand.
  void set_clock(model::Instant now) { now_ = now; }
  // All that was offered is answered.
  [[nodiscard]] bool answered() {
    std::unique_lock lock(mutex_);
    return told_.wait_for(lock, kPatience, [this] { return open_ == 0; });
  }
  [[nodiscard]] std::size_t accepted() {
    const std::lock_guard lock(mutex_);
    return accepted_;
  }
  [[nodiscard]] std::size_t others() {
    const std::lock_guard lock(mutex_);
    return others_;
  }

  std::unique_ptr<node::Worker> worker;

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  std::size_t open_ = 0;
  std::size_t accepted_ = 0;
  std::size_t others_ = 0;
};

}  // namespace docket::testing
