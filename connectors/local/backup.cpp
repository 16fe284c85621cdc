#include "connectors/local/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <vector>

#include "connectors/cli/common.h"
#include "connectors/embedded/posix_file.h"
#include "connectors/local/backup_list.h"
#include "projections/crash_point.h"

namespace docket::local {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHeads = "heads.ndjson";

fs::path beside(const fs::path& folder) {
  fs::path made = folder.has_filename() ? folder : folder.parent_path();
  made += ".new";
  return made;
}

bool is_empty_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error) && fs::is_empty(path, error);
}

// FOLDER.new, empty; what an attempt that was killed left there goes.
Status begin(const fs::path& made) {
  std::error_code error;
  fs::remove_all(made, error);
  fs::create_directories(made, error);
  if (error) return Error{ErrorCode::kInvalid, "can't make " + made.string() + ": " + error.message(), false};
  return {};
}

// The whole lines only: the last one may be half written just now.
Status copy_heads(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::exists(from, error)) return {};
  std::ifstream file(from, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return Error{ErrorCode::kUnavailable, "can't read " + from.string(), false};
  text.resize(text.rfind('\n') + 1);
  return embedded::write_new_file(to, text);
}

Status sync_files(const fs::path& folder) {
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(folder, error); !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    auto file = embedded::PosixFile::open(it->path(), O_RDONLY);
    if (!file) return file.error();
    if (::fsync(file->fd()) != 0) return file->failed("syncing");
  }
  if (error) return Error{ErrorCode::kUnavailable, "reading " + folder.string() + ": " + error.message(), false};
  return embedded::sync_folder(folder);
}

struct Part {
  const char* name;
  std::function<Status()> copy;
};

Status copy_in_order(const std::vector<Part>& parts) {
  for (const Part& part : parts) {
    if (auto done = part.copy(); !done) return done.error().with_context(part.name);
    DOCKET_CRASH_POINT("backup.part_copied");
  }
  return {};
}

Status copy_home(const Home& home, const CopyProjections& copy_projections, const fs::path& made) {
  if (auto done = copy_heads(home.data / kHeads, made / kHeads); !done) return done.error().with_context("the heads");
  const Part projections{"the projections", [&] { return copy_projections((made / "projections").string()); }};
  const Part ledger{"the ledger", [&] { return home.ledger->backup(made); }};
  const Part keys{"the keys", [&] { return home.keys->backup(made); }};
#ifdef DOCKET_FAULT_BACKUP_PROJECTIONS_LAST
  return copy_in_order({ledger, projections, keys});
#elif defined DOCKET_FAULT_BACKUP_KEYS_FIRST
  return copy_in_order({projections, keys, ledger});
#else
  return copy_in_order({projections, ledger, keys});
#endif
}

}  // namespace

ControlReply backup_home(const Home& home, const CopyProjections& copy_projections, const fs::path& to) {
  std::error_code error;
  // A folder restored from it would go on with the same ledger as an embedded one, beside the topic.
  if (home.port)
    return {4, "no backup of " + home.data.string() +
                   ": its ledger is on Kafka (docket ledger copy --from kafka --to DIR), its keys are in " + (home.data / "keys").string() +
                   ", and all else comes back from these two"};
  if (fs::exists(to, error)) return {4, to.string() + " exists; a backup goes into a new folder"};
  const auto begun_at = wall_clock();  // what is erased later may be in it
  const fs::path made = beside(to);
  if (auto begun = begin(made); !begun) return {cli::exit_code_of(begun.error()), begun.error().message};
  if (auto copied = copy_home(home, copy_projections, made); !copied) {
    fs::remove_all(made, error);
    return {cli::exit_code_of(copied.error()), "no backup was made: " + copied.error().message};
  }
  if (auto noted = note_backup(home.data, {to, begun_at}); !noted) {
    fs::remove_all(made, error);
    return {cli::exit_code_of(noted.error()), "no backup was made: " + noted.error().message};
  }
  DOCKET_CRASH_POINT("backup.before_place");
  if (auto placed = embedded::put_in_place(made, to); !placed) return {cli::exit_code_of(placed.error()), placed.error().message};
  return {0, "backed up to " + to.string() + "; it holds the keys: keep it as safe as the office's papers\n"};
}

ControlReply restore_home(const fs::path& from, const fs::path& data) {
  std::error_code error;
  if (!fs::exists(from / "ledger", error) || !fs::exists(from / "keys", error))
    return {3, from.string() + " is no backup: it lacks ledger or keys"};
  if (fs::exists(data, error) && !is_empty_folder(data)) return {4, data.string() + " is there and not empty; restore into a new folder"};
  const fs::path made = beside(data);
  if (auto begun = begin(made); !begun) return {cli::exit_code_of(begun.error()), begun.error().message};
  fs::copy(from, made, fs::copy_options::recursive, error);
  if (error) return {1, "copying: " + error.message()};
  std::string ledger;
  {
    const auto home = open_home(made);
    if (!home) return {cli::exit_code_of(home.error()), from.string() + " does not open: " + home.error().message};
    ledger = home->ledger->ledger_id();
  }
  if (auto synced = sync_files(made); !synced) return {cli::exit_code_of(synced.error()), synced.error().message};
  DOCKET_CRASH_POINT("restore.before_place");
  if (auto placed = embedded::put_in_place(made, data); !placed) return {cli::exit_code_of(placed.error()), placed.error().message};
  return {0, "restored to " + data.string() + " (ledger " + ledger + "); start it: docket serve --data " + data.string() + "\n"};
}

}  // namespace docket::local
