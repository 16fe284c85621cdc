// The backups that were made of a data folder (DATA/backups.ndjson, docs/data-layout.md): their keys folders hold what was erased since.
// Thread rule: free functions; one backup at a time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "connectors/node/key_copies.h"
#include "engine/model/result.h"

namespace docket::local {

struct BackupMade {
  std::filesystem::path folder;
  model::Instant begun = 0;
};

// On the disk when it returns.
[[nodiscard]] Status note_backup(const std::filesystem::path& data, const BackupMade& backup);
// kCorrupt names the line that can't be read.
[[nodiscard]] Result<std::vector<BackupMade>> backups_of(const std::filesystem::path& data);
// Where keys that were given up at `erased` may be beside DATA/keys: the backups that were begun before, and of keys that other nodes have
// too (`topic` not "") the topic and the others' stores.
[[nodiscard]] std::vector<node::KeyCopy> key_copies(const std::filesystem::path& data, const std::string& topic, model::Instant erased,
                                                    model::Instant destroyed);

}  // namespace docket::local
