// A file descriptor with its errors as sentences, and the few whole-file steps that must reach the disk in order.
// Thread rule: one thread at a time, except read_at, which many may call.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "engine/model/result.h"

namespace docket::embedded {

class PosixFile {
 public:
  PosixFile() = default;
  ~PosixFile();
  PosixFile(PosixFile&& other) noexcept : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}
  PosixFile& operator=(PosixFile&& other) noexcept;
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  // `flags` as open(2)'s; a new file gets mode 0600. kNotFound when it is not there.
  [[nodiscard]] static Result<PosixFile> open(const std::filesystem::path& path, int flags);

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] Result<std::uint64_t> size() const;
  // Up to `bytes` bytes; fewer only at the end of the file.
  [[nodiscard]] Result<std::string> read_at(std::uint64_t offset, std::size_t bytes) const;
  // All of it, or an error (kUnavailable: no space; part of it may stand there).
  [[nodiscard]] Status write_at(std::uint64_t offset, std::string_view bytes);
  [[nodiscard]] Status truncate(std::uint64_t bytes);
  [[nodiscard]] Status sync();
  // Error of the last system call on this file: "doing PATH: reason".
  [[nodiscard]] Error failed(const char* doing) const;

 private:
  PosixFile(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::filesystem::path path_;
  int fd_ = -1;
};

[[nodiscard]] Status sync_folder(const std::filesystem::path& folder);
// A new file with that content, on the disk when this returns. kConflict when it exists.
[[nodiscard]] Status write_new_file(const std::filesystem::path& path, std::string_view content);
[[nodiscard]] Result<std::string> read_whole_file(const std::filesystem::path& path);
// FOLDER.new becomes FOLDER, on the disk when this returns.
[[nodiscard]] Status put_in_place(const std::filesystem::path& made, const std::filesystem::path& folder);

}  // namespace docket::embedded
