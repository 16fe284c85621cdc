// Goal: the embedded home keeps what it reported, whatever the disk does; a full disk passes, a failed sync ends the process.
// Method: a real RocksDB in a folder of the test's own over a disk that fails on demand; "crash" = a copy of the folder
// taken while the store is open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "connectors/embedded/embedded_store.h"
#include "connectors/embedded/value_codec.h"
#include "engine/ledger/chain.h"
#include "engine/ledger/genesis.h"
#include "tests/unit/ledger_faulty_disk.h"
#include "tests/unit/ledger_samples.h"

namespace docket::embedded {
namespace {

using ledger::Appending;
using ledger::Block;
using ledger::Height;
using ledger::RecordKind;
using ledger::Report;
using ledger::testing::DiskState;
using ledger::testing::FaultyDisk;
using ledger::testing::record_of;
using ledger::testing::TempFolder;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

// False: a file went away or came meanwhile, so that the copy is of no single moment.
bool copied(const fs::path& from, const fs::path& to) {
  const auto names = [&from] {
    std::set<fs::path> all;
    for (const auto& entry : fs::recursive_directory_iterator(from)) all.insert(entry.path());
    return all;
  };
  try {
    const auto before = names();
    fs::copy(from, to, fs::copy_options::recursive);
    return names() == before;
  } catch (const fs::filesystem_error&) {
    return false;
  }
}

std::string block_text(Height height, std::size_t records = 1, std::size_t bytes = 0) {
  std::vector<ledger::Record> all(records, record_of(RecordKind::kBarrier, R"({"nonce":")" + std::string(bytes, 'n') + "\"}"));
  return encode_block(ledger::testing::block_of(height, std::move(all)));
}

NewLedger new_ledger(int partitions = 2) {
  NewLedger made{"ledger-1", {}, {{"b-2017-03", "kinds: []\n"}}};
  for (int i = 0; i < partitions; ++i) made.genesis.push_back(block_text(0));
  return made;
}

// No two bytes alike enough for zstd, so that sizes are what they seem.
std::string noise(std::size_t bytes) {
  std::mt19937 random(7);
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) out.push_back("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-"[random() % 64]);
  return out;
}
std::string noise_block(Height height, std::size_t bytes) {
  return encode_block(ledger::testing::block_of(height, {record_of(RecordKind::kBarrier, R"({"nonce":")" + noise(bytes) + "\"}")}));
}

class EmbeddedLedgerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = EmbeddedStore::create(data(), new_ledger(), options());
    ASSERT_TRUE(made.ok()) << made.error().message;
    open();
  }
  [[nodiscard]] fs::path data() const { return folder_.path() / "data"; }
  EmbeddedOptions options() {
    EmbeddedOptions options;
    options.reserve_bytes = 0;
    options.file_system = std::make_shared<FaultyDisk>(disk_);
    options.on_fatal = [this](const std::string& what) { fatal_.push_back(what); };
    return options;
  }
  void open() {
    port_.reset();
    store_.reset();
    auto opened = EmbeddedStore::open(data(), options());
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store_ = std::move(*opened);
    port_ = store_->port();
  }
  std::vector<Report> append(std::vector<std::pair<int, std::string>> blocks) {
    std::vector<Appending> all;
    for (auto& [partition, value] : blocks) all.push_back({++token_, partition, std::move(value)});
    port_->append(std::move(all));
    return port_->poll();
  }
  static std::vector<Height> heights(EmbeddedStore& store, int partition) {
    std::vector<Height> out;
    const auto read = store.read(partition, 0, 1U << 30U);
    EXPECT_TRUE(read.ok());
    if (read.ok()) {
      for (const auto& stored : read->blocks) out.push_back(static_cast<Height>(stored.offset));
    }
    return out;
  }
  // What a process that starts after a crash now would find.
  std::vector<Height> heights_after_crash(int partition) {
    const fs::path copy = folder_.path() / ("crash-" + std::to_string(++crashes_));
    while (!copied(data(), copy)) fs::remove_all(copy);
    EmbeddedOptions plain;
    plain.reserve_bytes = 0;
    auto opened = EmbeddedStore::open(copy, plain);
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    return opened.ok() ? heights(**opened, partition) : std::vector<Height>{};
  }

  TempFolder folder_;
  DiskState disk_;
  std::vector<std::string> fatal_;
  std::unique_ptr<EmbeddedStore> store_;
  std::unique_ptr<ledger::Port> port_;
  std::uint64_t token_ = 0;
  int crashes_ = 0;
};

TEST_F(EmbeddedLedgerTest, KeepsBlocksOverARestart) {
  EXPECT_EQ(store_->ledger_id(), "ledger-1");
  EXPECT_EQ(store_->partitions(), 2);
  const auto reports = append({{0, block_text(1, 3)}, {1, block_text(1)}, {0, block_text(4)}});
  ASSERT_EQ(reports.size(), 3U);
  for (const Report& report : reports) EXPECT_TRUE(report.ok) << report.error;
  EXPECT_EQ(reports[0].offset, 1);
  EXPECT_EQ(reports[2].offset, 4);
  open();
  EXPECT_EQ(heights(*store_, 0), (std::vector<Height>{0, 1, 4}));
  EXPECT_EQ(heights(*store_, 1), (std::vector<Height>{0, 1}));
  EXPECT_EQ(store_->read(0, 4, 1000)->blocks[0].value, block_text(4));
}

TEST_F(EmbeddedLedgerTest, WhatIsReportedSurvivesACrash) {
  append({{0, block_text(1, 3)}});
  append({{0, noise_block(4, 100'000)}, {1, block_text(1)}});
  EXPECT_EQ(heights_after_crash(0), (std::vector<Height>{0, 1, 4}));
  EXPECT_EQ(heights_after_crash(1), (std::vector<Height>{0, 1}));
}

TEST_F(EmbeddedLedgerTest, TheNextOffsetIsTheHeightBehindTheLastRecord) {
  append({{0, block_text(1, 3)}});
  auto read = port_->read(0, 0, 1);
  EXPECT_EQ(read->blocks.size(), 1U);
  EXPECT_EQ(read->next, 1);
  EXPECT_FALSE(read->end);
  read = port_->read(0, 1, 1);
  EXPECT_EQ(read->next, 4);
  EXPECT_TRUE(read->end);
  read = port_->read(0, 4, 1);
  EXPECT_TRUE(read->blocks.empty());
  EXPECT_EQ(read->next, 4);
  EXPECT_TRUE(read->end);
}

TEST_F(EmbeddedLedgerTest, FindsTheBlockOfARecord) {
  append({{0, block_text(1, 3)}, {0, block_text(4, 2)}});
  for (const auto& [height, first] : std::map<Height, ledger::Offset>{{0, 0}, {1, 1}, {2, 1}, {3, 1}, {4, 4}, {5, 4}}) {
    const auto found = store_->block_at(0, height);
    ASSERT_TRUE(found.ok()) << height;
    EXPECT_EQ(found->offset, first);
  }
  EXPECT_EQ(store_->block_at(0, 6).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store_->block_at(1, 1).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store_->block_at(9, 0).error().code, ErrorCode::kNotFound);
}

TEST_F(EmbeddedLedgerTest, NeverOverwrites) {
  append({{0, block_text(1, 3)}});
  const auto reports = append({{1, block_text(1)}, {0, block_text(1)}});
  ASSERT_EQ(reports.size(), 2U);
  for (const Report& report : reports) {
    EXPECT_FALSE(report.ok);
    EXPECT_FALSE(report.full);
    EXPECT_FALSE(report.error.empty());
  }
  EXPECT_EQ(heights(*store_, 1), std::vector<Height>{0});
  EXPECT_EQ(store_->read(0, 1, 1)->blocks[0].value, block_text(1, 3));
  EXPECT_FALSE(append({{0, block_text(9)}, {0, block_text(9)}})[0].ok);
  EXPECT_FALSE(append({{7, block_text(9)}})[0].ok);
  EXPECT_FALSE(append({{0, "no block"}})[0].ok);
  EXPECT_TRUE(append({{0, block_text(9)}})[0].ok);
}

TEST_F(EmbeddedLedgerTest, ADiskThatSaysItIsFullIsNotWrittenTo) {
  disk_.told_free = 10;
  const auto refused = append({{0, block_text(1)}, {1, block_text(1)}});
  ASSERT_EQ(refused.size(), 2U);
  for (const Report& report : refused) {
    EXPECT_FALSE(report.ok);
    EXPECT_TRUE(report.full);
  }
  EXPECT_TRUE(store_->full());
  EXPECT_EQ(heights_after_crash(0), std::vector<Height>{0});
  disk_.told_free = DiskState::kEndless;
  EXPECT_TRUE(append({{0, block_text(1)}})[0].ok);
  EXPECT_FALSE(store_->full());
  EXPECT_TRUE(fatal_.empty());
}

// The disk ends within the write, at every distance; nothing of it may remain, and later writes must be found.
TEST_F(EmbeddedLedgerTest, ADiskThatFillsInTheMiddleOfAWriteLeavesNothingHalfWritten) {
  Height next = 1;
  for (const std::uint64_t room : {0U, 1U, 7U, 100U, 5'000U, 32'768U, 40'000U, 52'000U}) {
    SCOPED_TRACE(room);
    disk_.writable = room;
    const auto torn = append({{0, noise_block(next, 70'000)}, {1, noise_block(next, 10)}});
    ASSERT_EQ(torn.size(), 2U);
    EXPECT_FALSE(torn[0].ok);
    EXPECT_TRUE(torn[0].full) << torn[0].error;
    EXPECT_EQ(heights(*store_, 0).back(), next - 1);
    EXPECT_EQ(heights_after_crash(0).back(), next - 1);
    EXPECT_TRUE(append({{0, block_text(next)}})[0].full);  // still full
    disk_.writable = DiskState::kEndless;
    const auto good = append({{0, noise_block(next, 70'000)}, {1, noise_block(next, 10)}});
    ASSERT_TRUE(good[0].ok) << good[0].error;
    EXPECT_EQ(heights_after_crash(0).back(), next);
    EXPECT_EQ(heights_after_crash(1).back(), next);
    ++next;
  }
  EXPECT_TRUE(fatal_.empty());
  open();
  EXPECT_EQ(heights(*store_, 0).size(), next);
}

TEST_F(EmbeddedLedgerTest, AFailedSyncIsFatal) {
  disk_.sync_broken = true;
  const auto reports = append({{0, block_text(1)}});
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_FALSE(reports[0].ok);
  EXPECT_FALSE(reports[0].full);
  ASSERT_FALSE(fatal_.empty());
  EXPECT_THAT(fatal_[0], HasSubstr("sync failed"));
  disk_.sync_broken = false;
}

TEST_F(EmbeddedLedgerTest, ASyncThatFailsForLackOfSpaceIsFatalToo) {
  disk_.sync_full = true;
  const auto reports = append({{0, block_text(1)}});
  EXPECT_FALSE(reports[0].full);
  EXPECT_FALSE(fatal_.empty());
  disk_.sync_full = false;
}

TEST_F(EmbeddedLedgerTest, WorkersAppendSideBySide) {
  const auto write = [this](int partition) {
    const auto port = store_->port();
    for (Height height = 1; height <= 200; ++height) {
      port->append({{height, partition, block_text(height)}});
      const auto reports = port->poll();
      ASSERT_EQ(reports.size(), 1U);
      ASSERT_TRUE(reports[0].ok);
      ASSERT_EQ(reports[0].token, height);
    }
  };
  std::thread other([&] { write(1); });
  write(0);
  other.join();
  EXPECT_EQ(heights(*store_, 0).size(), 201U);
  EXPECT_EQ(heights(*store_, 1).size(), 201U);
}

TEST_F(EmbeddedLedgerTest, BundlesAreKeptByTheirId) {
  EXPECT_EQ(*store_->bundle("b-2017-03"), "kinds: []\n");
  EXPECT_EQ(*store_->bundle("other"), std::nullopt);
  EXPECT_TRUE(store_->put_bundle("other", std::string(100'000, 'x')).ok());
  EXPECT_TRUE(store_->put_bundle("other", std::string(100'000, 'x')).ok());
  EXPECT_EQ(store_->put_bundle("other", "y").error().code, ErrorCode::kConflict);
  disk_.told_free = 0;
  EXPECT_EQ(store_->put_bundle("third", "z").error().code, ErrorCode::kUnavailable);
  disk_.told_free = DiskState::kEndless;
  open();
  EXPECT_EQ(*store_->bundle("other"), std::string(100'000, 'x'));
}

TEST_F(EmbeddedLedgerTest, ASecondOpeningSaysWhoHoldsIt) {
  const auto second = EmbeddedStore::open(data());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_THAT(second.error().message, HasSubstr("in use by process " + std::to_string(getpid())));
}

TEST_F(EmbeddedLedgerTest, AnUnknownFormatIsRefusedByName) {
  store_.reset();
  std::ofstream(data() / "ledger" / "format") << "docket-ledger 7\n";
  const auto opened = EmbeddedStore::open(data());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, ErrorCode::kConflict);
  EXPECT_THAT(opened.error().message, HasSubstr("format 7"));
}

TEST_F(EmbeddedLedgerTest, AnAlteredValueIsNamed) {
  append({{1, noise_block(1, 50'000)}});
  store_.reset();
  bool altered = false;
  const std::string needle = pack_value(noise_block(1, 50'000)).substr(100, 60);
  for (const auto& entry : fs::recursive_directory_iterator(data())) {
    if (!entry.is_regular_file()) continue;
    std::string bytes = ledger::testing::read_file(entry.path());
    const std::size_t at = bytes.find(needle);
    if (at == std::string::npos) continue;
    bytes[at] ^= 1;
    std::ofstream(entry.path(), std::ios::binary) << bytes;
    altered = true;
  }
  ASSERT_TRUE(altered);
  const auto opened = EmbeddedStore::open(data(), options());
  EXPECT_TRUE(!opened.ok() || heights(**opened, 1) != (std::vector<Height>{0, 1}));
}

TEST_F(EmbeddedLedgerTest, ABackupHoldsWhatWasThereAndNothingLater) {
  append({{0, noise_block(1, 60'000)}});
  const fs::path copy = folder_.path() / "copy";
  ASSERT_TRUE(store_->backup(copy).ok());
  append({{0, block_text(2)}});
  EXPECT_EQ(store_->backup(copy).error().code, ErrorCode::kConflict);
  auto opened = EmbeddedStore::open(copy);
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  EXPECT_EQ((*opened)->ledger_id(), "ledger-1");
  EXPECT_EQ(heights(**opened, 0), (std::vector<Height>{0, 1}));
  EXPECT_EQ(heights(*store_, 0), (std::vector<Height>{0, 1, 2}));
}

TEST_F(EmbeddedLedgerTest, ACopyBlockByBlockIsTheSameChain) {
  const auto open_new = [](int partitions, const fs::path& where) {
    NewLedger made{"L", {}, {}};
    for (int i = 0; i < partitions; ++i) {
      ledger::Genesis genesis;
      genesis.ledger = "L";
      genesis.partition = i;
      genesis.partitions = partitions;
      genesis.bundle = "b-2017-03";
      made.genesis.push_back(ledger::encode_block(ledger::genesis_block(genesis, 0)));
    }
    EXPECT_TRUE(EmbeddedStore::create(where, made).ok());
    return EmbeddedStore::open(where).value();
  };
  const auto source = open_new(1, folder_.path() / "a");
  const auto target = open_new(1, folder_.path() / "b");
  const auto from = source->port();
  const auto to = target->port();
  std::string last = from->read(0, 0, 1)->blocks[0].value;
  for (Height height = 1; height <= 50; ++height) {
    Block block = ledger::testing::block_of(height, {record_of(RecordKind::kBarrier, R"({"nonce":"x"})")});
    block.previous = ledger::hash_text(ledger::block_hash(last));
    block.term = 0;
    last = ledger::encode_block(block);
    from->append({{height, 0, last}});
  }
  const auto copied = copy_chain(*from, *to, 0);
  ASSERT_TRUE(copied.ok()) << copied.error().message;
  EXPECT_EQ(copied->blocks, 50U);
  EXPECT_EQ(copied->position.height, 51U);
  EXPECT_EQ(target->read(0, 0, 1U << 20U)->blocks.back().value, last);
  EXPECT_EQ(copy_chain(*from, *to, 0)->blocks, 0U);
  const auto verified = verify_ledger(*to, 1);
  ASSERT_TRUE(verified.ok());
  EXPECT_TRUE(verified->good()) << verified->findings[0].what;
}

TEST(EmbeddedLedgerCreate, NewIdsDiffer) {
  EXPECT_EQ(EmbeddedStore::new_id().size(), 22U);
  EXPECT_NE(EmbeddedStore::new_id(), EmbeddedStore::new_id());
}

TEST(EmbeddedLedgerCreate, IsWholeOrNotAtAll) {
  TempFolder folder;
  EXPECT_EQ(EmbeddedStore::open(folder.path()).error().code, ErrorCode::kNotFound);
  EXPECT_THAT(EmbeddedStore::open(folder.path()).error().message, HasSubstr("docket ledger create"));
  DiskState disk;
  EmbeddedOptions options;
  options.file_system = std::make_shared<FaultyDisk>(disk);
  disk.writable = 2'000;
  EXPECT_FALSE(EmbeddedStore::create(folder.path(), new_ledger(), options).ok());
  EXPECT_EQ(EmbeddedStore::open(folder.path()).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(EmbeddedStore::create(folder.path(), new_ledger()).ok());
  EXPECT_EQ(EmbeddedStore::create(folder.path(), new_ledger()).error().code, ErrorCode::kConflict);
  EXPECT_TRUE(EmbeddedStore::open(folder.path()).ok());
}

TEST(EmbeddedLedgerCreate, RefusesWhatIsNoGenesis) {
  TempFolder folder;
  NewLedger wrong = new_ledger();
  wrong.genesis[1] = block_text(1);
  EXPECT_EQ(EmbeddedStore::create(folder.path(), wrong).error().code, ErrorCode::kInvalid);
  wrong.genesis[1] = "x";
  EXPECT_EQ(EmbeddedStore::create(folder.path(), wrong).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(EmbeddedStore::create(folder.path(), NewLedger{"id", {}, {}}).error().code, ErrorCode::kInvalid);
}

TEST(EmbeddedValue, UnpacksWhatItPacked) {
  for (const std::string& text : {std::string(), std::string("short"), std::string(100'000, 'a'), noise(5'000)}) {
    const std::string packed = pack_value(text);
    EXPECT_LE(packed.size(), text.size() + 1);
    EXPECT_EQ(*unpack_value(packed, text.size()), text);
    if (text.empty()) continue;
    EXPECT_FALSE(unpack_value(packed, text.size() - 1).ok());
  }
}

TEST(EmbeddedValue, RefusesWhatItNeverPacked) {
  EXPECT_EQ(unpack_value("", 10).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(unpack_value("\x07hello", 10).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(unpack_value("\x01not a frame", 10).error().code, ErrorCode::kCorrupt);
  std::string packed = pack_value(std::string(1000, 'a') + noise(1000));
  packed.resize(packed.size() - 3);
  EXPECT_EQ(unpack_value(packed, 10'000).error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace docket::embedded
