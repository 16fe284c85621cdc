// An engine defect in one case: that case is quarantined by record and waits, every other goes on, and the record decides for whoever
// reads the chain, with the defect or without it (ledger.md section 10). The defects are planted in the tests' tables and keys.
#include <gtest/gtest.h>

#include "tests/support/engine_checks.h"
#include "tests/support/hotline.h"
#include "tests/support/planted_defect.h"

namespace docket::testing {
namespace {

using Kind = partition::EventOutcome::Kind;
using ledger::RecordKind;
using model::Rejection;

std::string may(const std::string& day_and_hour) { return "2026-03-" + day_and_hour + ":00:00+08:00"; }

class Quarantine : public ::testing::Test {
 protected:
  Quarantine() : engine(defect.bundle(), *model::parse_instant(may("12T09"))) {
    engine.set_now(*model::parse_instant(may("12T09")));
    for (const char* id : {"H1", "H2"}) {
      EXPECT_EQ(send(id, 1, "created", may("10T09")).kind, Kind::kAccepted);
      EXPECT_EQ(send(id, 2, "dispatched", may("10T10")).kind, Kind::kAccepted);
      EXPECT_EQ(send(id, 3, "signed", may("10T11")).kind, Kind::kAccepted);
    }
  }
  partition::EventOutcome send(const std::string& id, int n, const std::string& event, const std::string& time,
                               const std::string& source = "example") {
    return engine.offer(hotline(id, n, event, time, {}, {}, source));
  }
  void expect_held(const partition::EventOutcome& outcome, Kind kind) {
    EXPECT_EQ(outcome.kind, kind) << outcome.refusal.detail;
    EXPECT_EQ(outcome.refusal.code, Rejection::kQuarantined) << outcome.refusal.detail;
  }
  [[nodiscard]] const model::CaseState& state(const std::string& id) const { return *engine.projections.cases.at(id); }
  [[nodiscard]] std::vector<ledger::Record> records(RecordKind kind) const {
    std::vector<ledger::Record> out;
    for (const auto& [height, row] : engine.projections.records) {
      if (row.record.kind == kind) out.push_back(row.record);
    }
    return out;
  }
  // Whoever replays the chain comes to the same, whether it has the defect or not.
  void expect_same_everywhere() {
    expect_replay_equal(engine);
    defect.mend();
    expect_replay_equal(engine);
    EXPECT_EQ(engine.replay()->quarantine.size(), engine.projections.quarantine.size());
  }

  PlantedDefect defect;
  EngineFixture engine;
};

TEST_F(Quarantine, ADefectHoldsItsCaseAndNoOther) {
  defect.plant("hotline-ticket", "progress_reported");
  const auto before = state("H1");
  const auto cells = engine.projections.by_occurred;
  const auto outcomes = engine.offer(std::vector<std::string>{hotline("H1", 4, "progress_reported", may("11T09")),
                                                              hotline("H2", 4, "handling_started", may("11T09")),
                                                              hotline("H1", 5, "handling_started", may("11T10"))});
  ASSERT_EQ(outcomes.size(), 3U);
  expect_held(outcomes[0], Kind::kParked);
  EXPECT_EQ(outcomes[1].kind, Kind::kAccepted);
  expect_held(outcomes[2], Kind::kParked);
  auto held = before;
  held.quarantined = true;
  EXPECT_EQ(state("H1"), held);
  EXPECT_FALSE(state("H2").quarantined);
  ASSERT_EQ(records(RecordKind::kQuarantined).size(), 1U);
  const auto record = records(RecordKind::kQuarantined).front();
  EXPECT_EQ(record.subject, "H1");
  EXPECT_EQ(record.id, "H1-4");
  EXPECT_EQ(record.type, "org.docket.hotline-ticket.progress_reported.v1");
  EXPECT_EQ(record.body, R"({"semantics":1,"cause":"event H1-4 of H1: nothing to go back to"})");
  // No figure lost what the case had given it.
  for (const auto& [key, value] : cells) EXPECT_GE(engine.projections.by_occurred.at(key), 0);
  expect_recount(engine);
  EXPECT_EQ(engine.loop().stop_reason(), "");
  expect_same_everywhere();
}

TEST_F(Quarantine, WhatComesForTheCaseWaitsOrIsToldWhy) {
  defect.plant("hotline-ticket", "progress_reported");
  expect_held(send("H1", 4, "progress_reported", may("11T09")), Kind::kParked);
  expect_held(send("H1", 4, "progress_reported", may("11T09")), Kind::kParked);  // known already
  EXPECT_EQ(engine.loop().parked(), 1U);
  expect_held(send("H1", 5, "handling_started", may("11T10"), "console"), Kind::kRejected);         // a screen wants to know now
  EXPECT_EQ(send("H1", 6, "handling_started", may("20T10")).refusal.code, Rejection::kFutureTime);  // final, whatever the case is
  EXPECT_EQ(send("H1", 1, "created", may("10T09")).kind, Kind::kDuplicate);
  partition::Offer offer;
  offer.expected_revision = 3;
  offer.events.push_back(engine.ingest().parse(hotline("H1", 7, "handling_started", may("11T11"))));
  partition::EventOutcome told;
  offer.done = [&](std::vector<partition::EventOutcome> outcomes) { told = outcomes.front(); };
  ASSERT_TRUE(engine.loop().offer(std::move(offer)));
  engine.pump();
  expect_held(told, Kind::kRejected);
  EXPECT_EQ(records(RecordKind::kQuarantined).size(), 1U);
  // At its limit it is told in whose way it was.
  engine.set_now(engine.now() + 73 * 3'600'000LL);
  engine.pump();
  EXPECT_EQ(engine.loop().parked(), 0U);
  const auto rejected = records(RecordKind::kRejected).back();
  EXPECT_EQ(rejected.code, Rejection::kOutOfOrder);
  EXPECT_NE(rejected.detail.find("quarantined"), std::string::npos) << rejected.detail;
  EXPECT_TRUE(state("H1").quarantined);
}

TEST_F(Quarantine, AfterTheReleaseWhatWaitedIsJudged) {
  defect.plant("hotline-ticket", "progress_reported");
  expect_held(send("H1", 4, "progress_reported", may("11T09")), Kind::kParked);
  expect_held(send("H1", 5, "handling_started", may("11T10")), Kind::kParked);
  engine.restart();  // what waits, and why, is in the ledger
  expect_held(send("H1", 6, "result_replied", may("11T11")), Kind::kParked);
  defect.mend();
  EXPECT_TRUE(state("H1").quarantined) << "a program that could go on waits for somebody to say so";
  expect_held(send("H1", 8, "call_repeated", may("11T12"), "console"), Kind::kRejected);
  const auto version = state("H1").version;
  const auto told = engine.offer(release("H1", 1, may("12T08")));
  EXPECT_EQ(told.kind, Kind::kAccepted);
  EXPECT_EQ(told.case_version, version) << "a release is no event of the case's fold";
  EXPECT_EQ(engine.loop().parked(), 0U);
  EXPECT_FALSE(state("H1").quarantined);
  EXPECT_EQ(state("H1").version, version + 3);
  EXPECT_EQ(engine.offer(release("H1", 1, may("12T08"))).kind, Kind::kDuplicate);
  EXPECT_EQ(engine.offer(release("H1", 2, may("12T08"))).refusal.code, Rejection::kNotFromState);
  EXPECT_EQ(send("H1", 8, "call_repeated", may("11T12"), "console").kind, Kind::kAccepted) << "refused for now, and so judged afresh";
  expect_recount(engine);
  expect_same_everywhere();
}

TEST_F(Quarantine, AReleaseTooEarlyEndsInQuarantineAgain) {
  defect.plant("hotline-ticket", "progress_reported");
  expect_held(send("H1", 4, "progress_reported", may("11T09")), Kind::kParked);
  EXPECT_EQ(engine.offer(release("H1", 1, may("12T08"))).kind, Kind::kAccepted);
  EXPECT_TRUE(state("H1").quarantined);
  EXPECT_EQ(engine.loop().parked(), 1U);
  EXPECT_EQ(records(RecordKind::kQuarantined).size(), 2U);
  EXPECT_EQ(records(RecordKind::kReleased).size(), 1U);
  expect_same_everywhere();
}

TEST_F(Quarantine, ACaseThatFailsAtItsOpeningIsHeldToo) {
  defect.plant("hotline-ticket", "created");
  expect_held(send("H3", 1, "created", may("11T09")), Kind::kParked);
  expect_held(send("H3", 2, "dispatched", may("11T10")), Kind::kParked);
  EXPECT_FALSE(engine.projections.cases.contains("H3"));
  EXPECT_EQ(engine.projections.quarantine.at("H3").kind, "hotline-ticket");
  engine.restart();
  expect_held(send("H3", 3, "signed", may("11T11")), Kind::kParked);
  EXPECT_EQ(records(RecordKind::kQuarantined).size(), 1U);
  EXPECT_EQ(engine.offer(release("H3", 9, may("12T08"), "call")).refusal.code, Rejection::kKindMismatch);
  defect.mend();
  EXPECT_EQ(engine.offer(release("H3", 1, may("12T08"))).kind, Kind::kAccepted);
  EXPECT_EQ(state("H3").version, 3U);
  EXPECT_TRUE(engine.projections.quarantine.empty());
  expect_recount(engine);
  expect_same_everywhere();
}

// An exception where the event was as good as accepted: nothing of it stays, and what was accepted before in the same block does.
TEST_F(Quarantine, NothingStaysOfWhatWasBegun) {
  engine.keys().on_case_key = [](std::string_view case_id) {
    if (case_id == "H1") throw std::out_of_range("planted: \"\xff\" is no key");
  };
  const auto held_before = state("H1");
  const auto outcomes = engine.offer(
      std::vector<std::string>{hotline("H2", 4, "handling_started", may("11T09")), hotline("H1", 4, "progress_reported", may("11T09"))});
  EXPECT_EQ(outcomes[0].kind, Kind::kAccepted);
  expect_held(outcomes[1], Kind::kParked);
  auto held = held_before;
  held.quarantined = true;
  EXPECT_EQ(state("H1"), held);
  EXPECT_EQ(records(RecordKind::kQuarantined).front().body, R"({"semantics":1,"cause":"planted: \"?\" is no key"})");
  engine.keys().on_case_key = nullptr;
  EXPECT_EQ(engine.offer(release("H1", 1, may("12T08"))).kind, Kind::kAccepted);
  EXPECT_EQ(state("H1").version, held.version + 1);
  expect_recount(engine);
  expect_same_everywhere();
}

TEST_F(Quarantine, OfEventsThatWaitTogetherThoseBeforeTheDefectStay) {
  EXPECT_EQ(send("H3", 3, "signed", may("11T11")).kind, Kind::kParked);
  EXPECT_EQ(send("H3", 4, "progress_reported", may("11T12")).kind, Kind::kParked);
  defect.plant("hotline-ticket", "progress_reported");
  EXPECT_EQ(send("H3", 1, "created", may("11T09")).kind, Kind::kAccepted);
  // The opening stands; that all of what waits can't be tried is the case's defect, and not the opening's.
  EXPECT_TRUE(state("H3").quarantined || engine.loop().parked() == 2U);
  const auto told = send("H3", 2, "dispatched", may("11T10"));
  EXPECT_TRUE(told.kind == Kind::kAccepted || told.refusal.code == Rejection::kQuarantined);
  EXPECT_TRUE(state("H3").quarantined);
  defect.mend();
  EXPECT_EQ(engine.offer(release("H3", 1, may("12T08"))).kind, Kind::kAccepted);
  EXPECT_EQ(state("H3").version, 4U);
  expect_recount(engine);
  expect_same_everywhere();
}

TEST_F(Quarantine, CorrectionsJudgedAsOneSetAreHeldAsOne) {
  defect.plant("hotline-ticket", "signed");  // accepted before: every fold anew meets it
  const auto correct = [](int n, const std::string& target, const std::string& hour) {
    return hotline(
        "H1", n, "corrected", may("12T08"),
        R"({"event":{"source":"example","id":")" + target + R"("},"reason":"r","approver":"a","replace":{"time":")" + may(hour) + R"("}})",
        R"(,"approvedby":"chief")");
  };
  const auto outcomes = engine.offer(std::vector<std::string>{correct(8, "H1-1", "10T08"), correct(9, "H1-2", "10T09")});
  expect_held(outcomes.at(0), Kind::kParked);
  expect_held(outcomes.at(1), Kind::kParked);
  EXPECT_EQ(records(RecordKind::kQuarantined).size(), 1U);
  defect.mend();
  EXPECT_EQ(engine.offer(release("H1", 1, may("12T08"))).kind, Kind::kAccepted);
  EXPECT_EQ(state("H1").version, 5U);
  expect_recount(engine);
  expect_same_everywhere();
}

TEST_F(Quarantine, ADryRunThatMeetsADefectSaysSoAndLeavesNothing) {
  defect.plant("hotline-ticket", "progress_reported");
  const auto log = engine.log.size();
  const auto told = engine.offer(std::vector<std::string>{hotline("H1", 4, "progress_reported", may("11T09"))}, true);
  expect_held(told.at(0), Kind::kParked);
  EXPECT_EQ(engine.log.size(), log);
  EXPECT_EQ(send("H1", 5, "handling_started", may("11T10")).kind, Kind::kAccepted);
}

// A reader with a defect that the owner has not: it stops, says where, and tells nothing false; the next program reads on.
TEST_F(Quarantine, AReaderThatCantApplyStopsAlone) {
  EXPECT_EQ(send("H1", 4, "progress_reported", may("11T09")).kind, Kind::kAccepted);
  const auto replay = [&](MemoryProjections& into) {
    partition::LoopOptions options;
    options.ledger_id = "test-ledger";
    partition::PartitionLoop reader(options, engine.books(), engine.keys(), into, into, into);
    ledger::ReadBatch batch;
    for (std::size_t i = 0; i < engine.log.size(); ++i) batch.blocks.push_back({static_cast<ledger::Offset>(i), engine.log[i]});
    reader.read_done(batch);
    return reader.stop_reason();
  };
  defect.plant("hotline-ticket", "progress_reported");
  MemoryProjections standby(defect.bundle());
  const auto reason = replay(standby);
  EXPECT_NE(reason.find("H1-4 of H1: nothing to go back to"), std::string::npos) << reason;
  EXPECT_EQ(standby.cases.at("H1")->version, 3U);
  EXPECT_TRUE(standby.quarantine.empty()) << "only the owner may say that a case is quarantined";
  EXPECT_TRUE(engine.loop().owner());
  EXPECT_EQ(send("H2", 4, "handling_started", may("11T09")).kind, Kind::kAccepted);
  defect.mend();
  expect_replay_equal(engine);
}

}  // namespace
}  // namespace docket::testing
