// Keys that are given up, and the rewriting of the key file by which their bytes go (decisions/0020).
//
//   erase(): a row that says so, synced; nothing opens with the key from then on
//   destroy(): master.key.new -> keys.log.new -> renamed over keys.log -> master.key written over -> master.key.new removed
//
// The rows tell by which master they are wrapped, so open() knows from either side of the renaming how to go on.
#include <fcntl.h>

#include <algorithm>
#include <filesystem>

#include "connectors/embedded/file_key_store.h"
#include "connectors/embedded/key_scan.h"
#include "connectors/embedded/master_key.h"
#include "engine/ledger/base64url.h"
#include "projections/crash_point.h"

namespace docket::embedded {
namespace {

constexpr std::string_view kFormat2 = "docket-keys 2\n";
constexpr std::size_t kWriteBytes = std::size_t{4} << 20U;

Status remove_if_there(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
  if (error) return Error{ErrorCode::kInternal, "removing " + path.string() + ": " + error.message()};
  return {};
}

}  // namespace

// What one run of destroy() knows and makes.
struct FileKeyStore::Rewrite {
  ledger::SealKey from{};
  ledger::SealKey to{};
  bool new_master = false;
  std::string parking_from;
  std::unordered_map<std::string, ErasedKey> erased;  // when it began: what comes later is for the next run
  std::uint64_t read_to = 0;                          // of the old file
  PosixFile file;
  std::string buffer;
  std::uint64_t written = 0;
  RowTable by_name;
  RowTable by_id;
  std::string first_parking_day;
  std::vector<std::pair<std::uint64_t, std::size_t>> left_out;  // places in the old file, and bytes
  bool broken = false;                                          // a row is not of the master

  void take(const WrappedRow& row, std::uint64_t at, model::Instant now) {
    if (leaves_out(row)) {
      left_out.emplace_back(at, row.bytes());
    } else {
      add(row, now);
    }
  }
  [[nodiscard]] bool leaves_out(const WrappedRow& row) const {
    if (row.type == KeyType::kParking) return row.name < parking_from;
#ifdef DOCKET_FAULT_ERASED_KEPT
    return false;
#else
    return row.type == KeyType::kCase && erased.contains(id_text(row));
#endif
  }
  void add(const WrappedRow& row, model::Instant now) {
    const std::uint64_t offset = written + buffer.size();
    if (row.type == KeyType::kErased) {
      auto known = read_erased(row);
      if (known.destroyed == 0 && erased.contains(id_text(row))) known.destroyed = now;
      return append_row(buffer, erased_row(row.id, known));
    }
    const auto again = new_master ? wrap_again(from, to, row) : std::optional(row);
    broken = broken || !again;
    if (!again) return;
    append_row(buffer, *again);
    if (row.type != KeyType::kCase && row.type != KeyType::kParking) return;
    by_name.insert(name_hash(row.type, row.name), offset);
    by_id.insert(id_hash(row.id), offset);
    if (row.type == KeyType::kParking && (first_parking_day.empty() || row.name < first_parking_day)) first_parking_day = row.name;
  }
  [[nodiscard]] Status flush() {
    if (auto done = file.write_at(written, buffer); !done) return done;
    written += buffer.size();
    buffer.clear();
    return {};
  }
};

void FileKeyStore::take_erased(const WrappedRow& row) { erased_[id_text(row)] = read_erased(row); }

void FileKeyStore::note_parking_day(const WrappedRow& row) {
  if (row.type == KeyType::kParking && (first_parking_day_.empty() || row.name < first_parking_day_)) first_parking_day_ = row.name;
}

Result<std::vector<std::string>> FileKeyStore::retire_case(std::string_view case_id) {
  std::vector<std::string> ids;
  std::optional<Error> broken;
  const std::lock_guard guard(mutex_);
  (void)by_name_.find(name_hash(KeyType::kCase, case_id), [&](std::uint64_t offset) {
    const auto known = known_at(offset);
    if (!known) broken = known.error();
    if (known && (*known)->type == KeyType::kCase && (*known)->name == case_id && !erased_.contains((*known)->row.id))
      ids.push_back((*known)->row.id);
    return broken.has_value();
  });
  if (broken) return *broken;
  retired_.insert(ids.begin(), ids.end());
  return ids;
}

Status FileKeyStore::erase(std::string_view case_id, const std::vector<std::string>& key_ids, model::Instant recorded) {
  if (auto begun = begin_format_2(); !begun) return begun;
  bool fresh = false;
  {
    const std::lock_guard guard(mutex_);
    for (const auto& id : key_ids) {
      const auto raw = ledger::base64url_bytes(id);
      if (!raw || raw->size() != kKeyIdBytes) return Error{ErrorCode::kCorrupt, "'" + id + "' is the id of no key"};
      const ErasedKey given_up{std::string(case_id), recorded, 0};
      if (!erased_.try_emplace(id, given_up).second) continue;
      fresh = true;
      retired_.erase(id);
      append_row(unwritten_, erased_row(*raw, given_up));
      for (auto& slot : recent_) {
        if (slot.row.id == id) slot = {};
      }
    }
  }
  if (auto synced = sync(); !synced) return synced;
  DOCKET_CRASH_POINT("erase.noted");
  if (fresh && on_erased_) on_erased_();
  return {};
}

// A program that reads format 1 alone must not meet a row of an erased key.
Status FileKeyStore::begin_format_2() {
  const std::lock_guard one_at_a_time(sync_mutex_);
  {
    const std::lock_guard guard(mutex_);
    if (format_ == 2) return {};
  }
  if (auto written = file_.write_at(0, kFormat2); !written) return written;
  if (auto synced = file_.sync(); !synced) return synced;
  const std::lock_guard guard(mutex_);
  format_ = 2;
  return {};
}

ledger::KeyFate FileKeyStore::fate(std::string_view key_id) const {
  ledger::KeyFate fate;
  const std::lock_guard guard(mutex_);
  if (const auto it = erased_.find(std::string(key_id)); it != erased_.end()) {
    fate.known = true;
    fate.erased = it->second.erased;
    if (it->second.destroyed != 0) fate.destroyed = it->second.destroyed;
    return fate;
  }
  const auto raw = ledger::base64url_bytes(key_id);
  fate.known = raw && by_id_.find(id_hash(*raw), [](std::uint64_t) { return true; }) != 0;
  return fate;
}

std::vector<std::pair<std::string, std::string>> FileKeyStore::undestroyed() const {
  std::vector<std::pair<std::string, std::string>> out;
  const std::lock_guard guard(mutex_);
  for (const auto& [id, key] : erased_) {
    if (key.destroyed == 0) out.emplace_back(id, key.case_id);
  }
  return out;
}

Status FileKeyStore::destroy(model::Instant now, model::Day parking_from) {
  const std::lock_guard one_at_a_time(rewrite_mutex_);
  Rewrite rewrite;
  rewrite.parking_from = model::format_date(parking_from);
  {
    const std::lock_guard guard(mutex_);
    if (failed_) return Error{ErrorCode::kInternal, "the key store's last sync failed"};
    const bool waits = std::any_of(erased_.begin(), erased_.end(), [](const auto& row) { return row.second.destroyed == 0; });
    if (!waits && (first_parking_day_.empty() || first_parking_day_ >= rewrite.parking_from)) return {};
    rewrite.from = master_;
    rewrite.new_master = !fresh_;
    rewrite.to = rewrite.new_master ? random_key() : master_;
    rewrite.erased = erased_;
    rewrite.read_to = durable_;
  }
  auto made = write_anew(rewrite, now);
  if (made) made = put_in_use(rewrite, now);
  if (made) return made;
  for (const char* name : {kNextRowsFile, kNextMasterFile}) {
    if (auto removed = remove_if_there(folder_ / name); !removed) return removed.error().with_context(made.error().message);
  }
  return made;
}

// All rows up to read_to, while others go on.
Status FileKeyStore::write_anew(Rewrite& rewrite, model::Instant now) {
  for (const char* name : {kNextRowsFile, kNextMasterFile}) {
    if (auto removed = remove_if_there(folder_ / name); !removed) return removed;
  }
  if (rewrite.new_master) {
    if (auto made = write_new_file(folder_ / kNextMasterFile, master_text(rewrite.to)); !made) return made;
  }
  DOCKET_CRASH_POINT("erase.master_written");
  auto file = PosixFile::open(folder_ / kNextRowsFile, O_RDWR | O_CREAT | O_EXCL);
  if (!file) return file.error();
  rewrite.file = std::move(*file);
  rewrite.buffer = kFormat2;
  Status flushed;
  const auto read = scan_rows(file_, kKeysHeaderBytes, rewrite.read_to, [&](const WrappedRow& row, std::uint64_t at) {
    rewrite.take(row, at, now);
    if (rewrite.buffer.size() >= kWriteBytes && flushed.ok()) flushed = rewrite.flush();
  });
  if (!read) return read;
  if (flushed) flushed = rewrite.flush();
  if (!flushed) return flushed;
  if (auto synced = rewrite.file.sync(); !synced) return synced;
  DOCKET_CRASH_POINT("erase.rows_written");
  return {};
}

// What came meanwhile, while nobody else goes on; then the new rows are in the place of the old ones. An error leaves the old ones.
Status FileKeyStore::put_in_use(Rewrite& rewrite, model::Instant now) {
  const std::lock_guard no_sync(sync_mutex_);
  const std::lock_guard guard(mutex_);
  const auto take = [&](const WrappedRow& row, std::uint64_t at) { rewrite.take(row, at, now); };
  if (auto read = scan_rows(file_, rewrite.read_to, durable_, take); !read) return read;
  WrappedRow row;
  for (std::string_view rest = unwritten_; !rest.empty(); rest.remove_prefix(row.bytes())) {
    if (read_row(rest, row) != RowState::kWhole) return Error{ErrorCode::kInternal, "the key store's rows in memory are damaged"};
    rewrite.take(row, durable_ + (unwritten_.size() - rest.size()), now);
  }
  if (rewrite.broken) return Error{ErrorCode::kCorrupt, file_.path().string() + " holds a key of another master"};
  if (auto flushed = rewrite.flush(); !flushed) return flushed;
  if (auto synced = rewrite.file.sync(); !synced) return synced;
  const auto rows = folder_ / "keys.log";
  std::error_code error;
  std::filesystem::rename(folder_ / kNextRowsFile, rows, error);
  if (error) return Error{ErrorCode::kInternal, "making " + rows.string() + ": " + error.message()};
  DOCKET_CRASH_POINT("erase.rows_placed");
  // From here on the new rows are those that count: a failure ends the process, and open() goes on.
  const auto ended = [&]() -> Status {
    if (auto synced = sync_folder(folder_); !synced) return synced;
    auto opened = PosixFile::open(rows, O_RDWR);
    if (!opened) return opened.error();
    // The old rows have no name any more, but their bytes are still on the disk.
    for (const auto& [at, bytes] : rewrite.left_out) {
      if (at + bytes > durable_) continue;
      if (auto done = file_.write_at(at, std::string(bytes, '\0')); !done) return done;
    }
    if (auto synced = file_.sync(); !synced) return synced;
    file_ = std::move(*opened);
    return rewrite.new_master ? overwrite_master(folder_, rewrite.to) : Status();
  }();
  if (!ended) {
    failed_ = true;
    fatal(ended.error().message);
    return {};
  }
  master_ = rewrite.to;
  by_name_ = std::move(rewrite.by_name);
  by_id_ = std::move(rewrite.by_id);
  first_parking_day_ = std::move(rewrite.first_parking_day);
  recent_.assign(recent_.size(), Known{});
  unwritten_.clear();
  durable_ = rewrite.written;
  format_ = 2;
  for (const auto& [id, key] : rewrite.erased) {
    if (auto& known = erased_[id]; known.destroyed == 0) known.destroyed = now;
  }
  return {};
}

// What a destroy() that was cut off has left: before the renaming nothing of it counts, behind it the master is still to be replaced.
Status FileKeyStore::end_destroying() {
  if (auto removed = remove_if_there(folder_ / kNextRowsFile); !removed) return removed;
  if (!next_master_) return remove_if_there(folder_ / kNextMasterFile);
  const bool replaced = master_ == *next_master_;
  next_master_.reset();
  return replaced ? overwrite_master(folder_, master_) : remove_if_there(folder_ / kNextMasterFile);
}

}  // namespace docket::embedded
