// A bundle with other limits, for walks: what a definition may do must not hang on one office's rules. Thread rule: free functions.
#pragma once

#include "engine/definition/bundle.h"

namespace docket::walk {

enum class Limits : std::uint8_t {
  kAsTheyAre,
  kNone,   // every clock is unlimited
  kEvery,  // a clock without a limit gets five days
};

// A copy whose clocks have those limits, with one more source, kWalkSource, that may assert everything but Docket's own role.
inline constexpr const char* kWalkSource = "docket:walk";
[[nodiscard]] definition::BundlePtr with_limits(const definition::Bundle& bundle, Limits limits);

// Whether some limit lets the event happen at all: an `after` never fires, and nothing can be extended, while the clock is unlimited.
[[nodiscard]] bool has_its_clock(const definition::KindDef& kind, const definition::EventDef& def);
// States of a scope that such events may lead to.
[[nodiscard]] std::uint64_t reachable(const definition::KindDef& kind, model::ScopeId scope);

}  // namespace docket::walk
