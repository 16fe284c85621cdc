#include "connectors/node/told.h"

#include <algorithm>

namespace docket::node {
namespace {

json::object body_of(const ledger::Record& record) {
  boost::system::error_code error;
  auto body = json::parse(record.body, error);
  return !error && body.is_object() ? std::move(body.get_object()) : json::object{};
}

std::string text_of(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_of(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

}  // namespace

std::vector<Told> told_notices(const Reading& reading, const std::string& case_id, const AsOf& as_of) {
  std::vector<Told> out;
  const int partition = reading.partition_of(case_id);
  for (const auto& row : reading.store.history(partition, case_id)) {
    if (row.recorded > as_of.known_at) break;
    if (row.kind != ledger::RecordKind::kNotice) continue;
    const auto record = reading.records.record(partition, row.height);
    if (!record) continue;
    auto body = body_of(record->record);
    if (body.contains("withdraws")) {
      const auto height = std::to_string(number_of(body, "withdraws"));
      const auto it = std::find_if(out.begin(), out.end(), [&](const Told& told) { return text_of(told.shown, "height") == height; });
      if (it != out.end()) it->shown["withdrawn"] = instant_json(row.recorded);
      continue;
    }
    if (body.contains("passed")) continue;
    const auto at = model::parse_instant(text_of(body, "at"));
    if (at && *at > as_of.at) continue;
    Told told{text_of(body, "clock"),      text_of(body, "part"),  text_of(body, "part_key"),
              number_of(body, "part_nth"), number_of(body, "nth"), {}};
    for (const char* name : {"level", "breach", "at", "due", "to", "holder"}) {
      if (auto* value = body.if_contains(name)) told.shown[name] = std::move(*value);
    }
    told.shown["recorded"] = instant_json(row.recorded);
    told.shown["height"] = std::to_string(row.height);
    out.push_back(std::move(told));
  }
  return out;
}

void add_told(json::object& row, const Reading& reading, const std::vector<Told>& told, const std::string& clock,
              const model::PartInstance* part, const model::ClockInstance& instance) {
  json::array rows;
  for (const auto& one : told) {
    if (one.clock != clock || one.nth != instance.nth) continue;
    if (part == nullptr ? !one.part.empty() : one.part_key != reading.value_text(part->key) || one.part_nth != part->nth) continue;
    if (one.shown.contains("breach") && !one.shown.contains("withdrawn")) row["breach"] = one.shown.at("at");
    rows.push_back(one.shown);
  }
  if (!rows.empty()) row["told"] = std::move(rows);
}

void add_notice(json::object& out, const ledger::Record& record) {
  auto body = body_of(record);
  out["event"] = body.contains("withdraws") ? "breach_withdrawn"
                 : body.contains("passed")  ? "timer_passed_over"
                 : body.contains("breach")  ? "breach"
                                            : "notice";
  out["time"] = text_of(body, "at");
  json::object data;
  for (const char* name : {"level", "clock", "part", "part_key", "due", "to", "holder", "withdraws", "code"}) {
    if (auto* value = body.if_contains(name)) data[name] = std::move(*value);
  }
  out["data"] = std::move(data);
}

std::map<model::Height, model::Height> displaced_timers(const Reading& reading, int partition,
                                                        const std::vector<partition::HistoryRow>& rows, Instant known_at) {
  std::map<model::Height, model::Height> out;
  const auto first = std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row.kind == ledger::RecordKind::kTimer; });
  for (auto it = first; it != rows.end() && it->recorded <= known_at; ++it) {
    if (!ledger::accepts(it->kind)) continue;
    const auto record = reading.records.record(partition, it->height);
    if (!record) continue;
    for (const auto height : record->record.displaces) out[height] = it->height;
  }
  return out;
}

void add_event_head(json::object& out, const model::Event& event) {
  out["source"] = event.source;
  out["id"] = event.id;
  out["time"] = instant_json(event.time);
  out["actor"] = event.authid;
  out["role"] = event.actorrole;
}

}  // namespace docket::node
