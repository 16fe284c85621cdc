// A row for each rejection code: what came before, the event, the code. TheListIsClosed plays all tables and fails on a code that no row
// took. The findings of the envelope and the data in their fulness have tests of their own in tests/unit/ingest_*.
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "engine/validate/step_check.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/hotline.h"
#include "tests/support/planted_defect.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {
namespace {

// The codes that the tables of this process took.
std::set<std::string>& taken() {
  static std::set<std::string> codes;
  return codes;
}

// Its name, noted as taken.
std::string code_of(const model::Refusal& refusal) {
  const std::string code(model::name(refusal.code));
  taken().insert(code);
  return code;
}

struct Step {
  std::string event;
  std::string time;     // 2026, +08:00
  std::string data{};   // "" = the usual one
  std::string more{};   // envelope members
  std::string actor{};  // "unit=V" or "authid=x": instead of the usual one
};
struct Row {
  const char* code;
  std::vector<Step> before;
  Step last;
  const char* said = "";  // in its detail
};

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  if (at == std::string::npos) ADD_FAILURE() << "no " << what << " in " << text;
  return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

std::string json_of(int n, const Step& step, const std::string& source = "example") {
  std::string json = hotline("H1", n, step.event, "2026-" + step.time + ":00+08:00", step.data, step.more, source);
  if (step.actor.rfind("unit=", 0) == 0) json = replaced(json, R"("actorunit":"U")", R"("actorunit":")" + step.actor.substr(5) + '"');
  if (step.actor.rfind("authid=", 0) == 0)
    json = replaced(json, R"("authid":")" + hotline_role(step.event) + "-1\"", R"("authid":")" + step.actor.substr(7) + '"');
  return json;
}

const std::vector<Step> kSigned{{"created", "03-02T09:00"}, {"dispatched", "03-02T10:00"}, {"signed", "03-02T11:00"}};

std::vector<Step> plus(std::vector<Step> steps, std::initializer_list<Step> more) {
  steps.insert(steps.end(), more);
  return steps;
}

std::vector<Row> rows() {
  const auto replied = plus(kSigned, {{"result_replied", "03-03T10:00"}});
  const auto concluded = plus(replied, {{"concluded", "03-03T12:00"}});
  const auto second_round = plus(concluded, {{"reopened", "03-04T10:00"}, {"extension_requested", "03-04T11:00"}});
  const std::vector<Step> assisted{{"created", "03-02T09:00"}, {"dispatched", "03-02T10:00", R"({"unit":"U","assists":["V"]})"}};
  return {
      {"no-case", {}, {"signed", "03-02T09:00"}},
      {"case-exists", {{"created", "03-02T09:00"}}, {"created", "03-02T10:00"}},
      {"kind-mismatch", {{"created", "03-02T09:00"}}, {"announced", "03-02T10:00"}},
      {"not-from-state", {{"created", "03-02T09:00"}, {"dispatched", "03-02T10:00"}}, {"handling_started", "03-02T11:00"}},
      {"condition-not-met", concluded, {"callback_done", "03-04T10:00"}},
      {"gate-missing",
       plus(assisted, {{"signed", "03-02T11:00"}}),
       {"result_replied", "03-03T10:00"},
       "each assist must be given; V is asked"},
      {"nothing-to-answer", kSigned, {"extension_approved", "03-03T10:00"}},
      {"window-closed", concluded, {"rated", "04-10T10:00"}},
      {"no-such-part",
       {{"created", "03-02T09:00"}, {"dispatched", "03-02T10:00"}},
       {"assist_given", "03-02T11:00", R"({"part":"V","text":"t"})", "", "unit=V"},
       "there is no assist with unit V"},
      {"part-exists",
       assisted,
       {"lead_assist_set", "03-02T11:00", R"({"unit":"U","assists":["V"]})"},
       "assist with unit V is there already"},
      {"outside-during",
       plus(assisted, {{"return_requested", "03-02T11:00"}}),
       {"assist_given", "03-02T12:00", R"({"part":"V","text":"t"})", "", "unit=V"}},
      {"not-holder",
       {{"created", "03-02T09:00"}, {"dispatched", "03-02T10:00"}},
       {"signed", "03-02T11:00", "", "", "unit=V"},
       "it is for the staff of unit U"},
      {"same-author", replied, {"concluded", "03-03T12:00", "", "", "authid=unit-1"}},
      {"once", plus(kSigned, {{"extension_requested", "03-03T10:00"}}), {"extension_requested", "03-03T11:00"}},
      {"clock-not-running", second_round, {"extension_approved", "03-04T12:00"}},
      {"extension-after-due", plus(kSigned, {{"extension_requested", "03-03T10:00"}}), {"extension_approved", "03-10T10:00"}},
      {"extension-backward",
       plus(kSigned, {{"extension_requested", "03-03T10:00"}}),
       {"extension_approved", "03-03T11:00", R"({"new_due":"2026-03-05"})"}},
      {"extension-cap",
       plus(kSigned, {{"extension_requested", "03-03T10:00"}}),
       {"extension_approved", "03-03T11:00", R"({"new_due":"2026-06-05"})"}},
      {"would-break-later", replied, {"suspended", "03-02T12:00"}},
      {"target-not-found",
       kSigned,
       {"corrected", "03-03T10:00", R"({"event":{"source":"example","id":"none"},"void":true,"reason":"r","approver":"a"})"}},
      {"voided", plus(kSigned, {{"voided", "03-02T12:00", R"({"reason":"r","approver":"a"})"}}), {"handling_started", "03-02T13:00"}},
      {"link-exists",
       {{"created", "03-02T09:00"}, {"linked", "03-02T10:00", R"({"link":"repeats","target":"H2"})"}},
       {"linked", "03-02T11:00", R"({"link":"repeats","target":"H2"})"},
       "the case has a link repeats already, to H2"},
      {"no-link",
       {{"created", "03-02T09:00"}},
       {"unlinked", "03-02T10:00", R"({"link":"repeats","target":"H2"})"},
       "no link repeats to H2 was made by linked"},
      {"no-link",
       {{"created", "03-02T09:00"}},
       {"linked", "03-02T10:00", R"({"link":"repeat","target":"H2"})"},
       "kind hotline-ticket has no link 'repeat'; its links are "},
      {"link-cycle", {{"created", "03-02T09:00"}}, {"linked", "03-02T10:00", R"({"link":"repeats","target":"H1"})"}},
      {"no-such-clock",
       {{"created", "03-02T09:00"}},
       {"clock_adjusted", "03-02T10:00", R"({"clock":"handle","due":"2026-03-20T10:00:00+08:00","reason":"r","approver":"a"})"}},
      {"no-such-gate", {{"created", "03-02T09:00"}}, {"gate_waived", "03-02T10:00", R"({"gate":"contacted","reason":"r","approver":"a"})"}},
      {"not-active", {{"created", "03-02T09:00"}}, {"migrated", "03-02T10:00", R"({"activation":2,"reason":"r","approver":"a"})"}},
      {"not-migratable", {{"created", "03-02T09:00"}}, {"migrated", "03-02T10:00", R"({"activation":1,"reason":"r","approver":"a"})"}},
  };
}

void the_case_decides() {
  const auto bundle = definition::load_office("example");
  for (const auto& row : rows()) {
    SCOPED_TRACE(row.code);
    EngineFixture engine(bundle);
    int n = 0;
    for (const auto& step : row.before) {
      const auto outcome = engine.offer(json_of(++n, step));
      ASSERT_EQ(outcome.kind, partition::EventOutcome::Kind::kAccepted) << step.event << ": " << outcome.refusal.detail;
    }
    std::string last = json_of(++n, row.last);
    if (row.last.event == "announced") last = replaced(last, "hotline-ticket", "qa-session");
    const auto outcome = engine.offer(last);
    EXPECT_EQ(code_of(outcome.refusal), row.code) << outcome.refusal.detail;
    EXPECT_NE(outcome.refusal.detail.find(row.said), std::string::npos) << outcome.refusal.detail;
    const auto waits = row.last.event == "migrated" ? partition::EventOutcome::Kind::kRejected : partition::EventOutcome::Kind::kParked;
    EXPECT_EQ(outcome.kind, waits) << "a curable one waits, unless it moves the case";
    EXPECT_FALSE(outcome.refusal.detail.empty());
    // The same over a screen is rejected at once.
    const auto at_once = engine.offer(
        replaced(replaced(last, R"("source":"example")", R"("source":"console")"), "\"id\":\"H1-", R"("approvedby":"chief","id":"C1-)"));
    EXPECT_EQ(at_once.kind, partition::EventOutcome::Kind::kRejected);
    EXPECT_EQ(code_of(at_once.refusal), row.code) << at_once.refusal.detail;
  }
}

// Words that no shipped kind uses: an event after a clock has run out, and a second extension in one round.
definition::BundlePtr widened() {
  auto texts = definition::shipped_texts();
  auto& kind = texts["definitions/hotline-ticket.yaml"];
  kind = replaced(kind, "  handling_started: {from",
                  "  sign_lapsed: {from: [dispatched], by: [system], after: sign}\n  handling_started: {from");
  kind = replaced(kind, R"(by: ["@unit"], once: round, data: {reason: text, new_due: date})",
                  R"(by: ["@unit"], data: {reason: text, new_due: date})");
  auto& labels = texts["labels/hotline-ticket.yaml"];
  labels = replaced(labels, "  handling_started:", "  sign_lapsed: {zh: 签收超时, en: sign-for lapsed}\n  handling_started:");
  const auto compiled = definition::compile(texts, "example");
  for (const auto& finding : compiled.diagnostics) {
    if (finding.severity == definition::Severity::kError) ADD_FAILURE() << finding.format();
  }
  return compiled.bundle;
}

void after_a_clock_and_a_second_extension() {
  const auto bundle = widened();
  ASSERT_NE(bundle, nullptr);
  {
    // Docket's own event: no source may assert it, so it is judged as the loop would judge it.
    EngineFixture engine(bundle);
    engine.offer(json_of(1, {"created", "03-02T09:00"}));
    engine.offer(json_of(2, {"dispatched", "03-02T10:00"}));
    const auto judged = [&](const std::string& time) {
      std::string json = replaced(json_of(3, {"sign_lapsed", time}), R"("actorrole":"dispatcher")", R"("actorrole":"system")");
      const auto event = engine.ingest().parse_stored(json, 0);
      EXPECT_TRUE(event.ok());
      return code_of(validate::check_step(*bundle, *engine.projections.cases.at("H1"), **event));
    };
    EXPECT_EQ(judged("03-03T10:00"), "not-due");
    EXPECT_EQ(judged("03-04T00:00"), "none") << "the millisecond after the last one of its day";
  }
  EngineFixture engine(bundle);
  int n = 0;
  for (const auto& step : kSigned) engine.offer(json_of(++n, step));
  engine.offer(json_of(++n, {"extension_requested", "03-03T10:00"}));
  engine.offer(json_of(++n, {"extension_approved", "03-03T11:00", R"({"new_due":"2026-03-12"})"}));
  engine.offer(json_of(++n, {"extension_requested", "03-04T10:00"}));
  EXPECT_EQ(code_of(engine.offer(json_of(++n, {"extension_approved", "03-04T11:00"})).refusal), "extension-again");
}

void time_and_the_ledger_decide() {
  EngineFixture engine(definition::load_office("example"));
  const auto now = [&](std::int64_t ago_ms) { return model::format_instant(engine.now() - ago_ms); };
  const auto send = [&](int n, const std::string& event, const std::string& time, const std::string& more = {}) {
    return engine.offer(hotline("L1", n, event, time, {}, more, "12345"));
  };
  constexpr std::int64_t kHour = 3'600'000;
  EXPECT_EQ(code_of(send(1, "created", now(25 * kHour)).refusal), "too-late");
  EXPECT_EQ(send(2, "created", now(25 * kHour), R"(,"approvedby":"chief")").kind, partition::EventOutcome::Kind::kAccepted);
  EXPECT_EQ(code_of(send(3, "dispatched", now(-6 * 60'000)).refusal), "future-time");
  EXPECT_EQ(code_of(send(4, "dispatched", now(kHour), R"(,"expectedrevision":7)").refusal), "version-conflict");
  EXPECT_EQ(code_of(send(2, "created", now(24 * kHour), R"(,"approvedby":"chief")").refusal), "identity-conflict")
      << "that id, another time";
  // A hundred wait; the next one does not.
  for (int n = 100; n < 200; ++n) ASSERT_EQ(send(n, "concluded", now(kHour)).kind, partition::EventOutcome::Kind::kParked);
  EXPECT_EQ(code_of(send(200, "concluded", now(kHour)).refusal), "too-many-parked");
  // At its limit a parked event is rejected, and the ledger says so.
  engine.set_now(engine.now() + 73 * kHour);
  engine.pump();
  EXPECT_EQ(engine.loop().parked(), 0U);
  std::size_t expired = 0;
  for (const auto& [height, row] : engine.projections.records) expired += code_of({row.record.code, {}, {}}) == "out-of-order" ? 1U : 0U;
  EXPECT_EQ(expired, 100U);
}

// Its key went before its limit came: it can't be tried any more, and is over all the same, for whoever asks and for its case.
TEST(Rejections, AParkedEventWhoseKeyIsGoneExpires) {
  EngineFixture engine(definition::load_office("example"));
  constexpr std::int64_t kHour = 3'600'000;
  const std::string event = hotline("L1", 2, "signed", model::format_instant(engine.now() - kHour), {}, {}, "12345");
  ASSERT_EQ(engine.offer(event).kind, partition::EventOutcome::Kind::kParked);
  engine.keys().lose_all();
  engine.restart();
  EXPECT_EQ(engine.loop().parked(), 1U);
  engine.set_now(engine.now() + 71 * kHour);
  engine.pump();
  EXPECT_EQ(engine.loop().parked(), 1U);
  engine.set_now(engine.now() + 2 * kHour);
  engine.pump();
  EXPECT_EQ(engine.loop().parked(), 0U);
  EXPECT_EQ(engine.projections.parked_rows.size(), 0U);
  std::vector<std::string> rejected;
  for (const auto& [height, row] : engine.projections.records) {
    if (row.record.kind == ledger::RecordKind::kRejected) rejected.push_back(row.record.id + " " + code_of({row.record.code, {}, {}}));
  }
  EXPECT_EQ(rejected, std::vector<std::string>{"L1-2 out-of-order"}) << "once";
  EXPECT_EQ(engine.replay()->parked_rows.size(), 0U) << "a reader without the key comes to the same";
  engine.restart();
  engine.pump();
  EXPECT_EQ(engine.loop().parked(), 0U);
}

struct FinalRow {
  const char* code;
  ingest::Stage stage;
  std::string json;
};

// What the event, its source and the definition decide alone, over the shipped kinds.
void the_event_decides() {
  const auto bundle = definition::load_office("example");
  EngineFixture engine(bundle);
  const std::string good = hotline("H1", 1, "created", "2026-03-02T09:00:00+08:00");
  using enum ingest::Stage;
  const std::vector<FinalRow> table{
      {"malformed", kMalformed, good.substr(0, good.size() - 1)},
      {"malformed", kMalformed, replaced(good, R"("id":"H1-1")", R"("id":"H1-1","id":"H1-2")")},
      {"forbidden", kForbidden, replaced(good, R"("source":"example")", R"("source":"somebody")")},
      {"forbidden", kForbidden, replaced(good, R"("actorrole":"intake")", R"("actorrole":"system")")},
      {"invalid-attribute", kRejected, replaced(good, R"("actorrole":"intake")", R"("actorrole":"intakes")")},
      {"invalid-attribute", kRejected, replaced(good, "2026-03-02T09:00:00+08:00", "2026-03-02 09:00")},
      {"unknown-type", kRejected, replaced(good, "created.v1", "create.v1")},
      {"unknown-type", kRejected, replaced(good, "created.v1", "created.v2")},
      {"invalid-subject", kRejected, replaced(good, R"("subject":"H1")", R"("subject":"H 1")")},
      {"invalid-data", kRejected, replaced(good, R"("type":"complaint")", R"("type":"complain")")},
      {"invalid-data", kRejected, replaced(good, R"("number":"H1",)", "")},
      {"inexact-number", kRejected, replaced(good, R"("number":"H1")", R"("number":"H1","extra":9007199254740993)")},
      {"too-large", kRejected, replaced(good, R"("text":"t")", R"("text":"t","extra":")" + std::string(ingest::kEventBytesMax, 'x') + '"')},
      {"self-approved", kRejected, replaced(good, R"("actorrole":)", R"("approvedby":"intake-1","actorrole":)")},
      {"classified", kRejected, replaced(good, R"("actorrole":)", R"("dataclassification":"secret","actorrole":)")},
      {"role-not-allowed", kRejected, replaced(good, R"("actorrole":"intake")", R"("actorrole":"auditor")")},
  };
  ASSERT_EQ(engine.ingest().parse(good).stage, kReady);
  for (const auto& row : table) {
    const auto offered = engine.ingest().parse(row.json);
    EXPECT_EQ(code_of(offered.refusal), row.code) << row.json << " " << offered.refusal.detail;
    EXPECT_EQ(offered.stage, row.stage) << row.code;
    EXPECT_EQ(model::info(offered.refusal.code).curability, model::Curability::kFinal) << row.code;
    EXPECT_FALSE(offered.refusal.errors.empty()) << row.code;
    if (row.stage != kRejected) continue;  // nothing is written of those
    const auto outcome = engine.offer(row.json);
    EXPECT_EQ(outcome.kind, partition::EventOutcome::Kind::kRejected) << row.code;
    EXPECT_EQ(code_of(outcome.refusal), row.code);
  }
  EXPECT_TRUE(engine.projections.cases.empty());
}

// What is approved by its author, and what would take a case out of the figures by a mere link, never gets in.
TEST(Rejections, NobodyApprovesHisOwnActAndLinksTakeNoCaseOut) {
  EngineFixture engine(definition::load_office("example"));
  ASSERT_EQ(engine.offer(json_of(1, {"created", "03-02T09:00"})).kind, partition::EventOutcome::Kind::kAccepted);
  const std::vector<Step> wrong{
      {"voided", "03-02T12:00", R"({"reason":"r","approver":"auditor-1"})"},
      {"corrected", "03-02T12:00", R"({"event":{"source":"example","id":"H1-1"},"void":true,"reason":"r","approver":"auditor-1"})"},
      {"clock_adjusted", "03-02T12:00", R"({"clock":"handle","due":"2026-03-20T10:00:00+08:00","reason":"r","approver":"dispatcher-1"})"},
      {"gate_waived", "03-02T12:00", R"({"gate":"contacted","reason":"r","approver":"dispatcher-1"})"},
      {"migrated", "03-02T12:00", R"({"activation":1,"reason":"r","approver":"dispatcher-1"})"}};
  int n = 1;
  for (const auto& step : wrong) {
    const auto outcome = engine.offer(json_of(++n, step));
    EXPECT_EQ(outcome.kind, partition::EventOutcome::Kind::kRejected) << step.event;
    EXPECT_EQ(outcome.refusal.code, model::Rejection::kSelfApproved) << step.event << ": " << outcome.refusal.detail;
  }
  const auto merged = engine.offer(json_of(++n, {"linked", "03-02T12:00", R"({"link":"merged_into","target":"H2"})"}));
  EXPECT_EQ(merged.kind, partition::EventOutcome::Kind::kRejected);
  EXPECT_NE(merged.refusal.detail.find("it is made by merged"), std::string::npos) << merged.refusal.detail;
}

// The same event again is told the same, though the ledger keeps no value of what it refused.
TEST(Rejections, SentAgainSayWhatIsWrongOnceMore) {
  EngineFixture engine(definition::load_office("example"));
  const auto wrong = json_of(1, {"created", "03-02T09:00", R"({"number":"H1","channel":"fax"})"});
  const auto first = engine.offer(wrong);
  ASSERT_EQ(first.kind, partition::EventOutcome::Kind::kRejected);
  ASSERT_NE(first.refusal.detail.find("fax"), std::string::npos) << first.refusal.detail;
  const auto again = engine.offer(wrong);
  EXPECT_EQ(again.kind, first.kind);
  EXPECT_EQ(again.refusal.detail, first.refusal.detail);
  ASSERT_EQ(again.refusal.errors.size(), first.refusal.errors.size());
  for (std::size_t i = 0; i < first.refusal.errors.size(); ++i)
    EXPECT_EQ(again.refusal.errors[i].detail, first.refusal.errors[i].detail) << first.refusal.errors[i].pointer;
}

void the_program_decides() {
  PlantedDefect defect;
  defect.plant("hotline-ticket", "created");
  EngineFixture engine(defect.bundle());
  const auto outcome = engine.offer(hotline("H1", 1, "created", "2026-03-10T09:00:00+08:00"));
  EXPECT_EQ(outcome.kind, partition::EventOutcome::Kind::kParked);
  EXPECT_EQ(code_of(outcome.refusal), "quarantined");
}

void a_long_row_decides() {
  EngineFixture engine(definition::load_office("example"));
  partition::Reaction reaction;
  reaction.from = 1;
  reaction.number = 1;
  reaction.depth = 9;
  reaction.case_id = "H1";
  reaction.event =
      R"({"specversion":"1.0","id":"H1:supervision:1","source":"docket","type":"org.docket.supervision.referred.v1","subject":"S1",)"
      R"("time":"2026-03-10T09:00:00+08:00","authid":"docket","actorrole":"system","data":{"source":"hotline","origin":"H1"}})";
  partition::Offer offer;
  offer.reaction = std::make_shared<const partition::Reaction>(reaction);
  offer.done = [](const std::vector<partition::EventOutcome>& outcomes) {
    EXPECT_EQ(code_of(outcomes.front().refusal), "reaction-too-deep");
  };
  ASSERT_TRUE(engine.loop().offer(std::move(offer)));
  engine.pump();
}

TEST(Rejections, EachCodeThatTheEventDecides) { the_event_decides(); }
TEST(Rejections, EachCodeThatTheCaseDecides) { the_case_decides(); }
TEST(Rejections, AfterAClockAndASecondExtension) { after_a_clock_and_a_second_extension(); }
TEST(Rejections, WhatTimeAndTheLedgerDecide) { time_and_the_ledger_decide(); }

TEST(Rejections, TheCodeOfAnEngineDefect) { the_program_decides(); }

TEST(Rejections, TheCodeOfALongRow) { a_long_row_decides(); }

TEST(Rejections, TheListIsClosed) {
  a_long_row_decides();
  the_event_decides();
  the_case_decides();
  after_a_clock_and_a_second_extension();
  time_and_the_ledger_decide();
  the_program_decides();
  std::size_t never = 0;
  for (const auto& row : model::rejection_codes()) {
    if (taken().contains(std::string(row.name))) continue;
    std::printf("never taken: %s\n", std::string(row.name).c_str());
    ++never;
  }
  EXPECT_EQ(never, 0U);
  for (const auto& code : taken()) {
    EXPECT_TRUE(code == "none" || model::rejection_from_name(code) != model::Rejection::kNone) << code;
  }
}

}  // namespace
}  // namespace docket::testing
