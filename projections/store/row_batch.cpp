#include "projections/store/row_batch.h"

#include <algorithm>
#include <cstring>

#include "projections/codec/frame.h"

namespace docket::projections::store {
namespace {

constexpr std::size_t kChunkBytes = 256U << 10U;
constexpr std::size_t kSizesBytes = 2 * sizeof(std::uint32_t);
constexpr std::uint32_t kDeleted = 0x80000000U;

std::uint32_t size_at(const char* at, std::size_t nth) {
  std::uint32_t size = 0;
  std::memcpy(&size, at + nth * sizeof size, sizeof size);
  return size;
}

}  // namespace

void RowBatch::put(std::string_view key, std::string_view payload) { add(key, payload, false); }

void RowBatch::erase(std::string_view key) { add(key, {}, true); }

char* RowBatch::place(std::size_t bytes) {
  while (chunk_ < chunks_.size() && chunks_[chunk_].size - used_ < bytes) {
    ++chunk_;
    used_ = 0;
  }
  if (chunk_ == chunks_.size()) {
    const std::size_t size = std::max(kChunkBytes, bytes);
    chunks_.push_back({std::unique_ptr<char[]>(new char[size]), size});  // not filled with zeros first
  }
  char* at = chunks_[chunk_].bytes.get() + used_;
  used_ += bytes;
  return at;
}

void RowBatch::add(std::string_view key, std::string_view payload, bool deleted) {
  framed_.clear();
  codec::append_frame(framed_, payload);
  Ref ref;
  for (std::size_t i = 0; i < 8; ++i) ref.head = ref.head << 8U | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
  char* at = place(kSizesBytes + key.size() + framed_.size());
  const std::uint32_t sizes[] = {static_cast<std::uint32_t>(key.size()),
                                 static_cast<std::uint32_t>(framed_.size()) | (deleted ? kDeleted : 0U)};
  std::memcpy(at, sizes, kSizesBytes);
  std::memcpy(at + kSizesBytes, key.data(), key.size());
  std::memcpy(at + kSizesBytes + key.size(), framed_.data(), framed_.size());
  ref.at = at;
  refs_.push_back(ref);
}

std::string_view RowBatch::key_of(const Ref& ref) { return {ref.at + kSizesBytes, size_at(ref.at, 0)}; }

Status RowBatch::sort() {
  const auto before = [](const Ref& a, const Ref& b) { return a.head != b.head ? a.head < b.head : key_of(a) < key_of(b); };
  if (!std::is_sorted(refs_.begin(), refs_.end(), before)) std::sort(refs_.begin(), refs_.end(), before);
  for (std::size_t i = 1; i < refs_.size(); ++i) {
    if (key_of(refs_[i - 1]) == key_of(refs_[i])) return Error{ErrorCode::kInternal, "a write-back has a key twice", false};
  }
  return {};
}

void RowBatch::clear() {
  chunk_ = used_ = 0;
  refs_.clear();
}

RowBatch::Row RowBatch::row(std::size_t i) const {
  const auto key = key_of(refs_[i]);
  const auto value = size_at(refs_[i].at, 1);
  return {key, {key.data() + key.size(), value & ~kDeleted}, (value & kDeleted) != 0};
}

}  // namespace docket::projections::store
