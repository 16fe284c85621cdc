#include "connectors/node/quarantined.h"

#include <algorithm>

#include "connectors/node/figures.h"

namespace docket::node {
namespace {

using definition::MetricDef;

// When its opening event happened.
Instant opened(const definition::KindDef& kind, const model::CaseState& state) {
  for (const auto& count : state.scope.counts) {
    if (kind.events[count.event].opens) return count.first;
  }
  return model::kNoInstant;
}

}  // namespace

std::vector<partition::QuarantinedRow> quarantined_cases(const ReadModel& store, Instant known_at) {
  std::vector<partition::QuarantinedRow> out;
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    for (auto& row : store.quarantined(partition)) {
      if (row.recorded <= known_at) out.push_back(std::move(row));
    }
  }
  return out;
}

std::optional<partition::QuarantinedRow> quarantined_case(const Reading& reading, const std::string& case_id, Instant known_at) {
  for (auto& row : reading.store.quarantined(reading.partition_of(case_id))) {
    if (row.case_id == case_id && row.recorded <= known_at) return std::move(row);
  }
  return std::nullopt;
}

json::object quarantine_json(const Reading& reading, const partition::QuarantinedRow& row) {
  json::object out{{"since", instant_json(row.recorded)}, {"height", std::to_string(row.height)}};
  const auto record = reading.records.record(reading.partition_of(row.case_id), row.height);
  if (!record) return out;
  boost::system::error_code error;
  const auto body = json::parse(record->record.body, error);
  if (!error && body.is_object()) {
    for (const char* member : {"semantics", "cause"}) {
      if (const auto* value = body.get_object().if_contains(member)) out[member] = *value;
    }
  }
  if (!record->record.id.empty())
    out["event"] = json::object{{"source", record->record.source}, {"id", record->record.id}, {"type", record->record.type}};
  return out;
}

std::set<std::string> Quarantined::touching(std::uint16_t metric, const Period& period) const {
  std::set<std::string> out;
  const auto& def = reading_.bundle.metrics[metric];
  for (const auto& row : rows_) {
    if (def.kind != model::kNone16 && row.kind != reading_.bundle.kinds[def.kind].name) continue;
    const auto state = reading_.store.find(reading_.partition_of(row.case_id), row.case_id);
    if (state != nullptr) {
      const auto at = opened(reading_.of(*state).bundle.kinds[state->kind], *state);
      if (at != model::kNoInstant && reading_.bundle.zone.local_day(at) >= period.to) continue;
    }
    out.insert(row.case_id);
  }
  return out;
}

std::map<std::string, std::set<std::string>> Quarantined::by_group(const std::set<std::string>& cases, std::uint16_t metric,
                                                                   std::uint8_t by, Instant at) const {
  std::map<std::string, std::set<std::string>> out;
  for (const auto& case_id : cases) {
    const auto state = reading_.store.find(reading_.partition_of(case_id), case_id);
    if (state == nullptr) continue;  // it has no group yet
    const auto reading = reading_.of(*state);
    const auto own = same_metric(reading_, metric, reading.bundle);
    if (!own) continue;
    std::set<std::string> groups;
    try {
      const bool stock = reading.bundle.metrics[*own].measure == MetricDef::Measure::kStock;
      for (const auto& row :
           stock ? measure::stock_at(reading.bundle, *own, *state, at) : measure::contributions(reading.bundle, *own, *state)) {
        if (row.by == by) groups.insert(reading.value_text(row.group));
      }
    } catch (const std::exception&) {
      continue;  // the very defect that it was quarantined for: the total says the case all the same
    }
    for (const auto& group : groups) out[group].insert(case_id);
  }
  return out;
}

}  // namespace docket::node
