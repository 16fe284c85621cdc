// Wall times as files write them, read by a format of the strptime family: %Y %m %d %H %I %M %S %p and, for digits behind the second,
// %f; every other character stands for itself, a blank for one or more blanks. "rfc3339" is the form that carries its own offset.
// Thread rule: plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/result.h"
#include "engine/model/time.h"

namespace docket::files {

class TimeFormat {
 public:
  // An error says what the format lacks or what it may not hold.
  [[nodiscard]] static Result<TimeFormat> parse(std::string_view format);
  // The instant of `text` in `zone`, by Zone::to_instant where the clocks change. nullopt: not of this form, or no such day.
  [[nodiscard]] std::optional<model::Instant> read(std::string_view text, const model::Zone& zone) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::string steps_;  // a letter for each field, 0x01 before each literal
  bool rfc3339_ = false;
};

}  // namespace docket::files
