// A file system for RocksDB that never calls a failed sync "no space": after a sync that failed nobody knows what is on
// the disk, so it must end the process and not be waited out like a full disk (ledger.md section 3).
// Thread rule: as RocksDB's file systems, any thread.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>

namespace docket::embedded {

[[nodiscard]] std::shared_ptr<rocksdb::FileSystem> guard_syncs(const std::shared_ptr<rocksdb::FileSystem>& base);

}  // namespace docket::embedded
