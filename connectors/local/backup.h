// A copy of a data folder while it is in use, and a data folder made from such a copy.
// Thread rule: free functions; backup_home() beside any other use of the home.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "connectors/local/control.h"
#include "connectors/local/home.h"

namespace docket::local {

using CopyProjections = std::function<Status(const std::string& folder)>;

// Makes `to`, whole or not at all. What is needed by another part is copied after it, so that it may be newer and is never older:
// heads, projections, the ledger that they stand on, the keys that the ledger's texts are sealed under.
[[nodiscard]] ControlReply backup_home(const Home& home, const CopyProjections& copy_projections, const std::filesystem::path& to);
// Makes DATA from a backup, whole or not at all, and opens it once to see that it is one.
[[nodiscard]] ControlReply restore_home(const std::filesystem::path& from, const std::filesystem::path& data);

}  // namespace docket::local
