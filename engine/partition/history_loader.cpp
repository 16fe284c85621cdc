#include "engine/partition/history_loader.h"

#include <algorithm>

#include "engine/apply/action_data.h"
#include "engine/partition/records.h"

namespace docket::partition {
namespace {

constexpr std::string_view kMovedHead = R"({"moved_from":")";

std::string type_of(const model::Event& event) {
  for (const auto& attribute : event.attributes) {
    if (attribute.name == "type") return std::string(attribute.raw);
  }
  return {};
}

}  // namespace

std::string moved_from(const ledger::Record& record) {
  const std::string_view body = record.body;
  if (record.kind != ledger::RecordKind::kAccepted || !body.starts_with(kMovedHead)) return {};
  return std::string(body.substr(kMovedHead.size(), body.find('"', kMovedHead.size()) - kMovedHead.size()));
}

std::string moved_body(const std::string& from) { return std::string(kMovedHead) + from + "\"}"; }

Result<std::string> bundle_known(const StateReader& states, const RecordReader& records, int partition, const std::string& case_id,
                                 const std::string& now, Instant known_at, std::uint32_t versions) {
  for (const auto& row : states.history(partition, case_id)) {
    if (row.kind != ledger::RecordKind::kAccepted || row.event != definition::kMigratedEvent) continue;
    if (row.recorded <= known_at && row.version <= versions) continue;
    const auto record = records.record(partition, row.height);
    if (!record) return record.error();
    if (auto from = moved_from(record->record); !from.empty()) return from;
  }
  return now;
}

Status HistoryLoader::add(apply::CaseHistory& history, Height height, Instant recorded, const ledger::Record& record,
                          model::EventPtr event) const {
  return add_event(history, {height, recorded, {}, &record, std::move(event)}, true);
}

Status HistoryLoader::add_anew(apply::CaseHistory& history, Height height, Instant recorded, const ledger::Record& record) const {
  return add_event(history, {height, recorded, {}, &record, nullptr}, false);
}

Status HistoryLoader::add_event(apply::CaseHistory& history, const Row& row, bool effects) const {
  const auto& record = *row.record;
  auto event = row.event;
  if (event == nullptr || event->bundle != &bundle_) {
    auto read = ingest_.parse_stored(record.event, ingest::tag_from_text(record.tag));
    if (!read) return read.error();
    event = *read;
  }
  if (event->kind == model::kNone16 || event->event == model::kNone16)
    return Error{ErrorCode::kCorrupt, "no kind or event of type " + type_of(*event), false};
  const auto& kind = bundle_.kinds[event->kind];
  apply::HistoryEntry entry;
  entry.height = row.height;
  entry.recorded = row.recorded;
  entry.effects_recorded = row.recorded;
  entry.timer = record.kind == ledger::RecordKind::kTimer;
  const auto& def = kind.events[event->event];
  if (def.action == definition::EventAction::kCorrected) {
    const auto correction = apply::correction_data(def, *event);
    if (correction && !correction->void_it) {
      const auto* target = history.find(correction->source, correction->id);
      if (target != nullptr) {
        auto replacement = ingest_.parse_stored(apply::replaced_json(*target->event, *correction), target->event->identity.tag);
        if (!replacement) return replacement.error().with_context("correction at height " + std::to_string(row.height));
        entry.replacement = *replacement;
      }
    }
  }
  entry.event = std::move(event);
  for (const auto& of : record.effects) {
    if (!effects) break;
    auto resolved = resolve_effects(bundle_, kind, of.effects);
    if (!resolved) return resolved.error();
    if (of.of == model::kNoHeight) {
      entry.effects = std::move(*resolved);
    } else {
      history.set_effects(of.of, std::move(*resolved), row.recorded);
    }
  }
  for (const auto displaced : record.displaces) history.displace(displaced);
  history.add(std::move(entry));
  return {};
}

Result<std::deque<HistoryLoader::Row>> HistoryLoader::rows(int partition, const std::string& case_id, Instant known_at,
                                                           const std::vector<Applied>* more, std::uint32_t versions) const {
  std::deque<Row> out;  // rows keep their places
  for (const auto& row : states_.history(partition, case_id)) {
    if (row.recorded > known_at || row.version > versions) break;
    if (!ledger::accepts(row.kind)) continue;
    auto record = records_.record(partition, row.height);
    if (!record) return record.error();
    auto& held = out.emplace_back(Row{row.height, record->recorded, std::move(record->record), nullptr, nullptr});
    held.record = &held.held;
  }
  if (more != nullptr) {
    for (const auto& row : *more) {
      if (ledger::accepts(row.record->kind)) out.push_back({row.height, row.recorded, {}, row.record.get(), row.event});
    }
  }
  return out;
}

Result<apply::CaseHistory> HistoryLoader::history_of(const std::deque<Row>& rows, bool effects) const {
  apply::CaseHistory history(bundle_);
  const auto moved = std::find_if(rows.rbegin(), rows.rend(), [](const Row& row) { return !moved_from(*row.record).empty(); });
  const Height since = moved == rows.rend() ? 0 : moved->height;
  for (const auto& row : rows) {
    if (auto status = add_event(history, row, effects && row.height >= since); !status)
      return status.error().with_context("record " + std::to_string(row.height));
  }
  return history;
}

Result<apply::CaseHistory> HistoryLoader::load(int partition, const std::string& case_id, Instant known_at,
                                               const std::vector<Applied>* more, std::uint32_t versions) const {
  auto found = rows(partition, case_id, known_at, more, versions);
  if (!found) return found.error();
  return history_of(*found, true);
}

Result<apply::CaseHistory> HistoryLoader::load_anew(int partition, const std::string& case_id, const std::vector<Applied>& more) const {
  auto found = rows(partition, case_id, model::kForever, &more, std::numeric_limits<std::uint32_t>::max());
  if (!found) return found.error();
  return history_of(*found, false);
}

}  // namespace docket::partition
