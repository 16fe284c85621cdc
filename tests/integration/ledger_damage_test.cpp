// A ledger that somebody changed behind Docket's back, in the store on the disk: `docket ledger verify` names the block, or says what it
// can't see without heads that were kept elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <functional>

#include "connectors/embedded/file_key_store.h"
#include "connectors/embedded/rocks.h"
#include "connectors/embedded/value_codec.h"
#include "engine/ledger/chain.h"
#include "tests/support/workload.h"

namespace docket::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Stored {
  std::string key;
  std::string value;  // as packed
  [[nodiscard]] std::string block() const { return *embedded::unpack_value(value, ledger::kBlockBytesMax); }
  void set(const std::string& block) { value = embedded::pack_value(block); }
};
using Chain = std::vector<Stored>;

// The blocks of one partition, changed in the store itself.
void change_blocks(const fs::path& data, int partition, const std::function<void(Chain&)>& change) {
  rocksdb::DBOptions options;
  rocksdb::ColumnFamilyOptions family;
  family.compaction_style = rocksdb::kCompactionStyleUniversal;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : embedded::kFamilies) families.emplace_back(name, family);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  const auto opened = rocksdb::DB::Open(options, (data / "ledger").string(), families, &handles, &raw);
  ASSERT_TRUE(opened.ok()) << opened.ToString();
  const std::unique_ptr<rocksdb::DB> db(raw);
  Chain before;
  {
    const std::unique_ptr<rocksdb::Iterator> rows(db->NewIterator({}, handles[1]));
    const std::string prefix(1, static_cast<char>(partition));
    for (rows->Seek(prefix); rows->Valid() && rows->key()[0] == prefix[0]; rows->Next())
      before.push_back({rows->key().ToString(), rows->value().ToString()});
  }
  Chain after = before;
  change(after);
  for (const auto& row : before) ASSERT_TRUE(db->Delete({}, handles[1], row.key).ok());
  for (const auto& row : after) ASSERT_TRUE(db->Put({}, handles[1], row.key, row.value).ok());
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  ASSERT_TRUE(db->Close().ok());
}

class LedgerDamage : public ::testing::Test {
 protected:
  void SetUp() override {
    create_ledger(data_);
    Server server(data_);
    ASSERT_TRUE(server.ready()) << server.errors();
    Producer producer(work(2, 21), 4);
    ASSERT_TRUE(producer.publish(server));
    ASSERT_TRUE(server.stop().with(0)) << server.errors();
    heads_ = (folder_ / "kept-elsewhere.ndjson").string();
    fs::copy(data_ / "heads.ndjson", heads_);
    ASSERT_TRUE(verify(true).ended.with(0)) << verify(true).text();
    partition_ = model::partition_of("T1x0");
  }

  Ran verify(bool with_heads) const {
    std::vector<std::string> command{"ledger", "verify", "--data", data_.string()};
    if (with_heads) command.insert(command.end(), {"--heads", heads_});
    return run_docket(command);
  }

  // What verify says of the ledger with this change, and puts the ledger back.
  Ran damaged(const std::function<void(Chain&)>& change, bool with_heads) {
    const fs::path good = folder_ / "good";
    fs::copy(data_ / "ledger", good, fs::copy_options::recursive);
    change_blocks(data_, partition_, change);
    const auto told = verify(with_heads);
    fs::remove_all(data_ / "ledger");
    fs::rename(good, data_ / "ledger");
    return told;
  }
  [[nodiscard]] std::string here() const { return "partition " + std::to_string(partition_) + ","; }

  static ledger::Height height(const Stored& row) { return ledger::decode_head(row.block())->height; }

  TempFolder folder_;
  fs::path data_ = folder_ / "data";
  std::string heads_;
  int partition_ = 0;
};

TEST_F(LedgerDamage, AFlippedTextIsNamed) {
  for (const bool with_heads : {false, true}) {
    ledger::Height of = 0;
    ledger::Height end = 0;
    const auto told = damaged(
        [&](Chain& chain) {
          ASSERT_GT(chain.size(), 4U);
          auto& row = chain[chain.size() / 2];
          of = height(row);
          end = of + ledger::decode_head(row.block())->records;
          std::string block = row.block();
          const auto at = block.find("\"case_version\":");
          ASSERT_NE(at, std::string::npos);
          block[at + 15] ^= 1;
          row.set(block);
        },
        with_heads);
    EXPECT_TRUE(told.ended.with(1)) << told.text();
    EXPECT_THAT(told.out, HasSubstr(here()));
    EXPECT_THAT(told.out, AnyOf(HasSubstr("height " + std::to_string(of) + ")"), HasSubstr("ends at height " + std::to_string(end))))
        << "the block itself is named, or it and its neighbour";
    EXPECT_THAT(told.out, HasSubstr("NOT good"));
  }
}

TEST_F(LedgerDamage, AnUnreadableBlockIsNamed) {
  const auto told = damaged([](Chain& chain) { chain[chain.size() / 2].value[3] ^= 0x55; }, false);
  EXPECT_TRUE(told.ended.with(1)) << told.text();
  EXPECT_THAT(told.out + told.err, HasSubstr("artition " + std::to_string(partition_)));
}

TEST_F(LedgerDamage, ADroppedBlockIsNamed) {
  ledger::Height of = 0;
  const auto told = damaged(
      [&](Chain& chain) {
        const auto at = chain.begin() + static_cast<std::ptrdiff_t>(chain.size() / 2);
        of = height(*at);
        chain.erase(at);
      },
      false);
  EXPECT_TRUE(told.ended.with(1)) << told.text();
  EXPECT_THAT(told.out, HasSubstr(here()));
  EXPECT_THAT(told.out, HasSubstr("height " + std::to_string(of)));
}

TEST_F(LedgerDamage, SwappedBlocksAreNamed) {
  ledger::Height of = 0;
  const auto told = damaged(
      [&](Chain& chain) {
        const std::size_t at = chain.size() / 2;
        of = height(chain[at]);
        std::swap(chain[at].value, chain[at + 1].value);
      },
      false);
  EXPECT_TRUE(told.ended.with(1)) << told.text();
  EXPECT_THAT(told.out, HasSubstr(here()));
  EXPECT_THAT(told.out, HasSubstr("height " + std::to_string(of)));
}

TEST_F(LedgerDamage, ACutTailIsFoundByHeadsAndOtherwiseSaidToBeUnseen) {
  const auto cut = [](Chain& chain) { chain.pop_back(); };
  const auto blind = damaged(cut, false);
  EXPECT_TRUE(blind.ended.with(0)) << blind.text();
  EXPECT_THAT(blind.out, HasSubstr("not seen: "));
  EXPECT_THAT(blind.out, HasSubstr("whether tails were cut"));
  const auto told = damaged(cut, true);
  EXPECT_TRUE(told.ended.with(1)) << told.text();
  EXPECT_THAT(told.out, HasSubstr(here()));
}

TEST_F(LedgerDamage, ARewriteIsFoundByHeadsAndOtherwiseSaidToBeUnseen) {
  const auto rewrite = [](Chain& chain) {
    std::string previous;
    for (std::size_t i = chain.size() / 2; i < chain.size(); ++i) {
      auto block = *ledger::decode_block(chain[i].block());
      block.recorded += 1;  // of all, so that none goes back
      if (!previous.empty()) block.previous = previous;
      const std::string value = ledger::encode_block(block);
      previous = ledger::hash_text(ledger::block_hash(value));
      chain[i].set(value);
    }
  };
  const auto blind = damaged(rewrite, false);
  EXPECT_TRUE(blind.ended.with(0)) << blind.text();
  EXPECT_THAT(blind.out, HasSubstr("whether everything from some record on was rewritten"));
  const auto told = damaged(rewrite, true);
  EXPECT_TRUE(told.ended.with(1)) << told.text();
  EXPECT_THAT(told.out, HasSubstr(here()));
}

// As a node on Kafka leaves it, and a copy of its ledger in a folder has it.
TEST_F(LedgerDamage, ACutTailIsFoundByTheHeadInTheNextPartitionsChain) {
  const auto keys = embedded::FileKeyStore::open(data_, [](const std::string&) { std::abort(); });
  ASSERT_TRUE(keys.ok()) << keys.error().message;
  ledger::ChainWalk walk(partition_);
  change_blocks(data_, partition_, [&](Chain& chain) {
    for (const auto& row : chain) ASSERT_TRUE(walk.take({0, row.block()}).ok());
  });
  change_blocks(data_, (partition_ + 1) % 32, [&](Chain& chain) {
    const auto last = *ledger::decode_block(chain.back().block());
    ledger::Block block = last;
    block.height = last.end();
    block.previous = ledger::hash_text(ledger::block_hash(chain.back().block()));
    block.records.assign(1, {});
    block.records[0].kind = ledger::RecordKind::kHead;
    block.records[0].body = ledger::sign_head(walk.genesis()->ledger, block.recorded, walk.position(), (*keys)->signing_seed());
    Stored row = chain.back();
    for (int i = 0; i < 8; ++i) row.key[row.key.size() - 1 - static_cast<std::size_t>(i)] = static_cast<char>(block.height >> (8 * i));
    row.set(ledger::encode_block(block));
    chain.push_back(row);
  });
  const auto good = verify(false);
  EXPECT_TRUE(good.ended.with(0)) << good.text();
  EXPECT_THAT(good.out, HasSubstr("not seen: without a heads file: whether a chain was cut or rewritten behind the newest of its heads"));
  const auto told = damaged([](Chain& chain) { chain.pop_back(); }, false);
  EXPECT_TRUE(told.ended.with(1)) << told.text();
  EXPECT_THAT(told.out, HasSubstr(here()));
  EXPECT_THAT(told.out, HasSubstr("the head record in partition " + std::to_string((partition_ + 1) % 32)));
  EXPECT_THAT(told.out, HasSubstr("the tail is cut"));
}

// The server notices too, when it needs what is gone: its projections stand on a block that isn't there.
TEST_F(LedgerDamage, TheServerRefusesALedgerThatIsShorterThanItsProjections) {
  change_blocks(data_, partition_, [](Chain& chain) { chain.pop_back(); });
  Server server(data_);
  EXPECT_FALSE(server.ready());
  const auto ended = server.child().wait();
  EXPECT_FALSE(ended.killed) << ended.text();
  EXPECT_NE(ended.code, 0);
  EXPECT_THAT(server.errors(), HasSubstr("partition " + std::to_string(partition_)));
}

}  // namespace
}  // namespace docket::testing
