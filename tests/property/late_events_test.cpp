// Late events, corrections, voiding, parking: what ledger.md section 7 promises, each checked against a replay of the same ledger.
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"
#include "tests/support/hotline.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {
namespace {

using Kind = partition::EventOutcome::Kind;

class LateEvents : public ::testing::Test {
 protected:
  LateEvents() : engine(definition::load_office("example")) {}

  Kind send(int n, const std::string& event, const std::string& time, const std::string& data = {}, const std::string& more = {}) {
    last = engine.offer(hotline("H1", n, event, "2026-" + time + ":00+08:00", data, more));
    return last.kind;
  }
  const model::CaseState& state() const { return *engine.projections.cases.at("H1"); }
  std::string due(const char* clock) const {
    const auto& kind = engine.bundle().kinds[state().kind];
    const auto* instance = apply::newest(state().scope, *definition::find_name(kind.scopes[0].clock_ids, clock));
    if (instance == nullptr || instance->due == model::kNoInstant) return "-";
    return model::format_date(engine.bundle().zone.local_day(instance->due));
  }
  apply::ClockValue value(const char* clock) const {
    const auto& kind = engine.bundle().kinds[state().kind];
    return apply::clock_value(apply::newest(state().scope, *definition::find_name(kind.scopes[0].clock_ids, clock)), model::kNoInstant,
                              false);
  }
  std::string state_name() const { return engine.bundle().kinds[state().kind].scopes[0].states[state().scope.state].name; }
  void expect_replay_equal() {
    const auto replayed = engine.replay();
    for (const auto& [id, live] : engine.projections.cases) {
      ASSERT_TRUE(replayed->cases.contains(id));
      EXPECT_EQ(*replayed->cases.at(id), *live) << id;
    }
    const auto drop_zeros = [](auto& cells) { std::erase_if(cells, [](const auto& row) { return row.second == 0; }); };
    drop_zeros(engine.projections.by_occurred);
    drop_zeros(replayed->by_occurred);
    EXPECT_EQ(replayed->by_occurred, engine.projections.by_occurred);
    EXPECT_EQ(replayed->position, engine.projections.position);
  }
  // The figures equal a recount of the cases as they are.
  void expect_recount() {
    std::map<std::tuple<std::uint16_t, std::uint8_t, std::string, model::Day, std::uint16_t>, std::int64_t> recount;
    for (const auto& [id, live] : engine.projections.cases) {
      for (std::uint16_t m = 0; m < engine.bundle().metrics.size(); ++m) {
        for (const auto& row : measure::contributions(engine.bundle(), m, *live))
          recount[{m, row.by, engine.projections.group_text(row.group), row.anchor, row.series}] += row.value;
      }
    }
    for (const auto& [key, value] : engine.projections.cells) {
      if (engine.bundle().metrics[std::get<0>(key)].measure == definition::MetricDef::Measure::kStock) continue;
      const auto it = recount.find(key);
      EXPECT_EQ(value, it == recount.end() ? 0 : it->second)
          << engine.bundle().metrics[std::get<0>(key)].name << " day " << std::get<3>(key);
    }
    for (const auto& [key, value] : recount) {
      EXPECT_TRUE(value == 0 || engine.projections.cells.contains(key)) << engine.bundle().metrics[std::get<0>(key)].name;
    }
  }

  EngineFixture engine;
  partition::EventOutcome last;
};

TEST_F(LateEvents, ALateSuspensionMovesTheDeadlineOfWhatCameAfter) {
  ASSERT_EQ(send(1, "created", "03-02T09:00"), Kind::kAccepted);     // Monday
  ASSERT_EQ(send(2, "dispatched", "03-02T10:00"), Kind::kAccepted);  // 5wd: Monday 03-09
  ASSERT_EQ(send(3, "signed", "03-02T11:00"), Kind::kAccepted);
  EXPECT_EQ(due("handle"), "2026-03-09");
  ASSERT_EQ(send(5, "resumed", "03-06T10:00"), Kind::kParked) << last.refusal.detail;
  ASSERT_EQ(send(4, "suspended", "03-03T10:00"), Kind::kAccepted) << last.refusal.detail;
  EXPECT_EQ(state_name(), "signed");
  EXPECT_EQ(due("handle"), "2026-03-12");  // four working days were left after the pause day
  EXPECT_EQ(engine.loop().parked(), 0U);
  expect_replay_equal();
  expect_recount();
}

TEST_F(LateEvents, ALateUrgencyMovesADeadlineThatStoodAlready) {
  send(1, "created", "03-02T09:00");
  send(2, "dispatched", "03-02T10:00");
  EXPECT_EQ(due("handle"), "2026-03-09");
  ASSERT_EQ(send(3, "call_repeated", "03-02T09:30", R"({"call":"c","urgency":"emergency"})"), Kind::kAccepted) << last.refusal.detail;
  EXPECT_EQ(due("handle"), "2026-03-02") << "two hours from dispatch";
  ASSERT_EQ(send(4, "signed", "03-02T11:00"), Kind::kAccepted);
  expect_replay_equal();  // replay computes nothing: the record of the late event says what became of dispatched
  expect_recount();
}

TEST_F(LateEvents, AnInsertedPauseChangesAnOnTimeReplyLater) {
  send(1, "created", "03-02T09:00");
  send(2, "dispatched", "03-02T10:00");
  send(3, "signed", "03-02T11:00");
  ASSERT_EQ(send(6, "result_replied", "03-11T10:00"), Kind::kAccepted);
  EXPECT_EQ(value("handle"), apply::ClockValue::kLate);
  // The two come in one batch, late: as one fold they are legal, and the reply was in time after all.
  const auto outcomes = engine.offer(std::vector<std::string>{hotline("H1", 4, "suspended", "2026-03-03T10:00:00+08:00"),
                                                              hotline("H1", 5, "resumed", "2026-03-06T10:00:00+08:00")});
  EXPECT_EQ(outcomes[0].kind, Kind::kParked);  // alone it would leave a reply from a suspended case
  EXPECT_EQ(outcomes[1].kind, Kind::kAccepted);
  EXPECT_EQ(value("handle"), apply::ClockValue::kMet);
  EXPECT_EQ(due("handle"), "2026-03-12");
  expect_replay_equal();
  expect_recount();
}

TEST_F(LateEvents, ACorrectionReplacesTimeAndData) {
  send(1, "created", "03-02T09:00");
  send(2, "dispatched", "03-02T10:00");
  send(3, "signed", "03-02T11:00");
  ASSERT_EQ(send(4, "result_replied", "03-11T10:00"), Kind::kAccepted);
  EXPECT_EQ(value("handle"), apply::ClockValue::kLate);
  ASSERT_EQ(
      send(
          5, "corrected", "03-12T10:00",
          R"({"event":{"source":"example","id":"H1-4"},"replace":{"time":"2026-03-09T10:00:00+08:00"},"reason":"typed wrong","approver":"a"})",
          R"(,"approvedby":"chief")"),
      Kind::kAccepted)
      << last.refusal.detail;
  EXPECT_EQ(value("handle"), apply::ClockValue::kMet);
  ASSERT_EQ(
      send(
          6, "corrected", "03-12T11:00",
          R"({"event":{"source":"example","id":"H1-4"},"replace":{"data":{"solved":"partly","text":"half done"}},"reason":"r","approver":"a"})",
          R"(,"approvedby":"chief")"),
      Kind::kAccepted)
      << last.refusal.detail;
  EXPECT_EQ(value("handle"), apply::ClockValue::kLate) << "the later correction stands alone: its time is the original one";
  expect_replay_equal();
  expect_recount();
}

TEST_F(LateEvents, ACorrectionThatBreaksALaterEventIsRefusedAndNamesIt) {
  send(1, "created", "03-02T09:00");
  send(2, "dispatched", "03-02T10:00");
  send(3, "signed", "03-02T11:00");
  send(4, "result_replied", "03-04T10:00");
  const auto outcome = engine.offer(hotline("H1", 5, "corrected", "2026-03-05T10:00:00+08:00",
                                            R"({"event":{"source":"example","id":"H1-3"},"void":true,"reason":"r","approver":"a"})",
                                            R"(,"approvedby":"chief")", "console"));
  EXPECT_EQ(outcome.kind, Kind::kRejected);
  EXPECT_EQ(outcome.refusal.code, model::Rejection::kWouldBreakLater);
  EXPECT_NE(outcome.refusal.detail.find("H1-4"), std::string::npos) << outcome.refusal.detail;
  expect_replay_equal();
}

TEST_F(LateEvents, CorrectionsOfOneBatchAreOneSetBehindTheEventsBeforeThem) {
  const auto correct = [](int n, const char* target, const char* time) {
    return hotline("H1", n, "corrected", "2026-03-05T10:00:00+08:00",
                   std::string(R"({"event":{"source":"example","id":")") + target + R"("},"replace":{"time":"2026-)" + time +
                       R"(:00+08:00"},"reason":"r","approver":"a"})",
                   R"(,"approvedby":"chief")");
  };
  send(1, "created", "03-02T09:00");
  send(2, "dispatched", "03-02T10:00");
  // Alone each of them would put signed before dispatched, or behind the reply.
  const auto outcomes = engine.offer({hotline("H1", 3, "signed", "2026-03-02T11:00:00+08:00"),
                                      hotline("H1", 4, "result_replied", "2026-03-03T10:00:00+08:00"), correct(5, "H1-2", "03-03T11:00"),
                                      correct(6, "H1-3", "03-03T12:00"), correct(7, "H1-4", "03-03T13:00")});
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome.kind, Kind::kAccepted) << outcome.refusal.detail;
  expect_replay_equal();
  expect_recount();
}

TEST_F(LateEvents, CorrectionsOfOneBatchWaitTogetherForTheirTargets) {
  send(1, "created", "03-02T09:00");
  const std::string end = R"(},"void":true,"reason":"r","approver":"a"})";
  const auto outcomes = engine.offer({hotline("H1", 5, "corrected", "2026-03-05T10:00:00+08:00",
                                              R"({"event":{"source":"example","id":"H1-3")" + end, R"(,"approvedby":"chief")"),
                                      hotline("H1", 6, "corrected", "2026-03-05T10:01:00+08:00",
                                              R"({"event":{"source":"example","id":"H1-4")" + end, R"(,"approvedby":"chief")")});
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome.kind, Kind::kParked) << outcome.refusal.detail;
  send(2, "dispatched", "03-02T10:00");
  send(3, "signed", "03-02T11:00");
  send(4, "handling_started", "03-02T12:00");
  EXPECT_EQ(state_name(), "dispatched") << "signed and handling_started were taken back as they came";
  EXPECT_EQ(engine.loop().parked(), 0U);
  expect_replay_equal();
  expect_recount();
}

TEST_F(LateEvents, AVoidedCaseLeavesEveryFigure) {
  send(1, "created", "03-02T09:00");
  send(2, "dispatched", "03-02T10:00");
  EXPECT_NE(engine.projections.sum("hotline.on_time_rate", measure::kDenominator, 0, 100'000), 0);
  ASSERT_EQ(send(3, "voided", "03-02T12:00", R"({"reason":"opened by mistake","approver":"a"})", R"(,"approvedby":"chief")"),
            Kind::kAccepted)
      << last.refusal.detail;
  EXPECT_TRUE(state().voided);
  EXPECT_EQ(engine.projections.sum("hotline.on_time_rate", measure::kDenominator, 0, 100'000), 0);
  EXPECT_EQ(engine.projections.sum("hotline.overdue_open", measure::kNumerator, 0, 100'000), 0);
  EXPECT_EQ(send(4, "signed", "03-02T13:00"), Kind::kParked);
  expect_replay_equal();
  expect_recount();
}

TEST_F(LateEvents, AVoidedCaseTakesNothingLateEither) {
  send(1, "created", "03-02T09:00");
  send(2, "dispatched", "03-02T10:00");
  send(3, "voided", "03-02T12:00", R"({"reason":"opened by mistake","approver":"a"})", R"(,"approvedby":"chief")");
  EXPECT_EQ(send(4, "urged", "03-02T09:30", R"({"level":"l","document_no":"d"})"), Kind::kParked);
  EXPECT_EQ(model::name(last.refusal.code), "voided");
  // Voiding it was the mistake: the case goes on, and what waited is taken.
  ASSERT_EQ(send(5, "corrected", "03-02T13:00", R"({"event":{"source":"example","id":"H1-3"},"void":true,"reason":"r","approver":"a"})",
                 R"(,"approvedby":"chief")"),
            Kind::kAccepted)
      << last.refusal.detail;
  EXPECT_FALSE(state().voided);
  EXPECT_EQ(engine.loop().parked(), 0U);
  expect_replay_equal();
  expect_recount();
}

TEST_F(LateEvents, AFalseClosureIsLateForEver) {
  send(1, "created", "03-02T09:00");
  send(2, "dispatched", "03-02T10:00");
  send(3, "signed", "03-02T11:00");
  send(4, "result_replied", "03-03T10:00");
  send(5, "concluded", "03-03T12:00");
  EXPECT_EQ(value("handle"), apply::ClockValue::kMet);
  ASSERT_EQ(send(6, "reopened", "03-04T10:00", R"({"trigger":"false_closure"})"), Kind::kAccepted) << last.refusal.detail;
  EXPECT_EQ(value("handle"), apply::ClockValue::kLate) << "the first round's reply was no reply";
  expect_replay_equal();
  expect_recount();
}

TEST_F(LateEvents, AWindowThatRanOutIsNoBreach) {
  send(1, "created", "03-02T09:00");
  send(2, "dispatched", "03-02T10:00");
  send(3, "signed", "03-02T11:00");
  send(4, "result_replied", "03-03T10:00");
  send(5, "concluded", "03-03T12:00");
  const auto* appeal =
      apply::newest(state().scope, *definition::find_name(engine.bundle().kinds[state().kind].scopes[0].clock_ids, "appeal"));
  ASSERT_NE(appeal, nullptr);
  ASSERT_EQ(appeal->status, model::ClockInstance::Status::kRunning);
  EXPECT_EQ(apply::case_light(engine.bundle().kinds[state().kind], state(), appeal->due + 1), apply::Light::kClosedInTime);
  EXPECT_TRUE(appeal->notices.empty());
}

TEST_F(LateEvents, WhatIsUnlinkedMayBeLinkedAgain) {
  const std::string link = R"({"link":"repeats","target":"H2"})";
  send(1, "created", "03-02T09:00");
  ASSERT_EQ(send(2, "linked", "03-02T10:00", link), Kind::kAccepted) << last.refusal.detail;
  ASSERT_EQ(send(3, "unlinked", "03-02T11:00", link), Kind::kAccepted) << last.refusal.detail;
  EXPECT_TRUE(state().links.empty());
  ASSERT_EQ(send(4, "linked", "03-02T12:00", link), Kind::kAccepted) << last.refusal.detail;
  EXPECT_EQ(state().links.size(), 1U);
  // A late event folds the case again: the second link stands, and is no contradiction.
  ASSERT_EQ(send(5, "noted", "03-02T09:30", R"({"text":"t"})"), Kind::kAccepted) << last.refusal.detail;
  EXPECT_EQ(state().links.size(), 1U);
  expect_replay_equal();
}

TEST_F(LateEvents, ACorrectionAndItsTargetAreLegalTogether) {
  send(1, "created", "03-02T09:00");
  send(2, "dispatched", "03-02T10:00");
  send(3, "signed", "03-02T11:00");
  ASSERT_EQ(send(4, "result_replied", "03-04T10:00"), Kind::kAccepted);
  // The suspension was written by mistake and would leave the reply in a suspended case: it waits, and so does its correction.
  const std::string amends = R"(,"reason":"r","approver":"a"})";
  ASSERT_EQ(
      send(6, "corrected", "03-05T10:00", R"({"event":{"source":"example","id":"H1-5"},"void":true)" + amends, R"(,"approvedby":"chief")"),
      Kind::kParked);
  EXPECT_EQ(model::name(last.refusal.code), "target-not-found");
  ASSERT_EQ(send(5, "suspended", "03-03T10:00"), Kind::kAccepted) << last.refusal.detail;
  EXPECT_EQ(engine.loop().parked(), 0U);
  EXPECT_EQ(state_name(), "replied");
  EXPECT_EQ(value("handle"), apply::ClockValue::kMet);
  expect_replay_equal();
  expect_recount();
}

TEST_F(LateEvents, ACorrectionInItsTargetsBlockKeepsPrivateTextOut) {
  const auto outcomes = engine.offer(std::vector<std::string>{
      hotline("H1", 1, "created", "2026-03-02T09:00:00+08:00"),
      hotline("H1", 2, "corrected", "2026-03-02T10:00:00+08:00",
              R"({"event":{"source":"example","id":"H1-1"},"replace":{"time":"2026-03-02T08:00:00+08:00"},"reason":"r","approver":"a"})",
              R"(,"approvedby":"chief")")});
  ASSERT_EQ(outcomes[1].kind, Kind::kAccepted) << outcomes[1].refusal.detail;
  const auto& kind = engine.bundle().kinds[state().kind];
  for (const auto& slot : state().scope.attributes) {
    const auto& attribute = kind.scopes[0].attributes[slot.attribute];
    EXPECT_TRUE(!attribute.spec.is_private || slot.value.type() == model::Value::Type::kSealed) << attribute.name;
  }
  expect_replay_equal();
}

TEST_F(LateEvents, ParkedEventsExpireAsOutOfOrder) {
  send(1, "created", "03-02T09:00");
  ASSERT_EQ(send(2, "signed", "03-02T10:00"), Kind::kParked);
  EXPECT_EQ(last.refusal.code, model::Rejection::kNotHolder);
  EXPECT_EQ(send(2, "signed", "03-02T10:00"), Kind::kParked) << "the same again: still parked, written once";
  EXPECT_EQ(engine.loop().parked(), 1U);
  engine.set_now(last.until + 1);
  engine.pump();
  EXPECT_EQ(engine.loop().parked(), 0U);
  EXPECT_EQ(send(3, "dispatched", "03-02T09:30"), Kind::kAccepted);
  EXPECT_EQ(state_name(), "dispatched");
  expect_replay_equal();
}

TEST_F(LateEvents, IdentityIsForEver) {
  ASSERT_EQ(send(1, "created", "03-02T09:00"), Kind::kAccepted);
  EXPECT_EQ(send(1, "created", "03-02T09:00"), Kind::kDuplicate);
  EXPECT_EQ(send(1, "created", "03-02T09:01"), Kind::kIdentityConflict);
  ASSERT_EQ(send(2, "dispatched", "03-02T10:00", R"({"unit":"nowhere"})"), Kind::kRejected);
  EXPECT_EQ(last.refusal.code, model::Rejection::kInvalidData);
  ASSERT_EQ(last.refusal.errors.size(), 1U);
  EXPECT_EQ(last.refusal.errors[0].pointer, "#/data/unit");
  EXPECT_EQ(send(2, "dispatched", "03-02T10:00", R"({"unit":"nowhere"})"), Kind::kRejected) << "the same again";
  EXPECT_EQ(send(2, "dispatched", "03-02T10:00"), Kind::kAccepted) << "repaired, under its own id";
  expect_replay_equal();
}

TEST_F(LateEvents, ADryRunWritesNothing) {
  const auto blocks = engine.log.size();
  const auto outcomes = engine.offer(
      {hotline("H1", 1, "created", "2026-03-02T09:00:00+08:00"), hotline("H1", 2, "dispatched", "2026-03-02T10:00:00+08:00")}, true);
  EXPECT_EQ(outcomes[0].kind, Kind::kAccepted);
  EXPECT_EQ(outcomes[1].kind, Kind::kAccepted);
  EXPECT_EQ(engine.log.size(), blocks);
  EXPECT_TRUE(engine.projections.cases.empty());
}

TEST_F(LateEvents, NoRejectedPayloadAndNoPlainPrivateTextStandsInTheLedger) {
  send(
      1, "created", "03-02T09:00",
      R"({"number":"H1","channel":"phone","type":"complaint","category":"noise","district":"shinan","text":"SECRETTEXT","caller":"SECRETCALLER","extra":"SECRETEXTRA"})");
  send(2, "dispatched", "03-02T10:00", R"({"unit":"SECRETUNIT"})");
  send(3, "signed", "03-02T08:00");
  send(
      4, "corrected", "03-02T12:00",
      R"({"event":{"source":"example","id":"H1-1"},"replace":{"data":{"number":"H1","channel":"phone","type":"complaint","category":"noise","district":"shinan","text":"SECRETCORRECTED","caller":"p"}},"reason":"r","approver":"a"})",
      R"(,"approvedby":"chief")");
  ASSERT_EQ(last.kind, Kind::kAccepted) << last.refusal.detail;
  for (const auto& block : engine.log) EXPECT_EQ(block.find("SECRET"), std::string::npos) << block;
  expect_replay_equal();
}

}  // namespace
}  // namespace docket::testing
