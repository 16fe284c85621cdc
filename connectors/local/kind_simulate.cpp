#include "connectors/local/kind_simulate.h"

#include <unistd.h>

#include <iostream>

#include "connectors/cli/common.h"
#include "connectors/local/commands.h"
#include "connectors/local/place.h"
#include "connectors/local/simulation.h"
#include "connectors/node/reading.h"

namespace docket::local {
namespace {

namespace json = boost::json;

constexpr const char* kAsIfSet = "as-if";

ControlReply refused(const Error& error) { return {cli::exit_code_of(error), error.message}; }

// NAME=VALUE as a rule of a set that is laid over all others.
Result<std::string> rule_line(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    return Error{ErrorCode::kInvalid, "--rule " + text + ": write it as NAME=VALUE, for example hotline.handle=3wd"};
  std::string value = text.substr(equals + 1);
  if (value.front() == '{' && value.back() == '}') {
    value = value.substr(1, value.size() - 2);
  } else {
    value.insert(0, "value: ");
  }
  return text.substr(0, equals) + ": {" + value + ", source: as if, certainty: assumed}\n";
}

// `decides`: the texts of what decides in the ledger.
Result<Texts> changed_texts(const SimulateOptions& options, const Texts& decides, const std::string& office) {
  Texts texts = decides;
  if (!options.schemas.empty() || !options.with.empty()) {
    auto shipped = schema_texts(options.schemas);
    if (!shipped) return shipped.error();
    if (!options.schemas.empty()) {
      texts = std::move(*shipped);
    } else {
      texts.merge(*shipped);  // rule sets that the ledger's definitions don't name
    }
  }
  if (auto there = has_office(texts, office); !there) return there.error();
  auto sets = options.with;
  if (!options.rules.empty()) {
    std::string set = std::string("rules: ") + kAsIfSet + "\nvalid_from: 1900-01-01\n";
    for (const auto& rule : options.rules) {
      auto line = rule_line(rule);
      if (!line) return line.error();
      set += *line;
    }
    texts[std::string("rules/") + kAsIfSet + ".yaml"] = std::move(set);
    sets.emplace_back(kAsIfSet);
  }
  if (auto laid = lay_sets(texts, office, sets); !laid) return laid.error();
  return texts;
}

std::optional<model::Instant> instant_of(const definition::Bundle& bundle, const std::string& text) {
  if (const auto date = model::parse_date(text)) return bundle.zone.day_end(*date);
  return model::parse_instant(text);
}

std::string text_of(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

ControlReply simulate_in(const Home& home, const std::string& ask, const std::function<bool()>& stopped) {
  boost::system::error_code error;
  const auto given = json::parse(ask, error);
  if (error || !given.is_object()) return {2, "what is to be simulated is no JSON object"};
  const auto& members = given.get_object();
  const auto texts = texts_from_json(text_of(members, "bundle"));
  if (!texts) return {2, "the bundle is no JSON object of texts"};
  const auto compiled = definition::compile(*texts, text_of(members, "office"));
  if (!compiled.ok()) return {1, findings_text(compiled.diagnostics)};
  SimulationAsk asked;
  asked.changed = compiled.bundle;
  asked.stopped = stopped;
  asked.period = text_of(members, "period");
  if (const auto at = text_of(members, "at"); !at.empty()) {
    asked.at = instant_of(*compiled.bundle, at);
    if (!asked.at) return {2, "--at: '" + at + "' is neither a date (2017-04-10) nor an instant with offset (2017-04-10T12:00:00+08:00)"};
  }
  if (const auto* cases = members.if_contains("cases"); cases != nullptr && cases->is_int64())
    asked.cases = static_cast<std::size_t>(cases->get_int64());
  const bool shown = ::isatty(STDERR_FILENO) != 0;
  const auto answer = simulate(home, asked, [&](std::uint64_t events) {
    if (shown) std::cerr << "\r" << events << " events read" << std::flush;
  });
  if (shown) std::cerr << "\r\x1b[K";
  if (!answer) return refused(answer.error());
  return {0, node::json_answer(*answer).body};
}

int run_kind_simulate(const SimulateOptions& options) {
  Place place(options.data);
  const auto decides = place.decides();
  if (!decides) return fail(decides.error());
  const std::string office = options.office.empty() ? (*decides)->office : options.office;
  const auto texts = changed_texts(options, (*decides)->texts, office);
  if (!texts) return fail(texts.error());
  const auto compiled = definition::compile(*texts, office);
  std::cerr << findings_text(compiled.diagnostics);
  if (!compiled.ok()) return fail("office " + office + " does not pass; nothing was simulated", 1);
  const json::object ask{{"bundle", texts_to_json(compiled.bundle->texts)},
                         {"office", office},
                         {"period", options.period},
                         {"at", options.at},
                         {"cases", static_cast<std::int64_t>(options.cases)}};
  const auto answer = place.home() != nullptr ? Result<ControlReply>(simulate_in(*place.home(), json::serialize(ask)))
                                              : place.ask({{"do", "simulate"}, {"ask", json::serialize(ask)}});
  if (!answer) return fail(answer.error());
  if (answer->code != 0) return fail(answer->text, answer->code);
  if (options.json) {
    std::cout << answer->text << "\n";
  } else {
    const auto told = json::parse(answer->text);
    std::cout << simulation_text(told.get_object(), options.language);
  }
  return 0;
}

}  // namespace docket::local
