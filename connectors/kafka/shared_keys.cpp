#include "connectors/kafka/shared_keys.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "engine/ledger/base64url.h"

namespace docket::kafka {
namespace {

constexpr int kPutMs = 10'000;
constexpr int kLookMs = 2'000;
constexpr std::int64_t kLookPauseMs = 1'000;
constexpr std::size_t kPutRows = 10'000;

TableTopic::Row row_of(const embedded::WrappedRow& wrapped) {
  TableTopic::Row row;
  row.key = ledger::base64url({reinterpret_cast<const std::uint8_t*>(wrapped.id.data()), wrapped.id.size()});
  embedded::append_row(row.value, wrapped);
  return row;
}

}  // namespace

SharedKeys::SharedKeys(std::shared_ptr<embedded::FileKeyStore> files, const Settings& settings, const std::string& topic,
                       const std::string& node)
    : files_(std::move(files)),
      topic_(topic),
      on_topic_(std::in_place),
      table_(settings, topic, node, [this](const std::vector<TableTopic::Row>& rows) { take(rows); }) {
  files_->share();
}

Status SharedKeys::start(int patience_ms) {
  table_.start();
  if (auto caught = table_.catch_up(patience_ms); !caught) return caught;
  std::optional<embedded::RowTable> there;
  {
    const std::lock_guard lock(mutex_);
    if (!refused_.empty()) return Error{ErrorCode::kConflict, refused_};
    there.swap(on_topic_);
  }
  std::vector<embedded::WrappedRow> missing;
  const auto read = files_->each_row([&](const embedded::WrappedRow& row) {
    const auto hash = embedded::id_hash(row.id);
    if (there->find(hash, [](std::uint64_t) { return true; }) == 0) missing.push_back(row);
  });
  if (!read) return read;
  const std::lock_guard lock(sync_mutex_);
  waiting_ = std::move(missing);
  return put_waiting();
}

Status SharedKeys::catch_up(int patience_ms) {
  if (auto caught = table_.catch_up(patience_ms); !caught) return caught;
  const std::lock_guard lock(mutex_);
  return refused_.empty() ? Status() : Error{ErrorCode::kConflict, refused_};
}

void SharedKeys::take(const std::vector<TableTopic::Row>& rows) {
  for (const auto& row : rows) {
    if (row.value.empty()) {  // taken back; this node does so by the ledger, and must not put it there again at its start
      const auto raw = ledger::base64url_bytes(row.key);
      const std::lock_guard lock(mutex_);
      if (on_topic_ && raw) on_topic_->insert(embedded::id_hash(*raw), 1);
      continue;
    }
    embedded::WrappedRow wrapped;
    std::string why;
    if (embedded::read_row(row.value, wrapped) != embedded::RowState::kWhole || wrapped.bytes() != row.value.size()) {
      why = "it is damaged";
    } else if (auto taken = files_->take_row(wrapped); !taken) {
      why = taken.error().message;
    }
    const std::lock_guard lock(mutex_);
    if (on_topic_ && why.empty()) on_topic_->insert(embedded::id_hash(wrapped.id), 1);
    if (why.empty() || !refused_.empty()) continue;
    refused_ = "topic " + topic_ + ", key " + row.key + ": " + why;
    std::fprintf(stderr, "docket: %s\n", refused_.c_str());
  }
  // Not needed for what is on the topic already; it bounds what waits in memory.
  if (auto synced = files_->sync(); !synced) std::fprintf(stderr, "docket: %s\n", synced.error().message.c_str());
}

std::optional<ledger::SealKey> SharedKeys::find(std::string_view key_id) {
  if (auto key = files_->find(key_id)) return key;
  if (files_->fate(key_id).erased != model::kNoInstant) return std::nullopt;
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  auto looked = looked_ms_.load();
  if (now - looked < kLookPauseMs || !looked_ms_.compare_exchange_strong(looked, now)) return std::nullopt;
  if (!table_.catch_up(kLookMs)) return std::nullopt;
  return files_->find(key_id);
}

Status SharedKeys::put_waiting() {
  for (std::size_t from = 0; from < waiting_.size();) {
    std::vector<TableTopic::Row> rows;
    const auto to = std::min(waiting_.size(), from + kPutRows);
    for (std::size_t i = from; i < to; ++i) rows.push_back(row_of(waiting_[i]));
    if (auto put = table_.put(rows, kPutMs); !put) {
      waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(from));
      return put;
    }
    from = to;
  }
  waiting_.clear();
  return {};
}

Status SharedKeys::destroy(model::Instant now, model::Day parking_from) {
  std::vector<TableTopic::Row> rows;
  for (auto& [id, case_id] : files_->undestroyed()) rows.push_back({std::move(id), {}});
  const auto first_day = model::format_date(parking_from);
  const auto read = files_->each_row([&](const embedded::WrappedRow& row) {
    if (row.type == embedded::KeyType::kParking && row.name < first_day) rows.push_back({row_of(row).key, {}});
  });
  if (!read) return read;
  if (auto put = table_.put(rows, kPutMs); !put) return put;
  return files_->destroy(now, parking_from);
}

Status SharedKeys::sync() {
  if (auto synced = files_->sync(); !synced) return synced;
  const std::lock_guard lock(sync_mutex_);  // whoever comes second finds its keys put by the first
  for (auto& row : files_->take_fresh()) waiting_.push_back(std::move(row));
  if (waiting_.empty()) return {};
  return put_waiting();
}

}  // namespace docket::kafka
