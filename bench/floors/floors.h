// The raw libraries on the same work, each in a process of its own: docket_bench floor NAME ... prints "key value" lines.
// Thread rule: each is called once by main.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/model/result.h"

namespace docket::bench {

using Said = std::map<std::string, double>;  // "rate" -> 123.0

// The ledger in `data`: its block values hashed, compressed and put into a fresh RocksDB in `folder`; the lines of `file` parsed.
[[nodiscard]] Result<Said> floor_ledger(const std::string& data, const std::string& file, const std::string& folder);
// One event after another, each in a synced write of its own.
[[nodiscard]] Result<Said> floor_sync(const std::string& file, const std::string& folder, std::uint64_t count);
// All rows of the projections' store in `store`, written as sorted files and ingested into a fresh RocksDB in `folder`.
[[nodiscard]] Result<Said> floor_rebuild(const std::string& store, const std::string& folder);
// Both RocksDB folders of `data` opened, and one row read. Changes them, as any opening does.
[[nodiscard]] Result<Said> floor_open(const std::string& data);
// A Beast server on a free port, which it prints; ends with SIGTERM. `mode`: null, cases, history, cells (of what lies in `data`).
int floor_serve(const std::string& mode, const std::string& data);

// The folder of the store that a data folder's projections use now.
[[nodiscard]] std::string store_folder(const std::string& data);

}  // namespace docket::bench
