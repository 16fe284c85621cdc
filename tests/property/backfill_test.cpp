// A metric of one bundle counted over cases of another (docs/decisions/0021-backfill.md): the rows of a store that replays with carried
// metrics are those of a ledger whose definitions had them from the first event, whatever came late, was corrected, voided or moved.
// Another seed: DOCKET_SEED=7.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "engine/definition/carry.h"
#include "tests/property/migrations_fixture.h"
#include "tests/support/histories.h"
#include "tests/support/store_fixture.h"

namespace docket::testing {
namespace {

constexpr Instant kStart = 1'790'000'000'000;

// Other meanings: what still runs counts as signed, two returns are needed, a shorter list of exclusions.
std::vector<Change> other_metrics() {
  return {{"metrics/hotline.yaml", "version: 1\n", "version: 2\n"},
          {"metrics/hotline.yaml", "  ratio: {when: {clock.sign: met}}", "  ratio: {when: {clock.sign: [met, running]}}"},
          {"metrics/hotline.yaml", "{total.return_requested: {min: 1}}", "{total.return_requested: {min: 2}}"},
          {"metrics/hotline.yaml", "  except: {not_accepted: {state: not_accepted}, transferred: {state: transferred}}",
           "  except: {transferred: {state: transferred}}"}};
}
// Other ids of kinds, states, clocks, events and symbols, the same rules.
std::vector<Change> other_tables() {
  return {{"offices/example.yaml", "kinds: [hotline-ticket, call, call-tally, qa-session, proposal, supervision, register]",
           "kinds: [proposal, register, call, hotline-ticket, supervision, call-tally, qa-session]"},
          {"definitions/hotline-ticket.yaml", "transferred: transferred, merged: merged,", "transferred: transferred,"},
          {"definitions/hotline-ticket.yaml", "closed: {concluded: done,", "closed: {merged: merged, concluded: done,"},
          {"definitions/hotline-ticket.yaml", "  open:   [registered, dispatched,", "  open:   [handling, registered, dispatched,"},
          {"definitions/hotline-ticket.yaml", "returning, signed, handling, replied]", "returning, signed, replied]"},
          {"definitions/hotline-ticket.yaml", "  signed: {from: [dispatched], to: signed, by: [\"@unit\"]}\n", ""},
          {"definitions/hotline-ticket.yaml", "\nevents:\n", "\nevents:\n  signed: {from: [dispatched], to: signed, by: [\"@unit\"]}\n"},
          {"units/example.yaml", "\nU:", "\nNEW: {title: {zh: 新单位, en: New unit}, peer: district}\nU:"}};
}
std::vector<Change> both() {
  auto out = other_metrics();
  for (auto& change : other_tables()) out.push_back(std::move(change));
  return out;
}

definition::BundlePtr older() { return shipped(); }
definition::BundlePtr newer() {
  static const auto bundle = changed(both());
  return bundle;
}
definition::BundlePtr older_with_new_metrics() {
  static const auto bundle = changed(other_metrics());
  return bundle;
}
definition::BundlePtr newer_with_old_metrics() {
  static const auto bundle = changed(other_tables());
  return bundle;
}

std::vector<definition::Carried> all_of(const definition::BundlePtr& bundle) {
  std::vector<definition::Carried> out;
  for (const auto& metric : bundle->metrics) {
    if (definition::has_contributions(metric) && metric.name.starts_with("hotline.")) out.push_back({bundle, metric.name, metric.version});
  }
  return out;
}

std::vector<definition::Carried> all_versions() {
  auto out = all_of(older());
  for (auto& one : all_of(newer())) out.push_back(std::move(one));
  return out;
}

std::shared_ptr<KnownBundles> carried_bundles() {
  auto out = std::make_shared<KnownBundles>();
  for (const auto& bundle : {older(), newer()}) {
    const auto carried = definition::carry(bundle, all_versions());
    EXPECT_TRUE(carried.ok()) << (carried.ok() ? "" : carried.error().message);
    if (carried.ok()) out->add(*carried);
  }
  return out;
}

std::vector<std::string> names_of(const std::vector<definition::Carried>& metrics) {
  std::vector<std::string> out;
  for (const auto& one : metrics) out.push_back("m/" + one.name + "@" + std::to_string(one.version));
  return out;
}

std::string totals_text(const Result<projections::metrics::Totals>& totals) {
  EXPECT_TRUE(totals.ok());
  std::string out;
  for (const auto& [group, sums] : *totals) {
    std::string row;
    for (std::size_t series = 0; series < sums.size(); ++series) {
      if (sums[series] != 0) row += " " + std::to_string(series) + ":" + std::to_string(sums[series]);
    }
    if (!row.empty()) out += "[" + group + "]" + row + "\n";
  }
  return out;
}

// All that the rows of one metric say, on both axes, by total and each dimension: of all anchors, and of each month.
class Figures {
 public:
  explicit Figures(const projections::Projections& store) : store_(store) {}
  [[nodiscard]] std::string text(const definition::MetricDef& metric, model::Day from, model::Day to) const {
    std::string out;
    for (std::uint8_t by = 0; by <= metric.by.size(); ++by) {
      projections::CellQuery query;
      query.metric = metric.name;
      query.version = metric.version;
      query.by = by;
      query.start = 0;
      query.end = 100'000;
      out += "now\n" + totals_text(store_.cells(query));
      for (model::Day day = from; day <= to; day += 3) {
        query.known_day = day;
        query.at_day.reset();
        out += "known " + model::format_date(day) + "\n" + totals_text(store_.cells(query));
        std::swap(query.known_day, query.at_day);
        out += "at " + model::format_date(day) + "\n" + totals_text(store_.cells(query));
      }
      query.at_day.reset();
      query.known_day.reset();
      for (model::Day day = from; day <= to; day += 28) {
        query.start = day;
        query.end = day + 28;
        out += "from " + model::format_date(day) + "\n" + totals_text(store_.cells(query));
      }
    }
    return out;
  }

 private:
  const projections::Projections& store_;
};

// Three ledgers live through the same deliveries: one whose metrics change, and the two that had one version from the first event to the
// last.
struct Three {
  Three() : changing(older(), kStart), always_new(older_with_new_metrics(), kStart), always_old(older(), kStart) {}
  void set_now(Instant now) {
    for (auto* one : {&changing, &always_new, &always_old}) one->set_now(now);
  }
  partition::EventOutcome::Kind offer(const std::string& json) {
    const auto outcome = changing.offer(json).kind;
    EXPECT_EQ(always_new.offer(json).kind, outcome);
    EXPECT_EQ(always_old.offer(json).kind, outcome);
    return outcome;
  }
  // Moves a ticket to what decides; false: it may not, being closed or there already.
  bool move(walk::Random& random, std::uint64_t number, std::size_t n) {
    std::vector<std::string> tickets;
    for (const auto& [id, state] : changing.cases()) {
      if (state->bundle == model::SharedText(older()->id) && older()->kinds[state->kind].name == "hotline-ticket") tickets.push_back(id);
    }
    if (tickets.empty()) return false;
    const auto& id = tickets[random.below(tickets.size())];
    return offer(move_at("hotline-ticket", id, n, changing.now(), number)) == partition::EventOutcome::Kind::kAccepted;
  }
  void activate(std::uint64_t number) {
    changing.activate(newer(), number);
    always_new.activate(newer(), number);
    always_old.activate(newer_with_old_metrics(), number);
  }
  void back(std::uint64_t number) {
    changing.activate(older(), number);
    always_new.activate(older_with_new_metrics(), number);
    always_old.activate(older(), number);
  }
  StoreFixture changing;
  StoreFixture always_new;
  StoreFixture always_old;
};

// Both versions of each metric; the number of metrics that say something.
std::size_t expect_equal(Three& three, StoreFixture& carried) {
  const auto to = older()->zone.local_day(three.changing.now()) + 40;
  const auto from = older()->zone.local_day(kStart) - 120;
  std::size_t said = 0;
  const auto compare = [&](const definition::BundlePtr& bundle, StoreFixture& reference) {
    for (const auto& one : all_of(bundle)) {
      const auto& metric = bundle->metrics[*definition::find_metric(*bundle, one.name, one.version)];
      const auto want = Figures(reference.projections()).text(metric, from, to);
      EXPECT_EQ(Figures(carried.projections()).text(metric, from, to), want) << metric.name << " version " << metric.version;
      if (want.find("]") != std::string::npos) ++said;
    }
  };
  compare(newer(), three.always_new);
  compare(older(), three.always_old);
  return said;
}

// The store is filled while events go on coming, loses what it hadn't written as after kill -9, and is resumed.
TEST(BackfillAtRandom, RowsAreThoseOfALedgerThatHadTheMetricFromTheFirstEvent) {
  Three three;
  const auto source = carried_bundles();
  const auto first = source->find(older()->id);
  StoreFixture carried(*first, kStart, &three.changing, names_of(all_versions()), source);
  walk::Random random(seed_of_run());
  Histories histories(older(), seed_of_run(), {4, 22, 20, 60});
  std::vector<std::string> all;
  for (std::uint64_t n = 0; n < 3; ++n) {
    const auto order = random_order(histories.next(), seed_of_run() * 100 + n);
    all.insert(all.end(), order.begin(), order.end());
  }
  std::uint64_t number = 1;
  std::size_t kills = 0;
  std::size_t moves = 0;
  std::size_t n = 0;
  for (const auto& json : all) {
    ++n;
    three.set_now(three.changing.now() + random.between(1, 240) * 60'000);
    if (n == all.size() / 3 || n == 3 * all.size() / 4) three.activate(++number);
    if (n == all.size() / 2) three.back(++number);
    three.offer(json);
    if (number > 1 && random.percent(20) && three.move(random, number, n)) ++moves;
    if (random.percent(10)) carried.follow();
    if (random.percent(4)) carried.flush();
    if (random.percent(3)) {
      carried.restart();
      ++kills;
    }
  }
  EXPECT_GT(kills, 2U);
  EXPECT_GT(moves, 0U);
  carried.follow();
  SCOPED_TRACE("seed " + std::to_string(seed_of_run()));
  EXPECT_GT(expect_equal(three, carried), 15U) << "the histories move hardly any figure";
  carried.flush();
  const auto before = carried.dump();
  // What one store came to through kills, another comes to in one go: byte by byte.
  StoreFixture anew(*first, kStart, &three.changing, names_of(all_versions()), source);
  anew.flush();
  EXPECT_EQ(anew.dump(), before);
  EXPECT_GT(expect_equal(three, anew), 15U);
  std::cout << "seed " << seed_of_run() << ": " << n << " deliveries, " << kills << " kills, " << moves << " moves, " << before.size()
            << " bytes of rows\n";
}

TEST(Backfill, AStoreOfFiguresAloneKeepsNoOtherRows) {
  StoreFixture live(older(), kStart);
  const auto source = carried_bundles();
  StoreFixture carried(*source->find(older()->id), kStart, &live, {"m/hotline.direct_answer_rate@2"}, source);
  Histories histories(older(), seed_of_run(), {2, 12, 20, 20});
  for (const auto& json : random_order(histories.next(), 1)) {
    live.set_now(live.now() + 60'000);
    live.offer(json);
  }
  carried.follow();
  carried.flush();
  std::set<std::string> families;
  std::string text = carried.dump();
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) families.insert(text.substr(at, text.find(' ', at) - at));
  EXPECT_TRUE(families.contains("metrics_known"));
  for (const char* none : {"identities", "parked", "aliases", "listings", "clocks", "attention", "rejects"})
    EXPECT_FALSE(families.contains(none)) << none;
  projections::CellQuery query;
  query.metric = "hotline.direct_answer_rate";
  query.version = 1;
  query.end = 100'000;
  EXPECT_EQ(totals_text(carried.projections().cells(query)), "");
  query.version = 2;
  EXPECT_NE(totals_text(carried.projections().cells(query)), "");
}

class Carry : public ::testing::Test {
 protected:
  static std::string refusal(const definition::BundlePtr& to, const std::vector<definition::Carried>& metrics) {
    const auto done = definition::carry(to, metrics);
    return done.ok() ? "" : done.error().message;
  }
  static std::string text_of(const definition::Bundle& bundle, model::KindId kind, definition::ConditionId id) {
    if (id == model::kNoCondition) return "always";
    std::string out;
    for (const auto& all : bundle.kinds[kind].conditions[id].any) {
      for (const auto& test : all) {
        out += " " + std::to_string(static_cast<int>(test.left)) + "/" + std::to_string(test.scope) + "/" + std::to_string(test.id) + "/" +
               std::to_string(test.mask) + "/" + std::to_string(static_cast<int>(test.select));
        for (const auto value : test.values) out += "," + std::to_string(value);
      }
      out += ";";
    }
    return out;
  }
  static std::map<std::string, std::int64_t> weights_of(const definition::Bundle& bundle, const definition::MetricDef& metric) {
    std::map<std::string, std::int64_t> out;
    for (const auto& [symbol, weight] : metric.weights) out[bundle.symbols.text(symbol)] = weight;
    return out;
  }
};

TEST_F(Carry, LeavesOwnMetricsAndTheirPlacesAsTheyAre) {
  const auto done = definition::carry(older(), all_of(newer()));
  ASSERT_TRUE(done.ok());
  ASSERT_GT((*done)->metrics.size(), older()->metrics.size());
  EXPECT_EQ((*done)->id, older()->id);
  for (std::size_t i = 0; i < older()->metrics.size(); ++i) {
    EXPECT_EQ((*done)->metrics[i].name, older()->metrics[i].name);
    EXPECT_EQ((*done)->metrics[i].version, older()->metrics[i].version);
    EXPECT_EQ((*done)->metric_ids.at(older()->metrics[i].name), i);
  }
  EXPECT_EQ(*definition::carry(older(), all_of(older())), older()) << "it lacks none";
}

// A carried metric is what compiling it beside those tables makes of it.
TEST_F(Carry, SaysTheSameAsTheCompiler) {
  const auto done = definition::carry(newer(), all_of(older()));
  ASSERT_TRUE(done.ok()) << done.error().message;
  const auto& compiled = *newer_with_old_metrics();
  std::size_t conditions = 0;
  for (const auto& one : all_of(older())) {
    SCOPED_TRACE(one.name);
    const auto& is = (*done)->metrics[*definition::find_metric(**done, one.name, one.version)];
    const auto& want = compiled.metrics[*definition::find_metric(compiled, one.name, one.version)];
    EXPECT_EQ(is.kind, want.kind);
    EXPECT_EQ(is.period, want.period);
    EXPECT_EQ(is.by_end, want.by_end);
    std::vector<std::pair<definition::ConditionId, definition::ConditionId>> pairs{
        {is.only, want.only}, {is.when, want.when}, {is.stock, want.stock}};
    for (std::size_t i = 0; i < want.except.size(); ++i) pairs.emplace_back(is.except.at(i).when, want.except[i].when);
    for (const auto& [a, b] : pairs) {
      EXPECT_EQ(text_of(**done, is.kind, a), text_of(compiled, want.kind, b));
      if (b != model::kNoCondition) ++conditions;
    }
    EXPECT_EQ(weights_of(**done, is), weights_of(compiled, want));
    ASSERT_EQ(is.by.size(), want.by.size());
    for (std::size_t i = 0; i < is.by.size(); ++i) {
      EXPECT_EQ(is.by[i].field.kind, want.by[i].field.kind);
      EXPECT_EQ(is.by[i].field.scope, want.by[i].field.scope);
      EXPECT_EQ(is.by[i].field.id, want.by[i].field.id);
    }
  }
  EXPECT_GT(conditions, 10U);
}

TEST_F(Carry, SaysWhatTheOtherDefinitionsLack) {
  const auto wider =
      changed({{"definitions/hotline-ticket.yaml", "\n  number: ", "\n  harm: {type: code, of: [low, grave], dimension: true}\n  number: "},
               {"definitions/hotline-ticket.yaml", "may: [address, confidential", "may: [harm, address, confidential"},
               {"labels/hotline-ticket.yaml", "\n  number: ", "\n  harm: {zh: 危害, en: harm}\n  number: "},
               {"labels/hotline-ticket.yaml", "\nvalues:\n", "\nvalues:\n  low: {zh: 小, en: low}\n  grave: {zh: 大, en: grave}\n"},
               {"metrics/hotline.yaml", "version: 1\n", "version: 2\n"},
               {"metrics/hotline.yaml", "  by: {unit: unit, category: category}", "  by: {unit: unit, category: category, harm: harm}"}});
  ASSERT_NE(wider, nullptr);
  const auto text = refusal(older(), {{wider, "hotline.return_rate", 2}});
  EXPECT_NE(text.find("metric hotline.return_rate version 2 can't be said of the cases of bundle " + older()->id.substr(0, 16)),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("kind hotline-ticket has no attribute harm"), std::string::npos) << text;
  EXPECT_EQ(refusal(older(), {{wider, "hotline.direct_answer_rate", 2}}), "") << "that one reads nothing that is missing";
  // Nothing stops definitions that came later: what fits is carried, the rest is left out.
  const auto fits = definition::carry_what_fits(older(), {{wider, "hotline.return_rate", 2}, {wider, "hotline.direct_answer_rate", 2}});
  EXPECT_FALSE(definition::find_metric(*fits, "hotline.return_rate", 2));
  EXPECT_TRUE(definition::find_metric(*fits, "hotline.direct_answer_rate", 2));
}

}  // namespace
}  // namespace docket::testing
