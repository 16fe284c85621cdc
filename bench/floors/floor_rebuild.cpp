#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "bench/floors/floors.h"
#include "bench/floors/raw_rocks.h"
#include "bench/harness/clock.h"

namespace docket::bench {
namespace {

constexpr std::size_t kRebuildThreads = 2;

struct Rows {
  std::string family;
  std::vector<std::pair<std::string, std::string>> rows;
};

std::string write_and_ingest(RawRocks& to, const Rows& rows, const std::string& path) {
  auto* family = to.family(rows.family);
  rocksdb::Options options(to.db->GetDBOptions(), rocksdb::ColumnFamilyOptions(to.db->GetOptions(family)));
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options, family);
  auto status = writer.Open(path);
  for (const auto& [key, value] : rows.rows) {
    if (status.ok()) status = writer.Put(key, value);
  }
  if (status.ok()) status = writer.Finish();
  rocksdb::IngestExternalFileOptions how;
  how.move_files = true;
  how.write_global_seqno = false;
  if (status.ok()) status = to.db->IngestExternalFile(family, {path}, how);
  return status.ok() ? std::string() : status.ToString();
}

}  // namespace

Result<Said> floor_rebuild(const std::string& store, const std::string& folder) {
  std::vector<Rows> all;
  std::uint64_t count = 0;
  {
    const auto from = open_raw(store, OpenAs::kReadOnly);
    if (!from) return from.error();
    for (std::size_t f = 0; f < (*from)->families.size(); ++f) {
      Rows rows{(*from)->names[f], {}};
      const std::unique_ptr<rocksdb::Iterator> each((*from)->db->NewIterator({}, (*from)->families[f]));
      for (each->SeekToFirst(); each->Valid(); each->Next()) rows.rows.emplace_back(each->key().ToString(), each->value().ToString());
      count += rows.rows.size();
      if (!rows.rows.empty()) all.push_back(std::move(rows));
    }
  }
  std::sort(all.begin(), all.end(), [](const Rows& a, const Rows& b) { return a.rows.size() > b.rows.size(); });
  std::vector<std::string> names;
  for (const auto& rows : all) names.push_back(rows.family);
  names.erase(std::remove(names.begin(), names.end(), rocksdb::kDefaultColumnFamilyName), names.end());
  const auto to = create_raw(folder, names, true);
  if (!to) return to.error();
  const double begun = now_s();
  std::atomic<std::size_t> next{0};
  std::vector<std::string> problems(kRebuildThreads);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kRebuildThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = next++; i < all.size(); i = next++) {
        const auto problem = write_and_ingest(**to, all[i], folder + "/" + std::to_string(i) + ".sst.new");
        if (!problem.empty()) problems[t] = problem;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const double seconds = now_s() - begun;
  for (const auto& problem : problems) {
    if (!problem.empty()) return Error{ErrorCode::kInternal, problem, false};
  }
  return Said{{"seconds", seconds}, {"rows", static_cast<double>(count)}, {"bytes", static_cast<double>(folder_bytes(folder))}};
}

Result<Said> floor_open(const std::string& data) {
  const double begun = now_s();
  const auto ledger = open_raw(data + "/ledger", OpenAs::kReadWrite);
  if (!ledger) return ledger.error();
  const auto store = open_raw(store_folder(data), OpenAs::kReadWrite);
  if (!store) return store.error();
  const std::unique_ptr<rocksdb::Iterator> row((*ledger)->db->NewIterator({}, (*ledger)->family("blocks")));
  row->SeekToLast();
  if (!row->Valid()) return Error{ErrorCode::kCorrupt, "the ledger has no block", false};
  return Said{{"ms", (now_s() - begun) * 1000}};
}

}  // namespace docket::bench
