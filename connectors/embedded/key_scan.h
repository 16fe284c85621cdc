// Reads the rows of a key file one after another. Private to this folder. Thread rule: free functions; FILE may be appended to meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "connectors/embedded/key_rows.h"
#include "connectors/embedded/posix_file.h"

namespace docket::embedded {

// The rows from byte `at` up to `end`, each with where it begins. kCorrupt: one is not as it was written.
[[nodiscard]] Status scan_rows(const PosixFile& file, std::uint64_t at, std::uint64_t end,
                               const std::function<void(const WrappedRow& row, std::uint64_t at)>& take);
// A row's key id as it stands in sealed values.
[[nodiscard]] std::string id_text(const WrappedRow& row);

}  // namespace docket::embedded
