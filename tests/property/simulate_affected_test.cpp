// A simulation passes over the kinds that a change can't touch: over small changes of every file of the office, no other kind differs
// in a case or a figure, and what is said of the others is the same. Another seed: DOCKET_SEED=7.
#include <gtest/gtest.h>

#include <iostream>

#include "engine/simulate/affected.h"
#include "engine/simulate/tally.h"
#include "tests/support/changed_definitions.h"
#include "tests/support/histories.h"
#include "tests/unit/definition_corruptions.h"

namespace docket::testing {
namespace {

constexpr std::size_t kEveryThat = definition::kEvery;  // of the changes

class AffectedKinds : public ::testing::Test {
 protected:
  // A history of every kind, by definitions with a short calendar.
  AffectedKinds() : texts_(definition::light_texts("example")), now_(definition::compile(texts_, "example").bundle), engine_(now_) {
    Histories source(now_, seed_of_run(), {2, 20, 0, 20});
    for (int n = 0; n < 2; ++n) {
      for (const auto& one : as_recorded(source.next())) {
        engine_.set_now(engine_.now() + 60'000);
        engine_.offer(one.json);
      }
    }
  }
  simulate::Tally simulated(const definition::BundlePtr& changed_bundle, const std::set<std::string>* only) {
    simulate::Tally tally(0);
    simulate::Replayed replayed(engine_.books(), tally.now.sums);
    partition::LoopOptions options;
    if (only != nullptr) options.passes_over = [&](std::string_view kind) { return !kind.empty() && !only->contains(std::string(kind)); };
    engine_.replay_into(replayed, std::move(options));
    partition::Rulebook book(changed_bundle, engine_.keys().tag_key_text());
    simulate::compare(replayed, engine_.books(), book, engine_.now(), tally);
    return tally;
  }
  std::map<std::string, std::string> texts_;
  definition::BundlePtr now_;
  EngineFixture engine_;
};

std::vector<std::int64_t> all_of(const simulate::Sums& sums, const definition::MetricDef& metric) {
  auto out = sums.between(metric, std::numeric_limits<model::Day>::min(), std::numeric_limits<model::Day>::max());
  while (!out.empty() && out.back() == 0) out.pop_back();
  return out;
}

// One place of one file: a number that is another, a role in the place of another.
struct SmallChange {
  std::string path;
  std::string text;  // of the whole file
  std::string said;
};

std::vector<SmallChange> small_changes(const std::map<std::string, std::string>& texts) {
  const std::pair<const char*, const char*> kRoles[] = {{"dispatcher", "auditor"},
                                                        {"intake", "dispatcher"},
                                                        {"auditor", "callback"},
                                                        {"body_office", "dispatcher"},
                                                        {"call_centre", "intake"}};
  std::vector<SmallChange> out;
  for (const auto& [path, text] : texts) {
    const bool rules = path.starts_with("rules/");
    if (!rules && !path.starts_with("definitions/") && !path.starts_with("metrics/") && !path.starts_with("calendars/")) continue;
    const auto add = [&, &file = path, &whole = text](std::size_t at, std::size_t size, const std::string& to) {
      out.push_back({file, whole.substr(0, at) + to + whole.substr(at + size), file + ": " + whole.substr(at, size) + " -> " + to});
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] >= '1' && text[at] <= '9' && at > 0 && (text[at - 1] == ' ' || text[at - 1] == '.'))
        add(at, 1, text[at] == '9' ? "8" : std::string(1, static_cast<char>(text[at] + 1)));
      for (const auto& [from, to] : kRoles) {
        if (!rules && text.compare(at, std::string_view(from).size(), from) == 0) add(at, std::string_view(from).size(), to);
      }
    }
  }
  return out;
}

TEST_F(AffectedKinds, AreAllThatDiffer) {
  std::size_t tried = 0;
  std::size_t passed_over = 0;
  std::size_t told = 0;
  const auto changes = small_changes(texts_);
  for (std::size_t i = seed_of_run() % kEveryThat; i < changes.size(); i += kEveryThat) {
    auto texts = texts_;
    texts.at(changes[i].path) = changes[i].text;
    const auto compiled = definition::compile(texts, "example");
    if (!compiled.ok()) continue;
    ++tried;
    SCOPED_TRACE(changes[i].said + ", seed " + std::to_string(seed_of_run()));
    const auto kinds = simulate::affected_kinds(*now_, *compiled.bundle);
    const auto whole = simulated(compiled.bundle, nullptr);
    const auto part = simulated(compiled.bundle, &kinds);
    for (const auto& [kind, counts] : whole.kinds) {
      const auto it = part.kinds.find(kind);
      EXPECT_EQ(it != part.kinds.end(), kinds.contains(kind)) << kind;
      EXPECT_EQ(it == part.kinds.end() ? 0 : it->second.differ, counts.differ) << kind;
      passed_over += it == part.kinds.end() ? 1U : 0U;
      told += counts.differ;
    }
    for (const auto& metric : compiled.bundle->metrics) {
      const auto& side = whole.as_if.sums;
      if (all_of(side, metric) == all_of(whole.now.sums, metric)) continue;
      EXPECT_EQ(all_of(part.as_if.sums, metric), all_of(side, metric)) << metric.name;
      EXPECT_EQ(all_of(part.now.sums, metric), all_of(whole.now.sums, metric)) << metric.name;
    }
  }
  EXPECT_GT(tried, changes.size() / kEveryThat / 3);
  EXPECT_GT(passed_over, tried / 2);
  EXPECT_GT(told, tried / 10);
  std::cout << "seed " << seed_of_run() << ": " << tried << " of " << changes.size() << " changes, " << passed_over
            << " kinds passed over, " << told << " cases that differ\n";
}

TEST_F(AffectedKinds, OfNoChangeAreNone) {
  EXPECT_TRUE(simulate::affected_kinds(*now_, *now_).empty());
  auto texts = texts_;
  texts["rules/example.yaml"] += "# nothing\n";
  texts["labels/call.yaml"] += "# nothing\n";
  EXPECT_TRUE(simulate::affected_kinds(*now_, *definition::compile(texts, "example").bundle).empty());
}

}  // namespace
}  // namespace docket::testing
