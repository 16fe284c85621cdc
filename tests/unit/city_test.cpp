// The generated city: the same from its seed, legal where it means to be, wrong where it means to be.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <set>

#include "connectors/files/city.h"
#include "definition_fixture.h"
#include "engine_fixture.h"

namespace docket::files {
namespace {

namespace json = boost::json;

struct Made {
  std::string json;
  CityTruth truth;
};

std::vector<Made> make(std::uint64_t seed, std::uint64_t cases, const definition::Bundle& bundle) {
  CityOptions options;
  options.seed = seed;
  options.cases = cases;
  const auto fit = check_city(options, bundle);
  if (!fit) {
    ADD_FAILURE() << fit.error().message;
    return {};
  }
  City city(options, bundle);
  std::vector<Made> out;
  Made one;
  while (city.next(one.json, &one.truth)) out.push_back(one);
  return out;
}

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

TEST(City, SameSeedSameBytes) {
  const auto bundle = definition::load_office("example");
  const auto first = make(7, 400, *bundle);
  const auto again = make(7, 400, *bundle);
  const auto other = make(8, 400, *bundle);
  ASSERT_EQ(first.size(), again.size());
  for (std::size_t i = 0; i < first.size(); ++i) ASSERT_EQ(first[i].json, again[i].json);
  EXPECT_NE(first.front().json, other.front().json);
}

TEST(City, LeavesInOrderOfDeliveryAndHasAsManyCasesAsAsked) {
  const auto bundle = definition::load_office("example");
  for (const std::uint64_t cases : {1U, 19U, 1000U}) {
    model::Instant last = 0;
    std::set<std::string> opened;
    for (const auto& [text, truth] : make(3, cases, *bundle)) {
      ASSERT_GE(truth.delivered, last);
      last = truth.delivered;
      const auto event = json::parse(text).as_object();
      const std::string type = text_of(event, "type");
      if (truth.fate == CityFate::kAccepted &&
          (type.find(".created.") != std::string::npos || type.find("call_ended") != std::string::npos ||
           type.find(".planned.") != std::string::npos || type.find(".submitted.") != std::string::npos)) {
        opened.insert(text_of(event, "subject"));
      }
    }
    EXPECT_EQ(opened.size(), cases);
  }
}

// Every event offered to the engine in the order of delivery: only what was planted is refused, and nothing else waits at the end.
std::map<std::string, int> publish_whole(const std::string& office, std::uint64_t seed, std::uint64_t cases) {
  const auto bundle = definition::load_office(office);
  testing::EngineFixture engine(bundle);
  using Kind = partition::EventOutcome::Kind;
  std::map<std::string, int> planted;
  std::set<std::string> parked_for_good;
  std::uint64_t late = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t duplicates = 0;
  for (const auto& [text, truth] : make(seed, cases, *bundle)) {
    const auto outcome = engine.offer(text);
    const std::string code(model::name(outcome.refusal.code));
    const std::string said = text + "\n  " + code + ": " + outcome.refusal.detail;
    late += truth.late ? 1 : 0;
    out_of_order += truth.out_of_order ? 1 : 0;
    switch (truth.fate) {
      case CityFate::kAccepted:
        EXPECT_TRUE(outcome.kind == Kind::kAccepted || outcome.kind == Kind::kParked) << said;
        break;
      case CityFate::kDuplicate:
        ++duplicates;
        EXPECT_TRUE(outcome.kind == Kind::kDuplicate || outcome.kind == Kind::kParked) << said;
        break;
      case CityFate::kRejected:
        EXPECT_EQ(outcome.kind, Kind::kRejected) << said;
        EXPECT_EQ(code, truth.code) << said;
        ++planted[code];
        break;
      case CityFate::kConflict:
        EXPECT_EQ(outcome.kind, Kind::kIdentityConflict) << said;
        ++planted[code];
        break;
      case CityFate::kParks:
        EXPECT_EQ(outcome.kind, Kind::kParked) << said;
        EXPECT_EQ(code, truth.code) << said;
        parked_for_good.insert(text_of(json::parse(text).as_object(), "subject"));
        ++planted[code];
        break;
    }
  }
  EXPECT_EQ(engine.projections.cases.size(), cases);
  EXPECT_EQ(engine.projections.parked_rows.size(), parked_for_good.size());
  for (const auto& row : engine.projections.parked_rows) EXPECT_TRUE(parked_for_good.contains(row.case_id)) << row.case_id;
  EXPECT_GT(late, 0U);
  EXPECT_GT(out_of_order, 0U);
  EXPECT_GT(duplicates, 0U);
  return planted;
}

TEST(City, EveryEventIsWhatItIsMeantToBe) { EXPECT_FALSE(publish_whole("example", 1, 500).empty()); }
TEST(City, AnotherOfficeAnotherSeed) {
  const auto planted = publish_whole("shandong", 20'260'701, 6000);
  // The planted kinds that a city of this size and seed holds; the rarer ones come with more cases.
  for (const char* code : {"invalid-subject", "unknown-type", "future-time", "invalid-data", "invalid-attribute", "self-approved",
                           "identity-conflict", "no-case", "case-exists"}) {
    EXPECT_TRUE(planted.contains(code)) << code;
  }
}

TEST(City, NothingTouchesTheWorkedExamplesTime) {
  const auto bundle = definition::load_office("example");
  CityOptions options;
  options.cases = 10;
  for (const auto& [from, allowed] : std::vector<std::pair<std::string, bool>>{{"2015-01-01", true},
                                                                               {"2015-05-01", true},
                                                                               {"2015-07-01", false},
                                                                               {"2015-10-01", false},
                                                                               {"2016-01-01", false},
                                                                               {"2016-12-31", false},
                                                                               {"2017-06-30", false},
                                                                               {"2017-07-01", true},
                                                                               {"2025-07-01", true}}) {
    options.from = *model::parse_date(from);
    EXPECT_EQ(check_city(options, *bundle).ok(), allowed) << from;
  }
}

TEST(City, OfficeThatLacksItsThingsIsRefused) {
  const auto boston = definition::load_office("boston");
  const auto fit = check_city({}, *boston);
  ASSERT_FALSE(fit);
  EXPECT_NE(fit.error().message.find("no kind hotline-ticket"), std::string::npos) << fit.error().message;
  CityOptions none;
  none.cases = 0;
  EXPECT_FALSE(check_city(none, *definition::load_office("example")));
}

TEST(City, BelievableInItsProportions) {
  const auto bundle = definition::load_office("example");
  std::map<std::string, int> events;
  std::map<std::string, std::map<int, int>> category_by_month;
  std::map<int, int> by_weekday;
  std::map<int, int> by_hour;
  int wrong = 0;
  int late = 0;
  int duplicates = 0;
  int out_of_order = 0;
  int total = 0;
  for (const auto& [text, truth] : make(5, 20'000, *bundle)) {
    ++total;
    wrong += truth.fate != CityFate::kAccepted && truth.fate != CityFate::kDuplicate ? 1 : 0;
    duplicates += truth.fate == CityFate::kDuplicate ? 1 : 0;
    late += truth.late ? 1 : 0;
    out_of_order += truth.out_of_order ? 1 : 0;
    if (truth.fate != CityFate::kAccepted) continue;
    const auto event = json::parse(text).as_object();
    const std::string type = text_of(event, "type");
    const std::string name = type.substr(type.find('.', 11) + 1, type.rfind('.') - type.find('.', 11) - 1);
    ++events[name];
    if (name != "created") continue;
    const auto time = *model::parse_instant(text_of(event, "time"));
    const auto day = bundle->zone.local_day(time);
    ++by_weekday[model::weekday(day)];
    ++by_hour[static_cast<int>(bundle->zone.local_ms_of_day(time) / 3'600'000)];
    ++category_by_month[text_of(event.at("data").as_object(), "category")][model::date_from_day(day).month];
  }
  // Every event of the four kinds' daily life occurs.
  for (const char* name : {"created",
                           "answered_directly",
                           "not_accepted",
                           "transferred",
                           "dispatched",
                           "return_requested",
                           "return_granted",
                           "return_denied",
                           "designated",
                           "lead_assist_set",
                           "signed",
                           "handling_started",
                           "caller_contacted",
                           "progress_reported",
                           "extension_requested",
                           "extension_refused",
                           "extension_approved",
                           "suspended",
                           "resumed",
                           "result_replied",
                           "audit_failed",
                           "concluded",
                           "callback_attempted",
                           "rated",
                           "callback_done",
                           "reopened",
                           "rating_exclusion_requested",
                           "rating_excluded",
                           "terminated",
                           "listed_long_term",
                           "reactivated",
                           "merged",
                           "unmerged",
                           "call_repeated",
                           "assist_given",
                           "noted",
                           "urged",
                           "supervised",
                           "escalated",
                           "voided",
                           "call_ended",
                           "planned",
                           "announced",
                           "held",
                           "published",
                           "question_asked",
                           "question_answered",
                           "submitted",
                           "filed",
                           "not_filed",
                           "combined",
                           "separated",
                           "withdrawn",
                           "assigned",
                           "accepted",
                           "proposer_contacted",
                           "parties_coordinated",
                           "opinion_given",
                           "opinion_refused",
                           "reply_signed",
                           "reply_delivered",
                           "joint_reply_held",
                           "share_replied",
                           "shares_answered",
                           "promise_recorded",
                           "promise_fulfilled",
                           "promise_explained",
                           "rehandling_ordered",
                           "third_party_assessed",
                           "published_online",
                           "tracking_started",
                           "closed"}) {
    EXPECT_GT(events[name], 0) << name;
  }
  const auto& cold = category_by_month["heating-cold"];
  EXPECT_EQ(cold.count(7), 0U);
  EXPECT_GT(cold.count(12) > 0 ? cold.at(12) : 0, 50);
  auto& noise = category_by_month["noise-life"];
  EXPECT_GT(noise[7], 3 * noise[1]);
  EXPECT_GT(by_weekday[2], by_weekday[6]);
  EXPECT_GT(by_hour[9], 10 * by_hour[3]);
  EXPECT_GT(events["concluded"], events["dispatched"] * 3 / 4);
  EXPECT_LT(wrong, total / 200);
  EXPECT_LT(late, total / 100);
  EXPECT_LT(duplicates, total / 50);
  EXPECT_LT(out_of_order, total / 50);
}

}  // namespace
}  // namespace docket::files
