// Goal: whatever happens to one request of a pipeline of five, each caller is told what is true and the chain holds each event once, in
// order (ledger.md section 12). Method: five events of one case under way at once, each row of the table once for each of the five.
#include <ostream>

#include "tests/simulation/one_node.h"
#include "tests/support/planted_defect.h"

namespace docket::simulation {
namespace {

using ledger::Fate;

constexpr std::size_t kPipeline = 5;

struct Row {
  const char* name;
  Fate fate;
  const char* told;    // to the caller of that request
  const char* behind;  // to the callers of those sent after it
  bool voids_those_behind;
  std::size_t more_void;
  const char* next;  // to the caller of the next request of all
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

const Row kRows[] = {
    {"Good", Fate::kGood, "accepted", "accepted", false, 0, "accepted"},
    {"Lost", Fate::kLost, "accepted", "accepted", true, 0, "accepted"},        // judged again after settling
    {"Refused", Fate::kRefused, "accepted", "accepted", true, 0, "accepted"},  // the same
    {"AcknowledgedWithoutOffset", Fate::kAckedWithoutOffset, "duplicate", "duplicate", false, 0, "accepted"},  // found by reading
    {"AppendedWithError", Fate::kAppendedWithError, "duplicate", "duplicate", false, 0, "accepted"},
    {"ReportLost", Fate::kReportLost, "duplicate", "duplicate", false, 0, "accepted"},
    {"Doubled", Fate::kDoubled, "accepted", "accepted", false, 1, "duplicate"},  // the double takes the offset that the next block expects
};

class Pipeline : public ::testing::TestWithParam<std::tuple<Row, std::size_t>> {};

TEST_P(Pipeline, EachCallerIsToldWhatIsTrue) {
  const auto& [row, which] = GetParam();
  OneNode node;
  std::vector<std::size_t> calls;
  std::deque<Fate> fates(kPipeline, Fate::kGood);
  fates[which] = row.fate;
  node.cluster.plan(fates);
  for (std::size_t i = 0; i < kPipeline; ++i) {
    calls.push_back(node.offer({node.event("C", i)}));
    ASSERT_EQ(node.turn(), 1U) << "each event in a block of its own, all under way at once";
  }
  for (const auto call : calls) EXPECT_EQ(node.told(call), "nothing yet");
  node.land();
  for (std::size_t i = 0; i < which; ++i) EXPECT_EQ(node.told(calls[i]), "accepted") << "sent before it: " << i;
  node.go_on();
  EXPECT_EQ(node.told(calls[which]), row.told);
  for (std::size_t i = which + 1; i < kPipeline; ++i) EXPECT_EQ(node.told(calls[i]), row.behind) << "sent behind it: " << i;

  const auto last = node.offer({node.event("C", kPipeline)});  // and life goes on
  node.go_on();
  EXPECT_EQ(node.told(last), row.next);
  std::size_t void_blocks = 0;
  EXPECT_EQ(node.accepted(&void_blocks), (std::vector<std::string>{"C-0", "C-1", "C-2", "C-3", "C-4", "C-5"}));
  const std::size_t behind = row.voids_those_behind ? kPipeline - 1 - which : 0;
  EXPECT_EQ(void_blocks, behind + row.more_void);
}

// The same of the block that says that a case is quarantined: it stands in the chain once, and so does what waits.
TEST_P(Pipeline, AQuarantineIsWrittenOnce) {
  const auto& [row, which] = GetParam();
  testing::PlantedDefect defect(small_office().bundle);
  defect.plant(small_office().kind, "assigned");
  OneNode node;
  std::deque<Fate> fates(kPipeline, Fate::kGood);
  fates[which] = row.fate;
  node.cluster.plan(fates);
  for (std::size_t i = 0; i < kPipeline; ++i) {
    static_cast<void>(node.offer({node.event("C", i)}));
    ASSERT_EQ(node.turn(), 1U);
  }
  node.land();
  node.go_on();
  EXPECT_EQ(node.accepted(), std::vector<std::string>{"C-0"});
  std::size_t quarantined = 0;
  for (const auto& [height, at] : node.live.records) quarantined += at.record.kind == ledger::RecordKind::kQuarantined ? 1 : 0;
  EXPECT_EQ(quarantined, 1U);
  EXPECT_EQ(node.live.parked_rows.size(), kPipeline - 1);
  EXPECT_TRUE(node.live.cases.at("C")->quarantined);
}

INSTANTIATE_TEST_SUITE_P(Table, Pipeline, ::testing::Combine(::testing::ValuesIn(kRows), ::testing::Range<std::size_t>(0, kPipeline)),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param).name) + "_" + std::to_string(std::get<1>(test.param) + 1);
                         });

}  // namespace
}  // namespace docket::simulation
