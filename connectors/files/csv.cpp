#include "connectors/files/csv.h"

#include <algorithm>

#include "engine/definition/report.h"

namespace docket::files {

CsvReader::CsvReader(std::istream& in, char separator, RowLimits limits) : bytes_(in), separator_(separator), limits_(limits) {
  bytes_.skip_mark();
}

void CsvReader::complain(CsvRecord& record, std::string problem) {
  if (record.problem.empty()) record.problem = std::move(problem);
}

// Appends a byte of the present cell, within the limits; a row that has a problem is read to its end but not kept.
void CsvReader::keep(CsvRecord& record, int byte) {
  if (!record.problem.empty()) return;
  if (store_.size() - cell_begin_ >= limits_.cell_bytes_max) {
    complain(record, "cell " + std::to_string(ends_.size() + 1) + " is longer than " + std::to_string(limits_.cell_bytes_max) + " bytes");
    return;
  }
  store_.push_back(static_cast<char>(byte));
}

void CsvReader::skip_line() {
  for (int byte = bytes_.get(); byte != ByteReader::kEnd; byte = bytes_.get()) {
    if (byte == '\n') {
      ++line_;
      return;
    }
  }
}

// Behind a cell: true if another one follows. Whatever else stands there is a problem, and the line is passed over.
bool CsvReader::end_cell(CsvRecord& record) {
  ends_.push_back(store_.size());
  if (record.problem.empty()) store_.push_back('\x1F');
  cell_begin_ = store_.size();
  if (ends_.size() > limits_.columns_max) complain(record, "more than " + std::to_string(limits_.columns_max) + " cells");
  int byte = bytes_.get();
  if (byte == '\r' && bytes_.peek() == '\n') byte = bytes_.get();
  if (byte == '\n') ++line_;
  if (byte == '\n' || byte == ByteReader::kEnd) return false;
  if (byte == separator_) return true;
  complain(record, "text behind the closing quote of cell " + std::to_string(ends_.size()));
  skip_line();
  return false;
}

// False: given up, and the rest of the line is passed over.
bool CsvReader::read_quoted(CsvRecord& record) {
  const std::uint64_t opened = line_;
  bytes_.get();
  while (true) {
    const int byte = bytes_.get();
    if (byte == ByteReader::kEnd) {
      complain(record, "the quote opened on line " + std::to_string(opened) + " is never closed");
      return true;
    }
    if (byte == '"') {
      if (bytes_.peek() != '"') return true;
      bytes_.get();
    }
    if (byte == '\n') ++line_;
    if (bytes_.taken() - row_begin_ > limits_.row_bytes_max) {
      complain(record, "longer than " + std::to_string(limits_.row_bytes_max) + " bytes; the quote opened on line " +
                           std::to_string(opened) + " may lack its end; passed over up to line " + std::to_string(line_));
      if (byte != '\n') skip_line();
      return false;
    }
    keep(record, byte);
  }
}

void CsvReader::read_plain(CsvRecord& record) {
  while (true) {
    const int byte = bytes_.peek();
    if (byte == ByteReader::kEnd || byte == '\n' || byte == separator_) break;
    bytes_.get();
    if (byte == '"') complain(record, "a quote inside the unquoted cell " + std::to_string(ends_.size() + 1));
    if (bytes_.taken() - row_begin_ > limits_.row_bytes_max)
      complain(record, "longer than " + std::to_string(limits_.row_bytes_max) + " bytes");
    keep(record, byte);
  }
  // The CR of a CRLF belongs to the line's end.
  if (bytes_.peek() == '\n' && store_.size() > cell_begin_ && store_.back() == '\r') store_.pop_back();
}

bool CsvReader::next(CsvRecord& record) {
  record.problem.clear();
  record.cells.clear();
  store_.clear();
  ends_.clear();
  cell_begin_ = 0;
  while (true) {  // blank lines
    const int byte = bytes_.peek();
    if (byte == ByteReader::kEnd) return false;
    if (byte == '\n') {
      bytes_.get();
      ++line_;
      continue;
    }
    if (byte != '\r') break;
    bytes_.get();
    if (bytes_.peek() == '\n') continue;
    store_.push_back('\r');  // no line end: the first byte of a cell
    break;
  }
  record.line = line_;
  row_begin_ = bytes_.taken();
  do {
    if (bytes_.peek() == '"' && store_.size() == cell_begin_) {
      if (!read_quoted(record)) return true;
    } else {
      read_plain(record);
    }
  } while (end_cell(record));
  if (!record.problem.empty()) return true;
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    record.cells.emplace_back(store_.data() + begin, end - begin);
    begin = end + 1;
  }
  return true;
}

Status CsvRows::bind(const std::vector<std::string>& columns) {
  if (!reader_.next(record_))
    return Error{ErrorCode::kInvalid, reader_.failed() ? "the file can't be read" : "the file is empty; its first row names the columns",
                 false};
  if (!record_.problem.empty())
    return Error{ErrorCode::kInvalid, "the header on line " + std::to_string(record_.line) + ": " + record_.problem, false};
  width_ = record_.cells.size();
  const definition::Names known(record_.cells.begin(), record_.cells.end());
  for (const auto& column : columns) {
    const auto it = std::find(known.begin(), known.end(), column);
    if (it == known.end()) {
      const std::string near = definition::nearest(column, known);
      return Error{
          ErrorCode::kInvalid,
          "the file has no column " + column + (near.empty() ? "" : "; did you mean " + near + "?") + " It has " + definition::join(known),
          false};
    }
    if (std::find(it + 1, known.end(), column) != known.end())
      return Error{ErrorCode::kInvalid, "the file has two columns " + column, false};
    bound_.push_back(static_cast<std::size_t>(it - known.begin()));
  }
  return {};
}

bool CsvRows::next(Row& row) {
  row.cells.clear();
  if (!reader_.next(record_)) return false;
  row.number = ++number_;
  row.line = record_.line;
  row.problem = record_.problem;
  row.text = reader_.joined();
  if (!row.problem.empty()) return true;
  if (record_.cells.size() != width_) {
    row.problem = std::to_string(record_.cells.size()) + " cells where the header has " + std::to_string(width_);
    return true;
  }
  for (const std::size_t place : bound_) row.cells.push_back(record_.cells[place]);
  return true;
}

}  // namespace docket::files
