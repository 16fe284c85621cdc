#include "engine/apply/history.h"

#include <algorithm>

#include "engine/apply/action_data.h"

namespace docket::apply {

void CaseHistory::set_effects(model::Height of, model::Effects effects, Instant recorded) {
  for (auto& entry : entries_) {
    if (entry.height != of) continue;
    entry.effects = std::move(effects);
    entry.effects_recorded = recorded;
  }
}

void CaseHistory::displace(model::Height height) {
  for (auto& entry : entries_) {
    if (entry.height == height) entry.displaced = true;
  }
}

const HistoryEntry* CaseHistory::find(std::string_view source, std::string_view id) const {
  for (const auto& entry : entries_) {
    if (entry.event->source == source && entry.event->id == id) return &entry;
  }
  return nullptr;
}

const HistoryEntry* CaseHistory::correction_of(const HistoryEntry& entry) const {
  const auto& kind = bundle_->kinds[entry.event->kind];
  for (auto it = entries_.rbegin(); it != entries_.rend(); ++it) {
    const auto& def = kind.events[it->event->event];
    if (def.action != definition::EventAction::kCorrected) continue;
    const auto data = correction_data(def, *it->event);
    if (data && data->source == entry.event->source && data->id == entry.event->id) return &*it;
  }
  return nullptr;
}

// The event as it is to be read: corrected, or nullptr if a correction made it void.
const model::Event* CaseHistory::effective(const HistoryEntry& entry) const {
  const auto* correction = correction_of(entry);
  return correction == nullptr ? entry.event.get() : correction->replacement.get();
}

// Unlinked acts by recorded alone: it takes back what was linked before it was recorded, and nothing after.
bool CaseHistory::taken_back(const HistoryEntry& entry, const model::Event& linked) const {
  const auto& kind = bundle_->kinds[linked.kind];
  const auto text = [&](const model::Event& event, std::string_view name) -> std::string_view {
    const auto* field = field_named(kind.events[event.event], event, name);
    return field != nullptr ? std::string_view(field->value.as_text()) : std::string_view();
  };
  return std::any_of(entries_.begin(), entries_.end(), [&](const HistoryEntry& other) {
    if (other.height <= entry.height || kind.events[other.event->event].action != definition::EventAction::kUnlinked) return false;
    const auto* unlinked = effective(other);
    return unlinked != nullptr && text(*unlinked, "link") == text(linked, "link") && text(*unlinked, "target") == text(linked, "target");
  });
}

std::vector<Folded> CaseHistory::folded() const {
  std::vector<Folded> out;
  out.reserve(entries_.size());
  const auto any = [&](definition::EventAction action) {
    return std::any_of(entries_.begin(), entries_.end(), [&](const HistoryEntry& entry) {
      return bundle_->kinds[entry.event->kind].events[entry.event->event].action == action;
    });
  };
  const bool corrections = any(definition::EventAction::kCorrected);
  const bool unlinks = any(definition::EventAction::kUnlinked);
  for (const auto& entry : entries_) {
#ifndef DOCKET_FAULT_DISPLACED_FOLDED
    if (entry.displaced) continue;
#endif
    const auto& def = bundle_->kinds[entry.event->kind].events[entry.event->event];
    if (acts_by_recorded(def)) continue;
    model::EventPtr event = entry.event;
    if (corrections) {
      if (const auto* correction = correction_of(entry)) {
        if (correction->replacement == nullptr) continue;  // void
        event = correction->replacement;
      }
    }
    const bool unlinked = unlinks && def.action == definition::EventAction::kLinked && taken_back(entry, *event);
    out.push_back({event, model::OrderKey{event->time, event->sequence, entry.height}, entry.effects, entry.effects_recorded, unlinked});
  }
#ifndef DOCKET_FAULT_FOLD_BY_RECORDED
  std::sort(out.begin(), out.end(), [](const Folded& a, const Folded& b) { return a.key < b.key; });
#endif
  return out;
}

Overlay CaseHistory::overlay() const {
  Overlay overlay;
  for (const auto& entry : entries_) {
    const auto& def = bundle_->kinds[entry.event->kind].events[entry.event->event];
    if (def.action == definition::EventAction::kVoided && effective(entry) != nullptr) overlay.voided = true;
  }
  return overlay;
}

}  // namespace docket::apply
