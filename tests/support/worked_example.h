// The worked example of domain.md 3.4 as CloudEvents: read from tests/fixtures/worked_example.txt, one case a line.
#pragma once

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace docket::testing {

struct ExampleEvent {
  std::string case_id;
  std::string name;
  bool late = false;  // T6b
  std::string json;
};

inline std::vector<ExampleEvent> worked_example() {
  const std::map<std::string, std::string> roles{{"created", "intake"},
                                                 {"merged", "intake"},
                                                 {"dispatched", "dispatcher"},
                                                 {"return_granted", "dispatcher"},
                                                 {"extension_approved", "dispatcher"},
                                                 {"signed", "unit"},
                                                 {"result_replied", "unit"},
                                                 {"extension_requested", "unit"},
                                                 {"return_requested", "unit"},
                                                 {"concluded", "auditor"},
                                                 {"callback_attempted", "callback"},
                                                 {"rated", "callback"},
                                                 {"callback_done", "callback"},
                                                 {"reopened", "callback"}};
  const std::map<std::string, std::string> defaults{
      {"created", R"({"channel":"phone","type":"complaint","category":"noise","district":"shinan","text":"t","caller":"p1"})"},
      {"dispatched", R"({"unit":"U"})"},
      {"result_replied", R"({"solved":"solved","text":"done"})"},
      {"callback_attempted", R"({"outcome":"reached"})"},
      {"rated", R"({"caller_says":"solved","channel":"phone"})"}};
  std::vector<ExampleEvent> out;
  std::map<std::string, int> numbers;
  std::ifstream file(std::string(DOCKET_SOURCE_DIR) + "/tests/fixtures/worked_example.txt");
  for (std::string line; std::getline(file, line);) {
    const bool late = line.substr(2, 1) == "b";
    const std::string case_id = line.substr(0, 2);
    static const std::regex kEvent(R"((?:(\d\d-\d\d) )?(\d\d:\d\d) (\w+)(?: (\{.*?\}))?)");
    std::string day;
    for (std::sregex_iterator it(line.begin(), line.end(), kEvent), end; it != end; ++it) {
      const auto& match = *it;
      if (match[1].matched) day = match[1];
      const std::string name = match[3];
      boost::json::object data;
      if (const auto found = defaults.find(name); found != defaults.end()) data = boost::json::parse(found->second).as_object();
      if (name == "created") data["number"] = case_id;
      if (match[4].matched) {
        const auto given = boost::json::parse(std::string(match[4]));
        for (const auto& member : given.as_object()) data[member.key()] = member.value();
      }
      boost::json::object event{{"specversion", "1.0"},
                                {"id", case_id + "-" + std::to_string(++numbers[case_id])},
                                {"source", "example"},
                                {"type", "org.docket.hotline-ticket." + name + ".v1"},
                                {"subject", case_id},
                                {"time", "2017-" + day + "T" + std::string(match[2]) + ":00+08:00"},
                                {"authid", roles.at(name) + "-1"},
                                {"actorrole", roles.at(name)}};
      if (roles.at(name) == "unit") event["actorunit"] = "U";
      event["data"] = std::move(data);
      out.push_back({case_id, name, late, boost::json::serialize(event)});
    }
  }
  return out;
}

}  // namespace docket::testing
