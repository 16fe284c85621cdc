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

inline bool corrected(const definition::Bundle& bundle, const model::Event& event) {
  return bundle.kinds[event.kind].events[event.event].action == definition::EventAction::kCorrected;
}

}  // namespace docket::partition
