// Tables for people and for programs: aligned columns in which a Chinese character is two wide, tab-separated lines, CSV.
// Thread rule: plain values and free functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace docket::cli {

enum class Colour { kNone, kGreen, kYellow, kRed, kBlue, kDim, kBold };

struct Cell {
  Cell() = default;
  Cell(std::string shown) : text(std::move(shown)) {}  // NOLINT(google-explicit-constructor)
  Cell(const char* shown) : text(shown) {}             // NOLINT(google-explicit-constructor)
  Cell(std::string shown, std::string machine, Colour tint = Colour::kNone)
      : text(std::move(shown)), raw(std::move(machine)), colour(tint) {}
  std::string text;  // for people
  std::string raw;   // for plain and csv, "" if the same
  Colour colour = Colour::kNone;
  [[nodiscard]] const std::string& machine() const { return raw.empty() ? text : raw; }
};

struct Column {
  std::string name;    // "known_at": the header of csv; a table shows it as a heading (words.h)
  bool right = false;  // numbers
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
  bool header = true;
};

// Columns that the text takes in a terminal; combining marks take none.
[[nodiscard]] std::size_t display_width(std::string_view text);
// Control characters, which could steer a terminal, become U+FFFD; a line end or tab becomes a space.
[[nodiscard]] std::string printable(std::string_view text);
// At most `width` columns, the last of them "…" if something was cut.
[[nodiscard]] std::string clip(std::string_view text, std::size_t width);

// How a table is shown to people.
struct Look {
  bool colour = false;
  std::string_view language = "en";  // of the headings
};
[[nodiscard]] std::string render_table(const Table& table, const Look& look);
[[nodiscard]] std::string render_plain(const Table& table);  // tab-separated, no header
[[nodiscard]] std::string render_csv(const Table& table);    // RFC 4180; cells that a spreadsheet would run begin with '

}  // namespace docket::cli
