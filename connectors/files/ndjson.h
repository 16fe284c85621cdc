// One JSON object a line (NDJSON), LF or CRLF, a byte order mark allowed, blank lines passed over. With columns bound, the members of
// those names are the row's cells: text as it is, numbers and flags as written, null as absent; an object or list is a problem. With
// none bound, each line is an event as it stands and is not looked into.
// Ownership: the stream is the caller's. Thread rule: one thread.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "connectors/files/byte_reader.h"
#include "connectors/files/rows.h"
#include "engine/ingest/json_check.h"

namespace docket::files {

class NdjsonRows final : public RowSource {
 public:
  explicit NdjsonRows(std::istream& in, RowLimits limits = {});
  [[nodiscard]] Status bind(const std::vector<std::string>& columns) override;
  [[nodiscard]] bool next(Row& row) override;
  [[nodiscard]] std::uint64_t bytes_read() const override { return bytes_.taken(); }
  [[nodiscard]] bool failed() const override { return bytes_.failed(); }

 private:
  bool read_line(Row& row);
  void take_cells(Row& row);

  ByteReader bytes_;
  RowLimits limits_;
  ingest::JsonCheck check_;
  std::vector<std::string> columns_;
  std::vector<std::string> decoded_;  // of cells that have escapes
  std::string key_;
  std::string line_text_;
  std::uint64_t number_ = 0;
  std::uint64_t line_ = 0;
};

}  // namespace docket::files
