#include "projections/metrics/roll_up.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "projections/metrics/cell_key.h"
#include "projections/metrics/series.h"

namespace docket::projections::metrics {
namespace {

using store::Family;

constexpr int kRowsBeforeSeek = 8;  // rows to walk before a new seek is the cheaper way

std::uint32_t in_order(Day day) { return static_cast<std::uint32_t>(day) ^ 0x80000000U; }
Day day_of(std::uint64_t ordered) { return static_cast<Day>(static_cast<std::uint32_t>(ordered) ^ 0x80000000U); }

// Of one cell and day; packed, as sorting them is most of the work.
struct Part {
  std::uint64_t cell = 0;  // start, rank of the group's text
  std::uint64_t row = 0;   // day, series
  std::uint32_t group = 0;
  std::int64_t value = 0;

  [[nodiscard]] Day start() const { return day_of(cell >> 32U); }
  [[nodiscard]] Day day() const { return day_of(row >> 16U); }
  [[nodiscard]] std::uint16_t series() const { return static_cast<std::uint16_t>(row & 0xFFFFU); }
  void set_start(Day start) { cell = static_cast<std::uint64_t>(in_order(start)) << 32U | (cell & 0xFFFFFFFFU); }
  void set_day(Day day) { row = static_cast<std::uint64_t>(in_order(day)) << 16U | (row & 0xFFFFU); }
};

Part make_part(const DeltaEntry& entry, std::uint32_t rank, Day day) {
  Part part{rank, entry.series, entry.group, entry.value};
  part.set_start(entry.anchor);
  part.set_day(day);
  return part;
}

// Sorts, and leaves one part for each (cell, day, series).
void combine(std::vector<Part>& parts) {
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.cell != b.cell ? a.cell < b.cell : a.row < b.row; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (kept > 0 && parts[kept - 1].cell == parts[i].cell && parts[kept - 1].row == parts[i].row) {
      parts[kept - 1].value += parts[i].value;
    } else {
      parts[kept++] = parts[i];
    }
  }
  parts.resize(kept);
}

struct DayTotal {
  Day day = 0;
  SparseSeries series;
};

// Walks the rows of one level beside the parts. Levels come in ascending order, so one cursor serves all of a family.
class LevelWriter {
 public:
  LevelWriter(const Layer& layer, store::Cursor& cursor, Family family, const codec::KeyWriter& prefix, store::RowBatch& batch)
      : layer_(layer), known_(family == Family::kMetricsKnown), prefix_(prefix), batch_(batch), cursor_(cursor) {}

  [[nodiscard]] Status write(const std::vector<Part>& parts) {
    codec::KeyWriter cell = prefix_;
    std::vector<DayTotal> days;
    for (std::size_t first = 0; first < parts.size();) {
      days.clear();
      std::size_t i = first;
      for (; i < parts.size() && parts[i].cell == parts[first].cell; ++i) {
        if (days.empty() || days.back().day != parts[i].day()) days.push_back({parts[i].day(), {}});
        days.back().series.emplace_back(parts[i].series(), parts[i].value);  // they are sorted, and combined
      }
      cell.cut(prefix_.size());
      cell.i32(parts[first].start()).text(layer_.groups.text(parts[first].group));
      if (auto done = known_ ? write_known(cell, days) : write_happened(cell, days); !done.ok()) return done;
      first = i;
    }
    return cursor_.status();
  }

 private:
  // On the first row at or after `key`.
  void go_to(std::string_view key) {
    for (int step = 0; cursor_.valid() && cursor_.key() < key; ++step) {
      if (step == kRowsBeforeSeek) {
        cursor_.seek(key);
        return;
      }
      cursor_.next();
    }
  }
  [[nodiscard]] bool at_cell(const std::string& cell) const { return cursor_.valid() && cursor_.key().substr(0, cell.size()) == cell; }

  [[nodiscard]] Result<SparseSeries> here() {
    const auto payload = cursor_.payload();
    if (auto status = cursor_.status(); !status.ok()) return status.error();
    return decode_sparse_series(payload);
  }

  [[nodiscard]] Status write_happened(codec::KeyWriter& cell, std::vector<DayTotal>& days) {
    const std::size_t cell_bytes = cell.size();
    for (auto& day : days) {
      cell.i32(day.day);
      go_to(cell.str());
      if (cursor_.valid() && cursor_.key() == cell.str()) {
        auto stored = here();
        if (!stored.ok()) return stored.error();
        add_to(day.series, *stored);
      }
      batch_.put(cell.str(), encode_series(day.series));
      cell.cut(cell_bytes);
    }
    return {};
  }

  // Rows recorded after the first new day (recorded never goes back, so there are none) would be raised as well.
  [[nodiscard]] Status write_known(codec::KeyWriter& cell, const std::vector<DayTotal>& days) {
    const std::string prefix = cell.str();
    go_to(prefix);
    SparseSeries running;
    std::vector<DayTotal> later;  // newest first
    for (; at_cell(prefix); cursor_.next()) {
      codec::KeyReader rest(cursor_.key().substr(prefix.size()));
      const Day day = rest.i32_descending();
      auto stored = here();
      if (!stored.ok()) return stored.error();
      if (day <= days.front().day) {
        running = std::move(*stored);
        break;
      }
      later.push_back({day, std::move(*stored)});
    }
    std::vector<DayTotal> rows;
    SparseSeries added;
    for (const auto& day : days) {
      for (; !later.empty() && later.back().day < day.day; later.pop_back()) raise(rows, later.back(), added, running);
      if (!later.empty() && later.back().day == day.day) {
        running = std::move(later.back().series);
        later.pop_back();
      }
      add_to(added, day.series);
      rows.push_back({day.day, running});
      add_to(rows.back().series, added);
    }
    for (; !later.empty(); later.pop_back()) raise(rows, later.back(), added, running);
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      cell.i32_descending(row->day);
      batch_.put(cell.str(), encode_series(row->series));
      cell.cut(prefix.size());
    }
    return {};
  }

  static void raise(std::vector<DayTotal>& rows, DayTotal& stored, const SparseSeries& added, SparseSeries& running) {
    running = stored.series;
    rows.push_back({stored.day, std::move(stored.series)});
    add_to(rows.back().series, added);
  }

  const Layer& layer_;
  const bool known_;
  const codec::KeyWriter prefix_;
  store::RowBatch& batch_;
  store::Cursor& cursor_;
};

// The parts of one family at one level, from those of the level below.
std::vector<Part> lift(const std::vector<Part>& below, Level level, Family family) {
  std::vector<Part> parts = below;
  Day from = 0;
  Day to = 0;
  bool known = false;
  for (auto& part : parts) {
    if (!known || part.start() != from) {  // sorted by start: most follow one with the same
      from = part.start();
      to = level_start(level, from);
      known = true;
    }
    part.set_start(to);
    if (level == Level::kYear && family == Family::kMetricsHappened) part.set_day(month_start(part.day()));
  }
  combine(parts);
  return parts;
}

Status write_table(const Layer& layer, const DeltaTable& table, const std::vector<std::uint32_t>& ranks, Family family, int partition,
                   std::uint16_t metric, std::uint8_t by, store::Cursor& cursor, store::RowBatch& batch) {
  std::vector<Part> parts;
  parts.reserve(table.size());
  table.each([&](const DeltaEntry& entry) {
    const Day day = family == Family::kMetricsKnown ? entry.recorded : entry.occurred;
    parts.push_back(make_part(entry, ranks[entry.group], day));
  });
  combine(parts);
  for (const Level level : {Level::kDay, Level::kMonth, Level::kYear}) {
    if (level != Level::kDay) parts = lift(parts, level, family);
    LevelWriter writer(layer, cursor, family, level_key(partition, metric, by, level), batch);
    if (auto done = writer.write(parts); !done.ok()) return done;
  }
  return {};
}

}  // namespace

Status roll_up(const Layer& layer, int partition, const store::View& view, store::Batches& batches) {
  const auto ranks = layer.groups.ranks();
  const codec::KeyWriter all(partition);
  for (const Family family : {Family::kMetricsKnown, Family::kMetricsHappened}) {
    std::unique_ptr<store::Cursor> cursor;
    for (std::size_t metric = 0; metric < layer.tables.size(); ++metric) {
      for (std::size_t by = 0; by < layer.tables[metric].size(); ++by) {
        const DeltaTable& table = layer.tables[metric][by];
        if (table.empty()) continue;
        if (!cursor) {
          const auto from = level_key(partition, static_cast<std::uint16_t>(metric), static_cast<std::uint8_t>(by), Level::kDay);
          cursor = view.cursor(family, from.str(), codec::after_prefix(all.str()));
        }
        auto done = write_table(layer, table, ranks, family, partition, static_cast<std::uint16_t>(metric), static_cast<std::uint8_t>(by),
                                *cursor, batches[store::index_of(family)]);
        if (!done.ok()) return done;
      }
    }
  }
  return {};
}

}  // namespace docket::projections::metrics
