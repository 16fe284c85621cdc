#include <chrono>
#include <fstream>
#include <iostream>

#include "connectors/local/backup.h"
#include "connectors/local/carried_metrics.h"
#include "connectors/local/commands.h"
#include "connectors/local/control.h"
#include "connectors/local/replay.h"
#include "projections/store/current.h"

namespace docket::local {
namespace {

namespace fs = std::filesystem;

void show_blocks(std::uint64_t blocks) {
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

Result<std::unique_ptr<projections::Projections>> open_live(const Home& home) {
  return open_raw_projections(home, home.data / "projections", "");
}

int say(const ControlReply& reply) {
  if (reply.code != 0) return fail(reply.text, reply.code);
  std::cout << reply.text;
  return 0;
}

}  // namespace

int run_store_rebuild(const std::string& data) {
  auto home = open_home_or_copy(data);
  if (!home) return fail(home.error());
  const auto folder = home->data / "projections";
  const auto started = wall_clock();
  const std::string name = projections::store::unused_store_name(folder);
  auto built = replay_ledger(*home, folder, name, show_blocks);
  if (!built) return fail(built.error());
  const auto took = std::max<std::int64_t>(1, wall_clock() - started);
  std::cerr << "\r";
  std::cout << built->records << " records of " << built->blocks << " blocks in " << took << " ms ("
            << static_cast<std::int64_t>(built->records) * 1000 / took << " records/s)\n";
  built->projections.reset();
  if (auto swapped = projections::store::swap_store(folder, name); !swapped) return fail(swapped.error());
  std::cout << "swapped in " << name << "; the old store stays beside it\n";
  const auto carried = rebuild_carried(*home);
  if (!carried) return fail(carried.error());
  if (*carried > 0) std::cout << "the rows of backfilled metrics are made anew, too\n";
  return 0;
}

int run_store_verify(const std::string& data) {
  auto home = open_home_or_copy(data);
  if (!home) return fail(home.error());
  auto live = open_live(*home);
  if (!live) return fail(live.error());
  // After kill -9 the store is behind the ledger, as it may be: the rest is applied as a start of the server would.
  if (auto done = catch_up(*home, **live); !done) return fail(done.error());
  const auto scratch = home->data / ("verify-" + std::to_string(wall_clock()));
  int code = 1;
  {
    auto built = replay_ledger(*home, scratch, "verify", show_blocks);
    std::cerr << "\r";
    if (!built) {
      code = fail(built.error());
    } else {
      bool same_heights = true;
      const auto left = (*live)->heads();
      const auto right = built->projections->heads();
      for (std::size_t i = 0; i < left.size(); ++i) same_heights = same_heights && left[i].position == right[i].position;
      const auto differing = differences(**live, *built->projections);
      if (!same_heights) {
        code = fail("the store and the replay end at different blocks; run docket store rebuild", 1);
      } else if (!differing) {
        code = fail(differing.error());
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
  std::error_code error;
  const fs::path target = fs::absolute(to, error);
  auto home = open_home(data);
  if (!home && home.error().code == ErrorCode::kConflict) {
    // In use: the process that holds the folder makes the copy.
    const auto reply = ask_holder_for_backup(data, target);
    if (!reply) return fail(home.error().message + ", and " + reply.error().message, 4);
    return say(*reply);
  }
  if (!home) return fail(home.error());
  auto live = open_live(*home);
  if (!live) return fail(live.error());
  return say(backup_home(
      *home, [&](const std::string& folder) { return (*live)->backup(folder); }, target));
}

int run_store_restore(const std::string& from, const std::string& data) { return say(restore_home(from, data)); }

}  // namespace docket::local
