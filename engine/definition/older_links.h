// What cases that are open under older definitions would open in vain when others decide. Thread rule: pure.
#pragma once

#include <string>
#include <vector>

#include "engine/definition/bundle.h"

namespace docket::definition {

// A case opens others by its own definitions, and the new case is judged by those that decide then. A sentence for each link of `older`
// whose event `deciding` would refuse, with what it lacks: "link job of order: begun of kind job needs due, which the link doesn't give".
[[nodiscard]] std::vector<std::string> refused_links(const Bundle& older, const Bundle& deciding);

}  // namespace docket::definition
