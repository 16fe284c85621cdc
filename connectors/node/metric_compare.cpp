#include "connectors/node/metric_compare.h"

#include <algorithm>
#include <map>
#include <set>

#include "connectors/node/answers.h"
#include "connectors/node/metric_question.h"

namespace docket::node {
namespace {

constexpr std::int64_t kCasesShown = 100;
constexpr std::int64_t kCasesShownMax = 10'000;

json::object body_of(const service::Answer& answer) {
  const auto parsed = json::parse(answer.body);
  if (answer.status != 200 || !parsed.is_object()) throw std::runtime_error("a side of the comparison: " + answer.body);
  return parsed.get_object();
}

// Of the integers that both figures have, what the newer has more; of the rates, too.
json::value difference(const json::value& older, const json::value& newer) {
  if (!older.is_object() || !newer.is_object()) return nullptr;
  json::object out;
  for (const char* name : {"numerator", "denominator", "value", "count", "rate"}) {
    const auto* a = older.get_object().if_contains(name);
    const auto* b = newer.get_object().if_contains(name);
    if (a == nullptr || b == nullptr) continue;
    if (a->is_int64() && b->is_int64()) {
      out[name] = b->get_int64() - a->get_int64();
    } else if (a->is_number() && b->is_number()) {
      const double more = (b->to_number<double>() - a->to_number<double>()) * 1'000'000;
      out[name] = static_cast<double>(static_cast<std::int64_t>(more < 0 ? more - 0.5 : more + 0.5)) / 1'000'000;
    } else {
      out[name] = nullptr;
    }
  }
  return out;
}

std::string group_text(const json::object& figure, const std::string& group_by) {
  const auto* value = figure.at("group").get_object().if_contains(group_by);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

struct Group {
  json::value group;
  json::value older;
  json::value newer;
};

void take_groups(json::array& figures, const std::string& group_by, bool newer, std::map<std::string, Group>& out) {
  for (auto& entry : figures) {
    auto& figure = entry.get_object();
    auto& into = out[group_text(figure, group_by)];
    into.group = figure.at("group");
    figure.erase("group");
    (newer ? into.newer : into.older) = entry;
  }
}

// Where a case stands in one side's figure: {counts: numerator, value: 1}; a duration's or sum's value; excluded and why.
using Places = std::map<std::string, json::array>;

struct SideCases {
  Places places;
  std::map<std::string, json::value> states;
};

void take_cases(const json::array& rows, const std::string& counts, SideCases& out) {
  for (const auto& entry : rows) {
    const auto& row = entry.get_object();
    const std::string id(row.at("case").get_string());
    out.states[id] = row.at("state");
    json::object place{{"counts", counts}, {"value", row.at("value")}};
    for (const char* each : {"denominator", "part", "n"}) {
      if (const auto* value = row.if_contains(each)) place[each] = *value;
    }
    out.places[id].push_back(std::move(place));
  }
}

SideCases cases_of(const json::object& explained) {
  SideCases out;
  take_cases(explained.at("numerator").get_array(), "numerator", out);
  take_cases(explained.at("not_in_numerator").get_array(), "not_in_numerator", out);
  for (const auto& member : explained.at("excluded").get_object())
    take_cases(member.value().get_array(), "excluded:" + std::string(member.key()), out);
  return out;
}

json::value place_of(const SideCases& side, const std::string& id) {
  const auto it = side.places.find(id);
  return it == side.places.end() ? json::value(nullptr) : json::value(it->second);
}

json::object head_of(const json::object& answer) {
  json::object out;
  for (const char* name : {"version", "formula", "total"}) out[name] = answer.at(name);
  return out;
}

}  // namespace

MetricVersions metric_versions(const MetricSides& sides, const definition::Bundle& decides) {
  MetricVersions out;
  const auto decisions = sides.decisions();
  for (const auto& name : decisions.metrics()) {
    const auto* own = definition::find_name(decides.metric_ids, name);
    const auto stands = decisions.standing(name);
    if (own == nullptr || !stands || stands->version != decides.metrics[*own].version) continue;
    json::array rows;
    const bool newer = stands->built && stands->swapped;
    if (stands->before != 0) {
      const bool current = stands->built && !stands->swapped;
      rows.push_back(json::object{{"version", stands->before}, {"state", current ? "current" : "former"}});
    }
    json::object row{{"version", stands->version}, {"state", newer ? "current" : stands->built ? "beside" : "building"}};
    if (!stands->built) row["percent"] = sides.percent();
    rows.push_back(std::move(row));
    out[name] = std::move(rows);
  }
  return out;
}

service::Answer answer_metric_compare(const Reading* older, const Reading& newer, const Params& params, const std::string& name) {
  const std::string group_by = params.text("group_by").value_or("");
  const auto limit = params.integer("limit", kCasesShown);
  if (limit < 0 || limit > kCasesShownMax)
    throw BadParameter{"limit", "found " + std::to_string(limit) + ", expected 0 to " + std::to_string(kCasesShownMax)};
  service::Query asked;  // what both sides are asked
  for (const char* each : {"period", "at", "known_at"}) {
    if (const auto text = params.text(each)) asked.params.emplace_back(each, *text);
  }
  asked.language = params.query().language;
  service::Query grouped = asked;
  // A dimension that only one version has splits that side alone.
  const auto has = [&](const Reading& reading) {
    const auto& by = reading.bundle.metrics[*metric_id(reading, name)].by;
    return std::any_of(by.begin(), by.end(), [&](const auto& one) { return one.name == group_by; });
  };
  if (!group_by.empty() && !has(newer) && (older == nullptr || !has(*older)))
    static_cast<void>(dimension_of(newer.bundle.metrics[*metric_id(newer, name)], group_by));  // says which there are
  if (!group_by.empty()) grouped.params.emplace_back("group_by", group_by);
  const auto figure = [&](const Reading& reading) {
    return body_of(answer_metric(reading, Params(!group_by.empty() && has(reading) ? grouped : asked), name));
  };
  auto is = figure(newer);
  json::object was;
  if (older != nullptr) was = figure(*older);

  json::object out{{"name", name}, {"title", is.at("title")}, {"min_n", is.at("min_n")}};
  for (const char* each : {"period", "from", "to", "at", "known_at", "time_zone"}) {
    if (const auto* value = is.if_contains(each)) out[each] = *value;
  }
  if (newer.decided != nullptr) {
    if (const auto it = newer.decided->find(name); it != newer.decided->end()) out["versions"] = it->second;
  }
  out["older"] = older == nullptr ? json::value(nullptr) : json::value(head_of(was));
  out["newer"] = head_of(is);
  out["difference"] = older == nullptr ? json::value(nullptr) : difference(was.at("total"), is.at("total"));
  std::map<std::string, Group> groups;
  if (!group_by.empty() && has(newer)) take_groups(is.at("figures").get_array(), group_by, true, groups);
  if (!group_by.empty() && older != nullptr && has(*older)) take_groups(was.at("figures").get_array(), group_by, false, groups);
  json::array figures;
  for (auto& [text, row] : groups) {
    auto more = difference(row.older, row.newer);
    figures.push_back(json::object{{"group", std::move(row.group)},
                                   {"older", std::move(row.older)},
                                   {"newer", std::move(row.newer)},
                                   {"difference", std::move(more)}});
  }
  out["figures"] = std::move(figures);

  const auto after = cases_of(body_of(answer_metric_explain(newer, Params(asked), name)));
  const auto before = older == nullptr ? SideCases() : cases_of(body_of(answer_metric_explain(*older, Params(asked), name)));
  std::set<std::string> ids;
  for (const auto* side : {&before, &after}) {
    for (const auto& [id, place] : side->places) ids.insert(id);
  }
  json::array cases;
  std::int64_t differ = 0;
  for (const auto& id : ids) {
    auto a = place_of(before, id);
    auto b = place_of(after, id);
    if (a == b) continue;
    if (++differ > limit) continue;
    const auto state = after.states.contains(id) ? after.states.at(id) : before.states.at(id);
    cases.push_back(json::object{{"case", id}, {"state", state}, {"older", std::move(a)}, {"newer", std::move(b)}});
  }
  out["cases_compared"] = ids.size();
  out["cases_differ"] = differ;
  out["cases"] = std::move(cases);
  return json_answer(out);
}

}  // namespace docket::node
