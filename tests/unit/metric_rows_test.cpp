// Every row of section 3.2 of the office rules: the metrics that carry it, or why none does yet. Where the rules lie beside the repository,
// the list is compared with them, so that no row is forgotten.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "tests/unit/definition_fixture.h"

namespace docket::definition {
namespace {

struct Row {
  const char* id;                    // as the rules name it
  std::vector<const char*> metrics;  // names in schemas/metrics
  const char* not_yet = "";          // why there is none, or what of it is missing
};

constexpr const char* kDocument = "kinds document-in and document-out are a later stage";
constexpr const char* kOther = "its kind is a later stage";

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows{
      {"calls.connection_rate",
       {"calls.connection_rate", "calls.tallied_connection_rate", "calls.offered", "calls.answered", "calls.abandoned"}},
      {"calls.answered_15s_rate", {"calls.answered_15s_rate"}},
      {"hotline.direct_answer_rate", {"hotline.direct_answer_rate"}},
      {"hotline.sign_on_time_rate", {"hotline.sign_on_time_rate"}},
      {"hotline.contact_on_time_rate", {"hotline.contact_on_time_rate"}},
      {"hotline.resolved_rate", {"hotline.resolved_rate"}},
      {"hotline.completion_rate", {"hotline.completion_rate"}},
      {"hotline.flow_completion_rate", {"hotline.flow_completion_rate"}},
      {"hotline.on_time_rate", {"hotline.on_time_rate", "hotline.on_time_rate.original_due"}},
      {"hotline.overdue_rate", {"hotline.overdue_rate"}},
      {"hotline.overdue_open", {"hotline.overdue_open"}},
      {"hotline.satisfaction",
       {"hotline.satisfaction.v1", "hotline.satisfaction.v2", "hotline.satisfaction.v3", "hotline.satisfaction.v4"}},
      {"hotline.basically_satisfied_rate", {"hotline.basically_satisfied_rate"}},
      {"hotline.first_round_satisfaction", {"hotline.first_round_satisfaction"}},
      {"hotline.response_rate", {"hotline.response_rate"}},
      {"hotline.three_rates", {"hotline.three_rates"}},
      {"hotline.redo_rate", {"hotline.redo_rate"}},
      {"hotline.first_time_done_rate", {"hotline.first_time_done_rate"}},
      {"hotline.return_rate", {"hotline.return_rate", "hotline.extension_rate", "hotline.supervised_rate", "hotline.repeat_rate"}},
      {"hotline.handling_time", {"hotline.handling_time"}},
      {"proposal.reply_rate", {"proposal.reply_rate", "proposal.overdue_open"}},
      {"proposal.on_time_rate", {"proposal.on_time_rate", "proposal.on_time_rate.original_due", "proposal.share_on_time_rate"}},
      {"proposal.face_reply_rate", {"proposal.face_reply_rate", "proposal.share_face_reply_rate"}},
      {"proposal.assist_on_time_rate", {"proposal.assist_on_time_rate"}},
      {"proposal.solved_rate", {"proposal.solved_rate", "proposal.share_solved_rate"}},
      {"proposal.implementation_rate", {"proposal.implementation_rate", "proposal.share_implementation_rate"}},
      {"proposal.promise_kept_rate", {"proposal.promise_kept_rate"}},
      {"proposal.satisfaction",
       {"proposal.satisfaction.v1", "proposal.satisfaction.v2", "proposal.first_round_satisfaction", "proposal.redo_rate",
        "proposal.redo_satisfaction"}},
      {"proposal.response_rate", {"proposal.response_rate"}},
      {"document.implementation_rate", {"document.implementation_rate"}},
      {"document.awareness", {}, kDocument},
      {"document.electronic_rate", {}, kDocument},
      {"document.handling_time", {}, kDocument},
      {"document.broadcast_issued", {}, kDocument},
      {"meeting.held", {}, kOther},
      {"qa.sessions", {"qa.sessions"}},
      {"qa.answer_rate", {"qa.answer_rate"}},
      {"qa.hot_topic_share", {"qa.hot_topic_share"}},
      {"supervision.completion_rate",
       {"supervision.completion_rate", "supervision.completion_rate.on_time", "supervision.overdue_open", "supervision.on_schedule_rate",
        "supervision.report_on_time_rate", "supervision.milestone_rate"}},
      {"supervision.dispatch_time", {"supervision.dispatch_time"}},
      {"supervision.first_report_time", {"supervision.first_report_time"}},
      {"decision.on_time_rate", {}, kOther},
      {"decision.gates_complete_rate", {}, kOther},
      {"decision.catalogue_published_rate", {}, kOther},
      {"info.adoption_rate", {}, kOther},
      {"info.score", {}, kOther},
      {"duty.presence_rate", {}, kOther},
      {"incident.first_report_on_time_rate", {}, kOther},
      {"openness.disclosure_rate",
       {"openness.disclosure_rate.supervision", "openness.disclosure_rate.proposal", "openness.disclosure_rate.hotline",
        "openness.disclosure_rate.call", "openness.disclosure_rate.qa"}},
      {"assessment.follow_up_rate", {"assessment.follow_up_rate"}},
      {"plan.attainment_rate", {}, kOther},
      {"activity.held", {}, kOther},
      {"study.submitted", {}, kOther},
  };
  return kRows;
}

TEST(MetricRows, EachIsCarriedOrSaysWhyNot) {
  const auto bundle = load_office("example");
  std::set<std::string> carried;
  for (const auto& row : rows()) {
    EXPECT_TRUE(!row.metrics.empty() || *row.not_yet != '\0') << row.id;
    for (const char* name : row.metrics) {
      carried.insert(name);
      const auto* id = find_name(bundle->metric_ids, name);
      ASSERT_NE(id, nullptr) << row.id << ": no metric " << name;
      EXPECT_FALSE(bundle->metrics[*id].title.zh.empty()) << name;
      EXPECT_FALSE(bundle->metrics[*id].title.en.empty()) << name;
      EXPECT_FALSE(bundle->metrics[*id].formula.empty()) << name;
    }
  }
  for (const auto& metric : bundle->metrics) EXPECT_TRUE(carried.contains(metric.name)) << metric.name << " is in no row";
}

// What the rules say of the definitions beside their formula.
TEST(MetricRows, Companions) {
  const auto bundle = load_office("example");
  const auto metric = [&](const char* name) -> const MetricDef& { return bundle->metrics[bundle->metric_ids.at(name)]; };
  const auto beside = [&](const char* name, const char* companion) {
    const auto& list = metric(name).beside;
    return std::find(list.begin(), list.end(), bundle->metric_ids.at(companion)) != list.end();
  };
  for (const char* name : {"hotline.satisfaction.v1", "hotline.satisfaction.v2", "hotline.satisfaction.v3", "hotline.satisfaction.v4"}) {
    EXPECT_TRUE(beside(name, "hotline.response_rate")) << name << ": the response rate stands beside every satisfaction rate";
    EXPECT_GE(metric(name).min_n, 10) << name << ": below it shown, not ranked";
  }
  EXPECT_TRUE(beside("hotline.first_round_satisfaction", "hotline.response_rate"));
  for (const char* name :
       {"proposal.satisfaction.v1", "proposal.satisfaction.v2", "proposal.first_round_satisfaction", "proposal.redo_satisfaction"})
    EXPECT_TRUE(beside(name, "proposal.response_rate")) << name;
  EXPECT_TRUE(beside("hotline.basically_satisfied_rate", "hotline.response_rate"));
  EXPECT_TRUE(beside("hotline.satisfaction.v2", "hotline.basically_satisfied_rate"));
  EXPECT_FALSE(metric("hotline.flow_completion_rate").ranked) << "never ranked";
  EXPECT_EQ(metric("hotline.overdue_rate").complement, bundle->metric_ids.at("hotline.on_time_rate"));
  EXPECT_EQ(metric("hotline.first_time_done_rate").complement, bundle->metric_ids.at("hotline.redo_rate"));
  std::int64_t weights = 0;
  for (const auto& [part, weight] : metric("hotline.three_rates").combine) weights += weight;
  EXPECT_EQ(weights, 1000) << "10/45/45";
}

TEST(MetricRows, AreThoseOfTheRules) {
  const std::string path = std::string(DOCKET_SHARED_DATA) + "/../domain.md";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "SKIPPED: the office rules are not here";
  std::ifstream file(path);
  std::set<std::string> listed;
  for (const auto& row : rows()) listed.insert(row.id);
  bool inside = false;
  std::size_t found = 0;
  static const std::regex kId("`([a-z]+\\.[a-z0-9_]+)`");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("### ", 0) == 0) inside = line.rfind("### 3.2", 0) == 0;
    if (!inside || line.rfind("| `", 0) != 0) continue;
    const std::string cell = line.substr(0, line.find(" | ", 2));
    for (std::sregex_iterator it(cell.begin(), cell.end(), kId), end; it != end; ++it, ++found) {
      EXPECT_TRUE(listed.contains((*it)[1])) << (*it)[1] << " is a row of the rules and not of this list";
    }
  }
  EXPECT_GE(found, 45U);
}

}  // namespace
}  // namespace docket::definition
