// The scenario tables of this folder, each a test of its own, and what all of them together must have been through.
#include <gtest/gtest.h>

#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "tests/scenarios/runner.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {

void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.file << ": " << scenario.title; }

namespace {

const ScenarioTexts& texts() {
  static const ScenarioTexts all = read_scenarios(std::string(DOCKET_SOURCE_DIR) + "/tests/scenarios");
  return all;
}

// The office as shipped, or with some of the rules of its own set replaced.
definition::BundlePtr office(const std::string& name, const std::vector<std::string>& rules = {}) {
  static std::map<std::pair<std::string, std::vector<std::string>>, definition::BundlePtr> bundles;
  auto& bundle = bundles[{name, rules}];
  if (bundle != nullptr) return bundle;
  auto files = definition::shipped_texts();
  std::string& set = files["rules/" + name + ".yaml"];  // an office's own rules lie in the set of its name
  for (const auto& rule : rules) {
    const std::string head = "\n" + rule.substr(0, rule.find(':') + 1);
    if (const auto at = set.find(head); at != std::string::npos) set.erase(at, set.find('\n', at + 1) - at);
    set += rule + "\n";
  }
  auto compiled = definition::compile(files, name);
  for (const auto& each : compiled.diagnostics) {
    if (each.severity == definition::Severity::kError) ADD_FAILURE() << each.format();
  }
  bundle = compiled.bundle;
  return bundle;
}

Travelled& travelled() {
  static Travelled all;
  return all;
}

std::vector<Mismatch> play(const Scenario& scenario) {
  const auto bundle = office(scenario.office, scenario.rules);
  if (bundle == nullptr || !bundle->kind_ids.contains(scenario.kind)) return {{scenario.file, "an office with that kind", scenario.kind}};
  return ScenarioRunner(scenario, bundle, travelled()).run();
}

std::string test_name(const ::testing::TestParamInfo<Scenario>& info) {
  std::string out = info.param.file.substr(info.param.file.find('/') + 1);
  out = out.substr(0, out.find('.')) + "_" + info.param.title;
  for (auto& c : out) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return out;
}

class Scenarios : public ::testing::TestWithParam<Scenario> {};

TEST_P(Scenarios, GoesAsTold) {
  for (const auto& each : play(GetParam())) {
    ADD_FAILURE() << each.where << "\n  expected: " << each.expected << "\n  got:      " << each.got;
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, Scenarios, ::testing::ValuesIn(texts().scenarios), test_name);

TEST(ScenarioTables, CanAllBeRead) {
  for (const auto& problem : texts().problems) ADD_FAILURE() << problem;
  EXPECT_GT(texts().scenarios.size(), 60U);
}

// Every event of the three kinds is accepted from every state from which it is legal, and every state is reached; common events of the
// office's own are asked of the hotline ticket. Prints what never was.
TEST(ScenarioTables, TakeEveryEventAndReachEveryState) {
  for (const auto& scenario : texts().scenarios) play(scenario);
  const auto bundle = office("example");
  for (const auto& kind : bundle->kinds) {
    for (const auto& event : kind.events) {
      if (event.common && kind.name != "hotline-ticket") continue;
      if (event.action == definition::EventAction::kMigrated) continue;  // needs other definitions: property/migrations_test.cpp
      if (event.action == definition::EventAction::kReleased) continue;  // needs a defect: property/quarantine_test.cpp
      const bool reaction = event.opens && event.scope == 0 && event.by.size() == 1 && event.by.front().role == bundle->system_role;
      if (reaction) continue;  // another case's doing: property/reactions_test.cpp, integration/reactions_test.cpp
      EXPECT_TRUE(travelled().events.contains(kind.name + "." + event.name)) << "no scenario takes " << kind.name << " " << event.name;
      if (event.common || (event.opens && event.scope == 0)) continue;
      const auto& scope = kind.scopes[0];
      const std::uint64_t from = event.scope == 0 ? event.from : kind.scopes[event.scope].during;
      for (model::StateId state = 0; state < scope.states.size(); ++state) {
        if (!apply::in_mask(from, state)) continue;
        const std::string path = kind.name + " " + scope.states[state].name + " " + event.name;
        EXPECT_TRUE(travelled().paths.contains(path)) << "no scenario goes " << path;
      }
    }
    for (const auto& scope : kind.scopes) {
      for (const auto& state : scope.states) {
        const std::string name = kind.name + (scope.name.empty() ? "" : "." + scope.name) + " " + state.name;
        EXPECT_TRUE(travelled().states.contains(name)) << "no scenario reaches " << name;
      }
    }
  }
  std::printf("%zu scenarios, %zu events, %zu paths, %zu states, %zu kinds of refusal\n", texts().scenarios.size(),
              travelled().events.size(), travelled().paths.size(), travelled().states.size(), travelled().refusals.size());
}

// Where the text of the office rules lies beside the repository, each quotation must stand in it, word for word.
TEST(ScenarioTables, QuoteTheRulesWordForWord) {
  const std::string path = std::string(DOCKET_SHARED_DATA) + "/../domain.md";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "SKIPPED: the office rules are not here";
  std::ifstream file(path);
  const std::string rules{std::istreambuf_iterator<char>(file), {}};
  static const std::regex kQuote("\"([^\"]+)\"");
  for (const auto& scenario : texts().scenarios) {
    for (const auto& row : scenario.rows) {
      for (std::sregex_iterator it(row.source.begin(), row.source.end(), kQuote), end; it != end; ++it) {
        EXPECT_NE(rules.find((*it)[1].str()), std::string::npos) << scenario.file << ":" << row.line << ": " << (*it)[0];
      }
    }
  }
}

}  // namespace
}  // namespace docket::testing
