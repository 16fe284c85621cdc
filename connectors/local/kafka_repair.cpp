// docket ledger repair: what the topic lost and the local copy still has goes back to where it was.
#include <iostream>

#include "connectors/embedded/folder_lock.h"
#include "connectors/local/commands.h"
#include "connectors/local/kafka_home.h"
#include "engine/ledger/repair.h"

namespace docket::local {
namespace {

std::string count(std::uint64_t blocks) { return std::to_string(blocks) + (blocks == 1 ? " block" : " blocks"); }

// All that belongs to DATA, held and checked.
struct Repair {
  embedded::FolderLock lock;
  std::unique_ptr<embedded::EmbeddedStore> copy;
  std::unique_ptr<ledger::Port> mine;
  std::unique_ptr<kafka::KafkaLedger> theirs;
};

Result<Repair> open_repair(const std::filesystem::path& data, const KafkaPlace& place) {
  std::error_code error;
  if (!std::filesystem::exists(data / kCopyFolder / "ledger", error))
    return Error{ErrorCode::kNotFound, "no local copy in " + data.string() + ": there is nothing to repair a ledger from"};
  auto lock = embedded::FolderLock::take(data);
  if (!lock) return lock.error();
  if (auto good = check_topics(place); !good) return good.error();
  auto copy = embedded::EmbeddedStore::open(data / kCopyFolder);
  if (!copy) return copy.error();
  auto theirs = patient_port(place);
  if (auto good = check_belongs(data, (*copy)->ledger_id(), place); !good) return good.error();
  for (int partition = 0; partition < (*copy)->partitions(); ++partition) {
    const auto genesis = read_genesis(*theirs, partition);
    if (!genesis && genesis.error().code == ErrorCode::kNotFound) continue;  // all of it is lost
    if (!genesis) return genesis.error();
    if (auto good = check_belongs(data, genesis->ledger, place); !good) return good.error();
  }
  auto mine = (*copy)->port();
  return Repair{std::move(*lock), std::move(*copy), std::move(mine), std::move(theirs)};
}

// The copy's last block may lie at another offset than before, as what was void between is not appended.
Status remember_place(Repair& repair, int partition, const ledger::RepairReport& report) {
  const auto last = repair.copy->block_at(partition, report.copy_height - 1);
  if (!last) return last.error();
  return repair.copy->set_place(partition, {static_cast<ledger::Height>(last->offset), report.last});
}

}  // namespace

int run_kafka_repair(const std::string& data, bool dry_run, const KafkaOptions& kafka) {
  const auto place = kafka_place(kafka);
  if (!place) return fail(place.error());
  auto repair = open_repair(data, *place);
  if (!repair) return fail(repair.error());
  const std::string& topic = place->names.ledger;
  // All are looked at before one is written to.
  std::vector<ledger::RepairReport> reports;
  std::uint64_t blocks = 0;
  bool refused = false;
  for (int partition = 0; partition < repair->copy->partitions(); ++partition) {
    auto report = ledger::compare_chains(*repair->mine, *repair->theirs, partition);
    if (!report && report.error().code != ErrorCode::kConflict) return fail(report.error());
    if (!report) {
      refused = true;
      std::cout << report.error().message << "\n";
      continue;
    }
    if (report->lost > 0) {
      std::cout << "partition " << partition << " ends at height " << report->home_height << ", the local copy at height "
                << report->copy_height << ": " << count(report->lost) << (dry_run ? " to append" : "") << "\n";
    }
    blocks += report->lost;
    reports.push_back(*report);
  }
  if (refused) return fail("nothing was appended: where another block follows, the local copy can't be laid behind it any more", 4);
  if (blocks == 0) std::cout << "nothing is lost: topic " << topic << " holds every block of the local copy\n";
  if (dry_run) {
    if (blocks > 0) std::cout << count(blocks) << " to append to topic " << topic << "; nothing was written\n";
    return 0;
  }
  for (int partition = 0; partition < repair->copy->partitions(); ++partition) {
    auto& report = reports[static_cast<std::size_t>(partition)];
    if (report.lost > 0) {
      const auto repaired = ledger::repair_chain(*repair->mine, *repair->theirs, partition);
      if (!repaired) return fail(repaired.error().with_context("some may have been appended; give the command again"));
      report = *repaired;
    }
    if (auto set = remember_place(*repair, partition, report); !set) return fail(set.error());
  }
  if (blocks > 0) std::cout << count(blocks) << " appended to topic " << topic << ", as they were, and read back\n";
  return 0;
}

}  // namespace docket::local
