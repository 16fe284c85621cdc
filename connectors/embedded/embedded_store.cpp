#include "connectors/embedded/embedded_store.h"

#include <rocksdb/file_system.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "connectors/embedded/embedded_ledger.h"
#include "connectors/embedded/key_rows.h"
#include "connectors/embedded/rocks.h"
#include "connectors/embedded/value_codec.h"
#include "engine/ledger/base64url.h"
#include "engine/ledger/block_codec.h"
#include "projections/crash_point.h"

namespace docket::embedded {
namespace {

constexpr std::string_view kFormat = "docket-ledger 1\n";
constexpr std::string_view kFormatName = "docket-ledger ";
constexpr const char* kMetaLedger = "ledger";
constexpr const char* kMetaPartitions = "partitions";
constexpr const char* kMetaPlace = "place.";  // and the partition: height and offset, in a copy
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kReadAheadBytes = std::size_t{2} << 20U;

std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

Status check_format(const std::filesystem::path& folder) {
  const auto text = read_whole_file(folder / kFormatFile);
  if (!text && text.error().code == ErrorCode::kNotFound) {
    return Error{ErrorCode::kNotFound, "no ledger in " + folder.parent_path().string() + "; make one: docket ledger create --data " +
                                           folder.parent_path().string() + " --office example"};
  }
  if (!text) return text.error();
  if (*text == kFormat) return {};
  const std::string version =
      text->starts_with(kFormatName) ? text->substr(kFormatName.size(), text->find('\n') - kFormatName.size()) : "unknown";
  return Error{ErrorCode::kConflict,
               "the ledger in " + folder.string() + " is of format " + version + ", and this program reads format 1 only"};
}

Status check_new(const NewLedger& ledger) {
  if (ledger.id.empty() || ledger.genesis.empty() || ledger.genesis.size() > static_cast<std::size_t>(kPartitionsMax)) {
    return Error{ErrorCode::kInvalid, "a ledger needs an id and 1 to 256 partitions"};
  }
  for (std::size_t i = 0; i < ledger.genesis.size(); ++i) {
    const auto head = ledger::decode_head(ledger.genesis[i]);
    if (!head) return head.error().with_context("genesis of partition " + std::to_string(i));
    if (head->height != 0) return Error{ErrorCode::kInvalid, "the first block of partition " + std::to_string(i) + " is not at height 0"};
  }
  return {};
}

Error block_error(const Error& error, int partition, Height height) {
  return error.with_context("partition " + std::to_string(partition) + ", block at height " + std::to_string(height));
}

}  // namespace

Status EmbeddedStore::create(const std::filesystem::path& data, const NewLedger& ledger, const EmbeddedOptions& options) {
  if (auto good = check_new(ledger); !good) return good;
  std::error_code error;
  std::filesystem::create_directories(data, error);
  if (error) return Error{ErrorCode::kInternal, "making " + data.string() + ": " + error.message()};
  const auto lock = FolderLock::take(data);
  if (!lock) return lock.error();
  return create(*lock, data, ledger, options);
}

Status EmbeddedStore::create(const FolderLock& /*lock*/, const std::filesystem::path& data, const NewLedger& ledger,
                             const EmbeddedOptions& options) {
  if (auto good = check_new(ledger); !good) return good;
  std::error_code error;
  const std::filesystem::path folder = data / "ledger";
  const std::filesystem::path made = data / "ledger.new";
  if (std::filesystem::exists(folder)) return Error{ErrorCode::kConflict, data.string() + " holds a ledger already"};
  std::filesystem::remove_all(made, error);
  {
    auto rocks = Rocks::open(made, options, true);
    if (!rocks) return rocks.error();
    Rocks& store = **rocks;
    rocksdb::WriteBatch batch;
    rocksdb::Status status = batch.Put(store.meta(), kMetaLedger, ledger.id);
    if (status.ok()) status = batch.Put(store.meta(), kMetaPartitions, std::to_string(ledger.genesis.size()));
    for (std::size_t i = 0; status.ok() && i < ledger.genesis.size(); ++i) {
      status = batch.Put(store.blocks(), BlockKey(static_cast<int>(i), 0).slice(), pack_value(ledger.genesis[i]));
    }
    for (const auto& [id, text] : ledger.bundles) {
      if (status.ok()) status = batch.Put(store.bundles(), id, pack_value(text));
    }
    if (status.ok()) status = store.db->Write(synced(), &batch);
    if (!status.ok()) return rocks_error(status, "writing the new ledger");
  }
  DOCKET_CRASH_POINT("create.ledger_written");
  if (auto written = write_new_file(made / kFormatFile, kFormat); !written) return written;
  DOCKET_CRASH_POINT("create.before_place");
  return put_in_place(made, folder);
}

Result<std::unique_ptr<EmbeddedStore>> EmbeddedStore::open(const std::filesystem::path& data, EmbeddedOptions options) {
  const std::filesystem::path folder = data / "ledger";
  if (auto good = check_format(folder); !good) return good.error();
  auto lock = FolderLock::take(data);
  if (!lock) return lock.error();
  auto rocks = Rocks::open(folder, options, false);
  if (!rocks) return rocks.error();
  std::unique_ptr<EmbeddedStore> store(new EmbeddedStore(std::move(*lock), folder, std::move(*rocks), std::move(options)));
  if (auto loaded = store->load(); !loaded) return loaded.error();
  return store;
}

EmbeddedStore::EmbeddedStore(FolderLock lock, std::filesystem::path folder, std::unique_ptr<Rocks> rocks, EmbeddedOptions options)
    : lock_(std::move(lock)), options_(std::move(options)), folder_(std::move(folder)), rocks_(std::move(rocks)) {}

EmbeddedStore::~EmbeddedStore() = default;

Status EmbeddedStore::load() {
  std::string partitions;
  auto status = rocks_->db->Get({}, rocks_->meta(), kMetaLedger, &ledger_id_);
  if (status.ok()) status = rocks_->db->Get({}, rocks_->meta(), kMetaPartitions, &partitions);
  if (!status.ok()) return rocks_error(status, "reading the ledger's id");
  std::from_chars(partitions.data(), partitions.data() + partitions.size(), partitions_);
  if (partitions_ < 1 || partitions_ > kPartitionsMax)
    return Error{ErrorCode::kCorrupt, "the ledger's number of partitions is \"" + partitions + "\""};
  const auto there = ends();
  if (!there) return there.error();
  std::copy(there->begin(), there->end(), next_.begin());
  return {};
}

Result<EmbeddedStore::Ends> EmbeddedStore::ends() const {
  Ends all{};
  const std::unique_ptr<rocksdb::Iterator> rows(rocks_->db->NewIterator({}, rocks_->blocks()));
  for (int partition = 0; partition < partitions_; ++partition) {
    rows->SeekForPrev(BlockKey(partition, model::kNoHeight).slice());
    if (!rows->status().ok()) return rocks_error(rows->status(), "reading the ends of the ledger");
    const bool there = rows->Valid() && static_cast<unsigned char>(rows->key()[0]) == partition;
    all[static_cast<std::size_t>(partition)] = there ? height_of_key(rows->key()) + 1 : 0;
  }
  return all;
}

Status EmbeddedStore::closed() const {
  if (rocks_) return {};
  return Error{ErrorCode::kUnavailable, "the ledger's disk is full", true};
}

std::string EmbeddedStore::new_id() {
  const ledger::SealKey random = random_key();
  return ledger::base64url(std::span(random).first(kIdBytes));
}

std::unique_ptr<ledger::Port> EmbeddedStore::port() { return std::make_unique<EmbeddedLedger>(*this); }

Result<std::optional<EmbeddedStore::Place>> EmbeddedStore::place(int partition) const {
  const std::shared_lock guard(rocks_mutex_);
  if (const auto open = closed(); !open) return open.error();
  std::string text;
  const auto status = rocks_->db->Get({}, rocks_->meta(), kMetaPlace + std::to_string(partition), &text);
  if (status.IsNotFound()) return std::optional<Place>();
  if (!status.ok()) return rocks_error(status, "reading the place of partition " + std::to_string(partition));
  Place place;
  const char* const end = text.data() + text.size();
  const auto height = std::from_chars(text.data(), end, place.height);
  if (height.ec == std::errc() && height.ptr != end && *height.ptr == ' ') {
    const auto offset = std::from_chars(height.ptr + 1, end, place.offset);
    if (offset.ec == std::errc() && offset.ptr == end) return std::optional<Place>(place);
  }
  return Error{ErrorCode::kCorrupt, "the place of partition " + std::to_string(partition) + " is \"" + text + "\""};
}

Status EmbeddedStore::set_place(int partition, const Place& place) {
  const std::shared_lock guard(rocks_mutex_);
  if (const auto open = closed(); !open) return open;
  const auto status = rocks_->db->Put(synced(), rocks_->meta(), kMetaPlace + std::to_string(partition),
                                      std::to_string(place.height) + " " + std::to_string(place.offset));
  return status.ok() ? Status() : rocks_error(status, "writing the place of partition " + std::to_string(partition));
}

Result<ledger::Stored> EmbeddedStore::block_at(int partition, Height height) const {
  const std::shared_lock guard(rocks_mutex_);
  if (const auto open = closed(); !open) return open.error();
  const std::unique_ptr<rocksdb::Iterator> rows(rocks_->db->NewIterator({}, rocks_->blocks()));
  rows->SeekForPrev(BlockKey(partition, height).slice());
  if (!rows->status().ok()) return rocks_error(rows->status(), "reading a block");
  const Error none{ErrorCode::kNotFound, "partition " + std::to_string(partition) + " has no record at height " + std::to_string(height)};
  if (!rows->Valid() || static_cast<unsigned char>(rows->key()[0]) != partition) return none;
  const Height first = height_of_key(rows->key());
  auto value = unpack_value(view(rows->value()), ledger::kBlockBytesMax);
  if (!value) return block_error(value.error(), partition, first);
  if (first != height) {
    const auto head = ledger::decode_head(*value);
    if (!head) return block_error(head.error(), partition, first);
    if (height >= first + head->records) return none;
  }
  return ledger::Stored{static_cast<ledger::Offset>(first), std::move(*value)};
}

Result<ledger::ReadBatch> EmbeddedStore::read(int partition, ledger::Offset from, std::size_t bytes_max) const {
  const std::shared_lock guard(rocks_mutex_);
  if (const auto open = closed(); !open) return open.error();
  const BlockKey start(partition, static_cast<Height>(from));
  const BlockKey bound(partition, model::kNoHeight);
  const rocksdb::Slice upper = bound.slice();
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.readahead_size = kReadAheadBytes;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> rows(rocks_->db->NewIterator(options, rocks_->blocks()));
  ledger::ReadBatch batch;
  batch.next = from;
  std::size_t bytes = 0;
  for (rows->Seek(start.slice()); rows->Valid(); rows->Next()) {
    const Height height = height_of_key(rows->key());
    auto value = unpack_value(view(rows->value()), ledger::kBlockBytesMax);
    if (!value) return block_error(value.error(), partition, height);
    if (!batch.blocks.empty() && bytes + value->size() > bytes_max) break;
    bytes += value->size();
    batch.blocks.push_back({static_cast<ledger::Offset>(height), std::move(*value)});
  }
  if (!rows->status().ok()) return rocks_error(rows->status(), "reading partition " + std::to_string(partition));
  batch.end = !rows->Valid();
  if (!batch.blocks.empty()) {
    const ledger::Stored& last = batch.blocks.back();
    const auto head = ledger::decode_head(last.value);
    // A block that can't be read is for the chain's reader to name; the next one can only lie behind its key.
    batch.next = last.offset + static_cast<ledger::Offset>(head ? head->records : 1);
  }
  return batch;
}

bool EmbeddedStore::space_left(std::uint64_t bytes) const {
  std::uint64_t free = 0;
  const auto system = options_.file_system ? options_.file_system : rocksdb::FileSystem::Default();
  const auto status = system->GetFreeSpace(folder_.string(), {}, &free, nullptr);
  return !status.ok() || free >= options_.reserve_bytes + bytes;
}

void EmbeddedStore::met_full_disk() { full_ = stopped_ = true; }

// RocksDB's own Resume() goes on writing behind the torn record when nothing lies in memory to be flushed, and its log then
// refuses every write. Opening anew drops the torn end and begins a new log.
bool EmbeddedStore::reopen(std::string& why) {
  const std::unique_lock guard(rocks_mutex_);
  if (!stopped_) return true;
  rocks_.reset();
  auto rocks = Rocks::open(folder_, options_, false);
  if (!rocks) {
    why = rocks.error().message;
    if (rocks.error().code != ErrorCode::kUnavailable) fatal("opening the ledger again after a full disk: " + why);
    return false;
  }
  rocks_ = std::move(*rocks);
  const auto there = ends();
  if (!there || !std::equal(there->begin(), there->end(), next_.begin())) {
    why = there ? "the ledger holds blocks that were refused for lack of space" : there.error().message;
    fatal(why);
    return false;
  }
  stopped_ = false;
  return true;
}

EmbeddedStore::Written EmbeddedStore::write(std::span<const Row> rows, std::string& why) {
  std::vector<std::string> values;
  std::uint64_t bytes = 0;
  Ends next{};
  for (const Row& row : rows) {
    if (row.partition < 0 || row.partition >= partitions_) {
      why = "no partition " + std::to_string(row.partition);
      return Written::kRefused;
    }
    const auto at = static_cast<std::size_t>(row.partition);
    if (row.height < std::max(next[at], next_[at].load(std::memory_order_relaxed))) {
      why = "partition " + std::to_string(row.partition) + " has a block at or above height " + std::to_string(row.height) + " already";
      return Written::kRefused;
    }
    next[at] = row.height + 1;
    values.push_back(pack_value(row.value));
    bytes += values.back().size();
  }
  if (!space_left(bytes)) {
    why = "no space left";
    full_ = true;
    return Written::kFull;
  }
  if (stopped_ && !reopen(why)) return Written::kFull;
  const std::shared_lock guard(rocks_mutex_);
  if (const auto open = closed(); !open) {
    why = open.error().message;
    return Written::kFull;
  }
  rocksdb::WriteBatch batch;
  rocksdb::Status status;
  for (std::size_t i = 0; status.ok() && i < rows.size(); ++i) {
    status = batch.Put(rocks_->blocks(), BlockKey(rows[i].partition, rows[i].height).slice(), values[i]);
    if (!status.ok() || !rows[i].place) continue;
    status = batch.Put(rocks_->meta(), kMetaPlace + std::to_string(rows[i].partition),
                       std::to_string(rows[i].height) + " " + std::to_string(*rows[i].place));
  }
  DOCKET_CRASH_POINT("ledger.before_write");
  if (status.ok()) status = rocks_->db->Write(options_.synced ? synced() : rocksdb::WriteOptions(), &batch);
  DOCKET_CRASH_POINT("ledger.after_write");
  if (status.ok()) {
    for (const Row& row : rows) next_[static_cast<std::size_t>(row.partition)].store(row.height + 1, std::memory_order_relaxed);
    full_ = false;
    return Written::kYes;
  }
  why = status.ToString();
  if (status.IsNoSpace()) {
    met_full_disk();
    return Written::kFull;
  }
  fatal("writing the ledger: " + why);
  return Written::kUnknown;
}

void EmbeddedStore::fatal(const std::string& what) const {
  if (options_.on_fatal) {
    options_.on_fatal(what);
    return;
  }
  std::fprintf(stderr, "docket: %s\n", what.c_str());
  std::abort();
}

}  // namespace docket::embedded
