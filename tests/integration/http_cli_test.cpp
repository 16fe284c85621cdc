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
            "编号  类别            状态    灯          单位      截止              受理时间          更新时间          版本\n"
            "T1    hotline-ticket  已办结  ✓ 按时办结  U 某单位  2017-03-08 23:59  2017-03-01 09:00  2017-03-08 13:02     8\n"
            "T4    hotline-ticket  已转派  ■ 超期      U 某单位  2017-04-05 23:59  2017-03-28 09:00  2017-03-28 10:00     2\n");
  EXPECT_EQ(err.str(), "合计: 2\n");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(
      asked[0].params,
      (Params{{"unit", "U"}, {"unit", "V"}, {"district", "shinan"}, {"at", "2017-04-10"}, {"include_total", "true"}, {"page_size", "50"}}));
  EXPECT_EQ(asked[0].language, "zh");
}

TEST_F(CliTest, EnglishWordsAreTheKeys) {
  serve("/v1/cases", kCases);
  serve("/v1/metrics/{name}", R"({"name":"m","period":"2017-03","figures":[{"numerator":3,"denominator":4,"exclusions":{"paused":1}}],
    "combined_of":[],"certainty":"assumed"})");
  begin();
  common.language = "en";
  CaseListArgs args;
  args.limit = 1;
  EXPECT_EQ(run_case_list(common, args), kOk);
  MetricArgs metric;
  metric.name = "m";
  EXPECT_EQ(run_metric_show(common, metric), kOk);
  EXPECT_EQ(out.str(),
            "ID  KIND            STATE   LIGHT             UNIT      DUE               OPENED            UPDATED           VERSION\n"
            "T1  hotline-ticket  已办结  ✓ Closed in time  U A unit  2017-03-08 23:59  2017-03-01 09:00  2017-03-08 13:02        8\n"
            "T4  hotline-ticket  已转派  ■ Overdue         U A unit  2017-04-05 23:59  2017-03-28 09:00  2017-03-28 10:00        2\n"
            "m    2017-03  75.00 %  3/4\n"
            "  excluded   paused 1\n"
            "  certainty  assumed\n");
}

TEST_F(CliTest, WhatTheKindNamesIsShownByItsLabel) {
  serve("/v1/cases/{id}", R"({"id":"T3","kind":"hotline-ticket","attributes":{"category":"noise","odd":true},"version":1,"revision":1})");
  serve("/v1/metrics", R"({"metrics":[{"name":"m","kind":"hotline-ticket"}]})");
  serve("/v1/metrics/{name}/explain", R"({"total":{"numerator":1,"denominator":2},"numerator":[{"case":"T1","state":"closed"}],
    "not_in_numerator":[{"case":"T2","state":"odd"}]})");
  serve("/v1/kinds/{kind}", R"({"states":[{"state":"closed","label":{"zh":"已结案","en":"closed"}}],
    "attributes":[{"attribute":"category","label":{"zh":"分类","en":"category"}}]})");
  begin();
  EXPECT_EQ(run_case_get(common, "T3", {}, ""), kOk);
  MetricArgs metric;
  metric.name = "m";
  EXPECT_EQ(run_metric_explain(common, metric), kOk);
  EXPECT_EQ(out.str(),
            "编号  T3\n"
            "类别  hotline-ticket\n"
            "版本  1 (修订 1)\n"
            "时区  Asia/Shanghai\n"
            "\n"
            "属性\n"
            "属性           值\n"
            "category 分类  noise\n"
            "odd            是\n"
            "m    1/2\n"
            "计入  事项  状态    截止  停表  值  原因\n"
            "是    T1    已结案\n"
            "否    T2    odd\n");
  out.str("");
  common.format = Format::kCsv;
  EXPECT_EQ(run_metric_explain(common, metric), kOk);
  EXPECT_EQ(out.str(), "counts,case,state,due,stop,value,reason\r\nnumerator,T1,closed,,,,\r\nnot_in_numerator,T2,odd,,,,\r\n");
}

TEST_F(CliTest, AWeightIsADecimalAndAParameterAnOption) {
  serve("/v1/metrics/{name}",
        R"({"name":"m","period":"p","figures":[],"total":{"rate":0.7,"combined_of":[{"name":"a","rate":0.5,"weight":0.45}]}})");
  begin();
  MetricArgs metric;
  metric.name = "m";
  EXPECT_EQ(run_metric_show(common, metric), kOk);
  EXPECT_THAT(out.str(), HasSubstr("合成  a 50.00 % 权重 0.45\n"));
  {
    const std::lock_guard lock(fake.mutex);
    fake.on_query = [](const service::Query& query) {
      auto wrong = service::make_problem("invalid-parameter", "");
      for (const char* name : {"?due_before", "?group_by", "?district", "?name", "?limit", "?exact"})
        wrong.errors.push_back({name, "write a date", ""});
      return service::problem_answer(wrong, query.language);
    };
  }
  EXPECT_EQ(run_case_list(common, {}), kUsage);
  EXPECT_THAT(err.str(), HasSubstr("  --due-before  write a date\n  --by  write a date\n  --where district  write a date\n"
                                   "  NAME  write a date\n  --limit  write a date\n  --exact  write a date\n"));
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
  EXPECT_EQ(err.str(), "docket: 还有更多；请加大 --limit（现为 5）\n");
}

TEST_F(CliTest, CaseGet) {
  serve("/v1/cases/{id}", R"({"id":"T3","kind":"hotline-ticket","state":"handling","state_label":"办理中","light":"on_track","unit":"U",
    "due":"2017-04-11T15:59:59.999Z","opened":"2017-03-20T01:00:00.000Z","updated":"2017-03-24T02:00:00.000Z","version":5,"revision":5,"round":1,
    "attributes":{"category":"noise","text":null,"caller":{"erased":true}},
    "clocks":[{"clock":"handle","label":"办理","value":"running","light":"on_track","start":"2017-03-20T02:00:00.000Z","due":"2017-04-11T15:59:59.999Z","original_due":"2017-03-27T15:59:59.999Z"},
     {"clock":"appeal","label":"申诉","value":"overdue","light":"none","window":true,"start":"2017-03-20T02:00:00.000Z","due":"2017-03-21T15:59:59.999Z"}],
    "parts":[],"links":[{"link":"merged_into","to":"T1"}],"etag":"\"5.5-on_track\"","definition":"hotline-ticket@1","rules":"example","calendar":"cn@2017"})");
  begin();
  EXPECT_EQ(run_case_get(common, "T3", {"2017-04-01", ""}, ""), kOk);
  EXPECT_EQ(out.str(),
            "编号      T3\n"
            "类别      hotline-ticket\n"
            "状态      办理中\n"
            "灯        ● 正常\n"
            "单位      U 某单位\n"
            "截止      2017-04-11 23:59\n"
            "受理时间  2017-03-20 09:00\n"
            "更新时间  2017-03-24 10:00\n"
            "轮次      1\n"
            "版本      5 (修订 5)\n"
            "定义      hotline-ticket@1\n"
            "规则      example\n"
            "日历      cn@2017\n"
            "时区      Asia/Shanghai\n"
            "\n"
            "时钟\n"
            "时钟    名称  值      灯      开始              截止              原截止\n"
            "handle  办理  计时中  ● 正常  2017-03-20 10:00  2017-04-11 23:59  2017-03-27 23:59\n"
            "appeal  申诉  已过    —       2017-03-20 10:00  2017-03-21 23:59\n"
            "\n"
            "属性\n"
            "属性      值\n"
            "category  noise\n"
            "text      —\n"
            "caller    (已删除)\n"
            "\n"
            "关联\n"
            "关联         至\n"
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
            "版本  发生时间          入账时间          事件          角色        单位  经办人  结果                 数据\n"
            "   1  2017-03-01 09:00  2026-01-01 08:00  created 登记  intake            i1      已接受               channel=phone\n"
            "   2  2017-03-01 10:00  2026-01-01 08:00  dispatched    dispatcher        d1      拒收 not-from-state  unit=U\n");
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
            "  状态  按时\n"
            "  灯    ✓ 按时办结\n"
            "  开始  2017-03-01 10:00\n"
            "  截止  2017-03-08 23:59\n"
            "  停表  2017-03-07 12:00\n"
            "  规则  hotline.handle = 5wd\n"
            "  来源  domain 3.4; 推定\n"
            "自          至          类型    名称      计入  层级   来源\n"
            "2017-03-02  2017-03-03  计入                 2\n"
            "2017-04-02  2017-04-04  节假日  清明节  1h 30m  state  notice\n"
            "  延期    extension_approved  延期批准\n"
            "  时间    2017-03-03 10:00\n"
            "  经办    dispatcher d1，批准人 d2\n"
            "  原截止  2017-03-06 23:59\n"
            "  改为    2017-03-08 23:59\n"
            "  增加    2wd\n"
            "自          至          类型  名称  计入  层级  来源\n"
            "2017-03-07  2017-03-08  计入           2\n");
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
            "名称                  标题        时段     单位  名称       数值  分子/分母  剔除              其中\n"
            "hotline.on_time_rate  按时办结率  2017-03  U     某单位  75.00 %        3/4  暂停 0, 未到期 1  补录 4\n"
            "hotline.on_time_rate  按时办结率  2017-03  V     空单位        —        0/0\n"
            "hotline.on_time_rate  按时办结率  2017-03  合计          75.00 %        3/4  暂停 0, 未到期 1  补录 4\n"
            "  参照  hotline.overdue_rate 超期率 25.00 % 1/4\n"
            "  公式  met / all\n"
            "  依据  推定\n"
            "  截至  2017-04-10 23:59，所知截至 2026-01-01 08:00 (Asia/Shanghai)\n");
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
            "  剔除  暂停 1；计入则为 60.00 %\n"
            "  截至  2017-04-10 23:59 (Asia/Shanghai)\n");
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
            "名称  标题  时段        数值  分子/分母\n"
            "m           2017-02  50.00 %        1/2\n"
            "m           2017-03  75.00 %        3/4\n");
}

TEST_F(CliTest, MetricExplain) {
  serve(
      "/v1/metrics/{name}/explain",
      R"({"name":"hotline.on_time_rate","period":"2017-03","total":{"numerator":1,"denominator":2},"numerator":[{"case":"T1","state":"concluded","due":"2017-03-08T15:59:59.999Z","stop":"2017-03-07T04:00:00.000Z","value":"met","reason":""}],
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
            "计入        事项  状态       截止              停表                  值  原因\n"
            "是          T1    concluded  2017-03-08 23:59  2017-03-07 12:00     met\n"
            "否          T2    concluded  2017-03-13 23:59  2017-03-15 12:00    late  after its due\n"
            "剔除: 暂停  T9    paused                                         paused  no deadline while paused\n");
  EXPECT_EQ(asked[0].params, (Params{{"period", "2017-03"}, {"group_by", "unit"}, {"group", "U"}}));
}

TEST_F(CliTest, MetricExplainOfParts) {
  serve("/v1/metrics/{name}/explain", R"({"period":"2017","part":"share","total":{"numerator":1,"denominator":2},
    "numerator":[{"case":"P1","state":"replied","part":"share:U","n":1,"part_state":"answered","value":1}],
    "not_in_numerator":[{"case":"P1","state":"replied","part":"share:V","n":2,"part_state":"assigned","value":0}],"excluded":{}})");
  begin();
  MetricArgs args;
  args.name = "m";
  EXPECT_EQ(run_metric_explain(common, args), kOk);
  EXPECT_EQ(out.str(),
            "m  2017  1/2\n"
            "计入  事项  分项       状态     截止  停表  值  原因\n"
            "是    P1    share:U    replied               1\n"
            "否    P1    share:V 2  replied               0\n");
}

TEST_F(CliTest, MetricExplainOfSums) {
  serve("/v1/metrics/{name}/explain", R"({"period":"2017","total":{"numerator":181,"denominator":520},
    "numerator":[{"case":"C1","state":"tallied","value":181,"denominator":520}],
    "not_in_numerator":[{"case":"C2","state":"tallied","value":0,"denominator":0}],"excluded":{},
    "lacking":[{"case":"C3","state":"tallied","value":0}]})");
  begin();
  MetricArgs args;
  args.name = "m";
  EXPECT_EQ(run_metric_explain(common, args), kOk);
  EXPECT_EQ(out.str(),
            "m  2017  181/520\n"
            "计入  事项  状态     截止  停表       值  原因\n"
            "是    C1    tallied              181/520\n"
            "否    C2    tallied                  0/0\n"
            "缺数  C3    tallied                    0\n");
}

TEST_F(CliTest, MetricCompareNamesThePartsThatCountOtherwise) {
  serve("/v1/metrics/{name}/compare", R"({"period":"2017","cases_differ":1,"cases_compared":3,
    "older":{"version":1,"total":{"numerator":2,"denominator":2}},"newer":{"version":2,"total":{"numerator":1,"denominator":2}},
    "cases":[{"case":"P1","state":"replied","older":[{"counts":"numerator","value":1,"part":"share:V","n":1}],
              "newer":[{"counts":"not_in_numerator","value":0,"part":"share:V","n":1}]}]})");
  begin();
  MetricArgs args;
  args.name = "m";
  EXPECT_EQ(run_metric_compare(common, args), kOk);
  EXPECT_THAT(out.str(), HasSubstr("share:V numerator 1"));
  EXPECT_THAT(out.str(), HasSubstr("share:V not_in_numerator 0"));
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
            "入账时间          来源     编号  事项  类型                                 代码     字段                   说明\n"
            "2026-01-01 08:00  example  T9-1  T9    org.docket.hotline-ticket.signed.v1  no-case  #/subject #/data/unit  not opened\n"
            "规则            值   规则集   依据  来源\n"
            "hotline.handle  5wd  example  推定  domain 3.4\n"
            "cn  c1  Asia/Shanghai\n"
            "年份  工作日\n"
            "2017     249\n"
            "2018 is provisional\n"
            "类别  名称\n"
            "call  来电\n"
            "名称                  标题        公式\n"
            "hotline.on_time_rate  按时办结率  met / all\n");
  EXPECT_EQ(asked[1].params, (Params{{"assumed", "true"}}));
}

TEST_F(CliTest, NothingIsSaidAsNone) {
  serve("/v1/cases", R"({"cases":[]})");
  serve("/v1/rejects", R"({"rejects":[]})");
  begin();
  common.language = "en";
  EXPECT_EQ(run_case_list(common, {}), kOk);
  EXPECT_EQ(run_rejects_list(common, {}), kOk);
  EXPECT_EQ(out.str(), "");
  EXPECT_EQ(err.str(), "docket: none\ndocket: none\n");
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
