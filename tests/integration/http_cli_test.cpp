// Goal: what the reading commands print, letter by letter, what they ask, and how they end. Method: canned answers behind
// the real server.
#include "tests/integration/http_cli_fixture.h"

namespace docket::cli::testing_cli {
namespace {

using ::testing::HasSubstr;
using Params = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kCases = R"({"cases":[
 {"id":"T1","kind":"hotline-ticket","state":"concluded","state_label":"已办结","light":"closed_in_time","unit":"U","due":"2017-03-08T15:59:59.999Z","opened":"2017-03-01T01:00:00.000Z","updated":"2017-03-08T05:02:00.000Z","version":8,"revision":8},
 {"id":"T4","kind":"hotline-ticket","state":"dispatched","state_label":"已转派","light":"overdue","unit":"U","due":"2017-04-05T15:59:59.999Z","opened":"2017-03-28T01:00:00.000Z","updated":"2017-03-28T02:00:00.000Z","version":2,"revision":2}],
 "total":2,"page_size":50})";

TEST_F(CliTest, CaseList) {
  serve("/v1/cases", kCases);
  begin();
  CaseListArgs args;
  args.units = {"U", "V"};
  args.where = {"district=shinan"};
  args.as_of.at = "2017-04-10";
  args.total = true;
  EXPECT_EQ(run_case_list(common, args), kOk);
  EXPECT_EQ(out.str(),
            "ID  KIND            STATE   LIGHT       UNIT  DUE               OPENED            UPDATED           VERSION\n"
            "T1  hotline-ticket  已办结  ✓ 按时办结  U     2017-03-08 23:59  2017-03-01 09:00  2017-03-08 13:02        8\n"
            "T4  hotline-ticket  已转派  ■ 超期      U     2017-04-05 23:59  2017-03-28 09:00  2017-03-28 10:00        2\n");
  EXPECT_EQ(err.str(), "total: 2\n");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(
      asked[0].params,
      (Params{{"unit", "U"}, {"unit", "V"}, {"district", "shinan"}, {"at", "2017-04-10"}, {"include_total", "true"}, {"page_size", "50"}}));
  EXPECT_EQ(asked[0].language, "zh");
}

TEST_F(CliTest, CaseListInEveryFormat) {
  serve("/v1/cases", kCases);
  begin();
  common.format = Format::kCsv;
  EXPECT_EQ(run_case_list(common, {}), kOk);
  EXPECT_THAT(
      out.str(),
      HasSubstr(
          "id,kind,state,light,unit,due,opened,updated,version\r\nT1,hotline-ticket,concluded,closed_in_time,U,2017-03-08T15:59:59.999Z,"));
  out.str("");
  common.format = Format::kPlain;
  EXPECT_EQ(run_case_list(common, {}), kOk);
  EXPECT_THAT(out.str(), HasSubstr("T4\thotline-ticket\tdispatched\toverdue\tU\t2017-04-05T15:59:59.999Z\t"));
  out.str("");
  common.format = Format::kNdjson;
  EXPECT_EQ(run_case_list(common, {}), kOk);
  EXPECT_THAT(out.str(), ::testing::StartsWith(R"({"id":"T1","kind":"hotline-ticket")"));
  const std::string lines = out.str();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
  out.str("");
  common.format = Format::kJson;
  EXPECT_EQ(run_case_list(common, {}), kOk);
  EXPECT_THAT(out.str(), ::testing::StartsWith(R"({"cases":[{"id":"T1")"));
}

TEST_F(CliTest, ListsFollowPagesUpToTheLimit) {
  begin();
  {
    const std::lock_guard lock(fake.mutex);
    fake.on_query = [this](const service::Query& query) {
      asked.push_back(query);
      service::Answer answer;
      const std::string n = std::to_string(asked.size());
      answer.body = R"({"cases":[{"id":"A)" + n + R"("},{"id":"B)" + n + R"("}],"next_page_token":"t)" + n + R"("})";
      return answer;
    };
  }
  common.format = Format::kPlain;
  CaseListArgs args;
  args.limit = 5;
  EXPECT_EQ(run_case_list(common, args), kOk);
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[0].params, (Params{{"page_size", "5"}}));
  EXPECT_EQ(asked[1].params, (Params{{"page_size", "3"}, {"page_token", "t1"}}));
  EXPECT_EQ(asked[2].params, (Params{{"page_size", "1"}, {"page_token", "t2"}}));
  EXPECT_THAT(out.str(), HasSubstr("B3"));
  EXPECT_EQ(err.str(), "docket: there is more; raise --limit (now 5)\n");
}

TEST_F(CliTest, CaseGet) {
  serve("/v1/cases/{id}", R"({"id":"T3","kind":"hotline-ticket","state":"handling","state_label":"办理中","light":"on_track","unit":"U",
    "due":"2017-04-11T15:59:59.999Z","opened":"2017-03-20T01:00:00.000Z","updated":"2017-03-24T02:00:00.000Z","version":5,"revision":5,"round":1,
    "attributes":{"category":"noise","text":null,"caller":{"erased":true}},
    "clocks":[{"clock":"handle","label":"办理","value":"running","light":"on_track","start":"2017-03-20T02:00:00.000Z","due":"2017-04-11T15:59:59.999Z","original_due":"2017-03-27T15:59:59.999Z"}],
    "parts":[],"links":[{"link":"merged_into","to":"T1"}],"etag":"\"5.5-on_track\"","definition":"hotline-ticket@1","rules":"example","calendar":"cn@2017"})");
  begin();
  EXPECT_EQ(run_case_get(common, "T3", {"2017-04-01", ""}, ""), kOk);
  EXPECT_EQ(out.str(),
            "id          T3\n"
            "kind        hotline-ticket\n"
            "state       办理中\n"
            "light       ● 正常\n"
            "unit        U\n"
            "due         2017-04-11 23:59\n"
            "opened      2017-03-20 09:00\n"
            "updated     2017-03-24 10:00\n"
            "round       1\n"
            "version     5 (revision 5)\n"
            "definition  hotline-ticket@1\n"
            "rules       example\n"
            "calendar    cn@2017\n"
            "times in    Asia/Shanghai\n"
            "\n"
            "Clocks\n"
            "CLOCK   LABEL  VALUE    LIGHT   START             DUE               ORIGINAL DUE\n"
            "handle  办理   running  ● 正常  2017-03-20 10:00  2017-04-11 23:59  2017-03-27 23:59\n"
            "\n"
            "Attributes\n"
            "ATTRIBUTE  VALUE\n"
            "category   noise\n"
            "text       —\n"
            "caller     (erased)\n"
            "\n"
            "Links\n"
            "LINK         TO\n"
            "merged_into  T1\n");
  EXPECT_EQ(asked[0].path.at("id"), "T3");
  EXPECT_EQ(asked[0].params, (Params{{"at", "2017-04-01"}}));
}

TEST_F(CliTest, CaseHistory) {
  serve("/v1/cases/{id}/history", R"({"events":[
    {"version":1,"height":"7","event":"created","label":"登记","time":"2017-03-01T01:00:00.000Z","recorded":"2026-01-01T00:00:00.000Z","actor":"i1","role":"intake","unit":null,"data":{"channel":"phone"},"outcome":"accepted"},
    {"version":2,"height":"7","event":"dispatched","time":"2017-03-01T02:00:00.000Z","recorded":"2026-01-01T00:00:00.000Z","actor":"d1","role":"dispatcher","data":{"unit":"U"},"outcome":"rejected","code":"not-from-state"}]})");
  begin();
  EXPECT_EQ(run_case_history(common, "T1", {}, 1000), kOk);
  EXPECT_EQ(out.str(),
            "VERSION  TIME              RECORDED          EVENT         ROLE        UNIT  ACTOR  OUTCOME                  DATA\n"
            "      1  2017-03-01 09:00  2026-01-01 08:00  created 登记  intake            i1     accepted                 channel=phone\n"
            "      2  2017-03-01 10:00  2026-01-01 08:00  dispatched    dispatcher        d1     rejected not-from-state  unit=U\n");
}

TEST_F(CliTest, CaseExplain) {
  serve("/v1/cases/{id}/deadlines",
        R"({"deadlines":[{"clock":"handle","label":"办理","value":"met","start":"2017-03-01T02:00:00.000Z","due":"2017-03-08T15:59:59.999Z",
    "original_due":"2017-03-08T15:59:59.999Z","light":"closed_in_time","rule":"hotline.handle","limit":"5wd","source":"domain 3.4","certainty":"assumed",
    "stop":"2017-03-07T04:00:00.000Z",
    "explain":[{"from":"2017-03-02","to":"2017-03-03","sort":"counted","counted":2},
               {"from":"2017-04-02","to":"2017-04-04","sort":"holiday","name":"清明节","counted":2,"counted_ms":5400000,"layer":"state","source":"notice"}],
    "moves":[{"sort":"extended","event":"extension_approved","label":"延期批准","time":"2017-03-03T02:00:00.000Z","role":"dispatcher","actor":"d1",
      "approved_by":"d2","from":"2017-03-06T15:59:59.999Z","to":"2017-03-08T15:59:59.999Z","added":"2wd",
      "explain":[{"from":"2017-03-07","to":"2017-03-08","sort":"counted","counted":2}]}]}]})");
  begin();
  EXPECT_EQ(run_case_explain(common, "T1", {}), kOk);
  EXPECT_EQ(out.str(),
            "handle  办理\n"
            "  state   met\n"
            "  light   ✓ 按时办结\n"
            "  start   2017-03-01 10:00\n"
            "  due     2017-03-08 23:59\n"
            "  stop    2017-03-07 12:00\n"
            "  rule    hotline.handle = 5wd\n"
            "  source  domain 3.4; assumed\n"
            "FROM        TO          SORT     NAME    COUNTED  LAYER  SOURCE\n"
            "2017-03-02  2017-03-03  counted                2\n"
            "2017-04-02  2017-04-04  holiday  清明节   1h 30m  state  notice\n"
            "  extended    extension_approved  延期批准\n"
            "  on          2017-03-03 10:00\n"
            "  by          dispatcher d1, approved by d2\n"
            "  due before  2017-03-06 23:59\n"
            "  due after   2017-03-08 23:59\n"
            "  added       2wd\n"
            "FROM        TO          SORT     NAME  COUNTED  LAYER  SOURCE\n"
            "2017-03-07  2017-03-08  counted              2\n");
  EXPECT_EQ(asked[0].params, (Params{{"explain", "true"}}));
}

constexpr const char* kMetric =
    R"({"name":"hotline.on_time_rate","title":{"zh":"按时办结率","en":"On-time rate"},"period":"2017-03","from":"2017-03-01","to":"2017-03-31",
  "time_zone":"Asia/Shanghai","at":"2017-04-10T15:59:59.999Z","known_at":"2026-01-01T00:00:00.000Z","exact":true,
  "figures":[{"group":{"unit":"U","label":{"zh":"某单位","en":"A unit"}},"numerator":3,"denominator":4,"rate":0.75,"exclusions":{"paused":0,"not_yet_due":1},"rate_without_exclusions":null,"backfilled":4,"paused":0,"quarantined":0},
             {"group":{"unit":"V","label":{"zh":"空单位","en":"Idle"}},"numerator":0,"denominator":0,"rate":null,"exclusions":{},"backfilled":0,"paused":0,"quarantined":0}],
  "total":{"numerator":3,"denominator":4,"rate":0.75,"exclusions":{"paused":0,"not_yet_due":1},"backfilled":4,"paused":0,"quarantined":0},
  "beside":[{"name":"hotline.overdue_rate","title":{"zh":"超期率"},"rate":0.25,"numerator":1,"denominator":4}],"formula":"met / all","certainty":"assumed","position":"p"})";

TEST_F(CliTest, MetricByUnit) {
  serve("/v1/metrics/{name}", kMetric);
  begin();
  MetricArgs args;
  args.name = "hotline.on_time_rate";
  args.period = "2017-03";
  args.by = "unit";
  args.as_of = {"2017-04-10", ""};
  EXPECT_EQ(run_metric_show(common, args), kOk);
  EXPECT_EQ(out.str(),
            "NAME                  TITLE       PERIOD   UNIT   LABEL    FIGURE  FRACTION  EXCLUDED                 OF THESE\n"
            "hotline.on_time_rate  按时办结率  2017-03  U      某单位  75.00 %       3/4  paused 0, not_yet_due 1  backfilled 4\n"
            "hotline.on_time_rate  按时办结率  2017-03  V      空单位        —       0/0\n"
            "hotline.on_time_rate  按时办结率  2017-03  total          75.00 %       3/4  paused 0, not_yet_due 1  backfilled 4\n"
            "  beside     hotline.overdue_rate 超期率 25.00 % 1/4\n"
            "  formula    met / all\n"
            "  certainty  assumed\n"
            "  as of      2017-04-10 23:59, known at 2026-01-01 08:00 (Asia/Shanghai)\n");
  EXPECT_EQ(asked[0].path.at("name"), "hotline.on_time_rate");
  EXPECT_EQ(asked[0].params, (Params{{"period", "2017-03"}, {"group_by", "unit"}, {"at", "2017-04-10"}}));
}

TEST_F(CliTest, MetricAlone) {
  serve("/v1/metrics/{name}",
        R"({"name":"hotline.on_time_rate","title":{"zh":"按时办结率","en":"On-time rate"},"period":"2017-03","time_zone":"Asia/Shanghai",
    "at":"2017-04-10T15:59:59.999Z","figures":[{"numerator":3,"denominator":4,"rate":0.75,"exclusions":{"paused":1},"rate_without_exclusions":0.6}]})");
  begin();
  MetricArgs args;
  args.name = "hotline.on_time_rate";
  args.period = "2017-03";
  EXPECT_EQ(run_metric_show(common, args), kOk);
  EXPECT_EQ(out.str(),
            "hotline.on_time_rate  按时办结率  2017-03  75.00 %  3/4\n"
            "  excluded  paused 1; with them 60.00 %\n"
            "  as of     2017-04-10 23:59 (Asia/Shanghai)\n");
  out.str("");
  common.language = "en";
  common.quiet = true;
  EXPECT_EQ(run_metric_show(common, args), kOk);
  EXPECT_EQ(out.str(), "hotline.on_time_rate  On-time rate  2017-03  75.00 %  3/4\n");
}

TEST_F(CliTest, MetricFromTheTotalWeightsAndCounts) {
  begin();
  common.quiet = true;
  MetricArgs args;
  args.name = "m";
  const auto shown = [&](const std::string& body) {
    {
      const std::lock_guard lock(fake.mutex);
      fake.on_query = [body](const service::Query&) {
        service::Answer answer;
        answer.body = body;
        return answer;
      };
    }
    out.str("");
    EXPECT_EQ(run_metric_show(common, args), kOk);
    return out.str();
  };
  EXPECT_EQ(shown(R"({"name":"m","period":"p","figures":[],"total":{"numerator":1800,"denominator":3,"numerator_unit":"thousandths"}})"),
            "m    p  60.00 %  1.8/3\n");
  EXPECT_EQ(shown(R"({"name":"m","period":"p","figures":[],"total":{"numerator":0,"denominator":0,"rate":null}})"), "m    p  —  0/0\n");
  EXPECT_EQ(shown(R"({"name":"m","period":"p","figures":[],"total":{"value":17}})"), "m    p  17\n");
  EXPECT_EQ(shown(R"({"name":"m","period":"p","figures":[],"total":{"rate":0.712345,"numerator":null,"denominator":null}})"),
            "m    p  71.23 %\n");
  EXPECT_EQ(shown(R"({"name":"m","series":[{"period":"2017-02","figures":[],"total":{"numerator":1,"denominator":2}},
                                           {"period":"2017-03","figures":[],"total":{"numerator":3,"denominator":4}}]})"),
            "NAME  TITLE  PERIOD    FIGURE  FRACTION\n"
            "m            2017-02  50.00 %       1/2\n"
            "m            2017-03  75.00 %       3/4\n");
}

TEST_F(CliTest, MetricExplain) {
  serve(
      "/v1/metrics/{name}/explain",
      R"({"name":"hotline.on_time_rate","period":"2017-03","numerator":[{"case":"T1","state":"concluded","due":"2017-03-08T15:59:59.999Z","stop":"2017-03-07T04:00:00.000Z","value":"met","reason":""}],
    "not_in_numerator":[{"case":"T2","state":"concluded","due":"2017-03-13T15:59:59.999Z","stop":"2017-03-15T04:00:00.000Z","value":"late","reason":"after its due"}],
    "excluded":{"paused":[{"case":"T9","state":"paused","value":"paused","reason":"no deadline while paused"}]}})");
  begin();
  MetricArgs args;
  args.name = "hotline.on_time_rate";
  args.period = "2017-03";
  args.by = "unit=U";
  EXPECT_EQ(run_metric_explain(common, args), kOk);
  EXPECT_EQ(out.str(),
            "hotline.on_time_rate  2017-03  1/2\n"
            "COUNTS            CASE  STATE      DUE               STOP               VALUE  REASON\n"
            "yes               T1    concluded  2017-03-08 23:59  2017-03-07 12:00     met\n"
            "no                T2    concluded  2017-03-13 23:59  2017-03-15 12:00    late  after its due\n"
            "excluded: paused  T9    paused                                         paused  no deadline while paused\n");
  EXPECT_EQ(asked[0].params, (Params{{"period", "2017-03"}, {"group_by", "unit"}, {"group", "U"}}));
}

TEST_F(CliTest, OtherLists) {
  serve(
      "/v1/rejects",
      R"({"rejects":[{"recorded":"2026-01-01T00:00:00.000Z","source":"example","id":"T9-1","subject":"T9","type":"org.docket.hotline-ticket.signed.v1","code":"no-case","detail":"not opened","errors":[{"pointer":"#/subject","detail":"x"},{"pointer":"#/data/unit","detail":"y"}]}]})");
  serve("/v1/rules", R"({"rules":[{"rule":"hotline.handle","value":"5wd","set":"example","certainty":"assumed","source":"domain 3.4"}]})");
  serve(
      "/v1/calendars",
      R"({"calendar":"cn","version":"c1","time_zone":"Asia/Shanghai","years":[{"year":2017,"working_days":249}],"note":"2018 is provisional"})");
  serve("/v1/kinds", R"({"kinds":[{"kind":"call","label":{"zh":"来电","en":"Call"},"states":["open"]}]})");
  serve("/v1/metrics", R"({"metrics":[{"name":"hotline.on_time_rate","title":{"zh":"按时办结率"},"formula":"met / all"}]})");
  begin();
  EXPECT_EQ(run_rejects_list(common, {}), kOk);
  EXPECT_EQ(run_rules_list(common, true), kOk);
  EXPECT_EQ(run_calendar_status(common), kOk);
  EXPECT_EQ(run_kind_list(common), kOk);
  EXPECT_EQ(run_metric_list(common), kOk);
  EXPECT_EQ(out.str(),
            "RECORDED          SOURCE   ID    SUBJECT  TYPE                                 CODE     POINTER                DETAIL\n"
            "2026-01-01 08:00  example  T9-1  T9       org.docket.hotline-ticket.signed.v1  no-case  #/subject #/data/unit  not opened\n"
            "RULE            VALUE  SET      CERTAINTY  SOURCE\n"
            "hotline.handle  5wd    example  assumed    domain 3.4\n"
            "cn  c1  Asia/Shanghai\n"
            "YEAR  WORKING DAYS\n"
            "2017           249\n"
            "2018 is provisional\n"
            "KIND  LABEL\n"
            "call  来电\n"
            "NAME                  TITLE       FORMULA\n"
            "hotline.on_time_rate  按时办结率  met / all\n");
  EXPECT_EQ(asked[1].params, (Params{{"assumed", "true"}}));
}

TEST_F(CliTest, FailuresSaySoAndEndRight) {
  begin();
  EXPECT_EQ(run_case_get(common, "T99", {}, ""), kNotFound);
  EXPECT_EQ(out.str(), "");
  EXPECT_EQ(err.str(), "docket: 未找到: no such case: T99\n");
  err.str("");
  CaseListArgs args;
  args.where = {"district"};
  EXPECT_EQ(run_case_list(common, args), kUsage);
  EXPECT_THAT(err.str(), HasSubstr("NAME=VALUE"));
  err.str("");
  common.language = "en";
  MetricArgs metric;
  metric.name = "m";
  EXPECT_EQ(run_metric_show(common, metric), kNotFound);
  common.output = "/nonexistent/folder/file";
  {
    const std::lock_guard lock(fake.mutex);
    fake.on_query = [](const service::Query&) {
      service::Answer answer;
      answer.body = "{}";
      return answer;
    };
  }
  EXPECT_EQ(run_kind_list(common), kFailure);
  EXPECT_THAT(err.str(), HasSubstr("/nonexistent/folder/file"));
  server->stop();
  err.str("");
  EXPECT_EQ(run_kind_list(common), kUnavailable);
  EXPECT_THAT(err.str(), HasSubstr("no Docket answers at 127.0.0.1:"));
  EXPECT_THAT(err.str(), HasSubstr("docket serve --data DIR"));
  common.server = "https://x";
  EXPECT_EQ(run_kind_list(common), kUsage);
}

TEST_F(CliTest, ASilentServerIsUnavailable) {
  fake.hold = true;
  begin();
  common.timeout_ms = 50;
  EXPECT_EQ(run_case_list(common, {}), kUnavailable);
}

}  // namespace
}  // namespace docket::cli::testing_cli
