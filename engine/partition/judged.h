// What the files of judging share. Internal to partition.
#pragma once

#include <utility>

#include "engine/partition/loop.h"

namespace docket::partition {

inline EventOutcome told(EventOutcome::Kind kind, model::Refusal refusal = {}) {
  EventOutcome outcome;
  outcome.kind = kind;
  outcome.refusal = std::move(refusal);
  return outcome;
}

// Room that the event's record may take, sealed.
inline std::size_t event_bytes(const model::Event& event) { return (event.text ? event.text->size() * 3 / 2 : 0) + 2048; }

// Of an intake record that can't be read, or whose source may not publish it: it says nothing of a case.
inline bool names_no_case(const ledger::Record& record) {
  return record.kind == ledger::RecordKind::kRejected &&
         (record.code == model::Rejection::kMalformed || record.code == model::Rejection::kForbidden);
}
// Of an intake record with other content under a known id: what is known of that id stays.
inline bool tells_of_its_event(const ledger::Record& record) {
  if (record.kind == ledger::RecordKind::kQuarantined) return false;  // it names the event at which the defect showed; its outcome follows
  return record.kind != ledger::RecordKind::kRejected || record.code != model::Rejection::kIdentityConflict;
}

inline bool corrected(const model::Event& event) {
  return event.bundle->kinds[event.kind].events[event.event].action == definition::EventAction::kCorrected;
}

inline bool erases(const model::Event& event) {
  return event.bundle != nullptr && event.kind != model::kNone16 && event.event != model::kNone16 &&
         event.bundle->kinds[event.kind].events[event.event].action == definition::EventAction::kErased;
}

}  // namespace docket::partition
