#include "connectors/node/answer_erasure.h"

#include <algorithm>

#include "connectors/node/answers.h"
#include "connectors/node/told.h"
#include "engine/partition/records.h"

namespace docket::node {
namespace {

constexpr int kParkingKeyDays = 90;  // docs/data-layout.md

struct Given {  // a key that was given up, and what became of it
  std::string id;
  ledger::KeyFate fate;
};

json::object erasure_row(const Reading& reading, const partition::HistoryRow& row, const ledger::Record& record,
                         const std::vector<Given>& given) {
  json::object out{{"version", row.version}, {"height", std::to_string(row.height)}, {"recorded", instant_json(row.recorded)}};
  if (const auto stored = reading.ingest().parse_stored(record.event, ingest::tag_from_text(record.tag))) {
    const auto& event = **stored;
    add_event_head(out, event);
    for (const auto& field : event.data) {
      boost::system::error_code error;
      if (field.name == "subject" || field.name == "reason" || field.name == "approver") out[field.name] = json::parse(field.raw, error);
    }
  }
  json::array keys;
  for (const auto& key : given)
    keys.push_back(
        json::object{{"key", key.id}, {"given_up", instant_json(key.fate.erased)}, {"destroyed", instant_json(key.fate.destroyed)}});
  out["keys"] = std::move(keys);
  return out;
}

json::object place(std::string_view name, std::string_view what, bool gone, Instant since, std::string_view until) {
  json::object out{{"place", name}};
  if (!what.empty()) out["what"] = what;
  out["gone"] = gone;
  if (since != model::kNoInstant) out["since"] = instant_json(since);
  if (!until.empty()) out["until"] = until;
  return out;
}

// The sealed text of a parked event is under the key of its day, which other cases have too.
void add_parked(const Reading& reading, const std::vector<partition::HistoryRow>& rows, int partition, Instant erased,
                const ledger::KeyStore& keys, json::array& out) {
  constexpr std::string_view kHead = "{\"sealed\":\"";
  for (const auto& row : rows) {
    if (row.kind != ledger::RecordKind::kParked || row.recorded > erased) continue;
    const auto record = reading.records.record(partition, row.height);
    if (!record || !record->record.event.starts_with(kHead)) continue;
    const auto key = ledger::sealed_key_id(std::string_view(record->record.event).substr(kHead.size()));
    const auto fate = keys.fate(key);
    const bool gone = !fate.known;
    const auto last = model::format_date(reading.bundle.zone.local_day(row.recorded) + kParkingKeyDays);
    out.push_back(place("parked-event", record->record.id, gone, model::kNoInstant,
                        gone ? "" : "the parking key of its day is destroyed in the hour after " + last));
  }
}

}  // namespace

service::Answer answer_erasure(const Reading& asked, const Params& params, const std::string& case_id, const ledger::KeyStore& keys,
                               const KeyCopies& copies) {
  const int partition = asked.partition_of(case_id);
  const auto rows = asked.store.history(partition, case_id);
  if (rows.empty()) return not_found("no case " + case_id, params.query().language);
  const auto state = asked.store.find(partition, case_id);
  const auto reading = state == nullptr ? asked : asked.of(*state);
  json::array erasures;
  Instant erased = model::kNoInstant;
  Instant destroyed = model::kNoInstant;
  bool all_destroyed = true;
  for (const auto& row : rows) {
    if (row.kind != ledger::RecordKind::kAccepted || row.event != definition::kErasedEvent) continue;
    const auto record = reading.records.record(partition, row.height);
    if (!record) continue;
    std::vector<Given> given;
    for (auto& id : partition::erased_keys(record->record)) {
      const auto fate = keys.fate(id);
      all_destroyed = all_destroyed && fate.destroyed != model::kNoInstant;
      destroyed = std::max(destroyed, fate.destroyed);
      given.push_back({std::move(id), fate});
    }
    erased = std::max(erased, row.recorded);
    erasures.push_back(erasure_row(reading, row, record->record, given));
  }
  if (erasures.empty()) return not_found("nothing of case " + case_id + " was erased", params.query().language);
  if (!all_destroyed) destroyed = model::kNoInstant;
  json::array places;
  places.push_back(place("ledger", "sealed values, which no key opens", true, erased, ""));
  places.push_back(place("projections", "never held private values", true, model::kNoInstant, ""));
  places.push_back(place("key-store", "of this node", all_destroyed, destroyed, all_destroyed ? "" : "its rows are written anew"));
  add_parked(reading, rows, partition, erased, keys, places);
  for (const auto& copy : copies ? copies(erased, destroyed) : std::vector<KeyCopy>{}) {
    auto row = place(copy.place, copy.what, copy.gone, model::kNoInstant, copy.until);
    if (copy.made != model::kNoInstant) row["made"] = instant_json(copy.made);
    places.push_back(std::move(row));
  }
  const bool complete = std::all_of(places.begin(), places.end(), [](const auto& row) { return row.at("gone").as_bool(); });
  return json_answer(
      json::object{{"case", case_id}, {"complete", complete}, {"erasures", std::move(erasures)}, {"places", std::move(places)}});
}

}  // namespace docket::node
