// libFuzzer target: any bytes as a CSV file, an NDJSON file, a wall time and its format. Reading ends, stays within its limits, and CSV
// cells that are written again come back the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "connectors/files/csv.h"
#include "connectors/files/ndjson.h"
#include "connectors/files/wall_time.h"

namespace {

using namespace docket::files;  // NOLINT: a test's vocabulary

constexpr RowLimits kLimits{.cell_bytes_max = 256, .row_bytes_max = 1024, .columns_max = 16};
using Rows = std::vector<std::vector<std::string>>;

void require(bool holds) {
  if (!holds) std::abort();
}

Rows read_csv(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in, ',', kLimits);
  CsvRecord record;
  Rows rows;
  std::uint64_t line = 0;
  while (reader.next(record)) {
    require(record.line >= line);
    line = record.line;
    if (!record.problem.empty()) continue;
    require(record.cells.size() <= kLimits.columns_max);
    for (const auto cell : record.cells) require(cell.size() <= kLimits.cell_bytes_max);
    rows.emplace_back(record.cells.begin(), record.cells.end());
  }
  require(reader.bytes_read() == text.size());
  return rows;
}

std::string write_csv(const Rows& rows) {
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += i == 0 ? "\"" : ",\"";
      for (const char c : row[i]) out += c == '"' ? std::string("\"\"") : std::string(1, c);
      out += '"';
    }
    out += "\n";
  }
  return out;
}

void read_rows(RowSource& source, std::size_t columns) {
  Row row;
  std::uint64_t number = 0;
  while (source.next(row)) {
    require(row.number > number);
    number = row.number;
    if (row.problem.empty()) require(row.cells.size() == columns);
  }
}

void check_rows(const std::string& text) {
  std::istringstream csv(text);
  CsvRows rows(csv, ',', kLimits);
  if (rows.bind({"a"}).ok()) read_rows(rows, 1);
  std::istringstream lines(text);
  NdjsonRows objects(lines, kLimits);
  if (objects.bind({"a", "b"}).ok()) read_rows(objects, 2);
  std::istringstream events(text);
  NdjsonRows whole(events, kLimits);
  if (whole.bind({}).ok()) read_rows(whole, 0);
}

void check_time(const std::string& text) {
  const docket::model::Zone zone;
  const auto given = TimeFormat::parse(text.substr(0, text.find('\n')));
  if (given.ok()) (void)given->read(text.substr(std::min(text.size(), text.find('\n'))), zone);
  static const auto kUsual = TimeFormat::parse("%m/%d/%Y %I:%M:%S %p");
  require(kUsual.ok());
  (void)kUsual->read(text, zone);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const Rows rows = read_csv(text);
  const std::string written = write_csv(rows);
  if (written.size() < kLimits.row_bytes_max) require(read_csv(written) == rows);
  check_rows(text);
  check_time(text);
  return 0;
}
