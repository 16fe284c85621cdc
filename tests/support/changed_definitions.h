// The office `example` as shipped, and as somebody changed it. Thread rule: free functions; what is compiled once is kept.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/engine_fixture.h"
#include "tests/support/hotline.h"
#include "tests/support/seed.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {

struct Change {  // of one file under schemas/: every place where it says `from`
  std::string file;
  std::string from;
  std::string to;
};

inline definition::BundlePtr changed(const std::vector<Change>& changes) {
  auto texts = definition::shipped_texts();
  for (const auto& change : changes) {
    auto& text = texts.at(change.file);
    auto place = text.find(change.from);
    EXPECT_NE(place, std::string::npos) << change.file << " has no " << change.from;
    for (; place != std::string::npos; place = text.find(change.from, place + change.to.size()))
      text.replace(place, change.from.size(), change.to);
  }
  auto compiled = definition::compile(texts, "example");
  EXPECT_TRUE(compiled.ok()) << (compiled.diagnostics.empty() ? "" : compiled.diagnostics.back().format());
  return compiled.bundle;
}

inline definition::BundlePtr shipped() {
  static const auto bundle = definition::load_office("example");
  return bundle;
}
// A unit has three working days to handle a ticket, not five.
inline definition::BundlePtr shorter() {
  static const auto bundle =
      changed({{"rules/example.yaml", "urgency: emergency}, limit: 2h}, {limit: 5wd}]", "urgency: emergency}, limit: 2h}, {limit: 3wd}]"}});
  return bundle;
}
// A unit that was not there before.
inline definition::BundlePtr larger() {
  static const auto bundle = changed({{"units/example.yaml", "\nU:", "\nNEW: {title: {zh: 新单位, en: New unit}, peer: district}\nU:"}});
  return bundle;
}

// The deadline of a ticket's newest clock `handle`; of a bundle that has the same clocks as the shipped one.
inline Instant handle_due(const EngineFixture& engine, const std::string& case_id) {
  const auto& state = *engine.projections.cases.at(case_id);
  const auto& kind = shipped()->kinds[state.kind];
  const auto clock = *definition::find_name(kind.scopes[0].clock_ids, "handle");
  for (auto it = state.scope.clocks.rbegin(); it != state.scope.clocks.rend(); ++it) {
    if (it->clock == clock) return it->due;
  }
  return model::kNoInstant;
}

inline std::string day_of(Instant instant) { return model::format_date(shipped()->zone.local_day(instant)); }

inline std::uint64_t seed_of_run() { return seed_or(5); }

// One partition of the shipped office, on a Tuesday evening.
class ChangingOffice : public ::testing::Test {
 protected:
  ChangingOffice() : engine(shipped(), *model::parse_instant("2026-03-10T18:00:00+08:00")) {}

  void accept(const std::string& json) {
    const auto outcome = engine.offer(json);
    EXPECT_EQ(outcome.kind, partition::EventOutcome::Kind::kAccepted) << json << " " << outcome.refusal.detail;
  }
  void dispatch(const std::string& id, const std::string& data = {}) {
    accept(hotline(id, 1, "created", "2026-03-10T09:00:00+08:00"));
    accept(hotline(id, 2, "dispatched", "2026-03-10T10:00:00+08:00", data));
  }

  EngineFixture engine;
};

}  // namespace docket::testing
