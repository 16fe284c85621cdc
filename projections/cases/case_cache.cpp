#include "projections/cases/case_cache.h"

namespace docket::projections::cases {
namespace {

constexpr std::size_t kEntryBytes = 160;  // list node, map node, shared counts

}  // namespace

CaseRowPtr CaseCache::find(std::string_view case_id) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(case_id);
  if (found == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->row;
}

void CaseCache::put(std::string_view case_id, CaseRowPtr row) {
  const std::size_t bytes = kEntryBytes + case_id.size() + row->tail.bytes.size() + (row->state ? state_bytes(*row->state) : 0);
  const std::lock_guard lock(mutex_);
  if (const auto found = places_.find(case_id); found != places_.end()) {
    bytes_ -= found->second->bytes;
    const auto place = found->second;
    places_.erase(found);
    entries_.erase(place);
  }
  entries_.push_front(Entry{std::string(case_id), std::move(row), bytes});
  places_.emplace(entries_.front().case_id, entries_.begin());
  bytes_ += bytes;
  while (bytes_ > bytes_max_ && !entries_.empty()) drop_oldest();
}

void CaseCache::drop_oldest() {
  bytes_ -= entries_.back().bytes;
  places_.erase(entries_.back().case_id);
  entries_.pop_back();
}

std::size_t CaseCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace docket::projections::cases
