#include "connectors/files/ndjson.h"

#include <algorithm>

#include "engine/ingest/json_scan.h"

namespace docket::files {

NdjsonRows::NdjsonRows(std::istream& in, RowLimits limits) : bytes_(in), limits_(limits) { bytes_.skip_mark(); }

Status NdjsonRows::bind(const std::vector<std::string>& columns) {
  columns_ = columns;
  decoded_.resize(columns.size());
  return {};
}

bool NdjsonRows::read_line(Row& row) {
  line_text_.clear();
  if (bytes_.peek() == ByteReader::kEnd) return false;
  ++line_;
  bool too_long = false;
  do {
    const std::string_view piece = bytes_.take_until('\n');
    const std::size_t room = limits_.row_bytes_max - line_text_.size();
    too_long = too_long || piece.size() > room;
    line_text_.append(piece.substr(0, room));
  } while (bytes_.peek() != ByteReader::kEnd && bytes_.peek() != '\n');
  bytes_.get();
  row.problem = too_long ? "longer than " + std::to_string(limits_.row_bytes_max) + " bytes" : std::string();
  return true;
}

bool NdjsonRows::next(Row& row) {
  do {
    if (!read_line(row)) return false;
    row.text = ingest::trim(line_text_);
  } while (row.text.empty());
  row.number = ++number_;
  row.line = line_;
  row.cells.clear();
  if (row.problem.empty() && !columns_.empty()) take_cells(row);
  return true;
}

void NdjsonRows::take_cells(Row& row) {
  if (auto wrong = check_.check(row.text); !wrong.empty()) {
    row.problem = "not a JSON object: " + wrong;
    return;
  }
  if (ingest::type_of(row.text) != ingest::JsonType::kObject) {
    row.problem = "not a JSON object";
    return;
  }
  row.cells.assign(columns_.size(), {});
  ingest::MemberReader members(row.text);
  while (members.next()) {
    std::string_view name = members.key();
    if (ingest::has_escape(name)) {
      key_.clear();
      if (!ingest::append_decoded(key_, name)) continue;
      name = key_;
    }
    const auto it = std::find(columns_.begin(), columns_.end(), name);
    if (it == columns_.end()) continue;
    const auto place = static_cast<std::size_t>(it - columns_.begin());
    const std::string_view value = members.value();
    switch (ingest::type_of(value)) {
      case ingest::JsonType::kString:
        if (!ingest::string_text(value, decoded_[place], row.cells[place])) row.problem = "member " + *it + " has a broken escape";
        break;
      case ingest::JsonType::kNumber:
      case ingest::JsonType::kFlag:
        row.cells[place] = value;
        break;
      case ingest::JsonType::kNull:
        row.cells[place] = {};
        break;
      default:
        row.problem = "member " + *it + " is an object or a list, not one value";
        break;
    }
  }
}

}  // namespace docket::files
