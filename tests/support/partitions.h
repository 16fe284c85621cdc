// All partitions of an office in memory, with the driver that brings reactions from one to another: what it sends may be refused, come
// twice or get no answer, and a partition may begin anew at any moment, as after a take-over. Time is virtual.
#pragma once

#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "connectors/node/reaction_driver.h"
#include "tests/support/engine_fixture.h"

namespace docket::testing {

class Partitions {
 public:
  Partitions(definition::BundlePtr bundle, Instant now)
      : bundle_(std::move(bundle)), now_(now), books_(bundle_, keys_.tag_key_text(), nullptr), driver_(sender(), [] {}) {
    for (int i = 0; i < model::kPartitions; ++i) {
      places_.push_back(std::make_unique<Place>(bundle_));
      begin(i);
    }
  }

  partition::EventOutcome offer(const std::string& json) {
    partition::Offer offer;
    offer.events.push_back(books_.first().ingest.parse(json));
    EXPECT_NE(offer.events.front().event, nullptr) << json;
    const int number = model::partition_of(offer.events.front().event->subject);
    partition::EventOutcome outcome;
    offer.done = [&](std::vector<partition::EventOutcome> told) { outcome = told.front(); };
    EXPECT_TRUE(place(number).loop->offer(std::move(offer)));
    for (int i = 0; i < 3; ++i) turn(number);
    return outcome;
  }

  // Rounds of everybody's turns, until nothing moves any more.
  void settle() {
    for (int round = 0; round < 200; ++round) {
      now_ += 100;
      step();
      if (driver_.counts().waiting == 0 && round > 3) return;
    }
    ADD_FAILURE() << driver_.counts().waiting << " reactions are still waiting";
  }
  void step() {
    for (int i = 0; i < model::kPartitions; ++i) driver_.step(*place(i).loop, i, now_);
    deliver();
    for (int i = 0; i < model::kPartitions; ++i) turn(i);
  }

  // What a partition does by itself.
  void turn(int number) {
    auto& at = place(number);
    for (auto& appending : at.loop->turn(now_)) {
      const auto offset = static_cast<ledger::Offset>(at.log.size());
      at.log.push_back(appending.value);
      at.loop->report({appending.token, number, true, offset, false, {}});
    }
  }

  // A reader that only replays.
  [[nodiscard]] std::unique_ptr<MemoryProjections> replayed(int number) {
    auto rows = std::make_unique<MemoryProjections>(bundle_);
    partition::LoopOptions options;
    options.partition = number;
    options.ledger_id = "test-ledger";
    partition::PartitionLoop reader(options, books_, keys_, *rows, *rows, *rows);
    reader.read_done(everything(number));
    EXPECT_EQ(reader.stop_reason(), "");
    return rows;
  }

  // What the network does from now on; null: nothing bad.
  void trouble(std::mt19937_64* random) { random_ = random; }

  // The owner is gone with all that it knew, and another one begins from what is in the ledger: `replays`: from its first block.
  void take_over(int number, bool replays) {
    auto& at = place(number);
    at.loop->disown();
    ++at.term;
    if (replays) at.rows = std::make_unique<MemoryProjections>(bundle_);
    begin(number);
  }

  [[nodiscard]] MemoryProjections& rows(int number) { return *place(number).rows; }
  [[nodiscard]] MemoryProjections& rows_of(const std::string& case_id) { return rows(model::partition_of(case_id)); }
  [[nodiscard]] model::CasePtr find(const std::string& case_id) { return rows_of(case_id).find(0, case_id); }
  [[nodiscard]] partition::PartitionLoop& loop(int number) { return *place(number).loop; }
  [[nodiscard]] const std::vector<std::string>& log(int number) { return place(number).log; }
  [[nodiscard]] const definition::Bundle& bundle() const { return *bundle_; }
  [[nodiscard]] node::ReactionCounts counts() const { return driver_.counts(); }
  [[nodiscard]] MemoryKeys& keys() { return keys_; }
  [[nodiscard]] Instant now() const { return now_; }
  void set_now(Instant now) { now_ = now; }

 private:
  struct Place {
    explicit Place(const definition::BundlePtr& bundle) : rows(std::make_unique<MemoryProjections>(bundle)) {}
    std::unique_ptr<MemoryProjections> rows;
    std::unique_ptr<partition::PartitionLoop> loop;
    std::vector<std::string> log;
    std::uint64_t term = 0;
  };
  struct Sent {
    int to = 0;
    partition::Offer offer;
  };

  Place& place(int number) { return *places_[static_cast<std::size_t>(number)]; }

  [[nodiscard]] ledger::ReadBatch everything(int number) {
    const auto& log = place(number).log;
    ledger::ReadBatch batch;
    for (std::size_t i = 0; i < log.size(); ++i) batch.blocks.push_back({static_cast<ledger::Offset>(i), log[i]});
    batch.next = static_cast<ledger::Offset>(log.size());
    batch.end = true;
    return batch;
  }
  void begin(int number) {
    auto& at = place(number);
    partition::LoopOptions options;
    options.partition = number;
    options.ledger_id = "test-ledger";
    at.loop = std::make_unique<partition::PartitionLoop>(options, books_, keys_, *at.rows, *at.rows, *at.rows);
    auto batch = everything(number);
    if (at.rows->position.height != 0) {
      const auto term = ledger::decode_block(at.log.back())->term;
      at.loop->restore(at.rows->position, ledger::hash_text(ledger::block_hash(at.log.back())), term, now_,
                       static_cast<ledger::Offset>(at.log.size()));
    }
    at.loop->own();
    at.loop->read_done(batch);
    for (int i = 0; i < 3; ++i) turn(number);
    EXPECT_TRUE(at.loop->owner()) << at.loop->stop_reason();
  }

  [[nodiscard]] bool chance(unsigned of) { return random_ != nullptr && (*random_)() % of == 0; }

  node::ReactionDriver::Send sender() {
    return [this](int to, partition::Offer offer) {
      if (chance(5)) return false;
      if (chance(5)) {  // it comes, and nobody hears of it
        auto lost = offer;
        lost.done = [](const auto&) {};
        under_way_.push_back({to, std::move(lost)});
        offer.done({partition::EventOutcome{}});
        return true;
      }
      if (chance(5)) {
        auto again = offer;
        again.done = [](const auto&) {};
        under_way_.push_back({to, std::move(again)});
      }
      under_way_.push_back({to, std::move(offer)});
      return true;
    };
  }

  void deliver() {
    std::deque<Sent> now;
    now.swap(under_way_);
    for (auto& sent : now) {
      if (chance(4)) {
        under_way_.push_back(std::move(sent));  // behind what is sent later
        continue;
      }
      auto done = sent.offer.done;
      if (!place(sent.to).loop->offer(std::move(sent.offer))) done({partition::EventOutcome{}});
    }
  }

  definition::BundlePtr bundle_;
  Instant now_;
  MemoryKeys keys_;
  partition::Rulebooks books_;
  std::vector<std::unique_ptr<Place>> places_;
  std::deque<Sent> under_way_;
  std::mt19937_64* random_ = nullptr;
  node::ReactionDriver driver_;
};

}  // namespace docket::testing
