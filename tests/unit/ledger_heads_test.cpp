// Goal: a chain that was cut or rewritten shows by the heads that the next partition's chain holds, without any heads file, and what they
// can't show is said. Method: two good chains with head records, then one change at a time.
#include <gmock/gmock.h>

#include "tests/unit/ledger_world.h"

namespace docket::ledger {
namespace {

using testing::at;
using testing::good_chain;
using ::testing::HasSubstr;
using testing::kSeed;
using testing::position_after;
using testing::record_of;
using testing::rewritten;
using testing::World;

using Values = std::vector<std::string>;

constexpr std::size_t kBlocks = 8;
const Instant kSigned = at("2017-03-02T00:00:00Z");

// The chain with one more block, that of a head record.
Values with_record(Values values, const std::string& body) {
  const auto last = *decode_block(values.back());
  Block block = testing::block_of(last.end(), {});
  block.previous = hash_text(block_hash(values.back()));
  block.term = last.term;
  block.recorded = last.recorded + 1000;
  block.next = last.next;
  block.records.push_back(record_of(RecordKind::kHead, body));
  values.push_back(encode_block(block));
  return values;
}
std::string body_of(const Position& position, const SealKey& seed = kSeed) { return sign_head("L", kSigned, position, seed); }

struct Chains {  // each with a head of the other's first `blocks` blocks
  explicit Chains(std::size_t blocks = kBlocks) {
    zero = with_record(good_chain(0, kBlocks), body_of(position_after(good_chain(1, kBlocks), blocks, 1)));
    one = with_record(good_chain(1, kBlocks), body_of(position_after(good_chain(0, kBlocks), blocks, 0)));
  }
  [[nodiscard]] VerifyReport verify(bool with_key = true) const {
    VerifyOptions options;
    if (with_key) options.key = public_key_of(kSeed);
    return World({zero, one}).verify(options);
  }
  Values zero;
  Values one;
};

TEST(HeadRecords, TheirTextIsFixed) {
  const std::string body = sign_head("L", kSigned, {5, 120, 0x00112233445566ffU}, kSeed);
  EXPECT_EQ(body,
            "{\"position\":\"5.120.00112233445566ff\",\"recorded\":\"2017-03-02T00:00:00.000Z\",\"signature\":"
            "\"73F78qrzO0-fHTEmNDKOarv6sVGGH7wmy8_FztyssgJZi_Ji4u7-znkDaVDxS8dfqaUR9K9yEgTwKYOG5qMkCw\"}");
  const auto head = parse_head(body, "L");
  ASSERT_TRUE(head.ok()) << head.error().message;
  EXPECT_EQ(head->heads.front(), (Position{5, 120, 0x00112233445566ffU}));
  EXPECT_EQ(head->recorded, kSigned);
  EXPECT_TRUE(heads_hold(*head, public_key_of(kSeed)));
  EXPECT_FALSE(heads_hold(*parse_head(body, "M"), public_key_of(kSeed))) << "of another ledger";
  for (const char* bad : {"", "[]", "{}", R"({"position":"x","recorded":"2017-03-02T00:00:00Z","signature":""})"})
    EXPECT_FALSE(parse_head(bad, "L").ok()) << bad;
}

TEST(HeadRecords, TheGoldenOneIsReadAndItsSignatureHolds) {
  std::string text = testing::read_file(testing::fixture("head-signed"));
  ASSERT_FALSE(text.empty());
  text.pop_back();
  const auto block = decode_block(text);
  ASSERT_TRUE(block.ok()) << block.error().message;
  const auto head = parse_head(block->records.front().body, "L");
  ASSERT_TRUE(head.ok()) << head.error().message;
  EXPECT_TRUE(heads_hold(*head, public_key_of(kSeed)));
}

TEST(HeadRecords, AGoodLedgerIsGoodAndSaysWhatTheyCannotShow) {
  const auto report = Chains().verify();
  EXPECT_TRUE(report.good()) << report.findings.front().what;
  ASSERT_EQ(report.unseen.size(), 1U);
  EXPECT_THAT(report.unseen[0], HasSubstr("behind the newest of its heads that the next partition's chain holds"));
  EXPECT_THAT(report.unseen[0], HasSubstr("whether all chains were, together"));
  ASSERT_EQ(report.chains.size(), 2U);
  EXPECT_EQ(report.chains[0].partition, 0);
  EXPECT_EQ(report.chains[1].partition, 1);
}

TEST(HeadRecords, ACutBelowOneIsFoundAndOneBehindItIsNot) {
  for (std::size_t named = 2; named <= kBlocks; ++named) {
    for (std::size_t left = 1; left <= kBlocks; ++left) {
      for (const int partition : {0, 1}) {
        Chains chains(named);
        Values& cut = partition == 0 ? chains.zero : chains.one;
        cut.resize(left);
        const auto report = chains.verify();
        ASSERT_EQ(report.good(), left >= named) << "partition " << partition << ", " << named << " named, " << left << " left";
        if (report.good()) continue;
        ASSERT_EQ(report.findings.size(), 1U);
        EXPECT_EQ(report.findings[0].partition, partition);
        EXPECT_THAT(report.findings[0].what, HasSubstr("partition " + std::to_string(partition) + ": the head record in partition " +
                                                       std::to_string(1 - partition) + " at height "));
        EXPECT_THAT(report.findings[0].what, HasSubstr("the tail is cut"));
      }
    }
  }
}

TEST(HeadRecords, ARewriteBelowOneIsFound) {
  for (const int partition : {0, 1}) {
    for (std::size_t from = 2; from < kBlocks; ++from) {
      Chains chains;
      Values& chain = partition == 0 ? chains.zero : chains.one;
      chain = rewritten(chain, from);
      const auto report = chains.verify();
      ASSERT_FALSE(report.good()) << partition << " " << from;
      EXPECT_EQ(report.findings[0].partition, partition);
      EXPECT_THAT(report.findings[0].what, HasSubstr("the chain was rewritten"));
    }
  }
}

TEST(HeadRecords, OneThatIsNotSignedByTheLedgerIsNamed) {
  SealKey other = kSeed;
  other[0] ^= 1;
  Chains chains;
  chains.one = with_record(good_chain(1, kBlocks), body_of(position_after(good_chain(0, kBlocks), 3, 0), other));
  const auto report = chains.verify();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_THAT(report.findings[0].what, HasSubstr("the head record in partition 1 at height"));
  EXPECT_THAT(report.findings[0].what, HasSubstr("is not signed by this ledger"));
  const auto blind = chains.verify(false);
  EXPECT_TRUE(blind.good());
  EXPECT_THAT(blind.unseen, ::testing::Contains(HasSubstr("whether the head records were signed by this ledger")));
}

TEST(HeadRecords, OneThatCannotBeReadOrNamesAnotherPartitionIsNamed) {
  for (const auto& [body, what] : {std::pair<std::string, const char*>{R"({"position":"0.1.00"})", "can't be read"},
                                   {body_of(position_after(good_chain(1, kBlocks), 3, 1)), "doesn't name partition 0"}}) {
    Chains chains;
    chains.one = with_record(good_chain(1, kBlocks), body);
    const auto report = chains.verify();
    ASSERT_EQ(report.findings.size(), 1U) << body;
    EXPECT_THAT(report.findings[0].what, HasSubstr(what));
  }
}

}  // namespace
}  // namespace docket::ledger
