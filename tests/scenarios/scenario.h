// Scenario tables: plain text that a clerk can read, one scenario under each `== Title` (see README.md of this folder). Here: the text as
// rows. A line that can't be read is a problem with file and line; nothing is guessed.
#pragma once

#include <string>
#include <vector>

#include "engine/model/time.h"

namespace docket::testing {

struct ScenarioRow {
  int line = 0;
  std::string when;
  model::Instant at = model::kNoInstant;
  std::string event;     // "look": nothing happens, only expectations
  std::string label;     // "#reply" behind the event's name
  std::string by;        // "unit V as u2, approved by chief, recorded 2017-03-20 09:00"
  std::string data;      // key=value ...
  std::string expected;  // "-> signed; handle due 2017-03-08 24:00", "Forbidden: once"
  std::string source;    // section, and its words in quotes
};

struct Scenario {
  std::string file;  // "hotline/returns.txt"
  int line = 0;
  std::string title;
  std::string office = "example";
  std::string kind;
  std::vector<std::string> rules;  // "hotline.sign: {...}": instead of the office's own
  std::vector<ScenarioRow> rows;
};

struct ScenarioTexts {
  std::vector<Scenario> scenarios;
  std::vector<std::string> problems;  // "hotline/returns.txt:12: ..."
};

// Every *.txt below the folder, in the order of names.
[[nodiscard]] ScenarioTexts read_scenarios(const std::string& folder);

// "2017-03-08 10:00", "... 10:00:30"; "2017-03-08 24:00" is that day's last millisecond. kNoInstant if it is neither.
[[nodiscard]] model::Instant scenario_time(const std::string& text);
[[nodiscard]] std::string scenario_time_text(model::Instant at);

[[nodiscard]] std::string trimmed(const std::string& text);
[[nodiscard]] std::vector<std::string> parted(const std::string& text, const std::string& by);

}  // namespace docket::testing
