// Linked into docket_power, which is the program but for what it tells about syncs: every fsync and fdatasync is written to the file
// DOCKET_POWER_LOG as "S <inode> <bytes>" and every removal as "U <inode>", and nothing waits for a disk. power_loss.h then cuts every
// file back to what was synced, as a power cut may. Not modelled: names (a rename stays), blocks written out of order.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

int log_file() {
  static const int kFile = [] {
    const char* path = std::getenv("DOCKET_POWER_LOG");
    return path == nullptr ? -1 : ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }();
  return kFile;
}

void note(char what, unsigned long long inode, long long bytes) {
  char line[64];
  const int length = std::snprintf(line, sizeof line, "%c %llu %lld\n", what, inode, bytes);
  if (::write(log_file(), line, static_cast<std::size_t>(length)) < 0) std::abort();
}

int synced(int file, const char* real) {
  if (log_file() < 0) return reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, real))(file);
  struct stat info {};
  if (::fstat(file, &info) != 0) return -1;
  note('S', info.st_ino, info.st_size);
  return 0;
}

void removing(int folder, const char* path) {
  struct stat info {};
  if (log_file() >= 0 && ::fstatat(folder, path, &info, AT_SYMLINK_NOFOLLOW) == 0 && info.st_nlink == 1) note('U', info.st_ino, 0);
}

}  // namespace

extern "C" {

int fsync(int file) { return synced(file, "fsync"); }
int fdatasync(int file) { return synced(file, "fdatasync"); }

int unlink(const char* path) noexcept {
  removing(AT_FDCWD, path);
  return reinterpret_cast<int (*)(const char*)>(::dlsym(RTLD_NEXT, "unlink"))(path);
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  removing(folder, path);
  return reinterpret_cast<int (*)(int, const char*, int)>(::dlsym(RTLD_NEXT, "unlinkat"))(folder, path, flags);
}

}  // extern "C"
