#include "bench/harness/results.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <ctime>
#include <fstream>

#include "bench/harness/stats.h"

namespace docket::bench {
namespace {

namespace json = boost::json;

// 12345.6 -> "12,346"; a fraction is kept to `digits`.
std::string shown(double value, int digits) {
  std::string text = fmt::format("{:.{}f}", value, digits);
  auto point = text.find('.');
  if (point == std::string::npos) point = text.size();
  for (std::size_t at = point; at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string shown(const Spread& spread, int digits, std::size_t rounds) {
  if (rounds < 2) return shown(spread.median, digits);
  return shown(spread.median, digits) + " (" + shown(spread.low, digits) + "-" + shown(spread.high, digits) + ")";
}

// Above 1: slower, larger or longer than the floor by so many times.
std::vector<double> times_floor(const FigureDef& figure, const std::vector<double>& values, const std::vector<double>& floors) {
  std::vector<double> out;
  for (std::size_t i = 0; i < values.size() && i < floors.size(); ++i) {
    const double over = figure.better == Better::kMore ? floors[i] / values[i] : values[i] / floors[i];
    if (values[i] > 0 && floors[i] > 0) out.push_back(over);
  }
  return out;
}

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

// JSON by hand: Boost writes 1.2345E4, which is right and which nobody likes to read in a diff.
std::string json_quoted(std::string_view text) { return json::serialize(json::value(text)); }

std::string numbers(const std::vector<double>& values, int digits) {
  std::string out = "[";
  for (const double value : values) out += fmt::format("{}{:.{}f}", out.size() > 1 ? "," : "", value, digits);
  return out + "]";
}

std::string spread_json(const std::vector<double>& values, int digits) {
  const auto all = spread(values);
  return fmt::format(R"("median":{:.{}f},"min":{:.{}f},"max":{:.{}f},"values":{})", all.median, digits, all.low, digits, all.high, digits,
                     numbers(values, digits));
}

}  // namespace

void Results::add(std::string_view workload, std::string_view figure, double value, std::optional<double> floor) {
  Cell& cell = cells_[std::string(workload)][std::string(figure)];
  cell.values.push_back(value);
  if (floor) cell.floors.push_back(*floor);
}

const Results::Cell* Results::find(std::string_view workload, std::string_view figure) const {
  const auto row = cells_.find(std::string(workload));
  if (row == cells_.end()) return nullptr;
  const auto cell = row->second.find(std::string(figure));
  return cell == row->second.end() ? nullptr : &cell->second;
}

std::vector<std::string> Results::missing(const Options& options) const {
  std::vector<std::string> out;
  for (const auto& workload : options.workloads) {
    for (const auto& figure : catalogue()) {
      if (figure.kafka != (workload == "kafka")) continue;
      if (figure.large && (!options.large || workload != "case5")) continue;
      const Cell* cell = find(workload, figure.name);
      const std::string name = workload + " " + std::string(figure.name);
      if (cell == nullptr) {
        out.push_back(name);
      } else if (!figure.floor.empty() && cell->floors.size() != cell->values.size()) {
        out.push_back(name + " (its floor)");
      }
    }
  }
  return out;
}

std::string Results::table(const Options& options, const Machine& machine) const {
  std::string out =
      fmt::format("{} cores, {}, {:.0f} GiB, {}, {}; sync of 4 KiB p50 {:.0f} us, p99 {:.0f} us\ncommit {}, build {}, seed {}, {} rounds\n",
                  machine.cores, machine.cpu, machine.memory_gib, machine.system, machine.kernel, machine.sync_p50_us, machine.sync_p99_us,
                  options.commit, options.build, options.seed, options.rounds);
  for (const auto& workload : options.workloads) {
    const auto rows = cells_.find(workload);
    if (rows == cells_.end()) continue;
    out += "\n" + workload;
    if (const auto notes = notes_.find(workload); notes != notes_.end()) {
      for (const auto& [key, value] : notes->second) out += "  " + key + " " + value;
    }
    out += fmt::format("\n{:<54}{:>12} {:>30} {:>30} {:>14}\n", "figure", "unit", "median (min-max)", "floor", "times floor");
    for (const auto& figure : catalogue()) {
      const Cell* cell = find(workload, figure.name);
      if (cell == nullptr) continue;
      const auto times = times_floor(figure, cell->values, cell->floors);
      out += fmt::format("{:<54}{:>12} {:>30} {:>30} {:>14}\n", figure.title, figure.unit,
                         shown(spread(cell->values), figure.digits, cell->values.size()),
                         cell->floors.empty() ? "" : shown(spread(cell->floors), figure.digits, cell->floors.size()),
                         times.empty() ? "" : shown(spread(times).median, 2));
    }
  }
  return out;
}

Status Results::write(const Options& options, const Machine& machine) const {
  std::ofstream file(options.results, std::ios::trunc);
  std::string workloads;
  for (const auto& [workload, notes] : notes_) {
    std::string said;
    for (const auto& [key, value] : notes) said += (said.empty() ? "" : ",") + json_quoted(key) + ":" + json_quoted(value);
    workloads += (workloads.empty() ? "" : ",") + json_quoted(workload) + ":{" + said + "}";
  }
  file << fmt::format(R"({{"run":{{"at":{},"commit":{},"build":{},"seed":{},"rounds":{},)", json_quoted(now_text()),
                      json_quoted(options.commit), json_quoted(options.build), options.seed, options.rounds);
  file << fmt::format(
      R"("machine":{{"cores":{},"cpu":{},"memory_gib":{:.1f},"system":{},"kernel":{},"sync_p50_us":{:.0f},"sync_p99_us":{:.0f}}},)",
      machine.cores, json_quoted(machine.cpu), machine.memory_gib, json_quoted(machine.system), json_quoted(machine.kernel),
      machine.sync_p50_us, machine.sync_p99_us);
  file << "\"workloads\":{" << workloads << "}}}\n";
  for (const auto& workload : options.workloads) {
    for (const auto& figure : catalogue()) {
      const Cell* cell = find(workload, figure.name);
      if (cell == nullptr) continue;
      const int digits = figure.digits + 1;
      file << fmt::format(R"({{"workload":{},"figure":{},"title":{},"unit":{},"digits":{},{})", json_quoted(workload),
                          json_quoted(figure.name), json_quoted(figure.title), json_quoted(figure.unit), figure.digits,
                          spread_json(cell->values, digits));
      if (!cell->floors.empty()) {
        file << fmt::format(R"(,"floor":{{{}}},"times_floor":{{{}}},"floor_is":{})", spread_json(cell->floors, digits),
                            spread_json(times_floor(figure, cell->values, cell->floors), 3), json_quoted(figure.floor));
      }
      file << "}\n";
    }
  }
  if (!file.flush()) return Error{ErrorCode::kInternal, "can't write " + options.results, false};
  return {};
}

}  // namespace docket::bench
