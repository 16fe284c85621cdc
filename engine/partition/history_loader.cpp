#include "engine/partition/history_loader.h"

#include "engine/partition/records.h"

namespace docket::partition {

Status HistoryLoader::add(apply::CaseHistory& history, Height height, Instant recorded, const ledger::Record& record,
                          model::EventPtr event) const {
  const auto& kind = bundle_.kinds[event->kind];
  apply::HistoryEntry entry;
  entry.height = height;
  entry.recorded = recorded;
  entry.effects_recorded = recorded;
  entry.timer = record.kind == ledger::RecordKind::kTimer;
  const auto& def = kind.events[event->event];
  if (def.action == definition::EventAction::kCorrected) {
    const auto correction = apply::correction_data(def, *event);
    if (correction && !correction->void_it) {
      const auto* target = history.find(correction->source, correction->id);
      if (target != nullptr) {
        auto replacement = ingest_.parse_stored(apply::replaced_json(*target->event, *correction), target->event->identity.tag);
        if (!replacement) return replacement.error().with_context("correction at height " + std::to_string(height));
        entry.replacement = *replacement;
      }
    }
  }
  entry.event = std::move(event);
  for (const auto& row : record.effects) {
    auto resolved = resolve_effects(bundle_, kind, row.effects);
    if (!resolved) return resolved.error();
    if (row.of == model::kNoHeight) {
      entry.effects = std::move(*resolved);
    } else {
      history.set_effects(row.of, std::move(*resolved), recorded);
    }
  }
  for (const auto displaced : record.displaces) history.displace(displaced);
  history.add(std::move(entry));
  return {};
}

Result<apply::CaseHistory> HistoryLoader::load(int partition, const std::string& case_id, Instant known_at,
                                               const std::vector<Applied>* more, std::uint32_t versions) const {
  apply::CaseHistory history(bundle_);
  for (const auto& row : states_.history(partition, case_id)) {
    if (row.recorded > known_at || row.version > versions) break;
    if (row.kind != ledger::RecordKind::kAccepted && row.kind != ledger::RecordKind::kTimer) continue;
    auto record = records_.record(partition, row.height);
    if (!record) return record.error();
    auto event = ingest_.parse_stored(record->record.event, ingest::tag_from_text(record->record.tag));
    if (!event) return event.error();
    if (auto status = add(history, row.height, record->recorded, record->record, *event); !status) return status.error();
  }
  if (more != nullptr) {
    for (const auto& row : *more) {
      if (row.record->kind != ledger::RecordKind::kAccepted && row.record->kind != ledger::RecordKind::kTimer) continue;
      if (auto status = add(history, row.height, row.recorded, *row.record, row.event); !status) return status.error();
    }
  }
  return history;
}

}  // namespace docket::partition
