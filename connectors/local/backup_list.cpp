#include "connectors/local/backup_list.h"

#include <boost/json.hpp>

#include "connectors/embedded/heads_file.h"
#include "connectors/embedded/posix_file.h"

namespace docket::local {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBackupsFile = "backups.ndjson";

}  // namespace

Status note_backup(const fs::path& data, const BackupMade& backup) {
  auto file = embedded::HeadsFile::open(data / kBackupsFile);
  if (!file) return file.error();
  return file->append(boost::json::serialize(
      boost::json::object{{"folder", fs::absolute(backup.folder).string()}, {"begun", model::format_instant(backup.begun)}}));
}

Result<std::vector<BackupMade>> backups_of(const fs::path& data) {
  std::vector<BackupMade> out;
  const auto path = data / kBackupsFile;
  std::error_code missing;
  if (!fs::exists(path, missing)) return out;
  const auto text = embedded::read_whole_file(path);
  if (!text) return text.error();
  std::string_view rest = *text;
  for (std::size_t line = 1; rest.find('\n') != std::string_view::npos; ++line) {  // a torn last line has no end
    const auto end = rest.find('\n');
    boost::system::error_code error;
    const auto row = boost::json::parse(rest.substr(0, end), error);
    rest.remove_prefix(end + 1);
    const auto* object = error ? nullptr : row.if_object();
    const auto* folder = object == nullptr ? nullptr : object->if_contains("folder");
    const auto* begun = object == nullptr ? nullptr : object->if_contains("begun");
    const auto at = begun != nullptr && begun->is_string() ? model::parse_instant(std::string_view(begun->get_string())) : std::nullopt;
    if (folder == nullptr || !folder->is_string() || !at)
      return Error{ErrorCode::kCorrupt, path.string() + ", line " + std::to_string(line) + R"(: expected {"folder":"...","begun":"..."})"};
    out.push_back({fs::path(std::string(folder->get_string())), *at});
  }
  return out;
}

std::vector<node::KeyCopy> key_copies(const fs::path& data, const std::string& topic, model::Instant erased, model::Instant destroyed) {
  std::vector<node::KeyCopy> out;
  if (!topic.empty()) {
    const std::string since = destroyed == model::kNoInstant ? "" : " (its row was taken back at " + model::format_instant(destroyed) + ")";
    out.push_back({"key-topic", topic, model::kNoInstant, false,
                   "the brokers have compacted it" + since + ": look at max.compaction.lag.ms and segment.ms of the topic"});
    out.push_back({"other-nodes", "", model::kNoInstant, false, "each says so itself, of its own key store: ask this of every node"});
  }
  const auto made = backups_of(data);
  if (!made) {
    out.push_back({"backup", made.error().message, model::kNoInstant, false, "nobody knows which backups there are: look for them"});
    return out;
  }
  for (const auto& backup : *made) {
    if (backup.begun > erased) continue;
    std::error_code error;
    const bool there = fs::exists(backup.folder / "keys", error) || error;
    out.push_back({"backup", backup.folder.string(), backup.begun, !there,
                   there ? "this folder is deleted, and every copy of it: it holds the keys from before the erasure" : ""});
  }
  return out;
}

}  // namespace docket::local
