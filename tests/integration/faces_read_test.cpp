// Goal: a question that can't have an answer is refused with what would be right, and every page leads to the next. Method: the real server
// with the worked example, asked over HTTP and by the command line.
#include <set>

#include "tests/integration/faces_fixture.h"

namespace docket::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(FacesTest, AValueThatNoCaseCanHaveIsAMistake) {
  const struct {
    const char* target;
    const char* pointer;
    const char* right;
  } kRows[] = {
      {"/v1/cases?kind=hotline-ticket&unit=X", "?unit: found \"X\"", "a unit of this office: one of 53 values; /v1/office lists them"},
      {"/v1/cases?kind=hotline-ticket&unit=U&unit=u", "?unit: found \"u\"", "/v1/office lists them"},
      {"/v1/cases?kind=hotline-ticket&state=sined", "?state: found \"sined\"", "did you mean signed?"},
      {"/v1/cases?kind=hotline-ticket&category=nois", "?category: found \"nois\"", "did you mean noise?"},
      {"/v1/cases?kind=hotline-ticket&urgency=high", "?urgency: found \"high\"", "normal, urgent or emergency"},
      {"/v1/cases?kind=hotline-ticket&confidential=yes", "?confidential: found \"yes\"", "true or false"},
      {"/v1/cases?kind=hotline-ticket&light=red", "?light: found \"red\"", "on_track"},
      {"/v1/cases?kind=hotline-ticket&distict=shinan", "?distict: kind hotline-ticket has no filter", "did you mean district?"},
      {"/v1/cases?kind=hotline", "?kind: found \"hotline\"", "hotline-ticket"},
      {"/v1/cases?alias=T1&kind=hotline-tickets", "?kind: found \"hotline-tickets\"", "did you mean hotline-ticket?"},
      {"/v1/cases?alias=T1&unit=U", "?kind: name one kind", "kind="},
      {"/v1/cases?kind=hotline-ticket&consistency=eventual", "?consistency: found", "strong"},
      {"/v1/metrics?kind=ticket", "?kind: found \"ticket\"", "hotline-ticket"},
      {"/v1/metrics/hotline.on_time_rate?period=2017-03&group_by=units", "?group_by: ", "unit"},
      {"/v1/metrics/hotline.on_time_rate/explain?period=2017-03&group_by=unit&group=X", "?group: found \"X\"", "/v1/office lists them"},
      {"/v1/rejects?source=exampl", "?source: found \"exampl\"", "did you mean example?"},
      {"/v1/rejects?code=no-cases", "?code: found \"no-cases\"", "did you mean no-case?"},
      {"/v1/events?source=examle&id=T1-1", "?source: found \"examle\"", "did you mean example?"},
  };
  for (const auto& row : kRows) EXPECT_THAT(refused(row.target), AllOf(StartsWith(row.pointer), HasSubstr(row.right))) << row.target;
}

TEST_F(FacesTest, ADeclaredValueWithoutCasesIsAnEmptyList) {
  for (const char* filter : {"unit=W", "state=long_term", "category=noise&district=shinan&unit=V", "confidential=true", "light=paused"}) {
    EXPECT_TRUE(get("/v1/cases?kind=hotline-ticket&" + std::string(filter)).at("cases").as_array().empty()) << filter;
  }
  EXPECT_FALSE(get("/v1/cases?kind=hotline-ticket&unit=W&unit=U").at("cases").as_array().empty()) << "either of them";
  EXPECT_TRUE(get("/v1/rejects?source=console&code=no-case").at("rejects").as_array().empty());
}

TEST_F(FacesTest, AnAliasAndFiltersMeanBoth) {
  EXPECT_EQ(get("/v1/cases?alias=T1").at("cases").as_array().size(), 1U);
  EXPECT_EQ(get("/v1/cases?alias=T1&alias=T2").at("cases").as_array().size(), 2U);
  EXPECT_EQ(get("/v1/cases?alias=T1&kind=hotline-ticket&unit=U").at("cases").as_array().size(), 1U);
  EXPECT_EQ(get("/v1/cases?alias=T1&kind=hotline-ticket&unit=V").at("cases").as_array().size(), 0U);
}

TEST_F(FacesTest, TheCasesBehindAStockAreThoseOfItsPeriodsEnd) {
  for (const auto& [period, cases] : {std::pair{"2017-03-13", 0U}, {"2017-03-14", 1U}, {"2017-03", 0U}}) {
    const std::string metric = "/v1/metrics/hotline.overdue_open";
    const auto shown = get(metric + "?period=" + period).at("total").as_object().at("value");
    EXPECT_EQ(json::serialize(shown), std::to_string(cases)) << period;
    EXPECT_EQ(get(metric + "/explain?period=" + period).at("numerator").as_array().size(), cases) << period;
  }
}

TEST_F(FacesTest, AStockOfAPastPeriodSaysWhenItWas) {
  const std::string metric = "/v1/metrics/hotline.overdue_open";
  const struct {
    const char* query;
    const char* at;
  } kRows[] = {
      {"period=2017-03-14", "2017-03-14T15:59:59.999Z"},
      {"period=2017-03", "2017-03-31T15:59:59.999Z"},
      {"period=2017-03&at=2017-03-14", "2017-03-14T15:59:59.999Z"},
      {"period=2017-03-13&at=2017-03-14", "2017-03-14T15:59:59.999Z"},  // asked for: the period doesn't matter
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(get(metric + "?" + row.query).at("at").as_string(), row.at) << row.query;
    EXPECT_EQ(get(metric + "/explain?" + row.query).at("at").as_string(), row.at) << row.query;
  }
  const auto now = std::string(get(metric + "?period=9999").at("at").as_string());
  EXPECT_GT(now, "2017-03-31T15:59:59.999Z") << "a period that is not over: the stock of now";
  EXPECT_LT(now, "9999");
  EXPECT_GE(std::string(get("/v1/metrics/hotline.on_time_rate?period=2017-03").at("at").as_string()), now)
      << "no stock: what is known of that period by now";
  const auto series = get(metric + "?from=2017-03-13&to=2017-03-14&step=day").at("series").as_array();
  ASSERT_EQ(series.size(), 2U);
  EXPECT_EQ(series[0].at("at").as_string(), "2017-03-13T15:59:59.999Z");
  EXPECT_EQ(series[1].at("at").as_string(), "2017-03-14T15:59:59.999Z");
  for (const char* verb : {"show", "explain"}) {
    const auto told =
        run_docket({"metric", verb, "hotline.overdue_open", "--period", "2017-03-14", "--server", server_->address(), "--lang", "en"});
    EXPECT_THAT(told.out, HasSubstr("2017-03-14 23:59, known at ")) << verb << told.text();
  }
}

// 3.2: "target 330, due by now 330·elapsed share"; of the 365 days of 2017, 90 lie before April.
TEST_F(FacesTest, AYearsTargetIsDueDayByDay) {
  std::string lines;
  for (const auto& [id, month] : {std::pair{"S1", "02"}, {"S2", "03"}, {"S3", "05"}}) {
    for (const auto& [event, time] : {std::pair{"planned", "09"}, {"held", "10"}, {"published", "11"}}) {
      lines += std::string(R"({"specversion":"1.0","id":")") + id + event + R"(","source":"example","type":"org.docket.qa-session.)" +
               event + R"(.v1","subject":")" + id + R"(","time":"2017-)" + month + "-07T" + time +
               R"(:00:00+08:00","authid":"d1","actorrole":"dispatcher","data":)" +
               (std::string_view(event) == "planned" ? R"({"units":["U"],"topic":"t"}})" : "{}}") + "\n";
    }
  }
  ASSERT_EQ(server_->post(lines).status, 200);
  const struct {
    const char* query;
    std::int64_t due, achieved, gap, forecast;
  } kRows[] = {
      {"period=2017&at=2017-03-31", 81'370, 2000, -79'370, 8111},
      {"period=2017-03", 81'370, 2000, -79'370, 8111},  // due by the period's end
      {"period=2017-02-07&known_at=2017-01-01", 34'356, 0, -34'356, 0},
      {"period=2017", 330'000, 3000, -327'000, 3000},
      {"period=2017-01-01", 904, 0, -904, 0},
  };
  for (const auto& row : kRows) {
    const auto target = get(std::string("/v1/metrics/qa.sessions?") + row.query).at("total").as_object().at("target").as_object();
    EXPECT_EQ(target.at("value").as_int64(), 330'000);
    EXPECT_EQ(target.at("due").as_int64(), row.due) << row.query;
    EXPECT_EQ(target.at("achieved").as_int64(), row.achieved) << row.query;
    EXPECT_EQ(target.at("gap").as_int64(), row.gap) << row.query;
    EXPECT_EQ(target.at("forecast").as_int64(), row.forecast) << row.query;
    EXPECT_EQ(target.at("rule").as_object().at("certainty").as_string(), "text");
  }
  const auto ahead = get("/v1/metrics/qa.sessions?period=2017&at=2016-12-31").at("total").as_object().at("target").as_object();
  EXPECT_TRUE(ahead.at("to").is_null());
  EXPECT_TRUE(ahead.at("forecast").is_null());
  const auto told = run_docket({"metric", "show", "qa.sessions", "--period", "2017-03", "--server", server_->address(), "--lang", "en"});
  EXPECT_THAT(told.out, HasSubstr("330, due by 2017-03-31 81.37, reached 2, gap -79.37, at this pace 8.111 (qa.sessions_year, S)"));
}

// Of the worked example T1, T2, T6 and T7 are first concluded in March; dispatched to replied 145, 217, 145 and 97 hours, of them working
// hours (09:00-12:00, 13:30-17:30) 29, 50, 29 and 29.
TEST_F(FacesTest, HowLongItTook) {
  constexpr std::int64_t kHour = 3'600'000;
  const std::string metric = "/v1/metrics/hotline.handling_time?period=2017-03";
  const auto check = [&](const json::object& figure, bool exact) {
    EXPECT_EQ(figure.at("count").as_int64(), 4);
    for (const auto& [unit, sum, median, p90] : {std::tuple{"hours", 604, 145, 217}, {"working_hours", 137, 29, 50}}) {
      const auto& time = figure.at(unit).as_object();
      EXPECT_EQ(time.at("sum_ms").as_int64(), sum * kHour) << unit;
      EXPECT_EQ(time.at("mean_ms").as_int64(), sum * kHour / 4) << unit;
      for (const auto& [stat, hours] : {std::pair{"median", median}, {"p90", p90}}) {
        const auto& told = time.at(stat).as_object();
        EXPECT_LE(told.at("from_ms").as_int64(), hours * kHour) << unit << stat;
        EXPECT_GE(told.at("to_ms").as_int64(), hours * kHour) << unit << stat;
        EXPECT_LE(told.at("to_ms").as_int64() - told.at("from_ms").as_int64(), exact ? 0 : hours * kHour / 100) << unit << stat;
      }
    }
  };
  check(get(metric).at("total").as_object(), false);
  check(get(metric + "&exact=true").at("total").as_object(), true);
  const auto grouped = get(metric + "&group_by=unit&exact=true").at("figures").as_array();
  ASSERT_EQ(grouped.size(), 1U);
  check(grouped[0].as_object(), true);
  check(get(metric + "&at=2017-04-10T12:00:00%2B08:00").at("total").as_object(), false);
  EXPECT_EQ(json::serialize(get(metric).at("total").as_object().at("hours").as_object().at("histogram")),
            R"([{"from_ms":259200000,"to_ms":432000000,"count":1},{"from_ms":432000000,"to_ms":604800000,"count":2},)"
            R"({"from_ms":604800000,"to_ms":864000000,"count":1}])");
  const auto cases = get("/v1/metrics/hotline.handling_time/explain?period=2017-03").at("numerator").as_array();
  ASSERT_EQ(cases.size(), 4U);
  EXPECT_EQ(cases[1].at("case").as_string(), "T2");
  EXPECT_EQ(cases[1].at("value").as_int64(), 217 * kHour);
  EXPECT_EQ(cases[1].at("working_ms").as_int64(), 50 * kHour);
  const auto none = get("/v1/metrics/hotline.handling_time?period=2016-03").at("total").as_object();
  EXPECT_TRUE(none.at("hours").as_object().at("median").is_null());
  EXPECT_THAT(refused("/v1/metrics/hotline.on_time_rate?period=2017-03&exact=true"), HasSubstr("only a duration is kept in steps"));
  const auto told = run_docket(
      {"metric", "show", "hotline.handling_time", "--period", "2017-03", "--exact", "--lang", "en", "--server", server_->address()});
  EXPECT_THAT(told.out, HasSubstr("median 29.00, P90 50.00, mean 34.25 working hours  n=4"));
  EXPECT_THAT(told.out, HasSubstr("median 145.00, P90 217.00, mean 151.00 hours"));
  EXPECT_THAT(told.out, HasSubstr("24–32 h: 3, 40–80 h: 1"));
  const auto explained =
      run_docket({"metric", "explain", "hotline.handling_time", "--period", "2017-03", "--lang", "en", "--server", server_->address()});
  EXPECT_THAT(explained.out, HasSubstr("50.00 working hours / 217.00 hours"));
}

TEST_F(FacesTest, ARateIsHeldAgainstItsBound) {
  std::string lines;
  for (int n = 0; n < 20; ++n) {
    const std::string id = "C" + std::to_string(n);
    lines += R"({"specversion":"1.0","id":")" + id + R"(","source":"example","type":"org.docket.call.call_ended.v1","subject":")" + id +
             R"(","time":"2017-03-0)" + (n < 10 ? "1" : "2") +
             R"(T10:00:00+08:00","authid":"c1","actorrole":"call_centre","data":{"line":"12345","outcome":")" +
             (n == 0 || n == 10 || n == 11 ? "blocked" : "answered") + R"(","wait_s":1}})" + "\n";
  }
  ASSERT_EQ(server_->post(lines).status, 200);
  const auto met = [&](const std::string& period) {
    return json::serialize(
               get("/v1/metrics/calls.answered_15s_rate?period=" + period).at("total").as_object().at("target").as_object().at("met")) +
           json::serialize(
               get("/v1/metrics/calls.connection_rate?period=" + period).at("total").as_object().at("target").as_object().at("met"));
  };
  EXPECT_EQ(met("2017-03-01"), "truefalse") << "9 of 10 is below 95 %";
  EXPECT_EQ(met("2017-03-03"), "nullnull") << "no call, no rate";
  const auto told =
      run_docket({"metric", "show", "calls.connection_rate", "--period", "2017-03", "--server", server_->address(), "--lang", "en"});
  EXPECT_THAT(told.out, HasSubstr("at least 95.00 %, not reached (calls.connection_target, P:GB)"));
}

TEST_F(FacesTest, WhatCanBeGivenOnceIsNotTakenTwice) {
  const struct {
    const char* target;
    const char* what;
  } kRows[] = {
      {"/v1/cases/T1?at=2017-03-05&at=2017-03-06", "?at: comes more than once"},
      {"/v1/cases?kind=hotline-ticket&page_size=5&page_size=6", "?page_size: comes more than once"},
      {"/v1/metrics/hotline.on_time_rate?period=2017-03&period=2017-04", "?period: comes more than once"},
      {"/v1/cases/T1?version=2&at=2017-03-05", "?version: can't go together with at"},
      {"/v1/cases/T1?version=2&known_at=2017-03-05", "?version: can't go together with known_at"},
      {"/v1/metrics/hotline.on_time_rate?period=2017-03&from=2017-03-01&to=2017-03-31", "?period: can't go together with from"},
      {"/v1/metrics/hotline.on_time_rate/explain?period=2017-03&group=U", "?group: comes without group_by"},
      {"/v1/metrics/hotline.on_time_rate/explain?period=2017-03&group_by=unit", "?group: missing"},
  };
  for (const auto& row : kRows) EXPECT_THAT(refused(row.target), StartsWith(row.what)) << row.target;
  const auto twice = post(json::serialize(event("N-1", "N1")), 400, kEventType, "/v1/events?dry_run=true&dry_run=false");
  EXPECT_EQ(twice.at("errors").as_array().at(0).at("pointer").as_string(), "?dry_run");
}

TEST_F(FacesTest, APageTokenIsGoodForItsOwnQueryAlone) {
  const std::string query = "/v1/cases?kind=hotline-ticket&unit=U&page_size=2";
  const std::string token(get(query).at("next_page_token").as_string());
  EXPECT_EQ(token.find("T2"), std::string::npos) << "opaque";
  const auto second = get(query + "&page_token=" + token);
  EXPECT_EQ(second.at("cases").as_array().at(0).at("id").as_string(), "T3");
  EXPECT_EQ(get("/v1/cases?page_size=1&unit=U&kind=hotline-ticket&page_token=" + token).at("cases").as_array().size(), 1U)
      << "neither the order of the filters nor the size of the page matters";
  for (const std::string& target : {
           "/v1/cases?kind=hotline-ticket&page_token=" + token,
           "/v1/cases?kind=hotline-ticket&unit=U&unit=V&page_token=" + token,
           "/v1/cases?kind=hotline-ticket&unit=U&at=2017-04-01&page_token=" + token,
           "/v1/cases?alias=T1&page_token=" + token,
           "/v1/rejects?page_token=" + token,
           "/v1/cases/T1/history?page_token=" + token,
           query + "&page_token=T2",
           query + "&page_token=" + token.substr(1),
           query + "&page_token=" + token.substr(0, token.size() - 1),
           query + "&page_token=" + token + "A",
       }) {
    EXPECT_THAT(refused(target), StartsWith("?page_token: '")) << target;
  }
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string damaged = token;
    damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(refused(query + "&page_token=" + damaged), StartsWith("?page_token: '")) << i;
  }
}

TEST_F(FacesTest, PagesOfAListAndOfAHistoryAreTheWhole) {
  const auto whole = get("/v1/cases?kind=hotline-ticket").at("cases").as_array();
  ASSERT_GE(whole.size(), 6U);
  EXPECT_EQ(json::serialize(all("/v1/cases?kind=hotline-ticket&page_size=1", "cases")), json::serialize(whole));
  const auto events = get("/v1/cases/T6/history").at("events").as_array();
  EXPECT_EQ(json::serialize(all("/v1/cases/T6/history?page_size=2", "events")), json::serialize(events));
}

TEST_F(FacesTest, APageOfNoneIsAMistakeAndOneTooLargeIsCutAndSaysSo) {
  for (const std::string target : {"/v1/cases?kind=hotline-ticket&", "/v1/cases/T6/history?", "/v1/rejects?"}) {
    EXPECT_THAT(refused(target + "page_size=0"), StartsWith("?page_size: found 0, expected 1 to 1000")) << target;
    EXPECT_EQ(get(target + "page_size=1001").at("page_size"), 1000) << target;
    EXPECT_EQ(get(target + "page_size=7").at("page_size"), 7) << target;
  }
}

TEST_F(FacesTest, APartitionThatIsNotThereIsAMistakeWhetherItIsWaitedForOrNot) {
  for (const char* value : {"-1", "32", "x", "", "01"}) {
    EXPECT_THAT(refused("/v1/positions?partition=" + std::string(value)), StartsWith("?partition: found '")) << value;
  }
  EXPECT_EQ(get("/v1/positions?partition=0&partition=31").at("positions").as_array().size(), 32U);
}

TEST_F(FacesTest, EveryRejectIsReachedHoweverLongAgo) {
  const auto wrong = [this](const std::string& id, const std::string& subject) {
    post(json::serialize(event(id, subject, {{"data", json::object{}}})), 422);
  };
  wrong("OLD-1", "R1");  // in the partition that then has more blocks than one request looks at
  wrong("OLD-2", "R2");
  for (int i = 0; i < 2100; ++i) {
    const auto reply =
        server_->client().post(json::serialize(event("N" + std::to_string(i), "R1", {{"data", json::object{{"channel", i}}}})), kEventType);
    ASSERT_EQ(reply.status, 422) << reply.body;
  }
  std::size_t pages = 0;
  const auto found = all("/v1/rejects?page_size=1000", "rejects", &pages);
  EXPECT_EQ(found.size(), 2102U);
  std::set<std::string> ids;
  for (const auto& row : found) ids.insert(std::string(row.at("id").as_string()));
  EXPECT_EQ(ids.size(), 2102U) << "each once";
  EXPECT_TRUE(ids.contains("OLD-1") && ids.contains("OLD-2"));
  for (std::size_t i = 1; i < found.size(); ++i) {
    ASSERT_GE(found[i - 1].at("recorded").as_string(), found[i].at("recorded").as_string()) << "newest first, over pages too";
  }
  const auto told =
      run_docket({"rejects", "list", "--server", server_->address(), "--limit", "5000", "--format", "csv", "--source", "example"});
  EXPECT_TRUE(told.ended.with(0)) << told.text();
  EXPECT_THAT(told.out, HasSubstr("OLD-1"));
}

TEST_F(FacesTest, RejectsListNamesTheFields) {
  post(json::serialize(event("B-1", "B1", {{"data", json::object{{"number", "B1"}}}})), 422);
  const auto told = run_docket({"rejects", "list", "--server", server_->address(), "--format", "csv"});
  EXPECT_THAT(told.out, AllOf(HasSubstr(",pointer,"), HasSubstr("#/data/channel"), HasSubstr("#/data/category"))) << told.text();
}

TEST_F(FacesTest, AnExtendedDeadlineTellsWhichEventMovedIt) {
  const auto deadlines = get("/v1/cases/T3/deadlines?explain=true").at("deadlines").as_array();
  const json::object* handle = nullptr;
  for (const auto& row : deadlines) {
    if (row.at("clock").as_string() == "handle") handle = &row.as_object();
  }
  ASSERT_NE(handle, nullptr);
  ASSERT_TRUE(handle->contains("moves")) << json::serialize(*handle);
  ASSERT_EQ(handle->at("moves").as_array().size(), 1U);
  const auto& move = handle->at("moves").as_array().at(0).as_object();
  EXPECT_EQ(move.at("sort").as_string(), "extended");
  EXPECT_EQ(move.at("event").as_string(), "extension_approved");
  EXPECT_EQ(move.at("id").as_string(), "T3-5");
  EXPECT_EQ(move.at("role").as_string(), "dispatcher");
  EXPECT_EQ(move.at("from"), handle->at("original_due"));
  EXPECT_EQ(move.at("to"), handle->at("due"));
  EXPECT_NE(move.at("from"), move.at("to"));
  EXPECT_THAT(std::string(move.at("added").as_string()), ::testing::EndsWith("wd"));
  const auto& spans = move.at("explain").as_array();
  ASSERT_FALSE(spans.empty());
  EXPECT_EQ(spans.back().at("to").as_string(), "2017-04-11") << json::serialize(spans);
  EXPECT_FALSE(get("/v1/cases/T3/deadlines?explain=true&at=2017-03-23").contains("moves")) << "not yet";
  const auto told = run_docket({"case", "explain", "T3", "--server", server_->address(), "--lang", "en"});
  EXPECT_THAT(told.out, AllOf(HasSubstr("extended"), HasSubstr("extension_approved"), HasSubstr("due before"), HasSubstr("dispatcher-1")))
      << told.text();
}

TEST_F(FacesTest, APausedAndAnAdjustedDeadlineTellTheSame) {
  std::string lines;
  const auto add = [&](const std::string& id, const std::string& name, const std::string& time, const std::string& role,
                       json::object data) {
    json::object more{
        {"type", "org.docket.hotline-ticket." + name + ".v1"}, {"time", "2017-03-" + time + ":00+08:00"}, {"actorrole", role}};
    if (role == "unit") more["actorunit"] = "U";
    if (name != "created") more["data"] = std::move(data);
    lines += json::serialize(event(id, "P1", more)) + "\n";
  };
  add("P1-1", "created", "06T09:00", "intake", {});
  add("P1-2", "dispatched", "06T10:00", "dispatcher", {{"unit", "U"}});
  add("P1-3", "signed", "06T11:00", "unit", {});
  add("P1-4", "suspended", "08T10:00", "dispatcher", {{"reason", "parts"}});
  add("P1-5", "resumed", "15T10:00", "dispatcher", {});
  add("P1-6", "clock_adjusted", "16T10:00", "dispatcher",
      {{"clock", "handle"}, {"due", "2017-03-31T18:00:00+08:00"}, {"reason", "court"}, {"approver", "a9"}});
  const auto published = server_->post(lines);
  ASSERT_EQ(published.body.find("rejected"), std::string::npos) << published.body;
  const auto answer = get("/v1/cases/P1/deadlines?explain=true");
  for (const auto& row : answer.at("deadlines").as_array()) {
    if (row.at("clock").as_string() != "handle") continue;
    const auto& moves = row.at("moves").as_array();
    ASSERT_EQ(moves.size(), 2U) << json::serialize(moves);
    EXPECT_EQ(moves[0].at("sort").as_string(), "resumed");
    EXPECT_EQ(moves[0].at("id").as_string(), "P1-5");
    EXPECT_EQ(moves[0].at("from"), row.at("original_due"));
    EXPECT_EQ(moves[0].at("paused_at").as_string(), "2017-03-08T02:00:00.000Z");
    EXPECT_EQ(moves[0].at("explain").as_array().at(0).at("sort").as_string(), "paused");
    EXPECT_EQ(moves[1].at("sort").as_string(), "adjusted");
    EXPECT_EQ(moves[1].at("from"), moves[0].at("to"));
    EXPECT_EQ(moves[1].at("to"), row.at("due"));
    EXPECT_EQ(moves[1].at("event").as_string(), "clock_adjusted");
    return;
  }
  FAIL() << "no clock handle: " << json::serialize(answer);
}

TEST_F(FacesTest, AWindowThatIsOverIsClosedAndNotOverdue) {
  const auto value = [this](const std::string& at) {
    const auto answer = get("/v1/cases/T1/deadlines?explain=true&at=" + at);
    for (const auto& row : answer.at("deadlines").as_array()) {
      if (row.at("clock").as_string() == "appeal") return std::string(row.at("value").as_string());
    }
    return std::string("none");
  };
  EXPECT_EQ(value("2017-03-08"), "running");
  EXPECT_EQ(value("2017-12-31"), "closed");
  const auto then = get("/v1/cases/T1?at=2017-12-31");
  for (const auto& clock : then.at("clocks").as_array()) {
    EXPECT_FALSE(clock.as_object().contains("window") && clock.at("value").as_string() == "overdue") << json::serialize(clock);
  }
}

TEST_F(FacesTest, ThePastHasTheVersionItHad) {
  const auto now = get("/v1/cases/T3");
  const auto history = get("/v1/cases/T3/history").at("events").as_array();
  ASSERT_EQ(now.at("version").to_number<std::size_t>(), history.size());
  for (std::size_t n = 1; n < history.size(); ++n) {
    const auto& event = history[n - 1];
    const auto then = get("/v1/cases/T3?at=" + std::string(event.at("time").as_string()));
    EXPECT_EQ(then.at("version").to_number<std::size_t>(), n) << json::serialize(event);
    EXPECT_EQ(then.at("updated"), event.at("recorded"));
    EXPECT_EQ(get("/v1/cases/T3?version=" + std::to_string(n)).at("version").to_number<std::size_t>(), n);
  }
}

}  // namespace
}  // namespace docket::testing
