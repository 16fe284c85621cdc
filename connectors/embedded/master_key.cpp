#include "connectors/embedded/master_key.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstring>
#include <string_view>

#include "connectors/embedded/posix_file.h"
#include "engine/ledger/base64url.h"
#include "projections/crash_point.h"

namespace docket::embedded {
namespace {

constexpr std::string_view kMasterName = "docket-master 1 ";

}  // namespace

std::string master_text(const ledger::SealKey& master) { return std::string(kMasterName) + ledger::base64url(master) + "\n"; }

Result<ledger::SealKey> read_master(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error{ErrorCode::kConflict, path.string() + " can be read by others; chmod 600 it"};
  }
  const auto text = read_whole_file(path);
  if (!text) return text.error();
  std::string_view line = *text;
  if (!line.starts_with(kMasterName) || !line.ends_with('\n'))
    return Error{ErrorCode::kConflict, path.string() + " is no master key of format 1"};
  line = line.substr(kMasterName.size(), line.size() - kMasterName.size() - 1);
  const auto key = ledger::base64url_bytes(line);
  ledger::SealKey master{};
  if (!key || key->size() != master.size()) return Error{ErrorCode::kCorrupt, path.string() + " holds no 32-byte key"};
  std::memcpy(master.data(), key->data(), master.size());
  return master;
}

// Written over the old bytes, not renamed over them: an unlinked file's bytes would stay on the disk.
Status overwrite_master(const std::filesystem::path& folder, const ledger::SealKey& master) {
  {
    auto file = PosixFile::open(folder / kMasterFile, O_WRONLY);
    if (!file) return file.error();
    const std::string text = master_text(master);
    if (auto written = file->write_at(0, text); !written) return written;
    if (auto cut = file->truncate(text.size()); !cut) return cut;
    if (auto synced = file->sync(); !synced) return synced;
  }
  DOCKET_CRASH_POINT("erase.master_overwritten");
  std::error_code error;
  std::filesystem::remove(folder / kNextMasterFile, error);
  if (error) return Error{ErrorCode::kInternal, "removing " + (folder / kNextMasterFile).string() + ": " + error.message()};
  return sync_folder(folder);
}

}  // namespace docket::embedded
