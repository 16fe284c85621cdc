#include "projections/metrics/read_cells.h"

#include <memory>
#include <utility>
#include <vector>

#include "projections/metrics/cell_key.h"

namespace docket::projections::metrics {
namespace {

using store::Family;

constexpr int kCellsBeforeSeek = 4;

bool is_month_end(Day day) { return month_start(day + 1) == day + 1; }

// A year's cell knows the month in which things happened, not the day.
Level largest_level(const CellSpan& span) { return span.at_day && !is_month_end(*span.at_day) ? Level::kMonth : Level::kYear; }

std::vector<Tile> tiles_of(const CellSpan& span) {
  if (span.start > kFirstDay) return tile(span.start, span.end, largest_level(span));
  std::vector<Tile> tiles;
  const Day month = month_start(span.end);
  if (largest_level(span) == Level::kYear) {
    const Day year = year_start(span.end);
    tiles.push_back({Level::kYear, kFirstDay, year});
    if (year < month) tiles.push_back({Level::kMonth, year, month});
  } else {
    tiles.push_back({Level::kMonth, kFirstDay, month});
  }
  if (month < span.end) tiles.push_back({Level::kDay, month, span.end});
  return tiles;
}

// Reads the rows of one tile.
class TileReader {
 public:
  TileReader(const store::View& view, int partition, const CellSpan& span, const Tile& of, Totals& totals)
      : span_(span),
        totals_(totals),
        prefix_(level_key(partition, span.metric, span.by, of.level)),
        cursor_(view.cursor(span.at_day ? Family::kMetricsHappened : Family::kMetricsKnown, codec::KeyWriter(prefix_).i32(of.from).str(),
                            codec::KeyWriter(prefix_).i32(of.to).str())) {}

  [[nodiscard]] Status read() {
    while (cursor_->valid()) {
      const CellKey cell = read_cell_key(cursor_->key(), !span_.at_day);
      if (span_.group && cell.group != *span_.group) {
        // On to that group: in this start, or in the next.
        const Day start = cell.group < *span_.group ? cell.start : cell.start + 1;
        go_to(codec::KeyWriter(prefix_).i32(start).text(*span_.group).str());
        continue;
      }
      if (auto done = span_.at_day ? add_happened(cell) : add_known(cell); !done.ok()) return done;
    }
    return cursor_->status();
  }

 private:
  void go_to(const std::string& key) {
    for (int step = 0; cursor_->valid() && cursor_->key() < key; ++step) {
      if (step == kCellsBeforeSeek) {
        cursor_->seek(key);
        return;
      }
      cursor_->next();
    }
  }

  [[nodiscard]] Status add_here(const std::string& group) {
    const auto payload = cursor_->payload();
    if (auto status = cursor_->status(); !status.ok()) return status;
    const auto series = decode_series(payload);
    if (!series.ok()) return series.error();
    add_to(totals_[group], *series);
    return {};
  }

  [[nodiscard]] Status add_happened(const CellKey& cell) {
    if (cell.day <= *span_.at_day) {  // a month's first day counts for the whole month: at_day is a month's end then
      if (auto done = add_here(cell.group); !done.ok()) return done;
    }
    cursor_->next();
    return {};
  }

  // The first row that is old enough is the total; the others of the cell are passed.
  [[nodiscard]] Status add_known(const CellKey& cell) {
    codec::KeyWriter key(prefix_);
    key.i32(cell.start).text(cell.group);
    const std::string behind = codec::after_prefix(key.str());
    if (span_.known_day && cell.day > *span_.known_day) {
      go_to(key.i32_descending(*span_.known_day).str());
      return {};
    }
    if (auto done = add_here(cell.group); !done.ok()) return done;
    go_to(behind);
    return {};
  }

  const CellSpan& span_;
  Totals& totals_;
  const codec::KeyWriter prefix_;
  std::unique_ptr<store::Cursor> cursor_;
};

}  // namespace

void add_layer(const Layer& layer, const CellSpan& span, Totals& totals) {
  const DeltaTable* table = layer.table(span.metric, span.by);
  if (table == nullptr) return;
  table->each([&](const DeltaEntry& entry) {
    if (entry.anchor < span.start || entry.anchor >= span.end) return;
    if (span.at_day && entry.occurred > *span.at_day) return;
    if (span.known_day && entry.recorded > *span.known_day) return;
    const std::string& group = layer.groups.text(entry.group);
    if (span.group && group != *span.group) return;
    add_to(totals[group], entry.series, entry.value);
  });
}

Status add_stored(const store::View& view, int partition, const CellSpan& span, Totals& totals) {
  for (const Tile& part : tiles_of(span)) {
    if (auto done = TileReader(view, partition, span, part, totals).read(); !done.ok()) return done;
  }
  return {};
}

}  // namespace docket::projections::metrics
