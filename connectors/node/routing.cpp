// A read finds its answer: what it must wait for first, and whose it is.
#include <chrono>
#include <thread>

#include "connectors/node/answer_erasure.h"
#include "connectors/node/answer_rejects.h"
#include "connectors/node/answers.h"
#include "connectors/node/event_stream.h"
#include "connectors/node/metric_compare.h"
#include "connectors/node/node_lends.h"
#include "connectors/service/openapi.h"
#include "connectors/service/problem.h"

namespace docket::node {

namespace json = boost::json;

service::Answer Node::query(const service::Query& query) {
  try {
    const auto consistency = Params(query).text("consistency");
    if (consistency && *consistency != "strong") throw BadParameter{"consistency", "found '" + *consistency + "', expected strong"};
    if (auto waiting = await_position(query)) return std::move(*waiting);
    if (consistency) {
      if (auto waiting = await_barriers(query)) return std::move(*waiting);
    }
    auto answer = route(query);
    if (answer.position.empty()) answer.position = positions_token();
    return answer;
  } catch (const BadParameter& bad) {
    return bad_parameter(bad, query.language);
  } catch (const NotCounted& waits) {
    return service::problem_answer("projection-behind", waits.what(), query.language);
  } catch (const std::exception& error) {
    return service::problem_answer("internal", error.what(), query.language);
  }
}

service::Answer Node::route(const service::Query& query) {
  const Params params(query);
  const std::string& route = query.route;
  if (route == "/livez") return json_answer(json::object{{"status", "ok"}});
  if (route == "/readyz") return answer_ready();
  if (route == "/metrics") return answer_prometheus();
  if (route == "/openapi.yaml") return {200, "application/yaml", service::openapi_yaml(), {}, {}, {}, 0};
  if (route == "/openapi.json") return {200, "application/json", service::openapi_json(), {}, {}, {}, 0};
  if (route == "/v1/positions") return answer_positions(query);
  if (route == "/v1/nodes") return answer_nodes();
  if (route == "/v1/rejects") return answer_rejects(*bundle(), *parts_.store, parts_.block_at, params);
  if (route.starts_with("/v1/metrics")) return route_metrics(query);
  Lease books(*this);
  const Reading reading{books.bundle(), *parts_.store, *records_, *books, *sealer_, parts_.clock()};
  const auto path = [&](const char* name) { return query.path.at(name); };
  if (route == "/v1/cases") return answer_cases(reading, params);
  if (route == "/v1/cases/{id}") return answer_case(reading, params, path("id"));
  if (route == "/v1/cases/{id}/history") return answer_history(reading, params, path("id"));
  if (route == "/v1/cases/{id}/deadlines") return answer_deadlines(reading, params, path("id"));
  if (route == "/v1/alarms") return answer_alarms(reading, params);
  if (route == "/v1/cases/{id}/erasure") return answer_erasure(reading, params, path("id"), *parts_.keys, parts_.key_copies);
  if (route == "/v1/events") return answer_event(reading, params);
  if (route == "/v1/events/stream") return open_stream(reading, params);
  if (route == "/v1/rejection-codes") return answer_rejection_codes(reading);
  if (route == "/v1/kinds") return answer_kinds(reading);
  if (route == "/v1/kinds/{kind}") return answer_kind(reading, params, path("kind"));
  if (route == "/v1/schemas") return answer_schemas(reading);
  if (route == "/v1/schemas/{kind}/{event}/{major}") return answer_schema(reading, params, path("kind"), path("event"), path("major"));
  if (route == "/v1/rules") return answer_rules(reading, params);
  if (route == "/v1/calendars") return answer_calendars(reading);
  if (route == "/v1/office") return answer_office(reading, parts_.ledger_id, parts_.activations ? parts_.activations->number() : 1);
  return not_found("no such page", query.language);
}

// By the versions that names answer by.
service::Answer Node::route_metrics(const service::Query& query) {
  const Params params(query);
  const auto now = parts_.clock();
  const auto decides = bundle();
  const auto name = query.path.contains("name") ? query.path.at("name") : std::string();
  if (query.route == "/v1/metrics/{name}/compare") {
    if (definition::find_name(decides->metric_ids, name) == nullptr)
      return not_found("no metric " + name + "; /v1/metrics lists them", query.language);
    const auto versions = parts_.metrics ? metric_versions(*parts_.metrics, *decides) : MetricVersions();
    const auto newer = parts_.metrics ? parts_.metrics->side(decides, MetricSides::As::kNewer, name) : nullptr;
    if (!newer)
      throw BadParameter{"name", "metric " + name + " was not backfilled, so there is nothing to compare: docket metric backfill " + name};
    const auto older = parts_.metrics->side(decides, MetricSides::As::kOlder, name);
    const Reading is{newer->bundle(), newer->store(), *records_, newer->books(), *sealer_, now, &versions};
    if (!older) return answer_metric_compare(nullptr, is, params, name);
    const Reading was{older->bundle(), older->store(), *records_, older->books(), *sealer_, now, &versions};
    return answer_metric_compare(&was, is, params, name);
  }
  const auto answer = [&](const Reading& reading) {
    if (query.route == "/v1/metrics") return answer_metrics(reading, params);
    if (query.route == "/v1/metrics/{name}") return answer_metric(reading, params, name);
    return answer_metric_explain(reading, params, name);
  };
  if (const auto side = parts_.metrics ? parts_.metrics->side(decides, MetricSides::As::kNames, name) : nullptr) {
    const auto versions = metric_versions(*parts_.metrics, *decides);
    return answer({side->bundle(), side->store(), *records_, side->books(), *sealer_, now, &versions});
  }
  Lease books(*this);
  return answer({books.bundle(), *parts_.store, *records_, *books, *sealer_, now});
}

void Node::read(const std::function<void(const Reading& reading)>& with) {
  Lease books(*this);
  with({books.bundle(), *parts_.store, *records_, *books, *sealer_, parts_.clock()});
}

std::uint64_t Node::applied() const {
  constexpr std::int64_t kLookMs = 20;
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  auto last = looked_at_ms_.load();
  if (now - last < kLookMs || !looked_at_ms_.compare_exchange_strong(last, now)) return applied_;
  std::uint64_t sum = 0;
  for (int partition = 0; partition < model::kPartitions; ++partition) sum += parts_.store->position(partition).height;
  applied_ = sum;
  return sum;
}

service::Answer Node::open_stream(const Reading& reading, const Params& params) {
  service::Answer answer;
  answer.content_type = "text/event-stream";
  answer.stream = std::make_shared<EventStream>(*this, reading, params);
  return answer;
}

std::string Node::positions_token() const {
  std::string out;
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    const auto position = parts_.store->position(partition);
    if (position.height == 0) continue;
    if (!out.empty()) out += ',';
    out += ledger::position_text(position);
  }
  return out;
}

// min_position: at least that far; a hash that is not in the chain is 409 position-lost. What is acknowledged is applied, so an
// owner never has to wait long.
std::optional<service::Answer> Node::await_position(const service::Query& query) const {
  const Params params(query);
  const auto wanted = params.text("min_position");
  if (!wanted) return std::nullopt;
  std::string_view rest = *wanted;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const auto position = ledger::parse_position(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    if (!position || position->partition < 0 || position->partition >= model::kPartitions)
      throw BadParameter{"min_position", "not a position token"};
    if (!reached(*position)) return service::problem_answer("projection-behind", "not there yet; ask again", query.language);
    if (position->height == 0) continue;
    const auto stored = parts_.block_at(position->partition, position->height - 1);
    if (!stored || ledger::hash_prefix(ledger::block_hash(stored->value)) != position->hash) {
      return service::problem_answer("position-lost", "that position is not in this ledger's chain", query.language);
    }
  }
  return std::nullopt;
}

}  // namespace docket::node
