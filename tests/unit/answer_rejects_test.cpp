// Goal: a list of refusals costs what there are of them, however long the ledger is, and its pages together are the whole. Method: rows
// and blocks held in memory; each block that is read is counted.
#include <gtest/gtest.h>

#include "connectors/node/answer_rejects.h"
#include "engine/ledger/block_codec.h"
#include "tests/simulation/office.h"
#include "tests/support/memory_store.h"

namespace docket::testing {
namespace {

namespace json = boost::json;
using node::RejectAt;

constexpr model::Height kPerBlock = 10;

// Of partition p, the heights of its refusals; recorded = height * 100 + p.
class Refusals final : public MemoryStore {
 public:
  Refusals() : MemoryStore(simulation::small_office().bundle, 1) {}

  std::vector<RejectAt> rejected(int partition, model::Height end, std::size_t limit) const override {
    std::vector<RejectAt> out;
    const auto& all = rows[static_cast<std::size_t>(partition)];
    for (auto height = all.rbegin(); height != all.rend() && out.size() < limit; ++height) {
      if (*height < end) out.push_back({*height, recorded(partition, *height), code(*height), source()});
    }
    asked += out.size();
    return out;
  }
  ledger::Position position(int partition) const override { return {partition, 1'000'000, 0}; }
  // The block that holds a height: all of its records are refusals in the ledger, so a wrong height would be told.
  Result<ledger::Stored> block_at(int partition, model::Height height) const {
    ++blocks;
    ledger::Block block;
    block.height = height - height % kPerBlock;
    block.previous = ledger::zero_hash_text();
    block.term = 1;
    block.recorded = recorded(partition, height);
    block.bundle = "b";
    for (model::Height h = block.height; h < block.height + kPerBlock; ++h) {
      ledger::Record record;
      record.kind = ledger::RecordKind::kRejected;
      record.source = source();
      record.id = std::to_string(partition) + "/" + std::to_string(h);
      record.subject = "c";
      record.type = "t";
      record.tag = "00ff1122aabbccdd";
      record.code = code(h);
      block.records.push_back(record);
    }
    return ledger::Stored{0, ledger::encode_block(block)};
  }
  static model::Instant recorded(int partition, model::Height height) { return static_cast<model::Instant>(height) * 100 + partition; }
  static model::Rejection code(model::Height height) {
    return height % 100 == 7 ? model::Rejection::kNoCase : model::Rejection::kMalformed;
  }
  static std::string source() { return simulation::small_office().bundle->sources.front().name; }

  std::array<std::vector<model::Height>, model::kPartitions> rows;
  mutable std::size_t asked = 0;   // rows handed out
  mutable std::size_t blocks = 0;  // read
};

struct Page {
  std::vector<std::string> ids;
  std::string next;
  bool reached = false;  // it came to some refusal
};

Page ask(const Refusals& store, std::vector<std::pair<std::string, std::string>> params, const node::ScanLimits& limits = {}) {
  service::Query query;
  query.route = "/v1/rejects";
  query.params = std::move(params);
  const node::Params given(query);
  const auto answer = node::answer_rejects(
      *simulation::small_office().bundle, store,
      [&store](int partition, model::Height height) { return store.block_at(partition, height); }, given, limits);
  const auto body = json::parse(answer.body).as_object();
  Page page;
  for (const auto& row : body.at("rejects").as_array()) page.ids.emplace_back(row.at("id").as_string());
  page.next = answer.next_page;
  page.reached = !body.at("back_to").is_null();
  return page;
}

std::vector<std::string> all_pages(const Refusals& store, std::vector<std::pair<std::string, std::string>> params,
                                   const node::ScanLimits& limits, std::size_t& pages) {
  std::vector<std::string> out;
  for (std::string next; pages < 10'000;) {
    auto with = params;
    if (!next.empty()) with.emplace_back("page_token", next);
    auto page = ask(store, with, limits);
    ++pages;
    out.insert(out.end(), page.ids.begin(), page.ids.end());
    next = page.next;
    if (next.empty()) break;
  }
  return out;
}

TEST(AnswerRejects, WithoutAnyNothingOfTheLedgerIsRead) {
  const Refusals store;
  const auto page = ask(store, {});
  EXPECT_TRUE(page.ids.empty());
  EXPECT_TRUE(page.next.empty()) << "and the first answer says that this was all";
  EXPECT_FALSE(page.reached);
  EXPECT_EQ(store.blocks, 0U);
}

TEST(AnswerRejects, OnlyBlocksOfWhatIsShownAreRead) {
  Refusals store;
  for (model::Height h = 0; h < 3000; ++h) store.rows[h % 7].push_back(h * 11);
  std::vector<std::string> expected;
  for (model::Height h = 3000; h-- > 0;) {
    if (h * 11 % 100 == 7) expected.push_back(std::to_string(h % 7) + "/" + std::to_string(h * 11));
  }
  ASSERT_EQ(expected.size(), 30U);
  const auto page = ask(store, {{"code", "no-case"}});
  EXPECT_EQ(page.ids, expected) << "newest first over all partitions";
  EXPECT_TRUE(page.next.empty());
  EXPECT_EQ(store.blocks, 30U);
}

TEST(AnswerRejects, PagesAreTheWholeWhateverTheLimits) {
  Refusals store;
  for (model::Height h = 0; h < 1000; ++h) store.rows[h % 5].push_back(h * 11);
  std::size_t once = 0;
  const auto whole = all_pages(store, {{"page_size", "1000"}}, {}, once);
  EXPECT_EQ(whole.size(), 1000U);
  EXPECT_EQ(once, 1U);
  std::size_t pages = 0;
  EXPECT_EQ(all_pages(store, {{"page_size", "37"}}, {}, pages), whole);
  EXPECT_EQ(pages, 28U);
  pages = 0;
  EXPECT_EQ(all_pages(store, {}, {64, std::size_t{1} << 20U}, pages), whole) << "so many looked at";
  EXPECT_GT(pages, 15U);
  pages = 0;
  EXPECT_EQ(all_pages(store, {}, {50'000, 1}, pages), whole) << "blocks of so many bytes read";
  EXPECT_GT(pages, 100U);
  pages = 0;
  const auto some = all_pages(store, {{"code", "no-case"}}, {64, std::size_t{1} << 20U}, pages);
  EXPECT_EQ(some.size(), 10U);
  EXPECT_GT(pages, 15U) << "short pages lead on";
}

}  // namespace
}  // namespace docket::testing
