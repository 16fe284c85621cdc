// What changed between two definitions, in sentences that name the changed word. Compares what the language means, not lines: comments,
// layout and an order that decides nothing are no difference; an order that decides something is.
// Thread rule: pure. Ownership: a Difference owns its texts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/definition/bundle.h"

namespace docket::definition {

class Trees;  // yaml_reader.h

struct Difference {
  // What it asks of the version of the kind that it is in (or whose code list it is in): a new event, attribute, state, part, link or value
  // is minor, what is removed or changed is major. kNone: no kind's version tells of it.
  enum class Weight : std::uint8_t { kNone, kMinor, kMajor };
  std::string file;      // path under schemas/, where it is said now; of what is gone, where it was said
  std::string sentence;  // "proposal, event replied: to is now rated, was closed"
  Weight weight = Weight::kNone;
};

// In the order office, kinds, metrics, rules, and the rest; within a file in its order. Of rules what decides is compared, whichever set
// says it; a change in a set that a higher one overrides says so.
[[nodiscard]] std::vector<Difference> differences(const Bundle& from, const Bundle& to);
// `trees`: as compile() takes them.
[[nodiscard]] std::vector<Difference> differences(const Bundle& from, const Bundle& to, Trees& trees);

}  // namespace docket::definition
