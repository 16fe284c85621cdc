#include "projections/store/store.h"

#include <rocksdb/cache.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/utilities/checkpoint.h>

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "projections/codec/codec.h"
#include "projections/codec/key.h"
#include "projections/crash_point.h"
#include "projections/store/rocks.h"

namespace docket::projections::store {
namespace {

constexpr int kCacheShardBits = 4;   // few and large: an index block of a large file must fit into one
constexpr int kLevel0FilesMax = 20;  // above it a write-back waits for compaction

class RocksStore final : public Store {
 public:
  RocksStore(std::shared_ptr<Rocks> rocks, StoreOptions options) : rocks_(std::move(rocks)), options_(std::move(options)) {}

  [[nodiscard]] ViewPtr view() const override { return make_view(rocks_); }
  [[nodiscard]] Status ingest(Batches& batches) override;
  [[nodiscard]] Status checkpoint(const std::filesystem::path& folder) override;
  [[nodiscard]] std::uint64_t bytes(Family family) const override {
    std::uint64_t value = 0;
    rocks_->db->GetIntProperty(rocks_->handles[index_of(family)], rocksdb::DB::Properties::kTotalSstFilesSize, &value);
    return value;
  }
  [[nodiscard]] Status check_format();

 private:
  [[nodiscard]] std::filesystem::path ingest_folder() const { return options_.folder / "ingest"; }
  [[nodiscard]] Status write_file(Family family, const RowBatch& batch, const std::string& path) const;
  void wait_for_compaction() const;

  std::shared_ptr<Rocks> rocks_;
  StoreOptions options_;
  std::uint64_t files_written_ = 0;
};

Status RocksStore::write_file(Family family, const RowBatch& batch, const std::string& path) const {
  const rocksdb::Options options(rocks_->options, rocks_->db->GetOptions(rocks_->handles[index_of(family)]));
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions{}, options, rocks_->handles[index_of(family)]);
  auto status = writer.Open(path);
  for (std::size_t i = 0; status.ok() && i < batch.size(); ++i) {
    const auto row = batch.row(i);
    status = row.deleted ? writer.Delete(slice(row.key)) : writer.Put(slice(row.key), slice(row.value));
  }
  if (status.ok()) status = writer.Finish();
  if (!status.ok()) return to_error(status, "writing a sorted file of the projections' store");
  return {};
}

void RocksStore::wait_for_compaction() const {
  for (std::size_t f = 0; f < kFamilies; ++f) {
    for (;;) {
      std::string files;
      if (!rocks_->db->GetProperty(rocks_->handles[f], rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "0", &files)) break;
      std::uint64_t running = 0;
      std::uint64_t pending = 0;
      rocks_->db->GetIntProperty(rocksdb::DB::Properties::kNumRunningCompactions, &running);
      rocks_->db->GetIntProperty(rocks_->handles[f], rocksdb::DB::Properties::kCompactionPending, &pending);
      if (std::stoi(files) <= kLevel0FilesMax || (running == 0 && pending == 0)) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
}

Status RocksStore::ingest(Batches& batches) {
  std::error_code failure;
  std::filesystem::remove_all(ingest_folder(), failure);  // of an attempt that failed
  std::filesystem::create_directories(ingest_folder(), failure);
  if (failure) return Error{ErrorCode::kUnavailable, "making " + ingest_folder().string() + ": " + failure.message(), true};
  wait_for_compaction();

  std::vector<rocksdb::IngestExternalFileArg> args;
  for (std::size_t f = 0; f < kFamilies; ++f) {
    if (batches[f].empty()) continue;
    if (auto sorted = batches[f].sort(); !sorted.ok()) return sorted.error().with_context(kFamilyNames[f]);
    const std::string path = (ingest_folder() / (std::to_string(++files_written_) + "-" + kFamilyNames[f] + ".sst")).string();
    if (auto written = write_file(static_cast<Family>(f), batches[f], path); !written.ok()) return written;
    DOCKET_CRASH_POINT("store.file_written");
    rocksdb::IngestExternalFileArg arg;
    arg.column_family = rocks_->handles[f];
    arg.external_files = {path};
    arg.options.move_files = true;
    arg.options.write_global_seqno = false;
    args.push_back(std::move(arg));
  }
  if (args.empty()) return {};
  if (options_.before_ingest) {
    try {
      options_.before_ingest();
    } catch (const std::exception& stopped) {
      return Error{ErrorCode::kUnavailable, stopped.what(), true};
    }
  }
  DOCKET_CRASH_POINT("store.before_ingest");
  auto status = rocks_->db->IngestExternalFiles(args);
  DOCKET_CRASH_POINT("store.after_ingest");
  if (!status.ok() && rocks_->db->Resume().ok()) status = rocks_->db->IngestExternalFiles(args);  // space may have returned
  if (!status.ok()) return to_error(status, "taking files into the projections' store");
  std::filesystem::remove_all(ingest_folder(), failure);
  return {};
}

Status RocksStore::checkpoint(const std::filesystem::path& folder) {
  rocksdb::Checkpoint* raw = nullptr;
  auto status = rocksdb::Checkpoint::Create(rocks_->db.get(), &raw);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  if (status.ok()) status = checkpoint->CreateCheckpoint(folder.string());
  if (!status.ok()) return to_error(status, "copying the projections' store");
  return {};
}

// The format row is the first thing that is taken into a new store.
Status RocksStore::check_format() {
  const std::string key = codec::KeyWriter(0xFF).u8('F').str();
  const auto found = view()->get(Family::kMeta, key);
  if (!found.ok()) return found.error();
  if (!found->has_value()) {
    Batches batches;
    std::string payload;
    codec::encode(payload, kFormatVersion);
    batches[index_of(Family::kMeta)].put(key, payload);
    const auto hook = std::exchange(options_.before_ingest, nullptr);
    auto done = ingest(batches);
    options_.before_ingest = hook;
    return done;
  }
  std::uint32_t version = 0;
  if (auto decoded = codec::decode(**found, version); !decoded.ok()) return decoded;
  if (version == kFormatVersion) return {};
  return Error{version < kFormatVersion ? ErrorCode::kInvalid : ErrorCode::kConflict,
               "the projections' store in " + options_.folder.string() + " has format " + std::to_string(version) +
                   ", this program knows " + std::to_string(kFormatVersion) + ": rebuild it from the ledger",
               false};
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  std::error_code failure;
  std::filesystem::create_directories(options.folder, failure);
  if (failure) return Error{ErrorCode::kUnavailable, "making " + options.folder.string() + ": " + failure.message(), false};
  std::filesystem::remove_all(options.folder / "ingest", failure);

  auto rocks = std::make_shared<Rocks>();
  rocks->options = database_options(options);
  const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes, kCacheShardBits);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, family_options(rocks->options, Family::kMeta, cache));
  for (std::size_t f = 0; f < kFamilies; ++f) {
    families.emplace_back(kFamilyNames[f], family_options(rocks->options, static_cast<Family>(f), cache));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(rocks->options, options.folder.string(), families, &handles, &db);
  if (!status.ok()) {
    Error error = to_error(status, "opening the projections' store");
    if (status.ToString().find("lock") != std::string::npos) error = Error{ErrorCode::kConflict, error.message, false};
    return error;
  }
  rocks->db.reset(db);
  rocks->standard = handles[0];
  for (std::size_t f = 0; f < kFamilies; ++f) rocks->handles[f] = handles[f + 1];
  auto store = std::make_unique<RocksStore>(std::move(rocks), options);
  if (auto format = store->check_format(); !format.ok()) return format.error();
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace docket::projections::store
