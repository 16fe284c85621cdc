#include "connectors/embedded/heads_file.h"

#include <fcntl.h>

#include <algorithm>
#include <string>

namespace docket::embedded {
namespace {

constexpr std::uint64_t kLineBytesMax = 64 * 1024;

}  // namespace

Result<HeadsFile> HeadsFile::open(const std::filesystem::path& path) {
  auto file = PosixFile::open(path, O_RDWR | O_CREAT);
  if (!file) return file.error();
  const auto size = file->size();
  if (!size) return size.error();
  const std::uint64_t from = *size - std::min(*size, kLineBytesMax);
  const auto tail = file->read_at(from, kLineBytesMax);
  if (!tail) return tail.error();
  const std::size_t last = tail->rfind('\n');
  if (last == std::string::npos && from > 0) return Error{ErrorCode::kCorrupt, path.string() + " is no file of signed heads"};
  const std::uint64_t end = last == std::string::npos ? 0 : from + last + 1;
  if (end < *size) {
    if (auto cut = file->truncate(end); !cut) return cut.error();
  }
  return HeadsFile(std::move(*file), end);
}

Status HeadsFile::append(std::string_view line) {
  const std::string text = std::string(line) + "\n";
  if (auto written = file_.write_at(end_, text); !written) {
    (void)file_.truncate(end_).ok();
    return written;
  }
  if (auto synced = file_.sync(); !synced) return synced;
  end_ += text.size();
  return {};
}

}  // namespace docket::embedded
