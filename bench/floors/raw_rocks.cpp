#include "bench/floors/raw_rocks.h"

#include <rocksdb/table.h>

#include <filesystem>

#include "bench/floors/floors.h"
#include "projections/store/current.h"

namespace docket::bench {
namespace {

Result<std::unique_ptr<RawRocks>> open(const rocksdb::DBOptions& options, const std::string& folder,
                                       const std::vector<rocksdb::ColumnFamilyDescriptor>& families, bool read_only) {
  auto rocks = std::make_unique<RawRocks>();
  rocksdb::DB* db = nullptr;
  const auto status = read_only ? rocksdb::DB::OpenForReadOnly(options, folder, families, &rocks->families, &db)
                                : rocksdb::DB::Open(options, folder, families, &rocks->families, &db);
  if (!status.ok()) return Error{ErrorCode::kInternal, "opening " + folder + ": " + status.ToString(), false};
  rocks->db.reset(db);
  for (const auto& family : families) rocks->names.push_back(family.name);
  return rocks;
}

}  // namespace

RawRocks::~RawRocks() {
  if (!db) return;
  for (auto* handle : families) db->DestroyColumnFamilyHandle(handle);
  db->Close();
}

rocksdb::ColumnFamilyHandle* RawRocks::family(const std::string& name) const {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return families[i];
  }
  return nullptr;
}

Result<std::unique_ptr<RawRocks>> open_raw(const std::string& folder, OpenAs how) {
  rocksdb::DBOptions options;
  std::vector<std::string> names;
  const auto listed = rocksdb::DB::ListColumnFamilies(options, folder, &names);
  if (!listed.ok()) return Error{ErrorCode::kInternal, "reading " + folder + ": " + listed.ToString(), false};
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  return open(options, folder, families, how == OpenAs::kReadOnly);
}

Result<std::unique_ptr<RawRocks>> create_raw(const std::string& folder, const std::vector<std::string>& families, bool lz4) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  options.bytes_per_sync = std::uint64_t{1} << 20U;
  rocksdb::ColumnFamilyOptions family;
  family.compression = lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  family.write_buffer_size = std::size_t{32} << 20U;
  std::vector<rocksdb::ColumnFamilyDescriptor> all{{rocksdb::kDefaultColumnFamilyName, family}};
  for (const auto& name : families) all.emplace_back(name, family);
  return open(options, folder, all, false);
}

std::uint64_t folder_bytes(const std::string& folder) {
  std::uint64_t bytes = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, ignored)) {
    if (entry.is_regular_file(ignored)) bytes += entry.file_size(ignored);
  }
  return bytes;
}

std::string store_folder(const std::string& data) {
  const auto root = std::filesystem::path(data) / "projections";
  const auto name = projections::store::current_store(root);
  return (root / (name ? *name : std::string("store-000001"))).string();
}

}  // namespace docket::bench
