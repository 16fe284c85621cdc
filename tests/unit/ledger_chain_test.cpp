// Goal: any change to a ledger is noticed and named, or the check says what it can't see. Method: a good ledger in the
// in-memory twin, then one flip, drop, swap, cut or rewrite at a time, at every place, with and without signed heads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "engine/ledger/activation.h"
#include "tests/unit/ledger_world.h"

namespace docket::ledger {
namespace {

using testing::at;
using testing::good_chain;
using ::testing::HasSubstr;
using testing::kPartitionCount;
using testing::kSeed;
using testing::position_after;
using testing::record_of;
using testing::rewritten;
using testing::samples;
using testing::World;

constexpr int kChainBlocks = 8;

std::vector<std::string> chain0() { return good_chain(0, kChainBlocks); }
std::vector<std::string> chain1() { return good_chain(1, 4); }

std::vector<SignedHeads> heads_at(const std::vector<std::string>& values, const std::vector<std::size_t>& blocks) {
  std::vector<SignedHeads> all;
  for (const std::size_t n : blocks) {
    const std::vector<Position> positions{position_after(values, n, 0), position_after(chain1(), 4, 1)};
    all.push_back(*parse_heads(sign_heads("L", at("2017-03-02T00:00:00Z") + static_cast<Instant>(n), positions, kSeed)));
  }
  return all;
}

TEST(LedgerVerify, AGoodLedgerIsGoodAndSaysWhatItCannotSee) {
  const VerifyReport report = World({chain0(), chain1()}).verify();
  EXPECT_TRUE(report.good());
  EXPECT_EQ(report.ledger, "L");
  ASSERT_EQ(report.chains.size(), 2U);
  EXPECT_EQ(report.chains[0].end.blocks, 8U);
  EXPECT_EQ(report.chains[0].end.term, 1U);
  EXPECT_EQ(report.chains[0].position, position_after(chain0(), 8, 0));
  ASSERT_EQ(report.unseen.size(), 1U);
  EXPECT_THAT(report.unseen[0], HasSubstr("heads"));
}

// The chain as it was written by whoever judges by other definitions than those that were activated.
std::vector<std::string> judged_by(std::vector<std::string> values, std::size_t from, const std::string& bundle,
                                   const std::string& activation) {
  for (std::size_t i = from; i < values.size(); ++i) {
    Block block = *decode_block(values[i]);
    block.bundle = bundle;
    if (i == from && !activation.empty()) block.records = {record_of(RecordKind::kActivated, activation)};
    block.height = i == 0 ? 0 : decode_block(values[i - 1])->end();
    if (i > 0) block.previous = hash_text(block_hash(values[i - 1]));
    values[i] = encode_block(block);
  }
  return values;
}

TEST(LedgerVerify, ABlockNamesTheBundleThatTheChainActivated) {
  const auto found = [](const std::vector<std::string>& chain) {
    const VerifyReport report = World({chain, chain1()}).verify();
    return report.findings.empty() ? std::string() : report.findings.front().what;
  };
  const auto activation = [](std::uint64_t number, const std::string& bundle) { return activation_text({number, bundle, "chief"}); };
  EXPECT_EQ(found(judged_by(chain0(), 4, "b2", activation(2, "b2"))), "");
  EXPECT_THAT(found(judged_by(chain0(), 4, "b2", "")), HasSubstr("judged by bundle b2, and the chain activated b-2017-03"));
  EXPECT_THAT(found(judged_by(chain0(), 4, "b-2017-03", activation(2, "b2"))),
              HasSubstr("judged by bundle b-2017-03, and the chain activated b2"));
  EXPECT_THAT(found(judged_by(chain0(), 4, "b2", activation(1, "b2"))), HasSubstr("activation 1 follows 1"));
  EXPECT_THAT(found(judged_by(chain0(), 4, "b2", "{}")), HasSubstr("can't be read"));
}

TEST(LedgerVerify, WithHeadsOfTheEndNothingIsUnseen) {
  const VerifyReport report = World({chain0(), chain1()}).verify({false, heads_at(chain0(), {3, 8})});
  EXPECT_TRUE(report.good());
  EXPECT_TRUE(report.unseen.empty());
}

TEST(LedgerVerify, WithOlderHeadsItSaysFromWhereOnItIsBlind) {
  const VerifyReport report = World({chain0(), chain1()}).verify({false, heads_at(chain0(), {5})});
  EXPECT_TRUE(report.good());
  ASSERT_EQ(report.unseen.size(), 1U);
  EXPECT_THAT(report.unseen[0], HasSubstr("after height " + std::to_string(position_after(chain0(), 5, 0).height)));
}

TEST(LedgerVerify, AnyFlippedBitIsNamedOrLiesInTheLastBlock) {
  const auto good = chain0();
  const auto heads = heads_at(good, {kChainBlocks});
  for (std::size_t block = 0; block < good.size(); ++block) {
    for (std::size_t byte = 0; byte < good[block].size(); byte += 1 + good[block].size() / 97) {
      auto altered = good;
      altered[block][byte] = static_cast<char>(altered[block][byte] ^ 1);
      World world({altered, chain1()});
      const VerifyReport with = world.verify({false, heads});
      ASSERT_FALSE(with.good()) << block << " " << byte;
      const VerifyReport without = world.verify();
      if (block + 1 < good.size()) {
        ASSERT_FALSE(without.good()) << block << " " << byte;
        const Offset named = without.findings[0].offset;
        ASSERT_TRUE(named == static_cast<Offset>(block) || named == static_cast<Offset>(block) + 1) << named;
      }
    }
  }
}

TEST(LedgerVerify, AnyDroppedBlockIsNamed) {
  const auto good = chain0();
  for (std::size_t block = 0; block + 1 < good.size(); ++block) {
    auto altered = good;
    altered.erase(altered.begin() + static_cast<std::ptrdiff_t>(block));
    const VerifyReport report = World({altered, chain1()}).verify();
    ASSERT_FALSE(report.good()) << block;
    EXPECT_EQ(report.findings[0].offset, static_cast<Offset>(block));
    EXPECT_THAT(report.findings[0].what, HasSubstr("partition 0"));
  }
}

TEST(LedgerVerify, AnySwapIsNamed) {
  const auto good = chain0();
  for (std::size_t a = 0; a < good.size(); ++a) {
    for (std::size_t b = a + 1; b < good.size(); ++b) {
      auto altered = good;
      std::swap(altered[a], altered[b]);
      const VerifyReport report = World({altered, chain1()}).verify();
      ASSERT_FALSE(report.good()) << a << " " << b;
      EXPECT_EQ(report.findings[0].offset, static_cast<Offset>(a));
    }
  }
}

TEST(LedgerVerify, ACutTailIsFoundByHeadsOnly) {
  const auto good = chain0();
  const auto heads = heads_at(good, {3, kChainBlocks});
  for (std::size_t left = 1; left < good.size(); ++left) {
    World world({{good.begin(), good.begin() + static_cast<std::ptrdiff_t>(left)}, chain1()});
    const VerifyReport blind = world.verify();
    EXPECT_TRUE(blind.good());
    EXPECT_FALSE(blind.unseen.empty());
    const VerifyReport report = world.verify({false, heads});
    ASSERT_FALSE(report.good()) << left;
    EXPECT_THAT(report.findings[0].what, HasSubstr("tail is cut"));
    EXPECT_THAT(report.findings[0].what, HasSubstr("ends at height " + std::to_string(position_after(good, left, 0).height)));
  }
}

TEST(LedgerVerify, ARewriteIsFoundByHeadsOnly) {
  const auto good = chain0();
  const auto heads = heads_at(good, {3, kChainBlocks});
  for (std::size_t from = 1; from < good.size(); ++from) {
    World world({rewritten(good, from), chain1()});
    EXPECT_TRUE(world.verify().good()) << from;
    const VerifyReport report = world.verify({false, heads});
    ASSERT_FALSE(report.good()) << from;
    EXPECT_THAT(report.findings[0].what, HasSubstr("rewritten"));
    EXPECT_EQ(report.findings[0].height, position_after(good, from < 3 ? 3 : kChainBlocks, 0).height);
  }
}

TEST(LedgerVerify, AnEmptyPartitionIsNamed) {
  const VerifyReport report = World({chain0(), {}}).verify();
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].partition, 1);
  EXPECT_THAT(report.findings[0].what, HasSubstr("no genesis"));
}

TEST(LedgerVerify, APartitionOfAnotherLedgerIsNamed) {
  const VerifyReport foreign = World({chain0(), good_chain(1, 3, "M")}).verify();
  ASSERT_FALSE(foreign.good());
  EXPECT_THAT(foreign.findings[0].what, HasSubstr("another ledger, \"M\""));
  const VerifyReport twice = World({chain0(), good_chain(0, 3)}).verify();
  ASSERT_FALSE(twice.good());
  EXPECT_THAT(twice.findings[0].what, HasSubstr("that of partition 0"));
}

TEST(LedgerVerify, VoidBlocksAreCountedWhereTheyMayLie) {
  auto values = chain0();
  values.insert(values.begin() + 3, values[1]);
  values.insert(values.begin() + 5, "not even a block");
  World world({values, chain1()});
  EXPECT_FALSE(world.verify().good());
  const VerifyReport report = world.verify({true, heads_at(chain0(), {kChainBlocks})});
  EXPECT_TRUE(report.good());
  EXPECT_EQ(report.chains[0].end.void_blocks, 2U);
  EXPECT_EQ(report.chains[0].end.blocks, 8U);
  EXPECT_TRUE(report.unseen.empty());
}

TEST(LedgerVerify, WhereVoidBlocksMayLieAFlipStrandsTheRestAndItSaysSo) {
  auto values = chain0();
  values[4][values[4].size() / 2] ^= 1;
  const VerifyReport report = World({values, chain1()}).verify({true, {}});
  bool said = !report.good();
  for (const std::string& text : report.unseen) said = said || text.find("void") != std::string::npos;
  EXPECT_TRUE(said);
  EXPECT_FALSE(World({values, chain1()}).verify({true, heads_at(chain0(), {kChainBlocks})}).good());
}

// One rule of every writer broken in a block that extends the head.
struct RuleRow {
  const char* says;
  std::function<void(Block&)> breaks;
  ErrorCode code = ErrorCode::kCorrupt;
};

TEST(LedgerChain, EachRuleOfTheWriterIsChecked) {
  const auto good = chain0();
  const std::vector<RuleRow> rows{
      {"its height is 90", [](Block& b) { b.height = 90; }},
      {"recorded goes back", [](Block& b) { b.recorded -= 10'000; }},
      {"no owner-changed", [](Block& b) { b.term = 2; }},
      {"behind term 1", [](Block& b) { b.term = 0; }},
      {"behind term 1", [](Block& b) { b.records.push_back(record_of(RecordKind::kOwnerChanged, "{}")); }},
      {"second genesis", [](Block& b) { b.records.push_back(samples().at("genesis").records[0]); }},
      {"cursor of intake goes back",
       [](Block& b) {
         b.next = {{"intake", 1, 1}};
       }},
      {"cursor of intake goes back",
       [](Block& b) {
         b.next = {{"intake", 0, 99}};
       }},
      {"no JSON", [](Block& b) { b.records[0].event = R"({"a":tru})"; }},
  };
  for (const RuleRow& row : rows) {
    ChainWalk walk(0);
    for (std::size_t i = 0; i + 1 < good.size(); ++i) ASSERT_TRUE(walk.take({static_cast<Offset>(i), good[i]}).ok());
    Block block = *decode_block(good.back());
    row.breaks(block);
    const auto taken = walk.take({7, encode_block(block)});
    ASSERT_FALSE(taken.ok()) << row.says;
    EXPECT_EQ(taken.error().code, row.code);
    EXPECT_THAT(taken.error().message, HasSubstr(row.says));
    EXPECT_THAT(taken.error().message, HasSubstr("offset 7"));
    EXPECT_TRUE(walk.take({8, good.back()}).ok());
  }
}

TEST(LedgerChain, ANewerProgramsBlockStopsTheWalk) {
  const auto good = chain0();
  ChainWalk walk(0);
  ASSERT_TRUE(walk.take({0, good[0]}).ok());
  std::string newer = good[1];
  newer.replace(newer.find("\"v\":1"), 5, "\"v\":3");
  EXPECT_EQ(walk.take({1, newer}).error().code, ErrorCode::kConflict);
  std::string kind = good[1];
  kind.replace(kind.find("owner-changed"), 13, "owner-dreamed");
  EXPECT_EQ(walk.take({1, kind}).error().code, ErrorCode::kConflict);
  std::string elsewhere = good[2];
  elsewhere.replace(elsewhere.find("accepted"), 8, "excepted");
  EXPECT_EQ(*walk.take({1, elsewhere}), ChainWalk::Taken::kVoid);
}

TEST(LedgerChain, GivesTheBlocksThatItTakes) {
  const auto good = chain0();
  ChainWalk walk(0);
  Block block;
  ASSERT_TRUE(walk.take({0, good[0]}, &block).ok());
  EXPECT_EQ(block.records[0].kind, RecordKind::kGenesis);
  ASSERT_TRUE(walk.genesis().has_value());
  EXPECT_EQ(walk.genesis()->ledger, "L");
  EXPECT_EQ(walk.genesis()->partitions, kPartitionCount);
}

TEST(LedgerGenesis, RefusesWhatIsNotBuilt) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"sha256", "sm3"}, {"aes-256-gcm", "sm4-ctr-hmac-sm3"}, {"ed25519", "sm2"}, {"\"format\":1", "\"format\":2"}}) {
    Record record = samples().at("genesis").records[0];
    record.body.replace(record.body.find(from), from.size(), to);
    EXPECT_EQ(parse_genesis(record).error().code, ErrorCode::kConflict) << to;
  }
  EXPECT_EQ(parse_genesis(samples().at("barrier").records[0]).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(parse_genesis(record_of(RecordKind::kGenesis, "{}")).error().code, ErrorCode::kInvalid);
}

TEST(LedgerGenesis, IsTheGoldenOne) {
  Genesis genesis;
  genesis.ledger = "3q2-7wAAAAAAAAAAAAAAAA";
  genesis.partition = 7;
  genesis.bundle = "b-2017-03";
  EXPECT_EQ(encode_block(genesis_block(genesis, at("2017-03-01T02:00:00.125Z"))) + "\n", testing::read_file(testing::fixture("genesis")));
}

TEST(LedgerHeads, LineReadsBackAndHolds) {
  const std::vector<Position> positions{{0, 12, 0xabcULL}, {1, 3, ~0ULL}};
  const std::string line = sign_heads("L", at("2017-03-02T00:00:00Z"), positions, kSeed);
  const auto heads = parse_heads(line);
  ASSERT_TRUE(heads.ok()) << heads.error().message;
  EXPECT_EQ(heads->heads, positions);
  EXPECT_TRUE(heads_hold(*heads, public_key_of(kSeed)));
  SealKey other = kSeed;
  other[0] = 9;
  EXPECT_FALSE(heads_hold(*heads, public_key_of(other)));
}

TEST(LedgerHeads, AnyAlteredByteIsSeen) {
  const std::string line = sign_heads("L", at("2017-03-02T00:00:00Z"), std::vector<Position>{{0, 12, 0xabcULL}}, kSeed);
  for (std::size_t i = 0; i < line.size(); ++i) {
    std::string altered = line;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    const auto heads = parse_heads(altered);
    EXPECT_TRUE(!heads.ok() || !heads_hold(*heads, public_key_of(kSeed))) << i;
  }
}

TEST(LedgerHeads, AFileIsReadLineByLine) {
  const std::vector<Position> positions{{0, 12, 0xabcULL}};
  const std::string good = sign_heads("L", 1000, positions, kSeed);
  const std::string foreign = sign_heads("M", 1000, positions, kSeed);
  SealKey other{};
  const std::string forged = sign_heads("L", 1000, positions, other);
  const HeadsText text =
      read_heads(good + "\n" + foreign + "\nx\n" + forged + "\n" + good + "\n" + good.substr(0, 20), "L", public_key_of(kSeed));
  EXPECT_EQ(text.heads.size(), 2U);
  ASSERT_EQ(text.findings.size(), 3U);
  EXPECT_THAT(text.findings[0], HasSubstr("line 2"));
  EXPECT_THAT(text.findings[1], HasSubstr("line 3"));
  EXPECT_THAT(text.findings[2], HasSubstr("line 4: the signature"));
}

// RFC 8032, test 1: the seed's public key and its signature of nothing are fixed; ours must be that algorithm.
TEST(LedgerHeads, ThePublicKeyIsEd25519s) {
  SealKey seed{0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
               0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
  EXPECT_EQ(hash_text(public_key_of(seed)), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

class LedgerCopy : public ::testing::Test {
 protected:
  // A copy's home: immediate, with the genesis in it.
  static std::unique_ptr<World> home(std::vector<std::string> values) {
    auto world = std::make_unique<World>(std::vector<std::vector<std::string>>{std::move(values), {}});
    world->cluster.set_immediate(true);
    return world;
  }
};

TEST_F(LedgerCopy, CopiesTheValidBlocksByteForByteAndGoesOn) {
  auto values = chain0();
  const std::vector<std::string> good = values;
  values.insert(values.begin() + 3, values[1]);
  World source({values, chain1()});
  for (std::size_t had = 1; had <= good.size(); ++had) {
    const auto target = home({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(had)});
    const auto copied = copy_chain(*source.node, *target->node, 0);
    ASSERT_TRUE(copied.ok()) << copied.error().message;
    EXPECT_EQ(copied->blocks, good.size() - had);
    EXPECT_EQ(copied->position, position_after(good, good.size(), 0));
    std::vector<std::string> there;
    for (const auto& stored : target->cluster.committed(0)) there.push_back(stored.value);
    EXPECT_EQ(there, good);
  }
}

TEST_F(LedgerCopy, RefusesAnotherChain) {
  const auto target = home(rewritten(chain0(), 2));
  EXPECT_EQ(copy_chain(*World({chain0(), chain1()}).node, *target->node, 0).error().code, ErrorCode::kConflict);
}

TEST_F(LedgerCopy, SaysWhenTheDiskIsFull) {
  const auto target = home({chain0()[0]});
  target->cluster.set_full(true);
  EXPECT_EQ(copy_chain(*World({chain0(), chain1()}).node, *target->node, 0).error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace docket::ledger
