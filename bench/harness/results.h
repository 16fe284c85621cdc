// The figures of a run, round by round; as a table for people and as JSON lines. Thread rule: one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/catalogue.h"
#include "bench/harness/machine.h"
#include "bench/harness/options.h"
#include "engine/model/result.h"

namespace docket::bench {

class Results {
 public:
  // One round's value, and the floor's of the same round.
  void add(std::string_view workload, std::string_view figure, double value, std::optional<double> floor = std::nullopt);
  void note(std::string_view workload, std::string_view key, std::string value) {
    notes_[std::string(workload)][std::string(key)] = std::move(value);
  }
  // Figures of the catalogue that a workload lacks, and those whose floor is missing.
  [[nodiscard]] std::vector<std::string> missing(const Options& options) const;
  [[nodiscard]] std::string table(const Options& options, const Machine& machine) const;
  [[nodiscard]] Status write(const Options& options, const Machine& machine) const;

 private:
  struct Cell {
    std::vector<double> values;
    std::vector<double> floors;
  };
  [[nodiscard]] const Cell* find(std::string_view workload, std::string_view figure) const;

  std::map<std::string, std::map<std::string, Cell>> cells_;
  std::map<std::string, std::map<std::string, std::string>> notes_;
};

}  // namespace docket::bench
