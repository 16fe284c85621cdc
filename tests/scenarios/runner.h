// Plays a scenario through the real loop of one partition: each row's event is published as it happens (the clock stands at its time, or
// where the row says `recorded`), then what the row expects is compared with the case and the figures. At the end a second reader
// replays the ledger and must hold the same.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/scenarios/scenario.h"
#include "tests/support/engine_fixture.h"

namespace docket::testing {

struct Mismatch {
  std::string where;  // "hotline/returns.txt:12"
  std::string expected;
  std::string got;
};

// What the scenarios have been through, over all of them.
struct Travelled {
  std::set<std::string> events;  // "hotline-ticket.signed"
  std::set<std::string> states;  // "hotline-ticket signed", "hotline-ticket.assist given"
  std::set<std::string> paths;   // "hotline-ticket dispatched signed": the case's state before, the event
  std::set<std::string> refusals;
};

class ScenarioRunner {
 public:
  ScenarioRunner(const Scenario& scenario, definition::BundlePtr bundle, Travelled& travelled);
  [[nodiscard]] std::vector<Mismatch> run();

 private:
  struct Act {  // the row's `by` column
    std::string role;
    std::string unit;
    std::string authid;
    std::string approved_by;
    std::string source;
    model::Instant recorded = model::kNoInstant;
    std::string problem;
  };
  [[nodiscard]] Act act_of(const ScenarioRow& row, bool forbidden) const;
  [[nodiscard]] std::string json_of(const ScenarioRow& row, const Act& act);
  void publish(const ScenarioRow& row);
  void expect(const ScenarioRow& row, const std::string& text);
  [[nodiscard]] std::string found(const ScenarioRow& row, const std::string& text, std::string& wanted) const;
  [[nodiscard]] std::string clock_or_attribute(const ScenarioRow& row, const std::vector<std::string>& words, std::string& wanted) const;
  [[nodiscard]] std::string figure(const std::string& text, std::string& wanted) const;
  [[nodiscard]] std::string notice(const model::ClockInstance& clock, const std::vector<std::string>& words) const;
  void wait_until(model::Instant until);
  [[nodiscard]] std::string state_now() const;
  void note_states();
  void mismatch(const ScenarioRow& row, std::string expected, std::string got);

  const Scenario& scenario_;
  definition::BundlePtr bundle_;
  Travelled& travelled_;
  const definition::KindDef& kind_;
  EngineFixture engine_;
  std::string case_id_;
  model::CasePtr case_;
  model::Day today_ = 0;
  std::map<std::string, std::pair<std::string, std::string>> labels_;  // "#reply" -> source, id
  std::vector<Mismatch> mismatches_;
};

}  // namespace docket::testing
