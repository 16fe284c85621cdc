#include "tests/simulation/compare.h"

#include <algorithm>
#include <tuple>

namespace docket::simulation {
namespace {

auto key_of(const partition::HistoryRow& row) { return std::tie(row.height, row.version, row.recorded, row.time, row.kind, row.event); }

auto key_of(const partition::ParkedRow& row) { return std::tie(row.height, row.case_id, row.until); }

bool same_rows(const auto& a, const auto& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return key_of(x) == key_of(y); });
}

// A cell that returned to nothing is as good as none.
bool same_cells(const auto& a, const auto& b) {
  const auto covered = [](const auto& some, const auto& all) {
    return std::all_of(some.begin(), some.end(), [&](const auto& row) {
      const auto it = all.find(row.first);
      return row.second == (it == all.end() ? 0 : it->second);
    });
  };
  return covered(a, b) && covered(b, a);
}

bool same_record(const ledger::Record& a, const ledger::Record& b) {
  return std::tie(a.kind, a.event, a.source, a.id, a.subject, a.tag, a.code, a.detail, a.displaces, a.parked_at, a.until, a.backfill,
                  a.case_version, a.case_revision, a.body) == std::tie(b.kind, b.event, b.source, b.id, b.subject, b.tag, b.code, b.detail,
                                                                       b.displaces, b.parked_at, b.until, b.backfill, b.case_version,
                                                                       b.case_revision, b.body);
}

}  // namespace

bool same_life(const model::CaseState& a, const model::CaseState& b) {
  // When a clock was last set is a matter of when that was recorded, and so is what had been told by then.
  const auto life = [](model::CaseState c) {
    const auto timeless = [](model::ScopeState& scope) {
      for (auto& clock : scope.clocks) {
        clock.since = model::kNoInstant;
        clock.passed = false;
      }
    };
    timeless(c.scope);
    for (auto& part : c.parts) timeless(part.scope);
    return std::tuple(c.kind, c.round, c.voided, c.version, c.revision, c.last.time, c.scope.state, c.scope.clocks, c.scope.counts,
                      c.scope.back, c.parts);
  };
  return life(a) == life(b);
}

std::string difference(const testing::MemoryProjections& a, const testing::MemoryProjections& b) {
  if (!(a.position == b.position)) return "positions " + ledger::position_text(a.position) + " and " + ledger::position_text(b.position);
  if (a.cases.size() != b.cases.size()) return "number of cases";
  for (const auto& [id, state] : a.cases) {
    const auto it = b.cases.find(id);
    if (it == b.cases.end() || !(*it->second == *state)) return "case " + id;
  }
  const auto same_known = [](const auto& x, const auto& y) {
    return x.first == y.first &&
           std::tie(x.second.tag, x.second.height, x.second.kind) == std::tie(y.second.tag, y.second.height, y.second.kind);
  };
  if (!std::equal(a.events.begin(), a.events.end(), b.events.begin(), b.events.end(), same_known)) return "known events";
  if (a.histories.size() != b.histories.size()) return "number of histories";
  for (const auto& [id, rows] : a.histories) {
    const auto it = b.histories.find(id);
    if (it == b.histories.end() || !same_rows(rows, it->second)) return "history of " + id;
  }
  if (!same_rows(a.parked_rows, b.parked_rows)) return "parked rows";
  if (!same_cells(a.cells, b.cells)) return "cells";
  if (!same_cells(a.by_occurred, b.by_occurred)) return "cells by day of occurrence";
  if (a.records.size() != b.records.size()) return "number of records";
  for (const auto& [height, row] : a.records) {
    const auto it = b.records.find(height);
    if (it == b.records.end() || it->second.recorded != row.recorded || !same_record(it->second.record, row.record))
      return "record " + std::to_string(height);
  }
  return {};
}

}  // namespace docket::simulation
