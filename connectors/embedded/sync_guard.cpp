#include "connectors/embedded/sync_guard.h"

#include <string>
#include <utility>

namespace docket::embedded {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

IOStatus no_longer_known(const IOStatus& status) {
  return status.IsNoSpace() ? IOStatus::IOError("sync failed", status.ToString()) : status;
}

class GuardedFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  explicit GuardedFile(std::unique_ptr<FSWritableFile>&& file) : FSWritableFileOwnerWrapper(std::move(file)) {}
  IOStatus Sync(const IOOptions& options, IODebugContext* context) override {
    return no_longer_known(FSWritableFileOwnerWrapper::Sync(options, context));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override {
    return no_longer_known(FSWritableFileOwnerWrapper::Fsync(options, context));
  }
};

class GuardedFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "DocketSyncGuard"; }
  IOStatus NewWritableFile(const std::string& name, const FileOptions& options, std::unique_ptr<FSWritableFile>* file,
                           IODebugContext* context) override {
    return guarded(FileSystemWrapper::NewWritableFile(name, options, file, context), file);
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options, std::unique_ptr<FSWritableFile>* file,
                              IODebugContext* context) override {
    return guarded(FileSystemWrapper::ReopenWritableFile(name, options, file, context), file);
  }
  IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name, const FileOptions& options,
                             std::unique_ptr<FSWritableFile>* file, IODebugContext* context) override {
    return guarded(FileSystemWrapper::ReuseWritableFile(name, old_name, options, file, context), file);
  }

 private:
  static IOStatus guarded(IOStatus status, std::unique_ptr<FSWritableFile>* file) {
    if (status.ok()) *file = std::make_unique<GuardedFile>(std::move(*file));
    return status;
  }
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> guard_syncs(const std::shared_ptr<rocksdb::FileSystem>& base) {
  return std::make_shared<GuardedFileSystem>(base);
}

}  // namespace docket::embedded
