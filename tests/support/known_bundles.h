// Bundles that a test has compiled itself. Thread rule: one thread adds; any finds afterwards.
#pragma once

#include <map>
#include <string>

#include "engine/definition/bundle_source.h"

namespace docket::testing {

class KnownBundles final : public definition::BundleSource {
 public:
  void add(definition::BundlePtr bundle) { known_.emplace(bundle->id, bundle); }
  Result<definition::BundlePtr> find(std::string_view id) override {
    const auto it = known_.find(id);
    if (it == known_.end()) return Error{ErrorCode::kNotFound, "bundle " + std::string(id) + " is not here"};
    return it->second;
  }

 private:
  std::map<std::string, definition::BundlePtr, std::less<>> known_;
};

}  // namespace docket::testing
