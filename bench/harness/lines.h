// A file of events, one a line, mapped into memory. Thread rule: constant after open(). Ownership: the views live as long as it does.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/result.h"

namespace docket::bench {

class Lines {
 public:
  [[nodiscard]] static Result<std::shared_ptr<const Lines>> open(const std::string& path);
  ~Lines();
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  [[nodiscard]] std::size_t size() const { return lines_.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t i) const { return lines_[i]; }
  // Gives the pages of these lines back to the system, so that they don't count as memory of this process; they can be read again.
  void release(std::size_t begin, std::size_t end) const;

 private:
  Lines() = default;
  char* data_ = nullptr;
  std::size_t bytes_ = 0;
  void release_bytes(std::size_t begin, std::size_t end) const;

  std::vector<std::string_view> lines_;
};
using LinesPtr = std::shared_ptr<const Lines>;

// The text of a member at the top of an event; "" if there is none. Good enough for events that a generator wrote.
[[nodiscard]] std::string_view member_of(std::string_view event, std::string_view name);

}  // namespace docket::bench
