#include <openssl/evp.h>
#include <rocksdb/write_batch.h>
#include <simdjson.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <thread>

#include "bench/floors/floors.h"
#include "bench/floors/raw_rocks.h"
#include "bench/harness/clock.h"
#include "bench/harness/lines.h"
#include "bench/harness/stats.h"
#include "connectors/embedded/value_codec.h"
#include "engine/ledger/block_codec.h"

namespace docket::bench {
namespace {

constexpr std::size_t kLedgerThreads = 2;
constexpr std::size_t kWriteEvents = 1000;       // of one synced write
constexpr std::size_t kChunkBytes = 16U << 20U;  // of values read ahead, outside the time

struct Value {
  std::string key;
  std::string bytes;  // as the chain has them
  std::size_t records = 0;
};

struct Share {  // of one thread
  double seconds = 0;
  double cpu_s = 0;
  std::uint64_t events = 0;
  std::uint64_t packed_bytes = 0;
  std::string problem;
};

std::array<unsigned char, 32> sha256(EVP_MD_CTX* context, std::string_view bytes) {
  std::array<unsigned char, 32> digest{};
  EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
  EVP_DigestUpdate(context, bytes.data(), bytes.size());
  EVP_DigestFinal_ex(context, digest.data(), nullptr);
  return digest;
}

// What one thread does with what it has read ahead.
class Writer {
 public:
  Writer(rocksdb::DB& db, const Lines& lines, std::size_t first, std::size_t last, Share& part)
      : db_(db), lines_(lines), line_(first), last_(last), part_(part), hash_(EVP_MD_CTX_new()), zstd_(ZSTD_createCCtx()) {}
  ~Writer() {
    EVP_MD_CTX_free(hash_);
    ZSTD_freeCCtx(zstd_);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void take(const std::vector<Value>& values) {
    const double begun = now_s();
    const double cpu = thread_cpu_s();
    for (const auto& value : values) {
      for (std::size_t i = 0; i < value.records && line_ < last_; ++i) parse(lines_[line_++]);
      sum_ += sha256(hash_, value.bytes)[0];
      packed_.resize(ZSTD_compressBound(value.bytes.size()));
      packed_.resize(ZSTD_compressCCtx(zstd_, packed_.data(), packed_.size(), value.bytes.data(), value.bytes.size(), 1));
      part_.packed_bytes += packed_.size();
      batch_.Put(value.key, packed_);
      waiting_ += value.records;
      part_.events += value.records;
      if (waiting_ >= kWriteEvents) write();
    }
    part_.seconds += now_s() - begun;
    part_.cpu_s += thread_cpu_s() - cpu;
    lines_.release(released_, line_);
    released_ = line_;
  }
  void finish() {
    const double begun = now_s();
    while (line_ < last_) parse(lines_[line_++]);
    write();
    part_.seconds += now_s() - begun;
  }

 private:
  void parse(std::string_view line) {
    simdjson::dom::element event;
    if (parser_.parse(line.data(), line.size()).get(event) != simdjson::SUCCESS) ++sum_;
    std::string_view id;
    if (event["id"].get(id) == simdjson::SUCCESS) sum_ += id.size();
  }
  void write() {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    const auto status = db_.Write(synced, &batch_);
    if (!status.ok()) part_.problem = status.ToString();
    batch_.Clear();
    waiting_ = 0;
  }

  rocksdb::DB& db_;
  const Lines& lines_;
  std::size_t line_;
  std::size_t released_ = line_;
  std::size_t last_;
  Share& part_;
  EVP_MD_CTX* hash_;
  ZSTD_CCtx* zstd_;
  simdjson::dom::parser parser_;
  rocksdb::WriteBatch batch_;
  std::string packed_;
  std::size_t waiting_ = 0;
  std::uint64_t sum_ = 0;  // so that nothing is left out as unused
};

void half(const RawRocks& from, rocksdb::DB& to, const Lines& lines, std::size_t thread, Share& part) {
  Writer writer(to, lines, lines.size() * thread / kLedgerThreads, lines.size() * (thread + 1) / kLedgerThreads, part);
  const std::unique_ptr<rocksdb::Iterator> rows(from.db->NewIterator({}, from.family("blocks")));
  std::vector<Value> ahead;
  std::size_t bytes = 0;
  for (rows->SeekToFirst(); rows->Valid() && part.problem.empty(); rows->Next()) {
    const auto key = rows->key().ToString();
    if (static_cast<unsigned char>(key[0]) % kLedgerThreads != thread) continue;
    auto value = embedded::unpack_value({rows->value().data(), rows->value().size()}, ledger::kBlockBytesMax);
    const auto head = value ? ledger::decode_head(*value) : Result<ledger::BlockHead>(value.error());
    if (!head) {
      part.problem = head.error().message;
      return;
    }
    bytes += value->size();
    ahead.push_back({key, std::move(*value), static_cast<std::size_t>(head->records)});
    if (bytes < kChunkBytes) continue;
    writer.take(ahead);
    ahead.clear();
    bytes = 0;
  }
  writer.take(ahead);
  writer.finish();
}

}  // namespace

Result<Said> floor_ledger(const std::string& data, const std::string& file, const std::string& folder) {
  const auto lines = Lines::open(file);
  if (!lines) return lines.error();
  const auto from = open_raw(data + "/ledger", OpenAs::kReadOnly);
  if (!from) return from.error();
  const auto to = create_raw(folder, {}, false);
  if (!to) return to.error();
  std::array<Share, kLedgerThreads> parts;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kLedgerThreads; ++t) {
    threads.emplace_back([&, t] { half(**from, *(*to)->db, **lines, t, parts[t]); });
  }
  for (auto& thread : threads) thread.join();
  Said said;
  double seconds = 0;
  for (const auto& part : parts) {
    if (!part.problem.empty()) return Error{ErrorCode::kInternal, part.problem, false};
    seconds = std::max(seconds, part.seconds);
    said["cpu_s"] += part.cpu_s;
    said["packed"] += static_cast<double>(part.packed_bytes);
  }
  said["rate"] = static_cast<double>((*lines)->size()) / seconds;
  said["seconds"] = seconds;
  said["bytes"] = said["packed"] / static_cast<double>((*lines)->size());
  return said;
}

Result<Said> floor_sync(const std::string& file, const std::string& folder, std::uint64_t count) {
  const auto lines = Lines::open(file);
  if (!lines) return lines.error();
  const auto to = create_raw(folder, {}, false);
  if (!to) return to.error();
  rocksdb::WriteOptions synced;
  synced.sync = true;
  Latencies all;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto line = (**lines)[i % (*lines)->size()];
    const double begun = now_s();
    const auto status = (*to)->db->Put(synced, std::to_string(i), rocksdb::Slice(line.data(), line.size()));
    if (!status.ok()) return Error{ErrorCode::kInternal, status.ToString(), false};
    all.add((now_s() - begun) * 1e6);
  }
  return Said{{"p50", all.percentile(50)}, {"p99", all.percentile(99)}, {"p999", all.percentile(99.9)}};
}

}  // namespace docket::bench
