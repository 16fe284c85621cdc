// A day in the office whose clocks cause things: send events as they happen, let time pass, read what Docket did.
#pragma once

#include "tests/support/engine_checks.h"
#include "tests/support/timer_office.h"

namespace docket::testing {

class TimersTest : public ::testing::Test {
 protected:
  using Kind = partition::EventOutcome::Kind;
  using RecordKind = ledger::RecordKind;

  TimersTest() : engine(timer_office(), at("03-01T08:00")) {}

  // "03-01T08:00" of 2017 in the office's zone.
  static Instant at(const std::string& time) { return *model::parse_instant("2017-" + time + ":00+08:00"); }
  static std::string text(Instant instant) { return model::format_instant(instant); }

  // An event is published when it happens, or at the present instant if that is later.
  Kind send(const std::string& id, int n, const std::string& event, const std::string& time, const std::string& data = {},
            const std::string& more = {}, const std::string& source = "line") {
    engine.set_now(std::max(engine.now(), at(time)));
    last = engine.offer(task(id, n, event, "2017-" + time + ":00+08:00", data, more, source));
    return last.kind;
  }
  void until(const std::string& time) {
    engine.set_now(at(time));
    engine.pump();
  }
  void given(const std::string& id, const std::string& source = "line") {
    EXPECT_EQ(send(id, 1, "made", "03-01T09:00", {}, {}, source), Kind::kAccepted) << last.refusal.detail;
    EXPECT_EQ(send(id, 2, "assigned", "03-01T10:00", {}, {}, source), Kind::kAccepted) << last.refusal.detail;
  }

  const model::CaseState& state(const std::string& id) const { return *engine.projections.cases.at(id); }
  std::string state_name(const std::string& id) const {
    return engine.bundle().kinds[state(id).kind].scopes[0].states[state(id).scope.state].name;
  }
  // The records of a kind of that case, in order.
  std::vector<ledger::Record> records(const std::string& id, RecordKind kind) const {
    std::vector<ledger::Record> out;
    const auto it = engine.projections.histories.find(id);
    if (it == engine.projections.histories.end()) return out;
    for (const auto& row : it->second) {
      if (row.kind == kind) out.push_back(engine.projections.records.at(row.height).record);
    }
    return out;
  }
  // Names and times of the timer events of that case: "lapsed 2017-03-08T16:00:00.000Z".
  std::vector<std::string> timers(const std::string& id) const {
    std::vector<std::string> out;
    for (const auto& row : engine.projections.histories.at(id)) {
      if (row.kind == RecordKind::kTimer) out.push_back(row.event + " " + text(row.time));
    }
    return out;
  }
  std::vector<std::string> notice_ids(const std::string& id) const {
    std::vector<std::string> out;
    for (const auto& record : records(id, RecordKind::kNotice)) out.push_back(record.id);
    return out;
  }
  std::size_t count(const std::string& id, const std::string& event) const {
    const auto& kind = engine.bundle().kinds[state(id).kind];
    const auto* row = apply::count_of(state(id).scope, kind.event_ids.at(event));
    return row == nullptr ? 0 : row->total;
  }
  void expect_sound() {
    expect_replay_equal(engine);
    expect_recount(engine);
  }

  EngineFixture engine;
  partition::EventOutcome last;
};

}  // namespace docket::testing
