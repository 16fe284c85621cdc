#include "connectors/embedded/key_scan.h"

#include <algorithm>

#include "engine/ledger/base64url.h"

namespace docket::embedded {
namespace {

constexpr std::size_t kScanBytes = std::size_t{4} << 20U;

}  // namespace

Status scan_rows(const PosixFile& file, std::uint64_t at, std::uint64_t end,
                 const std::function<void(const WrappedRow& row, std::uint64_t at)>& take) {
  std::string buffer;
  std::size_t used = 0;
  while (at < end) {
    WrappedRow row;
    RowState state = read_row(std::string_view(buffer).substr(used), row);
    if (state == RowState::kCut) {
      auto more = file.read_at(at, std::min<std::uint64_t>(kScanBytes, end - at));
      if (!more) return more.error();
      buffer = std::move(*more);
      used = 0;
      state = read_row(buffer, row);
    }
    if (state != RowState::kWhole) return Error{ErrorCode::kCorrupt, file.path().string() + " is damaged at byte " + std::to_string(at)};
    take(row, at);
    at += row.bytes();
    used += row.bytes();
  }
  return {};
}

std::string id_text(const WrappedRow& row) {
  return ledger::base64url({reinterpret_cast<const std::uint8_t*>(row.id.data()), row.id.size()});
}

}  // namespace docket::embedded
