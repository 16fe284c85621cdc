// The embedded home's ledger: a RocksDB of its own in DATA/ledger, append-only and synced (design.md section 2, layout in
// docs/data-layout.md). Opened once a process; every worker takes a port of its own from it.
//
// Thread rule: any thread; a partition's blocks are appended by one worker only. Ownership: the store outlives its ports.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/embedded/folder_lock.h"
#include "engine/ledger/port.h"
#include "engine/ledger/record.h"
#include "engine/model/result.h"

namespace rocksdb {
class FileSystem;
}

namespace docket::embedded {

using ledger::Height;

inline constexpr int kPartitionsMax = 256;

struct EmbeddedOptions {
  // Called when nobody can know any more what is on the disk (a sync failed). It must not return in production.
  std::function<void(const std::string& what)> on_fatal;
  // Appends are refused while the disk has less than this, so that what goes on in the background never fills it.
  std::uint64_t reserve_bytes = std::uint64_t{64} << 20U;
  std::shared_ptr<rocksdb::FileSystem> file_system;  // nullptr: the machine's own
  // False for a copy of a ledger that lives elsewhere: what a power cut takes is read again from there.
  bool synced = true;
};

struct NewLedger {
  std::string id;
  std::vector<std::string> genesis;                          // the first block of each partition, from 0 on
  std::vector<std::pair<std::string, std::string>> bundles;  // id, text
};

class EmbeddedStore {
 public:
  // Makes DATA/ledger, whole or not at all. kConflict: there is one, or DATA is in use.
  [[nodiscard]] static Status create(const std::filesystem::path& data, const NewLedger& ledger, const EmbeddedOptions& options = {});
  // The same by one who holds DATA's lock already.
  [[nodiscard]] static Status create(const FolderLock& lock, const std::filesystem::path& data, const NewLedger& ledger,
                                     const EmbeddedOptions& options = {});
  // kNotFound: no ledger there. kConflict: in use by another process, or of a format that this program doesn't know.
  [[nodiscard]] static Result<std::unique_ptr<EmbeddedStore>> open(const std::filesystem::path& data, EmbeddedOptions options = {});
  ~EmbeddedStore();
  EmbeddedStore(const EmbeddedStore&) = delete;
  EmbeddedStore& operator=(const EmbeddedStore&) = delete;

  // A random id for a new ledger.
  [[nodiscard]] static std::string new_id();

  [[nodiscard]] std::unique_ptr<ledger::Port> port();
  [[nodiscard]] const std::string& ledger_id() const { return ledger_id_; }
  [[nodiscard]] int partitions() const { return partitions_; }
  // True from a write that met a full disk to the next append that didn't.
  [[nodiscard]] bool full() const { return full_; }

  // Bundle texts by their content's id. The same id with another text is a kConflict.
  [[nodiscard]] Result<std::optional<std::string>> bundle(std::string_view id) const;
  [[nodiscard]] Status put_bundle(std::string_view id, std::string_view text);
  using Bundles = std::vector<std::pair<std::string, std::string>>;  // id, text
  [[nodiscard]] Result<Bundles> all_bundles() const;
  // What was activated last, as the caller writes it; nothing: what the genesis names decides.
  [[nodiscard]] Result<std::optional<std::string>> activation() const;
  [[nodiscard]] Status set_activation(std::string_view text);
  // What was decided about versions of metrics, as the caller writes it; nothing: none was.
  [[nodiscard]] Result<std::optional<std::string>> metric_decisions() const;
  [[nodiscard]] Status set_metric_decisions(std::string_view text);

  // The bytes of the block that holds the record of that height. kNotFound: none does.
  [[nodiscard]] Result<ledger::Stored> block_at(int partition, Height height) const;
  [[nodiscard]] Result<ledger::ReadBatch> read(int partition, ledger::Offset from, std::size_t bytes_max) const;

  // Makes DATA/ledger, whole or not at all, as this one is now, while it is in use. Files are shared by hard links where
  // DATA lies on the same file system.
  [[nodiscard]] Status backup(const std::filesystem::path& data) const;

  // In a copy: where the newest block that was written with its place lies. Nothing: none was.
  struct Place {
    Height height = 0;
    ledger::Offset offset = 0;
  };
  [[nodiscard]] Result<std::optional<Place>> place(int partition) const;
  // The same block lies elsewhere now.
  [[nodiscard]] Status set_place(int partition, const Place& place);

  enum class Written : std::uint8_t { kYes, kFull, kRefused, kUnknown };
  struct Row {
    int partition = 0;
    Height height = 0;
    std::string_view value;
    std::optional<ledger::Offset> place = std::nullopt;  // in a copy: the block's offset in the home that it was copied from
  };
  // One synced write of all of them or none. kFull and kRefused: nothing is written. kUnknown: on_fatal was called.
  // `why` says more.
  [[nodiscard]] Written write(std::span<const Row> rows, std::string& why);

 private:
  struct Rocks;
  EmbeddedStore(FolderLock lock, std::filesystem::path folder, std::unique_ptr<Rocks> rocks, EmbeddedOptions options);
  using Ends = std::array<std::uint64_t, kPartitionsMax>;
  [[nodiscard]] Status load();
  [[nodiscard]] Result<Ends> ends() const;
  [[nodiscard]] bool space_left(std::uint64_t bytes) const;
  [[nodiscard]] Result<std::optional<std::string>> meta_row(const char* key, const char* what) const;
  [[nodiscard]] Status put_row(bool bundle, std::string_view key, std::string_view value, const std::string& what);
  [[nodiscard]] bool reopen(std::string& why);
  [[nodiscard]] Status closed() const;
  void met_full_disk();
  void fatal(const std::string& what) const;

  FolderLock lock_;
  const EmbeddedOptions options_;
  const std::filesystem::path folder_;
  mutable std::shared_mutex rocks_mutex_;  // unique: the store is being opened again
  std::unique_ptr<Rocks> rocks_;           // null: opening it again failed, the disk is still full
  std::string ledger_id_;
  int partitions_ = 0;
  std::array<std::atomic<std::uint64_t>, kPartitionsMax> next_{};  // lowest height that a new block may have
  std::atomic<bool> full_{false};
  std::atomic<bool> stopped_{false};  // RocksDB met a full disk in a write: it must be opened again
};

}  // namespace docket::embedded
