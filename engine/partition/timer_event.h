// The event that Docket emits itself when a clock has run out: its id and its JSON. Thread rule: free functions.
#pragma once

#include <string>

#include "engine/apply/attention.h"
#include "engine/definition/bundle.h"
#include "engine/ingest/digest.h"

namespace docket::partition {

// Derived from the case, the clock's setting and the event: whoever owns the partition says the same. Longer ones are hashed.
[[nodiscard]] std::string timer_event_id(const definition::Bundle& bundle, const model::CaseState& state, const apply::Want& want,
                                         const definition::EventDef& def, const ingest::Digest& digest);

// As Docket would publish it under that id.
[[nodiscard]] std::string timer_event_json(const definition::Bundle& bundle, const model::CaseState& state, const apply::Want& want,
                                           const definition::EventDef& def, const std::string& id);

}  // namespace docket::partition
