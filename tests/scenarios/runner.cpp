#include "tests/scenarios/runner.h"

#include <boost/json.hpp>
#include <regex>

#include "engine/apply/condition.h"
#include "engine/measure/contribution.h"
#include "engine/validate/step_check.h"
#include "tests/support/hotline.h"
#include "tests/support/proposal.h"
#include "tests/support/supervision.h"

namespace docket::testing {
namespace {

namespace json = boost::json;
using Kind = partition::EventOutcome::Kind;
using definition::MetricDef;

constexpr std::int64_t kUsualDelayMs = 60'000;  // from happening to being recorded

// "U", "[U, V]", "true", "3", "\"12345\"".
json::value value_of(const std::string& text) {
  if (text.size() > 1 && text.front() == '[') {
    json::array items;
    for (const auto& item : parted(text.substr(1, text.size() - 2), ",")) items.push_back(value_of(item));
    return items;
  }
  if (text.size() > 1 && text.front() == '"') return json::string(text.substr(1, text.size() - 2));
  if (text == "true" || text == "false") return text == "true";
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos) return std::stoll(text);
  return json::string(text);
}

void put(json::object& into, const std::string& path, const json::value& value) {
  const auto dot = path.find('.');
  if (dot == std::string::npos) {
    into[path] = value;
    return;
  }
  auto& inner = into[path.substr(0, dot)];
  if (!inner.is_object()) inner = json::object();
  put(inner.as_object(), path.substr(dot + 1), value);
}

// As a row writes a value.
std::string text_of(const definition::Bundle& bundle, const model::Value* value) {
  if (value == nullptr || !value->present()) return "-";
  if (value->type() == model::Value::Type::kFlag) return value->number() != 0 ? "true" : "false";
  return partition::key_text(bundle, *value);
}

const char* name_of(apply::ClockValue value) {
  constexpr const char* kNames[] = {"none", "running", "paused", "met", "late", "cancelled", "unlimited", "overdue"};
  return kNames[static_cast<std::size_t>(value)];
}

// First day and the day after the last of "2017", "2017-Q1", "2017-03", "2017-03-08"; the series of a ratio by the period's end.
struct Days {
  model::Day from = 0;
  model::Day to = 0;
  std::uint8_t by_end = measure::kNumerator;
};
std::optional<Days> days_of(const std::string& period) {
  const auto first_of = [](int year, int month) { return model::day_from_date({year + (month - 1) / 12, (month - 1) % 12 + 1, 1}); };
  std::smatch match;
  if (!std::regex_match(period, match, std::regex(R"((\d{4})(?:-(?:Q([1-4])|(\d\d)(?:-(\d\d))?))?)"))) return std::nullopt;
  const int year = std::stoi(match[1]);
  if (match[2].matched) {
    const int month = std::stoi(match[2]) * 3 - 2;
    return Days{first_of(year, month), first_of(year, month + 3), measure::kNumeratorByQuarter};
  }
  if (match[4].matched) {
    const auto day = model::parse_date(period);
    return day ? std::optional(Days{*day, *day + 1, measure::kNumerator}) : std::nullopt;
  }
  if (match[3].matched)
    return Days{first_of(year, std::stoi(match[3])), first_of(year, std::stoi(match[3]) + 1), measure::kNumeratorByMonth};
  return Days{first_of(year, 1), first_of(year, 13), measure::kNumeratorByYear};
}

std::string decimal(std::int64_t thousandths) {
  std::string out = std::to_string(thousandths / 1000);
  std::string rest = std::to_string(1000 + thousandths % 1000).substr(1);
  while (!rest.empty() && rest.back() == '0') rest.pop_back();
  return rest.empty() ? out : out + "." + rest;
}

}  // namespace

ScenarioRunner::ScenarioRunner(const Scenario& scenario, definition::BundlePtr bundle, Travelled& travelled)
    : scenario_(scenario),
      bundle_(std::move(bundle)),
      travelled_(travelled),
      kind_(bundle_->kinds.at(*definition::find_name(bundle_->kind_ids, scenario.kind))),
      engine_(bundle_, scenario.rows.front().at - model::kMsPerDay),
      case_id_("S1") {}

std::vector<Mismatch> ScenarioRunner::run() {
  for (const auto& row : scenario_.rows) {
    if (row.event != "look") publish(row);
    if (row.event == "look") wait_until(row.at);
    today_ = std::max(today_, bundle_->zone.local_day(row.at));
    const auto it = engine_.projections.cases.find(case_id_);
    case_ = it == engine_.projections.cases.end() ? nullptr : it->second;
    note_states();
    for (const auto& text : parted(row.expected, ";")) expect(row, text);
  }
  const auto replayed = engine_.replay();
  for (const auto& [id, live] : engine_.projections.cases) {
    if (!replayed->cases.contains(id) || !(*replayed->cases.at(id) == *live)) {
      mismatch(scenario_.rows.back(), "a replay of the ledger ends in the same case " + id, "another");
    }
  }
  return std::move(mismatches_);
}

void ScenarioRunner::mismatch(const ScenarioRow& row, std::string expected, std::string got) {
  mismatches_.push_back({scenario_.file + ":" + std::to_string(row.line), std::move(expected), std::move(got)});
}

ScenarioRunner::Act ScenarioRunner::act_of(const ScenarioRow& row, bool forbidden) const {
  Act act;
  act.source = forbidden ? "docket:console" : "12345";  // over a screen what isn't legal is rejected, not parked
  act.recorded = row.at + kUsualDelayMs;
  const auto phrases = parted(row.by, ",");
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    const auto& phrase = phrases[i];
    auto words = parted(phrase, " ");
    if (i == 0) {
      act.role = words[0];
      if (words.size() > 1 && words[1] != "as") act.unit = words[1];
      act.authid = act.role + (act.unit.empty() ? "" : "-" + act.unit) + "-1";
      if (words.size() > 2 && words[words.size() - 2] == "as") act.authid = words.back();
    } else if (phrase.rfind("approved by ", 0) == 0) {
      act.approved_by = phrase.substr(12);
    } else if (phrase.rfind("recorded ", 0) == 0) {
      act.recorded = scenario_time(phrase.substr(9));
      if (act.recorded == model::kNoInstant) act.problem = "no time: " + phrase;
    } else if (phrase.rfind("from ", 0) == 0) {
      act.source = phrase.substr(5);
    } else {
      act.problem = "what is `" + phrase + "`?";
    }
  }
  return act;
}

std::string ScenarioRunner::json_of(const ScenarioRow& row, const Act& act) {
  const std::string id = case_id_ + "-" + std::to_string(row.line);
  if (!row.label.empty()) labels_[row.label] = {act.source, id};
  json::object data;
  if (scenario_.kind == "hotline-ticket") data = json::parse(hotline_data(case_id_, row.event)).as_object();
  if (scenario_.kind == "supervision") data = json::parse(supervision_data(row.event)).as_object();
  if (scenario_.kind == "proposal") data = json::parse(proposal_data(case_id_, row.event)).as_object();
  static const std::regex kPair(R"(([\w.]+)=("[^"]*"|\[[^\]]*\]|\S+))");
  for (std::sregex_iterator it(row.data.begin(), row.data.end(), kPair), end; it != end; ++it) {
    const std::string value = (*it)[2];
    if (value == "-") {
      data.erase((*it)[1].str());
    } else if (value[0] == '#') {
      put(data, (*it)[1], json::object{{"source", labels_[value].first}, {"id", labels_[value].second}});
    } else {
      put(data, (*it)[1], value_of(value));
    }
  }
  const std::string wall = model::format_instant(row.at + 8 * 3'600'000);
  json::object event{{"specversion", "1.0"}, {"id", id},
                     {"source", act.source}, {"type", bundle_->prefix + "." + scenario_.kind + "." + row.event + ".v1"},
                     {"subject", case_id_},  {"time", wall.substr(0, wall.size() - 1) + "+08:00"},
                     {"authid", act.authid}, {"actorrole", act.role}};
  if (!act.unit.empty()) event["actorunit"] = act.unit;
  if (!act.approved_by.empty()) event["approvedby"] = act.approved_by;
  event["data"] = std::move(data);
  return json::serialize(event);
}

void ScenarioRunner::publish(const ScenarioRow& row) {
  std::string refusal;
  Kind wanted = Kind::kAccepted;
  static const std::regex kRefusal(R"((Forbidden|Parked): ([a-z-]+))");
  if (std::smatch match; std::regex_search(row.expected, match, kRefusal)) {
    wanted = match[1] == "Forbidden" ? Kind::kRejected : Kind::kParked;
    refusal = match[2];
  }
  const Act act = act_of(row, wanted == Kind::kRejected);
  if (!act.problem.empty()) return mismatch(row, "a readable `by`", act.problem);
  wait_until(act.recorded);
  if (act.recorded != row.at + kUsualDelayMs) today_ = std::max(today_, bundle_->zone.local_day(act.recorded));
  const std::string before = state_now();
  const auto outcome = engine_.offer(json_of(row, act));
  const std::string code(outcome.refusal.code == model::Rejection::kNone ? "" : model::name(outcome.refusal.code));
  if (outcome.kind != wanted || code != refusal) {
    mismatch(row, std::string(partition::name_of(wanted)) + (refusal.empty() ? "" : " " + refusal),
             std::string(partition::name_of(outcome.kind)) + " " + code + " " + outcome.refusal.detail);
  }
  if (outcome.kind == Kind::kAccepted) {
    travelled_.events.insert(scenario_.kind + "." + row.event);
    travelled_.paths.insert(scenario_.kind + " " + before + " " + row.event);
  }
  if (!refusal.empty()) travelled_.refusals.insert(refusal);
}

// Time goes on to `until`, from one instant at which Docket has to act itself to the next, so that each of its own events is seen alone.
void ScenarioRunner::wait_until(model::Instant until) {
  while (engine_.now() < until) {
    const auto& wanted = engine_.projections.wanted;
    const auto next = wanted.upper_bound({engine_.now() + 1, std::string()});
    const std::string before = state_now();
    const auto& history = engine_.projections.histories[case_id_];
    const std::size_t known = history.size();
    engine_.set_now(next == wanted.end() ? until : std::min(until, next->first));
    engine_.pump();
    for (std::size_t i = known; i < history.size(); ++i) {
      if (history[i].kind != ledger::RecordKind::kTimer) continue;
      travelled_.events.insert(scenario_.kind + "." + history[i].event);
      travelled_.paths.insert(scenario_.kind + " " + before + " " + history[i].event);
    }
  }
}

std::string ScenarioRunner::state_now() const {
  const auto it = engine_.projections.cases.find(case_id_);
  return it == engine_.projections.cases.end() ? "-" : kind_.scopes[0].states[it->second->scope.state].name;
}

void ScenarioRunner::note_states() {
  for (const auto& [id, state] : engine_.projections.cases) {
    travelled_.states.insert(kind_.name + " " + kind_.scopes[0].states[state->scope.state].name);
    for (const auto& part : state->parts) {
      const auto& def = kind_.scopes[part.part];
      if (part.scope.state < def.states.size())
        travelled_.states.insert(kind_.name + "." + def.name + " " + def.states[part.scope.state].name);
    }
  }
}

void ScenarioRunner::expect(const ScenarioRow& row, const std::string& text) {
  if (text.rfind("Forbidden: ", 0) == 0 || text.rfind("Parked: ", 0) == 0) return;  // compared as it was published
  std::string wanted = text;
  const std::string got = found(row, text, wanted);
  if (got != wanted) mismatch(row, text, got);
}

// What there is, told as the row tells it; equal to `wanted` if it is what the row expects.
std::string ScenarioRunner::found(const ScenarioRow& row, const std::string& text, std::string& wanted) const {
  const auto words = parted(text, " ");
  if (words.empty()) return "nothing to compare";
  if (text.find(" = ") != std::string::npos && words[0].find('.') != std::string::npos && words[0].find('[') == std::string::npos) {
    return figure(text, wanted);
  }
  if (text == "no case") return case_ == nullptr ? text : "a case";
  if (words[0] == "waiting") return "waiting " + std::to_string(engine_.projections.parked_rows.size());
  if (case_ == nullptr) return "no case";
  if (words[0] == "->" && words.size() == 2) return "-> " + kind_.scopes[0].states[case_->scope.state].name;
  if (words[0] == "round") return "round " + std::to_string(case_->round);
  if (words[0] == "light") return std::string("light ") + apply::to_string(apply::case_light(kind_, *case_, row.at));
  if (text == "voided") return case_->voided ? text : "not voided";
  if (words[0] == "gate" && words.size() == 3) {
    const auto* gate = definition::find_name(kind_.scopes[0].gate_ids, words[1]);
    if (gate == nullptr) return "no such gate";
    return "gate " + words[1] + " " + validate::to_string(validate::gate_status(*bundle_, kind_, *case_, 0, *gate, nullptr));
  }
  return clock_or_attribute(row, words, wanted);
}

std::string ScenarioRunner::notice(const model::ClockInstance& clock, const std::vector<std::string>& words) const {
  std::string all;
  for (const auto& each : clock.notices) {
    if (each.level == words[2] && scenario_time_text(each.at) == words[3] + " " + words[4]) {
      return words[0] + " notice " + each.level + " " + scenario_time_text(each.at);
    }
    all += each.level + " " + scenario_time_text(each.at) + " ";
  }
  return all.empty() ? "no notices" : all;
}

// "handle due 2017-03-08 24:00", "handle met", "handle notice yellow 2017-03-07 10:00", "assist[V].opinion running", "assist[V] given",
// "unit = U", "satisfaction@1 = satisfied".
std::string ScenarioRunner::clock_or_attribute(const ScenarioRow& row, const std::vector<std::string>& words, std::string& wanted) const {
  static const std::regex kName(R"((?:(\w+)\[([\w-]+)\]\.?)?(\w*)(?:@(\d+))?)");
  std::smatch match;
  if (words.size() < 2 || !std::regex_match(words[0], match, kName)) return "can't read this";
  model::ScopeId scope_id = 0;
  const model::ScopeState* scope = &case_->scope;
  if (match[1].matched) {
    const auto* part = definition::find_name(kind_.part_ids, std::string(match[1]));
    if (part == nullptr) return "no such part";
    scope_id = *part;
    scope = nullptr;
    for (const auto& instance : case_->parts) {
      if (instance.part == scope_id && partition::key_text(*bundle_, instance.key) == match[2]) scope = &instance.scope;
    }
    if (scope == nullptr) return words[0] + " -";
  }
  const auto& def = kind_.scopes[scope_id];
  const std::string name = match[3];
  if (name.empty()) return words[0] + " " + (scope->state < def.states.size() ? def.states[scope->state].name : "cleared");
  if (words[1] == "=") {
    const auto* id = definition::find_name(def.attribute_ids, name);
    if (id == nullptr) return "no such attribute";
    const std::uint16_t round = !def.attributes[*id].per_round ? 0
                                : match[4].matched             ? static_cast<std::uint16_t>(std::stoi(match[4]))
                                                               : case_->round;
    const auto* value = apply::attribute(*scope, *id, round);
    return words[0] + " = " + text_of(*bundle_, value);
  }
  const auto* clock_id = definition::find_name(def.clock_ids, name);
  if (clock_id == nullptr) return "no such clock";
  const auto* clock = apply::newest(*scope, *clock_id);
  if (match[4].matched) {
    clock = nullptr;
    for (const auto& each : scope->clocks) {
      if (each.clock == *clock_id && each.round == std::stoi(match[4])) clock = &each;
    }
  }
  if (words[1] == "due") {
    return words[0] + " due " + (clock == nullptr || clock->due == model::kNoInstant ? "-" : scenario_time_text(clock->due));
  }
  if (words[1] == "notice" && words.size() == 5) return clock == nullptr ? "no clock" : notice(*clock, words);
  const std::string value = name_of(apply::clock_value(clock, row.at, false));
  if (words[1] == "running" && value == "overdue") wanted = words[0] + " running";  // overdue is told apart
  return words[0] + " " + value;
}

// "hotline.on_time_rate 2017-03 = 3/4", "... 2017-03 unit=U = 1/2", "... 2017-03 paused = 1", "... 2017-03 excluded = 1",
// "qa.sessions 2017 = 2", "hotline.overdue_open = 1": at the end of the row's day, as known now.
std::string ScenarioRunner::figure(const std::string& text, std::string& wanted) const {
  const auto at = text.find(" = ");
  const auto words = parted(text.substr(0, at), " ");
  wanted = text;
  const auto* id = definition::find_name(bundle_->metric_ids, words[0]);
  if (id == nullptr) return "no such metric";
  const MetricDef* metric = &bundle_->metrics[*id];
  const std::uint16_t index = metric->measure == MetricDef::Measure::kComplement ? metric->complement : *id;
  const bool complement = index != *id;
  metric = &bundle_->metrics[index];
  Days days{0, today_ + 1, measure::kNumerator};
  std::uint8_t by = 0;
  std::string group;
  std::string series_name;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (i == 1 && metric->measure != MetricDef::Measure::kStock) {
      const auto period = days_of(words[i]);
      if (!period) return "no period: " + words[i];
      days = *period;
    } else if (equals != std::string::npos) {
      for (std::size_t b = 0; b < metric->by.size(); ++b) {
        if (metric->by[b].name == words[i].substr(0, equals)) by = static_cast<std::uint8_t>(b + 1);
      }
      if (by == 0) return "no such dimension: " + words[i];
      group = words[i].substr(equals + 1);
    } else {
      series_name = words[i];
    }
  }
  const auto sum = [&](std::uint16_t series) {
    std::int64_t total = 0;
    for (const auto& [key, value] : engine_.projections.by_occurred) {
      const auto& [m, b, g, day, s, occurred] = key;
      if (m == index && b == by && s == series && (by == 0 || g == group) && day >= days.from && day < days.to && day <= today_)
        total += value;
    }
    return total;
  };
  const std::string head = text.substr(0, at) + " = ";
  if (series_name == "paused") return head + std::to_string(sum(measure::kPaused));
  for (std::size_t i = 0; i < metric->except.size(); ++i) {
    if (metric->except[i].name == series_name) return head + std::to_string(sum(static_cast<std::uint16_t>(measure::kExclusions + 2 * i)));
  }
  if (!series_name.empty()) return "no such exclusion: " + series_name;
  const bool weigh = metric->measure == MetricDef::Measure::kRatioWeigh;
  const bool by_end = metric->measure == MetricDef::Measure::kRatioByEnd;
  std::int64_t numerator = sum(by_end ? days.by_end : std::uint8_t{measure::kNumerator});
  if (metric->measure == MetricDef::Measure::kCount || metric->measure == MetricDef::Measure::kSum ||
      metric->measure == MetricDef::Measure::kStock)
    return head + std::to_string(numerator);
  const std::int64_t denominator = sum(measure::kDenominator);
  if (complement) numerator = denominator - numerator;
  return head + (weigh ? decimal(numerator) : std::to_string(numerator)) + "/" + std::to_string(denominator);
}

}  // namespace docket::testing
