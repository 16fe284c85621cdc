#include <algorithm>
#include <fstream>
#include <limits>

#include "bench/case5/case5.h"
#include "bench/harness/lines.h"
#include "bench/workloads/reading.h"
#include "bench/workloads/workload.h"
#include "engine/measure/contribution.h"
#include "engine/model/time.h"

namespace docket::bench {
namespace {

// Every month that the truth knows, as days [from, to).
std::pair<model::Day, model::Day> month_days(const std::string& month) {
  const auto from = model::parse_date(month + "-01").value_or(0);
  return {from, *model::parse_date(model::format_date(from + 31).substr(0, 8) + "01")};
}

std::uint64_t number(const node::SeriesSums& sums, std::size_t series) {
  return series < sums.size() ? static_cast<std::uint64_t>(sums[series]) : 0;
}

void add_figure(Case5Cell& cell, const std::string& figure, const node::SeriesSums& sums) {
  const auto numerator = number(sums, measure::kNumerator);
  const auto denominator = number(sums, measure::kDenominator);
  if (figure == "opened") cell.opened += numerator;
  if (figure == "closed") cell.closed += numerator;
  if (figure == "on_time") cell.on_time += numerator, cell.due += denominator;
  if (figure == "completed") cell.completed += numerator;
  if (figure == "satisfaction") cell.satisfaction += numerator, cell.rated += denominator;
}

// What the ledger's figures and lists say, in the truth's own form.
Case5Truth answered(const Reading& reading, const Case5Truth& truth) {
  Case5Truth out;
  const auto& bundle = *reading.home.bundle;
  for (const auto& kind : bundle.kinds) {
    for (const auto& state : kind.scopes[0].states) {
      const auto cases = cases_in(reading, kind.name, state.name);
      if (cases > 0) out.states[{kind.name, state.name}] = cases;
    }
  }
  std::vector<std::string> months;
  for (const auto& [key, cell] : truth.cells) months.push_back(key.second);
  std::sort(months.begin(), months.end());
  months.erase(std::unique(months.begin(), months.end()), months.end());
  for (std::size_t m = 0; m < bundle.metrics.size(); ++m) {
    const std::string& name = bundle.metrics[m].name;
    const std::string figure = name.substr(name.find('_') + 1);
    for (const auto& month : months) {
      node::CellQuery query;
      query.metric = static_cast<std::uint16_t>(m);
      query.by = 1;
      std::tie(query.from, query.to) = month_days(month);
      for (const auto& [unit, sums] : reading.store->sums(bundle, query)) {
        if (std::any_of(sums.begin(), sums.end(), [](std::int64_t sum) { return sum != 0; }))
          add_figure(out.cells[{unit, month}], figure, sums);
      }
    }
  }
  return out;
}

// The first line in which two texts differ.
std::string difference(const std::string& right, const std::string& told) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < std::max(right.size(), told.size()); ++i) {
    if (i >= right.size() || i >= told.size() || right[i] != told[i]) break;
    if (right[i] == '\n') begin = i + 1;
  }
  const auto line = [begin](const std::string& text) {
    return begin < text.size() ? text.substr(begin, text.find('\n', begin) - begin) : "nothing";
  };
  return "right is \"" + line(right) + "\", the ledger says \"" + line(told) + "\"";
}

class Case5Workload final : public Workload {
 public:
  Status make(const Options& options, std::uint64_t cases, const std::string& file) {
    name_ = "case5";
    office_ = "bench";
    schemas_ = options.schemas;
    file_ = file;
    cases_ = cases;
    Case5Options chosen;
    chosen.seed = options.seed;
    chosen.cases = cases;
    Case5 maker(chosen);
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    std::string event;
    Case5Fate fate{};
    while (maker.next(event, &fate)) {
      out << event << '\n';
      ++events_;
      if (fate == Case5Fate::kAccepted && member_of(event, "type").find(".opened.") != std::string_view::npos)
        opened(member_of(event, "subject"), cases);
    }
    if (!out.flush()) return Error{ErrorCode::kInternal, "can't write " + file, false};
    truth_ = maker.truth();
    char hash[24];
    std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(truth_.hash()));
    answer_ = hash;
    return {};
  }

  [[nodiscard]] Status check(const std::string& data) const override {
    const auto reading = open_reading(data);
    if (!reading) return reading.error();
    const auto told = answered(*reading, truth_);
    if (told.hash() == truth_.hash() && told == truth_) return {};
    return Error{ErrorCode::kCorrupt, "the answer is wrong: " + difference(truth_.text(), told.text()), false};
  }

 private:
  Case5Truth truth_;
};

}  // namespace

Result<WorkloadPtr> make_case5(const Options& options, std::uint64_t cases, const std::string& file) {
  auto workload = std::make_unique<Case5Workload>();
  if (auto made = workload->make(options, cases, file); !made) return made.error();
  return WorkloadPtr(std::move(workload));
}

Result<WorkloadPtr> make_workload(const std::string& name, const Options& options, std::uint64_t cases, const std::string& file) {
  return name == "case5" ? make_case5(options, cases, file) : make_city(options, cases, file);
}

}  // namespace docket::bench
