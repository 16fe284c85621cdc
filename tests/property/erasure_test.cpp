// Goal: an erasure gives up exactly the keys that sealed what stands before it in the chain, when its record is valid and not before, and
// every reader of the chain comes to the same. Method: the engine over a ledger in memory; what opens is asked of the sealer.
#include <gtest/gtest.h>

#include <map>

#include "tests/support/engine_fixture.h"
#include "tests/support/hotline.h"
#include "tests/unit/definition_fixture.h"

namespace docket::testing {
namespace {

constexpr const char* kGone = "(gone)";
using Outcome = partition::EventOutcome::Kind;

class ErasureTest : public ::testing::Test {
 protected:
  static std::string noted(int n, const std::string& text, const std::string& time = "2026-03-02T10:00:00+08:00") {
    return hotline("H1", n, "noted", time, R"({"text":")" + text + R"("})");
  }
  static std::string erased(int n, const std::string& time = "2026-03-02T11:00:00+08:00", const std::string& approver = "chief") {
    return hotline("H1", n, "erased", time, R"({"subject":"case","reason":"asked for","approver":")" + approver + R"("})");
  }
  void open() { ASSERT_EQ(engine_.offer(hotline("H1", 1, "created", "2026-03-02T09:00:00+08:00")).kind, Outcome::kAccepted); }
  // What each noted event of the ledger says, by its id.
  [[nodiscard]] std::map<std::string, std::string> texts() {
    std::map<std::string, std::string> out;
    partition::RecordSealer sealer("test-ledger", engine_.keys());
    for (const auto& [height, row] : engine_.projections.records) {
      if (row.record.kind != ledger::RecordKind::kAccepted) continue;
      const auto event = engine_.ingest().parse_stored(row.record.event, 0);
      if (!event) continue;
      for (const auto& field : (*event)->data) {
        if (field.name != "text" || field.value.type() != model::Value::Type::kSealed) continue;
        const auto plain = sealer.open_field("H1", (*event)->id, "text", field.value.as_text());
        out[(*event)->id] = plain ? *plain : kGone;
      }
    }
    return out;
  }
  [[nodiscard]] std::vector<std::string> given_up(const std::string& id) const {
    for (const auto& [height, row] : engine_.projections.records) {
      if (row.record.event.find("\"id\":\"" + id + "\"") != std::string::npos) return partition::erased_keys(row.record);
    }
    return {};
  }

  EngineFixture engine_{definition::load_office("example")};
};

TEST_F(ErasureTest, GivesUpWhatStandsBeforeItAndNothingBehind) {
  open();
  // All in one block: the order in the chain decides.
  const auto told = engine_.offer({noted(2, "a"), erased(3), noted(4, "b", "2026-03-02T12:00:00+08:00")});
  for (const auto& outcome : told) EXPECT_EQ(outcome.kind, Outcome::kAccepted) << outcome.refusal.detail;
  EXPECT_EQ(texts()["H1-2"], kGone);
  EXPECT_EQ(texts()["H1-1"], kGone);
  EXPECT_EQ(texts()["H1-4"], R"("b")");
  EXPECT_EQ(given_up("H1-3").size(), 1U);
  // One that comes late, of a time before the erasure, was not there to be erased.
  EXPECT_EQ(engine_.offer(noted(5, "late", "2026-03-02T10:30:00+08:00")).kind, Outcome::kAccepted);
  EXPECT_EQ(texts()["H1-5"], R"("late")");
  EXPECT_EQ(engine_.offer(erased(6, "2026-03-02T13:00:00+08:00")).kind, Outcome::kAccepted);
  for (const auto& [id, text] : texts()) EXPECT_EQ(text, kGone) << id;
  EXPECT_NE(given_up("H1-6"), given_up("H1-3"));
}

TEST_F(ErasureTest, EveryReaderGivesUpTheSameKeys) {
  open();
  engine_.offer({noted(2, "a"), erased(3), noted(4, "b", "2026-03-02T12:00:00+08:00")});
  const auto before = texts();
  const auto replayed = engine_.replay();
  EXPECT_EQ(texts(), before) << "the key of what came behind it stays";
  engine_.restart();
  engine_.offer(noted(5, "c", "2026-03-02T13:00:00+08:00"));
  EXPECT_EQ(texts()["H1-5"], R"("c")");
  EXPECT_EQ(texts()["H1-4"], R"("b")");
  // A node that was away has the keys still, until it has read the record.
  MemoryKeys behind;
  const auto old_key = *behind.case_key("H1");
  ASSERT_EQ(given_up("H1-3"), std::vector<std::string>{old_key.id});
  MemoryProjections out(definition::load_office("example"));
  partition::LoopOptions options;
  options.ledger_id = "test-ledger";
  partition::PartitionLoop reader(options, engine_.books(), behind, out, out, out);
  ledger::ReadBatch batch;
  for (std::size_t i = 0; i < engine_.log.size(); ++i) batch.blocks.push_back({static_cast<ledger::Offset>(i), engine_.log[i]});
  batch.next = static_cast<ledger::Offset>(engine_.log.size());
  batch.end = true;
  reader.read_done(batch);
  EXPECT_EQ(reader.stop_reason(), "");
  EXPECT_EQ(behind.find(old_key.id), std::nullopt);
  EXPECT_NE(behind.fate(old_key.id).erased, model::kNoInstant);
}

// The block that holds it never becomes valid: the keys stay, and what judges it anew gives up those made meanwhile too.
TEST_F(ErasureTest, OfABlockThatTurnsOutVoidErasesNothing) {
  open();
  ASSERT_EQ(engine_.offer(noted(2, "a")).kind, Outcome::kAccepted);
  partition::Offer offer;
  for (const auto& json : {erased(3), noted(4, "b", "2026-03-02T12:00:00+08:00")}) offer.events.push_back(engine_.ingest().parse(json));
  std::vector<partition::EventOutcome> told;
  offer.done = [&](std::vector<partition::EventOutcome> outcomes) { told = std::move(outcomes); };
  ASSERT_TRUE(engine_.loop().offer(std::move(offer)));
  const auto blocks = engine_.loop().turn(engine_.now());
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(texts()["H1-2"], R"("a")") << "it is judged, and not valid yet";
  engine_.loop().report({blocks.front().token, 0, false, std::nullopt, false, "the home failed"});
  EXPECT_EQ(texts()["H1-2"], R"("a")");
  engine_.loop().read_done({{}, static_cast<ledger::Offset>(engine_.log.size()), true});
  engine_.pump();
  ASSERT_EQ(told.size(), 2U);
  for (const auto& outcome : told) EXPECT_EQ(outcome.kind, Outcome::kAccepted) << outcome.refusal.detail;
  EXPECT_EQ(texts()["H1-2"], kGone);
  EXPECT_EQ(texts()["H1-4"], R"("b")");
  EXPECT_EQ(given_up("H1-3").size(), 2U) << "the key of the void block too";
}

TEST_F(ErasureTest, IsApprovedBySomebodyElseAndStands) {
  open();
  const auto alone = engine_.offer(erased(2, "2026-03-02T11:00:00+08:00", "dispatcher-1"));
  EXPECT_EQ(alone.kind, Outcome::kRejected);
  EXPECT_EQ(model::name(alone.refusal.code), "self-approved");
  ASSERT_EQ(engine_.offer(erased(3)).kind, Outcome::kAccepted);
  const std::string takes_back = R"({"event":{"source":"example","id":"H1-3"},"void":true,"reason":"r","approver":"a"})";
  const auto back = engine_.offer(hotline("H1", 4, "corrected", "2026-03-02T12:00:00+08:00", takes_back));
  EXPECT_EQ(back.kind, Outcome::kRejected);
  EXPECT_EQ(back.refusal.detail, "event H1-3 erased private values, which stay erased");
}

TEST_F(ErasureTest, OfACaseWithoutPrivateValuesIsAFactToo) {
  open();
  ASSERT_EQ(engine_.offer(erased(2)).kind, Outcome::kAccepted);
  ASSERT_EQ(engine_.offer(erased(3, "2026-03-02T12:00:00+08:00")).kind, Outcome::kAccepted);
  EXPECT_TRUE(given_up("H1-3").empty()) << "nothing was sealed since";
  EXPECT_EQ(engine_.projections.cases.at("H1")->version, 3U);
  // Corrections of what is erased are judged as ever, and their texts are under the new key.
  const std::string replace =
      R"({"event":{"source":"example","id":"H1-1"},"replace":{"data":{"number":"H1","channel":"phone","type":"complaint","category":"noise",)"
      R"("district":"shinan","text":"new","caller":"p"}},"reason":"r","approver":"a"})";
  EXPECT_EQ(engine_.offer(hotline("H1", 5, "corrected", "2026-03-02T13:00:00+08:00", replace)).kind, Outcome::kAccepted);
  EXPECT_EQ(texts()["H1-1"], kGone);
}

}  // namespace
}  // namespace docket::testing
