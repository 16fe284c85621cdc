// What the files of this folder share about RocksDB. Internal.
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <memory>

#include "engine/model/result.h"
#include "projections/store/store.h"

namespace docket::projections::store {

struct Rocks {
  Rocks() = default;
  Rocks(const Rocks&) = delete;
  Rocks& operator=(const Rocks&) = delete;
  ~Rocks();

  std::unique_ptr<rocksdb::DB> db;
  rocksdb::Options options;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies> handles{};
  rocksdb::ColumnFamilyHandle* standard = nullptr;
};
using RocksPtr = std::shared_ptr<const Rocks>;

[[nodiscard]] rocksdb::Options database_options(const StoreOptions& options);
[[nodiscard]] rocksdb::ColumnFamilyOptions family_options(const rocksdb::Options& database, Family family,
                                                          const std::shared_ptr<rocksdb::Cache>& cache);
[[nodiscard]] Error to_error(const rocksdb::Status& status, const char* what);
[[nodiscard]] inline rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
[[nodiscard]] inline std::string_view text(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

[[nodiscard]] ViewPtr make_view(RocksPtr rocks);

}  // namespace docket::projections::store
