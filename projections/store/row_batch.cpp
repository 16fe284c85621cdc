#include "projections/store/row_batch.h"

#include <algorithm>

#include "projections/codec/frame.h"

namespace docket::projections::store {

void RowBatch::put(std::string_view key, std::string_view payload) { add(key, payload, false); }

void RowBatch::erase(std::string_view key) { add(key, {}, true); }

void RowBatch::add(std::string_view key, std::string_view payload, bool deleted) {
  Ref ref;
  for (std::size_t i = 0; i < 8; ++i) ref.head = ref.head << 8U | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
  ref.at = arena_.size();
  ref.key_bytes = static_cast<std::uint32_t>(key.size());
  ref.deleted = deleted;
  arena_.append(key);
  codec::append_frame(arena_, payload);
  ref.value_bytes = static_cast<std::uint32_t>(arena_.size() - ref.at - key.size());
  refs_.push_back(ref);
}

bool RowBatch::less(const Ref& a, const Ref& b) const { return a.head != b.head ? a.head < b.head : key_of(a) < key_of(b); }

Status RowBatch::sort() {
  const auto before = [this](const Ref& a, const Ref& b) { return less(a, b); };
  if (!std::is_sorted(refs_.begin(), refs_.end(), before)) std::sort(refs_.begin(), refs_.end(), before);
  for (std::size_t i = 1; i < refs_.size(); ++i) {
    if (key_of(refs_[i - 1]) == key_of(refs_[i])) return Error{ErrorCode::kInternal, "a write-back has a key twice", false};
  }
  return {};
}

void RowBatch::clear() {
  arena_.clear();
  refs_.clear();
}

RowBatch::Row RowBatch::row(std::size_t i) const {
  const Ref& ref = refs_[i];
  return {key_of(ref), std::string_view(arena_).substr(ref.at + ref.key_bytes, ref.value_bytes), ref.deleted};
}

}  // namespace docket::projections::store
