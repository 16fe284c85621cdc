// Timer events, notices, breaches (ledger.md sections 7 and 9), each checked against a replay of the same ledger. A task given on
// Wednesday 2017-03-01 at 10:00 has until the end of Wednesday the 8th; a warning lies at 10:00 on the 7th, another at 9:00 on the 9th.
#include "tests/property/timers_fixture.h"

namespace docket::testing {
namespace {

class Timers : public TimersTest {};

constexpr const char* kWorkBreach = "T1:work:1:1:2017-03-08T15:59:59.999Z:breach";
constexpr const char* kWorkYellow = "T1:work:1:1:2017-03-08T15:59:59.999Z:yellow";

TEST_F(Timers, WhatFollowsAClockFiresOnceBehindItsDue) {
  given("T1");
  until("03-01T12:00");  // nag: two hours, due exactly now
  EXPECT_EQ(timers("T1"), std::vector<std::string>{});
  engine.set_now(at("03-01T12:00") + 1);
  engine.pump();
  EXPECT_EQ(timers("T1"), std::vector<std::string>{"nagged 2017-03-01T04:00:00.001Z"});
  EXPECT_EQ(count("T1", "nagged"), 1U);
  until("03-02T12:00");  // the clock runs on, and its event stays legal: still once
  send("T1", 3, "noted", "03-02T13:00");
  engine.pump();
  EXPECT_EQ(count("T1", "nagged"), 1U);
  until("03-08T23:59");
  EXPECT_EQ(state_name("T1"), "given");
  until("03-09T00:00");
  EXPECT_EQ(state_name("T1"), "late");
  EXPECT_EQ(timers("T1").back(), "lapsed 2017-03-08T16:00:00.000Z");
  until("03-20T00:00");
  EXPECT_EQ(timers("T1").size(), 2U);
  expect_sound();
}

TEST_F(Timers, ATimerEventIsDocketsOwnEvent) {
  given("T1");
  until("03-09T00:00");
  const auto record = records("T1", RecordKind::kTimer).back();
  const auto event = engine.ingest().parse_stored(record.event, ingest::tag_from_text(record.tag));
  ASSERT_TRUE(event.ok());
  EXPECT_EQ((*event)->source, "docket");
  EXPECT_EQ((*event)->id, "T1:work:1:1:2017-03-08T15:59:59.999Z:lapsed");
  EXPECT_EQ((*event)->actorrole, "system");
  EXPECT_GT(record.case_version, 0U);
  // Nobody else publishes under that source.
  auto forged = task("T1", 9, "noted", "2017-03-09T00:00:00+08:00", {}, {}, "docket");
  EXPECT_EQ(engine.ingest().parse(forged).stage, ingest::Stage::kForbidden);
}

TEST_F(Timers, APausedClockAsksForNothing) {
  given("T1");
  send("T1", 3, "held", "03-01T11:00");
  until("03-10T00:00");
  // nag is not paused by waiting, but its event needs another state.
  EXPECT_EQ(notice_ids("T1"), std::vector<std::string>{"T1:nag:1:1:2017-03-01T04:00:00.000Z:passed:3"});
  EXPECT_EQ(timers("T1"), std::vector<std::string>{});
  ASSERT_EQ(send("T1", 4, "resumed", "03-10T09:00"), Kind::kAccepted);
  until("03-20T00:00");  // five working days were left after the pause day: the end of Friday the 17th
  EXPECT_EQ(timers("T1"), std::vector<std::string>{"lapsed 2017-03-17T16:00:00.000Z"});
  EXPECT_EQ(notice_ids("T1"),
            (std::vector<std::string>{"T1:nag:1:1:2017-03-01T04:00:00.000Z:passed:3", "T1:work:1:1:2017-03-17T15:59:59.999Z:yellow",
                                      "T1:work:1:1:2017-03-17T15:59:59.999Z:breach"}));
  expect_sound();
}

TEST_F(Timers, WarningThenBreach) {
  given("T1");
  until("03-07T09:59");
  EXPECT_EQ(notice_ids("T1"), std::vector<std::string>{});
  until("03-07T10:00");
  EXPECT_EQ(notice_ids("T1"), std::vector<std::string>{kWorkYellow});
  const auto notice = records("T1", RecordKind::kNotice).front();
  EXPECT_EQ(notice.source, "docket");
  EXPECT_EQ(notice.subject, "T1");
  EXPECT_NE(notice.body.find(R"("level":"yellow","at":"2017-03-07T02:00:00.000Z","clock":"work")"), std::string::npos) << notice.body;
  EXPECT_NE(notice.body.find(R"("to":"holder","holder":"N")"), std::string::npos) << notice.body;
  until("03-09T00:00");
  EXPECT_EQ(notice_ids("T1"), (std::vector<std::string>{kWorkYellow, kWorkBreach}));
  ASSERT_EQ(state("T1").breaches.size(), 1U);
  until("03-12T00:00");
  EXPECT_EQ(notice_ids("T1").size(), 2U) << "lapsed stopped the clock: the second warning has lost its point";
  expect_sound();
}

TEST_F(Timers, NoVersionAndNoFigureChangesByANotice) {
  given("T1");
  until("03-06T00:00");
  const auto version = state("T1").version;
  const auto cells = engine.projections.cells;
  until("03-07T10:00");
  ASSERT_EQ(notice_ids("T1").size(), 1U);
  EXPECT_EQ(state("T1").version, version);
  EXPECT_EQ(engine.projections.cells, cells);
}

TEST_F(Timers, ARestartForgetsNothingAndRepeatsNothing) {
  given("T1");
  until("03-07T10:00");
  engine.restart();
  until("03-07T10:01");
  EXPECT_EQ(notice_ids("T1").size(), 1U);
  // Down over the deadline: all of it comes at once, at its own time.
  engine.set_now(at("03-15T00:00"));
  engine.restart();
  engine.pump();
  EXPECT_EQ(timers("T1").back(), "lapsed 2017-03-08T16:00:00.000Z");
  EXPECT_EQ(notice_ids("T1"), (std::vector<std::string>{kWorkYellow, kWorkBreach}));
  engine.restart();
  engine.pump();
  EXPECT_EQ(timers("T1").size(), 2U);
  EXPECT_EQ(notice_ids("T1").size(), 2U);
  expect_sound();
}

TEST_F(Timers, WhatWasInFlightWhenTheLoopFrozeFiresAgainAndOnce) {
  given("T1");
  engine.set_now(at("03-09T00:00"));
  ASSERT_FALSE(engine.loop().turn(engine.now()).empty());  // never reported
  engine.loop().freeze();
  engine.loop().read_done({{}, static_cast<ledger::Offset>(engine.log.size()), true});
  engine.pump();
  EXPECT_EQ(timers("T1"), (std::vector<std::string>{"nagged 2017-03-01T04:00:00.001Z", "lapsed 2017-03-08T16:00:00.000Z"}));
  expect_sound();
}

TEST_F(Timers, AHumanEventThatMakesItIllegalDisplacesIt) {
  given("T1");
  until("03-09T00:01");
  ASSERT_EQ(state_name("T1"), "late");
  ASSERT_EQ(state("T1").breaches.size(), 1U);
  // Done on the 8th, told on the 9th.
  ASSERT_EQ(send("T1", 3, "finished", "03-08T17:00"), Kind::kAccepted) << last.refusal.detail;
  EXPECT_EQ(state_name("T1"), "answered");
  EXPECT_EQ(count("T1", "lapsed"), 0U);
  const auto record = records("T1", RecordKind::kAccepted).back();
  ASSERT_EQ(record.displaces.size(), 1U);
  EXPECT_EQ(engine.projections.records.at(record.displaces.front()).record.kind, RecordKind::kTimer);
  EXPECT_EQ(engine.projections.sum("task.late_open", measure::kNumerator, 0, 100'000), 0);
  // The breach never was.
  EXPECT_EQ(state("T1").breaches.size(), 0U);
  EXPECT_NE(records("T1", RecordKind::kNotice).back().body.find("\"withdraws\":"), std::string::npos);
  expect_sound();
}

TEST_F(Timers, ABreachStandsWhenTheClosingCameLate) {
  given("T1");
  until("03-09T09:00");
  ASSERT_EQ(send("T1", 3, "finished", "03-09T08:00"), Kind::kAccepted) << last.refusal.detail;
  EXPECT_EQ(state("T1").breaches.size(), 1U);
  EXPECT_EQ(notice_ids("T1").size(), 2U);
  EXPECT_TRUE(records("T1", RecordKind::kAccepted).back().displaces.empty());
  expect_sound();
}

TEST_F(Timers, ACorrectionThatShowsItWasInTimeWithdrawsTheBreach) {
  given("T1");
  until("03-09T09:00");
  ASSERT_EQ(send("T1", 3, "finished", "03-09T08:00"), Kind::kAccepted);
  ASSERT_EQ(send("T1", 4, "corrected", "03-09T10:00",
                 R"({"event":{"source":"line","id":"T1-3"},"replace":{"time":"2017-03-08T16:00:00+08:00"},"reason":"r","approver":"a"})",
                 R"(,"approvedby":"chief")"),
            Kind::kAccepted)
      << last.refusal.detail;
  EXPECT_EQ(state("T1").breaches.size(), 0U);
  EXPECT_EQ(count("T1", "lapsed"), 0U);
  EXPECT_EQ(notice_ids("T1").back().find("T1:work:1:1:"), 0U);
  expect_sound();
}

TEST_F(Timers, AVoidedCaseAsksForNothingAndItsBreachIsWithdrawn) {
  given("T1");
  until("03-09T00:01");
  ASSERT_EQ(send("T1", 3, "voided", "03-09T09:00", {}, R"(,"approvedby":"chief")"), Kind::kAccepted) << last.refusal.detail;
  EXPECT_EQ(state("T1").breaches.size(), 0U);
  expect_sound();
}

TEST_F(Timers, ANewcomerUnderWhichAHumanEventRestsParks) {
  given("T1");
  until("03-09T00:01");
  ASSERT_EQ(send("T1", 3, "appealed", "03-09T09:00"), Kind::kAccepted) << last.refusal.detail;
  ASSERT_EQ(state_name("T1"), "given");
  // It would displace lapsed, on which appealed rests.
  EXPECT_EQ(send("T1", 4, "finished", "03-08T17:00"), Kind::kParked);
  EXPECT_EQ(last.refusal.code, model::Rejection::kWouldBreakLater);
  EXPECT_EQ(state_name("T1"), "given");
  EXPECT_EQ(count("T1", "lapsed"), 1U);
  expect_sound();
}

TEST_F(Timers, ALateExtensionMovesTheTimerEventToTheNewDue) {
  given("T1");
  until("03-09T00:01");
  ASSERT_EQ(send("T1", 3, "longer", "03-08T16:00"), Kind::kAccepted) << last.refusal.detail;
  EXPECT_EQ(state_name("T1"), "given");
  EXPECT_EQ(state("T1").breaches.size(), 0U);
  until("03-21T00:00");
  EXPECT_EQ(state_name("T1"), "late");
  EXPECT_EQ(timers("T1").back(), "lapsed 2017-03-20T16:00:00.000Z");
  EXPECT_EQ(notice_ids("T1").back(), "T1:work:1:1:2017-03-20T15:59:59.999Z:breach");
  EXPECT_EQ(count("T1", "lapsed"), 1U);
  expect_sound();
}

TEST_F(Timers, ADisplacedTimerEventMayComeAgain) {
  given("T1");
  until("03-09T00:01");
  ASSERT_EQ(send("T1", 3, "finished", "03-08T17:00"), Kind::kAccepted);
  ASSERT_EQ(
      send("T1", 4, "corrected", "03-09T10:00",
           R"({"event":{"source":"line","id":"T1-3"},"void":true,"reason":"another task","approver":"a"})", R"(,"approvedby":"chief")"),
      Kind::kAccepted)
      << last.refusal.detail;
  engine.pump();
  EXPECT_EQ(state_name("T1"), "late");
  EXPECT_EQ(count("T1", "lapsed"), 1U);
  EXPECT_EQ(timers("T1").size(), 3U) << "nagged, lapsed and its second copy";
  engine.restart();
  engine.pump();
  EXPECT_EQ(timers("T1").size(), 3U);
  expect_sound();
}

TEST_F(Timers, ATimerEventThatWasCorrectedAwayStaysAway) {
  given("T1");
  until("03-09T00:01");
  ASSERT_EQ(
      send("T1", 3, "corrected", "03-09T10:00",
           R"({"event":{"source":"docket","id":"T1:work:1:1:2017-03-08T15:59:59.999Z:lapsed"},"void":true,"reason":"r","approver":"a"})",
           R"(,"approvedby":"chief")"),
      Kind::kAccepted)
      << last.refusal.detail;
  engine.pump();
  EXPECT_EQ(state_name("T1"), "given");
  EXPECT_EQ(timers("T1").size(), 2U) << "nagged and the lapsed that is void";
  const auto ids = notice_ids("T1");
  EXPECT_EQ(std::count_if(ids.begin(), ids.end(), [](const auto& id) { return id.find(":passed:") != std::string::npos; }), 1);
  expect_sound();
}

TEST_F(Timers, WhatFollowsAClockIsFoundWhenTheClockWasStoppedMeanwhile) {
  until("03-12T00:00");
  // Both told on the 12th: lapsed lies between them.
  send("T1", 1, "made", "03-01T09:00", {}, R"(,"approvedby":"chief")");
  engine.offer({task("T1", 2, "assigned", "2017-03-01T10:00:00+08:00", {}, R"(,"approvedby":"chief")"),
                task("T1", 3, "finished", "2017-03-10T10:00:00+08:00", {}, R"(,"approvedby":"chief")")});
  engine.pump();
  EXPECT_EQ(timers("T1"), (std::vector<std::string>{"nagged 2017-03-01T04:00:00.001Z", "lapsed 2017-03-08T16:00:00.000Z"}));
  EXPECT_EQ(state_name("T1"), "answered");
  expect_sound();
}

TEST_F(Timers, SilenceAtTheEndOfAWindowIsConsent) {
  given("T1");
  send("T1", 3, "finished", "03-02T10:00");
  until("03-05T00:00");
  EXPECT_EQ(state_name("T1"), "done");
  EXPECT_EQ(timers("T1").back(), "deemed 2017-03-04T16:00:00.000Z");
  EXPECT_EQ(notice_ids("T1"), std::vector<std::string>{}) << "a window has no breach";
  EXPECT_EQ(engine.projections.sum("task.deemed", measure::kNumerator, 0, 100'000), 1);
  expect_sound();
}

TEST_F(Timers, AnEventBehindAPassedDueIsJudgedOnWhatItCaused) {
  given("T1");
  // The loop has not turned since; the event happened behind the deadline, so lapsed comes first.
  EXPECT_EQ(send("T1", 3, "appealed", "03-09T10:00"), Kind::kAccepted) << last.refusal.detail;
  EXPECT_EQ(timers("T1").back(), "lapsed 2017-03-08T16:00:00.000Z");
  expect_sound();
}

TEST_F(Timers, APartHasItsOwn) {
  send("T1", 1, "made", "03-01T09:00");
  send("T1", 2, "assigned", "03-01T10:00", R"({"owner":"N","helpers":["NA","N"]})");
  send("T1", 3, "help_given", "03-02T10:00");
  until("03-07T00:00");  // three working days: the end of Monday the 6th
  ASSERT_EQ(state("T1").parts.size(), 2U);
  const auto& part = engine.bundle().kinds[0].scopes[1];
  EXPECT_EQ(part.states[state("T1").parts[0].scope.state].name, "ready");
  EXPECT_EQ(part.states[state("T1").parts[1].scope.state].name, "missed");
  EXPECT_EQ(timers("T1").back(), "help_missed 2017-03-06T16:00:00.000Z");
  EXPECT_EQ(notice_ids("T1"), (std::vector<std::string>{"T1:help/N/1:turn:1:1:2017-03-06T15:59:59.999Z:yellow",
                                                        "T1:help/N/1:turn:1:1:2017-03-06T15:59:59.999Z:breach"}));
  expect_sound();
}

}  // namespace
}  // namespace docket::testing
