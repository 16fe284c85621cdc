#include "connectors/embedded/rocks.h"

#include <rocksdb/cache.h>
#include <rocksdb/table.h>

#include <cstdarg>

#include "connectors/embedded/sync_guard.h"

namespace docket::embedded {
namespace {

constexpr std::size_t kWriteBufferBytes = std::size_t{16} << 20U;
constexpr std::size_t kBlockBytes = std::size_t{32} << 10U;
constexpr std::size_t kCacheBytes = std::size_t{16} << 20U;  // of all families together
constexpr std::uint64_t kWalBytesMax = std::uint64_t{256} << 20U;

// RocksDB's own log file is a danger on a full disk: after one failed line the next one meets an assertion that Debian's
// build keeps, and ends the process. What matters of it comes back as a status.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::ColumnFamilyOptions family_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = kBlockBytes;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = kWriteBufferBytes;
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.compaction_options_universal.allow_trivial_move = true;
  options.compression = rocksdb::kNoCompression;  // values are compressed before they come here
  return options;
}

rocksdb::DBOptions db_options(rocksdb::Env* env, bool create) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = create;
  options.create_missing_column_families = create;
  options.error_if_exists = create;
  options.paranoid_checks = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.max_background_jobs = 2;
  options.bytes_per_sync = std::uint64_t{1} << 20U;
  options.max_total_wal_size = kWalBytesMax;
  options.info_log = std::make_shared<NoLog>();
  // A nearly full disk: opening needs next to nothing, and no file takes more than it holds.
  options.avoid_flush_during_recovery = true;
  options.allow_fallocate = false;
  return options;
}

}  // namespace

Result<std::unique_ptr<EmbeddedStore::Rocks>> EmbeddedStore::Rocks::open(const std::filesystem::path& folder,
                                                                         const EmbeddedOptions& options, bool create) {
  auto rocks = std::make_unique<Rocks>();
  rocks->path = folder.string();
  rocks->file_system = guard_syncs(options.file_system ? options.file_system : rocksdb::FileSystem::Default());
  rocks->env = rocksdb::NewCompositeEnv(rocks->file_system);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  const auto cache = rocksdb::NewLRUCache(kCacheBytes);
  for (const char* name : kFamilies) families.emplace_back(name, family_options(cache));
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(db_options(rocks->env.get(), create), rocks->path, families, &rocks->families, &db);
  if (!status.ok()) return rocks_error(status, "opening the ledger store " + rocks->path);
  rocks->db.reset(db);
  return rocks;
}

EmbeddedStore::Rocks::~Rocks() {
  if (!db) return;
  for (auto* family : families) db->DestroyColumnFamilyHandle(family);
  db->Close();
}

BlockKey::BlockKey(int partition, Height height) {
  bytes_[0] = static_cast<char>(partition);
  for (std::size_t i = 0; i < 8; ++i) bytes_[1 + i] = static_cast<char>(height >> (56U - 8U * i) & 0xFFU);
}

Height height_of_key(const rocksdb::Slice& key) {
  Height height = 0;
  for (std::size_t i = 1; i < BlockKey::kBytes; ++i) height = height << 8U | static_cast<unsigned char>(key[i]);
  return height;
}

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions options;
#ifndef DOCKET_FAULT_UNSYNCED_WRITE
  options.sync = true;
#endif
  return options;
}

Error rocks_error(const rocksdb::Status& status, const std::string& doing) {
  const ErrorCode code = status.IsNoSpace()                                      ? ErrorCode::kUnavailable
                         : status.IsCorruption()                                 ? ErrorCode::kCorrupt
                         : status.IsInvalidArgument() || status.IsNotSupported() ? ErrorCode::kConflict
                         : status.IsNotFound()                                   ? ErrorCode::kNotFound
                                                                                 : ErrorCode::kInternal;
  return Error{code, doing + ": " + status.ToString(), code == ErrorCode::kUnavailable};
}

}  // namespace docket::embedded
