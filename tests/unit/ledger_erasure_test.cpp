// Goal: a key that was given up opens nothing from then on and its bytes go, the other keys stay, and a store that was cut off at any step
// goes on from there. Method: real files in a folder of the test's own, put together as a kill at each step would leave them.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "connectors/embedded/file_key_store.h"
#include "connectors/embedded/key_scan.h"
#include "connectors/embedded/master_key.h"
#include "engine/ledger/base64url.h"
#include "tests/unit/ledger_samples.h"

namespace docket::embedded {
namespace {

using ledger::testing::read_file;
using ledger::testing::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
namespace fs = std::filesystem;

constexpr model::Instant kErased = 1'700'000'000'000;
constexpr model::Instant kDestroyed = kErased + 5'000;
constexpr model::Day kNoParkingGoes = 0;

class KeyErasure : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(FileKeyStore::create(folder_.path()).ok());
    open();
    gone_ = *store_->case_key("HT-1");
    kept_ = *store_->case_key("HT-2");
    day_ = *store_->parking_key(17'226);
    ASSERT_TRUE(store_->sync().ok());
  }
  void open() {
    store_.reset();
    auto opened = FileKeyStore::open(folder_.path());
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store_ = std::move(*opened);
  }
  void erase() { ASSERT_TRUE(store_->erase("HT-1", {gone_.id}, kErased).ok()); }
  void destroy() {
    const auto done = store_->destroy(kDestroyed, kNoParkingGoes);
    ASSERT_TRUE(done.ok()) << done.error().message;
  }
  void expect_others() const {
    EXPECT_EQ(store_->find(kept_.id), kept_.key);
    EXPECT_EQ(store_->find(day_.id), day_.key);
    EXPECT_EQ(store_->case_key("HT-2")->id, kept_.id);
  }
  [[nodiscard]] fs::path keys() const { return folder_.path() / "keys"; }
  [[nodiscard]] fs::path log() const { return keys() / "keys.log"; }
  [[nodiscard]] fs::path master() const { return keys() / kMasterFile; }
  // Whether the key is there for somebody who has all of the folder's bytes.
  [[nodiscard]] bool within_reach() const {
    bool found = false;
    for (const char* name : {kMasterFile, kNextMasterFile}) {
      const auto key = read_master(keys() / name);
      auto file = PosixFile::open(log(), O_RDONLY);
      if (!key || !file) continue;
      EXPECT_TRUE(scan_rows(*file, kKeysHeaderBytes, *file->size(), [&](const WrappedRow& row, std::uint64_t) {
                    const auto plain = unwrap_key(*key, row);
                    found = found || (plain && *plain == gone_.key);
                  }).ok());
    }
    return found;
  }
  static void write(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  }

  TempFolder folder_;
  std::unique_ptr<FileKeyStore> store_;
  ledger::KeyRow gone_;
  ledger::KeyRow kept_;
  ledger::KeyRow day_;
};

TEST_F(KeyErasure, OpensNothingAtOnceAndAfterARestart) {
  int called = 0;
  store_->on_erased([&] { ++called; });
  erase();
  EXPECT_EQ(called, 1);
  EXPECT_EQ(store_->find(gone_.id), std::nullopt);
  EXPECT_THAT(store_->undestroyed(), ElementsAre(Pair(gone_.id, "HT-1")));
  EXPECT_EQ(store_->fate(gone_.id).erased, kErased);
  EXPECT_EQ(store_->fate(gone_.id).destroyed, model::kNoInstant);
  EXPECT_TRUE(within_reach()) << "its bytes are still to go";
  open();
  EXPECT_EQ(store_->find(gone_.id), std::nullopt);
  EXPECT_THAT(store_->undestroyed(), ElementsAre(Pair(gone_.id, "HT-1")));
  expect_others();
}

TEST_F(KeyErasure, ItsBytesAndTheOldMasterAreDestroyed) {
  const auto old_master = *read_master(master());
  const auto tag = store_->tag_key();
  const auto seed = store_->signing_seed();
  erase();
  destroy();
  for (int round = 0; round < 2; ++round) {
    EXPECT_FALSE(within_reach());
    EXPECT_EQ(store_->find(gone_.id), std::nullopt);
    EXPECT_THAT(store_->undestroyed(), IsEmpty());
    EXPECT_EQ(store_->fate(gone_.id).destroyed, kDestroyed);
    EXPECT_EQ(store_->tag_key(), tag);
    EXPECT_EQ(store_->signing_seed(), seed);
    expect_others();
    open();
  }
  const std::string old_text = ledger::base64url(old_master);
  for (const auto& entry : fs::directory_iterator(keys())) EXPECT_EQ(read_file(entry.path()).find(old_text), std::string::npos);
  EXPECT_FALSE(fs::exists(keys() / kNextMasterFile));
  const std::string before = read_file(log());
  destroy();
  EXPECT_EQ(read_file(log()), before) << "nothing waits: nothing is written";
}

TEST_F(KeyErasure, TheOldRowsDoNotOpenWithWhatIsLeft) {
  const std::string old_rows = read_file(log());
  erase();
  destroy();
  write(log(), old_rows);  // from the disk's free blocks
  EXPECT_FALSE(within_reach());
}

TEST_F(KeyErasure, WhatIsSealedLaterGetsANewKey) {
  EXPECT_THAT(*store_->retire_case("HT-1"), ElementsAre(gone_.id));
  EXPECT_EQ(store_->find(gone_.id), gone_.key) << "it is given up when the record is valid, not before";
  const auto next = *store_->case_key("HT-1");
  EXPECT_NE(next.id, gone_.id);
  EXPECT_EQ(store_->case_key("HT-1")->id, next.id);
  erase();
  destroy();
  open();
  EXPECT_EQ(store_->find(next.id), next.key);
  EXPECT_EQ(store_->case_key("HT-1")->id, next.id);
  EXPECT_THAT(*store_->retire_case("HT-9"), IsEmpty());
}

// The record turned out void: both keys are the case's, and the next erasure gives up both.
TEST_F(KeyErasure, ARetiredKeyIsGivenUpWithTheNextErasure) {
  (void)store_->retire_case("HT-1").ok();
  const auto next = *store_->case_key("HT-1");
  EXPECT_THAT(*store_->retire_case("HT-1"), ElementsAre(gone_.id, next.id));
}

TEST_F(KeyErasure, AgainOrOfAnUnknownKeyIsNoError) {
  erase();
  const auto size = fs::file_size(log());
  erase();
  EXPECT_EQ(fs::file_size(log()), size);
  destroy();
  erase();
  EXPECT_EQ(store_->fate(gone_.id).destroyed, kDestroyed);
  // One that another node will send yet: it is refused then.
  TempFolder other;
  fs::copy(keys(), other.path() / "keys", fs::copy_options::recursive);
  const auto opened = FileKeyStore::open(other.path());
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  auto& there = *opened;
  ASSERT_TRUE(there->erase("HT-7", {"AAAAAAAAAAAAAAAA"}, kErased).ok());
  EXPECT_EQ(there->find("AAAAAAAAAAAAAAAA"), std::nullopt);
  EXPECT_THAT(store_->erase("HT-7", {"no id"}, kErased).error().message, HasSubstr("'no id' is the id of no key"));
}

// A store whose keys others have keeps the master; the old rows are written over, which a second name shows.
TEST_F(KeyErasure, ASharedStoreKeepsItsMasterAndWritesOverTheOldRows) {
  const std::string old_master = read_file(master());
  store_->share();
  erase();
  fs::create_hard_link(log(), folder_.path() / "old.log");
  destroy();
  EXPECT_EQ(read_file(master()), old_master);
  EXPECT_FALSE(within_reach());
  fs::rename(log(), folder_.path() / "new.log");
  fs::rename(folder_.path() / "old.log", log());
  auto file = PosixFile::open(log(), O_RDONLY);
  const auto key = read_master(master());
  const std::string bytes = read_file(log());
  for (std::size_t at = kKeysHeaderBytes; at + kRowHeadBytes <= bytes.size(); ++at) {
    WrappedRow row;
    if (read_row(std::string_view(bytes).substr(at), row) != RowState::kWhole) continue;
    EXPECT_NE(unwrap_key(*key, row), std::optional(gone_.key));
  }
  WrappedRow again = wrap_key(*key, KeyType::kCase, "HT-1", gone_.key);
  again.id = *ledger::base64url_bytes(gone_.id);
  EXPECT_TRUE(store_->take_row(again).ok()) << "a row that comes late is passed over";
  EXPECT_EQ(store_->find(gone_.id), std::nullopt);
}

TEST_F(KeyErasure, ParkingKeysGoWithTheirDay) {
  const auto later = *store_->parking_key(17'227);
  ASSERT_TRUE(store_->destroy(kDestroyed, 17'226).ok());
  EXPECT_EQ(store_->find(day_.id), day_.key);
  ASSERT_TRUE(store_->destroy(kDestroyed, 17'227).ok());
  EXPECT_EQ(store_->find(day_.id), std::nullopt);
  EXPECT_FALSE(store_->fate(day_.id).known);
  EXPECT_EQ(store_->find(later.id), later.key);
  open();
  EXPECT_EQ(store_->find(day_.id), std::nullopt);
  EXPECT_EQ(store_->find(gone_.id), gone_.key);
}

TEST_F(KeyErasure, ABackupLeavesOutWhatWasGivenUp) {
  erase();
  TempFolder copy;
  ASSERT_TRUE(store_->backup(copy.path()).ok());
  const auto there = FileKeyStore::open(copy.path());
  ASSERT_TRUE(there.ok()) << there.error().message;
  EXPECT_EQ((*there)->find(kept_.id), kept_.key);
  EXPECT_EQ((*there)->find(gone_.id), std::nullopt);
  fs::remove_all(keys());
  fs::copy(copy.path() / "keys", keys(), fs::copy_options::recursive);
  EXPECT_FALSE(within_reach());
}

// The folder as each step leaves it: what open() makes of it.
TEST_F(KeyErasure, CutOffAtAnyStepItGoesOn) {
  erase();
  store_.reset();
  const std::string old_rows = read_file(log());
  const std::string old_master = read_file(master());
  open();
  destroy();
  store_.reset();
  const std::string new_rows = read_file(log());
  const std::string new_master = read_file(master());
  ASSERT_NE(old_rows, new_rows);
  ASSERT_NE(old_master, new_master);
  struct Step {
    const char* name;
    std::string rows, master, next_rows, next_master;
    bool done;
  };
  const Step steps[] = {
      {"the new master half written", old_rows, old_master, "", new_master.substr(0, 20), false},
      {"the new master written", old_rows, old_master, "", new_master, false},
      {"the new rows half written", old_rows, old_master, new_rows.substr(0, new_rows.size() / 2), new_master, false},
      {"the new rows written", old_rows, old_master, new_rows, new_master, false},
      {"the new rows in place", new_rows, old_master, "", new_master, true},
      {"the old master half written over", new_rows, new_master.substr(0, 30) + old_master.substr(30), "", new_master, true},
      {"the old master's block lost", new_rows, std::string(old_master.size(), '\0'), "", new_master, true},
      {"the old master written over", new_rows, new_master, "", new_master, true},
  };
  for (const auto& step : steps) {
    SCOPED_TRACE(step.name);
    fs::remove_all(keys());
    fs::create_directory(keys());
    write(log(), step.rows);
    write(master(), step.master);
    if (!step.next_rows.empty()) write(keys() / kNextRowsFile, step.next_rows);
    if (!step.next_master.empty()) write(keys() / kNextMasterFile, step.next_master);
    open();
    EXPECT_EQ(store_->find(gone_.id), std::nullopt);
    expect_others();
    EXPECT_EQ(store_->undestroyed().empty(), step.done) << "it is known what is left to do";
    EXPECT_FALSE(fs::exists(keys() / kNextRowsFile));
    EXPECT_FALSE(fs::exists(keys() / kNextMasterFile));
    EXPECT_EQ(read_file(master()), step.done ? new_master : old_master);
    destroy();
    EXPECT_FALSE(within_reach());
    expect_others();
    open();
    expect_others();
    store_.reset();
  }
}

TEST_F(KeyErasure, OthersGoOnMeanwhile) {
  std::map<std::string, ledger::KeyRow> made;
  for (int i = 0; i < 3'000; ++i) made["B" + std::to_string(i)] = *store_->case_key("B" + std::to_string(i));
  std::atomic<bool> stop{false};
  std::thread maker([&] {
    for (int i = 0; !stop; ++i) {
      const std::string name = "M" + std::to_string(i);
      made[name] = *store_->case_key(name);
      EXPECT_TRUE(store_->sync().ok());
      EXPECT_EQ(store_->find(made[name].id), made[name].key);
    }
  });
  for (int i = 0; i < 20; ++i) {
    const auto id = *store_->case_key("E" + std::to_string(i));
    ASSERT_TRUE(store_->erase("E" + std::to_string(i), {id.id}, kErased).ok());
    ASSERT_TRUE(store_->destroy(kDestroyed, kNoParkingGoes).ok());
  }
  stop = true;
  maker.join();
  ASSERT_TRUE(store_->sync().ok());
  for (int round = 0; round < 2; ++round) {
    for (const auto& [name, row] : made) ASSERT_EQ(store_->find(row.id), row.key) << name;
    expect_others();
    open();
  }
}

// Written by the program before erasure, whose files had format 1.
class KeyFormat1 : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::copy(fs::path(DOCKET_SOURCE_DIR) / "tests" / "fixtures" / "keys" / "1", folder_.path() / "keys", fs::copy_options::recursive);
    fs::permissions(folder_.path() / "keys" / kMasterFile, fs::perms::owner_read | fs::perms::owner_write);
  }
  [[nodiscard]] std::string header() const { return read_file(folder_.path() / "keys" / "keys.log").substr(0, kKeysHeaderBytes); }
  TempFolder folder_;
};

TEST_F(KeyFormat1, IsReadAndBecomesFormat2WithTheFirstErasure) {
  constexpr const char* kId = "8k4sKyeV8jswVBZa";
  {
    const auto opened = FileKeyStore::open(folder_.path());
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    auto& store = *opened;
    EXPECT_EQ(store->case_key("H1")->id, kId);
    const auto key = store->find(kId);
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(ledger::base64url(*key), "qxbn3vF9G6W6dIu1MvLX3jLgZbM5Grwo_rXawkAgSYk");
    EXPECT_EQ(header(), "docket-keys 1\n");
    ASSERT_TRUE(store->erase("H1", {kId}, kErased).ok());
    EXPECT_EQ(header(), "docket-keys 2\n");
  }
  const auto opened = FileKeyStore::open(folder_.path());
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  auto& store = *opened;
  EXPECT_EQ(store->find(kId), std::nullopt);
  ASSERT_TRUE(store->destroy(kDestroyed, kNoParkingGoes).ok());
  EXPECT_EQ(header(), "docket-keys 2\n");
}

TEST(KeyFormat2, IsRead) {
  TempFolder folder;
  fs::copy(fs::path(DOCKET_SOURCE_DIR) / "tests" / "fixtures" / "keys" / "2", folder.path() / "keys", fs::copy_options::recursive);
  fs::permissions(folder.path() / "keys" / kMasterFile, fs::perms::owner_read | fs::perms::owner_write);
  const auto store = FileKeyStore::open(folder.path());
  ASSERT_TRUE(store.ok()) << store.error().message;
  EXPECT_EQ((*store)->fate("8k4sKyeV8jswVBZa").erased, kErased);
  EXPECT_EQ((*store)->fate("8k4sKyeV8jswVBZa").destroyed, kDestroyed);
  EXPECT_NE((*store)->case_key("H1")->id, "8k4sKyeV8jswVBZa");
  EXPECT_EQ((*store)->case_key("H2")->id, "AAECAwQFBgcICQoL");
  EXPECT_EQ(ledger::base64url((*store)->case_key("H2")->key), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
}

}  // namespace
}  // namespace docket::embedded
