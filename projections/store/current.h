// Which of the stores in a folder is in use: the pointer file CURRENT-STORE names it, PREVIOUS-STORE names the one before the last
// swap. A swap is one rename, and can be undone.
// Thread rule: one caller at a time.
#pragma once

#include <filesystem>
#include <string>

#include "engine/model/result.h"

namespace docket::projections::store {

// The name in CURRENT-STORE; in a new folder "store-000001", after writing that.
[[nodiscard]] Result<std::string> current_store(const std::filesystem::path& root);
// A name that no store in the folder has.
[[nodiscard]] std::string unused_store_name(const std::filesystem::path& root);
[[nodiscard]] Status swap_store(const std::filesystem::path& root, const std::string& name);
// Back to the store before the last swap; kNotFound when there is none.
[[nodiscard]] Status undo_swap(const std::filesystem::path& root);

}  // namespace docket::projections::store
