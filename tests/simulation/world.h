// The simulated world of one partition: nodes that run the real loop over a faulty ledger, callers, clocks. Virtual time; one
// seed is one run. What goes wrong and how often stands in Options, so that a failing run can be tried without one of the faults.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/ledger/memory_ledger.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/office.h"

namespace docket::simulation {

struct Options {
  std::uint64_t seed = 0;
  Office* office = nullptr;
  std::size_t nodes = 3;
  Step steps = 600;
  bool single_events = false;  // no batches
  std::uint32_t intake = 0;    // chance in ten thousandths of a request to be published to the intake topic instead
  ledger::MemoryFaults faults;
  // Chances in ten thousandths of each step.
  std::uint32_t crash = 30;
  std::uint32_t pause = 50;
  std::uint32_t assign = 60;
  std::uint32_t full = 10;
  std::uint32_t keys_fail = 10;
  std::uint32_t clock_jump = 10;
  std::uint32_t days_pass = 4;
  model::Instant skew_ms = 4'000;  // nodes' clocks differ by up to that much
  bool trace = false;
};
[[nodiscard]] std::string describe(const Options& options);

// A key store that can't write for a while.
class FlakyKeys final : public ledger::KeyStore {
 public:
  explicit FlakyKeys(testing::MemoryKeys& keys) : keys_(keys) {}
  Result<ledger::KeyRow> case_key(std::string_view case_id) override { return keys_.case_key(case_id); }
  Result<ledger::KeyRow> parking_key(std::int32_t day) override { return keys_.parking_key(day); }
  std::optional<ledger::SealKey> find(std::string_view key_id) override { return keys_.find(key_id); }
  Result<std::vector<std::string>> retire_case(std::string_view case_id) override { return keys_.retire_case(case_id); }
  Status erase(std::string_view case_id, const std::vector<std::string>& key_ids, model::Instant recorded) override {
    return keys_.erase(case_id, key_ids, recorded);
  }
  ledger::KeyFate fate(std::string_view key_id) const override { return keys_.fate(key_id); }
  Status sync() override {
    if (failing) return Error{ErrorCode::kUnavailable, "no space left", true};
    return {};
  }
  const ledger::SealKey& tag_key() const override { return keys_.tag_key(); }
  const ledger::SealKey& signing_seed() const override { return keys_.signing_seed(); }
  bool failing = false;

 private:
  testing::MemoryKeys& keys_;
};

class World {
 public:
  explicit World(const Options& options);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Steps with faults, then without until everybody is answered; then the last checks. Findings are in checker().
  void run();
  [[nodiscard]] const Checker& checker() const { return checker_; }
  [[nodiscard]] const std::vector<std::string>& trace() const { return trace_; }
  [[nodiscard]] std::size_t freezes() const { return freezes_; }
  [[nodiscard]] Step quiet_steps() const { return quiet_steps_; }

 private:
  struct Content {
    ingest::Offered offered;
    AskedEvent asked;
  };
  struct Op {                                  // what one caller wants: a batch of events, sent again until it has an answer that ends it
    std::vector<std::vector<Content>> events;  // of each event its contents: sent until told rejected, then the next
    std::vector<std::size_t> content;          // of each event which one is sent now
    std::optional<std::int64_t> expected;
    bool dry_run = false;
    bool scripted = false;  // every event must end accepted
    bool done = false;
    Step next_try = 0;
  };
  struct Node;
  friend struct Node;

  [[nodiscard]] bool chance(std::uint32_t ten_thousandths) { return below(10'000) < ten_thousandths; }
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : random_() % limit; }
  template <typename Words>
  void note(const Words& words) {
    if (options_.trace) trace_.push_back("step " + std::to_string(now_) + ": " + words());
  }

  // callers (callers.cpp)
  void new_case();
  void new_noise();
  [[nodiscard]] Content content(const std::string& json);
  void add_op(std::vector<std::vector<std::string>> events, bool scripted);
  void publish(const Op& op);
  void send(std::size_t op);
  void answered(std::size_t op, std::size_t request, const std::vector<std::size_t>& contents, const std::vector<Outcome>& outcomes);
  void callers_act();

  // nodes (world.cpp)
  void turn(Node& node);
  void read_intake(Node& node);
  void start(Node& node);
  void leave(Node& node);
  void start_anew(Node& node);
  void rejoin(Node& node);
  void crash(Node& node);
  void assign(std::size_t index);
  void hang_up(Node& node);
  void applied(const Node& node, const ledger::Position& position);
  [[nodiscard]] model::Instant clock(const Node& node) const;
  void absorb();
  void compare_with_replay(const Node& node);
  void read_reference(ledger::Height height);
  void step();
  void trouble();
  void settle();

  Options options_;
  ledger::MemoryCluster::Random random_;
  ledger::MemoryCluster cluster_;
  Checker checker_;
  FlakyKeys keys_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::unique_ptr<Node> reference_;  // reads the committed log alone
  ledger::Offset absorbed_ = 0;
  std::deque<ledger::Stored> unread_;  // by the reference
  std::size_t assignee_ = 0;
  std::uint64_t processes_ = 0;
  Step now_ = 0;
  Step full_until_ = 0;
  Step keys_fail_until_ = 0;
  model::Instant days_ = 0;
  std::vector<Op> ops_;
  std::vector<ingest::Offered> intake_;  // the topic
  std::vector<std::pair<std::string, std::string>> must_accept_;
  std::vector<std::pair<std::string, std::size_t>> lives_;  // case id, script
  std::size_t cases_ = 0;
  std::size_t numbers_ = 0;
  std::size_t freezes_ = 0;
  Step quiet_steps_ = 0;
  bool quiet_ = false;
  std::vector<std::string> trace_;
};

}  // namespace docket::simulation
