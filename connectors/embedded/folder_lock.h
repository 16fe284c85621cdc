// One process a folder: an advisory lock on FOLDER/docket.lock, which holds the owner's process id for the message.
// The lock goes with the process, however it ends. Thread rule: plain value; ownership: whoever holds it holds the lock.
#pragma once

#include <filesystem>

#include "connectors/embedded/posix_file.h"
#include "engine/model/result.h"

namespace docket::embedded {

class FolderLock {
 public:
  // kConflict: "FOLDER is in use by process N".
  [[nodiscard]] static Result<FolderLock> take(const std::filesystem::path& folder);

 private:
  explicit FolderLock(PosixFile file) : file_(std::move(file)) {}
  PosixFile file_;
};

}  // namespace docket::embedded
