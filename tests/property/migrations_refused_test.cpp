// Moves that are refused, and what is refused behind one: never half done, and nothing of it harms the node.
#include "tests/property/migrations_fixture.h"
#include "tests/support/hotline.h"

namespace docket::testing {
namespace {

using Kind = partition::EventOutcome::Kind;
using model::Rejection;

TEST_F(Migrations, AKindThatWhatDecidesLacksIsRefusedAndHarmsNothing) {
  static const auto without =
      changed({{"offices/example.yaml", "call-tally, qa-session, proposal", "call-tally, proposal"},
               {"offices/example.yaml", "hotline, openness, proposal, qa, supervision]", "hotline, proposal, supervision]"},
               {"sources/example.yaml",
                "kinds: [hotline-ticket, call, call-tally, qa-session, proposal, supervision, register]\n  units: [U, V, W]\n  backfill",
                "kinds: all\n  units: [U, V, W]\n  backfill"},
               {"sources/example.yaml",
                "kinds: [hotline-ticket, call, call-tally, qa-session, proposal, supervision, register]\n  units: [U, V, W]\n  in_order",
                "kinds: all\n  units: [U, V, W]\n  in_order"}});
  ASSERT_NE(without, nullptr);
  accept(R"({"specversion":"1.0","id":"q1","source":"example","type":"org.docket.qa-session.planned.v1","subject":"Q1",)"
         R"("time":"2026-03-10T09:00:00+08:00","authid":"d","actorrole":"dispatcher","data":{"units":["U"],"topic":"t"}})");
  engine.activate(without, 2);
  const auto told = refused(move_at("qa-session", "Q1", 1, engine.now(), 2), Rejection::kNotMigratable);
  EXPECT_NE(told.refusal.detail.find("knows no migrated of qa-session"), std::string::npos) << told.refusal.detail;
}

TEST_F(Migrations, AClosedCaseStaysThoughTheNewDefinitionsCallItOpen) {
  static const auto reopened =
      changed({{"definitions/hotline-ticket.yaml", "  paused: [suspended, long_term]", "  paused: [suspended, long_term, concluded]"},
               {"definitions/hotline-ticket.yaml", "closed: {concluded: done, ", "closed: {"}});
  ASSERT_NE(reopened, nullptr);
  dispatch("H1");
  accept(hotline("H1", 4, "signed", "2026-03-10T11:10:00+08:00"));
  accept(hotline("H1", 5, "result_replied", "2026-03-10T12:00:00+08:00"));
  accept(hotline("H1", 6, "concluded", "2026-03-10T13:00:00+08:00"));
  engine.activate(reopened, 2);
  refused(move_at("hotline-ticket", "H1", 1, engine.now(), 2), Rejection::kNotFromState);
}

// A code of one field that is gone though another field still has it.
TEST_F(Migrations, ACaseWithAValueThatIsAllowedNoMoreStays) {
  static const auto fewer =
      changed({{"definitions/hotline-ticket.yaml", "of: [solved, partly, explained, unsolved]", "of: [solved, explained, unsolved]"}});
  ASSERT_NE(fewer, nullptr);
  dispatch("H1");
  accept(hotline("H1", 4, "signed", "2026-03-10T11:10:00+08:00"));
  accept(hotline("H1", 5, "result_replied", "2026-03-10T12:00:00+08:00", R"({"solved":"partly","text":"t"})"));
  dispatch("H2");
  engine.activate(fewer, 2);
  const auto told = refused(move_at("hotline-ticket", "H1", 1, engine.now(), 2), Rejection::kNotMigratable);
  EXPECT_NE(told.refusal.detail.find("result_replied (H1-5) of 2026-03-10T04:00:00.000Z would not be taken: #/data/solved: "),
            std::string::npos)
      << told.refusal.detail;
  EXPECT_EQ(engine.offer(move_at("hotline-ticket", "H2", 1, engine.now(), 2)).kind, Kind::kAccepted);
}

TEST_F(Migrations, WhatTheNewDefinitionsRefuseIsRefusedBehindTheMoveInOneBatch) {
  static const auto narrower = changed({{"sources/example.yaml", "callback, auditor, supervisor, assessor, call_centre, unit]\nconsole",
                                         "callback, supervisor, assessor, call_centre, unit]\nconsole"}});
  ASSERT_NE(narrower, nullptr);
  dispatch("H1");
  accept(hotline("H1", 3, "noted", "2026-03-10T11:00:00+08:00", R"({"text":"n"})"));
  accept(hotline("H1", 4, "noted", "2026-03-10T11:00:00+08:00", R"({"text":"n"})"));
  engine.activate(narrower, 2);
  const auto correction = [](int n, const std::string& of) {
    return hotline("H1", n, "corrected", "2026-03-10T18:00:00+08:00",
                   R"({"event":{"source":"example","id":")" + of + R"("},"void":true,"reason":"r","approver":"chief"})",
                   R"(,"approvedby":"chief")");
  };
  const auto told = engine.offer({move_at("hotline-ticket", "H1", 1, engine.now(), 2), correction(8, "H1-3"), correction(9, "H1-4")});
  EXPECT_EQ(told[0].kind, Kind::kAccepted) << told[0].refusal.detail;
  for (const auto i : {1U, 2U}) {
    EXPECT_EQ(told[i].kind, Kind::kRejected) << i;
    EXPECT_NE(told[i].refusal.detail.find("role"), std::string::npos) << told[i].refusal.detail;
  }
}

TEST_F(Migrations, AMoveIsNotCorrected) {
  dispatch("H1");
  engine.activate(stricter(), 2);
  accept(move_at("hotline-ticket", "H1", 1, engine.now(), 2));
  for (const char* instead : {R"("void":true)", R"("replace":{"data":{"activation":1,"reason":"x","approver":"nobody"}})"}) {
    const auto told =
        refused(hotline("H1", instead[1] == 'v' ? 8 : 9, "corrected", "2026-03-10T18:00:00+08:00",
                        R"({"event":{"source":"example","id":"move-1"},)" + std::string(instead) + R"(,"reason":"r","approver":"chief"})",
                        R"(,"approvedby":"chief")"),
                Rejection::kInvalidData);
    EXPECT_NE(told.refusal.detail.find("move it again instead"), std::string::npos) << told.refusal.detail;
  }
}

}  // namespace
}  // namespace docket::testing
