#include "projections/store/rocks.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <cstdarg>

namespace docket::projections::store {
namespace {

// RocksDB's own log file is a danger on a full disk: after one failed line the next one meets an assertion that Debian's build keeps, and
// ends the process. What matters of it comes back as a status.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace

Rocks::~Rocks() {
  if (!db) return;
  for (auto* handle : handles) {
    if (handle != nullptr) db->DestroyColumnFamilyHandle(handle);
  }
  if (standard != nullptr) db->DestroyColumnFamilyHandle(standard);
  db->Close();
}

rocksdb::Options database_options(const StoreOptions& options) {
  rocksdb::Options database;
  if (options.env != nullptr) database.env = options.env;
  database.create_if_missing = true;
  database.create_missing_column_families = true;
  database.paranoid_checks = true;
  database.max_background_jobs = options.background_jobs;
  database.bytes_per_sync = 1U << 20U;
  database.max_open_files = 512;
  database.info_log = std::make_shared<NoLog>();
  database.allow_fallocate = false;         // on a nearly full disk no file takes more than it holds
  database.write_buffer_size = 64U << 10U;  // nothing is ever put
  return database;
}

rocksdb::ColumnFamilyOptions family_options(const rocksdb::Options& database, Family family, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions result(database);
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  table.block_size = 8U << 10U;
  const bool looked_up = family == Family::kCases || family == Family::kHistory || family == Family::kIdentities;  // others are walked
  if (looked_up) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
    table.whole_key_filtering = true;
    // In pieces: the filter of a large file is larger than a shard of the cache, which would read it anew for every key.
    table.partition_filters = true;
    table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
    table.metadata_block_size = 16U << 10U;
    table.pin_top_level_index_and_filter = true;
  }
  result.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  result.compression = rocksdb::kLZ4Compression;
  result.level_compaction_dynamic_level_bytes = true;
  result.level0_file_num_compaction_trigger = 4;
  result.target_file_size_base = 32U << 20U;
  return result;
}

Error to_error(const rocksdb::Status& status, const char* what) {
  ErrorCode code = ErrorCode::kInternal;
  bool retriable = false;
  if (status.IsCorruption()) {
    code = ErrorCode::kCorrupt;
  } else if (status.IsNotFound()) {
    code = ErrorCode::kNotFound;
  } else if (status.IsNoSpace() || status.IsIOError() || status.IsBusy() || status.IsTryAgain()) {
    code = ErrorCode::kUnavailable;
    retriable = true;
  }
  return Error{code, std::string(what) + ": " + status.ToString(), retriable};
}

}  // namespace docket::projections::store
