// The worked numbers of sections 3.1 and 3.2 of the office rules, made again from events: as the answer gives them and a screen shows them.
// Where another number of cases gives the same per cent it stands in the name of the row; weights and bounds are always the text's own.
#include <gtest/gtest.h>

#include "engine/calendar/calendar.h"
#include "tests/support/changed_definitions.h"
#include "tests/support/figure_answers.h"

namespace docket::testing {
namespace {

const Course kDispatched{{"created", "2017-03-01 08:50"}, {"dispatched", "2017-03-01 09:00"}, {"signed", "2017-03-01 09:05"}};  // due 03-08
const Course kInTime = kDispatched + Course{{"result_replied", "2017-03-07 11:00"}, {"concluded", "2017-03-07 12:00"}};
const Course kLate = kDispatched + Course{{"result_replied", "2017-03-09 00:00"}, {"concluded", "2017-03-09 12:00"}};
constexpr const char* kEndOfMarch = "2017-03-31";

std::string rating(const std::string& satisfaction, const std::string& caller_says = "solved") {
  return R"({"caller_says":")" + caller_says + R"(","satisfaction":")" + satisfaction + R"(","channel":"phone"})";
}
Course rated(const Course& course, const std::string& satisfaction, const std::string& caller_says = "solved") {
  return course + Course{{"callback_attempted", "2017-03-10 10:00"}, {"rated", "2017-03-10 10:01", rating(satisfaction, caller_says)}};
}

// The office with metrics of the test's own beside its own.
definition::BundlePtr with_metrics(const std::string& metrics, std::vector<Change> more = {}) {
  more.push_back({"metrics/hotline.yaml", "metrics: hotline\nversion: 1\n", "metrics: hotline\nversion: 1\n" + metrics});
  return changed(more);
}
// The office with a second line that calls come in by.
definition::BundlePtr with_line() {
  const std::string line = "  \"12345\": {zh: 政务热线, en: government hotline}\n";
  return changed({{"codes/example.yaml", line, line + "  \"96666\": {zh: 企业热线, en: enterprise hotline}\n"}});
}
// The office with another value of a rule of `base`.
definition::BundlePtr with_rule(const std::string& from, const std::string& to) { return changed({{"rules/base.yaml", from, to}}); }

TEST(FormulaRates, CompletionOfWhatWasDue) {
  SCOPED_TRACE("3.1 completion rate, Qingdao 2021Q1: 99.86 % over cases already due (689/690)");
  FigureAnswers office(shipped());
  office.tickets(600, kInTime);
  office.tickets(89, kLate);
  office.tickets(1, kDispatched);
  office.tickets(10, {{"created", "2017-03-28 09:00"}, {"dispatched", "2017-03-28 10:00"}});  // due in April
  EXPECT_EQ(office.shown("hotline.completion_rate", "2017-Q1", kEndOfMarch), "689/690 = 99.86 %");
  EXPECT_EQ(office.shown("hotline.flow_completion_rate", "2017-Q1", kEndOfMarch), "689/700 = 98.43 %")
      << "what isn't due yet is in this one";
  EXPECT_EQ(office.answer("hotline.flow_completion_rate", "2017-Q1", kEndOfMarch).at("rank"), "never");
  EXPECT_FALSE(office.answer("hotline.completion_rate", "2017-Q1", kEndOfMarch).contains("rank"));
}

// A phone ticket closed in time is called back; one late or from the web isn't, so it has no rating.
void bulletin_row(int dissatisfied, int called_back, int all, const char* per_cent, const char* of_all) {
  SCOPED_TRACE("3.1 dissatisfied, Ningguo: " + std::to_string(dissatisfied) + " of " + std::to_string(all));
  FigureAnswers office(with_metrics(R"(hotline.dissatisfied_rate:
  title: {zh: 不满意率, en: dissatisfied}
  over: hotline-ticket
  period: event.concluded@first
  only: {channel: phone, clock.handle: met}
  ratio: {weigh: satisfaction@last, dissatisfied: 1, very_dissatisfied: 1, absent: 0, else: 0}
hotline.dissatisfied_of_all:
  title: {zh: 不满意占比, en: dissatisfied of all closed}
  like: hotline.dissatisfied_rate
  only: {channel: [phone, web]}
)"));
  Course web = kInTime;
  web[0].data = R"({"number":"w","channel":"web","type":"complaint","category":"noise","district":"shinan","text":"t","caller":"p"})";
  const int late = (all - called_back) / 2;
  office.tickets(dissatisfied, rated(kInTime, "dissatisfied"));
  office.tickets(called_back - dissatisfied, rated(kInTime, "satisfied"));
  office.tickets(late, kLate);
  office.tickets(all - called_back - late, web);
  const auto figure = office.total("hotline.dissatisfied_rate", "2017-03", kEndOfMarch);
  EXPECT_EQ(figure.at("denominator"), called_back);
  EXPECT_EQ(FigureAnswers::rounded(figure, 0), per_cent);
  const auto whole = office.total("hotline.dissatisfied_of_all", "2017-03", kEndOfMarch);
  EXPECT_EQ(whole.at("denominator"), all);
  EXPECT_EQ(FigureAnswers::rounded(whole, 0), of_all) << "not what the bulletin prints";
}

TEST(FormulaRates, DissatisfiedOfPhoneTicketsClosedInTime) {
  bulletin_row(8, 87, 99, "9 %", "8 %");
  bulletin_row(6, 70, 77, "9 %", "8 %");
  bulletin_row(5, 39, 41, "13 %", "12 %");
}

TEST(FormulaRates, SatisfactionOverValidRatings) {
  SCOPED_TRACE("3.1 satisfaction over valid ratings, Jiangsu 2024: 73.26 % (63/86)");
  FigureAnswers office(shipped());
  office.tickets(63, rated(kInTime, "satisfied"));
  office.tickets(23, rated(kInTime, "dissatisfied"));
  office.tickets(14, kInTime + Course{{"callback_attempted", "2017-03-10 10:00", R"({"outcome":"no_answer"})"}});
  EXPECT_EQ(office.shown("hotline.satisfaction.v1", "2017-03", kEndOfMarch), "63/86 = 73.26 %");
  EXPECT_EQ(office.shown("hotline.satisfaction.v4", "2017-03", kEndOfMarch), "63/100 = 63.00 %") << "over all called back: not comparable";
}

TEST(FormulaRates, CarriedOverAndNew) {
  SCOPED_TRACE("3.1 carry-over, Lianyungang 2020-09: 83,218 = 78,589 + 4,629");
  EngineFixture engine(with_metrics(R"(hotline.opened:
  title: {zh: 新增, en: opened}
  over: hotline-ticket
  period: event.created
  count: true
hotline.open:
  title: {zh: 在办, en: open}
  over: hotline-ticket
  stock: {state: [registered, dispatched, returning, signed, handling, replied, suspended, long_term]}
)",
                                    {{"rules/example.yaml", "hotline.accept:     {value: 2h,", "hotline.accept:     {rows: [],"},
                                     {"rules/example.yaml", "hotline.answer:     {value: 30d,", "hotline.answer:     {rows: [],"}}),
                       FigureAnswers::instant("2020-10-01 09:00"));
  int made = 0;
  const auto open = [&](int tickets, const char* time) {
    std::vector<std::string> events;
    for (int i = 0; i < tickets; ++i) {
      events.push_back(hotline("L" + std::to_string(++made), 1, "created", time));
      if (events.size() < 1000 && i + 1 < tickets) continue;
      for (const auto& outcome : engine.offer(events)) ASSERT_EQ(outcome.kind, partition::EventOutcome::Kind::kAccepted);
      events.clear();
    }
  };
  open(4'629, "2020-08-31T23:59:00+08:00");
  open(78'589, "2020-09-15T09:00:00+08:00");
  const auto first = model::day_from_date({2020, 9, 1});
  const auto end = model::day_from_date({2020, 10, 1});
  EXPECT_EQ(engine.projections.sum("hotline.open", measure::kNumerator, 0, first), 4'629) << "at the end of 08-31";
  EXPECT_EQ(engine.projections.sum("hotline.opened", measure::kNumerator, first, end), 78'589);
  EXPECT_EQ(engine.projections.sum("hotline.open", measure::kNumerator, 0, end), 83'218) << "to be handled in September";
}

TEST(FormulaRates, CallsAgainstTheirTargets) {
  FigureAnswers office(shipped());
  const auto call = [](const char* day, const char* outcome, int wait_s) {
    return Course{{"call_ended", std::string(day) + " 09:00",
                   std::string(R"({"line":"12345","outcome":")") + outcome + R"(","wait_s":)" + std::to_string(wait_s) + "}"}};
  };
  office.calls(4, call("2017-03-01", "answered", 15));
  office.calls(1, call("2017-03-01", "answered", 16));
  office.calls(14, call("2017-03-01", "answered", 3));
  office.calls(1, call("2017-03-01", "abandoned", 10));  // hotline.short_hangup_s: no longer short
  office.calls(1, call("2017-03-01", "abandoned", 4));
  office.calls(1, call("2017-03-01", "abandoned", 9));
  office.calls(4, call("2017-03-02", "answered", 15));
  office.calls(1, call("2017-03-02", "answered", 16));
  office.calls(1, call("2017-03-02", "blocked", 0));
  const auto met = [](const boost::json::object& figure) { return figure.at("target").at("met"); };
  SCOPED_TRACE("3.2 connection rate, target ≥95 %");
  auto figure = office.total("calls.connection_rate", "2017-03-01", kEndOfMarch);
  EXPECT_EQ(FigureAnswers::text(figure), "19/20 = 95.00 %");
  EXPECT_EQ(figure.at("target").at("at_least"), 950);
  EXPECT_EQ(met(figure), true);
  EXPECT_EQ(figure.at("exclusions").at("short_hangup"), 2);
  EXPECT_NEAR(figure.at("rate_without_exclusions").as_double(), 19.0 / 22, 1e-6);
  figure = office.total("calls.connection_rate", "2017-03-02", kEndOfMarch);
  EXPECT_EQ(FigureAnswers::text(figure), "5/6 = 83.33 %");
  EXPECT_EQ(met(figure), false);
  SCOPED_TRACE("3.2 answered within 15 s, target ≥80 %");
  figure = office.total("calls.answered_15s_rate", "2017-03-02", kEndOfMarch);
  EXPECT_EQ(FigureAnswers::text(figure), "4/5 = 80.00 %") << "15 seconds are within";
  EXPECT_EQ(figure.at("target").at("at_least"), 800);
  EXPECT_EQ(met(figure), true);
  EXPECT_EQ(office.shown("calls.answered_15s_rate", "2017-03-01", kEndOfMarch), "18/19 = 94.74 %");
}

TEST(FormulaRates, ConnectionOfExchangesThatGiveOnlyTotals) {
  SCOPED_TRACE("3.2 connection rate, from the totals of two lines and hours");
  FigureAnswers office(with_line());
  const auto tally = [](const char* time, const std::string& line, int offered, int answered) {
    return Course{{"tallied", time,
                   R"({"line":")" + line + R"(","interval":")" + time + R"(","offered":)" + std::to_string(offered) + R"(,"answered":)" +
                       std::to_string(answered) + R"(,"abandoned":)" + std::to_string(offered - answered) + "}"}};
  };
  office.tallies(1, tally("2017-03-01 10:00", "12345", 100, 94));
  office.tallies(1, tally("2017-03-01 11:00", "12345", 40, 40));
  office.tallies(1, tally("2017-03-01 12:00", "96666", 10, 0));
  office.tallies(1, tally("2017-03-01 13:00", "96666", 0, 0));
  const std::string name = "calls.tallied_connection_rate";
  const auto figure = office.total(name, "2017-03", kEndOfMarch);
  EXPECT_EQ(FigureAnswers::text(figure), "134/150 = 89.33 %");
  EXPECT_EQ(figure.at("target").at("met"), false);
  EXPECT_EQ(office.shown_by("line", "12345", name, "2017-03", kEndOfMarch), "134/140 = 95.71 %");
  EXPECT_EQ(office.shown_by("line", "96666", name, "2017-03", kEndOfMarch), "0/10 = 0.00 %");
  EXPECT_EQ(office.shown_by("hour", "11", name, "2017-03", kEndOfMarch), "40/40 = 100.00 %");
  const auto cases = office.explained(name, "2017-03", kEndOfMarch, {{"group_by", "line"}, {"group", "12345"}});
  ASSERT_EQ(cases.at("numerator").as_array().size(), 2U);
  EXPECT_EQ(cases.at("numerator").as_array()[0].at("value"), 94);
  EXPECT_EQ(cases.at("numerator").as_array()[0].at("denominator"), 100);
  const auto all = office.explained(name, "2017-03", kEndOfMarch);
  EXPECT_EQ(FigureAnswers::text(all.at("total").as_object()), "134/150 = 89.33 %");
  EXPECT_EQ(FigureAnswers::text(cases.at("total").as_object()), "134/140 = 95.71 %");
  ASSERT_EQ(all.at("not_in_numerator").as_array().size(), 2U);
  EXPECT_EQ(all.at("not_in_numerator").as_array()[0].at("denominator"), 10);
  EXPECT_EQ(all.at("not_in_numerator").as_array()[1].at("denominator"), 0) << "the hour without a call is named, and adds nothing";
  EXPECT_TRUE(all.at("lacking").as_array().empty());
}

TEST(FormulaRates, DirectAnswers) {
  SCOPED_TRACE("3.2 direct answer rate: 74.97 % of what was created, less not_accepted and transferred (536/715)");
  FigureAnswers office(shipped());
  const Course created{{"created", "2017-03-01 08:50"}};
  office.tickets(536, created + Course{{"answered_directly", "2017-03-01 09:00", R"({"text":"t"})"}});
  office.tickets(179, created);
  office.tickets(3, created + Course{{"not_accepted", "2017-03-01 09:00", R"({"ground":"petition","explained":true})"}});
  office.tickets(2, created + Course{{"transferred", "2017-03-01 09:00", R"({"line":"110"})"}});
  const auto figure = office.total("hotline.direct_answer_rate", "2017-03", kEndOfMarch);
  EXPECT_EQ(FigureAnswers::text(figure), "536/715 = 74.97 %");
  EXPECT_EQ(figure.at("exclusions").at("not_accepted"), 3);
  EXPECT_EQ(figure.at("exclusions").at("transferred"), 2);
}

TEST(FormulaRates, LateIsTheRest) {
  SCOPED_TRACE("3.2 overdue rate = 1 − on time; with the open ones at the instant");
  FigureAnswers office(shipped());
  office.tickets(3, kInTime);
  office.tickets(1, kDispatched);
  EXPECT_EQ(office.shown("hotline.on_time_rate", "2017-03", kEndOfMarch), "3/4 = 75.00 %");
  EXPECT_EQ(office.shown("hotline.overdue_rate", "2017-03", kEndOfMarch), "1/4 = 25.00 %");
  EXPECT_EQ(office.shown("hotline.overdue_open", "2017-03-08", kEndOfMarch), "0") << "due is that day's last millisecond";
  EXPECT_EQ(office.shown("hotline.overdue_open", "2017-03-09", kEndOfMarch), "1");
  EXPECT_EQ(office.shown("hotline.sign_on_time_rate", "2017-04", kEndOfMarch), "0/0 = —") << "denominator 0";
}

TEST(FormulaRates, ResolvedWithEachWeightOfPartly) {
  for (const auto& [weight, want] : {std::pair("0", "1/2 = 50.00 %"), {"0.5", "1.5/2 = 75.00 %"}, {"1", "2/2 = 100.00 %"}}) {
    SCOPED_TRACE(std::string("3.2 resolved rate, partly = 0, 500 or 1000 thousandths: ") + weight);
    FigureAnswers office(
        with_rule("hotline.partly_weight:        {value: 0,", std::string("hotline.partly_weight:        {value: ") + weight + ","));
    office.tickets(1, rated(kInTime, "satisfied"));
    office.tickets(1, rated(kInTime, "satisfied", "partly"));
    office.tickets(1, kInTime);
    EXPECT_EQ(office.shown("hotline.resolved_rate", "2017-03", kEndOfMarch), want);
  }
}

TEST(FormulaRates, SatisfactionInFiveLevels) {
  SCOPED_TRACE("3.2 satisfaction, 5 levels: 非常满意 as 满意");
  FigureAnswers office(shipped());
  for (const char* level : {"very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"})
    office.tickets(1, rated(kInTime, level));
  office.tickets(1, kInTime + Course{{"callback_attempted", "2017-03-10 10:00", R"({"outcome":"no_answer"})"}});
  office.tickets(2, kInTime);
  EXPECT_EQ(office.shown("hotline.satisfaction.v1", "2017-03", kEndOfMarch), "3/5 = 60.00 %");
  EXPECT_EQ(office.shown("hotline.satisfaction.v2", "2017-03", kEndOfMarch), "2/5 = 40.00 %");
  EXPECT_EQ(office.shown("hotline.satisfaction.v3", "2017-03", kEndOfMarch), "2.8/5 = 56.00 %");
  EXPECT_EQ(office.shown("hotline.satisfaction.v4", "2017-03", kEndOfMarch), "2/6 = 33.33 %") << "reached or not";
  EXPECT_EQ(office.shown("hotline.response_rate", "2017-03", kEndOfMarch), "5/8 = 62.50 %");
}

TEST(FormulaRates, StrictlyAndBasicallySatisfied) {
  SCOPED_TRACE("3.2 satisfaction strict and basically satisfied: 92.47 % + 7.53 % (86 + 7 of 93)");
  FigureAnswers office(shipped());
  office.tickets(86, rated(kInTime, "satisfied"));
  office.tickets(7, rated(kInTime, "basically_satisfied"));
  EXPECT_EQ(office.shown("hotline.satisfaction.v2", "2017-03", kEndOfMarch), "86/93 = 92.47 %");
  EXPECT_EQ(office.shown("hotline.basically_satisfied_rate", "2017-03", kEndOfMarch), "7/93 = 7.53 %");
  EXPECT_EQ(office.shown("hotline.satisfaction.v1", "2017-03", kEndOfMarch), "93/93 = 100.00 %");
}

TEST(FormulaRates, WeightedSatisfaction) {
  for (const auto& [weight, want] : {std::pair("0.6", "1.6/2 = 80.00 %"), {"0.7", "1.7/2 = 85.00 %"}, {"0.8", "1.8/2 = 90.00 %"}}) {
    SCOPED_TRACE(std::string("3.2 satisfaction weighted, w 600–800 thousandths: ") + weight);
    FigureAnswers office(
        with_rule("hotline.satisfaction_weight:  {value: 0.8,", std::string("hotline.satisfaction_weight:  {value: ") + weight + ","));
    office.tickets(1, rated(kInTime, "satisfied"));
    office.tickets(1, rated(kInTime, "basically_satisfied"));
    EXPECT_EQ(office.shown("hotline.satisfaction.v3", "2017-03", kEndOfMarch), want);
  }
}

TEST(FormulaRates, ThreeRates) {
  SCOPED_TRACE("3.2 three rates combined, weights 10/45/45");
  FigureAnswers office(with_rule("hotline.contact:    {rows: [],", "hotline.contact:    {value: 2h,"));
  const auto ticket = [](const char* contacted, const char* satisfaction, const char* caller_says) {
    Course course = kInTime;
    course.insert(course.begin() + 3, {"caller_contacted", contacted});
    return rated(course, satisfaction, caller_says);
  };
  office.tickets(7, ticket("2017-03-01 11:00", "satisfied", "solved"));
  office.tickets(1, ticket("2017-03-01 11:00", "dissatisfied", "solved"));
  office.tickets(1, ticket("2017-03-01 11:00", "dissatisfied", "unsolved"));
  office.tickets(1, ticket("2017-03-01 11:01", "dissatisfied", "unsolved"));
  EXPECT_EQ(office.shown("hotline.contact_on_time_rate", "2017-03", kEndOfMarch), "9/10 = 90.00 %");
  EXPECT_EQ(office.shown("hotline.resolved_rate", "2017-03", kEndOfMarch), "8/10 = 80.00 %");
  EXPECT_EQ(office.shown("hotline.satisfaction.v1", "2017-03", kEndOfMarch), "7/10 = 70.00 %");
  EXPECT_EQ(office.shown("hotline.three_rates", "2017-03", kEndOfMarch), "76.50 %");
  EXPECT_EQ(office.shown_by("unit", "U", "hotline.three_rates", "2017-03", kEndOfMarch), "76.50 %");
}

TEST(FormulaRates, WeightedRatesAreByWhatAllOfThemHave) {
  FigureAnswers office(with_metrics(R"(hotline.burden:
  title: {zh: 负担, en: burden}
  combine: {hotline.overdue_rate: 0.5, hotline.redo_rate: 0.5}
hotline.narrow:
  title: {zh: 单一, en: by unit only}
  combine: {hotline.sign_on_time_rate: 0.5, hotline.redo_rate: 0.5}
)"));
  office.tickets(3, kInTime);
  office.tickets(1, kLate);
  office.tickets(1, {{"created", "2017-03-01 08:50"}, {"dispatched", "2017-03-01 09:00", R"({"unit":"V"})"}});
  const auto told = office.answer("hotline.burden", "2017-03", kEndOfMarch, {{"group_by", "unit"}});
  EXPECT_EQ(FigureAnswers::text(told.at("total").as_object()), "20.00 %") << "2 of 5 overdue, none handled again";
  ASSERT_EQ(told.at("figures").as_array().size(), 2U);
  EXPECT_EQ(office.shown_by("unit", "U", "hotline.burden", "2017-03", kEndOfMarch), "12.50 %") << "1 of 4 overdue";
  const auto& other = told.at("figures").as_array()[1].as_object();
  EXPECT_EQ(other.at("group").at("unit"), "V");
  EXPECT_TRUE(other.at("rate").is_null()) << "it has concluded none, so one of its rates is missing";
  EXPECT_EQ(other.at("combined_of").as_array()[0].at("rate"), 1.0);
  EXPECT_EQ(told.at("dimensions"), (boost::json::array{"unit", "district", "category", "channel"}));
  EXPECT_EQ(office.answer("hotline.narrow", "2017-03", kEndOfMarch).at("dimensions"), boost::json::array{"unit"});
}

TEST(FormulaRates, HandlingTimeInWorkingDays) {
  SCOPED_TRACE("3.2 handling time, Jiangsu 2024: consultations 1.4 working days, others 4.6");
  const auto bundle = shipped();
  FigureAnswers office(bundle);
  const auto ticket = [](const char* type, const char* replied) {
    Course course = kDispatched + Course{{"result_replied", replied}, {"concluded", "2017-03-08 12:00"}};
    course[0].time = "2017-02-28 16:00";  // an hour and a half of work before it was dispatched
    course[0].data = std::string(R"({"number":"h","channel":"phone","type":")") + type +
                     R"(","category":"noise","district":"shinan","text":"t","caller":"p"})";
    return course;
  };
  office.tickets(1, ticket("consult", "2017-03-01 17:30"));    // 1 working day
  office.tickets(1, ticket("consult", "2017-03-02 16:06"));    // 1.8
  office.tickets(1, ticket("complaint", "2017-03-07 10:24"));  // 4.2
  office.tickets(1, ticket("complaint", "2017-03-07 17:30"));  // 5
  const auto day_ms = calendar::working_ms(*bundle->calendar, bundle->zone, FigureAnswers::instant("2017-03-01 00:00"),
                                           FigureAnswers::instant("2017-03-02 00:00"));
  const auto told = office.answer("hotline.handling_time", "2017-03", kEndOfMarch, {{"group_by", "type"}});
  std::map<std::string, std::int64_t> tenths;
  for (const auto& row : told.at("figures").as_array()) {
    const auto mean = row.at("working_hours").at("mean_ms").as_int64();
    EXPECT_EQ(mean * 10 % day_ms, 0) << mean;
    tenths[std::string(row.at("group").at("type").as_string())] = mean * 10 / day_ms;
  }
  EXPECT_EQ(tenths, (std::map<std::string, std::int64_t>{{"consult", 14}, {"complaint", 46}}));
}

Course replied(const std::string& year, const char* letter) {
  return {{"submitted", year + "-03-01 09:00"},
          {"filed", year + "-03-01 09:30"},
          {"assigned", year + "-03-01 10:00"},
          {"accepted", year + "-03-02 09:00"},
          {"proposer_contacted", year + "-03-12 09:00"},
          {"reply_signed", year + "-05-10 09:00", std::string(R"({"class":")") + letter + R"(","reply_no":"r1","signer":"head"})"},
          {"reply_delivered", year + "-05-10 15:00"}};
}

TEST(FormulaRates, Implementation) {
  SCOPED_TRACE("3.2 implementation rate, national: 75.8 % of 2018 (25/33), 74.2 % of 2021 (23/31)");
  FigureAnswers office(shipped(), "2018-01-01 00:00");
  office.proposals(20, replied("2018", "A"));
  office.proposals(5, replied("2018", "B"));
  office.proposals(8, replied("2018", "C"));
  office.proposals(23, replied("2021", "B"));
  office.proposals(8, replied("2021", "C"));
  EXPECT_EQ(office.shown("proposal.implementation_rate", "2018", "2021-12-31"), "25/33 = 75.76 %");
  EXPECT_EQ(FigureAnswers::rounded(office.total("proposal.implementation_rate", "2018", "2021-12-31"), 1), "75.8 %");
  EXPECT_EQ(FigureAnswers::rounded(office.total("proposal.implementation_rate", "2021", "2021-12-31"), 1), "74.2 %");
  EXPECT_EQ(office.shown("proposal.solved_rate", "2018", "2021-12-31"), "20/33 = 60.61 %") << "what isn't possible stays in the base";
}

TEST(FormulaRates, EachShareStandsForItself) {
  SCOPED_TRACE("2.0 separate handling counts one share per unit: one in time, one late, and both are named with their own days");
  FigureAnswers office(shipped());
  office.proposals(1, {{"submitted", "2017-03-01 09:00"},
                       {"filed", "2017-03-01 09:30"},
                       {"assigned", "2017-03-01 10:00", R"({"mode":"separate","shares":["U","V"]})"},
                       {"accepted", "2017-03-02 09:00"},
                       {"share_contacted", "2017-03-12 09:00"},
                       {"share_replied", "2017-05-02 10:00"}});
  const std::string today = "2017-06-30";
  const std::string name = "proposal.share_on_time_rate";
  EXPECT_EQ(office.shown(name, "2017", today), "1/2 = 50.00 %");
  const auto told = office.explained(name, "2017", today);
  EXPECT_EQ(FigureAnswers::text(told.at("total").as_object()), "1/2 = 50.00 %");
  EXPECT_EQ(told.at("part"), "share");
  ASSERT_EQ(told.at("numerator").as_array().size(), 1U);
  ASSERT_EQ(told.at("not_in_numerator").as_array().size(), 1U);
  const auto& met = told.at("numerator").as_array()[0];
  const auto& late = told.at("not_in_numerator").as_array()[0];
  EXPECT_EQ(met.at("part"), "share:U");
  EXPECT_EQ(met.at("clock"), "answer");
  EXPECT_EQ(met.at("due"), "2017-06-01T15:59:59.999Z");
  EXPECT_EQ(met.at("stop"), "2017-05-02T02:00:00.000Z");
  EXPECT_EQ(late.at("part"), "share:V");
  EXPECT_EQ(late.at("n"), 1);
  EXPECT_EQ(late.at("due"), met.at("due"));
  EXPECT_TRUE(late.at("stop").is_null());
  EXPECT_EQ(late.at("value"), 0);
  const auto by_unit = office.explained(name, "2017", today, {{"group_by", "unit"}, {"group", "V"}});
  EXPECT_TRUE(by_unit.at("numerator").as_array().empty());
  EXPECT_EQ(FigureAnswers::text(by_unit.at("total").as_object()), "0/1 = 0.00 %");
}

TEST(FormulaRates, ProposersWhoAssessed) {
  SCOPED_TRACE("3.2 proposers' response rate, Qingdao 2018: 43 of 1,024 (4.2 %)");
  FigureAnswers office(shipped(), "2018-01-01 00:00");
  office.proposals(43, replied("2018", "A") + Course{{"rated", "2018-05-20 09:00"}});
  office.proposals(981, replied("2018", "A"));
  EXPECT_EQ(FigureAnswers::rounded(office.total("proposal.response_rate", "2018", "2018-12-31"), 1), "4.2 %");
  EXPECT_EQ(office.shown("proposal.response_rate", "2018", "2018-12-31"), "43/1024 = 4.20 %");
  EXPECT_EQ(office.shown("proposal.satisfaction.v1", "2018", "2018-12-31"), "43/43 = 100.00 %") << "so the one stands beside the other";
}

TEST(FormulaRates, SessionsAgainstTheYear) {
  SCOPED_TRACE("3.2 question sessions: 330 a year, due by now 330 · elapsed share (73 of 365 days: 66)");
  FigureAnswers office(shipped());
  const std::string both = R"({"units":["U","W"],"topic":"heating"})";
  office.sessions(1, {{"planned", "2017-03-01 09:00", both}, {"held", "2017-03-02 09:00"}, {"published", "2017-03-03 09:00"}});
  const std::string one = R"({"units":["U"],"topic":"parking"})";
  office.sessions(2, {{"planned", "2017-03-01 09:00", one}, {"held", "2017-03-14 09:00"}, {"published", "2017-03-14 12:00"}});
  const auto figure = office.total("qa.sessions", "2017", "2017-03-14");
  EXPECT_EQ(figure.at("value"), 3) << "a joint session counts once in the total";
  EXPECT_EQ(office.shown_by("unit", "U", "qa.sessions", "2017", "2017-03-14"), "3");
  EXPECT_EQ(office.shown_by("unit", "W", "qa.sessions", "2017", "2017-03-14"), "1");
  const auto& target = figure.at("target").as_object();
  EXPECT_EQ(target.at("value"), 330'000);
  EXPECT_EQ(target.at("due"), 66'000);
  EXPECT_EQ(target.at("gap"), -63'000);
  EXPECT_EQ(target.at("forecast"), 15'000) << "n / elapsed share";
}

}  // namespace
}  // namespace docket::testing
