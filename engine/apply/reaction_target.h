// The case that an event opens by a link (ledger.md section 9). Thread rule: free functions.
#pragma once

#include <string>

#include "engine/definition/bundle.h"
#include "engine/model/event.h"

namespace docket::apply {

// Whether the event opens a case by that link: its kind is one of the office's.
[[nodiscard]] inline bool opens_case(const definition::LinkDef& link) { return link.opening != model::kNone16; }

// Its id: what the event names in the field of the link's own name, else one derived from the event, so that the same event always means
// the same case: CASE.LINK.HEX, CASE cut so that it is at most 64 bytes.
[[nodiscard]] std::string reaction_target(const definition::KindDef& kind, model::LinkId link, const model::Event& event);

}  // namespace docket::apply
