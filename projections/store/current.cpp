#include "projections/store/current.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include "projections/crash_point.h"

namespace docket::projections::store {
namespace {

constexpr const char* kCurrent = "CURRENT-STORE";
constexpr const char* kPrevious = "PREVIOUS-STORE";

std::string read_name(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string name;
  std::getline(in, name);
  return name;
}

bool is_name(const std::string& name) { return name.rfind("store-", 0) == 0 && name.find('/') == std::string::npos; }

void sync_path(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

Status write_name(const std::filesystem::path& root, const char* file, const std::string& name) {
  const auto target = root / file;
  const auto fresh = root / (std::string(file) + ".new");
  {
    std::ofstream out(fresh, std::ios::trunc);
    out << name << '\n';
    out.flush();
    if (!out) return Error{ErrorCode::kUnavailable, "writing " + fresh.string(), true};
  }
  sync_path(fresh);
  DOCKET_CRASH_POINT("current.written");
  std::error_code failure;
  std::filesystem::rename(fresh, target, failure);
  if (failure) return Error{ErrorCode::kUnavailable, "renaming " + fresh.string() + ": " + failure.message(), true};
  DOCKET_CRASH_POINT("current.renamed");
  sync_path(root);
  return {};
}

}  // namespace

Result<std::string> current_store(const std::filesystem::path& root) {
  std::error_code failure;
  std::filesystem::create_directories(root, failure);
  if (failure) return Error{ErrorCode::kUnavailable, "making " + root.string() + ": " + failure.message(), false};
  if (std::filesystem::exists(root / kCurrent, failure)) {
    const std::string name = read_name(root / kCurrent);
    if (!is_name(name)) return Error{ErrorCode::kCorrupt, (root / kCurrent).string() + " names no store", false};
    return name;
  }
  const std::string name = "store-000001";
  if (auto written = write_name(root, kCurrent, name); !written.ok()) return written.error();
  return name;
}

std::string unused_store_name(const std::filesystem::path& root) {
  for (int number = 1;; ++number) {
    const std::string digits = std::to_string(number);
    std::string name = "store-" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
    if (!std::filesystem::exists(root / name)) return name;
  }
}

Status swap_store(const std::filesystem::path& root, const std::string& name) {
  if (!is_name(name) || !std::filesystem::exists(root / name))
    return Error{ErrorCode::kNotFound, "no store " + name + " in " + root.string(), false};
  const auto now = current_store(root);
  if (!now.ok()) return now.error();
  if (*now == name) return {};
  if (auto kept = write_name(root, kPrevious, *now); !kept.ok()) return kept;
  return write_name(root, kCurrent, name);
}

Status undo_swap(const std::filesystem::path& root) {
  const std::string name = read_name(root / kPrevious);
  if (!is_name(name)) return Error{ErrorCode::kNotFound, "no swap to undo in " + root.string(), false};
  return swap_store(root, name);
}

}  // namespace docket::projections::store
