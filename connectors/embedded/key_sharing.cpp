// The rows of a key store whose keys other nodes have too.
#include <algorithm>
#include <span>
#include <utility>

#include "connectors/embedded/file_key_store.h"
#include "engine/ledger/base64url.h"

namespace docket::embedded {
namespace {

constexpr std::size_t kHeaderBytesMax = 64;
constexpr std::size_t kScanBytes = std::size_t{4} << 20U;

bool is_shared(const WrappedRow& row) { return row.type == KeyType::kCase || row.type == KeyType::kParking; }

}  // namespace

void FileKeyStore::share() {
  const std::lock_guard guard(mutex_);
  if (!fresh_) fresh_.emplace();
}

std::vector<WrappedRow> FileKeyStore::take_fresh() {
  const std::lock_guard guard(mutex_);
  return fresh_ ? std::exchange(*fresh_, {}) : std::vector<WrappedRow>{};
}

Status FileKeyStore::take_row(const WrappedRow& row) {
  if (!is_shared(row) || row.name.empty() || row.id.size() != kKeyIdBytes)
    return Error{ErrorCode::kConflict, "it is the key of no case and of no day"};
  const std::span<const std::uint8_t> raw{reinterpret_cast<const std::uint8_t*>(row.id.data()), row.id.size()};
  const std::string id = ledger::base64url(raw);
  const std::lock_guard guard(mutex_);
  std::optional<Error> broken;
  const auto there = by_id_.find(id_hash(row.id), [&](std::uint64_t offset) {
    const auto known = known_at(offset);
    if (!known) broken = known.error();
    return broken || (*known)->row.id == id;
  });
  if (broken) return *broken;
  if (there != 0) return {};
  if (!unwrap_key(master_, row))
    return Error{ErrorCode::kConflict, "it is wrapped by another master than " + file_.path().parent_path().string() + "/master.key"};
  const std::uint64_t offset = durable_ + unwritten_.size();
  append_row(unwritten_, row);
  by_name_.insert(name_hash(row.type, row.name), offset);
  by_id_.insert(id_hash(row.id), offset);
  return {};
}

Status FileKeyStore::each_row(const std::function<void(const WrappedRow&)>& take) {
  std::uint64_t at = 0;
  std::uint64_t end = 0;
  {
    const std::lock_guard guard(mutex_);
    end = durable_;
  }
  const auto header = file_.read_at(0, std::min<std::uint64_t>(kHeaderBytesMax, end));
  if (!header) return header.error();
  at = header->find('\n') + 1;
  std::string buffer;
  std::size_t used = 0;
  while (at < end) {
    WrappedRow row;
    RowState state = read_row(std::string_view(buffer).substr(used), row);
    if (state == RowState::kCut) {
      auto more = file_.read_at(at, std::min<std::uint64_t>(kScanBytes, end - at));
      if (!more) return more.error();
      buffer = std::move(*more);
      used = 0;
      state = read_row(buffer, row);
    }
    if (state != RowState::kWhole) return Error{ErrorCode::kCorrupt, file_.path().string() + " is damaged at byte " + std::to_string(at)};
    at += row.bytes();
    used += row.bytes();
    if (is_shared(row)) take(row);
  }
  return {};
}

}  // namespace docket::embedded
