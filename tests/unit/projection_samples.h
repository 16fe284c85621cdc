// A small office, hand-made cases and a random valid chain for the tests of projections. The chain is a function of its seed.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "projections/projections.h"

namespace docket::projections::samples {

class TempFolder {
 public:
  TempFolder() {
    const std::filesystem::path memory = "/dev/shm";  // syncs cost nothing there; power failures are not what these tests are about
    const bool usable = std::filesystem::is_directory(memory) && ::access(memory.c_str(), W_OK) == 0;
    std::string name = ((usable ? memory : std::filesystem::temp_directory_path()) / "docket-projections-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline constexpr model::AttributeId kUnit = 0;
inline constexpr model::AttributeId kNumber = 1;
inline constexpr model::AttributeId kTags = 2;
inline constexpr model::EventId kOpened = 0;
inline constexpr model::EventId kNoted = 1;
inline constexpr model::Day kEpochDay = 17226;  // 2017-03-01

// Kind "ticket": states new, busy, done; unit and tags (a list) are dimensions, number an alias; clock "handle"; metrics
// "rate" (total, by unit) and "open" (a stock, by unit).
inline definition::BundlePtr office(const std::string& id = "bundle-a") {
  auto bundle = std::make_shared<definition::Bundle>();
  bundle->id = id;
  for (const char* unit : {"u1", "u2", "u3"}) static_cast<void>(bundle->symbols.intern(unit));
  definition::KindDef kind;
  kind.name = "ticket";
  definition::ScopeDef scope;
  for (const char* name : {"new", "busy", "done"}) {
    scope.state_ids.emplace(name, static_cast<model::StateId>(scope.states.size()));
    scope.states.emplace_back();
    scope.states.back().name = name;
  }
  for (const char* name : {"unit", "number", "tags"}) {
    scope.attribute_ids.emplace(name, static_cast<model::AttributeId>(scope.attributes.size()));
    scope.attributes.emplace_back();
    scope.attributes.back().name = name;
  }
  scope.attributes[kUnit].dimension = true;
  scope.attributes[kTags].dimension = true;
  scope.attributes[kNumber].alias = {kNumber};
  scope.clocks.emplace_back();
  scope.clocks.back().name = "handle";
  kind.scopes.push_back(scope);
  for (const char* name : {"opened", "noted"}) {
    kind.events.emplace_back();
    kind.events.back().name = name;
  }
  bundle->kinds.push_back(kind);
  for (const char* name : {"rate", "open"}) {
    definition::MetricDef metric;
    metric.name = name;
    metric.kind = 0;
    metric.period.push_back({definition::Anchor::Kind::kClockDue, 0, 0});
    metric.by.emplace_back();
    metric.by.back().name = "unit";
    bundle->metrics.push_back(metric);
  }
  definition::derive(*bundle);
  return bundle;
}

inline BundleLookup lookup_of(std::vector<definition::BundlePtr> bundles) {
  return [bundles = std::move(bundles)](std::string_view id) -> definition::BundlePtr {
    for (const auto& bundle : bundles) {
      if (bundle->id == id) return bundle;
    }
    return nullptr;
  };
}

inline model::Instant at_day(model::Day day, std::int64_t ms = 0) { return day * model::kMsPerDay + ms; }

inline void set_slot(model::ScopeState& scope, model::AttributeId attribute, model::Value value) {
  for (auto& slot : scope.attributes) {
    if (slot.attribute == attribute) {
      slot.value = std::move(value);
      return;
    }
  }
  scope.attributes.push_back({attribute, 0, std::move(value)});
  std::sort(scope.attributes.begin(), scope.attributes.end(),
            [](const model::AttributeSlot& a, const model::AttributeSlot& b) { return a.attribute < b.attribute; });
}

// Grows the chains of some partitions.
class Chain {
 public:
  Chain(std::uint64_t seed, definition::BundlePtr bundle, int partitions = 4) : random_(seed), bundle_(std::move(bundle)) {
    for (int p = 0; p < partitions; ++p) heads_.push_back({p, 0, 0});
  }

  // A block of one partition with up to `records` random records.
  partition::AppliedBlock next(int partition, int records = 5) {
    partition::AppliedBlock block;
    if (pick(8) == 0) recorded_ += model::kMsPerDay * pick(40);
    recorded_ += pick(3'600'000);
    block.recorded = recorded_;
    block.term = 1;
    auto& head = heads_[static_cast<std::size_t>(partition)];
    const int count = 1 + pick(records);
    for (int i = 0; i < count; ++i) block.records.push_back(record(partition, head.height++));
    head.hash = random_();
    block.position = head;
    block.next.push_back({"intake", 0, static_cast<std::int64_t>(head.height)});
    return block;
  }

  // One record that brings a case into a state, with a unit.
  partition::AppliedBlock put(int partition, const std::string& id, model::StateId state, const std::string& unit) {
    partition::AppliedBlock block;
    block.recorded = recorded_;
    auto& head = heads_[static_cast<std::size_t>(partition)];
    auto after = changed(id, head.height);
    after->scope.state = state;
    set_slot(after->scope, kUnit, model::Value::symbol(bundle_->symbols.find(unit)));
    block.records.push_back(accepted(partition, id, std::move(after), head.height++));
    block.position = head;
    return block;
  }

  void set_recorded(model::Instant recorded) { recorded_ = recorded; }
  [[nodiscard]] model::Instant recorded() const { return recorded_; }
  [[nodiscard]] const std::map<std::string, model::CasePtr>& cases() const { return cases_; }
  [[nodiscard]] const std::map<std::string, std::vector<model::Height>>& histories() const { return histories_; }
  [[nodiscard]] const std::vector<std::pair<int, measure::Delta>>& deltas() const { return deltas_; }  // with recorded day
  [[nodiscard]] std::uint64_t random() { return random_(); }
  [[nodiscard]] int pick(int below) { return static_cast<int>(random_() % static_cast<std::uint64_t>(below)); }

  // A copy of a case for its next event, or a new case.
  std::shared_ptr<model::CaseState> changed(const std::string& id, model::Height height) {
    const auto found = cases_.find(id);
    auto state = found == cases_.end() ? std::make_shared<model::CaseState>() : std::make_shared<model::CaseState>(*found->second);
    state->id = id;
    state->bundle = bundle_->id;
    state->kind = 0;
    state->version += 1;
    state->revision += 1;
    state->last_recorded = recorded_;
    state->last = {recorded_, 0, height};
    if (state->opened_recorded == model::kNoInstant) {
      state->opened_recorded = recorded_;
      state->scope.state = 0;
    }
    return state;
  }

  partition::Applied accepted(int partition, const std::string& id, std::shared_ptr<model::CaseState> after, model::Height height) {
    partition::Applied applied;
    static_cast<void>(partition);
    applied.height = height;
    applied.recorded = recorded_;
    auto record = std::make_shared<ledger::Record>();
    record->kind = ledger::RecordKind::kAccepted;
    record->type = "org.docket.ticket.noted.v1";
    record->case_version = after->version;
    applied.record = std::move(record);
    for (auto& byte : applied.identity.fingerprint) byte = static_cast<std::uint8_t>(random_());
    applied.identity.tag = random_();
    applied.case_id = id;
    const auto found = cases_.find(id);
    applied.before = found == cases_.end() ? nullptr : found->second;
    applied.after = std::move(after);
    cases_[id] = applied.after;
    histories_[id].push_back(height);
    return applied;
  }

 private:
  partition::Applied record(int partition, model::Height height) {
    const std::string id = "p" + std::to_string(partition) + "-" + std::to_string(pick(12));
    if (pick(6) == 0) return refused(id, height);
    auto after = changed(id, height);
    if (pick(3) == 0) after->scope.state = static_cast<model::StateId>(pick(3));
    if (pick(3) == 0) set_slot(after->scope, kUnit, model::Value::symbol(static_cast<model::Symbol>(pick(3))));
    if (pick(6) == 0) set_slot(after->scope, kNumber, model::Value::text("no-" + std::to_string(pick(40))));
    if (pick(4) == 0) {
      set_slot(after->scope, kTags,
               model::Value::list({model::Value::text("t" + std::to_string(pick(3))), model::Value::text("t" + std::to_string(pick(3)))}));
    }
    if (pick(3) == 0) {
      after->scope.clocks.resize(1);
      auto& clock = after->scope.clocks[0];
      clock.status = pick(3) == 0 ? model::ClockInstance::Status::kStopped : model::ClockInstance::Status::kRunning;
      clock.due = recorded_ + model::kMsPerDay * pick(20);
      clock.notices = {{clock.due - model::kMsPerDay, "yellow", model::kNone8}};
    }
    auto applied = accepted(partition, id, std::move(after), height);
    const model::Day today = static_cast<model::Day>(recorded_ / model::kMsPerDay);
    for (int i = pick(6); i > 0; --i) {
      measure::Delta delta;
      delta.metric = static_cast<std::uint16_t>(pick(2));
      delta.by = static_cast<std::uint8_t>(pick(2));
      delta.series = static_cast<std::uint8_t>(pick(3));
      delta.occurred = today - (pick(4) == 0 ? pick(90) : 0);
      delta.anchor = today - 60 + pick(90);
      if (delta.by > 0 && pick(8) != 0) delta.group = model::Value::symbol(static_cast<model::Symbol>(pick(3)));
      delta.value = pick(7) - 3;
      deltas_.emplace_back(today, delta);
      applied.deltas.push_back(delta);
    }
    return applied;
  }

  partition::Applied refused(const std::string& id, model::Height height) {
    partition::Applied applied;
    applied.height = height;
    applied.recorded = recorded_;
    auto record = std::make_shared<ledger::Record>();
    record->kind = pick(2) == 0 ? ledger::RecordKind::kRejected : ledger::RecordKind::kParked;
    record->type = "org.docket.ticket.opened.v1";
    record->until = recorded_ + 1000;
    const bool parks = record->kind == ledger::RecordKind::kParked;
    applied.record = std::move(record);
    applied.case_id = id;
    const auto found = cases_.find(id);
    if (found != cases_.end()) applied.before = applied.after = found->second;
    auto& waiting = waiting_[id];
    if (parks) {
      waiting.push_back(height);
    } else if (!waiting.empty()) {
      applied.resolves = waiting.back();
      waiting.pop_back();
    }
    histories_[id].push_back(height);
    return applied;
  }

  std::mt19937_64 random_;
  definition::BundlePtr bundle_;
  model::Instant recorded_ = at_day(kEpochDay, 1);
  std::vector<ledger::Position> heads_;
  std::map<std::string, model::CasePtr> cases_;
  std::map<std::string, std::vector<model::Height>> histories_;
  std::map<std::string, std::vector<model::Height>> waiting_;
  std::vector<std::pair<int, measure::Delta>> deltas_;
};

inline Options options_for(const std::filesystem::path& folder, definition::BundlePtr bundle, int partitions = 4) {
  Options options;
  options.folder = folder;
  options.partitions = partitions;
  options.bundles = lookup_of({std::move(bundle)});
  options.case_cache_bytes = 1U << 20U;
  options.block_cache_bytes = 4U << 20U;
  return options;
}

inline std::unique_ptr<Projections> open_or_fail(Options options) {
  auto opened = Projections::open(std::move(options));
  if (opened.ok()) return std::move(*opened);
  ADD_FAILURE() << opened.error().message;
  return nullptr;
}

inline std::string dump_all(const Projections& projections, int partitions = 4) {
  std::string text;
  for (int p = 0; p < partitions; ++p) {
    const auto dump = projections.dump(p);
    EXPECT_TRUE(dump.ok());
    if (dump.ok()) text += *dump;
  }
  return text;
}

}  // namespace docket::projections::samples
