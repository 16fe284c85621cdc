// Random legal histories of the example office, made by walks through the real engine: several cases of every kind, with parts, rounds,
// pauses, extensions, links, late events, corrections and voided cases; and random orders of delivering them.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/walk/walker.h"

namespace docket::testing {

struct Delivery {
  std::string json;
  std::string case_id;
  bool by_recorded = false;     // corrected, voided, linked, unlinked: their order among themselves is part of the history
  model::Instant recorded = 0;  // by the walk
  bool voids = false;           // nothing of its case that came before it may come after it
};

struct History {
  std::vector<std::vector<Delivery>> cases;  // each in the order recorded
  std::set<std::string> seen;                // names of events, and "late", "round", "part", "paused", "late for ever"
  [[nodiscard]] std::size_t size() const {
    std::size_t out = 0;
    for (const auto& one : cases) out += one.size();
    return out;
  }
};

struct HistoryOptions {
  std::size_t tickets = 3;
  std::size_t steps = 24;
  unsigned late_percent = 15;
  unsigned amend_percent = 40;
};

// One history after the other; each goes where the ones before have not been.
class Histories {
 public:
  Histories(definition::BundlePtr bundle, std::uint64_t seed, HistoryOptions options = {}) : bundle_(std::move(bundle)), options_(options) {
    for (std::size_t k = 0; k < bundle_->kinds.size(); ++k) {
      walk::Options how;
      how.seed = seed * 10 + k;
      how.source = "docket:city";
      how.late_percent = options.late_percent;
      how.amend_percent = options.amend_percent;
      how.timers = false;  // nobody delivers those
      walkers_.push_back(std::make_unique<walk::Walker>(bundle_, static_cast<model::KindId>(k), how));
    }
  }

  History next() {
    History out;
    ++made_;
    for (std::size_t k = 0; k < bundle_->kinds.size(); ++k) {
      for (std::size_t n = 0; n < (k == 0 ? options_.tickets : 1); ++n) out.cases.push_back(one_case(k, n, out.seen));
    }
    return out;
  }

 private:
  std::vector<Delivery> one_case(std::size_t k, std::size_t n, std::set<std::string>& seen) {
    const auto& kind = bundle_->kinds[k];
    std::string id = std::string(1, kind.name[0]) + std::to_string(made_) + "-" + std::to_string(n);
    const bool same_letter = std::any_of(bundle_->kinds.begin(), bundle_->kinds.begin() + static_cast<std::ptrdiff_t>(k),
                                         [&](const auto& earlier) { return earlier.name[0] == kind.name[0]; });
    if (same_letter) id += "." + kind.name;
    int more = 0;  // every case lives in partition 0, so one loop judges them all
    while (model::partition_of(id + "." + std::to_string(more)) != 0) ++more;
    id += "." + std::to_string(more);
    std::vector<Delivery> events;
    std::map<std::string, model::Instant> taken_back;
    for (const auto& step : walkers_[k]->walk(id, options_.steps)) {
      const auto& def = kind.events[step.event->event];
      // A link made anew by a late event, behind the `unlinked` that took it back: which of them is recorded first decides, and events that
      // wait together are recorded by their times. The history ends there.
      const auto data = step.json.substr(step.json.find("\"data\":"));
      if (def.action == definition::EventAction::kUnlinked) taken_back[data] = step.event->time;
      if (const auto it = taken_back.find(data);
          def.action == definition::EventAction::kLinked && it != taken_back.end() && step.event->time < it->second)
        break;
      // What an `unlinked` takes back, and whether a link of which there is but one can be made, hangs on their order.
      const bool links =
          def.action == definition::EventAction::kLinked || def.link != definition::kNone8 || def.unlink != definition::kNone8;
      events.push_back(
          {step.json, id, links || apply::acts_by_recorded(def), step.recorded, def.action == definition::EventAction::kVoided});
      seen.insert(def.name);
      if (step.late) seen.insert("late");
      if (step.after->round > 1) seen.insert("round");
      if (!step.after->parts.empty()) seen.insert("part");
      for (const auto& clock : step.after->scope.clocks) {
        if (clock.status == model::ClockInstance::Status::kPaused) seen.insert("paused");
        if (clock.late_forever) seen.insert("late for ever");
      }
    }
    return events;
  }

  definition::BundlePtr bundle_;
  HistoryOptions options_;
  std::vector<std::unique_ptr<walk::Walker>> walkers_;
  std::uint64_t made_ = 0;
};

// All events in the order in which the walks recorded them.
inline std::vector<Delivery> as_recorded(const History& history) {
  std::vector<Delivery> out;
  for (const auto& events : history.cases) out.insert(out.end(), events.begin(), events.end());
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.recorded < b.recorded; });
  return out;
}

// All events in a random order, some of them twice. What acts by its recorded time keeps its place among its like, and a voided case takes
// nothing more: those rules are the history's, not the delivery's (ledger.md section 7).
inline std::vector<std::string> random_order(const History& history, std::uint64_t seed) {
  walk::Random random(seed);
  const auto shuffle = [&](auto& list) {
    for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random.below(i)]);
  };
  std::vector<std::size_t> turns;  // whose event comes next
  std::vector<std::vector<const Delivery*>> queues;
  for (const auto& events : history.cases) {
    std::vector<const Delivery*> order;
    std::vector<const Delivery*> recorded;
    for (std::size_t from = 0; from < events.size();) {  // up to and with each `voided`
      std::size_t to = from;
      while (to < events.size() && !events[to].voids) ++to;
      std::vector<const Delivery*> stretch;
      recorded.clear();
      for (std::size_t i = from; i < to; ++i) {
        stretch.push_back(&events[i]);
        if (events[i].by_recorded) recorded.push_back(&events[i]);
      }
      shuffle(stretch);
      auto next = recorded.begin();
      for (auto& one : stretch) {
        if (one->by_recorded) one = *next++;
      }
      order.insert(order.end(), stretch.begin(), stretch.end());
      if (to < events.size()) order.push_back(&events[to]);
      from = to + 1;
    }
    for (std::size_t i = 0; i < order.size(); ++i) turns.push_back(queues.size());
    queues.push_back(std::move(order));
  }
  shuffle(turns);
  std::vector<std::size_t> at(queues.size(), 0);
  std::vector<std::string> out;
  for (const auto turn : turns) {
    out.push_back(queues[turn][at[turn]++]->json);
    if (random.percent(20)) out.push_back(out[random.below(out.size())]);
  }
  return out;
}

}  // namespace docket::testing
