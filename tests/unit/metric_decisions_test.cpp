// What was decided about versions of metrics: its text in the ledger's store, and what it means for the name.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "connectors/node/metric_decisions.h"

namespace docket::testing {
namespace {

using node::MetricDecision;
using node::MetricDecisions;
using What = MetricDecision::What;

MetricDecision backfill(const std::string& metric, std::uint16_t version, std::uint16_t before) {
  return {What::kBackfill, metric, version, "b" + std::to_string(version), before, before == 0 ? "" : "b" + std::to_string(before), 0, "x"};
}
MetricDecision then(What what, const std::string& metric, std::uint16_t version) { return {what, metric, version, {}, 0, {}, 0, "x"}; }

std::string answered(const MetricDecisions& all, const std::string& metric, std::uint16_t own) {
  const auto by = all.answered(metric, own);
  return std::to_string(by.version) + (by.whole ? " whole" : " live");
}

TEST(MetricDecisions, TheStoredFormIsReadAndWrittenByteByByte) {
  std::ifstream file(std::string(DOCKET_SOURCE_DIR) + "/tests/fixtures/metric_decisions.json");
  std::stringstream golden;
  golden << file.rdbuf();
  const auto read = MetricDecisions::parse(golden.str());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->text(), golden.str());
  ASSERT_EQ(read->rows().size(), 5U);
  EXPECT_EQ(read->rows()[0].before_from, "b1");
  EXPECT_EQ(read->rows()[4].by, "deputy");
  ASSERT_EQ(read->counted().size(), 3U);
  EXPECT_EQ(read->counted()[1].metric + " " + std::to_string(read->counted()[1].version) + " " + read->counted()[1].from,
            "hotline.return_rate 1 b1");
}

TEST(MetricDecisions, WhatIsSomethingElseIsRefusedByName) {
  const auto refusal = [](const std::string& text) {
    const auto read = MetricDecisions::parse(text);
    return read.ok() ? std::string("read") : read.error().message;
  };
  const auto row = [](const std::string& members) { return R"({"format":1,"decisions":[{)" + members + "}]}"; };
  const std::string rest = R"("metric":"m","version":2,"recorded":"2026-03-01T02:00:00.000Z")";
  EXPECT_NE(refusal("[]").find("no JSON object"), std::string::npos);
  EXPECT_NE(refusal("{}").find("no format"), std::string::npos);
  EXPECT_NE(refusal(R"({"format":1})").find("no list of decisions"), std::string::npos);
  EXPECT_NE(refusal(row(R"("do":"drop",)" + rest)).find("do: 'drop', expected backfill, built, swap or undo"), std::string::npos);
  EXPECT_NE(refusal(row(R"("do":"swap","metric":"m","version":2)")).find("lacks metric, version or recorded"), std::string::npos);
  EXPECT_NE(refusal(row(R"("do":"swap","metric":"m","version":0,"recorded":"2026-03-01T02:00:00.000Z")")).find("lacks metric, version"),
            std::string::npos);
  EXPECT_NE(refusal(row(R"("do":"backfill",)" + rest)).find("a backfill lacks its bundle"), std::string::npos);
  EXPECT_EQ(refusal(row(R"("do":"swap",)" + rest)), "read");
  const auto newer = MetricDecisions::parse(R"({"format":2,"decisions":[]})");
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.error().code, ErrorCode::kConflict);
  EXPECT_NE(newer.error().message.find("have format 2, this program knows 1"), std::string::npos);
}

TEST(MetricDecisions, ANameAnswersByTheOldVersionUntilItIsSwappedAndAfterItIsUndone) {
  MetricDecisions all;
  EXPECT_EQ(answered(all, "m", 2), "2 live");
  all.add(backfill("m", 2, 1));
  EXPECT_EQ(answered(all, "m", 2), "2 live") << "it is being counted";
  all.add(then(What::kBuilt, "m", 2));
  EXPECT_EQ(answered(all, "m", 2), "1 whole");
  all.add(then(What::kSwap, "m", 2));
  EXPECT_EQ(answered(all, "m", 2), "2 whole");
  EXPECT_EQ(answered(all, "other", 2), "2 live");
  all.add(then(What::kUndo, "m", 2));
  EXPECT_EQ(answered(all, "m", 2), "1 whole");
  EXPECT_EQ(answered(all, "m", 3), "3 live") << "newer definitions brought another version";
  all.add(backfill("m", 3, 2));
  EXPECT_EQ(answered(all, "m", 3), "3 live");
  all.add(then(What::kBuilt, "m", 2));  // of the one before: says nothing of this one
  EXPECT_EQ(answered(all, "m", 3), "3 live");
  all.add(then(What::kBuilt, "m", 3));
  EXPECT_EQ(answered(all, "m", 3), "2 whole");
  EXPECT_EQ(answered(all, "m", 2), "2 live") << "definitions that went back are older than the last backfill";
  EXPECT_EQ(all.counted().size(), 3U);
}

TEST(MetricDecisions, AMetricThatIsNewGoesOnAsItWasUntilItIsSwapped) {
  MetricDecisions all;
  all.add(backfill("m", 1, 0));
  all.add(then(What::kBuilt, "m", 1));
  EXPECT_EQ(answered(all, "m", 1), "1 live");
  all.add(then(What::kSwap, "m", 1));
  EXPECT_EQ(answered(all, "m", 1), "1 whole");
  all.add(then(What::kUndo, "m", 1));
  EXPECT_EQ(answered(all, "m", 1), "1 live");
}

TEST(MetricDecisions, ThoseOfOneCommandHaveOneNumberAndTheNextTheNext) {
  MetricDecisions all;
  EXPECT_EQ(all.number(), 0U);
  MetricDecisions two;
  two.add({MetricDecision::What::kBackfill, "a", 2, "f", 0, "", 0, "x"});
  two.add({MetricDecision::What::kBackfill, "b", 2, "f", 0, "", 0, "x"});
  all.append(two, 1);
  MetricDecisions one;
  one.add({MetricDecision::What::kBuilt, "a", 2, "", 0, "", 0, "x"});
  all.append(one, 2);
  const auto read = MetricDecisions::parse(all.text());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->number(), 2U);
  ASSERT_EQ(read->rows().size(), 3U);
  EXPECT_EQ(read->rows()[1].number, 1U);
  EXPECT_EQ(read->text(), all.text());
  const std::string row = R"({"do":"swap","metric":"a","version":2,"recorded":"2017-03-08T00:00:00Z","by":"x","number":)";
  for (const char* wrong : {"0}", "-1}", "\"1\"}", "1.5}"}) {
    const auto refused = MetricDecisions::parse("{\"format\":1,\"decisions\":[" + row + wrong + "]}");
    ASSERT_FALSE(refused.ok()) << wrong;
    EXPECT_NE(refused.error().message.find("number"), std::string::npos) << refused.error().message;
  }
}

}  // namespace
}  // namespace docket::testing
