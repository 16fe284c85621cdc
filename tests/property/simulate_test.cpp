// What a simulation says, against what really is: the same definitions change nothing, whatever order a history came in; and a case as it
// would be by other definitions is what it becomes in an engine that judges the same events by those. Another seed: DOCKET_SEED=7.
#include <gtest/gtest.h>

#include <iostream>
#include <limits>

#include "engine/simulate/tally.h"
#include "tests/support/changed_definitions.h"
#include "tests/support/histories.h"

namespace docket::testing {
namespace {

constexpr Instant kStart = 1'790'000'000'000;
constexpr model::Day kFirstDay = std::numeric_limits<model::Day>::min();
constexpr model::Day kLastDay = std::numeric_limits<model::Day>::max();

struct Simulated {
  Simulated(EngineFixture& engine, const definition::BundlePtr& changed_bundle)
      : tally(1000), replayed(engine.books(), tally.now.sums), changed(changed_bundle, engine.keys().tag_key_text()) {
    engine.replay_into(replayed);
    simulate::compare(replayed, engine.books(), changed, engine.now(), tally);
  }
  [[nodiscard]] std::uint64_t differ() const {
    std::uint64_t out = 0;
    for (const auto& [name, counts] : tally.kinds) out += counts.differ;
    return out;
  }
  simulate::Tally tally;
  simulate::Replayed replayed;
  partition::Rulebook changed;
};

std::string text_of(const simulate::CaseDifference& one) {
  std::string out = one.kind + " " + one.id;
  for (const auto& row : one.states) out += "; state " + row.name + " " + row.now + " -> " + row.as_if;
  for (const auto& row : one.clocks) {
    out += "; clock " + row.name;
    for (const auto& side : {row.now, row.as_if})
      out += side ? " " + side->value + " " + (side->due == model::kNoInstant ? "-" : model::format_instant(side->due)) : " none";
  }
  for (const auto& row : one.not_taken) out += "; " + row.event + " " + row.id + " " + row.code + " " + row.detail;
  return out;
}

std::string first_of(const simulate::Tally& tally) { return tally.cases.empty() ? "" : text_of(tally.cases.begin()->second); }

// Late, corrected, voided, parked, moved out of their way: it is one history, and the same definitions read it the same.
TEST(Simulate, TheSameDefinitionsChangeNothing) {
  Histories source(shipped(), seed_of_run(), {2, 24, 20, 50});
  EngineFixture engine(shipped(), kStart);
  walk::Random random(seed_of_run());
  std::size_t delivered = 0;
  for (int n = 0; n < 4; ++n) {
    for (const auto& json : random_order(source.next(), seed_of_run() * 100 + static_cast<std::uint64_t>(n))) {
      engine.set_now(engine.now() + random.between(1, 200) * 60'000);
      engine.offer(json);
      ++delivered;
    }
  }
  const Simulated same(engine, shipped());
  EXPECT_EQ(same.differ(), 0U) << "seed " << seed_of_run() << ": " << first_of(same.tally);
  EXPECT_TRUE(simulate::Sums::years_that_differ(same.tally.now.sums, same.tally.as_if.sums).empty());
  std::uint64_t cases = 0;
  for (const auto& [name, counts] : same.tally.kinds) cases += counts.cases;
  EXPECT_GT(cases, 12U);
  std::cout << "seed " << seed_of_run() << ": " << delivered << " deliveries, " << cases << " cases\n";
}

struct Lived {  // a history as it went, in the order it happened
  std::vector<std::pair<Instant, std::string>> events;
};

Lived walks(const definition::BundlePtr& bundle, std::uint64_t seed) {
  Lived out;
  for (std::size_t k = 0; k < bundle->kinds.size(); ++k) {
    walk::Options how;
    how.seed = seed * 10 + k;
    how.source = "docket:console";  // refused rather than parked
    how.amend_percent = 0;
    walk::Walker walker(bundle, static_cast<model::KindId>(k), how);
    for (int n = 0; n < 24; ++n) {
      std::string id = bundle->kinds[k].name + "-" + std::to_string(n);
      int more = 0;
      while (model::partition_of(id + "." + std::to_string(more)) != 0) ++more;
      for (const auto& step : walker.walk(id + "." + std::to_string(more), 26)) {
        const auto& def = bundle->kinds[k].events[step.event->event];
        if (!step.timer && !apply::acts_by_recorded(def)) out.events.emplace_back(step.event->time, step.json);
      }
    }
  }
  std::stable_sort(out.events.begin(), out.events.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return out;
}

// Delivers each at the instant of its event; ids of those that are accepted, and of the others.
std::pair<std::vector<std::string>, std::set<std::string>> live_through(EngineFixture& engine, const Lived& lived, Instant until) {
  std::pair<std::vector<std::string>, std::set<std::string>> out;
  for (const auto& [time, json] : lived.events) {
    engine.set_now(std::max(engine.now(), time));
    engine.pump();
    const auto outcome = engine.offer(json);
    if (outcome.kind == partition::EventOutcome::Kind::kAccepted) {
      out.first.push_back(json);
    } else {
      out.second.insert(engine.ingest().parse(json).event->id);
    }
  }
  engine.set_now(until);
  for (int i = 0; i < 8; ++i) engine.pump();
  return out;
}

std::uint64_t expect_as_lived(const std::string& what, const definition::BundlePtr& changed_bundle, std::uint64_t seed) {
  SCOPED_TRACE(what + ", seed " + std::to_string(seed));
  auto lived = walks(shipped(), seed);
  const Instant begin = lived.events.front().first;
  const Instant until = lived.events.back().first + 40 * model::kMsPerDay;
  EngineFixture engine(shipped(), begin);
  const auto accepted = live_through(engine, lived, until).first;
  std::erase_if(lived.events, [&](const auto& row) { return std::find(accepted.begin(), accepted.end(), row.second) == accepted.end(); });
  EXPECT_GT(lived.events.size(), 200U);

  EngineFixture other(changed_bundle, begin);
  const auto refused = live_through(other, lived, until).second;

  Simulated as_if(engine, changed_bundle);
  std::set<std::string> not_taken;
  for (const auto& [id, one] : as_if.replayed.cases()) {
    std::vector<simulate::NotTaken> rows;
    const auto course = simulate::as_if(as_if.replayed, id, one, as_if.changed, until, rows);
    for (const auto& row : rows) not_taken.insert(row.id);
    const auto real = other.projections.cases.find(id);
    if (real == other.projections.cases.end()) {
      EXPECT_EQ(course.state().scope.state, model::kNotOpened) << id;
      continue;
    }
    const auto found = simulate::difference(*changed_bundle, *real->second, *changed_bundle, &course.state(), until);
    EXPECT_FALSE(found.any()) << text_of(found);
    EXPECT_EQ(course.state().round, real->second->round) << id;
  }
  EXPECT_EQ(not_taken, refused);
  for (const auto& metric : changed_bundle->metrics) {
    const auto sums = as_if.tally.as_if.sums.between(metric, kFirstDay, kLastDay);
    for (std::uint16_t series = 0; series < measure::kBuckets; ++series)
      EXPECT_EQ(series < sums.size() ? sums[series] : 0, other.projections.sum(metric.name, series, kFirstDay, kLastDay))
          << metric.name << " " << series;
  }
  std::cout << what << ": " << lived.events.size() << " events, " << refused.size() << " not taken, " << as_if.differ() << " of "
            << as_if.replayed.cases().size() << " cases differ\n";
  return as_if.differ();
}

TEST(Simulate, AsIfIsWhatItWouldHaveBeen) {
  std::uint64_t differ = 0;
  differ += expect_as_lived("shorter handling", shorter(), seed_of_run());
  differ += expect_as_lived("one hour to return it",
                            changed({{"rules/example.yaml", "hotline.object:     {value: 2wd", "hotline.object:     {value: 1h"}}),
                            seed_of_run() + 1);
  differ += expect_as_lived("only a dispatcher signs",
                            changed({{"definitions/hotline-ticket.yaml", "signed: {from: [dispatched], to: signed, by: [\"@unit\"]}",
                                      "signed: {from: [dispatched], to: signed, by: [dispatcher]}"}}),
                            seed_of_run() + 2);
  differ += expect_as_lived("a ticket needs its address",
                            changed({{"definitions/hotline-ticket.yaml", "district, text, caller],\n            may: [address, ",
                                      "district, text, caller, address],\n            may: ["}}),
                            seed_of_run() + 3);
  differ += expect_as_lived(
      "partly is no result any more, though a caller may still say so",
      changed({{"definitions/hotline-ticket.yaml", "of: [solved, partly, explained, unsolved]", "of: [solved, explained, unsolved]"}}),
      seed_of_run() + 6);
  differ += expect_as_lived(
      "a reply of a proposal within ten days",
      changed({{"rules/example.yaml", "{rows: [{when: {difficult: true}, limit: 6mo}, {limit: 3mo}]", "{rows: [{limit: 10d}]"}}),
      seed_of_run() + 4);
  EXPECT_GT(differ, 30U) << "the changes must be such that show";
}

}  // namespace
}  // namespace docket::testing
