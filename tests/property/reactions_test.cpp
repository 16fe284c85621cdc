// Cases that open other cases (ledger.md section 9): each reaction is judged exactly once, in the order of its numbers, whatever is lost,
// repeated or taken over on the way; replay comes to what was lived.
#include <gtest/gtest.h>

#include <random>

#include "engine/apply/reaction_target.h"
#include "engine/apply/state_access.h"
#include "engine/partition/reaction_text.h"
#include "tests/simulation/compare.h"
#include "tests/support/partitions.h"
#include "tests/support/reaction_office.h"

namespace docket::testing {
namespace {

using Kind = partition::EventOutcome::Kind;

constexpr const char* kMorning = "2026-03-10T09:00:00+08:00";
constexpr const char* kNoon = "2026-03-10T12:00:00+08:00";

Instant at(const char* text) { return *model::parse_instant(text); }

class Reactions : public ::testing::Test {
 protected:
  void accept(const std::string& json) {
    const auto outcome = all.offer(json);
    EXPECT_EQ(outcome.kind, Kind::kAccepted) << json << " " << outcome.refusal.detail;
  }
  void made(const std::string& id, const std::string& owner = "N") {
    accept(order_event("order", id, 1, "made", kMorning, R"({"owner":")" + owner + R"(","weight":2.5,"urgent":true})"));
  }
  [[nodiscard]] std::string target(const std::string& id, const char* link) {
    const auto state = all.find(id);
    const auto& kind = all.bundle().kinds[state->kind];
    for (const auto& row : state->links) {
      if (kind.links[row.link].name == link) return row.target;
    }
    return {};
  }
  [[nodiscard]] std::string attribute(const std::string& id, const char* name) {
    const auto state = all.find(id);
    if (state == nullptr) return "no case";
    const auto& scope = all.bundle().kinds[state->kind].scopes[0];
    const auto* value = apply::attribute(state->scope, *definition::find_name(scope.attribute_ids, name), 0);
    if (value == nullptr || !value->present()) return "none";
    using Type = model::Value::Type;
    const bool number = value->type() == Type::kDecimal || value->type() == Type::kFlag || value->type() == Type::kInteger;
    return number ? std::to_string(value->number()) : partition::key_text(all.bundle(), *value);
  }
  [[nodiscard]] std::vector<ledger::Record> records(const std::string& id) {
    std::vector<ledger::Record> out;
    for (const auto& row : all.rows_of(id).histories[id]) out.push_back(all.rows_of(id).records.at(row.height).record);
    return out;
  }

  Partitions all{reaction_office(), at("2026-03-10T18:00:00+08:00")};
};

TEST_F(Reactions, AnEventOpensACaseWithWhatTheCaseWasThen) {
  made("O1");
  accept(order_event("order", "O1", 2, "asked", kNoon, R"({"what":"dig a hole"})"));
  accept(order_event("order", "O1", 3, "moved", kNoon, R"({"owner":"NA"})", R"(,"sequence":"1")"));
  const auto job = target("O1", "job");
  EXPECT_TRUE(job.starts_with("O1.job.")) << job;
  EXPECT_EQ(all.find(job), nullptr) << "not before it was sent";
  all.settle();
  ASSERT_NE(all.find(job), nullptr);
  EXPECT_EQ(attribute(job, "owner"), "N") << "as it was with the event";
  EXPECT_EQ(attribute(job, "weight"), "2500");
  EXPECT_EQ(attribute(job, "urgent"), "1");
  EXPECT_EQ(attribute(job, "origin"), "O1");
  EXPECT_EQ(attribute(job, "sort"), "plain");
  const auto record = records(job).front();
  EXPECT_EQ(record.kind, ledger::RecordKind::kReaction);
  const auto origin = partition::reaction_origin(record);
  ASSERT_TRUE(origin);
  EXPECT_EQ(origin->from, model::partition_of("O1"));
  EXPECT_EQ(origin->case_id, "O1");
  EXPECT_EQ(origin->depth, 1U);
  EXPECT_EQ(all.find(job)->last.time, at(kNoon)) << "when its cause happened";
  EXPECT_EQ(all.find(job)->scope.clocks.size(), 1U);
  // What it opened has opened another.
  const auto visit = target(job, "visit");
  ASSERT_NE(all.find(visit), nullptr);
  EXPECT_EQ(attribute(visit, "unit_name"), "N");
  EXPECT_EQ(partition::reaction_origin(records(visit).front())->depth, 2U);
  EXPECT_EQ(all.counts().accepted, 2U);
}

TEST_F(Reactions, APrivateTextIsSealedAnewForTheOtherCase) {
  made("O1");
  accept(order_event("order", "O1", 2, "asked", kNoon, R"({"what":"a secret matter"})"));
  all.settle();
  const auto job = target("O1", "job");
  for (int i = 0; i < model::kPartitions; ++i) {
    for (const auto& block : all.log(i)) EXPECT_EQ(block.find("secret"), std::string::npos);
  }
  const auto record = records(job).front();
  const auto begin = record.event.find("{\"sealed\":\"") + 11;
  partition::RecordSealer sealer("test-ledger", all.keys());
  const auto name = record.event.find("\"id\":\"O1:job:") + 6;
  const auto event_id = record.event.substr(name, record.event.find('"', name) - name);
  const auto plain = sealer.open_field(job, event_id, "what", record.event.substr(begin, record.event.find('"', begin) - begin));
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(*plain, "\"a secret matter\"");
}

TEST_F(Reactions, ATargetMayBeNamedAndIsOpenedOnce) {
  made("O1");
  accept(order_event("order", "O1", 2, "handed", kNoon, R"({"other":"J7","what":"w"})"));
  const auto again =
      all.offer(order_event("order", "O1", 3, "handed", kNoon, R"({"other":"J7","what":"again"})", R"(,"sequence":"1")", "desk"));
  EXPECT_EQ(again.kind, Kind::kRejected);
  EXPECT_EQ(again.refusal.code, model::Rejection::kLinkExists);
  EXPECT_EQ(again.refusal.detail, "the case is linked to J7 by other already, so handed would open nothing");
  all.settle();
  EXPECT_EQ(attribute("J7", "sort"), "named");
  EXPECT_EQ(records("J7").size(), 1U);
  EXPECT_EQ(all.counts().rejected, 0U);
  // One that somebody opened before stays as it is, and the ledger says so.
  accept(order_event("job", "J8", 1, "begun", kMorning, R"({"what":"own","owner":"NA","sort":"plain"})"));
  accept(order_event("order", "O1", 4, "handed", kNoon, R"({"other":"J8","what":"w"})", R"(,"sequence":"2")"));
  all.settle();
  EXPECT_EQ(attribute("J8", "owner"), "NA");
  const auto rejected = records("J8").back();
  EXPECT_EQ(rejected.kind, ledger::RecordKind::kRejected);
  EXPECT_EQ(rejected.code, model::Rejection::kCaseExists);
  EXPECT_TRUE(partition::reaction_origin(rejected));
  EXPECT_EQ(all.counts().rejected, 1U);
}

// Nothing is swallowed: who would open what is linked by hand is told, and may unlink it first.
TEST_F(Reactions, WhatIsLinkedAlreadyIsLinkedOnce) {
  made("O1");
  int number = 1;
  const auto from_desk = [&](const char* event, const char* minute, const char* data) {
    ++number;
    return all.offer(order_event("order", "O1", number, event, std::string("2026-03-10T12:") + minute + ":00+08:00", data, {}, "desk"));
  };
  const auto rows = [&](const char* name, const std::string& to) {
    const auto state = all.find("O1");
    const auto id = all.bundle().kinds[state->kind].link_ids.at(name);
    return std::count_if(state->links.begin(), state->links.end(), [&](const auto& row) { return row.link == id && row.target == to; });
  };
  EXPECT_EQ(from_desk("linked", "00", R"({"link":"other","target":"J1"})").kind, Kind::kAccepted);
  const auto refused = from_desk("handed", "01", R"({"other":"J1","what":"w"})");
  EXPECT_EQ(refused.kind, Kind::kRejected);
  EXPECT_EQ(refused.refusal.code, model::Rejection::kLinkExists);
  ASSERT_FALSE(refused.refusal.errors.empty());
  EXPECT_EQ(refused.refusal.errors.front().pointer, "#/data/other");
  // Nor in between: what was linked since would be a second row.
  EXPECT_EQ(from_desk("linked", "10", R"({"link":"other","target":"J2"})").kind, Kind::kAccepted);
  const auto late = from_desk("handed", "05", R"({"other":"J2","what":"w"})");
  EXPECT_EQ(late.kind, Kind::kRejected);
  EXPECT_EQ(late.refusal.code, model::Rejection::kWouldBreakLater);
  all.settle();
  EXPECT_EQ(all.find("J1"), nullptr);
  EXPECT_EQ(all.find("J2"), nullptr);
  EXPECT_EQ(from_desk("unlinked", "11", R"({"link":"other","target":"J1"})").kind, Kind::kAccepted);
  EXPECT_EQ(from_desk("handed", "12", R"({"other":"J1","what":"w"})").kind, Kind::kAccepted);
  all.settle();
  EXPECT_NE(all.find("J1"), nullptr);
  // And the other way round, under the id that Docket gave, too.
  EXPECT_EQ(from_desk("linked", "13", R"({"link":"other","target":"J1"})").refusal.code, model::Rejection::kLinkExists);
  EXPECT_EQ(from_desk("asked", "14", R"({"what":"w"})").kind, Kind::kAccepted);
  const auto job = target("O1", "job");
  EXPECT_EQ(from_desk("linked", "15", (R"({"link":"job","target":")" + job + "\"}").c_str()).refusal.code, model::Rejection::kLinkExists);
  EXPECT_EQ(rows("other", "J1"), 1);
  EXPECT_EQ(rows("other", "J2"), 1);
  EXPECT_EQ(rows("job", job), 1);
}

TEST_F(Reactions, APartsEventAndALateOneReactToo) {
  made("O1");
  accept(order_event("order", "O1", 2, "planned", kMorning, R"({"legs":[4]})", R"(,"sequence":"1")"));
  accept(order_event("order", "O1", 3, "leg_walked", kNoon, R"({"part":4,"what":"w"})"));
  // Weeks later somebody types in what had been asked for that morning.
  all.set_now(at("2026-04-01T09:00:00+08:00"));
  accept(order_event("order", "O1", 4, "asked", "2026-03-10T10:00:00+08:00", R"({"what":"late"})"));
  all.settle();
  EXPECT_EQ(attribute(target("O1", "leg_job"), "number"), "4");
  const auto job = all.find(target("O1", "job"));
  ASSERT_NE(job, nullptr);
  EXPECT_EQ(job->last.time, at("2026-03-10T10:00:00+08:00"));
}

// What waited for its case is judged when a reaction opens it.
TEST_F(Reactions, ReleasesWhatWaitedForTheCase) {
  made("O1");
  const auto early = all.offer(order_event("job", "J9", 1, "done_event", "2026-03-10T13:00:00+08:00", "{}"));
  EXPECT_EQ(early.kind, Kind::kParked);
  accept(order_event("order", "O1", 2, "handed", kNoon, R"({"other":"J9","what":"w"})"));
  all.settle();
  EXPECT_EQ(records("J9").back().kind, ledger::RecordKind::kAccepted);
  EXPECT_EQ(all.find("J9")->version, 2U);
}

TEST_F(Reactions, NumbersAreJudgedOneAfterTheOther) {
  made("O1");
  accept(order_event("order", "O1", 2, "handed", kNoon, R"({"other":"J1","what":"w"})"));
  const int from = model::partition_of("O1");
  const int to = model::partition_of("J1");
  auto first = all.loop(from).reaction(to, 1);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_FALSE(all.loop(from).reaction(to, 2));
  const auto offer = [&](partition::Reaction reaction) {
    partition::EventOutcome told;
    partition::Offer offered;
    offered.reaction = std::make_shared<const partition::Reaction>(std::move(reaction));
    offered.done = [&](std::vector<partition::EventOutcome> outcomes) { told = outcomes.front(); };
    EXPECT_TRUE(all.loop(to).offer(std::move(offered)));
    for (int i = 0; i < 3; ++i) all.turn(to);
    return told;
  };
  auto third = *first;
  third.number = 3;
  EXPECT_EQ(offer(third).kind, Kind::kOverloaded);
  EXPECT_EQ(all.find("J1"), nullptr);
  EXPECT_EQ(offer(*first).kind, Kind::kAccepted);
  EXPECT_EQ(offer(*first).kind, Kind::kDuplicate);
  auto second = *first;
  second.number = 2;
  second.depth = partition::kReactionDepthMax + 1;
  second.event.replace(second.event.find("O1:other:"), 9, "O1:again:");  // another event
  const auto deep = offer(second);
  EXPECT_EQ(deep.kind, Kind::kRejected);
  EXPECT_EQ(deep.refusal.code, model::Rejection::kReactionTooDeep);
  EXPECT_EQ(deep.received, 2U);
  // What can't be read at all is passed as well: the line goes on.
  third.event = "{}";
  const auto unread = offer(third);
  EXPECT_EQ(unread.kind, Kind::kRejected);
  EXPECT_EQ(unread.received, 3U);
  EXPECT_EQ(all.rows(to).reactions.received[static_cast<std::size_t>(from)], 3U);
}

TEST_F(Reactions, AreNeverRecordedBeforeTheirCause) {
  made("O1");
  accept(order_event("order", "O1", 2, "handed", kNoon, R"({"other":"J1","what":"w"})"));
  auto reaction = all.loop(model::partition_of("O1")).reaction(model::partition_of("J1"), 1);
  ASSERT_TRUE(reaction);
  auto ahead = *reaction;
  ahead.recorded += 4'000;  // the other node's clock
  partition::Offer offered;
  offered.reaction = std::make_shared<const partition::Reaction>(ahead);
  offered.done = [](const auto&) {};
  ASSERT_TRUE(all.loop(model::partition_of("J1")).offer(std::move(offered)));
  all.settle();
  const auto& rows = all.rows_of("J1");
  EXPECT_GE(rows.records.at(rows.histories.at("J1").front().height).recorded, ahead.recorded);
}

TEST_F(Reactions, OneWhoseTextIsErasedIsRefusedAndTheLineGoesOn) {
  made("O1");
  accept(order_event("order", "O1", 2, "handed", kNoon, R"({"other":"J1","what":"w"})"));
  all.keys().lose_all();
  all.settle();
  accept(order_event("order", "O1", 3, "handed", kNoon, R"({"other":"J2","what":"w"})", R"(,"sequence":"1")"));
  all.settle();
  EXPECT_EQ(all.find("J1"), nullptr);
  const auto refused = records("J1").back();
  EXPECT_EQ(refused.code, model::Rejection::kInvalidData);
  ASSERT_FALSE(refused.errors.empty());
  EXPECT_EQ(refused.errors.front().pointer, "#/data/what");
  EXPECT_NE(all.find("J2"), nullptr);
}

TEST_F(Reactions, ReadBetweenNodesWhatWasWritten) {
  made("O1");
  accept(order_event("order", "O1", 2, "handed", kNoon, R"({"other":"J1","what":"w \" 城"})"));
  const auto sent = all.loop(model::partition_of("O1")).reaction(model::partition_of("J1"), 1);
  ASSERT_TRUE(sent);
  const auto text = partition::reaction_json(*sent);
  const auto read = partition::read_reaction(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(partition::reaction_json(*read), text);
  for (const char* bad : {"", "{}", "[1]", R"({"reaction":{"from":99},"event":{}})", R"({"reaction":{"from":1,"number":0},"event":{}})"})
    EXPECT_FALSE(partition::read_reaction(bad)) << bad;
}

// ---- whatever happens on the way

std::string random_event(std::mt19937_64& random, const std::string& id, int n, std::int64_t minute) {
  const auto time = model::format_instant(at(kMorning) + minute * 60'000);
  switch (random() % 4) {
    case 0:
      return order_event("order", id, n, "asked", time, R"({"what":"w)" + std::to_string(n) + "\"}");
    case 1:
      return order_event("order", id, n, "handed", time, R"({"other":"J)" + std::to_string(random() % 40) + R"(","what":"w"})");
    case 2:
      return order_event("order", id, n, "moved", time, random() % 2 == 0 ? R"({"owner":"N"})" : R"({"owner":"NA"})");
    default:
      return order_event("order", id, n, "noted", time, R"({"text":"t"})");
  }
}

class Troubled : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Troubled, EveryReactionIsJudgedExactlyOnceAndReplayIsLive) {
  std::mt19937_64 random(GetParam());
  Partitions calm(reaction_office(), at("2026-03-10T18:00:00+08:00"));
  Partitions troubled(reaction_office(), at("2026-03-10T18:00:00+08:00"));
  troubled.trouble(&random);
  for (int n = 1; n <= 150; ++n) {
    const auto id = "O" + std::to_string(random() % 25);
    const auto json = calm.find(id) == nullptr ? order_event("order", id, n, "made", kMorning, R"({"owner":"N"})")
                                               : random_event(random, id, n, static_cast<std::int64_t>(n));
    const auto expected = calm.offer(json);
    calm.settle();
    const auto outcome = troubled.offer(json);
    EXPECT_EQ(outcome.kind, expected.kind) << json << outcome.refusal.detail;
    if (random() % 3 == 0) troubled.step();
    if (random() % 4 == 0) troubled.take_over(static_cast<int>(random() % model::kPartitions), random() % 2 == 0);
  }
  troubled.trouble(nullptr);
  troubled.settle();
  std::size_t opened = 0;
  std::size_t cases = 0;
  std::size_t expected_cases = 0;
  for (int i = 0; i < model::kPartitions; ++i) {
    auto& rows = troubled.rows(i);
    for (int k = 0; k < model::kPartitions; ++k) {
      EXPECT_EQ(rows.reactions.sent[static_cast<std::size_t>(k)], troubled.rows(k).reactions.received[static_cast<std::size_t>(i)])
          << i << " -> " << k;
    }
    cases += rows.cases.size();
    expected_cases += calm.rows(i).cases.size();
    std::map<int, std::uint64_t> last;
    for (const auto& [height, row] : rows.records) {
      const auto origin = partition::reaction_origin(row.record);
      if (!origin) continue;
      EXPECT_EQ(origin->number, ++last[origin->from]) << "partition " << i << ", height " << height;
      opened += row.record.kind == ledger::RecordKind::kReaction ? 1U : 0U;
    }
    for (const auto& [id, state] : calm.rows(i).cases) {
      // Of two orders that name one job the first to come opens it, and what the job asks for is called by that event.
      if (id.starts_with("J") && id.find('.') != std::string::npos) continue;
      const auto lived = rows.find(0, id);
      ASSERT_NE(lived, nullptr) << id;
      EXPECT_EQ(lived->scope.state, state->scope.state) << id;
      EXPECT_TRUE(id.starts_with("J") || simulation::same_life(*lived, *state)) << id;
    }
    const auto replayed = troubled.replayed(i);
    EXPECT_EQ(simulation::difference(rows, *replayed), "");
    EXPECT_EQ(rows.reactions, replayed->reactions);
    EXPECT_EQ(rows.causes.size(), replayed->causes.size());
  }
  EXPECT_EQ(cases, expected_cases);
  EXPECT_GT(opened, 20U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Troubled, ::testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace docket::testing
