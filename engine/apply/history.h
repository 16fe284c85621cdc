// Everything accepted of one case, in the order recorded, as known at some height: originals, corrections, newest effects,
// displaced timer events. From it the fold of any (at, known_at) follows. Built for late events, corrections, as-of reads and
// explanations; the common event in order never needs it.
// Thread rule: one thread; cheap to copy (events are shared).
#pragma once

#include <string>
#include <vector>

#include "engine/apply/apply.h"
#include "engine/definition/bundle.h"
#include "engine/model/event.h"

namespace docket::apply {

struct HistoryEntry {
  model::EventPtr event;  // as accepted
  model::Height height = 0;
  Instant recorded = 0;
  model::Effects effects;        // newest known
  Instant effects_recorded = 0;  // of the record that holds them
  bool displaced = false;        // a timer event that a human event displaced
  bool timer = false;            // Docket's own
  model::EventPtr replacement;   // of a `corrected` that replaces: the target as it is to be read
};

class CaseHistory {
 public:
  explicit CaseHistory(const definition::Bundle& bundle) : bundle_(&bundle) {}

  [[nodiscard]] const definition::Bundle& bundle() const { return *bundle_; }  // by which its events are read
  void add(HistoryEntry entry) { entries_.push_back(std::move(entry)); }
  void set_effects(model::Height of, model::Effects effects, Instant recorded);
  void displace(model::Height height);
  [[nodiscard]] const std::vector<HistoryEntry>& entries() const { return entries_; }
  [[nodiscard]] const HistoryEntry* find(std::string_view source, std::string_view id) const;

  // The fold's events in order: void and displaced ones left out, corrected ones replaced (of two corrections the later stands).
  [[nodiscard]] std::vector<Folded> folded() const;
  [[nodiscard]] Overlay overlay() const;

 private:
  [[nodiscard]] const HistoryEntry* correction_of(const HistoryEntry& entry) const;
  [[nodiscard]] const model::Event* effective(const HistoryEntry& entry) const;
  [[nodiscard]] bool taken_back(const HistoryEntry& entry, const model::Event& linked) const;

  const definition::Bundle* bundle_;
  std::vector<HistoryEntry> entries_;
};

}  // namespace docket::apply
