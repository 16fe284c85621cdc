#include "connectors/embedded/posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "projections/crash_point.h"

namespace docket::embedded {
namespace {

Error error_of(int number, const char* doing, const std::filesystem::path& path) {
  const ErrorCode code = number == ENOENT                       ? ErrorCode::kNotFound
                         : number == EEXIST                     ? ErrorCode::kConflict
                         : number == ENOSPC || number == EDQUOT ? ErrorCode::kUnavailable
                                                                : ErrorCode::kInternal;
  return Error{code, std::string(doing) + " " + path.string() + ": " + std::generic_category().message(number),
               code == ErrorCode::kUnavailable};
}

}  // namespace

PosixFile::~PosixFile() {
  if (fd_ >= 0) ::close(fd_);
}

PosixFile& PosixFile::operator=(PosixFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  return *this;
}

Result<PosixFile> PosixFile::open(const std::filesystem::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) return error_of(errno, "opening", path);
  return PosixFile(path, fd);
}

Error PosixFile::failed(const char* doing) const { return error_of(errno, doing, path_); }

Result<std::uint64_t> PosixFile::size() const {
  struct stat info {};
  if (::fstat(fd_, &info) != 0) return failed("reading the size of");
  return static_cast<std::uint64_t>(info.st_size);
}

Result<std::string> PosixFile::read_at(std::uint64_t offset, std::size_t bytes) const {
  std::string out(bytes, '\0');
  std::size_t done = 0;
  while (done < bytes) {
    const auto count = ::pread(fd_, out.data() + done, bytes - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("reading");
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  out.resize(done);
  return out;
}

Status PosixFile::write_at(std::uint64_t offset, std::string_view bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto count = ::pwrite(fd_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("writing");
    done += static_cast<std::size_t>(count);
  }
  return {};
}

Status PosixFile::truncate(std::uint64_t bytes) {
  if (::ftruncate(fd_, static_cast<off_t>(bytes)) != 0) return failed("cutting");
  return {};
}

Status PosixFile::sync() {
  if (::fdatasync(fd_) != 0) return failed("syncing");
  return {};
}

Status sync_folder(const std::filesystem::path& folder) {
  auto file = PosixFile::open(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
  if (!file) return file.error();
  if (::fsync(file->fd()) != 0) return file->failed("syncing");
  return {};
}

Status write_new_file(const std::filesystem::path& path, std::string_view content) {
  auto file = PosixFile::open(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) return file.error();
  if (auto written = file->write_at(0, content); !written) return written;
  if (auto synced = file->sync(); !synced) return synced;
  return sync_folder(path.parent_path());
}

Result<std::string> read_whole_file(const std::filesystem::path& path) {
  auto file = PosixFile::open(path, O_RDONLY);
  if (!file) return file.error();
  const auto bytes = file->size();
  if (!bytes) return bytes.error();
  return file->read_at(0, *bytes);
}

Status put_in_place(const std::filesystem::path& made, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::rename(made, folder, error);
  if (error) return error_of(error.value(), "making", folder);
  DOCKET_CRASH_POINT("place.renamed");
  return sync_folder(folder.parent_path());
}

}  // namespace docket::embedded
