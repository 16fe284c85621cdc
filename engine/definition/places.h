// Where a word of a compiled kind is written, for findings that come after compiling: file, line and column from the bundle's own texts.
// Thread rule: free functions; reads the text anew at each call, so for findings alone.
#pragma once

#include <string>

#include "engine/definition/bundle.h"
#include "engine/definition/compile.h"

namespace docket::definition {

// An error at that state or event; at the top of the kind's file if it is not found.
[[nodiscard]] Diagnostic error_at_state(const Bundle& bundle, KindId kind, ScopeId scope, StateId state, std::string message);
[[nodiscard]] Diagnostic error_at_event(const Bundle& bundle, KindId kind, EventId event, std::string message);

}  // namespace docket::definition
