// An office run by a program with a defect: one sort of event can't be applied. The defect lies in the compiled tables, so that
// no program that is shipped has a place for it; and it comes and goes, as with another program over the same ledger.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/definition/bundle.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {

class PlantedDefect {
 public:
  explicit PlantedDefect(const definition::BundlePtr& bundle = definition::load_office("example"))
      : bundle_(std::const_pointer_cast<definition::Bundle>(bundle)) {}
  ~PlantedDefect() { mend(); }
  PlantedDefect(const PlantedDefect&) = delete;
  PlantedDefect& operator=(const PlantedDefect&) = delete;

  // Applying such an event fails: it goes back, and there is nothing to go back to. Not for events that are legal in a paused state.
  void plant(const std::string& kind, const std::string& event) {
    mend();
    auto& def = event_def(kind, event);
    planted_ = {kind, event};
    to_ = std::exchange(def.to, definition::kBack);
  }
  void mend() {
    if (!planted_.first.empty()) event_def(planted_.first, planted_.second).to = to_;
    planted_ = {};
  }
  [[nodiscard]] definition::BundlePtr bundle() const { return bundle_; }

 private:
  definition::EventDef& event_def(const std::string& kind, const std::string& event) {
    auto& def = bundle_->kinds[*definition::find_name(bundle_->kind_ids, kind)];
    return def.events[*definition::find_name(def.event_ids, event)];
  }
  std::shared_ptr<definition::Bundle> bundle_;
  std::pair<std::string, std::string> planted_;
  model::StateId to_ = definition::kStay;
};

// `released`, of a case of any kind.
inline std::string release(const std::string& case_id, int n, const std::string& time, const std::string& kind = "hotline-ticket",
                           const std::string& source = "console", const std::string& role = "dispatcher") {
  return R"({"specversion":"1.0","id":")" + case_id + "-release-" + std::to_string(n) + R"(","source":")" + source +
         R"(","type":"org.docket.)" + kind + R"(.released.v1","subject":")" + case_id + R"(","time":")" + time +
         R"(","authid":"operator","actorrole":")" + role + R"(","data":{"reason":"mended"}})";
}

}  // namespace docket::testing
