// Definitions that change while cases are open (ledger.md section 8): what was activated last decides for new cases, a case keeps what it
// was opened with, and replay reads both. Another seed: DOCKET_SEED=7.
#include <gtest/gtest.h>

#include <iostream>

#include "engine/ledger/activation.h"
#include "tests/support/changed_definitions.h"
#include "tests/support/engine_checks.h"
#include "tests/support/histories.h"
#include "tests/support/hotline.h"
#include "tests/support/store_fixture.h"

namespace docket::testing {
namespace {

using Kind = partition::EventOutcome::Kind;

class Bundles : public ChangingOffice {
 protected:
  [[nodiscard]] std::size_t activated_records() const {
    std::size_t count = 0;
    for (const auto& value : engine.log) {
      const auto block = ledger::decode_block(value);
      for (const auto& record : block->records) count += record.kind == ledger::RecordKind::kActivated ? 1U : 0U;
    }
    return count;
  }
};

TEST_F(Bundles, ANewCaseIsJudgedByWhatWasActivatedAnOpenOneByWhatItWasOpenedWith) {
  dispatch("H1");
  EXPECT_EQ(day_of(handle_due(engine, "H1")), "2026-03-17");
  engine.activate(shorter(), 2);
  dispatch("H2");
  EXPECT_EQ(day_of(handle_due(engine, "H2")), "2026-03-13");
  EXPECT_EQ(day_of(handle_due(engine, "H1")), "2026-03-17");
  // The clock of the open case is set once more, by the old limit.
  accept(hotline("H1", 3, "return_requested", "2026-03-10T11:00:00+08:00"));
  accept(hotline("H1", 4, "return_granted", "2026-03-10T12:00:00+08:00"));
  accept(hotline("H1", 5, "dispatched", "2026-03-10T13:00:00+08:00"));
  EXPECT_EQ(day_of(handle_due(engine, "H1")), "2026-03-17");
  engine.restart();
  dispatch("H3");
  EXPECT_EQ(day_of(handle_due(engine, "H3")), "2026-03-13");
  EXPECT_EQ(engine.projections.cases.at("H1")->bundle, model::SharedText(shipped()->id));
  EXPECT_EQ(engine.projections.cases.at("H3")->bundle, model::SharedText(shorter()->id));
  EXPECT_EQ(activated_records(), 1U);
  expect_replay_equal(engine);
  expect_recount(engine);
}

// Whatever the door has heard by then: it may parse by an older bundle than the loop judges by, and by a newer one.
TEST_F(Bundles, AnEventIsReadByItsCasesBundleWhoeverParsedItFirst) {
  dispatch("H1");
  engine.activate(larger(), 2);
  auto& newer = engine.books().named(larger()->id).ingest;
  const auto tell = [&](const std::string& json) {
    partition::Offer offer;
    offer.events.push_back(newer.parse(json));
    EXPECT_EQ(offer.events.front().stage, ingest::Stage::kReady) << json;
    partition::EventOutcome outcome;
    offer.done = [&](std::vector<partition::EventOutcome> told) { outcome = told.front(); };
    EXPECT_TRUE(engine.loop().offer(std::move(offer)));
    engine.pump();
    return outcome;
  };
  // The first bundle has no such unit, and so the fixture's door refuses; the case's bundle is what counts.
  dispatch("H2", R"({"unit":"NEW"})");
  const auto refused = tell(hotline("H1", 3, "dispatched", "2026-03-10T11:00:00+08:00", R"({"unit":"NEW"})"));
  EXPECT_EQ(refused.kind, Kind::kRejected);
  EXPECT_EQ(refused.refusal.code, model::Rejection::kInvalidData) << refused.refusal.detail;
  EXPECT_NE(refused.refusal.detail.find("NEW"), std::string::npos) << refused.refusal.detail;
  EXPECT_EQ(tell(hotline("H1", 4, "signed", "2026-03-10T12:00:00+08:00")).kind, Kind::kAccepted);
  expect_replay_equal(engine);
}

// A record of an intake topic is read when it is taken, by what decides then for new cases.
TEST_F(Bundles, AnIntakeRecordIsReadByItsCasesBundleToo) {
  dispatch("H1");
  engine.activate(larger(), 2);
  const auto take = [&](std::int64_t offset, const std::string& json) {
    partition::IntakeBatch batch;
    batch.topic = "docket.intake.hotline";
    batch.from = offset;
    batch.events.push_back({offset, static_cast<std::uint64_t>(offset) + 1, engine.loop().ingest().parse(json), -1, ""});
    EXPECT_EQ(batch.events.front().offered.stage, ingest::Stage::kReady) << json;
    EXPECT_EQ(batch.events.front().offered.event->bundle, larger().get());
    EXPECT_TRUE(engine.loop().take_intake(std::move(batch)));
    engine.pump();
  };
  take(0, hotline("H1", 3, "signed", "2026-03-10T11:00:00+08:00"));
  take(1, hotline("H1", 4, "dispatched", "2026-03-10T12:00:00+08:00", R"({"unit":"NEW"})"));
  take(2, hotline("H2", 1, "created", "2026-03-10T09:00:00+08:00"));
  take(3, hotline("H2", 2, "dispatched", "2026-03-10T10:00:00+08:00", R"({"unit":"NEW"})"));
  EXPECT_EQ(engine.loop().intake_counts().accepted, 3U);
  EXPECT_EQ(engine.loop().intake_counts().rejected, 1U) << "the unit is unknown to what H1 was opened with";
  EXPECT_EQ(engine.projections.cases.at("H1")->version, 3U);
  EXPECT_EQ(engine.projections.cases.at("H2")->bundle, model::SharedText(larger()->id));
  expect_replay_equal(engine);
}

TEST_F(Bundles, WhatWaitsIsReadAnewByTheBundleThatOpensItsCase) {
  EXPECT_EQ(engine.offer(hotline("H1", 2, "dispatched", "2026-03-10T10:00:00+08:00")).kind, Kind::kParked);
  engine.activate(shorter(), 2);
  accept(hotline("H1", 1, "created", "2026-03-10T09:00:00+08:00"));
  EXPECT_EQ(engine.projections.cases.at("H1")->version, 2U);
  EXPECT_EQ(day_of(handle_due(engine, "H1")), "2026-03-13");
  expect_replay_equal(engine);
}

// Behind a restart too, when what decides then can't read it at all.
TEST_F(Bundles, WhatNoBundleOfItsCaseReadsWaitsOnAndIsNeverJudgedInPart) {
  engine.activate(larger(), 2);
  auto& newer = engine.books().named(larger()->id).ingest;
  partition::Offer offer;
  offer.events.push_back(newer.parse(hotline("H1", 2, "dispatched", "2026-03-10T10:00:00+08:00", R"({"unit":"NEW"})")));
  partition::EventOutcome outcome;
  offer.done = [&](std::vector<partition::EventOutcome> told) { outcome = told.front(); };
  ASSERT_TRUE(engine.loop().offer(std::move(offer)));
  engine.pump();
  EXPECT_EQ(outcome.kind, Kind::kParked) << outcome.refusal.detail;
  engine.activate(shipped(), 3);
  engine.restart();
  accept(hotline("H1", 1, "created", "2026-03-10T09:00:00+08:00"));
  EXPECT_EQ(engine.projections.cases.at("H1")->version, 1U) << "the unit is none of its bundle's";
  EXPECT_EQ(engine.loop().parked(), 1U);
  expect_replay_equal(engine);
}

TEST_F(Bundles, AnActivationThatIsLostIsWrittenAgainAndOneThatLandedIsNot) {
  for (const bool landed : {false, true}) {
    const auto bundle = landed ? larger() : shorter();
    engine.know(bundle);
    const std::uint64_t next = engine.loop().activation() + 1;
    engine.loop().activate({next, bundle->id, "tester"});
    const auto blocks = engine.loop().turn(engine.now());
    ASSERT_EQ(blocks.size(), 1U);
    EXPECT_EQ(engine.loop().activation(), next - 1) << "not before it is valid";
    engine.loop().freeze();
    ledger::ReadBatch batch;
    if (landed) {
      batch.blocks.push_back({static_cast<ledger::Offset>(engine.log.size()), blocks.front().value});
      engine.log.push_back(blocks.front().value);
    }
    batch.next = static_cast<ledger::Offset>(engine.log.size());
    batch.end = true;
    const auto before = activated_records();
    engine.loop().read_done(batch);
    engine.pump();
    EXPECT_EQ(engine.loop().activation(), next);
    EXPECT_EQ(activated_records() - before, landed ? 0U : 1U);
  }
  expect_replay_equal(engine);
}

TEST_F(Bundles, ALowerNumberOrTheSameChangesNothing) {
  engine.activate(shorter(), 3);
  const auto blocks = engine.log.size();
  engine.loop().activate({3, larger()->id, "late"});
  engine.loop().activate({2, larger()->id, "later"});
  engine.pump();
  EXPECT_EQ(engine.log.size(), blocks);
  EXPECT_EQ(engine.loop().bundle_id(), shorter()->id);
}

TEST_F(Bundles, ABundleThatCannotBeHadStopsThePartitionRatherThanBeGuessed) {
  dispatch("H1");
  const std::string missing(64, 'a');
  engine.loop().activate({2, missing, "tester"});
  engine.pump();
  EXPECT_NE(engine.loop().stop_reason().find("bundle " + missing + " is not here"), std::string::npos) << engine.loop().stop_reason();
  EXPECT_EQ(engine.loop().mode(), partition::PartitionLoop::Mode::kStopped);
}

// What a chain says of its bundles is checked as it is read.
TEST_F(Bundles, AChainThatIsJudgedByWhatItNeverActivatedIsNotRead) {
  dispatch("H1");
  engine.activate(shorter(), 2);
  dispatch("H2");
  const auto reason = [&](const std::function<void(ledger::Block&)>& change, std::size_t at) {
    MemoryProjections out(shipped());
    partition::LoopOptions options;
    options.ledger_id = "test-ledger";
    partition::PartitionLoop reader(options, engine.books(), engine.keys(), out, out, out);
    ledger::ReadBatch batch;
    for (std::size_t i = 0; i < at; ++i) batch.blocks.push_back({static_cast<ledger::Offset>(i), engine.log[i]});
    auto block = *ledger::decode_block(engine.log[at]);
    change(block);
    batch.blocks.push_back({static_cast<ledger::Offset>(at), ledger::encode_block(block)});
    batch.end = true;
    reader.read_done(batch);
    return reader.stop_reason();
  };
  std::size_t activation = 0;
  const auto kind_of = [&](std::size_t at) {
    const auto block = ledger::decode_block(engine.log[at]);
    return block->records.front().kind;
  };
  while (kind_of(activation) != ledger::RecordKind::kActivated) ++activation;
  EXPECT_EQ(reason([](ledger::Block&) {}, activation), "");
  const auto last = engine.log.size() - 1;
  EXPECT_NE(reason([](ledger::Block& block) { block.bundle = shipped()->id; }, last).find("the chain activated " + shorter()->id),
            std::string::npos);
  const auto body = [](std::uint64_t number, const std::string& bundle) {
    return [=](ledger::Block& block) { block.records.front().body = ledger::activation_text({number, bundle, "x"}); };
  };
  EXPECT_NE(reason(body(1, shorter()->id), activation).find("activates nothing that can follow number 1"), std::string::npos);
  EXPECT_NE(reason(body(2, larger()->id), activation).find("activates nothing that can follow number 1"), std::string::npos);
}

// It was let in by the newer definitions, so it has an outcome, and that is of its case.
TEST(BundlesOfSources, ASourceThatIsNewIsRefusedByAnOpenCaseInAWayThatReplayReads) {
  const auto newer = changed(
      {{"sources/example.yaml",
        "\nexample:", "\nnew-desk: {title: {zh: 新台, en: new desk}, kinds: all, roles: all, units: all, backfill: true}\nexample:"}});
  StoreFixture live(shipped(), *model::parse_instant("2026-03-10T18:00:00+08:00"));
  StoreFixture replayed(shipped(), live.now(), &live);
  EXPECT_EQ(live.offer(hotline("H1", 1, "created", "2026-03-10T09:00:00+08:00")).kind, Kind::kAccepted);
  live.activate(newer, 2);
  const auto from_new = [](const std::string& id, int n, const std::string& event, const std::string& time) {
    return hotline(id, n, event, time, {}, {}, "new-desk");
  };
  EXPECT_EQ(live.offer(from_new("H2", 1, "created", "2026-03-10T09:00:00+08:00"), newer).kind, Kind::kAccepted);
  const auto refused = live.offer(from_new("H1", 2, "dispatched", "2026-03-10T10:00:00+08:00"), newer);
  EXPECT_EQ(refused.kind, Kind::kRejected);
  EXPECT_EQ(refused.refusal.code, model::Rejection::kInvalidAttribute);
  EXPECT_TRUE(refused.refusal.detail.starts_with("by the definitions that its case was opened with: ")) << refused.refusal.detail;
  replayed.follow();
  live.flush();
  replayed.flush();
  EXPECT_EQ(live.dump(), replayed.dump());
}

// Random histories while the definitions change back and forth, on the real projections: live and replay are equal in every family.
TEST(BundlesAtRandom, LiveAndReplayAreEqualThroughActivationsAndRestarts) {
  const std::vector<definition::BundlePtr> bundles{shipped(), shorter(), larger()};
  StoreFixture live(shipped(), 1'790'000'000'000);
  StoreFixture replayed(shipped(), 1'790'000'000'000, &live);
  walk::Random random(seed_of_run());
  Histories source(shipped(), seed_of_run(), {2, 22, 20, 60});
  std::vector<std::string> all;
  for (std::uint64_t n = 0; n < 4; ++n) {
    const auto order = random_order(source.next(), seed_of_run() * 100 + n);
    all.insert(all.end(), order.begin(), order.end());
  }
  std::uint64_t number = 1;
  std::size_t restarts = 0;
  std::size_t n = 0;
  for (const auto& json : all) {
    SCOPED_TRACE("seed " + std::to_string(seed_of_run()) + ", event " + std::to_string(++n));
    live.set_now(live.now() + random.between(1, 90) * 60'000);
    if (random.below(30) == 0) live.activate(bundles[random.below(bundles.size())], ++number);
    live.offer(json);
    if (random.below(40) == 0) {
      if (random.below(2) == 0) live.flush();
      live.restart();
      ++restarts;
    }
  }
  replayed.follow();
  live.flush();
  replayed.flush();
  EXPECT_EQ(live.dump(), replayed.dump());
  std::set<std::string> opened_with;
  for (const auto& [id, state] : live.cases()) opened_with.insert(std::string(state->bundle.view()));
  EXPECT_EQ(opened_with.size(), bundles.size()) << "seed " << seed_of_run();
  EXPECT_GT(restarts, 0U);
  std::cout << "seed " << seed_of_run() << ": " << n << " deliveries, " << number - 1 << " activations, " << restarts << " restarts\n";
}

}  // namespace
}  // namespace docket::testing
