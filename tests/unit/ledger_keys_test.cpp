// Goal: a key that was synced is found for ever, no key is made twice for one name, damage is seen and a torn end is not
// damage. Method: real files in a folder of the test's own, altered byte by byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>
#include <set>
#include <thread>

#include "connectors/embedded/file_key_store.h"
#include "connectors/embedded/heads_file.h"
#include "tests/unit/ledger_samples.h"

namespace docket::embedded {
namespace {

using ledger::testing::read_file;
using ledger::testing::TempFolder;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class FileKeys : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(FileKeyStore::create(folder_.path()).ok());
    open();
  }
  void open() {
    store_.reset();
    auto opened = FileKeyStore::open(folder_.path());
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store_ = std::move(*opened);
  }
  [[nodiscard]] fs::path log() const { return folder_.path() / "keys" / "keys.log"; }
  [[nodiscard]] fs::path master() const { return folder_.path() / "keys" / "master.key"; }
  static void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

  TempFolder folder_;
  std::unique_ptr<FileKeyStore> store_;
};

TEST_F(FileKeys, OneCaseHasOneKeyForEver) {
  const auto first = store_->case_key("HT-1");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(store_->case_key("HT-1")->id, first->id);
  EXPECT_NE(store_->case_key("HT-2")->id, first->id);
  EXPECT_EQ(store_->find(first->id), first->key);
  ASSERT_TRUE(store_->sync().ok());
  open();
  EXPECT_EQ(store_->case_key("HT-1")->id, first->id);
  EXPECT_EQ(store_->case_key("HT-1")->key, first->key);
  EXPECT_EQ(store_->find(first->id), first->key);
  EXPECT_EQ(store_->keys(), 2U);
}

TEST_F(FileKeys, ParkingKeysGoByDayAndAreNotCaseKeys) {
  const auto day = store_->parking_key(17'226);
  EXPECT_EQ(store_->parking_key(17'226)->id, day->id);
  EXPECT_NE(store_->parking_key(17'227)->id, day->id);
  EXPECT_NE(store_->case_key("2017-03-01")->id, day->id);
}

TEST_F(FileKeys, RootKeysStayAndDifferBetweenStores) {
  const auto tag = store_->tag_key();
  const auto seed = store_->signing_seed();
  EXPECT_NE(tag, seed);
  open();
  EXPECT_EQ(store_->tag_key(), tag);
  EXPECT_EQ(store_->signing_seed(), seed);
  TempFolder other;
  ASSERT_TRUE(FileKeyStore::create(other.path()).ok());
  EXPECT_NE((*FileKeyStore::open(other.path()))->tag_key(), tag);
}

TEST_F(FileKeys, UnknownIdsAreNotFound) {
  EXPECT_EQ(store_->find(""), std::nullopt);
  EXPECT_EQ(store_->find("not base64 !"), std::nullopt);
  EXPECT_EQ(store_->find("AAAAAAAAAAAAAAAA"), std::nullopt);
  EXPECT_FALSE(store_->case_key("").ok());
  EXPECT_FALSE(store_->case_key(std::string(256, 'x')).ok());
}

TEST_F(FileKeys, ManyKeysStayApartAndSmall) {
  std::map<std::string, std::string> ids;
  constexpr int kCases = 30'000;
  for (int i = 0; i < kCases; ++i) {
    const std::string name = "HT-" + std::to_string(i);
    ids[name] = store_->case_key(name)->id;
    ASSERT_TRUE(i % 7'000 != 0 || store_->sync().ok());
  }
  ASSERT_TRUE(store_->sync().ok());
  EXPECT_LE(store_->memory_bytes(), std::size_t{100} * kCases);
  open();
  std::set<std::string> distinct;
  for (const auto& [name, id] : ids) {
    EXPECT_EQ(store_->case_key(name)->id, id) << name;
    EXPECT_TRUE(store_->find(id).has_value()) << name;
    distinct.insert(id);
  }
  EXPECT_EQ(distinct.size(), static_cast<std::size_t>(kCases));
  EXPECT_EQ(store_->keys(), static_cast<std::size_t>(kCases));
}

TEST_F(FileKeys, NoKeyStandsInTheFileUnwrapped) {
  const auto row = store_->case_key("HT-1");
  ASSERT_TRUE(store_->sync().ok());
  const std::string bytes = read_file(log());
  const auto holds = [&bytes](const ledger::SealKey& key) {
    return bytes.find(std::string(reinterpret_cast<const char*>(key.data()), key.size())) != std::string::npos;
  };
  EXPECT_FALSE(holds(row->key));
  EXPECT_FALSE(holds(store_->tag_key()));
  EXPECT_FALSE(holds(store_->signing_seed()));
}

TEST_F(FileKeys, SyncedRowsAreNeverTouchedAgain) {
  (void)store_->case_key("HT-1").ok();
  ASSERT_TRUE(store_->sync().ok());
  const std::string before = read_file(log());
  (void)store_->case_key("HT-2").ok();
  (void)store_->case_key("HT-1").ok();
  ASSERT_TRUE(store_->sync().ok());
  const std::string after = read_file(log());
  EXPECT_GT(after.size(), before.size());
  EXPECT_EQ(after.substr(0, before.size()), before);
  ASSERT_TRUE(store_->sync().ok());
  EXPECT_EQ(read_file(log()), after);
}

TEST_F(FileKeys, ATornEndIsCutOffAtEveryLength) {
  const std::string id = store_->case_key("HT-1")->id;
  ASSERT_TRUE(store_->sync().ok());
  const std::string whole = read_file(log());
  (void)store_->case_key("HT-2").ok();
  ASSERT_TRUE(store_->sync().ok());
  const std::string more = read_file(log());
  store_.reset();
  for (std::size_t bytes = whole.size() + 1; bytes < more.size(); ++bytes) {
    write(log(), more.substr(0, bytes));
    open();
    EXPECT_EQ(store_->torn_bytes(), bytes - whole.size());
    EXPECT_EQ(store_->case_key("HT-1")->id, id);
    EXPECT_EQ(store_->keys(), 1U);
    EXPECT_EQ(read_file(log()), whole);
  }
  write(log(), whole + std::string(4096, '\0'));
  open();
  EXPECT_EQ(store_->torn_bytes(), 4096U);
}

TEST_F(FileKeys, AnyFlippedByteBeforeTheLastRowIsRefused) {
  for (const char* name : {"HT-1", "HT-2", "HT-3"}) (void)store_->case_key(name).ok();
  ASSERT_TRUE(store_->sync().ok());
  const std::string whole = read_file(log());
  store_.reset();
  const std::size_t last_row = kRowHeadBytes + 4;
  for (std::size_t at = 0; at < whole.size() - last_row; at += 3) {
    std::string altered = whole;
    altered[at] = static_cast<char>(altered[at] ^ 0x10);
    write(log(), altered);
    const auto opened = FileKeyStore::open(folder_.path());
    EXPECT_FALSE(opened.ok()) << at;
  }
}

TEST_F(FileKeys, AnotherMasterIsRefused) {
  store_.reset();
  TempFolder other;
  ASSERT_TRUE(FileKeyStore::create(other.path()).ok());
  fs::copy_file(other.path() / "keys" / "master.key", master(), fs::copy_options::overwrite_existing);
  const auto opened = FileKeyStore::open(folder_.path());
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().message, HasSubstr("not the master"));
}

TEST_F(FileKeys, TheMasterIsForItsOwnerAlone) {
  struct stat info {};
  ASSERT_EQ(::stat(master().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  ASSERT_EQ(::chmod(master().c_str(), 0640), 0);
  const auto opened = FileKeyStore::open(folder_.path());
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().message, HasSubstr("chmod 600"));
}

TEST_F(FileKeys, UnknownFormatsAreRefused) {
  store_.reset();
  std::string bytes = read_file(log());
  bytes.replace(0, 14, "docket-keys 9\n");
  write(log(), bytes);
  EXPECT_EQ(FileKeyStore::open(folder_.path()).error().code, ErrorCode::kConflict);
  fs::remove(log());
  EXPECT_EQ(FileKeyStore::open(folder_.path()).error().code, ErrorCode::kNotFound);
}

TEST_F(FileKeys, CreateNeverReplacesAStore) {
  const auto tag = store_->tag_key();
  EXPECT_EQ(FileKeyStore::create(folder_.path()).error().code, ErrorCode::kConflict);
  open();
  EXPECT_EQ(store_->tag_key(), tag);
}

TEST_F(FileKeys, ABackupHoldsEveryKeyHandedOut) {
  const auto row = store_->case_key("HT-1");
  TempFolder copy;
  ASSERT_TRUE(store_->backup(copy.path()).ok());
  const auto later = store_->case_key("HT-2");
  EXPECT_EQ(store_->backup(copy.path()).error().code, ErrorCode::kConflict);
  const auto opened = FileKeyStore::open(copy.path());
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  EXPECT_EQ((*opened)->find(row->id), row->key);
  EXPECT_EQ((*opened)->find(later->id), std::nullopt);
  EXPECT_EQ((*opened)->tag_key(), store_->tag_key());
}

TEST(EmbeddedHeadsFile, AppendsLinesAndCutsATornOne) {
  TempFolder folder;
  const fs::path path = folder.path() / "heads.ndjson";
  ASSERT_TRUE(HeadsFile::open(path)->append("one").ok());
  std::ofstream(path, std::ios::app) << "two\ntor";
  auto opened = HeadsFile::open(path);
  ASSERT_TRUE(opened.ok());
  ASSERT_TRUE(opened->append("three").ok());
  ASSERT_TRUE(opened->append("four").ok());
  EXPECT_EQ(read_file(path), "one\ntwo\nthree\nfour\n");
  EXPECT_FALSE(HeadsFile::open(folder.path() / "none" / "heads").ok());
}

TEST_F(FileKeys, ManyThreadsGetOneKeyACase) {
  std::vector<std::map<std::string, std::string>> seen(4);
  std::vector<std::thread> threads;
  for (auto& mine : seen) {
    threads.emplace_back([&mine, this] {
      for (int i = 0; i < 300; ++i) {
        const std::string name = "HT-" + std::to_string(i);
        mine[name] = store_->case_key(name)->id;
        EXPECT_TRUE(i % 20 != 0 || store_->sync().ok());
        EXPECT_TRUE(store_->find(mine[name]).has_value());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& mine : seen) EXPECT_EQ(mine, seen[0]);
  ASSERT_TRUE(store_->sync().ok());
  open();
  EXPECT_EQ(store_->keys(), 300U);
}

}  // namespace
}  // namespace docket::embedded
