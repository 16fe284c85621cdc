// The bundles that the chains of a ledger name, by their id (ledger.md section 8): where the loops and the answers find what a case
// was opened with. Thread rule: any thread; what was found once stays, and outlives every event that was read by it.
#pragma once

#include <string_view>

#include "engine/definition/bundle.h"
#include "engine/model/result.h"

namespace docket::definition {

class BundleSource {
 public:
  BundleSource() = default;
  virtual ~BundleSource() = default;
  BundleSource(const BundleSource&) = delete;
  BundleSource& operator=(const BundleSource&) = delete;

  // kNotFound: it isn't here. kConflict: this program can't compile it. The first asking of each takes the time of compiling it.
  [[nodiscard]] virtual Result<BundlePtr> find(std::string_view id) = 0;
};

}  // namespace docket::definition
