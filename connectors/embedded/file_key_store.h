// The key store in files: DATA/keys/keys.log, appended and synced, each key wrapped (AES-256-GCM) under DATA/keys/master.key
// (0600), which a backup keeps elsewhere. Nothing is ever overwritten. In memory are two tables of 16-byte slots (48 to 96
// bytes a case at most) and some thousand unwrapped rows.
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

  // Makes DATA/keys, whole or not at all, with every key handed out so far, while the store is in use.
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
  FileKeyStore(PosixFile file, ledger::SealKey master, std::function<void(const std::string&)> on_fatal);
  [[nodiscard]] Status load();
  [[nodiscard]] Status cut_torn_end(std::uint64_t at, std::uint64_t size);
  [[nodiscard]] Status take_root_key(const WrappedRow& row);
  [[nodiscard]] Result<ledger::KeyRow> key_for(KeyType type, std::string_view name);
  [[nodiscard]] Result<WrappedRow> row_at(std::uint64_t offset) const;
  [[nodiscard]] Result<const Known*> known_at(std::uint64_t offset);
  void fatal(const std::string& what) const;

  PosixFile file_;
  const ledger::SealKey master_;
  const std::function<void(const std::string&)> on_fatal_;
  ledger::SealKey tag_key_{};
  ledger::SealKey signing_seed_{};
  std::uint64_t torn_bytes_ = 0;

  std::mutex sync_mutex_;     // one sync at a time; taken before mutex_
  mutable std::mutex mutex_;  // guards all below
  RowTable by_name_;
  RowTable by_id_;
  std::vector<Known> recent_;                     // direct-mapped by offset
  std::string unwritten_;                         // rows behind durable_
  std::uint64_t durable_ = 0;                     // bytes of the file that are synced
  std::optional<std::vector<WrappedRow>> fresh_;  // once share() was called
  bool failed_ = false;                           // a sync failed: nothing is known any more
};

}  // namespace docket::embedded
