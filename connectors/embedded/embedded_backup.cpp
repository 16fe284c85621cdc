// Copies of the ledger and of the keys, taken while both are in use.
#include <rocksdb/utilities/checkpoint.h>

#include "connectors/embedded/file_key_store.h"
#include "connectors/embedded/key_scan.h"
#include "connectors/embedded/master_key.h"
#include "connectors/embedded/rocks.h"

namespace docket::embedded {
namespace {

// FOLDER.new, empty; a leftover of a backup that didn't end goes.
Result<std::filesystem::path> begin(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder, error)) return Error{ErrorCode::kConflict, folder.string() + " is there already"};
  std::filesystem::path made = folder;
  made += ".new";
  std::filesystem::remove_all(made, error);
  std::filesystem::create_directories(folder.parent_path(), error);
  if (error) return Error{ErrorCode::kInternal, "making " + folder.parent_path().string() + ": " + error.message()};
  return made;
}

}  // namespace

Status EmbeddedStore::backup(const std::filesystem::path& data) const {
  const std::filesystem::path folder = data / "ledger";
  const auto made = begin(folder);
  if (!made) return made.error();
  {
    const std::shared_lock guard(rocks_mutex_);
    if (auto open = closed(); !open) return open;
    rocksdb::Checkpoint* raw = nullptr;
    auto status = rocksdb::Checkpoint::Create(rocks_->db.get(), &raw);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
    if (status.ok()) status = checkpoint->CreateCheckpoint(made->string());
    if (!status.ok()) return rocks_error(status, "copying the ledger");
  }
  const auto format = read_whole_file(folder_ / kFormatFile);
  if (!format) return format.error();
  if (auto written = write_new_file(*made / kFormatFile, *format); !written) return written;
  return put_in_place(*made, folder);
}

// What was given up stays behind, destroyed or not: its bytes in the copy would be out of reach.
Status FileKeyStore::backup(const std::filesystem::path& data) {
  if (auto synced = sync(); !synced) return synced;
  const std::filesystem::path folder = data / "keys";
  const auto made = begin(folder);
  if (!made) return made.error();
  std::error_code error;
  std::filesystem::create_directory(*made, error);
  if (error) return Error{ErrorCode::kInternal, "making " + made->string() + ": " + error.message()};
  {
    const std::lock_guard rewrite(rewrite_mutex_);
    std::uint64_t end = 0;
    ledger::SealKey master{};
    std::unordered_set<std::string> given_up;
    {
      const std::lock_guard guard(mutex_);
      end = durable_;
      master = master_;
      for (const auto& row : erased_) given_up.insert(row.first);
    }
    const auto header = file_.read_at(0, kKeysHeaderBytes);
    if (!header) return header.error();
    std::string rows = *header;
    const auto read = scan_rows(file_, kKeysHeaderBytes, end, [&](const WrappedRow& row, std::uint64_t) {
      if (row.type != KeyType::kCase || !given_up.contains(id_text(row))) append_row(rows, row);
    });
    if (!read) return read;
    if (auto written = write_new_file(*made / kMasterFile, master_text(master)); !written) return written;
    if (auto written = write_new_file(*made / "keys.log", rows); !written) return written;
  }
  return put_in_place(*made, folder);
}

}  // namespace docket::embedded
