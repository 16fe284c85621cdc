// What the simulated callers publish: an office, its kinds' lives as scripts that are legal as a whole, and ways to spoil them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ingest/ingest.h"
#include "tests/support/engine_fixture.h"

namespace docket::simulation {

struct ScriptStep {
  std::string event;
  int minute = 0;  // after the case's first day began
  std::string data;
  bool correction = false;  // of the step before it: the same, five minutes later
};
using Script = std::vector<ScriptStep>;

// A compiled office with what is shared by every run over it: parsing, keys.
struct Office {
  std::string name;
  std::string kind;
  std::string source;  // may publish late
  std::string unit;
  definition::BundlePtr bundle;
  testing::MemoryKeys keys;
  std::unique_ptr<partition::Rulebooks> books;
  ingest::Ingest* ingest = nullptr;  // of the first
  std::vector<Script> scripts;
  std::vector<model::CasePtr> lives;  // as life() made them

  // `more`: further envelope members, as ,"approvedby":"x".
  [[nodiscard]] std::string event(const std::string& case_id, const std::string& id, const ScriptStep& step, const std::string& author = {},
                                  const std::string& more = {}) const;
  // The events of a case that lives by a script.
  [[nodiscard]] std::vector<std::string> events(const std::string& case_id, const Script& script) const;
  [[nodiscard]] std::string correction(const std::string& case_id, const std::string& id, const std::string& target_id,
                                       const ScriptStep& target) const;
  // The case of a script whose events all came in order, one by one; made at the first call.
  [[nodiscard]] model::CasePtr life(std::size_t script);
  // The step with content that no definition allows; the same if the step has no data to spoil.
  [[nodiscard]] static ScriptStep spoiled(const ScriptStep& step);
};

// The shipped office `example` with its hotline tickets, and a small one whose cases are quick to judge.
[[nodiscard]] Office& example_office();
[[nodiscard]] Office& small_office();

inline constexpr model::Instant kFirstDay = 1'772'413'200'000;    // 2026-03-02 09:00 in Shanghai, a Monday
inline constexpr model::Instant kClockStart = 1'774'000'000'000;  // 2026-03-20

}  // namespace docket::simulation
