// Which kinds a change can touch at all: the others need not be replayed to know that nothing of them differs.
// Thread rule: a free function over immutable input.
#pragma once

#include <set>
#include <string>

#include "engine/definition/bundle.h"

namespace docket::simulate {

// Names of the kinds whose cases may be judged or measured otherwise by `changed` than by `was`. By the texts, so it may name a kind too
// many, and never one too few: with a kind that a weighted sum of rates combines come all that it combines.
[[nodiscard]] std::set<std::string> affected_kinds(const definition::Bundle& was, const definition::Bundle& changed);

}  // namespace docket::simulate
