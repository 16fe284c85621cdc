// What walks through the real engine find and no table shows: the shipped offices pass; planted mistakes are named with file and line.
#include <gtest/gtest.h>

#include "engine/walk/check.h"
#include "tests/support/reaction_office.h"
#include "tests/unit/definition_fixture.h"
#include "tests/unit/definition_small_office.h"

namespace docket::walk {
namespace {

TEST(WalkCheck, ShippedOfficesPass) {
  for (const char* office : {"example", "shandong", "boston"}) {
    for (const auto& finding : check_by_walks(*definition::load_office(office))) ADD_FAILURE() << office << ": " << finding.format();
  }
}

// A case that Docket itself opens is walked as any other.
TEST(WalkCheck, CasesThatOthersOpenPass) {
  for (const auto& finding : check_by_walks(*testing::reaction_office())) ADD_FAILURE() << finding.format();
}

// Findings of the small office with words of its kind replaced; the tables must let the changes pass.
std::vector<definition::Diagnostic> findings(const std::vector<std::pair<std::string, std::string>>& changes) {
  auto texts = definition::small_office();
  auto& text = texts.at("definitions/task.yaml");
  for (const auto& [from, to] : changes) {
    const auto at = text.find(from);
    if (at == std::string::npos) {
      ADD_FAILURE() << "no " << from;
      return {};
    }
    text.replace(at, from.size(), to);
  }
  const auto compiled = definition::compile(texts, "small");
  for (const auto& finding : compiled.diagnostics) {
    if (finding.severity == definition::Severity::kError) ADD_FAILURE() << "the tables see it already: " << finding.format();
  }
  return compiled.ok() ? check_by_walks(*compiled.bundle) : std::vector<definition::Diagnostic>{};
}

const definition::Diagnostic* about(const std::vector<definition::Diagnostic>& all, const std::string& what) {
  for (const auto& one : all) {
    if (one.message.rfind(what, 0) == 0) return &one;
  }
  return nullptr;
}

TEST(WalkCheck, ASmallOfficeThatUsesEveryWordPasses) { EXPECT_TRUE(findings({}).empty()); }

TEST(WalkCheck, AnEventThatCanNeverHappen) {
  // Each taking back asks for an earlier one: the graph has a way round, but there is no first.
  const auto found = findings({{"to: new, by: [boss], when: {urgent: false}", "to: new, by: [boss], when: {count.taken_back: {min: 1}}"}});
  const auto* event = about(found, "event taken_back: never happened");
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->file, "definitions/task.yaml");
  EXPECT_EQ(event->line, 30);
  EXPECT_NE(event->message.find("condition-not-met"), std::string::npos) << event->message;
}

TEST(WalkCheck, AStateThatIsNeverReached) {
  const auto found = findings({{"when: [{class: good}, {count.refused: {min: 1}}]", "when: {count.closed: {min: 1}}"}});
  ASSERT_NE(about(found, "state done: never reached"), nullptr);
  const auto& state = *about(found, "state done: never reached");
  EXPECT_EQ(state.file, "definitions/task.yaml");
  EXPECT_EQ(state.line, 18);
  EXPECT_NE(state.message.find("closed was last refused: condition-not-met"), std::string::npos) << state.message;
  EXPECT_NE(about(found, "event closed: never happened"), nullptr);
  EXPECT_NE(about(found, "event again: never happened"), nullptr) << "what comes after it, too";
}

TEST(WalkCheck, ACaseThatCanNeverClose) {
  // Only a second round may close or join, and there is no second round without closing the first.
  const auto found = findings({{"when: [{class: good}, {count.refused: {min: 1}}]", "when: {round: {min: 2}}"},
                               {"link: into, fix: {urgent: true}", "link: into, fix: {urgent: true}, when: {round: {min: 2}}"}});
  const auto* state = about(found, "state given: no way from it to a closed state");
  ASSERT_NE(state, nullptr);
  EXPECT_EQ(state->file, "definitions/task.yaml");
  EXPECT_EQ(state->line, 16);
  EXPECT_GT(state->column, 10);
}

TEST(WalkCheck, OnlyWithoutLimitsACaseIsStuck) {
  // The gate asks for `spoken`, and that asks for a clock with a deadline.
  const auto found = findings({{"late: 2wd}", "late: 2wd, when: {clock.work: running}}"}});
  const auto* state = about(found, "state answered: never reached");
  ASSERT_NE(state, nullptr);
  EXPECT_NE(state->message.find("with every limit unset"), std::string::npos) << state->message;
}

}  // namespace
}  // namespace docket::walk
