// The shipped offices compile, and their tables say what the definitions say.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/definition_fixture.h"

namespace docket::definition {
namespace {

class Offices : public ::testing::TestWithParam<const char*> {};

TEST_P(Offices, CompileWithoutError) {
  const Compiled compiled = compile(shipped_texts(), GetParam());
  for (const Diagnostic& each : compiled.diagnostics) EXPECT_EQ(each.severity, Severity::kWarning) << each.format();
  ASSERT_TRUE(compiled.ok());
  EXPECT_EQ(compiled.bundle->office, GetParam());
  EXPECT_EQ(compiled.bundle->id.size(), 64U);
}

TEST_P(Offices, HoldExactlyTheTextsTheyName) {
  const BundlePtr bundle = load_office(GetParam());
  const Compiled again = compile(bundle->texts, GetParam());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again.bundle->id, bundle->id);
  for (const auto& [path, content] : bundle->texts) {
    std::map<std::string, std::string> less = bundle->texts;
    less.erase(path);
    EXPECT_FALSE(compile(less, GetParam()).ok()) << path << " is in the bundle without need";
  }
}

TEST_P(Offices, LabelEverythingInBothLanguages) {
  const BundlePtr bundle = load_office(GetParam());
  const auto check = [](const Labels& labels, const std::string& what) { EXPECT_TRUE(!labels.zh.empty() && !labels.en.empty()) << what; };
  for (std::size_t i = 0; i < bundle->roles.size(); ++i) check(bundle->role_labels[i], bundle->roles[i]);
  for (const KindDef& kind : bundle->kinds) {
    check(kind.labels, kind.name);
    for (const ScopeDef& scope : kind.scopes) {
      if (!scope.name.empty()) check(scope.labels, scope.name);
      for (const auto& each : scope.attributes) check(each.labels, each.name);
      for (const auto& each : scope.states) check(each.labels, each.name);
      for (const auto& each : scope.clocks) check(each.labels, each.name);
      for (const auto& each : scope.gates) check(each.labels, each.name);
    }
    for (const auto& each : kind.links) check(each.labels, each.name);
    for (const EventDef& event : kind.events) {
      check(event.labels, event.name);
      for (const FieldDef& field : event.fields) {
        for (const Symbol symbol : field.spec.allowed) {
          const auto found = bundle->symbol_labels.find(symbol);
          ASSERT_NE(found, bundle->symbol_labels.end()) << bundle->symbols.text(symbol);
          check(found->second, bundle->symbols.text(symbol));
        }
      }
    }
  }
  for (const MetricDef& metric : bundle->metrics) check(metric.title, metric.name);
}

INSTANTIATE_TEST_SUITE_P(Shipped, Offices, ::testing::Values("example", "shandong", "boston"),
                         [](const auto& each) { return std::string(each.param); });

class Hotline : public ::testing::Test {
 protected:
  const BundlePtr bundle_ = load_office("example");
  const KindDef& kind_ = bundle_->kinds.at(*find_name(bundle_->kind_ids, "hotline-ticket"));
  const ScopeDef& scope_ = kind_.scopes.at(0);

  const EventDef& event(std::string_view name) const { return kind_.events.at(*find_name(kind_.event_ids, name)); }
  ClockId clock(std::string_view name) const { return *find_name(scope_.clock_ids, name); }
  std::uint64_t states(std::initializer_list<const char*> names) const {
    std::uint64_t mask = 0;
    for (const char* name : names) mask |= std::uint64_t{1} << *find_name(scope_.state_ids, name);
    return mask;
  }
  const FieldDef& field(const EventDef& event, std::string_view name) const { return event.fields.at(*find_name(event.field_ids, name)); }
  Symbol symbol(std::string_view text) const { return bundle_->symbols.find(text); }
  RoleId role(std::string_view name) const { return *find_name(bundle_->role_ids, name); }
};

TEST_F(Hotline, EventTable) {
  const EventDef& created = event("created");
  EXPECT_TRUE(created.opens);
  EXPECT_EQ(created.to, *find_name(scope_.state_ids, "registered"));
  EXPECT_TRUE(field(created, "number").required);
  EXPECT_FALSE(field(created, "urgency").required);
  EXPECT_FALSE(field(created, "number").spec.is_private);
  EXPECT_TRUE(field(created, "text").spec.is_private);
  EXPECT_TRUE(field(created, "caller").spec.is_private);
  const EventDef& reply = event("result_replied");
  EXPECT_EQ(reply.from, states({"signed", "handling"}));
  EXPECT_EQ(reply.needs.size(), 2U);
  ASSERT_EQ(reply.by.size(), 1U);
  EXPECT_EQ(reply.by[0].kind, ActorRule::Kind::kAttribute);
  EXPECT_EQ(scope_.attributes[reply.by[0].attribute].name, "unit");
  EXPECT_TRUE(field(reply, "evidence").spec.many);
  EXPECT_EQ(field(reply, "text").attribute, kNone16);
  EXPECT_EQ(event("resumed").to, kBack);
  EXPECT_EQ(event("signed").late_ms, 86'400'000);
  EXPECT_EQ(event("caller_contacted").late, (calendar::Duration{5, calendar::LimitUnit::kWorkingDays}));
  EXPECT_EQ(event("rated").while_clock, clock("appeal"));
  EXPECT_EQ(event("concluded").not_by, *find_name(kind_.event_ids, "result_replied"));
  EXPECT_EQ(event("extension_approved").answers, *find_name(kind_.event_ids, "extension_requested"));
  EXPECT_EQ(event("extension_requested").once, Once::kRound);
  EXPECT_TRUE(event("reopened").next_round);
  ASSERT_EQ(event("designated").fix.size(), 1U);
  EXPECT_EQ(event("designated").fix[0].second, Value::flag(true));
  EXPECT_EQ(field(event("dispatched"), "assists").adds_part, 1);
  EXPECT_TRUE(field(event("dispatched"), "assists").spec.many);
  EXPECT_EQ(field(event("merged"), "merged_into").link, event("merged").link);
  EXPECT_EQ(event("unmerged").unlink, event("merged").link);
  EXPECT_TRUE(field(event("assist_given"), "part").is_part_key);
  EXPECT_EQ(event("assist_given").by.at(0).kind, ActorRule::Kind::kKey);
}

TEST_F(Hotline, ClocksListenToEvents) {
  const ClockDef& handle = scope_.clocks[clock("handle")];
  const ClockRef ref{0, clock("handle")};
  const auto has = [&](const std::vector<ClockRef>& list) { return std::find(list.begin(), list.end(), ref) != list.end(); };
  EXPECT_TRUE(has(event("dispatched").starts));
  EXPECT_TRUE(has(event("result_replied").stops));
  EXPECT_TRUE(has(event("return_granted").cancels));
  EXPECT_TRUE(has(event("extension_approved").extends));
  EXPECT_TRUE(handle.per_round && handle.restart && !handle.window);
  EXPECT_EQ(handle.pause_states, states({"suspended", "long_term"}));
  EXPECT_EQ(handle.holder.kind, Holder::Kind::kAttribute);
  ASSERT_EQ(handle.rows.size(), 2U);
  EXPECT_EQ(handle.rows[0].limit, (calendar::Duration{2, calendar::LimitUnit::kHours}));
  const definition::Test& urgent = kind_.conditions[handle.rows[0].when].any.at(0).at(0);
  EXPECT_EQ(urgent.values, std::vector<std::int64_t>{symbol("emergency")});
  EXPECT_EQ(handle.rows[1].limit, (calendar::Duration{5, calendar::LimitUnit::kWorkingDays}));
  EXPECT_EQ(handle.rows[1].when, kNoCondition);
  ASSERT_TRUE(handle.extend);
  EXPECT_EQ(event("extension_approved").fields[handle.extend->until_field].name, "new_due");
  ASSERT_EQ(handle.extend->cap_rows.size(), 1U);
  ASSERT_EQ(handle.notices.size(), 2U);
  EXPECT_EQ(handle.notices[0].at, (calendar::Duration{-1, calendar::LimitUnit::kWorkingDays}));
  EXPECT_EQ(handle.notices[0].time_ms, 36'000'000);
  EXPECT_EQ(handle.notices[0].to, kNone8);
  ASSERT_EQ(event("audit_failed").revokes.size(), 2U);
  const auto& revokes = event("reopened").revokes;
  ASSERT_EQ(revokes.size(), 2U) << "handle in the first round, redo in a later one";
  const definition::Test& trigger = kind_.conditions[revokes[0].when].any.at(0).at(0);
  EXPECT_EQ(trigger.left, definition::Test::Left::kData);
  EXPECT_EQ(event("reopened").fields[trigger.id].name, "trigger");
  EXPECT_TRUE(scope_.clocks[clock("contact")].rows.empty()) << "no row: unlimited";
  EXPECT_TRUE(kind_.scopes[1].clocks.at(0).starts_added);
  EXPECT_EQ(kind_.scopes[1].clocks.at(0).holder.kind, Holder::Kind::kKey);
}

TEST_F(Hotline, ConditionsAreMasksAndSymbols) {
  const Condition& done = kind_.conditions[event("callback_done").when];
  ASSERT_EQ(done.any.size(), 2U);
  EXPECT_TRUE(done.any[0][0].if_present);
  EXPECT_EQ(done.any[1][0].left, definition::Test::Left::kCount);
  EXPECT_EQ(done.any[1][0].min, 3000) << "hotline.callback_attempts, in thousandths";
  const definition::Test& designated = kind_.conditions[event("return_requested").when].any.at(0).at(0);
  EXPECT_TRUE(designated.if_absent);
  EXPECT_EQ(designated.values, std::vector<std::int64_t>{0});
}

TEST_F(Hotline, CommonEventsStandInEveryKind) {
  for (const KindDef& kind : bundle_->kinds) {
    const EventId* id = find_name(kind.event_ids, "corrected");
    ASSERT_NE(id, nullptr) << kind.name;
    const EventDef& corrected = kind.events[*id];
    EXPECT_TRUE(corrected.common);
    EXPECT_EQ(corrected.action, EventAction::kCorrected);
    EXPECT_EQ(corrected.from, kind.scopes[0].open_states | kind.scopes[0].paused_states | kind.scopes[0].closed_states);
    EXPECT_EQ(field(corrected, "event").spec.type, ValueType::kObject);
    EXPECT_EQ(corrected.by.size(), bundle_->roles.size() - 1) << "any role but system";
  }
}

TEST_F(Hotline, GatesAndLinks) {
  const GateDef& contacted = scope_.gates.at(*find_name(scope_.gate_ids, "contacted"));
  EXPECT_EQ(contacted.event, *find_name(kind_.event_ids, "caller_contacted"));
  EXPECT_TRUE(bundle_->rules.at(contacted.rule).is_switch);
  EXPECT_FALSE(bundle_->rules.at(contacted.rule).on);
  const GateDef& assists = scope_.gates.at(*find_name(scope_.gate_ids, "assists_in"));
  EXPECT_EQ(assists.part, 1);
  EXPECT_EQ(assists.part_states, kind_.scopes[1].closed_states);
  EXPECT_EQ(assists.waive, std::vector<RoleId>{role("dispatcher")});
  const LinkDef& merged = kind_.links.at(event("merged").link);
  EXPECT_TRUE(merged.one && merged.forest && merged.counts_primary);
  EXPECT_EQ(kind_.links.at(*find_name(kind_.link_ids, "supervision")).to, *find_name(bundle_->kind_ids, "supervision"));
}

TEST_F(Hotline, RulesComeFromTheHighestLayer) {
  const RuleDef& sign = bundle_->rules.at(*find_name(bundle_->rule_ids, "hotline.sign"));
  EXPECT_EQ(sign.set, "example");
  EXPECT_EQ(sign.text, "1wd");
  EXPECT_EQ(sign.certainty, Certainty::kAssumed);
  const RuleDef& weight = bundle_->rules.at(*find_name(bundle_->rule_ids, "hotline.satisfaction_weight"));
  EXPECT_EQ(weight.set, "base");
  EXPECT_EQ(weight.thousandths, 800);
  EXPECT_EQ(bundle_->rules_version, "base+example@2017-01-01");
  const BundlePtr shandong = load_office("shandong");
  const RuleDef& cap = shandong->rules.at(*find_name(shandong->rule_ids, "hotline.handle_cap"));
  EXPECT_EQ(cap.set, "shandong-hotline-2020");
  EXPECT_EQ(cap.certainty, Certainty::kReported);
}

TEST_F(Hotline, UnitTree) {
  EXPECT_TRUE(bundle_->unit_within(symbol("V"), symbol("W")));
  EXPECT_TRUE(bundle_->unit_within(symbol("V"), symbol("V")));
  EXPECT_FALSE(bundle_->unit_within(symbol("W"), symbol("V")));
  EXPECT_FALSE(bundle_->unit_within(symbol("phone"), symbol("W")));
  EXPECT_GE(bundle_->units.size(), 53U);
}

TEST_F(Hotline, Sources) {
  const SourceDef& example = bundle_->sources.at(*find_name(bundle_->source_ids, "example"));
  EXPECT_TRUE(example.backfill && !example.in_order && !example.all_units);
  EXPECT_EQ(example.units.size(), 3U);
  const SourceDef& live = bundle_->sources.at(*find_name(bundle_->source_ids, "12345"));
  EXPECT_TRUE(live.all_units && !live.backfill && !live.in_order);
  EXPECT_EQ(live.kinds.size(), bundle_->kinds.size());
  EXPECT_EQ(live.roles.size(), bundle_->roles.size() - 1);
  EXPECT_TRUE(bundle_->sources.at(*find_name(bundle_->source_ids, "console")).in_order);
}

TEST_F(Hotline, Metrics) {
  const auto metric = [&](std::string_view name) -> const MetricDef& { return bundle_->metrics.at(*find_name(bundle_->metric_ids, name)); };
  const MetricDef& original = metric("hotline.on_time_rate.original_due");
  EXPECT_TRUE(original.original_due);
  EXPECT_EQ(original.period.at(0), (Anchor{Anchor::Kind::kClockOriginalDue, 0, clock("handle")}));
  EXPECT_EQ(original.by.size(), 4U) << "a variant keeps what it does not say anew";
  const MetricDef& completion = metric("hotline.completion_rate");
  EXPECT_EQ(completion.period.at(0), (Anchor{Anchor::Kind::kClockDue, 0, clock("handle")})) << "like takes the period";
  EXPECT_NE(kind_.conditions[completion.when].text, kind_.conditions[metric("hotline.on_time_rate").when].text)
      << "an own measure replaces its measure";
  EXPECT_EQ(completion.beside, std::vector<std::uint16_t>{*find_name(bundle_->metric_ids, "hotline.overdue_open")})
      << "nothing is beside itself";
  EXPECT_EQ(find_name(bundle_->metric_ids, "hotline.satisfaction"), nullptr) << "without a measure only its variants are metrics";
  const MetricDef& weighted = metric("hotline.satisfaction.v3");
  EXPECT_EQ(weighted.measure, MetricDef::Measure::kRatioWeigh);
  EXPECT_EQ(weighted.weigh.select, RoundSelect::kLast);
  EXPECT_EQ(weighted.min_n, 10);
  EXPECT_EQ(weighted.weights.size(), 3U);
  EXPECT_TRUE(std::find(weighted.weights.begin(), weighted.weights.end(), std::pair(symbol("basically_satisfied"), std::int64_t{800})) !=
              weighted.weights.end());
  EXPECT_FALSE(weighted.weight_absent);
  EXPECT_EQ(metric("hotline.satisfaction.v4").weight_absent, 0);
  EXPECT_EQ(metric("hotline.satisfaction.v2").beside.size(), 2U);
  const MetricDef& first = metric("hotline.first_round_satisfaction");
  EXPECT_EQ(first.weigh.select, RoundSelect::kNumber);
  EXPECT_EQ(first.weigh.round, 1);
  EXPECT_EQ(first.min_n, 10);
  ASSERT_EQ(first.except.size(), 1U);
  EXPECT_EQ(kind_.conditions[first.except[0].when].any.at(0).at(0).round, 1);
  const MetricDef& three = metric("hotline.three_rates");
  ASSERT_EQ(three.combine.size(), 3U);
  EXPECT_EQ(three.combine[0].second, 100);
  EXPECT_EQ(three.combine[2].first, *find_name(bundle_->metric_ids, "hotline.satisfaction.v1"));
  EXPECT_EQ(metric("hotline.first_time_done_rate").complement, *find_name(bundle_->metric_ids, "hotline.redo_rate"));
  EXPECT_EQ(metric("hotline.flow_completion_rate").by_end, *find_name(kind_.event_ids, "concluded"));
  EXPECT_FALSE(metric("hotline.flow_completion_rate").ranked);
  EXPECT_EQ(metric("hotline.overdue_open").measure, MetricDef::Measure::kStock);
  EXPECT_EQ(kind_.conditions[metric("hotline.overdue_open").stock].any.at(0).at(0).mask,
            std::uint64_t{1} << static_cast<unsigned>(ClockValue::kOverdue));
  EXPECT_EQ(metric("qa.sessions").by.at(0).field.kind, FieldRef::Kind::kEach);
  EXPECT_EQ(metric("qa.answer_rate").scope, 1);
  EXPECT_EQ(metric("calls.connection_rate").by.at(1).field.kind, FieldRef::Kind::kEventHour);
}

TEST(Boston, DeadlineIsGiven) {
  const BundlePtr bundle = load_office("boston");
  const KindDef& kind = bundle->kinds.at(0);
  const ClockDef& handle = kind.scopes[0].clocks.at(0);
  EXPECT_EQ(handle.limit, kNone16);
  EXPECT_EQ(kind.scopes[0].attributes.at(handle.given).name, "target");
  EXPECT_EQ(bundle->unit_role, kNone8);
  EXPECT_EQ(bundle->zone.name(), "America/New_York");
  EXPECT_EQ(bundle->calendar->knows_year(2015), true);
}

TEST(Bundle, IdNamesTheContent) {
  const std::map<std::string, std::string> a{{"a", "bc"}};
  const std::map<std::string, std::string> b{{"ab", "c"}};
  EXPECT_NE(bundle_id(a), bundle_id(b));
  EXPECT_EQ(bundle_id({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace docket::definition
