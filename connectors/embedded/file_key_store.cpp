#include "connectors/embedded/file_key_store.h"

#include <fcntl.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "connectors/embedded/master_key.h"
#include "engine/ledger/base64url.h"
#include "engine/model/time.h"
#include "projections/crash_point.h"

namespace docket::embedded {
namespace {

constexpr std::string_view kHeaders[] = {"docket-keys 1\n", "docket-keys 2\n"};
constexpr std::string_view kHeaderName = "docket-keys ";
constexpr std::size_t kLoadBytes = std::size_t{4} << 20U;
constexpr std::size_t kRecentRows = 8192;

std::span<const std::uint8_t> bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

}  // namespace

Status FileKeyStore::create(const std::filesystem::path& data) {
  const std::filesystem::path folder = data / "keys";
  const std::filesystem::path made = data / "keys.new";
  std::error_code error;
  if (std::filesystem::exists(folder, error)) return Error{ErrorCode::kConflict, data.string() + " holds a key store already"};
  std::filesystem::remove_all(made, error);
  std::filesystem::create_directories(made, error);
  if (error) return Error{ErrorCode::kInternal, "making " + made.string() + ": " + error.message()};
  const ledger::SealKey master = random_key();
  if (auto written = write_new_file(made / kMasterFile, master_text(master)); !written) return written;
  DOCKET_CRASH_POINT("create.master_written");
  std::string rows(kHeaders[1]);
  append_row(rows, wrap_key(master, KeyType::kTag, "", random_key()));
  append_row(rows, wrap_key(master, KeyType::kSigning, "", random_key()));
  if (auto written = write_new_file(made / "keys.log", rows); !written) return written;
  return put_in_place(made, folder);
}

Result<std::unique_ptr<FileKeyStore>> FileKeyStore::open(const std::filesystem::path& data,
                                                         std::function<void(const std::string&)> on_fatal) {
  const std::filesystem::path folder = data / "keys";
  auto file = PosixFile::open(folder / "keys.log", O_RDWR);
  if (!file) return file.error().with_context("the key store");
  auto master = read_master(folder / kMasterFile);
  auto next = read_master(folder / kNextMasterFile);
  if (!master && !next) return master.error().with_context("the key store");
  std::unique_ptr<FileKeyStore> store(new FileKeyStore(folder, std::move(*file), std::move(on_fatal)));
  store->master_ = master ? *master : *next;
  if (next) store->next_master_ = *next;
  if (auto loaded = store->load(); !loaded) return master ? loaded.error() : master.error().with_context("the key store");
  if (auto ended = store->end_destroying(); !ended) return ended.error().with_context("the key store");
  return store;
}

FileKeyStore::FileKeyStore(std::filesystem::path folder, PosixFile file, std::function<void(const std::string&)> on_fatal)
    : folder_(std::move(folder)), on_fatal_(std::move(on_fatal)), file_(std::move(file)), recent_(kRecentRows) {}

Status FileKeyStore::load() {
  const auto size = file_.size();
  if (!size) return size.error();
  const auto header = file_.read_at(0, kKeysHeaderBytes);
  if (!header) return header.error();
  if (*header != kHeaders[0] && *header != kHeaders[1]) {
    return Error{header->starts_with(kHeaderName) ? ErrorCode::kConflict : ErrorCode::kCorrupt,
                 file_.path().string() + " is no key store of format 1 or 2, which this program reads"};
  }
  format_ = *header == kHeaders[0] ? 1 : 2;
  std::uint64_t at = kKeysHeaderBytes;
  std::string buffer;
  std::size_t used = 0;
  int roots = 0;
  while (at < *size) {
    WrappedRow row;
    RowState state = read_row(std::string_view(buffer).substr(used), row);
    if (state == RowState::kCut && at + (buffer.size() - used) < *size) {
      auto more = file_.read_at(at, kLoadBytes);
      if (!more) return more.error();
      buffer = std::move(*more);
      used = 0;
      state = read_row(buffer, row);
    }
    if (state != RowState::kWhole) {
      if (auto cut = cut_torn_end(at, *size); !cut) return cut;
      break;
    }
    if (row.type == KeyType::kTag || row.type == KeyType::kSigning) {
      if (auto taken = take_root_key(row); !taken) return taken;
      ++roots;
    } else if (row.type == KeyType::kErased) {
      if (format_ == 1) return Error{ErrorCode::kCorrupt, file_.path().string() + " is damaged at byte " + std::to_string(at)};
      take_erased(row);
    } else {
      note_parking_day(row);
      by_name_.insert(name_hash(row.type, row.name), at);
      by_id_.insert(id_hash(row.id), at);
    }
    at += row.bytes();
    used += row.bytes();
  }
  if (roots != 2) return Error{ErrorCode::kCorrupt, file_.path().string() + " lacks its tag key or signing seed"};
  durable_ = at;
  return {};
}

// A write that didn't end was cut off, or its pages never reached the disk. A whole row behind the bad one says otherwise.
Status FileKeyStore::cut_torn_end(std::uint64_t at, std::uint64_t size) {
  const auto rest = file_.read_at(at, kLoadBytes);
  if (!rest) return rest.error();
  const std::string_view bytes = *rest;
  WrappedRow row;
  const bool to_the_end = read_row(bytes, row) == RowState::kCut || kRowHeadBytes + static_cast<unsigned char>(bytes[5]) == bytes.size() ||
                          std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
  bool row_behind = at + bytes.size() < size;
  for (std::size_t i = 1; to_the_end && !row_behind && i < bytes.size(); ++i)
    row_behind = read_row(bytes.substr(i), row) == RowState::kWhole;
  if (!to_the_end || row_behind) return Error{ErrorCode::kCorrupt, file_.path().string() + " is damaged at byte " + std::to_string(at)};
  torn_bytes_ = size - at;
  return file_.truncate(at);
}

Status FileKeyStore::take_root_key(const WrappedRow& row) {
  auto key = unwrap_key(master_, row);
  if (!key && next_master_) {  // the rows are written anew already, master.key isn't
    key = unwrap_key(*next_master_, row);
    if (key) master_ = *next_master_;
  }
  if (!key) return Error{ErrorCode::kConflict, "master.key is not the master of " + file_.path().string()};
  (row.type == KeyType::kTag ? tag_key_ : signing_seed_) = *key;
  return {};
}

Result<WrappedRow> FileKeyStore::row_at(std::uint64_t offset) const {
  WrappedRow row;
  RowState state = RowState::kBroken;
  if (offset >= durable_) {
    state = read_row(std::string_view(unwritten_).substr(offset - durable_), row);
  } else {
    const auto bytes = file_.read_at(offset, kRowHeadBytes + kRowNameBytesMax);
    if (!bytes) return bytes.error();
    state = read_row(*bytes, row);
  }
  if (state != RowState::kWhole) return Error{ErrorCode::kCorrupt, file_.path().string() + " is damaged at byte " + std::to_string(offset)};
  return row;
}

Result<const FileKeyStore::Known*> FileKeyStore::known_at(std::uint64_t offset) {
  Known& slot = recent_[offset % recent_.size()];
  if (slot.offset == offset) return &slot;
  auto row = row_at(offset);
  if (!row) return row.error();
  const auto key = unwrap_key(master_, *row);
  if (!key)
    return Error{ErrorCode::kCorrupt, file_.path().string() + " holds another key than was written at byte " + std::to_string(offset)};
  slot = Known{offset, row->type, std::move(row->name), {ledger::base64url(bytes_of(row->id)), *key}};
  return &slot;
}

Result<ledger::KeyRow> FileKeyStore::key_for(KeyType type, std::string_view name) {
  if (name.empty() || name.size() > kRowNameBytesMax) return Error{ErrorCode::kInvalid, "a key's name has 1 to 255 bytes"};
  const std::lock_guard guard(mutex_);
  const std::uint64_t hash = name_hash(type, name);
  std::optional<Error> broken;
  const Known* found = nullptr;
  (void)by_name_.find(hash, [&](std::uint64_t offset) {
    const auto known = known_at(offset);
    if (!known) broken = known.error();
    if (known && (*known)->type == type && (*known)->name == name && !retired_.contains((*known)->row.id) &&
        !erased_.contains((*known)->row.id))
      found = *known;
    return broken || found != nullptr;
  });
  if (broken) return *broken;
  if (found != nullptr) return found->row;
  const ledger::SealKey key = random_key();
  const WrappedRow row = wrap_key(master_, type, std::string(name), key);
  const std::uint64_t offset = durable_ + unwritten_.size();
  append_row(unwritten_, row);
  by_name_.insert(hash, offset);
  by_id_.insert(id_hash(row.id), offset);
  Known& slot = recent_[offset % recent_.size()];
  slot = Known{offset, type, row.name, {ledger::base64url(bytes_of(row.id)), key}};
  note_parking_day(row);
  if (fresh_) fresh_->push_back(row);
  return slot.row;
}

Result<ledger::KeyRow> FileKeyStore::case_key(std::string_view case_id) { return key_for(KeyType::kCase, case_id); }

Result<ledger::KeyRow> FileKeyStore::parking_key(std::int32_t day) { return key_for(KeyType::kParking, model::format_date(day)); }

std::optional<ledger::SealKey> FileKeyStore::find(std::string_view key_id) {
  const auto raw = ledger::base64url_bytes(key_id);
  if (!raw || raw->size() != kKeyIdBytes) return std::nullopt;
  const std::lock_guard guard(mutex_);
  if (erased_.contains(std::string(key_id))) return std::nullopt;
  std::optional<ledger::SealKey> key;
  (void)by_id_.find(id_hash(*raw), [&](std::uint64_t offset) {
    const auto known = known_at(offset);
    if (known && (*known)->row.id == key_id) key = (*known)->row.key;
    return key.has_value();
  });
  return key;
}

Status FileKeyStore::sync() {
  std::uint64_t wanted = 0;
  {
    const std::lock_guard guard(mutex_);
    if (unwritten_.empty() && !failed_) return {};
    wanted = durable_ + unwritten_.size();
  }
  const std::lock_guard one_at_a_time(sync_mutex_);
  std::string rows;
  std::uint64_t from = 0;
  {
    const std::lock_guard guard(mutex_);
    if (failed_) return Error{ErrorCode::kInternal, "the key store's last sync failed"};
    if (durable_ >= wanted) return {};
    rows = unwritten_;
    from = durable_;
  }
  DOCKET_CRASH_POINT("keys.before_write");
#ifdef DOCKET_CRASH_POINTS
  if (crash::due("keys.during_write")) {
    static_cast<void>(file_.write_at(from, std::string_view(rows).substr(0, rows.size() / 2)).ok());
    crash::die();
  }
#endif
  if (auto written = file_.write_at(from, rows); !written) {
    if (written.error().code == ErrorCode::kUnavailable && file_.truncate(from)) return written;
    fatal(written.error().message);
    return written;
  }
  DOCKET_CRASH_POINT("keys.before_sync");
#ifdef DOCKET_FAULT_KEYS_UNSYNCED
  const Status synced;
#else
  const auto synced = file_.sync();
#endif
  DOCKET_CRASH_POINT("keys.after_sync");
  const std::lock_guard guard(mutex_);
  failed_ = !synced.ok();
  if (failed_) {
    fatal(synced.error().message);
    return synced;
  }
  durable_ = from + rows.size();
  unwritten_.erase(0, rows.size());
  return {};
}

std::size_t FileKeyStore::keys() const {
  const std::lock_guard guard(mutex_);
  return by_id_.size();
}

std::size_t FileKeyStore::memory_bytes() const {
  const std::lock_guard guard(mutex_);
  return by_name_.bytes() + by_id_.bytes();
}

void FileKeyStore::fatal(const std::string& what) const {
  if (on_fatal_) {
    on_fatal_(what);
    return;
  }
  std::fprintf(stderr, "docket: %s\n", what.c_str());
  std::abort();
}

}  // namespace docket::embedded
