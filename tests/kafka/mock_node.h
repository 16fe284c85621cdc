// One loop over a ledger on the mock cluster. The loop's clock is virtual; what librdkafka does takes its own time and tells when it is
// done.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/partition/loop.h"
#include "tests/kafka/mock_cluster.h"
#include "tests/simulation/office.h"

namespace docket::testing {

using Outcome = partition::EventOutcome;

class MockNode {
 public:
  explicit MockNode(MockCluster& cluster) : live(simulation::small_office().bundle), port_(cluster.options()) {
    port_.on_news([this] {
      const std::lock_guard lock(mutex_);
      news_ = true;
      told_.notify_one();
    });
    partition::LoopOptions options;
    options.ledger_id = "sim";
    options.process = 1;
    loop = std::make_unique<partition::PartitionLoop>(options, *simulation::small_office().books, keys_, live, live, live);
    loop->own();
    go_on();
    EXPECT_TRUE(loop->owner());
  }

  [[nodiscard]] static std::string event(const std::string& case_id, std::size_t place) {
    auto& office = simulation::small_office();
    return office.event(case_id, case_id + "-" + std::to_string(place), office.scripts[0][place]);
  }

  std::size_t offer(const std::string& event) {
    partition::Offer offer;
    offer.events.push_back(simulation::small_office().ingest->parse(event));
    const std::size_t number = answers_.size();
    answers_.emplace_back();
    offer.done = [this, number](std::vector<Outcome> outcomes) {
      EXPECT_FALSE(answers_[number].has_value()) << "answered twice";
      answers_[number] = outcomes.front();
    };
    EXPECT_TRUE(loop->offer(std::move(offer)));
    return number;
  }
  [[nodiscard]] const std::optional<Outcome>& told(std::size_t number) const { return answers_[number]; }

  // Judges what is queued and sends it; the number of blocks.
  std::size_t turn() {
    auto blocks = loop->turn(now);
    if (loop->freezes() != freezes_) port_.renew();
    freezes_ = loop->freezes();
    const auto count = blocks.size();
    if (count > 0) port_.append(std::move(blocks));
    return count;
  }
  bool take_reports() {
    bool any = false;
    for (const auto& report : port_.poll()) {
      any = true;
      loop->report(report);
    }
    return any;
  }
  // Until nothing is left to do. If nothing at all comes in for a while, the loop's clock passes its patience.
  void go_on() {
    for (int quiet = 0; quiet < 600;) {
      bool moved = take_reports();
      while (const auto from = loop->wants_read()) {
        auto batch = port_.read(0, *from, std::size_t{1} << 20U);
        if (!batch || (batch->blocks.empty() && !batch->end)) break;
        moved = true;
        loop->read_done(*batch);
        if (batch->end) break;
      }
      moved = turn() > 0 || moved;
      if (loop->owner() && loop->idle()) return;
      quiet = moved ? 0 : quiet + 1;
      if (!moved) wait();
      if (quiet == 200) now += 31'000;
    }
    ADD_FAILURE() << "the loop does not come to rest";
  }

  simulation::Office& office = simulation::small_office();
  model::Instant now = simulation::kClockStart;
  MemoryProjections live;
  std::unique_ptr<partition::PartitionLoop> loop;

 private:
  void wait() {
    std::unique_lock lock(mutex_);
    told_.wait_for(lock, std::chrono::milliseconds(50), [this] { return news_; });
    news_ = false;
  }

  std::mutex mutex_;
  std::condition_variable told_;
  bool news_ = false;
  MemoryKeys keys_;
  kafka::KafkaLedger port_;
  std::uint64_t freezes_ = 0;
  std::vector<std::optional<Outcome>> answers_;
};

}  // namespace docket::testing
