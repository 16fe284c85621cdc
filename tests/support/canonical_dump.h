// What a history comes to, whatever the order of its delivery: the fold of every case, its accepted events by time, every figure on both
// sides.
#pragma once

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/support/engine_fixture.h"

namespace docket::testing {

// What must not depend on the order: everything but heights and recorded instants.
inline model::CaseState without_order(const model::CaseState& state) {
  model::CaseState out = state;
  out.opened_recorded = out.last_recorded = 0;
  out.last.height = 0;
  return out;
}

struct Dump {
  std::map<std::string, model::CaseState> cases;
  std::map<std::string, std::vector<std::pair<Instant, std::string>>> accepted;  // by time: event ids
  std::map<std::tuple<std::uint16_t, std::uint8_t, std::string, model::Day, std::uint16_t, model::Day>, std::int64_t> figures;
};

inline Dump dump(const EngineFixture& engine) {
  Dump out;
  for (const auto& [id, state] : engine.projections.cases) out.cases.emplace(id, without_order(*state));
  for (const auto& [id, rows] : engine.projections.histories) {
    for (const auto& row : rows) {
      if (row.kind != ledger::RecordKind::kAccepted) continue;
      const auto event = boost::json::parse(engine.projections.records.at(row.height).record.event);
      out.accepted[id].emplace_back(row.time, std::string(event.at("id").as_string()));
    }
    std::sort(out.accepted[id].begin(), out.accepted[id].end());
  }
  for (const auto& row : engine.projections.by_occurred) {
    if (row.second != 0) out.figures.insert(row);
  }
  return out;
}

inline std::string waiting(EngineFixture& engine) {
  std::string out;
  for (const auto& row : engine.projections.parked_rows) {
    const auto& record = engine.projections.records.at(row.height).record;
    out += "\n  " + record.id + ": " + std::string(model::name(record.code)) + ": " + record.detail;
  }
  return out;
}

inline std::string difference(const model::CaseState& a, const model::CaseState& b) {
  std::string out;
  const auto note = [&](const char* what, bool same) {
    if (!same) out += std::string(" ") + what;
  };
  note("state", a.scope.state == b.scope.state);
  note("attributes", a.scope.attributes == b.scope.attributes);
  note("clocks", a.scope.clocks == b.scope.clocks);
  note("counts", a.scope.counts == b.scope.counts);
  note("back", a.scope.back == b.scope.back);
  note("parts", a.parts == b.parts);
  note("links", a.links == b.links);
  note("waived", a.waived == b.waived);
  note("authors", a.authors == b.authors);
  note("round", a.round == b.round);
  note("voided", a.voided == b.voided);
  note("version", a.version == b.version);
  note("revision", a.revision == b.revision);
  note("last", a.last == b.last);
  note("backfilled", a.backfilled == b.backfilled);
  return out;
}

}  // namespace docket::testing
