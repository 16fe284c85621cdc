#include "connectors/node/authority.h"

#include <string>
#include <utility>

#include "connectors/service/problem.h"

namespace docket::node {
namespace {

constexpr std::size_t kToldMax = 20;  // of many, so many by pointer

std::string expected(const service::Granted& granted) {
  std::string out;
  for (const auto& name : *granted) out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? "none" : out;
}

}  // namespace

std::optional<service::Answer> beyond(const service::Caller& caller, const std::vector<ingest::Offered>& events, bool single,
                                      std::string_view language) {
  if (caller.node) return std::nullopt;
  std::vector<service::ProblemField> fields;
  std::size_t count = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].event == nullptr) continue;  // no event: nothing will come of it
    const auto& event = *events[i].event;
    const std::string at = single ? "#" : "#/" + std::to_string(i);
    const auto see = [&](const char* name, const std::string& value, const service::Granted& granted) {
      if (value.empty() || service::grants(granted, value)) return;
      ++count;
      if (fields.size() < kToldMax)
        fields.push_back(
            {at + "/" + name, "found \"" + value + "\", expected what token " + caller.name + " may say: " + expected(granted), "value"});
    };
    see("source", event.source, caller.sources);
    see("actorrole", event.actorrole, caller.roles);
    see("actorunit", event.actorunit, caller.units);
  }
  if (count == 0) return std::nullopt;
  auto problem = service::make_problem(
      "forbidden", "token " + caller.name + " may not publish this: " + fields.front().pointer + ": " + fields.front().detail +
                       (count > 1 ? " (and " + std::to_string(count - 1) + " more)" : "") + "; nothing was written");
  problem.outcome = "forbidden";
  problem.errors = std::move(fields);
  return service::problem_answer(problem, language);
}

}  // namespace docket::node
