// Where bytes of a key may be beside the key store of this node. Thread rule: plain values; a KeyCopies is called from any thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/model/time.h"

namespace docket::node {

struct KeyCopy {
  std::string place;                        // "backup", "key-topic" or "other-nodes"
  std::string what;                         // which one: a folder, a topic
  model::Instant made = model::kNoInstant;  // kNoInstant: it is no copy of one instant
  bool gone = false;
  std::string until;  // what ends it, in English; "" if it is gone
};
// Those that may hold a key that was given up at `erased` and destroyed in this node's store at `destroyed` (kNoInstant: not yet).
using KeyCopies = std::function<std::vector<KeyCopy>(model::Instant erased, model::Instant destroyed)>;

}  // namespace docket::node
