// The engine without disk: one partition's loop over an in-memory ledger, with plain maps as projections. Time is virtual.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "engine/partition/loop.h"
#include "tests/support/known_bundles.h"

namespace docket::testing {

using model::Instant;

// Keys in memory.
class MemoryKeys : public ledger::KeyStore {
 public:
  MemoryKeys() { tag_key_.fill(7); }
  Result<ledger::KeyRow> case_key(std::string_view case_id) override {
    if (on_case_key) on_case_key(case_id);
    return row("c" + std::to_string(rounds_[std::string(case_id)]) + std::string(case_id));
  }
  Result<ledger::KeyRow> parking_key(std::int32_t day) override { return row("p" + std::to_string(day)); }
  std::optional<ledger::SealKey> find(std::string_view key_id) override {
    const auto it = keys_.find(std::string(key_id));
    return it == keys_.end() ? std::nullopt : std::optional(it->second);
  }
  // One key a case and erasure, as many as were made.
  Result<std::vector<std::string>> retire_case(std::string_view case_id) override {
    std::vector<std::string> ids;
    auto& round = rounds_[std::string(case_id)];
    for (int i = 0; i <= round; ++i) {
      const auto id = id_of("c" + std::to_string(i) + std::string(case_id));
      if (keys_.contains(id)) ids.push_back(id);
    }
    if (!ids.empty()) ++round;
    return ids;
  }
  Status erase(std::string_view /*case_id*/, const std::vector<std::string>& key_ids, Instant recorded) override {
    for (const auto& id : key_ids) {
      if (keys_.erase(id) != 0) erased_.emplace(id, recorded);
    }
    return {};
  }
  ledger::KeyFate fate(std::string_view key_id) const override {
    const auto it = erased_.find(std::string(key_id));
    if (it != erased_.end()) return {true, it->second, it->second};
    return {keys_.contains(std::string(key_id)), model::kNoInstant, model::kNoInstant};
  }
  [[nodiscard]] std::size_t count() const { return keys_.size(); }
  void lose_all() { keys_.clear(); }
  std::function<void(std::string_view case_id)> on_case_key;  // may throw
  Status sync() override { return {}; }
  const ledger::SealKey& tag_key() const override { return tag_key_; }
  const ledger::SealKey& signing_seed() const override { return tag_key_; }
  [[nodiscard]] std::string tag_key_text() const { return {reinterpret_cast<const char*>(tag_key_.data()), tag_key_.size()}; }

 private:
  static std::string id_of(const std::string& name) {
    std::string id = "k";
    for (const char c : name) {
      constexpr const char* kHex = "0123456789abcdef";
      id += kHex[static_cast<unsigned char>(c) >> 4U];
      id += kHex[static_cast<unsigned char>(c) & 15U];
    }
    return id;
  }
  Result<ledger::KeyRow> row(const std::string& name) {
    const std::string id = id_of(name);
    auto [it, fresh] = keys_.try_emplace(id);
    if (fresh) it->second.fill(static_cast<std::uint8_t>(id.size() * 31 + static_cast<unsigned char>(id.back())));
    return ledger::KeyRow{id, it->second};
  }
  std::map<std::string, ledger::SealKey> keys_;
  std::map<std::string, int> rounds_;      // by case: how often its keys were retired
  std::map<std::string, Instant> erased_;  // by key id
  ledger::SealKey tag_key_{};
};

// The simplest projections there can be: what the loop hands over, in maps.
class MemoryProjections final : public partition::StateReader, public partition::RecordReader, public partition::Sink {
 public:
  explicit MemoryProjections(definition::BundlePtr bundle) : bundle_(std::move(bundle)) {}

  model::CasePtr find(int /*partition*/, std::string_view id) const override {
    const auto it = cases.find(std::string(id));
    return it == cases.end() ? nullptr : it->second;
  }
  std::optional<partition::KnownEvent> known(int /*partition*/, const std::array<std::uint8_t, 16>& fingerprint) const override {
    const auto it = events.find(fingerprint);
    return it == events.end() ? std::nullopt : std::optional(it->second);
  }
  std::vector<partition::HistoryRow> history(int /*partition*/, std::string_view id) const override {
    const auto it = histories.find(std::string(id));
    return it == histories.end() ? std::vector<partition::HistoryRow>{} : it->second;
  }
  std::vector<partition::ParkedRow> parked(int /*partition*/) const override { return parked_rows; }
  std::vector<partition::QuarantinedRow> quarantined(int /*partition*/) const override {
    std::vector<partition::QuarantinedRow> rows;
    for (const auto& [id, row] : quarantine) rows.push_back(row);
    return rows;
  }
  std::vector<partition::AttentionRow> attention(int /*partition*/, Instant from, std::string_view from_case,
                                                 std::size_t limit) const override {
    ++attention_calls;
    std::vector<partition::AttentionRow> rows;
    for (auto it = wanted.upper_bound({from, std::string(from_case)}); it != wanted.end() && rows.size() < limit; ++it)
      rows.push_back({it->first, it->second});
    attention_rows += rows.size();
    return rows;
  }
  partition::ReactionNumbers reaction_numbers(int /*partition*/) const override { return reactions; }
  std::optional<partition::ReactionCause> reaction_cause(int /*partition*/, int to, std::uint64_t number) const override {
    const auto it = causes.find({to, number});
    return it == causes.end() ? std::nullopt : std::optional(it->second);
  }
  Result<partition::RecordAt> record(int /*partition*/, model::Height height) const override {
    const auto it = records.find(height);
    if (it == records.end()) return Error{ErrorCode::kNotFound, "no record " + std::to_string(height), false};
    return it->second;
  }

  void apply(partition::AppliedBlock&& block) override {
    position = block.position;
    for (auto& row : block.records) {
      records[row.height] = {*row.record, row.recorded};
      for (const auto& sent : row.sends) {
        causes[{sent.partition, sent.number}] = {row.height, sent.link};
        reactions.sent[static_cast<std::size_t>(sent.partition)] = sent.number;
      }
      if (row.received) reactions.received[static_cast<std::size_t>(row.received->partition)] = row.received->number;
      if (row.case_id.empty()) continue;
      using ledger::RecordKind;
      const auto kind = row.record->kind;
      events[row.identity.fingerprint] = {row.identity.tag, row.height, kind};
      const bool accepts = ledger::accepts(kind);
      std::string name;
      if (row.event != nullptr && row.event->kind != model::kNone16) name = bundle_->kinds[row.event->kind].events[row.event->event].name;
      histories[row.case_id].push_back({row.height, accepts ? row.record->case_version : 0, row.recorded,
                                        row.event != nullptr && accepts ? row.event->time : row.recorded, kind,
                                        accepts ? name : std::string()});
      if (kind == RecordKind::kQuarantined)
        quarantine[row.case_id] = {row.case_id, std::string(ledger::kind_named(*row.record)), row.height, row.recorded};
      if (kind == RecordKind::kReleased) quarantine.erase(row.case_id);
      if (kind == RecordKind::kParked) parked_rows.push_back({row.height, row.case_id, row.record->until});
      std::erase_if(parked_rows, [&](const auto& parked) { return parked.height == row.resolves; });
      if (row.after != nullptr) {
        for (const auto at : apply::want_instants(find(0, row.case_id).get())) wanted.erase({at, row.case_id});
        for (const auto at : apply::want_instants(row.after.get())) wanted.emplace(at, row.case_id);
        cases[row.case_id] = row.after;
      }
      add(row.withdrawn);  // by a bundle of the same metrics
      add(row.deltas);
    }
  }

  void add(const std::vector<measure::Delta>& deltas) {
    for (const auto& delta : deltas) {
      auto& cell = cells[{delta.metric, delta.by, group_text(delta.group), delta.anchor, delta.series}];
      cell += delta.value;
      auto& happened = by_occurred[{delta.metric, delta.by, group_text(delta.group), delta.anchor, delta.series, delta.occurred}];
      happened += delta.value;
    }
  }

  [[nodiscard]] std::string group_text(const model::Value& value) const {
    return value.present() ? partition::key_text(*bundle_, value) : std::string("-");
  }
  // Sum of a series over anchor days [from, to).
  [[nodiscard]] std::int64_t sum(std::string_view metric, std::uint16_t series, model::Day from, model::Day to,
                                 const std::string& group = {}, std::uint8_t by = 0) const {
    const auto* id = definition::find_name(bundle_->metric_ids, metric);
    if (id == nullptr) return -1;
    std::int64_t total = 0;
    for (const auto& [key, value] : cells) {
      const auto& [m, b, g, day, s] = key;
      if (m == *id && b == by && s == series && day >= from && day < to && (by == 0 || g == group)) total += value;
    }
    return total;
  }
  // The same as it had happened by the end of `at`.
  [[nodiscard]] std::int64_t sum_at(std::string_view metric, std::uint16_t series, model::Day from, model::Day to, model::Day at) const {
    const auto* id = definition::find_name(bundle_->metric_ids, metric);
    std::int64_t total = 0;
    for (const auto& [key, value] : by_occurred) {
      const auto& [m, b, g, day, s, occurred] = key;
      if (id != nullptr && m == *id && b == 0 && s == series && day >= from && day < to && day <= at && occurred <= at) total += value;
    }
    return total;
  }

  std::map<std::string, model::CasePtr> cases;
  std::map<std::array<std::uint8_t, 16>, partition::KnownEvent> events;
  std::map<std::string, std::vector<partition::HistoryRow>> histories;
  std::map<model::Height, partition::RecordAt> records;
  std::vector<partition::ParkedRow> parked_rows;
  std::map<std::string, partition::QuarantinedRow> quarantine;
  std::set<std::pair<Instant, std::string>> wanted;
  partition::ReactionNumbers reactions;
  std::map<std::pair<int, std::uint64_t>, partition::ReactionCause> causes;
  mutable std::size_t attention_calls = 0;
  mutable std::size_t attention_rows = 0;
  std::map<std::tuple<std::uint16_t, std::uint8_t, std::string, model::Day, std::uint16_t>, std::int64_t> cells;
  std::map<std::tuple<std::uint16_t, std::uint8_t, std::string, model::Day, std::uint16_t, model::Day>, std::int64_t> by_occurred;
  ledger::Position position;

 private:
  definition::BundlePtr bundle_;
};

// One partition, one owner, a ledger that never fails: offer an event, read what became of it.
class EngineFixture {
 public:
  explicit EngineFixture(definition::BundlePtr bundle, Instant now = 1'790'000'000'000)
      : bundle_(std::move(bundle)), projections(bundle_), books_(bundle_, keys_.tag_key_text(), &source_), now_(now) {
    start();
  }

  void set_now(Instant now) { now_ = now; }
  [[nodiscard]] Instant now() const { return now_; }

  std::vector<partition::EventOutcome> offer(const std::vector<std::string>& events, bool dry_run = false) {
    partition::Offer offer;
    offer.dry_run = dry_run;
    for (const auto& json : events) {
      auto one = books_.first().ingest.parse(json);
      if (one.event == nullptr || one.stage == ingest::Stage::kForbidden) {
        ADD_FAILURE() << "not offered: " << json << " " << one.refusal.detail;
        return {};
      }
      offer.events.push_back(std::move(one));
    }
    std::vector<partition::EventOutcome> outcomes;
    offer.done = [&](std::vector<partition::EventOutcome> told) { outcomes = std::move(told); };
    EXPECT_TRUE(loop_->offer(std::move(offer)));
    pump();
    return outcomes;
  }
  partition::EventOutcome offer(const std::string& event) {
    auto outcomes = offer(std::vector<std::string>{event});
    return outcomes.empty() ? partition::EventOutcome{} : outcomes.front();
  }

  // Lets a bundle decide for new cases from now on; events are parsed by the first one still, as a caller who hasn't heard would.
  void know(const definition::BundlePtr& bundle) { source_.add(bundle); }
  void activate(const definition::BundlePtr& bundle, std::uint64_t number) {
    know(bundle);
    loop_->activate({number, bundle->id, "tester"});
    pump();
    EXPECT_EQ(loop_->activation(), number);
  }

  // Lets time pass: parked events expire, timers fire.
  void pump() {
    for (int i = 0; i < 4; ++i) {
      for (auto& appending : loop_->turn(now_)) {
        const auto offset = static_cast<ledger::Offset>(log.size());
        log.push_back(appending.value);
        loop_->report({appending.token, 0, true, offset, false, {}});
      }
    }
  }

  // The process ends and comes back: what was judged ahead is gone, the projections stand.
  void restart() {
    const auto term = loop_->term();
    loop_activation_ = loop_->activation();
    make_loop();
    const auto head = ledger::hash_text(ledger::block_hash(log.back()));
    const auto number = loop_activation_;
    loop_->restore(projections.position, head, term, now_, static_cast<ledger::Offset>(log.size()));
    EXPECT_TRUE(loop_->restore_bundle(ledger::decode_block(log.back())->bundle, number).ok());
    take_over();
  }

  // A second reader that only replays the same ledger.
  [[nodiscard]] std::unique_ptr<MemoryProjections> replay() {
    auto other = std::make_unique<MemoryProjections>(bundle_);
    replay_into(*other);
    return other;
  }
  template <typename Projections>
  void replay_into(Projections& other, partition::LoopOptions options = {}) {
    options.ledger_id = "test-ledger";
    partition::PartitionLoop reader(options, books_, keys_, other, other, other);
    ledger::ReadBatch batch;
    for (std::size_t i = 0; i < log.size(); ++i) batch.blocks.push_back({static_cast<ledger::Offset>(i), log[i]});
    batch.next = static_cast<ledger::Offset>(log.size());
    batch.end = true;
    reader.read_done(batch);
    EXPECT_EQ(reader.stop_reason(), "");
  }

  [[nodiscard]] const definition::Bundle& bundle() const { return *bundle_; }
  [[nodiscard]] partition::PartitionLoop& loop() { return *loop_; }
  [[nodiscard]] ingest::Ingest& ingest() { return books_.first().ingest; }
  [[nodiscard]] partition::Rulebooks& books() { return books_; }
  [[nodiscard]] MemoryKeys& keys() { return keys_; }

 private:
  void start() {
    make_loop();
    take_over();
  }
  void make_loop() {
    partition::LoopOptions options;
    options.ledger_id = "test-ledger";
    loop_ = std::make_unique<partition::PartitionLoop>(options, books_, keys_, projections, projections, projections);
  }
  void take_over() {
    loop_->own();
    loop_->read_done({{}, static_cast<ledger::Offset>(log.size()), true});
    pump();
    EXPECT_TRUE(loop_->owner());
  }

  definition::BundlePtr bundle_;
  MemoryKeys keys_;

 public:
  MemoryProjections projections;
  std::vector<std::string> log;

 private:
  KnownBundles source_;
  partition::Rulebooks books_;
  std::unique_ptr<partition::PartitionLoop> loop_;
  std::uint64_t loop_activation_ = 1;
  Instant now_;
};

}  // namespace docket::testing
