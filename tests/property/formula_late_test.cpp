// Section 3.3 of the office rules as figures: what is corrected late, reopened, struck out or merged, and what a bulletin printed before.
#include <gtest/gtest.h>

#include "engine/calendar/calendar.h"
#include "tests/support/changed_definitions.h"
#include "tests/support/figure_answers.h"

namespace docket::testing {
namespace {

constexpr const char* kToday = "2017-04-30";
const Course kHandled{{"created", "2017-03-15 09:00"},
                      {"dispatched", "2017-03-15 10:00"},
                      {"signed", "2017-03-15 11:00"},
                      {"result_replied", "2017-03-21 11:00"},
                      {"concluded", "2017-03-21 12:00"}};  // due 03-22
const Course kReached{{"callback_attempted", "2017-03-24 13:00"}};
const Course kSatisfied = kReached + Course{{"rated", "2017-03-24 13:01"}};
const Course kDissatisfied =
    kReached + Course{{"rated", "2017-03-24 13:01", R"({"caller_says":"unsolved","satisfaction":"dissatisfied","channel":"phone"})"}};
const Course kDoneAgain{{"reopened", "2017-03-24 14:00"}, {"result_replied", "2017-03-29 11:00"}, {"concluded", "2017-03-29 12:00"}};
const Course kRatedAgain{{"callback_attempted", "2017-04-12 13:00"}, {"rated", "2017-04-12 13:01"}};

TEST(FormulaLate, CutOffAndRestated) {
  SCOPED_TRACE("3.3 (1), (2): cut-off at the 5th working day of the next month; what is recorded later restates the figure");
  const auto bundle = shipped();
  const auto cut_off = bundle->calendar->nth_working_day(model::day_from_date({2017, 3, 31}), 5);
  ASSERT_TRUE(cut_off.has_value());
  EXPECT_EQ(model::format_date(*cut_off), "2017-04-10");
  FigureAnswers office(bundle);
  office.tickets(1, kHandled + kSatisfied);
  office.tickets(1, kHandled + kDissatisfied + kDoneAgain + kRatedAgain);
  const FigureAnswers::Params frozen{{"known_at", model::format_date(*cut_off)}};
  EXPECT_EQ(office.shown("hotline.satisfaction.v1", "2017-03", kToday, frozen), "1/2 = 50.00 %");
  EXPECT_EQ(office.shown("hotline.satisfaction.v1", "2017-03", kToday), "2/2 = 100.00 %");
  EXPECT_EQ(office.shown("hotline.satisfaction.v1", "2017", kToday), "2/2 = 100.00 %") << "and the year to date";
}

TEST(FormulaLate, Reopened) {
  SCOPED_TRACE("3.3 (3): round 1 stays on time unless it was closed falsely; satisfaction by the last rated round, and of round 1");
  FigureAnswers office(shipped());
  office.tickets(1, kHandled + kSatisfied);
  office.tickets(1, kHandled + kDissatisfied + kDoneAgain + kRatedAgain);
  auto falsely = kDoneAgain;
  falsely[0].data = R"({"trigger":"false_closure"})";
  office.tickets(1, kHandled + kDissatisfied + falsely);
  const auto failed_audit = [](const char* next_reply) {
    Course course = kHandled;
    course.back() = {"audit_failed", "2017-03-21 12:00"};
    return course + Course{{"result_replied", next_reply}, {"concluded", "2017-03-23 09:00"}};
  };
  office.tickets(1, failed_audit("2017-03-22 23:59") + kSatisfied);
  office.tickets(1, failed_audit("2017-03-23 00:00") + kDissatisfied);
  EXPECT_EQ(office.shown("hotline.on_time_rate", "2017-03", kToday), "3/5 = 60.00 %") << "the false one and the last are late";
  EXPECT_EQ(office.shown("hotline.overdue_rate", "2017-03", kToday), "2/5 = 40.00 %");
  EXPECT_EQ(office.shown("hotline.completion_rate", "2017-03", kToday), "5/5 = 100.00 %");
  EXPECT_EQ(office.shown("hotline.satisfaction.v1", "2017-03", kToday), "3/5 = 60.00 %");
  EXPECT_EQ(office.shown("hotline.first_round_satisfaction", "2017-03", kToday), "2/5 = 40.00 %");
  EXPECT_EQ(office.shown("hotline.redo_rate", "2017-03", kToday), "2/5 = 40.00 %") << "a failed audit opens no round";
  EXPECT_EQ(office.shown("hotline.first_time_done_rate", "2017-03", kToday), "3/5 = 60.00 %");
}

TEST(FormulaLate, StruckOut) {
  SCOPED_TRACE("3.3 (4): out only when applied for and approved, shown by unit; who wasn't reached is by default not satisfied");
  FigureAnswers office(shipped());
  const Course asked{{"rating_exclusion_requested", "2017-03-25 09:00", R"({"ground":"malicious"})"}};
  const Course granted{{"rating_excluded", "2017-03-25 10:00", R"({"ground":"malicious"})"}};
  office.tickets(3, kHandled + kSatisfied);
  office.tickets(1, kHandled + kDissatisfied + asked);
  office.tickets(1, kHandled + kDissatisfied + asked + granted);
  office.tickets(1, kHandled + Course{{"callback_attempted", "2017-03-24 13:00", R"({"outcome":"no_answer"})"}});
  const auto told = office.answer("hotline.satisfaction.v1", "2017-03", kToday, {{"group_by", "unit"}});
  for (const auto* figure : {&told.at("total"), &told.at("figures").as_array().at(0)}) {
    EXPECT_EQ(FigureAnswers::text(figure->as_object()), "3/4 = 75.00 %");
    EXPECT_EQ(figure->at("exclusions").at("excluded"), 1);
    EXPECT_EQ(figure->at("rate_without_exclusions"), 0.6) << "3 of 5";
  }
  EXPECT_EQ(told.at("figures").as_array().at(0).at("group").at("unit"), "U");
  EXPECT_EQ(office.shown("hotline.satisfaction.v4", "2017-03", kToday), "3/5 = 60.00 %") << "not reached is not satisfied";
  EXPECT_EQ(office.shown("hotline.response_rate", "2017-03", kToday), "5/6 = 83.33 %");
}

TEST(FormulaLate, MergedAndHandedOver) {
  SCOPED_TRACE("3.3 (6): a merged ticket leaves the counts from that moment, restated; the remaining clock goes to the other unit");
  FigureAnswers office(shipped());
  const Course running(kHandled.begin(), kHandled.begin() + 3);
  office.tickets(1, kHandled);
  office.tickets(1, running + Course{{"lead_assist_set", "2017-03-17 09:00", R"({"unit":"V"})"}});
  office.tickets(
      1, running + Course{{"merged", "2017-03-24 09:00", R"({"reason":"repeat","merged_into":")" + FigureAnswers::case_id("F1") + "\"}"}});
  EXPECT_EQ(office.shown("hotline.on_time_rate", "2017-03", kToday, {{"known_at", "2017-03-23"}}), "1/3 = 33.33 %");
  EXPECT_EQ(office.shown("hotline.on_time_rate", "2017-03", kToday), "1/2 = 50.00 %");
  EXPECT_EQ(office.shown_by("unit", "U", "hotline.on_time_rate", "2017-03", kToday), "1/1 = 100.00 %");
  EXPECT_EQ(office.shown_by("unit", "V", "hotline.on_time_rate", "2017-03", kToday), "0/1 = 0.00 %");
}

TEST(FormulaLate, SmallBases) {
  SCOPED_TRACE("3.3 (7): a minimum denominator, ≥10: below it the figure is shown, and the answer says that it isn't ranked");
  FigureAnswers office(shipped());
  office.tickets(9, kHandled + kSatisfied);
  const auto told = office.answer("hotline.satisfaction.v1", "2017-03", kToday);
  EXPECT_EQ(told.at("min_n"), 10);
  EXPECT_EQ(FigureAnswers::text(told.at("total").as_object()), "9/9 = 100.00 %");
  EXPECT_EQ(office.answer("hotline.on_time_rate", "2017-03", kToday).at("min_n"), 0) << "no bound";
}

}  // namespace
}  // namespace docket::testing
