// One loop over one in-memory ledger, stepped by hand: what goes wrong is planned, nothing is left to chance.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ledger/genesis.h"
#include "engine/ledger/memory_ledger.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/world.h"
#include "tests/support/accepted_ids.h"

namespace docket::simulation {

class OneNode {
 public:
  explicit OneNode(std::size_t in_flight_max = 5) : live(small_office().bundle), keys(small_office().keys) {
    ledger::Genesis genesis;
    genesis.ledger = "sim";
    genesis.partitions = 1;
    genesis.bundle = small_office().bundle->id;
    cluster.write(0, ledger::encode_block(ledger::genesis_block(genesis, now)));
    partition::LoopOptions options;
    options.ledger_id = "sim";
    options.process = 1;
    options.blocks_in_flight_max = in_flight_max;
    loop = std::make_unique<partition::PartitionLoop>(options, *small_office().books, keys, live, live, live);
    loop->own();
    go_on();
    EXPECT_TRUE(loop->owner());
  }

  // An event of a case's life, by its place in the script.
  [[nodiscard]] std::string event(const std::string& case_id, std::size_t place, const std::string& more = {}) const {
    return small_office().event(case_id, case_id + "-" + std::to_string(place), small_office().scripts[0][place], {}, more);
  }

  // The number by which told() knows it.
  std::size_t offer(const std::vector<std::string>& events, const std::function<void(partition::Offer&)>& change = {}) {
    partition::Offer offer;
    for (const auto& json : events) offer.events.push_back(small_office().ingest->parse(json));
    const std::size_t number = answers_.size();
    answers_.emplace_back();
    offer.done = [this, number](std::vector<Outcome> outcomes) {
      EXPECT_FALSE(answers_[number].has_value()) << "answered twice";
      answers_[number] = std::move(outcomes);
    };
    if (change) change(offer);
    EXPECT_TRUE(loop->offer(std::move(offer)));
    return number;
  }
  [[nodiscard]] std::string told(std::size_t number) const {
    std::string out;
    if (!answers_[number]) return "nothing yet";
    for (const auto& outcome : *answers_[number]) out += (out.empty() ? "" : " ") + std::string(name_of(outcome.kind));
    return out;
  }
  [[nodiscard]] const Outcome& outcome(std::size_t number) const { return answers_[number]->front(); }

  // Judges what is queued and sends it; the number of blocks.
  std::size_t turn() {
    auto blocks = loop->turn(now);
    if (loop->freezes() != freezes_) port->renew();
    freezes_ = loop->freezes();
    const auto count = blocks.size();
    if (count > 0) port->append(std::move(blocks));
    return count;
  }
  // What is under way lands as planned, and is reported.
  void land() {
    while (cluster.deliver()) {
    }
    cluster.drain();
    for (const auto& report : port->poll()) loop->report(report);
  }
  // Until nothing is left to do; time passes when nothing else helps.
  void go_on() {
    for (int i = 0; i < 50; ++i) {
      if (const auto from = loop->wants_read()) loop->read_done(*port->read(0, *from, 1 << 20U));
      if (turn() == 0 && cluster.idle() && !loop->idle()) now += 31'000;
      land();
      if (loop->owner() && loop->idle()) return;
    }
    ADD_FAILURE() << "the loop does not come to rest";
  }

  // Ids of the accepted events, in the chain's order. `void_blocks`: what else lies in the log.
  [[nodiscard]] std::vector<std::string> accepted(std::size_t* void_blocks = nullptr) const {
    std::vector<std::string> ids;
    ledger::ChainWalk walk(0);
    for (const auto& stored : cluster.committed(0)) {
      ledger::Block block;
      const auto taken = walk.take(stored, &block);
      EXPECT_TRUE(taken.ok()) << (taken.ok() ? "" : taken.error().message);
      testing::append_accepted_ids(ids, block);
    }
    if (void_blocks != nullptr) *void_blocks = walk.end().void_blocks;
    return ids;
  }

  model::Instant now = kClockStart;
  ledger::MemoryCluster::Random random{1};
  ledger::MemoryCluster cluster{1, random, ledger::MemoryFaults::none()};
  std::unique_ptr<ledger::MemoryLedger> port = cluster.node();
  testing::MemoryProjections live;
  FlakyKeys keys;
  std::unique_ptr<partition::PartitionLoop> loop;

 private:
  std::vector<std::optional<std::vector<Outcome>>> answers_;
  std::uint64_t freezes_ = 0;
};

}  // namespace docket::simulation
