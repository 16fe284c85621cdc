// RFC 4180 as a stream: quoted cells, quotes doubled inside them, new lines inside quotes, CRLF or LF, a UTF-8 byte order mark.
// A row that breaks the grammar, a limit, or the header's number of cells comes out with a `problem` and its number; reading goes on
// at the next line. Blank lines are passed over.
// Ownership: the stream is the caller's. Thread rule: one thread.
#pragma once

#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/byte_reader.h"
#include "connectors/files/rows.h"

namespace docket::files {

// One record of the grammar, without a header's meaning.
struct CsvRecord {
  std::uint64_t line = 0;
  std::string problem;
  std::vector<std::string_view> cells;
};

class CsvReader {
 public:
  explicit CsvReader(std::istream& in, char separator = ',', RowLimits limits = {});
  // False at the end. Views live until the next call.
  [[nodiscard]] bool next(CsvRecord& record);
  // The cells of the last record, each followed by 0x1F.
  [[nodiscard]] std::string_view joined() const { return store_; }
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_.taken(); }
  [[nodiscard]] bool failed() const { return bytes_.failed(); }

 private:
  bool read_quoted(CsvRecord& record);
  void read_plain(CsvRecord& record);
  bool end_cell(CsvRecord& record);
  void keep(CsvRecord& record, int byte);
  void skip_line();
  void complain(CsvRecord& record, std::string problem);

  ByteReader bytes_;
  char separator_;
  RowLimits limits_;
  std::string store_;
  std::vector<std::size_t> ends_;
  std::size_t cell_begin_ = 0;
  std::uint64_t row_begin_ = 0;
  std::uint64_t line_ = 1;
};

// Rows of a CSV file whose first record names the columns.
class CsvRows final : public RowSource {
 public:
  explicit CsvRows(std::istream& in, char separator = ',', RowLimits limits = {}) : reader_(in, separator, limits) {}
  [[nodiscard]] Status bind(const std::vector<std::string>& columns) override;
  [[nodiscard]] bool next(Row& row) override;
  [[nodiscard]] std::uint64_t bytes_read() const override { return reader_.bytes_read(); }
  [[nodiscard]] bool failed() const override { return reader_.failed(); }

 private:
  CsvReader reader_;
  CsvRecord record_;
  std::vector<std::size_t> bound_;  // place in the file of each bound column
  std::size_t width_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace docket::files
