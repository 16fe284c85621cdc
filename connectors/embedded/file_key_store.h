// The key store in files: DATA/keys/keys.log, appended and synced, each key wrapped (AES-256-GCM) under DATA/keys/master.key
// (0600), which a backup keeps elsewhere. Nothing is overwritten but by destroy(). In memory are two tables of 16-byte slots (48 to 96
// bytes a case at most), some thousand unwrapped rows, and what was erased.
//
// Thread rule: any thread; locks inside. Ownership: the store owns its files; the folder's lock is EmbeddedStore's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "connectors/embedded/key_rows.h"
#include "connectors/embedded/posix_file.h"
#include "engine/ledger/keys.h"

namespace docket::embedded {

class FileKeyStore final : public ledger::KeyStore {
 public:
  // Makes DATA/keys with master, tag key and signing seed, whole or not at all. kConflict: there is one.
  [[nodiscard]] static Status create(const std::filesystem::path& data);
  // kNotFound: none there. kConflict: unknown format, master of another store, or one that others may read. kCorrupt: a row
  // that isn't what was written; only a torn end is cut off (torn_bytes()).
  // `on_fatal`: called when a sync failed; as EmbeddedOptions::on_fatal.
  [[nodiscard]] static Result<std::unique_ptr<FileKeyStore>> open(const std::filesystem::path& data,
                                                                  std::function<void(const std::string&)> on_fatal = {});

  [[nodiscard]] Result<ledger::KeyRow> case_key(std::string_view case_id) override;
  [[nodiscard]] Result<ledger::KeyRow> parking_key(std::int32_t day) override;
  [[nodiscard]] std::optional<ledger::SealKey> find(std::string_view key_id) override;
  [[nodiscard]] Status sync() override;
  [[nodiscard]] const ledger::SealKey& tag_key() const override { return tag_key_; }
  [[nodiscard]] const ledger::SealKey& signing_seed() const override { return signing_seed_; }

  // Erasure (key_erasure.cpp; decisions/0020).
  [[nodiscard]] Result<std::vector<std::string>> retire_case(std::string_view case_id) override;
  [[nodiscard]] Status erase(std::string_view case_id, const std::vector<std::string>& key_ids, model::Instant recorded) override;
  [[nodiscard]] ledger::KeyFate fate(std::string_view key_id) const override;
  // Called, from erase(), when destroy() has something to do. Before anybody else uses the store.
  void on_erased(std::function<void()> call) { on_erased_ = std::move(call); }
  // The keys that were given up and whose bytes are still there: id and case.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> undestroyed() const;
  // Writes the rows anew without the keys that were given up and without parking keys of days before `parking_from`, wrapped by a new
  // master, and destroys the old one. A store whose keys others have too keeps its master, which is theirs as well; its old rows are
  // written over. `now`: stands in the rows of what was given up. Killed anywhere, the old or the new rows are there whole, and open() ends
  // what was begun. Keys may be asked for and made meanwhile. kUnavailable: no space, and nothing has changed.
  [[nodiscard]] Status destroy(model::Instant now, model::Day parking_from);

  // Makes DATA/keys, whole or not at all, with every key handed out so far that was not given up, while the store is in use.
  [[nodiscard]] Status backup(const std::filesystem::path& data);

  // For a store whose keys others have too (key_sharing.cpp). From now on take_fresh() gives what was made since; before this, nothing is
  // kept for it.
  void share();
  // The rows made here since the last call, wrapped. Call sync() first.
  [[nodiscard]] std::vector<WrappedRow> take_fresh();
  // A row that was made elsewhere, if it isn't here yet; sync() makes it durable. kConflict: of another master, or no case's or day's.
  [[nodiscard]] Status take_row(const WrappedRow& row);
  // All rows that are durable, of cases and days.
  [[nodiscard]] Status each_row(const std::function<void(const WrappedRow&)>& take);

  [[nodiscard]] std::uint64_t torn_bytes() const { return torn_bytes_; }
  [[nodiscard]] std::size_t keys() const;
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct Known {  // an unwrapped row
    std::uint64_t offset = 0;
    KeyType type = KeyType::kCase;
    std::string name;
    ledger::KeyRow row;
  };
  FileKeyStore(std::filesystem::path folder, PosixFile file, std::function<void(const std::string&)> on_fatal);
  [[nodiscard]] Status load();
  [[nodiscard]] Status cut_torn_end(std::uint64_t at, std::uint64_t size);
  [[nodiscard]] Status take_root_key(const WrappedRow& row);
  void take_erased(const WrappedRow& row);
  [[nodiscard]] Status end_destroying();
  [[nodiscard]] Status begin_format_2();
  struct Rewrite;
  [[nodiscard]] Status write_anew(Rewrite& rewrite, model::Instant now);
  [[nodiscard]] Status put_in_use(Rewrite& rewrite, model::Instant now);
  void note_parking_day(const WrappedRow& row);
  [[nodiscard]] Result<ledger::KeyRow> key_for(KeyType type, std::string_view name);
  [[nodiscard]] Result<WrappedRow> row_at(std::uint64_t offset) const;
  [[nodiscard]] Result<const Known*> known_at(std::uint64_t offset);
  void fatal(const std::string& what) const;

  const std::filesystem::path folder_;
  const std::function<void(const std::string&)> on_fatal_;
  std::function<void()> on_erased_;
  ledger::SealKey tag_key_{};
  ledger::SealKey signing_seed_{};
  std::uint64_t torn_bytes_ = 0;

  std::mutex rewrite_mutex_;  // the file is not replaced while it is held; taken before the next two
  std::mutex sync_mutex_;     // one sync at a time; taken before mutex_
  mutable std::mutex mutex_;  // guards all below; file_ is replaced under all three, so that one of them is enough to read it
  PosixFile file_;
  ledger::SealKey master_;
  std::optional<ledger::SealKey> next_master_;  // while it opens: an erasure was cut off
  int format_ = 2;
  RowTable by_name_;
  RowTable by_id_;
  std::vector<Known> recent_;                          // direct-mapped by offset
  std::string unwritten_;                              // rows behind durable_
  std::uint64_t durable_ = 0;                          // bytes of the file that are synced
  std::optional<std::vector<WrappedRow>> fresh_;       // once share() was called
  bool failed_ = false;                                // a sync failed: nothing is known any more
  std::unordered_map<std::string, ErasedKey> erased_;  // by key id
  std::unordered_set<std::string> retired_;            // ids of keys that seal nothing any more, until they are given up
  std::string first_parking_day_;                      // of the parking keys here; "" if there are none
};

}  // namespace docket::embedded
