// Open cases that move to other definitions (ledger.md section 8): the case is folded anew, as if it had been opened with them, and what
// was known before stays readable. Another seed: DOCKET_SEED=7.
#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "engine/validate/migrate.h"
#include "tests/property/migrations_fixture.h"
#include "tests/support/engine_checks.h"
#include "tests/support/histories.h"
#include "tests/support/hotline.h"
#include "tests/support/store_fixture.h"

namespace docket::testing {
namespace {

using Kind = partition::EventOutcome::Kind;
using model::Rejection;

// The state `returning` has another name.
definition::BundlePtr renamed() {
  static const auto bundle =
      changed({{"definitions/hotline-ticket.yaml", "returning", "sent_back"}, {"labels/hotline-ticket.yaml", "returning", "sent_back"}});
  return bundle;
}
// The clock `sign` has another name, and so is another clock.
definition::BundlePtr other_clock() {
  static const auto bundle = changed({{"definitions/hotline-ticket.yaml", "\n  sign:    {starts", "\n  signing: {starts"},
                                      {"labels/hotline-ticket.yaml", "\n  sign:    {zh", "\n  signing: {zh"},
                                      {"metrics/hotline.yaml", "clock.sign", "clock.signing"}});
  return bundle;
}

std::string move(const std::string& case_id, std::uint64_t number, const std::string& states = {}) {
  return hotline(case_id, 900 + static_cast<int>(number), "migrated", "2026-03-10T18:00:00+08:00",
                 R"({"activation":)" + std::to_string(number) + R"(,"reason":"new rules","approver":"chief")" +
                     (states.empty() ? "" : R"(,"states":)" + states) + "}",
                 R"(,"approvedby":"chief")");
}

// Random histories in random orders, each cut short, so that many cases are open still.
std::vector<std::string> cut_histories(walk::Random& random, std::uint64_t count) {
  Histories source(shipped(), seed_of_run(), {2, 22, 20, 25});
  std::vector<std::string> all;
  for (std::uint64_t n = 0; n < count; ++n) {
    const auto history = source.next();
    std::map<std::string, std::vector<std::string>> by_case;
    for (const auto& json : random_order(history, seed_of_run() * 100 + n)) {
      const auto at = json.find(R"("subject":")");
      by_case[json.substr(at, json.find('"', at + 11) - at)].push_back(json);
    }
    for (auto& [id, events] : by_case) {
      events.resize(1 + random.below(events.size()));
      all.insert(all.end(), events.begin(), events.end());
    }
  }
  return all;
}

TEST_F(Migrations, AnOpenCaseIsJudgedAnewAndItsDeadlinesAreTold) {
  dispatch("H1");
  accept(hotline("H1", 3, "noted", "2026-03-10T11:00:00+08:00", R"({"text":"n"})"));
  EXPECT_EQ(day_of(handle_due(engine, "H1")), "2026-03-17");
  engine.activate(shorter(), 2);
  const auto before = engine.projections.cases.at("H1");
  const auto shown = engine.offer({move("H1", 2)}, true);
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown.front().kind, Kind::kAccepted) << shown.front().refusal.detail;
  ASSERT_NE(shown.front().moved, nullptr);
  EXPECT_EQ(engine.projections.cases.at("H1"), before) << "a dry run changes nothing";

  const auto outcome = engine.offer(move("H1", 2));
  EXPECT_EQ(outcome.kind, Kind::kAccepted) << outcome.refusal.detail;
  EXPECT_EQ(outcome.case_version, 4U);
  ASSERT_NE(outcome.moved, nullptr);
  for (const auto* moved : {shown.front().moved.get(), outcome.moved.get()}) {
    EXPECT_EQ(moved->from, shipped()->id);
    EXPECT_EQ(moved->to, shorter()->id);
    EXPECT_EQ(moved->state_before + " " + moved->state_after, "dispatched dispatched");
    ASSERT_EQ(moved->deadlines.size(), 1U);
    const auto& deadline = moved->deadlines.front();
    EXPECT_EQ(deadline.clock, "handle");
    EXPECT_EQ(day_of(deadline.due_before) + " " + day_of(deadline.due_after), "2026-03-17 2026-03-13");
  }
  EXPECT_EQ(state("H1").bundle, model::SharedText(shorter()->id));
  EXPECT_EQ(day_of(handle_due(engine, "H1")), "2026-03-13");
  EXPECT_EQ(state("H1").version, 4U);
  // What comes now is judged by it.
  accept(hotline("H1", 4, "signed", "2026-03-10T12:00:00+08:00"));
  accept(hotline("H1", 5, "suspended", "2026-03-10T13:00:00+08:00"));
  accept(hotline("H1", 6, "noted", "2026-03-10T09:30:00+08:00", R"({"text":"late"})"));
  engine.restart();
  accept(hotline("H1", 7, "resumed", "2026-03-10T14:00:00+08:00"));
  // A correction reads the whole history by the new definitions.
  accept(hotline(
      "H1", 8, "corrected", "2026-03-10T15:00:00+08:00",
      R"({"event":{"source":"example","id":"H1-2"},"replace":{"time":"2026-03-10T10:30:00+08:00"},"reason":"r","approver":"chief"})",
      R"(,"approvedby":"chief")"));
  expect_replay_equal(engine);
  expect_recount(engine);
}

TEST_F(Migrations, WhatWasKnownBeforeIsReadByWhatJudgedThen) {
  dispatch("H1");
  engine.activate(shorter(), 2);
  const auto before = engine.now();
  engine.set_now(before + 60'000);
  accept(move("H1", 2));
  const auto& known = engine.projections;
  constexpr auto kAll = std::numeric_limits<std::uint32_t>::max();
  const auto due = [&](Instant known_at, std::uint32_t versions) {
    const auto bundle = partition::bundle_known(known, known, 0, "H1", std::string(state("H1").bundle), known_at, versions);
    EXPECT_TRUE(bundle.ok());
    auto& book = engine.books().named(*bundle);
    const partition::HistoryLoader loader(*book.bundle, book.ingest, known, known);
    const auto history = loader.load(0, "H1", known_at, nullptr, versions);
    EXPECT_TRUE(history.ok()) << history.error().message;
    const auto folded = apply::fold(*book.bundle, "H1", history->folded(), history->overlay());
    EXPECT_TRUE(folded.ok());
    const auto clock = *definition::find_name(book.bundle->kinds[folded->kind].scopes[0].clock_ids, "handle");
    for (const auto& row : folded->scope.clocks) {
      if (row.clock == clock) return day_of(row.due);
    }
    return std::string();
  };
  EXPECT_EQ(due(model::kForever, kAll), "2026-03-13");
  EXPECT_EQ(due(before + 59'999, kAll), "2026-03-17");
  EXPECT_EQ(due(model::kForever, 2), "2026-03-17") << "as of version 2";
  EXPECT_EQ(due(model::kForever, 3), "2026-03-13");
  // And on to a third.
  engine.activate(other_clock(), 3);
  engine.set_now(before + 120'000);
  accept(move("H1", 3));
  EXPECT_EQ(due(before + 60'000, kAll), "2026-03-13");
  EXPECT_EQ(due(before, kAll), "2026-03-17");
  EXPECT_EQ(due(model::kForever, kAll), "2026-03-17");
  expect_replay_equal(engine);
}

TEST_F(Migrations, AreRefusedAtOnceAndByName) {
  dispatch("H1");
  engine.set_now(engine.now() + 1000);
  refused(move("H1", 1), Rejection::kNotMigratable);
  refused(move("H1", 7), Rejection::kNotActive);
  engine.activate(shorter(), 2);
  refused(move("H0", 2), Rejection::kNoCase);
  EXPECT_EQ(engine.loop().parked(), 0U) << "none of them waits";
  accept(hotline("H1", 3, "migrated", "2026-03-10T18:00:00+08:00", R"({"activation":2,"reason":"r","approver":"chief"})",
                 R"(,"approvedby":"chief")"));
  const auto again = refused(hotline("H1", 4, "migrated", "2026-03-10T18:00:00+08:00",
                                     R"({"activation":2,"reason":"r","approver":"chief"})", R"(,"approvedby":"chief")"),
                             Rejection::kNotMigratable);
  EXPECT_NE(again.refusal.detail.find("is judged by these definitions already"), std::string::npos) << again.refusal.detail;
  expect_replay_equal(engine);
}

TEST_F(Migrations, AnEventThatWouldBeIllegalIsNamed) {
  dispatch("H1");
  accept(hotline("H1", 3, "caller_contacted", "2026-03-10T11:00:00+08:00"));
  dispatch("H2");
  engine.activate(stricter(), 2);
  const auto outcome = refused(move("H1", 2), Rejection::kNotMigratable);
  EXPECT_NE(outcome.refusal.detail.find("by the new definitions caller_contacted (H1-3)"), std::string::npos) << outcome.refusal.detail;
  EXPECT_EQ(state("H1").bundle, model::SharedText(shipped()->id));
  accept(move("H2", 2));
  expect_replay_equal(engine);
}

TEST_F(Migrations, AnEventThatCannotBeReadIsNamed) {
  engine.activate(larger(), 2);
  auto& newer = engine.books().named(larger()->id).ingest;
  dispatch("H1");
  partition::Offer offer;
  offer.events.push_back(newer.parse(hotline("H1", 3, "lead_assist_set", "2026-03-10T11:00:00+08:00", R"({"unit":"NEW"})")));
  partition::EventOutcome outcome;
  offer.done = [&](std::vector<partition::EventOutcome> told) { outcome = told.front(); };
  ASSERT_TRUE(engine.loop().offer(std::move(offer)));
  engine.pump();
  ASSERT_EQ(outcome.kind, Kind::kAccepted) << outcome.refusal.detail;
  engine.activate(shipped(), 3);
  const auto told = refused(move("H1", 3), Rejection::kNotMigratable);
  EXPECT_NE(told.refusal.detail.find("can't be read: record "), std::string::npos) << told.refusal.detail;
  EXPECT_NE(told.refusal.detail.find("unit"), std::string::npos) << told.refusal.detail;
  expect_replay_equal(engine);
}

TEST_F(Migrations, AStateThatComesOutOtherwiseMustBeSaid) {
  dispatch("H1");
  accept(hotline("H1", 3, "return_requested", "2026-03-10T11:00:00+08:00"));
  engine.activate(renamed(), 2);
  const auto outcome = refused(move("H1", 2), Rejection::kNotMigratable);
  EXPECT_NE(outcome.refusal.detail.find("lead to state sent_back by the new definitions; it stands in returning"), std::string::npos)
      << outcome.refusal.detail;
  const auto with = [](int n, const std::string& states) {
    return hotline("H1", n, "migrated", "2026-03-10T18:00:00+08:00",
                   R"({"activation":2,"reason":"r","approver":"chief","states":)" + states + "}", R"(,"approvedby":"chief")");
  };
  EXPECT_NE(refused(with(10, R"({"returning":"signed"})"), Rejection::kNotMigratable).refusal.detail.find("maps that to signed"),
            std::string::npos);
  EXPECT_NE(refused(with(11, R"({"returned":"sent_back"})"), Rejection::kNotMigratable).refusal.detail.find("returned, which is no state"),
            std::string::npos);
  EXPECT_NE(
      refused(with(12, R"({"returning":"returning"})"), Rejection::kNotMigratable).refusal.detail.find("returning, which is no state"),
      std::string::npos);
  refused(with(13, R"({"returning":3})"), Rejection::kInvalidData);
  const auto moved = engine.offer(with(14, R"({"returning":"sent_back"})"));
  EXPECT_EQ(moved.kind, Kind::kAccepted) << moved.refusal.detail;
  EXPECT_EQ(moved.moved->state_before + " " + moved.moved->state_after, "returning sent_back");
  accept(hotline("H1", 15, "return_granted", "2026-03-10T12:00:00+08:00"));
  expect_replay_equal(engine);
}

// Its record holds the deadlines of every event, and a block has its limit.
TEST_F(Migrations, ACaseOfVeryManyEventsMovesOrIsRefusedWhole) {
  std::size_t moved = 0;
  std::size_t not_moved = 0;
  for (const int rounds : {40, 700}) {
    const std::string id = "L" + std::to_string(rounds);
    accept(hotline(id, 1, "created", "2026-03-09T09:00:00+08:00"));
    auto time = *model::parse_instant("2026-03-09T10:00:00+08:00");
    int n = 1;
    const auto next = [&](const char* event) {
      time += 20'000;
      accept(hotline(id, ++n, event, model::format_instant(time)));
    };
    for (int i = 0; i < rounds; ++i) {
      next("dispatched");
      next("return_requested");
      next("return_granted");
    }
  }
  engine.activate(shorter(), 2);
  for (const int rounds : {40, 700}) {
    const std::string id = "L" + std::to_string(rounds);
    const auto outcome = engine.offer(hotline(id, 9999, "migrated", "2026-03-10T18:00:00+08:00",
                                              R"({"activation":2,"reason":"r","approver":"chief"})", R"(,"approvedby":"chief")"));
    if (outcome.kind == Kind::kAccepted) {
      ++moved;
      continue;
    }
    ++not_moved;
    EXPECT_EQ(outcome.refusal.code, Rejection::kNotMigratable) << outcome.refusal.detail;
    EXPECT_NE(outcome.refusal.detail.find("do not fit in one block"), std::string::npos) << outcome.refusal.detail;
  }
  EXPECT_EQ(moved, 1U);
  EXPECT_EQ(not_moved, 1U);
  for (const auto& value : engine.log) EXPECT_TRUE(ledger::decode_block(value).ok());
  expect_replay_equal(engine);
}

// What follows it in a batch is read by what it leads to.
TEST_F(Migrations, WhatFollowsInABatchIsJudgedByTheNewDefinitions) {
  dispatch("H1");
  engine.activate(stricter(), 2);
  const auto told = engine.offer({move("H1", 2), hotline("H1", 3, "caller_contacted", "2026-03-10T11:00:00+08:00")});
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].kind, Kind::kAccepted) << told[0].refusal.detail;
  EXPECT_EQ(told[1].kind, Kind::kParked) << "it is not signed";
  accept(hotline("H1", 4, "signed", "2026-03-10T10:30:00+08:00"));
  EXPECT_EQ(state("H1").version, 5U);
  expect_replay_equal(engine);
  expect_recount(engine);
}

// From an intake topic its record says where it came from as well.
TEST_F(Migrations, ComeThroughAnIntakeTopicToo) {
  dispatch("H1");
  engine.activate(shorter(), 2);
  partition::IntakeBatch batch;
  batch.topic = "docket.intake.hotline";
  batch.from = 0;
  batch.events.push_back({0, 1, engine.loop().ingest().parse(move("H1", 2)), -1, ""});
  ASSERT_TRUE(engine.loop().take_intake(std::move(batch)));
  engine.pump();
  EXPECT_EQ(engine.loop().intake_counts().accepted, 1U);
  EXPECT_EQ(day_of(handle_due(engine, "H1")), "2026-03-13");
  const auto& last = engine.projections.histories.at("H1").back();
  const auto& record = engine.projections.records.at(last.height).record;
  EXPECT_EQ(partition::moved_from(record), shipped()->id);
  EXPECT_NE(record.body.find(R"("topic":"docket.intake.hotline")"), std::string::npos) << record.body;
  accept(hotline("H1", 4, "signed", "2026-03-10T12:00:00+08:00"));
  expect_replay_equal(engine);
  expect_recount(engine);
}

// A breach that was told and that the new definitions don't know is taken back, in words that the old ones had.
TEST_F(Migrations, BreachesAreTakenAlongOrTakenBack) {
  dispatch("H1");
  dispatch("H2");
  engine.set_now(*model::parse_instant("2026-03-30T18:00:00+08:00"));
  engine.pump();
  const auto breaches = state("H1").breaches.size();
  ASSERT_GT(breaches, 1U);
  engine.activate(other_clock(), 2);
  const auto late = [](const std::string& id) {
    return hotline(id, 3, "migrated", "2026-03-30T18:00:00+08:00", R"({"activation":2,"reason":"r","approver":"chief"})",
                   R"(,"approvedby":"chief")");
  };
  accept(late("H1"));
  EXPECT_EQ(state("H1").breaches.size(), breaches - 1);
  std::size_t withdrawn = 0;
  for (const auto& [height, row] : engine.projections.records) {
    withdrawn +=
        row.record.body.find(R"("withdraws":)") != std::string::npos && row.record.body.find(R"("clock":"sign")") != std::string::npos ? 1U
                                                                                                                                       : 0U;
  }
  EXPECT_EQ(withdrawn, 1U);
  const auto kept = state("H1").breaches;
  engine.set_now(engine.now() + 86'400'000);
  engine.pump();
  EXPECT_EQ(state("H1").breaches, kept) << "what was told is not told again";
  expect_replay_equal(engine);
}

// A case that moved is what it would be had it been opened with what it moved to.
TEST_F(Migrations, ACaseThatMovedIsWhatItWouldHaveBeen) {
  EngineFixture other(shipped(), engine.now());
  other.activate(shorter(), 2);
  const auto start = engine.now();
  walk::Random random(seed_of_run());
  const auto all = cut_histories(random, 16);
  for (auto* each : {&engine, &other}) {
    each->set_now(start + 400LL * 86'400'000);
    for (const auto& json : all) each->offer(json);
  }
  engine.activate(shorter(), 2);
  std::size_t moved = 0;
  std::size_t compared = 0;
  std::size_t n = 0;
  std::map<std::string, std::size_t> refusals;
  const auto ids = [](const EngineFixture& of, const std::string& id) {
    std::vector<std::string> out;
    for (const auto& row : of.projections.histories.at(id)) {
      if (row.kind != ledger::RecordKind::kAccepted) continue;
      const auto& event = of.projections.records.at(row.height).record.event;
      const auto at = event.find(R"("id":")");
      out.push_back(event.substr(at, event.find('"', at + 6) - at));
    }
    return out;
  };
  std::vector<std::string> names;
  for (const auto& [id, state] : engine.projections.cases) names.push_back(id);
  for (const auto& id : names) {
    const auto before = ids(engine, id);
    const auto kind = shipped()->kinds[state(id).kind].name;
    const auto outcome = engine.offer(move_at(kind, id, ++n, engine.now(), 2));
    if (outcome.kind != Kind::kAccepted) {
      ++refusals[std::string(model::name(outcome.refusal.code))];
      continue;
    }
    ++moved;
    const auto it = other.projections.cases.find(id);
    if (it == other.projections.cases.end() || before != ids(other, id)) continue;  // judged otherwise on the way
    ++compared;
    const auto& a = state(id);
    const auto& b = *it->second;
    EXPECT_EQ(a.scope.state, b.scope.state) << id;
    EXPECT_EQ(a.scope.attributes, b.scope.attributes) << id;
    EXPECT_EQ(a.scope.counts, b.scope.counts) << id;
    EXPECT_EQ(a.links, b.links) << id;
    EXPECT_EQ(a.parts.size(), b.parts.size()) << id;
    ASSERT_EQ(a.scope.clocks.size(), b.scope.clocks.size()) << id;
    for (std::size_t i = 0; i < a.scope.clocks.size(); ++i) {
      const auto& x = a.scope.clocks[i];
      const auto& y = b.scope.clocks[i];
      EXPECT_EQ(x.due, y.due) << id << " " << i;
      EXPECT_EQ(x.status, y.status) << id << " " << i;
      EXPECT_EQ(x.stop, y.stop) << id << " " << i;
      EXPECT_EQ(x.late_forever, y.late_forever) << id << " " << i;
    }
    for (std::uint16_t m = 0; m < shorter()->metrics.size(); ++m) {
      const auto rows = measure::contributions(*shorter(), m, a);
      const auto wanted = measure::contributions(*shorter(), m, b);
      ASSERT_EQ(rows.size(), wanted.size()) << id << " " << shorter()->metrics[m].name;
      for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].value, wanted[i].value) << id << " " << shorter()->metrics[m].name;
    }
  }
  EXPECT_GT(moved, 3U) << "seed " << seed_of_run();
  EXPECT_GT(compared, 1U) << "seed " << seed_of_run();
  std::cout << "seed " << seed_of_run() << ": " << names.size() << " cases, " << moved << " moved, " << compared << " compared";
  for (const auto& [code, count] : refusals) std::cout << ", " << count << " " << code;
  std::cout << "\n";
  expect_replay_equal(engine);
  expect_recount(engine);
}

// Random histories while definitions change and cases move, on the real projections: live and replay are equal in every family.
TEST(MigrationsAtRandom, LiveAndReplayAreEqual) {
  const std::vector<definition::BundlePtr> bundles{shipped(), shorter(), larger(), other_clock(), renamed()};
  StoreFixture live(shipped(), 1'790'000'000'000);
  StoreFixture replayed(shipped(), 1'790'000'000'000, &live);
  walk::Random random(seed_of_run());
  const auto all = cut_histories(random, 10);
  std::uint64_t number = 1;
  auto decides = shipped();
  std::size_t n = 0;
  std::map<std::string, std::size_t> told;
  for (const auto& json : all) {
    SCOPED_TRACE("seed " + std::to_string(seed_of_run()) + ", event " + std::to_string(++n));
    live.set_now(live.now() + random.between(1, 90) * 60'000);
    if (random.below(30) == 0) {
      decides = bundles[random.below(bundles.size())];
      live.activate(decides, ++number);
    }
    live.offer(json);
    std::vector<model::CasePtr> movable;
    for (const auto& [id, state] : live.cases()) {
      const auto& scope = live.books().of(*state).bundle->kinds[state->kind].scopes[0];
      const bool closed = apply::in_mask(scope.closed_states, state->scope.state);
      if (!closed && !state->voided && state->bundle != model::SharedText(decides->id)) movable.push_back(state);
    }
    if (!movable.empty() && random.below(4) == 0) {
      const auto& chosen = *movable[random.below(movable.size())];
      const auto& kind = live.books().of(chosen).bundle->kinds[chosen.kind].name;
      const std::string states = random.below(2) == 0 ? R"({"returning":"sent_back"})" : "";
      const auto outcome = live.offer(move_at(kind, chosen.id, n, live.now(), number, states));
      ++told[outcome.kind == Kind::kAccepted ? "accepted" : std::string(model::name(outcome.refusal.code))];
    }
    if (random.below(40) == 0) {
      if (random.below(2) == 0) live.flush();
      live.restart();
    }
  }
  replayed.follow();
  live.flush();
  replayed.flush();
  EXPECT_EQ(live.dump(), replayed.dump());
  EXPECT_GT(told["accepted"], 3U) << "seed " << seed_of_run();
  std::cout << "seed " << seed_of_run() << ": " << n << " deliveries, " << number - 1 << " activations";
  for (const auto& [what, count] : told) std::cout << ", " << count << " moves " << what;
  std::cout << "\n";
}

}  // namespace
}  // namespace docket::testing
