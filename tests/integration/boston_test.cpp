// The city's own data of 2015, where it is at hand, imported whole into a real node (ledger, keys and projections in a temp folder): every
// verdict as of the city's cut-off is read out of the cases and compared with the city's own column, which the mapping doesn't know of.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>

#include "connectors/files/csv.h"
#include "connectors/files/import.h"
#include "connectors/local/wiring.h"
#include "engine/apply/state_access.h"
#include "tests/support/decompressed.h"
#include "tests/unit/definition_fixture.h"

namespace docket::local {
namespace {

using apply::ClockValue;
using apply::Light;

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "docket-boston-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

#ifdef DOCKET_SANITIZED
constexpr std::size_t kLinesMax = 12'000;  // sanitizers see the same code on a tenth of the rows
#else
constexpr std::size_t kLinesMax = std::string::npos;
#endif
constexpr bool kWhole = kLinesMax == std::string::npos;

// The first lines, cut where a row ends.
std::string first_rows(std::string csv) {
  std::size_t lines = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < csv.size(); ++i) {
    quoted ^= csv[i] == '"';
    if (csv[i] != '\n' || quoted || ++lines < kLinesMax) continue;
    csv.resize(i + 1);
    break;
  }
  return csv;
}

// Batches into the node of this process; nothing of this file may be refused.
class NodePublisher final : public files::Publisher {
 public:
  explicit NodePublisher(node::Node& node) : node_(node) {}
  void publish(files::EventBatch events, files::PublishDone done) override {
    std::string body;
    for (const auto& event : *events) body += event + '\n';
    std::string problem;
    auto offered = node_.parse(service::BodyFormat::kLines, body, problem);
    EXPECT_EQ(problem, "");
    node_.publish_events(std::move(offered), std::nullopt, false, [done = std::move(done)](const node::Node::Outcomes& told) {
      std::vector<files::PublishedOutcome> outcomes;
      for (const auto& outcome : told) {
        using Fate = files::PublishedOutcome::Fate;
        using Kind = partition::EventOutcome::Kind;
        const auto fate = outcome.kind == Kind::kAccepted                                       ? Fate::kAccepted
                          : outcome.kind == Kind::kParked                                       ? Fate::kParked
                          : outcome.kind == Kind::kOverloaded || outcome.kind == Kind::kUnknown ? Fate::kUnavailable
                                                                                                : Fate::kRejected;
        outcomes.push_back({fate, {}, outcome.refusal.detail});
      }
      done(std::move(outcomes));
    });
  }

 private:
  node::Node& node_;
};

// The city's word, ours -> cases, and how many of them are closed.
using Verdicts = std::map<std::pair<std::string, std::string>, std::pair<int, int>>;

class Boston : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string path = std::string(DOCKET_SHARED_DATA) + "/boston311-2015/boston_311_2015.csv.xz";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "SKIPPED: boston311-2015 is not here";
    csv_ = first_rows(testing::decompressed(path));
    ASSERT_FALSE(csv_.empty());
  }

  void import_into(node::Node& node, const definition::Bundle& bundle) const {
    const auto& text = definition::shipped_texts().at("mappings/boston-311.yaml");
    const auto compiled = files::compile_mapping("mappings/boston-311.yaml", text, bundle.zone);
    ASSERT_NE(compiled.mapping, nullptr);
    for (const auto& column : compiled.mapping->columns) ASSERT_NE(column, "OnTime_Status") << "the mapping reads the city's verdict";
    std::istringstream in(csv_);
    files::CsvRows rows(in);
    NodePublisher publisher(node);
    const auto report = files::run_import(rows, compiled.mapping, publisher, {});
    ASSERT_TRUE(report.ok()) << report.error().message;
    EXPECT_TRUE(report->complete) << report->stopped;
    EXPECT_EQ(report->counts.of(files::RowFate::kAccepted), report->counts.rows);
    if (!kWhole) return;
    EXPECT_EQ(report->counts.rows, 121'145U);
    EXPECT_EQ(report->counts.events, 222'417U);
    EXPECT_EQ(report->counts.accepted, 222'417U);
    EXPECT_EQ(report->counts.clamped, 197U) << "closed before opened";
  }

  // Ours from the case alone, as of the city's cut-off.
  std::string verdict(const definition::KindDef& kind, const model::CaseState& state, bool& closed) const {
    const auto* handle = apply::newest(state.scope, *definition::find_name(kind.scopes[0].clock_ids, "handle"));
    const auto light = apply::case_light(kind, state, as_of_);
    closed = apply::in_mask(kind.scopes[0].closed_states, state.scope.state);
    if (handle == nullptr || handle->due == model::kNoInstant)
      return light == Light::kNone ? "no deadline, no light" : "a light without deadline";
    const auto value = apply::clock_value(handle, as_of_, false);
    const bool late = value == ClockValue::kLate || value == ClockValue::kOverdue;
    const bool red = light == Light::kClosedLate || light == Light::kOverdue;
    if (late != red) return "clock and light differ";
    return late ? "late" : "in time";
  }

  std::string csv_;
  const model::Instant as_of_ = *model::parse_instant("2016-01-12T22:54:00-05:00");
};

TEST_F(Boston, WholeThroughTheRealEngine) {
  const TempFolder temp;
  const auto compiled = compile_office({}, "boston");
  ASSERT_TRUE(compiled.ok() && compiled->ok());
  const auto made = create_home(temp.path / "data", *compiled->bundle);
  ASSERT_TRUE(made.ok()) << made.error().message;
  auto home = open_home(temp.path / "data");
  ASSERT_TRUE(home.ok()) << home.error().message;
  auto store = open_projections(temp.path / "data" / "projections", home->definitions.bundles, 2);
  ASSERT_TRUE(store.ok()) << store.error().message;
  auto node = make_node(*home, *store, 2);
  ASSERT_TRUE(node->start().ok());
  import_into(*node, *home->bundle);
  if (HasFatalFailure()) return;

  const auto& bundle = *home->bundle;
  const auto& kind = bundle.kinds[bundle.kind_ids.at("boston-311")];
  std::istringstream in(csv_);
  files::CsvRows rows(in);
  ASSERT_TRUE(rows.bind({"CASE_ENQUIRY_ID", "OnTime_Status"}));
  Verdicts verdicts;
  int compared = 0;
  for (files::Row row; rows.next(row);) {
    const std::string id = "boston311:" + std::string(row.cells[0]);
    const auto state = (*store)->find(model::partition_of(id), id);
    ASSERT_NE(state, nullptr) << id;
    bool closed = false;
    const std::string theirs(row.cells[1]);
    const std::string ours = verdict(kind, *state, closed);
    auto& cell = verdicts[{theirs, ours}];
    ++cell.first;
    cell.second += closed ? 1 : 0;
    // The city calls what has no target ONTIME.
    const bool same = theirs == "OVERDUE" ? ours == "late" : theirs == "ONTIME" && (ours == "in time" || ours == "no deadline, no light");
    EXPECT_TRUE(same || theirs.empty()) << id << ": the city says " << theirs << ", we say " << ours;
    compared += theirs.empty() ? 0 : 1;
  }
  if (!kWhole) {
    EXPECT_GT(compared, 10'000);
    return;
  }
  EXPECT_EQ(compared, 120'992);
  const Verdicts expected{
      {{"ONTIME", "in time"}, {63'555, 60'054}},
      {{"OVERDUE", "late"}, {30'446, 19'072}},
      {{"ONTIME", "no deadline, no light"}, {26'991, 22'064}},
      {{"", "late"}, {153, 82}},  // the city gives no verdict; the dates alone say late
  };
  EXPECT_EQ(verdicts, expected);

  // The figures say the same: over all days, and the stock at the cut-off itself by the exact fold.
  const auto total = [&](const char* metric, std::size_t series) -> std::int64_t {
    const auto sums = (*store)->sums(bundle, {bundle.metric_ids.at(metric), 0, -100'000, 100'000, {}, {}});
    const auto it = sums.find("");
    return it == sums.end() || it->second.size() <= series ? -1 : it->second[series];
  };
  EXPECT_EQ(total("boston.opened", measure::kNumerator), 121'145);
  EXPECT_EQ(total("boston.closed", measure::kNumerator), 101'272);
  EXPECT_EQ(total("boston.on_time_rate", measure::kNumerator), 60'054);
  EXPECT_EQ(total("boston.on_time_rate", measure::kDenominator), 63'555 + 30'446 + 153);
  EXPECT_EQ(total("boston.completion_rate", measure::kNumerator), 60'054 + 19'072 + 82);
  service::Query query;
  query.route = "/v1/metrics/{name}";
  query.path = {{"name", "boston.overdue_open"}};
  query.params = {{"at", "2016-01-12T22:54:00-05:00"}};
  const auto answer = node->query(query);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_NE(answer.body.find("\"value\":" + std::to_string(11'374 + 71)), std::string::npos) << answer.body;
  EXPECT_TRUE(node->stop().ok());
}

}  // namespace
}  // namespace docket::local
