// Walks from a printed seed take every legal (state, event) pair of every kind of every shipped office. What "legal" is comes from the
// definition's tables; a pair that can't be taken stands below with its reason, and a listed pair that was taken fails as well.
// Another seed: DOCKET_SEED=7.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "engine/walk/walker.h"
#include "tests/support/seed.h"
#include "tests/unit/definition_fixture.h"

namespace docket::walk {
namespace {

struct Impossible {
  const char* office;  // "" = every office
  const char* kind;    // "" = every kind
  const char* pair;    // "* : event" = from every state
  const char* reason;
};

constexpr Impossible kImpossible[] = {
    {"", "hotline-ticket", "not_accepted: clock_adjusted",
     "every clock of the ticket is over: accept stopped, none of the dispatched ones runs"},
    {"", "hotline-ticket", "transferred: clock_adjusted", "the same: reached from registered alone"},
    {"", "call", "*: linked", "the kind has no links"},
    {"", "call", "*: unlinked", "the kind has no links"},
    {"", "call", "*: gate_waived", "the kind has no gates"},
    {"", "call-tally", "*: linked", "the kind has no links"},
    {"", "call-tally", "*: unlinked", "the kind has no links"},
    {"", "call-tally", "*: gate_waived", "the kind has no gates"},
    {"", "call-tally", "*: clock_adjusted", "the kind has no clocks"},
    {"", "register", "*: linked", "the kind has no links"},
    {"", "register", "*: unlinked", "the kind has no links"},
    {"", "register", "*: gate_waived", "the kind has no gates"},
    {"", "register", "*: clock_adjusted", "the kind has no clocks"},
    {"", "supervision", "not_approved: clock_adjusted", "its one clock, dispatch, has stopped"},
    {"", "qa-session", "*: linked", "the kind has no links"},
    {"", "qa-session", "*: unlinked", "the kind has no links"},
    {"", "qa-session", "*: gate_waived", "the kind has no gates"},
    {"", "qa-session", "planned: clock_adjusted", "the one clock of the session, disclosure, starts once it was held"},
    {"", "qa-session", "announced: clock_adjusted", "the same"},
    {"", "qa-session", "cancelled: clock_adjusted", "the same: reached from planned and announced alone"},
    {"", "proposal", "not_filed: clock_adjusted", "every clock of the case is over: dispatch has stopped, nothing else was started"},
    {"", "proposal", "combined: clock_adjusted", "the same: reached from filed alone, and combining cancels dispatch"},
    {"example", "proposal", "replied: tracking_started",
     "the office limits the rating window, so it is rated first, or the window runs out"},
    {"example", "proposal", "replied: closed", "the same"},
    {"boston", "boston-311", "*: linked", "the kind has no links"},
    {"boston", "boston-311", "*: unlinked", "the kind has no links"},
    {"boston", "boston-311", "*: gate_waived", "the kind has no gates"},
    {"boston", "boston-311", "*: escalated", "the office has no units, and escalated names one"},
    {"boston", "boston-311", "closed: clock_adjusted", "its one clock has stopped"},
};

const Impossible* impossible(const std::string& office, const std::string& kind, const std::string& pair) {
  for (const auto& row : kImpossible) {
    if (*row.office != '\0' && office != row.office) continue;
    if (kind != row.kind) continue;
    const std::string written = row.pair;
    if (written == pair || (written[0] == '*' && pair.ends_with(written.substr(1)))) return &row;
  }
  return nullptr;
}

std::uint64_t seed_of_run() { return docket::testing::seed_or(20170301); }

void cover(const std::string& office) {
  const auto bundle = definition::load_office(office);
  for (std::size_t k = 0; k < bundle->kinds.size(); ++k) {
    const auto& kind = bundle->kinds[k];
    Options options;
    options.reactions = true;
    options.seed = seed_of_run();
    Walker walker(bundle, static_cast<model::KindId>(k), options);
    std::size_t cannot = 0;
    for (const auto& pair : walker.legal()) cannot += impossible(office, kind.name, pair_text(kind, pair)) != nullptr ? 1U : 0U;
    ASSERT_GT(walker.legal().size(), cannot);
    std::size_t walks = 0;
    std::size_t steps = 0;
    for (; walks < 12000 && walker.never_taken().size() > cannot; ++walks) steps += walker.walk("W" + std::to_string(walks), 40).size();
    std::cout << office << " " << kind.name << ", seed " << options.seed << ": " << walker.taken().size() << " of " << walker.legal().size()
              << " pairs taken, " << cannot << " can't be; " << walks << " walks, " << steps << " events\n";
    for (const auto& pair : walker.legal()) {
      const auto text = pair_text(kind, pair);
      const auto* reason = impossible(office, kind.name, text);
      const bool taken = walker.taken().contains(pair);
      EXPECT_TRUE(taken || reason != nullptr) << office << " " << kind.name << ": never taken: " << text
                                              << "; last refused: " << walker.refused(pair.event);
      EXPECT_FALSE(taken && reason != nullptr) << office << " " << kind.name << ": taken after all: " << text;
      if (!taken && reason != nullptr) std::cout << "  never: " << text << ": " << reason->reason << "\n";
    }
    for (const auto& pair : walker.taken())
      EXPECT_TRUE(std::binary_search(walker.legal().begin(), walker.legal().end(), pair)) << "not in the tables: " << pair_text(kind, pair);
    for (std::size_t s = 0; s < kind.scopes.size(); ++s) {  // and every state is seen, and seen to close
      const auto& scope = kind.scopes[s];
      const auto all = scope.open_states | scope.paused_states | scope.closed_states;
      EXPECT_EQ(walker.reached(static_cast<model::ScopeId>(s)), all) << kind.name << " " << scope.name;
      EXPECT_EQ(walker.closing(static_cast<model::ScopeId>(s)), all) << kind.name << " " << scope.name;
    }
  }
}

TEST(WalkCoverage, EveryLegalPairOfTheExampleOffice) { cover("example"); }
#ifndef DOCKET_SANITIZED  // the same kinds by other rules: the same code
TEST(WalkCoverage, EveryLegalPairOfShandong) { cover("shandong"); }
TEST(WalkCoverage, EveryLegalPairOfQingdao) { cover("qingdao"); }
#endif
TEST(WalkCoverage, EveryLegalPairOfBoston) { cover("boston"); }

TEST(WalkCoverage, OneSeedIsOneWalk) {
  const auto bundle = definition::load_office("example");
  Options options;
  options.reactions = true;
  options.seed = 5;
  options.late_percent = 20;
  Walker first(bundle, 0, options);
  Walker again(bundle, 0, options);
  for (int n = 0; n < 20; ++n) {
    const auto a = first.walk("S" + std::to_string(n), 30);
    const auto b = again.walk("S" + std::to_string(n), 30);
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      ASSERT_EQ(a[i].json, b[i].json);
      ASSERT_EQ(*a[i].after, *b[i].after);
    }
  }
}

}  // namespace
}  // namespace docket::walk
