// Who may do what, by role alone: which unit it must be besides is validate's. Thread rule: free function.
#pragma once

#include <string_view>
#include <vector>

#include "engine/definition/bundle.h"

namespace docket::ingest {

// The roles that some `by` of the event names, in the office's order; empty if it has no `by`: then any role will do.
[[nodiscard]] std::vector<std::string_view> admitted_roles(const definition::Bundle& bundle, const definition::EventDef& def);

}  // namespace docket::ingest
