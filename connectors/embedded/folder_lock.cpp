#include "connectors/embedded/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace docket::embedded {
namespace {

constexpr std::size_t kPidBytesMax = 20;

}  // namespace

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  auto file = PosixFile::open(folder / "docket.lock", O_RDWR | O_CREAT);
  if (!file) return file.error();
  if (::flock(file->fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return file->failed("locking");
    auto owner = file->read_at(0, kPidBytesMax);
    const std::string pid = owner ? owner->substr(0, owner->find('\n')) : "";
    return Error{ErrorCode::kConflict, folder.string() + " is in use by process " + (pid.empty() ? "(unknown)" : pid)};
  }
  if (auto cut = file->truncate(0); !cut) return cut.error();
  if (auto written = file->write_at(0, std::to_string(::getpid()) + "\n"); !written) return written.error();
  return FolderLock(std::move(*file));
}

}  // namespace docket::embedded
