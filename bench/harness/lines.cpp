#include "bench/harness/lines.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace docket::bench {
namespace {

constexpr std::size_t kStepBytes = std::size_t{16} << 20U;

}  // namespace

Result<LinesPtr> Lines::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Error{ErrorCode::kNotFound, "can't read " + path, false};
  struct stat info {};
  std::shared_ptr<Lines> lines(new Lines);
  if (::fstat(file, &info) == 0 && info.st_size > 0) {
    lines->bytes_ = static_cast<std::size_t>(info.st_size);
    void* mapped = ::mmap(nullptr, lines->bytes_, PROT_READ, MAP_PRIVATE, file, 0);
    if (mapped != MAP_FAILED) lines->data_ = static_cast<char*>(mapped);
  }
  ::close(file);
  if (lines->data_ == nullptr) return Error{ErrorCode::kInvalid, path + " is empty or can't be mapped", false};
  std::string_view rest(lines->data_, lines->bytes_);
  std::size_t released = 0;
  while (!rest.empty()) {
    if (const std::size_t read = lines->bytes_ - rest.size(); read - released >= kStepBytes) {
      lines->release_bytes(released, read);
      released = read;
    }
    const auto end = rest.find('\n');
    lines->lines_.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return LinesPtr(lines);
}

void Lines::release_bytes(std::size_t begin, std::size_t end) const {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  begin = begin / page * page;
  end = end / page * page;
  if (begin < end) ::madvise(data_ + begin, end - begin, MADV_DONTNEED);
}

void Lines::release(std::size_t begin, std::size_t end) const {
  if (begin >= end || end > lines_.size()) return;
  release_bytes(static_cast<std::size_t>(lines_[begin].data() - data_), static_cast<std::size_t>(lines_[end - 1].data() - data_));
}

Lines::~Lines() {
  if (data_ != nullptr) ::munmap(data_, bytes_);
}

std::string_view member_of(std::string_view event, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const auto at = event.find(key);
  if (at == std::string_view::npos) return {};
  event.remove_prefix(at + key.size());
  return event.substr(0, event.find('"'));
}

}  // namespace docket::bench
