// RocksDB without anything of ours around it. Thread rule: as rocksdb::DB. Ownership: closes what it opened.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/model/result.h"

namespace docket::bench {

struct RawRocks {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  std::vector<std::string> names;

  RawRocks() = default;
  ~RawRocks();
  RawRocks(const RawRocks&) = delete;
  RawRocks& operator=(const RawRocks&) = delete;
  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(const std::string& name) const;
};

enum class OpenAs : unsigned char { kReadOnly, kReadWrite };
// All families that are there, with RocksDB's own defaults.
[[nodiscard]] Result<std::unique_ptr<RawRocks>> open_raw(const std::string& folder, OpenAs how);
// A new one without compression (`families` beside the default one), for values that are compressed before, or with LZ4.
[[nodiscard]] Result<std::unique_ptr<RawRocks>> create_raw(const std::string& folder, const std::vector<std::string>& families, bool lz4);
[[nodiscard]] std::uint64_t folder_bytes(const std::string& folder);

}  // namespace docket::bench
