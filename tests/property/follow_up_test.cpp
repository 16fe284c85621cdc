// Goal: an assessment that asks for a follow-up has one, done by the inspection office like any matter, and counted: row
// `assessment.follow_up_rate` of the metrics (follow-ups completed by due / due, by kind and outcome). Method: the shipped definitions,
// a proposal and a ticket from their beginning to the figure of June.
#include <gtest/gtest.h>

#include "engine/apply/state_access.h"
#include "tests/support/hotline.h"
#include "tests/support/partitions.h"
#include "tests/support/proposal.h"
#include "tests/support/supervision.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {
namespace {

using Answered = partition::EventOutcome::Kind;

class FollowUp : public ::testing::Test {
 protected:
  // The event happens now, at that time of 2017 in Shanghai.
  void happens(const std::string& when, const std::string& kind, const std::string& id, const std::string& event, const std::string& by,
               std::string data = {}) {
    const auto time = "2017-" + when + ":00+08:00";
    all.set_now(*model::parse_instant(time));
    if (data.empty())
      data = kind == "proposal" ? proposal_data(id, event) : kind == "supervision" ? supervision_data(event) : hotline_data(id, event);
    const auto outcome =
        all.offer(R"({"specversion":"1.0","id":"e-)" + std::to_string(++n) + R"(","source":"12345","type":"org.docket.)" + kind + "." +
                  event + R"(.v1","subject":")" + id + R"(","time":")" + time + R"(","authid":")" + by + R"(-1","actorrole":")" + by +
                  "\"" + (by == "unit" ? R"(,"actorunit":"U")" : "") + R"(,"data":)" + data + "}");
    EXPECT_EQ(outcome.kind, Answered::kAccepted) << when << " " << event << ": " << outcome.refusal.detail;
    all.settle();
  }
  [[nodiscard]] std::vector<std::string> follow_ups(const std::string& id) {
    std::vector<std::string> out;
    const auto state = all.find(id);
    const auto& kind = all.bundle().kinds[state->kind];
    for (const auto& row : state->links) {
      if (kind.links[row.link].name == "follow_up") out.push_back(row.target);
    }
    return out;
  }
  [[nodiscard]] std::string said(const std::string& id, const char* attribute) {
    const auto state = all.find(id);
    if (state == nullptr) return "no case";
    const auto& scope = all.bundle().kinds[state->kind].scopes[0];
    const auto at = *definition::find_name(scope.attribute_ids, attribute);
    const auto* value = apply::attribute(state->scope, at, scope.attributes[at].per_round ? state->round : std::uint16_t{0});
    return value == nullptr || !value->present() ? "none" : partition::key_text(all.bundle(), *value);
  }
  // "1/2", of June 2017, over all partitions.
  [[nodiscard]] std::string rate(const std::string& dimension = {}, const std::string& group = {}) {
    const auto metric = all.bundle().metric_ids.at("assessment.follow_up_rate");
    std::uint8_t by = 0;
    const auto& dimensions = all.bundle().metrics[metric].by;
    for (std::size_t i = 0; i < dimensions.size(); ++i) {
      if (dimensions[i].name == dimension) by = static_cast<std::uint8_t>(i + 1);
    }
    const auto from = model::day_from_date({2017, 6, 1});
    const auto to = model::day_from_date({2017, 7, 1});
    std::int64_t above = 0;
    std::int64_t below = 0;
    for (int i = 0; i < model::kPartitions; ++i) {
      above += all.rows(i).sum("assessment.follow_up_rate", measure::kNumerator, from, to, group, by);
      below += all.rows(i).sum("assessment.follow_up_rate", measure::kDenominator, from, to, group, by);
    }
    return std::to_string(above) + "/" + std::to_string(below);
  }
  void replied_proposal() {
    happens("03-01T09:00", "proposal", "P1", "submitted", "body_office");
    happens("03-02T09:00", "proposal", "P1", "filed", "body_office");
    happens("03-03T09:00", "proposal", "P1", "assigned", "dispatcher");
    happens("03-06T09:00", "proposal", "P1", "accepted", "unit");
    happens("03-07T09:00", "proposal", "P1", "proposer_contacted", "unit");
    happens("03-20T09:00", "proposal", "P1", "reply_signed", "unit");
    happens("03-21T09:00", "proposal", "P1", "reply_delivered", "unit");
  }
  void inspected(const std::string& id, const std::string& plan_no, const std::string& due) {
    happens("04-10T09:00", "supervision", id, "approved", "supervisor",
            R"({"plan_no":")" + plan_no + R"(","approver":"mayor","scope":"s"})");
    happens("04-11T09:00", "supervision", id, "dispatched", "dispatcher",
            R"({"notice_no":"n1","lead":"U","due":")" + due + R"(","report_cycle":"month"})");
    happens("04-12T09:00", "supervision", id, "accepted", "unit");
  }

  int n = 0;
  Partitions all{definition::load_office("example"), *model::parse_instant("2017-03-01T08:00:00+08:00")};
};

TEST_F(FollowUp, IsOpenedAsTheRuleSetSaysDoneAndCounted) {
  replied_proposal();
  happens("04-03T09:00", "proposal", "P1", "third_party_assessed", "assessor", R"({"score":95,"outcome":"done"})");
  EXPECT_TRUE(follow_ups("P1").empty()) << "what is done needs none";
  happens("04-04T09:00", "proposal", "P1", "third_party_assessed", "assessor", R"({"score":61.5,"outcome":"push","due":"2017-06-30"})");
  ASSERT_EQ(follow_ups("P1").size(), 1U);
  const auto of_proposal = follow_ups("P1").front();
  EXPECT_EQ(said(of_proposal, "source"), "follow-up");
  EXPECT_EQ(said(of_proposal, "source_kind"), "proposal");
  EXPECT_EQ(said(of_proposal, "source_outcome"), "push");
  EXPECT_EQ(said(of_proposal, "matter"), "t");
  EXPECT_EQ(said(of_proposal, "origin"), "P1");
  EXPECT_EQ(said(of_proposal, "lead"), "U");
  EXPECT_EQ(said(of_proposal, "due"), "2017-06-30");

  happens("04-05T09:00", "hotline-ticket", "T1", "created", "intake");
  happens("04-05T10:00", "hotline-ticket", "T1", "dispatched", "dispatcher");
  happens("04-06T09:00", "hotline-ticket", "T1", "third_party_assessed", "assessor", R"({"score":70,"outcome":"done"})");
  happens("04-06T10:00", "hotline-ticket", "T1", "third_party_assessed", "assessor", R"({"score":50,"outcome":"go_on"})");
  ASSERT_EQ(follow_ups("T1").size(), 1U);
  const auto of_ticket = follow_ups("T1").front();
  EXPECT_EQ(said(of_ticket, "source_kind"), "hotline-ticket");
  EXPECT_EQ(said(of_ticket, "source_outcome"), "go_on");
  EXPECT_EQ(said(of_ticket, "lead"), "U");
  EXPECT_EQ(said(of_ticket, "due"), "none") << "nobody has said by when";
  EXPECT_EQ(rate(), "0/0") << "neither is given out";

  inspected(of_proposal, "2017-1", "2017-06-30");
  inspected(of_ticket, "2017-2", "2017-06-15");
  EXPECT_EQ(rate(), "0/2");
  happens("05-31T09:00", "supervision", of_proposal, "completion_claimed", "unit");
  EXPECT_EQ(rate(), "0/2") << "a claim alone is none";
  happens("06-01T09:00", "supervision", of_proposal, "completion_verified", "supervisor");
  happens("06-20T09:00", "supervision", of_ticket, "completion_claimed", "unit");
  happens("06-21T09:00", "supervision", of_ticket, "completion_verified", "supervisor");
  EXPECT_EQ(rate(), "1/2") << "the ticket's came after its due";
  EXPECT_EQ(rate("kind", "proposal"), "1/1");
  EXPECT_EQ(rate("kind", "hotline-ticket"), "0/1");
  EXPECT_EQ(rate("outcome", "push"), "1/1");
  EXPECT_EQ(rate("outcome", "go_on"), "0/1");
  EXPECT_EQ(rate("unit", "U"), "1/2");
  for (const auto& id : {std::string("P1"), std::string("T1"), of_proposal, of_ticket}) {
    const int number = model::partition_of(id);
    EXPECT_EQ(*all.replayed(number)->find(0, id), *all.find(id)) << id;
  }
}

// Another office finds otherwise which outcomes need one: its rule set alone says so.
TEST(FollowUpRule, DecidesWhichOutcomesNeedOne) {
  auto texts = definition::load_office("example")->texts;
  auto& rules = texts.at("rules/base.yaml");
  const std::string written = "push: follow_up, go_on: follow_up, research_plan: follow_up, done: settled";
  ASSERT_NE(rules.find(written), std::string::npos);
  rules.replace(rules.find(written), written.size(), "push: settled, go_on: settled, research_plan: settled, done: follow_up");
  const auto compiled = definition::compile(texts, "example");
  ASSERT_TRUE(compiled.ok());
  const auto& kind = compiled.bundle->kinds[compiled.bundle->kind_ids.at("proposal")];
  const auto& link = kind.links[kind.link_ids.at("follow_up")];
  const auto& test = kind.conditions.at(link.when).any.front().front();
  const auto needs = [&](const char* outcome) {
    return std::binary_search(test.values.begin(), test.values.end(), static_cast<std::int64_t>(compiled.bundle->symbols.find(outcome)));
  };
  EXPECT_TRUE(needs("done"));
  EXPECT_FALSE(needs("push"));
  EXPECT_FALSE(needs("go_on"));
}

}  // namespace
}  // namespace docket::testing
