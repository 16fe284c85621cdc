#include "tests/scenarios/scenario.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

namespace docket::testing {
namespace {

constexpr std::int64_t kOffsetMs = 8 * 3'600'000;  // the offices of these tables live in Shanghai's time
constexpr std::size_t kColumns = 6;

void read_file(const std::filesystem::path& path, const std::string& name, ScenarioTexts& out) {
  std::ifstream in(path);
  Scenario heading;
  heading.file = name;
  Scenario* scenario = nullptr;
  std::string text;
  for (int line = 1; std::getline(in, text); ++line) {
    const auto problem = [&](const std::string& what) { out.problems.push_back(name + ":" + std::to_string(line) + ": " + what); };
    text = trimmed(text);
    if (text.empty() || text[0] == '#') continue;
    if (text.rfind("== ", 0) == 0) {
      out.scenarios.push_back(heading);
      scenario = &out.scenarios.back();
      scenario->line = line;
      scenario->title = text.substr(3);
      continue;
    }
    if (text.rfind("office ", 0) == 0 || text.rfind("kind ", 0) == 0) {
      Scenario& about = scenario == nullptr ? heading : *scenario;
      (text[0] == 'o' ? about.office : about.kind) = text.substr(text.find(' ') + 1);
      continue;
    }
    if (text.rfind("rule ", 0) == 0) {
      (scenario == nullptr ? heading : *scenario).rules.push_back(text.substr(5));
      continue;
    }
    auto cells = parted(text, "|");
    if (scenario == nullptr || cells.size() != kColumns) {
      problem("expected `== Title`, `office ...`, `kind ...`, `rule ...` or " + std::to_string(kColumns) +
              " columns: when | event | by | data | expected | source");
      continue;
    }
    ScenarioRow row;
    row.line = line;
    row.when = cells[0];
    row.at = scenario_time(cells[0]);
    const auto names = parted(cells[1], " ");
    row.event = names.empty() ? "" : names[0];
    row.label = names.size() > 1 ? names[1] : "";
    row.by = cells[2];
    row.data = cells[3];
    row.expected = cells[4];
    row.source = cells[5];
    if (row.at == model::kNoInstant) problem("no time: " + cells[0]);
    if (row.event.empty() || names.size() > 2 || (names.size() == 2 && row.label[0] != '#')) problem("no event: " + cells[1]);
    if (row.by.empty() && row.event != "look") problem("who did it?");
    if (row.expected.empty()) problem("expects nothing");
    if (row.source.empty()) problem("quotes no section");
    scenario->rows.push_back(std::move(row));
  }
}

}  // namespace

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(" \t\r");
  if (from == std::string::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

std::vector<std::string> parted(const std::string& text, const std::string& by) {
  std::vector<std::string> out;
  if (trimmed(text).empty()) return out;
  std::size_t from = 0;
  for (std::size_t at = 0; (at = text.find(by, from)) != std::string::npos; from = at + by.size()) {
    out.push_back(trimmed(text.substr(from, at - from)));
  }
  out.push_back(trimmed(text.substr(from)));
  if (by == " ") std::erase(out, "");
  return out;
}

model::Instant scenario_time(const std::string& text) {
  if (text.size() < 16 || text[10] != ' ') return model::kNoInstant;
  if (text.substr(11) == "24:00") {
    const auto day = model::parse_date(text.substr(0, 10));
    return day ? (*day + 1) * model::kMsPerDay - kOffsetMs - 1 : model::kNoInstant;
  }
  const std::string time = text.substr(11) + (text.size() == 16 ? ":00" : "");
  return model::parse_instant(text.substr(0, 10) + "T" + time + "+08:00").value_or(model::kNoInstant);
}

std::string scenario_time_text(model::Instant at) {
  if (at == model::kNoInstant) return "no time";
  const std::string utc = model::format_instant(at + kOffsetMs);  // 2017-03-08T23:59:59.999Z
  const std::string time = utc.substr(11, 12);
  if (time == "23:59:59.999") return utc.substr(0, 10) + " 24:00";
  return utc.substr(0, 10) + " " + (time.substr(5) == ":00.000" ? time.substr(0, 5) : time);
}

ScenarioTexts read_scenarios(const std::string& folder) {
  ScenarioTexts out;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) read_file(path, std::filesystem::relative(path, folder).generic_string(), out);
  return out;
}

}  // namespace docket::testing
