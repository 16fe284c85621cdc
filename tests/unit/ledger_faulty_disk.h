// A disk for RocksDB that runs full in the middle of a write, or whose syncs fail, when the test says so.
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace docket::ledger::testing {

struct DiskState {
  static constexpr std::uint64_t kEndless = ~std::uint64_t{0};
  std::atomic<std::uint64_t> told_free{kEndless};  // what the disk says it has
  std::atomic<std::uint64_t> writable{kEndless};   // bytes that can still be written
  std::atomic<bool> sync_full{false};              // syncs fail with "no space"
  std::atomic<bool> sync_broken{false};            // syncs fail with an I/O error
};

class FaultyFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultyFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, DiskState& state)
      : FSWritableFileOwnerWrapper(std::move(file)), state_(&state) {}
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) override {
    const std::uint64_t left = state_->writable;
    if (left >= data.size()) {
      if (left != DiskState::kEndless) state_->writable = left - data.size();
      return FSWritableFileOwnerWrapper::Append(data, options, context);
    }
    state_->writable = 0;
    if (left > 0) (void)FSWritableFileOwnerWrapper::Append({data.data(), static_cast<std::size_t>(left)}, options, context).ok();
    return rocksdb::IOStatus::NoSpace("no space left on the test's disk");
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options, const rocksdb::DataVerificationInfo&,
                           rocksdb::IODebugContext* context) override {
    return Append(data, options, context);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) override {
    const auto failed = sync_status();
    return failed.ok() ? FSWritableFileOwnerWrapper::Sync(options, context) : failed;
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* context) override {
    const auto failed = sync_status();
    return failed.ok() ? FSWritableFileOwnerWrapper::Fsync(options, context) : failed;
  }

 private:
  rocksdb::IOStatus sync_status() const {
    if (state_->sync_full) return rocksdb::IOStatus::NoSpace("no space at sync");
    if (state_->sync_broken) return rocksdb::IOStatus::IOError("sync failed");
    return rocksdb::IOStatus::OK();
  }
  DiskState* state_;
};

class FaultyDisk final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyDisk(DiskState& state) : FileSystemWrapper(rocksdb::FileSystem::Default()), state_(&state) {}
  const char* Name() const override { return "DocketFaultyDisk"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file, rocksdb::IODebugContext* context) override {
    auto status = FileSystemWrapper::NewWritableFile(name, options, file, context);
    if (status.ok()) *file = std::make_unique<FaultyFile>(std::move(*file), *state_);
    return status;
  }
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options, std::uint64_t* free,
                                 rocksdb::IODebugContext* context) override {
    if (state_->told_free == DiskState::kEndless) return FileSystemWrapper::GetFreeSpace(path, options, free, context);
    *free = state_->told_free;
    return rocksdb::IOStatus::OK();
  }

 private:
  DiskState* state_;
};

}  // namespace docket::ledger::testing
