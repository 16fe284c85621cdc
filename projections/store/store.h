// The projections' RocksDB: opened, read through snapshots, and written by nothing but the atomic ingestion of one sorted file a
// family. This folder is the only one that includes RocksDB.
// Thread rule: ingest() from one thread at a time; everything else from any thread. Ownership: a View keeps the database open.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/model/result.h"
#include "projections/store/families.h"
#include "projections/store/row_batch.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace docket::projections::store {

struct StoreOptions {
  std::filesystem::path folder;
  std::size_t block_cache_bytes = 128U << 20U;
  int background_jobs = 2;
  rocksdb::Env* env = nullptr;          // null: the default one
  std::function<void()> before_ingest;  // called between writing the files and taking them in; a throw stops there
};

using Batches = std::array<RowBatch, kFamilies>;

// Rows [lower, upper) of one family in key order. A value is verified when payload() is called; a row that is damaged, or a read
// that fails, ends the cursor and stands in status().
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual void seek(std::string_view key) = 0;
  virtual void next() = 0;
  [[nodiscard]] virtual bool valid() const = 0;
  [[nodiscard]] virtual std::string_view key() const = 0;  // until the next move
  [[nodiscard]] virtual std::string_view payload() = 0;    // until the next move
  [[nodiscard]] virtual Status status() const = 0;
};

// The store as it was after one ingestion.
class View {
 public:
  virtual ~View() = default;
  [[nodiscard]] virtual Result<std::optional<std::string>> get(Family family, std::string_view key) const = 0;
  // Stands on the first row; upper "" = to the end.
  [[nodiscard]] virtual std::unique_ptr<Cursor> cursor(Family family, std::string_view lower, std::string_view upper) const = 0;
};
using ViewPtr = std::shared_ptr<const View>;

class Store {
 public:
  // Creates the database when the folder is empty. kConflict: in use, or of a newer format. kInvalid: of an older one.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const StoreOptions& options);
  virtual ~Store() = default;

  [[nodiscard]] virtual ViewPtr view() const = 0;
  // All families or none. On an error the store is as before; kUnavailable may be tried again.
  [[nodiscard]] virtual Status ingest(Batches& batches) = 0;
  // A copy by hard links; `folder` must not exist.
  [[nodiscard]] virtual Status checkpoint(const std::filesystem::path& folder) = 0;
  // Bytes of the family's files.
  [[nodiscard]] virtual std::uint64_t bytes(Family family) const = 0;
};

}  // namespace docket::projections::store
