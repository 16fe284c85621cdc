// RocksDB as the embedded ledger uses it: options, column families, keys, and its errors as ours. Private to this folder.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connectors/embedded/embedded_store.h"

namespace docket::embedded {

inline constexpr const char* kFormatFile = "format";
inline constexpr std::array<const char*, 4> kFamilies{"default", "blocks", "meta", "bundles"};

struct EmbeddedStore::Rocks {
  std::shared_ptr<rocksdb::FileSystem> file_system;
  std::unique_ptr<rocksdb::Env> env;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  std::string path;

  [[nodiscard]] static Result<std::unique_ptr<Rocks>> open(const std::filesystem::path& folder, const EmbeddedOptions& options,
                                                           bool create);
  Rocks() = default;
  ~Rocks();
  Rocks(const Rocks&) = delete;
  Rocks& operator=(const Rocks&) = delete;

  [[nodiscard]] rocksdb::ColumnFamilyHandle* blocks() const { return families[1]; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* meta() const { return families[2]; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* bundles() const { return families[3]; }
};

// Partition u8, height big-endian u64: one partition's blocks lie together, in order.
class BlockKey {
 public:
  BlockKey(int partition, Height height);
  [[nodiscard]] rocksdb::Slice slice() const { return {bytes_.data(), bytes_.size()}; }
  static constexpr std::size_t kBytes = 9;

 private:
  std::array<char, kBytes> bytes_;
};
[[nodiscard]] Height height_of_key(const rocksdb::Slice& key);

[[nodiscard]] rocksdb::WriteOptions synced();
[[nodiscard]] Error rocks_error(const rocksdb::Status& status, const std::string& doing);

}  // namespace docket::embedded
