#include "connectors/node/reading.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>

#include "connectors/service/problem.h"
#include "engine/ingest/json_text.h"

namespace docket::node {

std::optional<std::string> Params::text(std::string_view name) const {
  for (const auto& [key, value] : query_.params) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> Params::all(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [key, value] : query_.params) {
    if (key == name) out.push_back(value);
  }
  return out;
}

bool Params::flag(std::string_view name) const {
  const auto value = text(name);
  if (!value || *value == "false") return false;
  if (*value == "true" || value->empty()) return true;
  throw BadParameter{std::string(name), "'" + *value + "' is neither true nor false"};
}

std::int64_t Params::integer(std::string_view name, std::int64_t otherwise) const {
  const auto value = text(name);
  if (!value) return otherwise;
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), n);
  if (error != std::errc{} || end != value->data() + value->size() || n < 0)
    throw BadParameter{std::string(name), "'" + *value + "' is not a whole number"};
  return n;
}

Reading Reading::of(const model::CaseState& state) const { return {*books.of(state).bundle, store, records, books, sealer, now}; }

AsOf Reading::as_of(const Params& params) const {
  AsOf out;
  out.now = now;
  const auto read = [&](const char* name, Instant& instant, bool& given, std::optional<Day>& day) {
    instant = now;
    const auto value = params.text(name);
    if (!value) return;
    given = true;
    if (const auto date = model::parse_date(*value)) {
      instant = bundle.zone.day_end(*date);
    } else if (const auto at = model::parse_instant(*value)) {
      instant = *at;
    } else {
      throw BadParameter{name, "'" + *value + "' is neither a date (2017-04-10) nor an instant with offset (2017-04-10T12:00:00+08:00)"};
    }
    const Day local = bundle.zone.local_day(instant);
    if (instant == bundle.zone.day_end(local)) day = local;
    instant = std::min(instant, now);
    if (instant == now) day.reset();
  };
  read("at", out.at, out.at_given, out.at_day);
  read("known_at", out.known_at, out.known_given, out.known_day);
  return out;
}

Result<apply::CaseHistory> Reading::history(const std::string& case_id, const AsOf& as_of) const {
  const int partition = partition_of(case_id);
  const auto state = store.find(partition, case_id);
  constexpr auto kAll = std::numeric_limits<std::uint32_t>::max();
  const auto versions = as_of.version.value_or(kAll);
  auto by = state == nullptr
                ? Result<std::string>(bundle.id)
                : partition::bundle_known(store, records, partition, case_id, std::string(state->bundle), as_of.known_at, versions);
  if (!by) return by.error();
  auto& book = books.named(*by);
  const partition::HistoryLoader loader(*book.bundle, book.ingest, store, records);
  return loader.load(partition, case_id, as_of.known_at, nullptr, versions);
}

namespace {

// When an accepted event happened, as corrected; never later than any instant if it acts by recorded alone.
Instant happened(const definition::Bundle& bundle, const std::vector<apply::Folded>& events, const apply::HistoryEntry& entry) {
  if (apply::acts_by_recorded(bundle.kinds[entry.event->kind].events[entry.event->event])) return std::numeric_limits<Instant>::min();
  const auto it = std::find_if(events.begin(), events.end(), [&](const auto& row) { return row.key.height == entry.height; });
  return it == events.end() ? entry.event->time : it->key.time;
}

// Quarantine acts by recorded alone, like a correction: what was known of it then holds at every `at`.
bool quarantined_then(const std::vector<partition::HistoryRow>& rows, Instant known_at) {
  bool out = false;
  for (const auto& row : rows) {
    if (row.recorded > known_at) break;
    if (row.kind == ledger::RecordKind::kQuarantined) out = true;
    if (row.kind == ledger::RecordKind::kReleased) out = false;
  }
  return out;
}

}  // namespace

model::CasePtr Reading::case_as_of(const std::string& case_id, const AsOf& as_of) const {
  auto state = store.find(partition_of(case_id), case_id);
  if (state == nullptr || (!as_of.past_at() && !as_of.past_known())) return state;
  if (!as_of.version && state->last.time <= as_of.at && state->last_recorded <= as_of.known_at) {  // nothing came after
    if (!state->quarantined || quarantined_then(store.history(partition_of(case_id), case_id), as_of.known_at)) return state;
    auto before = *state;
    before.quarantined = false;
    return std::make_shared<const model::CaseState>(std::move(before));
  }
  auto history = this->history(case_id, as_of);
  if (!history || history->entries().empty()) return nullptr;
  const auto& by = history->bundle();
  const auto events = history->folded();
  auto folded = apply::fold(by, case_id, events, history->overlay(), as_of.at);
  if (!folded || folded->scope.state == model::kNotOpened) return nullptr;
  folded->quarantined = quarantined_then(store.history(partition_of(case_id), case_id), as_of.known_at);
  folded->version = folded->revision = 0;
  folded->opened_recorded = history->entries().front().recorded;
  for (const auto& entry : history->entries()) {
    if (as_of.past_at() && happened(by, events, entry) > as_of.at) continue;
    ++folded->version;
    if (!by.kinds[entry.event->kind].events[entry.event->event].quiet) ++folded->revision;
    folded->last_recorded = entry.recorded;
  }
  return std::make_shared<const model::CaseState>(std::move(*folded));
}

json::object Reading::labels(const definition::Labels& labels) const { return {{"zh", labels.zh}, {"en", labels.en}}; }

std::string Reading::value_text(const model::Value& value) const {
  using Type = model::Value::Type;
  switch (value.type()) {
    case Type::kNone:
      return {};
    case Type::kFlag:
      return value.number() != 0 ? "true" : "false";
    case Type::kInstant:
      return model::format_instant(value.number());
    default:
      return partition::key_text(bundle, value);
  }
}

json::value Reading::value_json(const model::Value& value) const {
  using Type = model::Value::Type;
  switch (value.type()) {
    case Type::kNone:
      return nullptr;
    case Type::kInteger:
      return value.number();
    case Type::kDecimal:
      return static_cast<double>(value.number()) / 1000.0;
    case Type::kFlag:
      return value.number() != 0;
    case Type::kSealed:
      return json::object{{"sealed", true}};
    case Type::kList: {
      json::array out;
      for (const auto& item : value.items()) out.push_back(value_json(item));
      return out;
    }
    default:
      return json::string(value_text(value));
  }
}

json::object Reading::group_labels(const std::string& text) const {
  const auto symbol = bundle.symbols.find(text);
  if (symbol == model::kNoSymbol) return {};
  if (const auto it = bundle.unit_ids.find(symbol); it != bundle.unit_ids.end()) return labels(bundle.units[it->second].title);
  if (const auto it = bundle.symbol_labels.find(symbol); it != bundle.symbol_labels.end()) return labels(it->second);
  return {};
}

json::value instant_json(Instant instant) {
  if (instant == model::kNoInstant) return nullptr;
  return json::string(model::format_instant(instant));
}

namespace {

// As Boost.JSON writes it, but for numbers that are no integers: 0.750000, never 7.5E-1.
void append_json(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::object: {
      out += '{';
      const char* comma = "";
      for (const auto& member : value.get_object()) {
        out += comma;
        ingest::append_json_string(out, member.key());
        out += ':';
        append_json(out, member.value());
        comma = ",";
      }
      out += '}';
      return;
    }
    case json::kind::array: {
      out += '[';
      const char* comma = "";
      for (const auto& item : value.get_array()) {
        out += comma;
        append_json(out, item);
        comma = ",";
      }
      out += ']';
      return;
    }
    case json::kind::string:
      return ingest::append_json_string(out, value.get_string());
    case json::kind::double_: {
      char text[64];
      std::snprintf(text, sizeof text, "%.6f", value.get_double());
      out += text;
      return;
    }
    default:
      out += json::serialize(value);
  }
}

}  // namespace

service::Answer json_answer(const json::value& body, int status) {
  service::Answer answer;
  answer.status = status;
  append_json(answer.body, body);
  return answer;
}

service::Answer not_found(const std::string& what, std::string_view language) {
  return service::problem_answer("not-found", what, language);
}

service::Answer bad_parameter(const BadParameter& bad, std::string_view language) {
  auto problem = service::make_problem("invalid-parameter", "parameter " + bad.name + ": " + bad.detail);
  problem.errors.push_back({"?" + bad.name, bad.detail, "value"});
  return service::problem_answer(problem, language);
}

json::value rate_json(std::int64_t numerator, std::int64_t denominator) {
  if (denominator == 0) return nullptr;
  // Half-up on the sixth digit, from the integers.
  const auto scaled = static_cast<Wide>(numerator) * 2'000'000 / denominator;
  const auto micro = static_cast<std::int64_t>((scaled + 1) / 2);
  return static_cast<double>(micro) / 1'000'000.0;
}

const char* certainty_text(definition::Certainty certainty) {
  constexpr const char* kTexts[] = {"text", "reported", "assumed"};
  return kTexts[static_cast<std::size_t>(certainty)];
}

json::object rule_json(const definition::RuleDef& rule) {
  return {{"rule", rule.name}, {"value", rule.text}, {"source", rule.source}, {"certainty", certainty_text(rule.certainty)}};
}

void echo_axes(json::object& out, const Reading& reading, const AsOf& as_of) {
  out["time_zone"] = reading.bundle.zone.name();
  out["at"] = instant_json(as_of.at);
  out["known_at"] = instant_json(as_of.known_at);
}

}  // namespace docket::node
