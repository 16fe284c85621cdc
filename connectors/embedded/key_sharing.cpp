// The rows of a key store whose keys other nodes have too.
#include <unordered_set>
#include <utility>

#include "connectors/embedded/file_key_store.h"
#include "connectors/embedded/key_scan.h"

namespace docket::embedded {
namespace {

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
  const std::string id = id_text(row);
  const std::lock_guard guard(mutex_);
  if (erased_.contains(id)) return {};  // given up here; it comes from where that isn't known yet
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
  note_parking_day(row);
  return {};
}

Status FileKeyStore::each_row(const std::function<void(const WrappedRow&)>& take) {
  const std::lock_guard rewrite(rewrite_mutex_);
  std::uint64_t end = 0;
  std::unordered_set<std::string> given_up;
  {
    const std::lock_guard guard(mutex_);
    end = durable_;
    for (const auto& row : erased_) given_up.insert(row.first);
  }
  return scan_rows(file_, kKeysHeaderBytes, end, [&](const WrappedRow& row, std::uint64_t) {
    if (is_shared(row) && !given_up.contains(id_text(row))) take(row);
  });
}

}  // namespace docket::embedded
