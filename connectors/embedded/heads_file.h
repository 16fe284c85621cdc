// The file of signed heads (ledger.md section 10), DATA/heads.ndjson: one line for each signing, appended and synced, for
// keeping elsewhere. Thread rule: one thread. Ownership: the object owns its file.
#pragma once

#include <filesystem>
#include <string_view>

#include "connectors/embedded/posix_file.h"
#include "engine/model/result.h"

namespace docket::embedded {

class HeadsFile {
 public:
  // Makes the file if it isn't there; a last line without its end (a torn write) is cut off.
  [[nodiscard]] static Result<HeadsFile> open(const std::filesystem::path& path);
  // `line`: without its end. On the disk when this returns.
  [[nodiscard]] Status append(std::string_view line);

 private:
  HeadsFile(PosixFile file, std::uint64_t end) : file_(std::move(file)), end_(end) {}
  PosixFile file_;
  std::uint64_t end_;
};

}  // namespace docket::embedded
