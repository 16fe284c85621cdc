// The key that wraps all others, as its file holds it (docs/data-layout.md). Private to this folder. Thread rule: free functions.
#pragma once

#include <filesystem>
#include <string>

#include "engine/ledger/keys.h"
#include "engine/model/result.h"

namespace docket::embedded {

inline constexpr const char* kMasterFile = "master.key";
// A new master stands here from before the first row that it wraps until the old one is overwritten.
inline constexpr const char* kNextMasterFile = "master.key.new";
inline constexpr const char* kNextRowsFile = "keys.log.new";

[[nodiscard]] std::string master_text(const ledger::SealKey& master);
// kConflict: others may read it, or unknown format. kCorrupt: no key of 32 bytes.
[[nodiscard]] Result<ledger::SealKey> read_master(const std::filesystem::path& path);
// FOLDER/master.key holds this master, in the place of the old one's bytes, and master.key.new is gone; on the disk when this returns.
[[nodiscard]] Status overwrite_master(const std::filesystem::path& folder, const ledger::SealKey& master);

}  // namespace docket::embedded
