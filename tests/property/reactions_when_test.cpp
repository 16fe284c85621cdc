// Links that open a case only where a condition holds (`when`): judged once, at the event's place among all that is known when it is
// recorded; what opens nothing gets no number.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "engine/partition/reaction_text.h"
#include "tests/simulation/compare.h"
#include "tests/support/partitions.h"
#include "tests/support/reaction_office.h"

namespace docket::testing {
namespace {

using Told = partition::EventOutcome::Kind;

constexpr const char* kDawn = "2026-03-10T08:00:00+08:00";

std::string minutes_on(std::int64_t minutes, std::int64_t ms = 0) {
  return model::format_instant(*model::parse_instant(kDawn) + minutes * 60'000 + ms);
}

// The ids of the cases that an order has had opened by that link, in all partitions.
std::set<std::string> opened_by(Partitions& all, const std::string& order, const std::string& link) {
  std::set<std::string> out;
  const auto beginning = order + "." + link + ".";
  for (int i = 0; i < model::kPartitions; ++i) {
    for (const auto& [id, state] : all.rows(i).cases) {
      if (id.starts_with(beginning) && id.find('.', beginning.size()) == std::string::npos) out.insert(id);  // no visit of such a job
    }
  }
  return out;
}

std::uint64_t numbers_given(Partitions& all) {
  std::uint64_t out = 0;
  for (int i = 0; i < model::kPartitions; ++i) {
    for (const auto sent : all.rows(i).reactions.sent) out += sent;
  }
  return out;
}

class ReactionsWhen : public ::testing::Test {
 protected:
  void accept(const std::string& event, const std::string& time, const std::string& data) {
    ++n;
    const auto outcome = all.offer(order_event("order", "O1", n, event, time, data, R"(,"sequence":")" + std::to_string(n) + "\""));
    EXPECT_EQ(outcome.kind, Told::kAccepted) << event << " " << outcome.refusal.detail;
  }
  [[nodiscard]] std::size_t links(const std::string& name) {
    const auto state = all.find("O1");
    const auto& kind = all.bundle().kinds[state->kind];
    return static_cast<std::size_t>(
        std::count_if(state->links.begin(), state->links.end(), [&](const auto& row) { return kind.links[row.link].name == name; }));
  }
  int n = 0;
  Partitions all{reaction_office(), *model::parse_instant("2026-03-10T18:00:00+08:00")};
};

TEST_F(ReactionsWhen, WhatDoesNotHoldMakesNoLinkAndGetsNoNumber) {
  accept("made", minutes_on(0), R"({"owner":"N"})");
  accept("checked", minutes_on(1), R"({"result":"fine","what":"w"})");
  accept("checked", minutes_on(2), R"({"result":"poor","what":"w"})");  // not urgent
  all.settle();
  EXPECT_EQ(numbers_given(all), 0U);
  EXPECT_EQ(links("repair"), 0U);
  accept("checked", minutes_on(3), R"({"result":"bad","what":"w"})");
  accept("moved", minutes_on(4), R"({"owner":"NA","urgent":true})");
  accept("checked", minutes_on(5), R"({"result":"poor","what":"w"})");
  accept("checked", minutes_on(6), R"({"result":"fine","what":"w"})");
  all.settle();
  EXPECT_EQ(links("repair"), 2U);
  EXPECT_EQ(opened_by(all, "O1", "repair").size(), 2U);
  EXPECT_EQ(numbers_given(all), 4U) << "two repairs, and a visit for each";
}

// The event's own values lie over the case, as in any condition; what it says of a part is of that part.
TEST_F(ReactionsWhen, APartsEventSeesTheCase) {
  accept("made", minutes_on(0), R"({"owner":"N"})");
  accept("planned", minutes_on(1), R"({"legs":[1,2]})");
  accept("leg_walked", minutes_on(2), R"({"part":1,"what":"w"})");
  accept("moved", minutes_on(3), R"({"owner":"N","urgent":true})");
  accept("leg_walked", minutes_on(4), R"({"part":2,"what":"w"})");
  all.settle();
  EXPECT_EQ(opened_by(all, "O1", "leg_job").size(), 2U);
  EXPECT_EQ(opened_by(all, "O1", "leg_check").size(), 1U);
}

TEST_F(ReactionsWhen, ALateEventIsJudgedAtItsPlace) {
  accept("made", minutes_on(0), R"({"owner":"N","urgent":true})");
  accept("moved", minutes_on(10), R"({"owner":"N","urgent":false})");
  accept("checked", minutes_on(5), R"({"result":"poor","what":"w"})");
  accept("checked", minutes_on(15), R"({"result":"poor","what":"w"})");
  all.settle();
  EXPECT_EQ(opened_by(all, "O1", "repair").size(), 1U);
  // What is learned later of the case opens nothing for what was judged.
  accept("moved", minutes_on(12), R"({"owner":"N","urgent":true})");
  all.settle();
  EXPECT_EQ(opened_by(all, "O1", "repair").size(), 1U);
}

// Two events that waited for their parts, accepted as one set that is folded before what is there already.
TEST_F(ReactionsWhen, ASetIsJudgedByWhatTheCaseIsAfterIt) {
  accept("made", minutes_on(0), R"({"owner":"N","urgent":true})");
  for (const char* part : {"1", "2"}) {
    ++n;
    const auto outcome =
        all.offer(order_event("order", "O1", n, "leg_walked", minutes_on(10 + n), R"({"part":)" + std::string(part) + R"(,"what":"w"})"));
    EXPECT_EQ(outcome.kind, Told::kParked);
  }
  accept("moved", minutes_on(40), R"({"owner":"N","urgent":false})");
  accept("planned", minutes_on(5), R"({"legs":[1,2]})");
  all.settle();
  bool together = false;
  for (const auto& [height, row] : all.rows_of("O1").records) together = together || row.record.body.find("\"set\":2") != std::string::npos;
  EXPECT_TRUE(together);
  EXPECT_EQ(opened_by(all, "O1", "leg_job").size(), 2U);
  EXPECT_EQ(opened_by(all, "O1", "leg_check").size(), 2U);
}

// ---- random histories against a recount of the ledger

struct Read {  // an accepted event of an order, from its record
  std::string name;
  Instant time = 0;
  model::Height height = 0;
  model::Height known_to = 0;  // the end of the set that it was accepted with
  std::string text;
};

std::string between(const std::string& text, const std::string& begin, char end) {
  const auto at = text.find(begin);
  return at == std::string::npos ? std::string() : text.substr(at + begin.size(), text.find(end, at + begin.size()) - at - begin.size());
}

std::vector<Read> accepted_of(MemoryProjections& rows, const std::string& id) {
  std::vector<Read> out;
  model::Height end = 0;
  for (const auto& row : rows.histories[id]) {
    const auto& record = rows.records.at(row.height).record;
    if (!ledger::accepts(record.kind)) continue;
    if (const auto set = between(record.body, "\"set\":", '}'); !set.empty()) end = row.height + std::stoul(set) - 1;
    out.push_back({between(record.event, "org.docket.order.", '.'), *model::parse_instant(between(record.event, "\"time\":\"", '"')),
                   row.height, std::max(end, row.height), record.event});
  }
  return out;
}

bool was_urgent(const std::vector<Read>& events, const Read& at) {
  const Read* last = nullptr;
  for (const auto& row : events) {
    const bool says = row.text.find("\"urgent\":") != std::string::npos;
    if (says && row.height <= at.known_to && row.time < at.time && (last == nullptr || row.time > last->time)) last = &row;
  }
  return last != nullptr && last->text.find("\"urgent\":true") != std::string::npos;
}

struct Legs {  // of one order: each is planned once and walked once, in whatever order
  int planned = 0;
  int walked = 0;
};

std::string random_order_event(std::mt19937_64& random, const std::string& id, int n, Legs& legs) {
  const bool late = random() % 3 == 0;
  const auto time = minutes_on(late ? 1 + static_cast<std::int64_t>(random() % static_cast<unsigned>(n)) : n + 1, n);
  const char* results[] = {"fine", "poor", "bad"};
  switch (random() % 6) {
    case 0: {
      const char* data = random() % 2 == 0 ? R"({"owner":"N","urgent":true})" : R"({"owner":"NA","urgent":false})";
      return order_event("order", id, n, "moved", time, data);
    }
    case 1: {
      const auto first = legs.planned;
      legs.planned += 3;
      std::string list;
      for (int leg = first; leg < legs.planned; ++leg) list += (list.empty() ? "" : ",") + std::to_string(leg);
      return order_event("order", id, n, "planned", minutes_on(1, n), R"({"legs":[)" + list + "]}");
    }
    case 2:
    case 3:
      return order_event("order", id, n, "leg_walked", time, R"({"part":)" + std::to_string(legs.walked++) + R"(,"what":"w"})");
    default:
      return order_event("order", id, n, "checked", time, R"({"result":")" + std::string(results[random() % 3]) + R"(","what":"w"})");
  }
}

struct Shares {
  std::size_t opened = 0;
  std::size_t not_opened = 0;
  std::size_t late = 0;
  std::size_t in_sets = 0;
};

class Conditional : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Conditional, WhatTheConditionsSaidIsOpenedAndReplayIsLive) {
  std::mt19937_64 random(GetParam());
  Partitions all(reaction_office(), *model::parse_instant("2026-03-10T18:00:00+08:00"));
  all.trouble(&random);
  std::map<std::string, Legs> legs;
  Shares shares;
  for (int n = 1; n <= 200; ++n) {
    const auto id = "O" + std::to_string(random() % 5);
    const bool opens = all.find(id) == nullptr && random() % 3 == 0;
    static_cast<void>(all.offer(opens ? order_event("order", id, n, "made", minutes_on(0, n), R"({"owner":"N","urgent":true})")
                                      : random_order_event(random, id, n, legs[id])));
    if (random() % 3 == 0) all.step();
    if (random() % 6 == 0) all.take_over(static_cast<int>(random() % model::kPartitions), random() % 2 == 0);
  }
  all.trouble(nullptr);
  all.settle();
  std::uint64_t numbers = 0;
  for (int order = 0; order < 5; ++order) {
    const auto id = "O" + std::to_string(order);
    const auto events = accepted_of(all.rows_of(id), id);
    std::size_t repairs = 0;
    std::size_t checks = 0;
    std::size_t walks = 0;
    for (const auto& event : events) {
      const bool urgent = was_urgent(events, event);
      const bool walked = event.name == "leg_walked";
      const bool bad = event.text.find("\"bad\"") != std::string::npos;
      const bool poor = event.text.find("\"poor\"") != std::string::npos;
      if (!walked && event.name != "checked") continue;
      const bool opens = walked ? urgent : bad || (poor && urgent);
      walks += walked ? 1U : 0U;
      (walked ? checks : repairs) += opens ? 1U : 0U;
      ++(opens ? shares.opened : shares.not_opened);
      const bool behind = std::any_of(events.begin(), events.end(),
                                      [&](const Read& other) { return other.height < event.height && other.time > event.time; });
      shares.late += behind ? 1U : 0U;
      shares.in_sets += event.known_to > event.height ? 1U : 0U;
    }
    EXPECT_EQ(opened_by(all, id, "repair").size(), repairs) << id;
    EXPECT_EQ(opened_by(all, id, "leg_check").size(), checks) << id;
    EXPECT_EQ(opened_by(all, id, "leg_job").size(), walks) << id;
    numbers += 2 * (repairs + checks + walks);  // each job asks for a visit
  }
  EXPECT_EQ(numbers_given(all), numbers);
  EXPECT_GT(shares.opened, 10U);
  EXPECT_GT(shares.not_opened, 10U);
  EXPECT_GT(shares.late, 10U);
  EXPECT_GT(shares.in_sets, 0U);
  for (int i = 0; i < model::kPartitions; ++i) {
    const auto replayed = all.replayed(i);
    EXPECT_EQ(simulation::difference(all.rows(i), *replayed), "");
    EXPECT_EQ(all.rows(i).reactions, replayed->reactions);
    EXPECT_EQ(all.rows(i).causes.size(), replayed->causes.size());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Conditional, ::testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace docket::testing
