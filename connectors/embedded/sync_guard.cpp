#include "connectors/embedded/sync_guard.h"

#include <string>
#include <utility>

#include "projections/crash_point.h"

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
  GuardedFile(std::unique_ptr<FSWritableFile>&& file, [[maybe_unused]] const std::string& name)
      : FSWritableFileOwnerWrapper(std::move(file)) {
#ifdef DOCKET_CRASH_POINTS
    log_ = name.ends_with(".log");
#endif
  }
#ifdef DOCKET_CRASH_POINTS
  using FSWritableFileOwnerWrapper::Append;
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, IODebugContext* context) override {
    if (log_ && crash::due("ledger.during_write")) {
      FSWritableFileOwnerWrapper::Append({data.data(), data.size() / 2}, options, context).PermitUncheckedError();
      crash::die();
    }
    return FSWritableFileOwnerWrapper::Append(data, options, context);
  }
#endif
  IOStatus Sync(const IOOptions& options, IODebugContext* context) override {
#ifdef DOCKET_CRASH_POINTS
    if (log_) DOCKET_CRASH_POINT("ledger.before_sync");
#endif
    return no_longer_known(FSWritableFileOwnerWrapper::Sync(options, context));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* context) override {
    return no_longer_known(FSWritableFileOwnerWrapper::Fsync(options, context));
  }

#ifdef DOCKET_CRASH_POINTS
 private:
  bool log_ = false;
#endif
};

class GuardedFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "DocketSyncGuard"; }
  IOStatus NewWritableFile(const std::string& name, const FileOptions& options, std::unique_ptr<FSWritableFile>* file,
                           IODebugContext* context) override {
    return guarded(FileSystemWrapper::NewWritableFile(name, options, file, context), file, name);
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options, std::unique_ptr<FSWritableFile>* file,
                              IODebugContext* context) override {
    return guarded(FileSystemWrapper::ReopenWritableFile(name, options, file, context), file, name);
  }
  IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name, const FileOptions& options,
                             std::unique_ptr<FSWritableFile>* file, IODebugContext* context) override {
    return guarded(FileSystemWrapper::ReuseWritableFile(name, old_name, options, file, context), file, name);
  }

 private:
  static IOStatus guarded(IOStatus status, std::unique_ptr<FSWritableFile>* file, const std::string& name) {
    if (status.ok()) *file = std::make_unique<GuardedFile>(std::move(*file), name);
    return status;
  }
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> guard_syncs(const std::shared_ptr<rocksdb::FileSystem>& base) {
  return std::make_shared<GuardedFileSystem>(base);
}

}  // namespace docket::embedded
