// What is told of a deadline's working leads to the due that stands beside it: for every clock of random histories of every kind (late,
// corrected, adjusted, paused, extended, moved to other definitions), for now and as of instants on either axis; and in courses by hand
// where the case has since become what another row of the rule is for. Another seed: DOCKET_SEED=7.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <iostream>

#include "connectors/local/projections_store.h"
#include "connectors/node/answers.h"
#include "tests/property/migrations_fixture.h"
#include "tests/support/histories.h"
#include "tests/support/proposal.h"
#include "tests/support/store_fixture.h"
#include "tests/support/timer_office.h"

namespace docket::testing {
namespace {

namespace json = boost::json;

// A ledger, then questions about it.
class Explained {
 public:
  Explained(StoreFixture& live, Instant now, definition::BundlePtr bundle = shipped())
      : live_(live), now_(now), bundle_(std::move(bundle)), store_(live.take_projections()), sealer_("test-ledger", live.keys()) {}

  // Rows of `deadlines`; none if there is no such case then.
  json::array deadlines(const std::string& id, std::vector<std::pair<std::string, std::string>> params = {}) {
    params.emplace_back("explain", "true");
    service::Query query;
    query.params = std::move(params);
    const node::Reading reading{*bundle_, store_, live_, live_.books(), sealer_, now_};
    const auto answer = node::answer_deadlines(reading, node::Params(query), id);
    if (answer.status == 404) return {};
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body).at("deadlines").as_array();
  }

 private:
  StoreFixture& live_;
  const Instant now_;
  const definition::BundlePtr bundle_;
  local::ProjectionsStore store_;
  partition::RecordSealer sealer_;
};

std::string text_of(const json::value& value) { return value.is_string() ? std::string(value.as_string()) : std::string(); }

Instant instant_of(const json::value& value) { return value.is_string() ? *model::parse_instant(text_of(value)) : model::kNoInstant; }

struct Seen {
  std::size_t clocks = 0;
  std::size_t limited = 0;
  std::map<std::string, std::size_t> how;  // by sort of move; "part", "round", "given", "cancelled"
};

// None of the shipped rules ends a limit at another instant than its own.
void expect_led_to_due(const definition::Bundle& bundle, const json::object& row, Seen& seen, const std::string& asked) {
  SCOPED_TRACE(asked + ": " + json::serialize(row));
  ++seen.clocks;
  json::value due = row.at("original_due");
  const json::array none;
  const auto& moves = row.contains("moves") ? row.at("moves").as_array() : none;
  if (row.contains("rule_set")) {
    ASSERT_TRUE(row.contains("limit"));
    const bool adjusted_first = !moves.empty() && moves.front().at("from").is_null();
    if (row.at("limit").is_null()) {
      EXPECT_FALSE(row.contains("explain"));
      EXPECT_TRUE(due.is_null() || adjusted_first) << "a due, and by no row";
    } else {
      ++seen.limited;
      const auto& spans = row.at("explain").as_array();
      EXPECT_EQ(text_of(spans.back().at("sort")), "due");
      EXPECT_EQ(text_of(spans.back().at("to")), model::format_date(bundle.zone.local_day(instant_of(due))));
      const auto limit = calendar::parse_duration(text_of(row.at("limit")));
      ASSERT_TRUE(limit);
      EXPECT_EQ(model::format_instant(calendar::add_limit(*bundle.calendar, bundle.zone, instant_of(row.at("start")), *limit).due),
                model::format_instant(instant_of(due)));
    }
    if (adjusted_first) due = nullptr;
  } else {
    ++seen.how["given"];
  }
  for (const auto& move : moves) {
    EXPECT_EQ(move.at("from"), due) << json::serialize(move);
    due = move.at("to");
    ++seen.how[text_of(move.at("sort"))];
    if (!move.as_object().contains("explain") || move.at("explain").as_array().empty()) continue;
    EXPECT_EQ(text_of(move.at("explain").as_array().back().at("to")), model::format_date(bundle.zone.local_day(instant_of(due))));
  }
  EXPECT_EQ(due, row.at("due"));
  if (row.contains("part")) ++seen.how["part"];
  if (row.at("round").to_number<int>() > 1) ++seen.how["round"];
  if (text_of(row.at("value")) == "cancelled") ++seen.how["cancelled"];
}

void expect_all(const definition::Bundle& bundle, Explained& explained, const std::string& id,
                const std::vector<std::pair<std::string, std::string>>& params, Seen& seen) {
  std::string asked = "seed " + std::to_string(seed_of_run()) + ", " + id;
  for (const auto& [name, value] : params) asked += ", " + name + " " + value;
  for (const auto& row : explained.deadlines(id, params)) expect_led_to_due(bundle, row.as_object(), seen, asked);
}

TEST(ExplainedLimits, LeadToTheDueThatStands) {
  Histories source(shipped(), seed_of_run(), {10, 30, 15, 60});
  std::vector<Delivery> events;
  for (int n = 0; n < 5; ++n) {
    const auto some = as_recorded(source.next());
    events.insert(events.end(), some.begin(), some.end());
  }
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.recorded < b.recorded; });
  const Instant first = events.front().recorded;
  StoreFixture live(shipped(), first);
  walk::Random random(seed_of_run());
  std::set<std::string> ids;
  std::size_t moved = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {  // some are told days after they happened
    live.set_now(std::max(live.now(), events[i].recorded) + (random.percent(10) ? random.between(0, 2 * 24 * 60) * 60'000 : 1));
    live.offer(events[i].json);
    ids.insert(events[i].case_id);
    if (i == events.size() / 2) live.activate(shorter(), 2);
    if (i < events.size() / 2 || !random.percent(10)) continue;
    const auto& id = events[i].case_id;
    const auto parsed = live.books().first().ingest.parse(events[i].json);
    const auto& kind = shipped()->kinds[parsed.event->kind].name;
    if (live.offer(move_at(kind, id, i, live.now(), 2)).kind == partition::EventOutcome::Kind::kAccepted) ++moved;
  }
  const Instant now = live.now() + random.between(1, 60) * 60'000;
  Explained explained(live, now);
  Seen seen;
  const auto instant = [&] { return model::format_instant(random.between(first, now)); };
  for (const auto& id : ids) {
    expect_all(*shipped(), explained, id, {}, seen);
    expect_all(*shipped(), explained, id, {{"at", instant()}}, seen);
    expect_all(*shipped(), explained, id, {{"known_at", instant()}}, seen);
    expect_all(*shipped(), explained, id, {{"at", instant()}, {"known_at", instant()}}, seen);
  }
  std::cout << "seed " << seed_of_run() << ": " << ids.size() << " cases, " << moved << " moved, " << seen.clocks << " clocks, "
            << seen.limited << " limited";
  for (const auto& [how, n] : seen.how) std::cout << ", " << how << " " << n;
  std::cout << "\n";
  EXPECT_GT(seen.limited, 500U);
  EXPECT_GT(moved, 0U);
  EXPECT_GT(seen.how["extended"] + seen.how["resumed"], 0U);
  EXPECT_EQ(seen.how["moved"], 0U) << "each move has a reason";
  for (const char* how : {"adjusted", "part", "round", "given", "cancelled"}) EXPECT_GT(seen.how[how], 0U) << how;
}

class ByHand : public ::testing::Test {
 protected:
  // A case of partition 0, as the fixture has but that one.
  static std::string id() {
    int more = 0;
    while (model::partition_of("E." + std::to_string(more)) != 0) ++more;
    return "E." + std::to_string(more);
  }
  static void accept(StoreFixture& live, const std::string& event) {
    const auto offered = live.books().first().ingest.parse(event);
    ASSERT_NE(offered.event, nullptr) << offered.refusal.detail;
    live.set_now(std::max(live.now(), offered.event->time + 60'000));
    const auto outcome = live.offer(event);
    ASSERT_EQ(outcome.kind, partition::EventOutcome::Kind::kAccepted) << event << " " << outcome.refusal.detail;
  }
  static std::vector<std::string> told(Explained& explained, const std::string& clock,
                                       const std::vector<std::pair<std::string, std::string>>& params = {}) {
    std::vector<std::string> out;
    for (const auto& row : explained.deadlines(id(), params)) {
      if (text_of(row.at("clock")) != clock) continue;
      const auto due = shipped()->zone.local_day(instant_of(row.at("original_due")));
      const auto& spans = row.at("explain").as_array();
      out.push_back(text_of(row.at("limit")) + " " + model::format_date(due) + ", told " + text_of(spans.back().at("to")));
    }
    return out;
  }
};

using Told = std::vector<std::string>;

// A caller who calls again in an emergency doesn't shorten a clock that runs.
TEST_F(ByHand, ARunningClockIsExplainedByTheCaseAsItStarted) {
  StoreFixture live(shipped(), *model::parse_instant("2026-03-01T00:00:00+08:00"));
  accept(live, hotline(id(), 1, "created", "2026-03-02T09:00:00+08:00"));
  accept(live, hotline(id(), 2, "dispatched", "2026-03-02T10:00:00+08:00"));
  accept(live, hotline(id(), 3, "call_repeated", "2026-03-02T12:00:00+08:00", R"({"call":"c","urgency":"emergency"})"));
  Explained explained(live, live.now());
  EXPECT_EQ(told(explained, "handle"), Told{"5wd 2026-03-09, told 2026-03-09"});
  EXPECT_EQ(told(explained, "handle", {{"at", "2026-03-02T11:00:00+08:00"}}), Told{"5wd 2026-03-09, told 2026-03-09"});
}

// Known before and after a correction says that it was an emergency from the first.
TEST_F(ByHand, ACorrectedCaseIsExplainedAsCorrectedAndAsKnown) {
  StoreFixture live(shipped(), *model::parse_instant("2026-03-01T00:00:00+08:00"));
  accept(live, hotline(id(), 1, "created", "2026-03-02T09:00:00+08:00"));
  accept(live, hotline(id(), 2, "dispatched", "2026-03-02T10:00:00+08:00"));
  std::string emergency = hotline_data(id(), "created");
  emergency.replace(emergency.size() - 1, 1, R"(,"urgency":"emergency"})");
  accept(live, hotline(id(), 3, "corrected", "2026-03-02T12:00:00+08:00",
                       R"({"event":{"source":"example","id":")" + id() + R"(-1"},"reason":"r","approver":"a",)" + R"("replace":{"data":)" +
                           emergency + "}}",
                       R"(,"approvedby":"a")"));
  Explained explained(live, live.now());
  EXPECT_EQ(told(explained, "handle"), Told{"2h 2026-03-02, told 2026-03-02"});
  EXPECT_EQ(told(explained, "handle", {{"known_at", "2026-03-02T11:00:00+08:00"}}), Told{"5wd 2026-03-09, told 2026-03-09"});
}

std::string proposal(const std::string& id, int n, const std::string& event, const std::string& time, const std::string& data = {}) {
  const bool body = event == "submitted" || event == "filed";
  const std::string role = body ? "body_office" : event == "return_requested" ? "unit" : "dispatcher";
  return R"({"specversion":"1.0","id":")" + id + "-" + std::to_string(n) + R"(","source":"example","type":"org.docket.proposal.)" + event +
         R"(.v1","subject":")" + id + R"(","time":")" + time + R"(:00+08:00","authid":")" + role + R"(-1","actorrole":")" + role + R"(")" +
         (role == "unit" ? R"(,"actorunit":"U")" : "") + R"(,"data":)" + (data.empty() ? proposal_data(id, event) : data) + "}";
}

// Assigned, returned, and assigned again as a difficult one: three months the first time, six the second.
TEST_F(ByHand, EachSettingOfAClockIsExplainedByItsOwnStart) {
  StoreFixture live(shipped(), *model::parse_instant("2026-01-01T00:00:00+08:00"));
  accept(live, proposal(id(), 1, "submitted", "2026-02-01T09:00"));
  accept(live, proposal(id(), 2, "filed", "2026-02-02T09:00"));
  accept(live, proposal(id(), 3, "assigned", "2026-02-03T09:00"));
  accept(live, proposal(id(), 4, "return_requested", "2026-02-05T09:00"));
  accept(live, proposal(id(), 5, "return_granted", "2026-02-06T09:00"));
  accept(live, proposal(id(), 6, "assigned", "2026-02-20T09:00", R"({"mode":"sole","lead":"U","difficult":true})"));
  Explained explained(live, live.now());
  EXPECT_EQ(told(explained, "reply"), (Told{"3mo 2026-05-03, told 2026-05-03", "6mo 2026-08-20, told 2026-08-20"}));
}

// History that comes whole. nag has two hours; it ran out before it was adjusted and nothing had followed, so it goes on as another
// setting, which is explained by the same start. work is paused, extended and adjusted. never has no limit, and a due by hand.
TEST_F(ByHand, AClockThatWasMovedIsExplainedByItsStartAndItsMoves) {
  StoreFixture live(timer_office(), *model::parse_instant("2017-03-09T00:00:00+08:00"));
  const auto due_of = [](const std::string& clock, const std::string& due) {
    return R"({"clock":")" + clock + R"(","due":"2017-)" + due + R"(:00+08:00","reason":"r","approver":"a"})";
  };
  int n = 0;
  const auto send = [&](const std::string& event, const std::string& time, const std::string& data = {}) {
    accept(live, task(id(), ++n, event, "2017-" + time + ":00+08:00", data, {}, "old"));
  };
  send("made", "03-01T09:00");
  send("assigned", "03-01T10:00", R"({"owner":"N","helpers":["NA"]})");
  send("clock_adjusted", "03-02T09:00", due_of("nag", "03-03T12:00"));
  send("clock_adjusted", "03-02T09:10", due_of("never", "03-10T12:00"));
  send("held", "03-02T10:00");
  send("resumed", "03-06T10:00");
  send("longer", "03-07T10:00");
  send("clock_adjusted", "03-08T10:00", due_of("work", "03-25T12:00"));
  Explained explained(live, live.now(), timer_office());
  Seen seen;
  Told rows;
  for (const auto& row : explained.deadlines(id())) {
    expect_led_to_due(*timer_office(), row.as_object(), seen, "by hand");
    std::string text = text_of(row.at("clock")) + " " + text_of(row.at("limit")) + " " + text_of(row.at("original_due")).substr(5, 11);
    if (row.as_object().contains("moves")) {
      for (const auto& move : row.at("moves").as_array())
        text += ", " + text_of(move.at("sort")) + " " + text_of(move.at("to")).substr(5, 11);
    }
    rows.push_back(text);
  }
  EXPECT_EQ(rows, (Told{"work 5wd 03-08T15:59, resumed 03-10T15:59, extended 03-20T15:59, adjusted 03-25T04:00", "nag 2h 03-01T04:00",
                        "never  03-10T04:00, adjusted 03-10T04:00", "nag 2h 03-01T04:00, adjusted 03-03T04:00", "turn 3wd 03-06T15:59"}));
}

}  // namespace
}  // namespace docket::testing
