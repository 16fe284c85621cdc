#include "connectors/cli/table.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "connectors/cli/words.h"

namespace docket::cli {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// East Asian Wide and Fullwidth (Unicode TR 11), in blocks.
constexpr std::array kWide{Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},
                           Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},
                           Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF01, 0xFF60},   Range{0xFFE0, 0xFFE6},
                           Range{0x1F300, 0x1F64F}, Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x2FFFD}, Range{0x30000, 0x3FFFD}};
constexpr std::array kZero{Range{0x0300, 0x036F}, Range{0x200B, 0x200F}, Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F},
                           Range{0xFEFF, 0xFEFF}};

template <typename Ranges>
bool within(std::uint32_t point, const Ranges& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [point](const Range& range) { return point >= range.first && point <= range.last; });
}

constexpr std::uint32_t kNoCharacter = 0x80;  // a control character: never shown as it is

// Takes one code point off the front; a byte that begins none is taken alone.
std::string_view take_character(std::string_view& text, std::uint32_t& point) {
  const auto lead = static_cast<unsigned char>(text[0]);
  std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  bool whole = length > 0 && length <= text.size();
  point = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; whole && i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    whole = (next & 0xC0U) == 0x80U;
    point = (point << 6) | (next & 0x3FU);
  }
  if (!whole) {
    length = 1;
    point = kNoCharacter;
  }
  const std::string_view character = text.substr(0, length);
  text.remove_prefix(length);
  return character;
}

std::size_t width_of(std::uint32_t point) {
  if (within(point, kZero)) return 0;
  return within(point, kWide) ? 2 : 1;
}

std::string_view escape(Colour colour) {
  switch (colour) {
    case Colour::kGreen:
      return "\x1b[32m";
    case Colour::kYellow:
      return "\x1b[33m";
    case Colour::kRed:
      return "\x1b[31m";
    case Colour::kBlue:
      return "\x1b[34m";
    case Colour::kDim:
      return "\x1b[2m";
    case Colour::kBold:
      return "\x1b[1m";
    case Colour::kNone:
      break;
  }
  return "";
}

void append_row(std::string& out, const Table& table, const std::vector<Cell>& row, const std::vector<std::size_t>& widths, bool colour) {
  std::string line;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Cell cell = i < row.size() ? row[i] : Cell{};
    const std::string text = printable(cell.text);
    const std::string padding(widths[i] - display_width(text), ' ');
    const bool tinted = colour && cell.colour != Colour::kNone && !text.empty();
    if (i > 0) line += "  ";
    if (table.columns[i].right) line += padding;
    if (tinted) line += escape(cell.colour);
    line += text;
    if (tinted) line += "\x1b[0m";
    if (!table.columns[i].right) line += padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line;
  out += '\n';
}

std::string csv_cell(const std::string& text) {
  std::string safe = text;
  if (!safe.empty() && std::string_view("=+-@\t\r").find(safe.front()) != std::string_view::npos) {
    const bool number = safe.size() > 1 && safe.find_first_not_of("-0123456789.") == std::string::npos;
    if (!number) safe.insert(safe.begin(), '\'');
  }
  if (safe.find_first_of(",\"\r\n") == std::string::npos) return safe;
  std::string out = "\"";
  for (const char c : safe) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    std::uint32_t point = 0;
    take_character(text, point);
    width += width_of(point);
  }
  return width;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::uint32_t point = 0;
    const std::string_view character = take_character(text, point);
    if (point == '\n' || point == '\t') {
      out += ' ';
    } else if (point < 0x20 || (point >= 0x7F && point < 0xA0)) {
      out += "\xEF\xBF\xBD";
    } else {
      out += character;
    }
  }
  return out;
}

std::string clip(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::string out;
  std::size_t used = 1;  // the ellipsis
  while (!text.empty()) {
    std::uint32_t point = 0;
    const std::string_view character = take_character(text, point);
    used += width_of(point);
    if (used > width) break;
    out += character;
  }
  return out + "…";
}

std::string render_table(const Table& table, const Look& look) {
  std::vector<Cell> header;
  std::vector<std::size_t> widths;
  for (const auto& column : table.columns) {
    header.emplace_back(table.header ? heading(column.name, look.language) : "", "", Colour::kBold);
    widths.push_back(display_width(header.back().text));
  }
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], display_width(printable(row[i].text)));
  }
  std::string out;
  if (table.header) append_row(out, table, header, widths, look.colour);
  for (const auto& row : table.rows) append_row(out, table, row, widths, look.colour);
  return out;
}

std::string render_plain(const Table& table) {
  std::string out;
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += '\t';
      out += printable(row[i].machine());
    }
    out += '\n';
  }
  return out;
}

std::string render_csv(const Table& table) {
  std::string out;
  for (std::size_t i = 0; i < table.columns.size(); ++i) out += (i > 0 ? "," : "") + csv_cell(table.columns[i].name);
  out += "\r\n";
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (i > 0) out += ',';
      if (i < row.size()) out += csv_cell(row[i].machine());
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace docket::cli
