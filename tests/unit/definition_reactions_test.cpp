// What the checker says of links that open cases: one row a mistake in the office of reaction_office.h.
#include <gtest/gtest.h>

#include <array>

#include "engine/definition/older_links.h"
#include "tests/support/reaction_office.h"

namespace docket::definition {
namespace {

struct Mistake {
  const char* file;
  const char* written;
  const char* instead;
  const char* message;  // with its place
};
std::ostream& operator<<(std::ostream& out, const Mistake& row) { return out << row.instead; }

const Mistake kMistakes[] = {
    {"definitions/order.yaml", "opens_by: asked,", "opens_by: askd,", "order.yaml:24:28: error: link job: opens_by: no event askd"},
    {"definitions/order.yaml", "opens_by: asked, with: {what: what, ", "opens_by: asked, with: {",
     "link job: begun of kind job needs what, and with does not give it"},
    {"definitions/order.yaml", "weight: \"@weight\"", "wieght: \"@weight\"", "link job: with: begun of kind job has no field wieght"},
    {"definitions/order.yaml", "weight: \"@weight\"", "weight: \"@wieght\"", "with: weight: the case has no attribute wieght"},
    {"definitions/order.yaml", "weight: \"@weight\"", "weight: \"@urgent\"", "with: weight: not every urgent fits there"},
    {"definitions/order.yaml", "weight: \"@weight\"", "weight: \"@case\"", "with: weight is no text, so it can't be a case's id"},
    {"definitions/order.yaml", "weight: \"@weight\"", "weight: [a]", "with: weight is a field of asked, an attribute of the case as @name"},
    {"definitions/order.yaml", "origin: \"@case\", sort: {value: plain}}}\n  other", "origin: what, sort: {value: plain}}}\n  other",
     "with: origin: what is private, and would stand open in the other case"},
    {"definitions/order.yaml", "with: {what: what, owner: \"@owner\", weight", "with: {what: waht, owner: \"@owner\", weight",
     "with: what: event asked has no field waht"},
    {"definitions/order.yaml", "sort: {value: named}", "sort: {value: other}", "with: sort: one of plain, named, not other"},
    {"definitions/order.yaml", "sort: {value: named}", "sort: {is: named}", "value"},
    {"definitions/order.yaml", "opens_by: handed, ", "", "with says what the event that opens the target holds"},
    {"definitions/order.yaml", "to: job, opens_by: asked", "to: job, opens_by: handed",
     "event handed makes the link other, so it opens no other"},
    {"definitions/order.yaml", "weight: {type: decimal(2)}", "weight: {type: decimal(3)}", "with: weight: not every weight fits there"},
    {"definitions/order.yaml", "when: [{data.result: poor", "when: [{data.reslt: poor",
     "order.yaml:27:48: error: link repair: when: event checked has no data field reslt; did you mean result?"},
    {"definitions/order.yaml", "{data.result: bad}]", "{data.result: badd}]",
     "order.yaml:27:96: error: link repair: when: data.result has no value badd; it has fine, poor, bad; did you mean bad?"},
    {"definitions/order.yaml", "poor, urgent: true}", "poor, urgnt: true}", "link repair: when: unknown attribute urgnt;"},
    {"definitions/order.yaml", "when: [{data.result: poor, urgent: true}, {data.result: bad}]", "when: []",
     "link repair: when: an empty list holds for nothing; leave it out"},
    {"definitions/order.yaml", "when: [{data.result: poor", "wen: [{data.result: poor", "when"},
    {"definitions/order.yaml", "{data.result: bad}]", "{state: done}]",
     "link repair: when: none of these states is in checked's `from`, so it never holds"},
    {"definitions/order.yaml", "{data.result: bad}]", "{count.ended: {min: 1}}]", "link repair: when: ended can't have happened before"},
    {"definitions/order.yaml", "opens_by: asked, with", "opens_by: asked, when: {data.what: present}, with",
     "link job: when: data.what is private, and no condition may read it"},
    {"definitions/order.yaml", "opens_by: handed, ", "opens_by: handed, when: {urgent: true}, ",
     "link other: event handed makes this link whatever holds (link: other), so it can't depend on a condition"},
    {"definitions/order.yaml", "{to: job, opens_by: asked, with", "{to: job, when: {urgent: true}, with",
     "link job: when says whether an event opens the target; name that event, opens_by"},
    {"definitions/job.yaml", "by: [desk, system]", "by: [desk]", "no event that opens a job is by system, so Docket itself can't open one"},
    {"definitions/job.yaml", "  done_event: {from", "  begun_too: {opens: true, to: begun_state, by: [system]}\n  done_event: {from",
     "Docket itself may do two events that open a job, begun and begun_too"},
    {"definitions/job.yaml", "  visit: {to: visit, opens_by: begun, with: {unit_name: owner}}",
     "  visit: {to: visit, opens_by: begun, with: {unit_name: owner}}\n"
     "  more: {to: job, opens_by: begun, with: {what: what, owner: owner, sort: sort}}",
     "link more: what it opens opens another, and so on without end"},
    {"definitions/job.yaml", "opens_by: begun,", "opens_by: done_event,", "event done_event has no field owner"},
    {"definitions/visit.yaml", "set: [unit_name]", "set: [unit_name], may: [gone]", "gone"},
    {"definitions/visit.yaml", "  visited: {from: [planned_state], to: done, by: [desk]}",
     "  visited: {from: [planned_state], to: done, by: [desk, system]}", "the role system acts only `after` a clock, or to open a case"},
};

class ReactionMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(ReactionMistakes, AreToldWithTheirPlace) {
  const auto& row = GetParam();
  auto texts = testing::reaction_office_texts();
  auto& text = texts.at(row.file);
  const auto at = text.find(row.written);
  ASSERT_NE(at, std::string::npos) << row.written;
  text.replace(at, std::string(row.written).size(), row.instead);
  const auto compiled = compile(texts, "small");
  EXPECT_FALSE(compiled.ok());
  std::string all;
  for (const auto& each : compiled.diagnostics) all += each.format() + "\n";
  EXPECT_NE(all.find(row.message), std::string::npos) << all;
  EXPECT_NE(all.find(".yaml:"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, ReactionMistakes, ::testing::ValuesIn(kMistakes));

TEST(ReactionOffice, ACaseThatNothingOpensIsTold) {
  auto texts = testing::reaction_office_texts();
  auto& text = texts.at("definitions/job.yaml");
  text.erase(text.find("links:"));
  auto& labels = texts.at("labels/job.yaml");
  labels.erase(labels.find("links:"));
  const auto compiled = compile(texts, "small");
  ASSERT_FALSE(compiled.ok());
  EXPECT_NE(compiled.diagnostics.front().message.find("Docket itself opens this case, and no link of the office has it do so"),
            std::string::npos)
      << compiled.diagnostics.front().format();
}

TEST(ReactionOffice, WithoutTheRoleOfDocketItselfNothingIsOpened) {
  auto texts = testing::reaction_office_texts();
  auto& office = texts.at("offices/small.yaml");
  office.replace(office.find("unit, system]"), 13, "unit, sytem]");
  const auto compiled = compile(texts, "small");
  ASSERT_FALSE(compiled.ok());
  std::string all;
  for (const auto& each : compiled.diagnostics) all += each.format() + "\n";
  EXPECT_NE(all.find("no event that opens a job is by system"), std::string::npos) << all;
}

// A part's event is judged by its own values and by the case.
TEST(ReactionOffice, AConditionMaySeeThePartAndTheCase) {
  auto texts = testing::reaction_office_texts();
  auto& text = texts.at("definitions/order.yaml");
  text.replace(text.find("opens_by: leg_walked,"), 21, "opens_by: leg_walked, when: {state: wanted, urgent: true},");
  const auto compiled = compile(texts, "small");
  ASSERT_TRUE(compiled.ok()) << compiled.diagnostics.front().format();
  const auto& order = compiled.bundle->kinds[*find_name(compiled.bundle->kind_ids, "order")];
  const auto& link = order.links[*find_name(order.link_ids, "leg_job")];
  ASSERT_NE(link.when, kNoCondition);
  EXPECT_EQ(order.conditions[link.when].any.front().front().scope, 1);
}

// A case of the older definitions opens what the newer ones judge.
TEST(ReactionOffice, WhatOlderCasesOpenInVainIsTold) {
  const auto older = compile(testing::reaction_office_texts(), "small");
  ASSERT_TRUE(older.ok());
  const auto told = [&](const std::vector<std::array<std::string, 3>>& edits) {
    auto texts = testing::reaction_office_texts();
    for (const auto& [file, from, to] : edits) {
      auto& text = texts.at(file);
      EXPECT_NE(text.find(from), std::string::npos) << from;
      text.replace(text.find(from), from.size(), to);
    }
    const auto newer = compile(texts, "small");
    EXPECT_TRUE(newer.ok()) << (newer.ok() ? std::string() : newer.diagnostics.front().format());
    return newer.ok() ? refused_links(*older.bundle, *newer.bundle) : std::vector<std::string>{};
  };
  EXPECT_TRUE(told({}).empty());
  const auto [visit, job, labels] = testing::visit_with_a_floor();
  EXPECT_EQ(told({visit, job, labels}),
            std::vector<std::string>{"link visit of job: visit_planned of kind visit needs floor, which the link doesn't give"});
  auto optional = visit;
  optional[2].replace(optional[2].find("set: [unit_name, floor]"), 23, "set: [unit_name], may: [floor]");
  EXPECT_TRUE(told({optional, job, labels}).empty());
  EXPECT_EQ(told({{"definitions/job.yaml", "links:\n  visit: {to: visit, opens_by: begun, with: {unit_name: owner}}\n", ""},
                  {"labels/job.yaml", "links: {visit: {zh: 走访, en: visit}}\n", ""},
                  {"offices/small.yaml", ", visit]", "]"}}),
            std::vector<std::string>{"link visit of job: there is no kind visit"});
  EXPECT_EQ(told({{"definitions/visit.yaml", "visit_planned: {opens", "visit_begun: {opens"},
                  {"labels/visit.yaml", "visit_planned: {zh", "visit_begun: {zh"}}),
            std::vector<std::string>{"link visit of job: Docket itself opens no visit by visit_planned"});
}

// A kind that the office lacks is not opened, and its link is still a link.
TEST(ReactionOffice, AMissingKindIsAWarning) {
  auto texts = testing::reaction_office_texts();
  auto& office = texts["offices/small.yaml"];
  office.replace(office.find(", visit]"), 8, "]");
  const auto compiled = compile(texts, "small");
  ASSERT_TRUE(compiled.ok());
  const auto& job = compiled.bundle->kinds[*find_name(compiled.bundle->kind_ids, "job")];
  EXPECT_EQ(job.links.front().opening, kNone16);
}

}  // namespace
}  // namespace docket::definition
