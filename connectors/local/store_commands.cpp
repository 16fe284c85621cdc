#include <chrono>
#include <fstream>
#include <iostream>

#include "connectors/local/commands.h"
#include "connectors/local/replay.h"
#include "projections/store/current.h"

namespace docket::local {
namespace {

namespace fs = std::filesystem;

int code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalid:
      return 2;
    case ErrorCode::kNotFound:
      return 3;
    case ErrorCode::kConflict:
      return 4;
    case ErrorCode::kUnavailable:
      return 6;
    default:
      return 1;
  }
}

void show_progress(std::uint64_t blocks) {
  if (blocks % 64 == 0) std::cerr << "\r" << blocks << " blocks read" << std::flush;
}

// Families of two stores that differ, by name; both flushed and at the same heights.
Result<std::vector<std::string>> differences(const projections::Projections& a, const projections::Projections& b) {
  std::vector<std::string> out;
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    const auto left = a.digest(partition);
    const auto right = b.digest(partition);
    if (!left) return left.error();
    if (!right) return right.error();
    for (std::size_t family = 0; family < projections::store::kFamilies; ++family) {
      if ((*left)[family] != (*right)[family])
        out.push_back("partition " + std::to_string(partition) + " " + projections::store::kFamilyNames[family]);
    }
  }
  return out;
}

// The live store, brought to the end of the ledger by replaying what it lacks.
Result<std::unique_ptr<projections::Projections>> live_at_end(const Home& home) {
  auto live = open_raw_projections(home, home.data / "projections", "", 1);
  if (!live) return live.error();
  return std::move(*live);
}

}  // namespace

int run_store_rebuild(const std::string& data) {
  auto home = open_home(data);
  if (!home) return fail(home.error().message, code_of(home.error()));
  const auto folder = home->data / "projections";
  const auto started = wall_clock();
  const std::string name = projections::store::unused_store_name(folder);
  auto built = replay_ledger(*home, folder, name, show_progress);
  if (!built) return fail(built.error().message, code_of(built.error()));
  const auto took = std::max<std::int64_t>(1, wall_clock() - started);
  std::cerr << "\r";
  std::cout << built->records << " records of " << built->blocks << " blocks in " << took << " ms ("
            << static_cast<std::int64_t>(built->records) * 1000 / took << " records/s)\n";
  built->projections.reset();
  if (auto swapped = projections::store::swap_store(folder, name); !swapped) return fail(swapped.error().message, 1);
  std::cout << "swapped in " << name << "; the old store stays beside it\n";
  return 0;
}

int run_store_verify(const std::string& data) {
  auto home = open_home(data);
  if (!home) return fail(home.error().message, code_of(home.error()));
  auto live = live_at_end(*home);
  if (!live) return fail(live.error().message, code_of(live.error()));
  const auto scratch = home->data / ("verify-" + std::to_string(wall_clock()));
  int code = 1;
  {
    auto built = replay_ledger(*home, scratch, "verify", show_progress);
    std::cerr << "\r";
    if (!built) {
      code = fail(built.error().message, code_of(built.error()));
    } else {
      bool same_heights = true;
      const auto left = (*live)->heads();
      const auto right = built->projections->heads();
      for (std::size_t i = 0; i < left.size(); ++i) same_heights = same_heights && left[i].position == right[i].position;
      const auto differing = differences(**live, *built->projections);
      if (!same_heights) {
        code = fail("the store is behind the ledger: start and stop `docket serve` once, then verify again", 4);
      } else if (!differing) {
        code = fail(differing.error().message, 1);
      } else {
        for (const auto& one : *differing) std::cout << "differs: " << one << "\n";
        std::cout << built->records << " records replayed; "
                  << (differing->empty() ? "every family equals the replay\n" : "run docket store rebuild\n");
        code = differing->empty() ? 0 : 1;
      }
    }
  }
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  return code;
}

int run_store_backup(const std::string& data, const std::string& to) {
  auto home = open_home(data);
  if (!home) return fail(home.error().message, code_of(home.error()));
  std::error_code error;
  if (fs::exists(to, error)) return fail(to + " exists; a backup goes into a new folder", 4);
  fs::create_directories(to, error);
  if (error) return fail("can't make " + to + ": " + error.message(), 2);
  auto live = live_at_end(*home);
  if (!live) return fail(live.error().message, code_of(live.error()));
  // Projections first, then keys, then the ledger: what is copied later may be newer, never older.
  if (auto done = (*live)->backup(fs::path(to) / "projections"); !done) return fail(done.error().message, 1);
  live->reset();
  fs::copy(home->data / "keys", fs::path(to) / "keys", fs::copy_options::recursive, error);
  if (error) return fail("copying the keys: " + error.message(), 1);
  home->ledger.reset();
  fs::copy(home->data / "ledger", fs::path(to) / "ledger", fs::copy_options::recursive, error);
  if (error) return fail("copying the ledger: " + error.message(), 1);
  std::cout << "backed up to " << to << "; it holds the keys: keep it as safe as the office's papers\n";
  return 0;
}

int run_store_restore(const std::string& from, const std::string& data) {
  std::error_code error;
  if (!fs::exists(fs::path(from) / "ledger", error) || !fs::exists(fs::path(from) / "keys", error))
    return fail(from + " is no backup: it lacks ledger or keys", 3);
  if (fs::exists(fs::path(data) / "ledger", error)) return fail(data + " holds a ledger; restore into a new folder", 4);
  fs::create_directories(data, error);
  fs::copy(from, data, fs::copy_options::recursive, error);
  if (error) return fail("copying: " + error.message(), 1);
  auto home = open_home(data);
  if (!home) return fail(home.error().message, code_of(home.error()));
  std::cout << "restored to " << data << " (ledger " << home->ledger->ledger_id() << "); start it: docket serve --data " << data << "\n";
  return 0;
}

}  // namespace docket::local
