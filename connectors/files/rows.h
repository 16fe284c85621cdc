// What an import reads: rows of named cells, one after another, whatever the file's form. A row that can't be read is a row with a
// `problem`, so that a bad one never ends the reading.
// Ownership: a Row's views live until the next call of next(). Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/result.h"

namespace docket::files {

struct RowLimits {
  std::size_t cell_bytes_max = 64 * 1024;
  std::size_t row_bytes_max = 1024 * 1024;
  std::size_t columns_max = 1000;
};

struct Row {
  std::uint64_t number = 0;             // 1-based; a header is not counted
  std::uint64_t line = 0;               // 1-based line of the file on which it begins
  std::string problem;                  // why it can't be read; empty if it can
  std::vector<std::string_view> cells;  // of the bound columns, in that order; empty: the row has no such value
  std::string_view text;                // the row's own bytes, for a fingerprint; an event's JSON where rows are events
};

class RowSource {
 public:
  virtual ~RowSource() = default;
  // Which columns each row's `cells` are to hold. Once, before the first next(). An error names what is missing.
  [[nodiscard]] virtual Status bind(const std::vector<std::string>& columns) = 0;
  // False at the end of the file.
  [[nodiscard]] virtual bool next(Row& row) = 0;
  [[nodiscard]] virtual std::uint64_t bytes_read() const = 0;
  // The stream broke off before its end.
  [[nodiscard]] virtual bool failed() const = 0;
};

}  // namespace docket::files
