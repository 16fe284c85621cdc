// A walk as lines for reading: when, what, by whom, in which state it leaves the case, which clocks it sets, stops or moves.
// Thread rule: free function.
#pragma once

#include <string>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/walk/walker.h"

namespace docket::walk {

[[nodiscard]] std::string walk_text(const definition::Bundle& bundle, const std::vector<Step>& steps);

}  // namespace docket::walk
