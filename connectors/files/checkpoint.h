// How far an import has come: a small JSON file, replaced as a whole. It holds a digest of the rows that are done and names mapping and
// ledger, so that another file, mapping or ledger under the same checkpoint is noticed. Version 1 named no ledger.
// Thread rule: free functions; plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/files/import.h"

namespace docket::files {

struct Checkpoint {
  std::string ledger;  // id; "": version 1
  std::string mapping;
  std::uint64_t mapping_fingerprint = 0;
  std::uint64_t rows = 0;    // the first rows of the file, all with an outcome
  std::uint64_t digest = 0;  // of their bytes
  ImportCounts counts;
};

inline constexpr std::uint64_t kDigestStart = 0xcbf29ce484222325ULL;
[[nodiscard]] std::uint64_t add_to_digest(std::uint64_t digest, std::string_view row);

// nullopt: there is no such file.
[[nodiscard]] Result<std::optional<Checkpoint>> read_checkpoint(const std::string& path);
[[nodiscard]] Status write_checkpoint(const std::string& path, const Checkpoint& checkpoint);

}  // namespace docket::files
