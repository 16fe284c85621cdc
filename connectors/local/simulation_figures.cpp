#include "connectors/local/simulation_figures.h"

#include <algorithm>
#include <limits>
#include <set>

#include "connectors/node/answers.h"
#include "connectors/node/reading.h"
#include "engine/apply/state_access.h"

namespace docket::local {
namespace {

namespace json = boost::json;
using model::Day;

// A side as answers read it. Of single cases it has those that figures of today may need, which is more than they ask for.
class SideModel final : public node::ReadModel {
 public:
  explicit SideModel(const simulate::Side& side) : side_(side) {}

  node::GroupSums sums(const definition::Bundle& bundle, const node::CellQuery& query) const override {
    return total(bundle, query.metric, query.by, query.from, query.to);
  }
  node::GroupSums stock(const definition::Bundle& bundle, std::uint16_t metric, std::uint8_t by, Day day,
                        std::optional<Day> /*known_day*/) const override {
    return total(bundle, metric, by, std::numeric_limits<Day>::min(), day + 1);
  }
  std::vector<std::string> anchored(const definition::Bundle& /*bundle*/, model::KindId /*kind*/, std::uint8_t /*anchor*/, Day /*from*/,
                                    Day /*to*/) const override {
    return today();
  }
  std::vector<std::string> due_between(model::Instant /*after*/, model::Instant /*until*/) const override { return today(); }
  std::vector<std::string> list(const definition::Bundle& /*bundle*/, model::KindId /*kind*/,
                                const std::vector<node::ListFilter>& /*filters*/, const std::string& /*after*/,
                                std::size_t /*limit*/) const override {
    return {};
  }
  std::vector<std::string> by_alias(const definition::Bundle& /*bundle*/, model::KindId /*kind*/,
                                    const std::string& /*value*/) const override {
    return {};
  }
  node::ConflictPage conflicts(const std::string& /*after*/, std::size_t /*limit*/) const override { return {}; }
  std::vector<node::AliasConflict> conflicts_of(const definition::Bundle& /*bundle*/, const model::CaseState& /*state*/) const override {
    return {};
  }
  std::vector<node::RejectAt> rejected(int /*partition*/, model::Height /*end*/, std::size_t /*limit*/) const override { return {}; }
  ledger::Position position(int partition) const override { return {partition, 0, 0}; }

  model::CasePtr find(int /*partition*/, std::string_view case_id) const override {
    const auto it = side_.today.find(std::string(case_id));
    return it == side_.today.end() ? nullptr : it->second;
  }
  std::optional<partition::KnownEvent> known(int /*partition*/, const std::array<std::uint8_t, 16>& /*fingerprint*/) const override {
    return std::nullopt;
  }
  std::vector<partition::HistoryRow> history(int /*partition*/, std::string_view /*case_id*/) const override { return {}; }
  std::vector<partition::ParkedRow> parked(int /*partition*/) const override { return {}; }
  std::vector<partition::QuarantinedRow> quarantined(int /*partition*/) const override { return {}; }

 private:
  node::GroupSums total(const definition::Bundle& bundle, std::uint16_t metric, std::uint8_t by, Day from, Day to) const {
    node::GroupSums out;
    if (by == 0) out[""] = side_.sums.between(bundle.metrics[metric], from, to);
    return out;
  }
  std::vector<std::string> today() const {
    std::vector<std::string> out;
    for (const auto& [id, state] : side_.today) out.push_back(id);
    return out;
  }

  const simulate::Side& side_;
};

// Nothing here asks for a record: every case that is read is read as it is.
class NoRecords final : public partition::RecordReader {
 public:
  Result<partition::RecordAt> record(int /*partition*/, model::Height height) const override {
    return Error{ErrorCode::kNotFound, "no record " + std::to_string(height), false};
  }
};

class Answers {
 public:
  Answers(const Home& home, const FigureSide& side, model::Instant until)
      : side_(side), model_(side.side), sealer_(home.ledger->ledger_id(), *home.keys), reading_{side.bundle, model_,  records_,
                                                                                                side.books,  sealer_, until} {}

  // The whole answer; null: there is no such metric.
  [[nodiscard]] json::value figure(const std::string& name, const std::string& period) const {
    if (definition::find_name(side_.bundle.metric_ids, name) == nullptr) return nullptr;
    service::Query query;
    query.params.emplace_back("period", period);
    const auto answer = node::answer_metric(reading_, node::Params(query), name);
    return json::parse(answer.body);
  }

 private:
  const FigureSide& side_;
  SideModel model_;
  NoRecords records_;
  mutable partition::RecordSealer sealer_;
  node::Reading reading_;
};

json::value total_of(const json::value& answer) {
  if (!answer.is_object()) return nullptr;
  return answer.get_object().at("total");
}

json::value shown(const json::value& answer) {
  if (!answer.is_object()) return nullptr;
  json::object out;
  for (const char* key : {"title", "min_n", "total"}) {
    if (const auto* value = answer.get_object().if_contains(key); value != nullptr) out[key] = *value;
  }
  return out;
}

}  // namespace

json::array differing_figures(const Home& home, const FigureSide& now, const FigureSide& as_if, const std::string& period,
                              model::Instant until) {
  const Answers is(home, now, until);
  const Answers would(home, as_if, until);
  std::vector<std::string> names;  // in the order of the definitions
  for (const auto* bundle : {&as_if.bundle, &now.bundle}) {
    for (const auto& metric : bundle->metrics) {
      if (std::find(names.begin(), names.end(), metric.name) == names.end()) names.push_back(metric.name);
    }
  }
  json::array out;
  for (const auto& name : names) {
    const auto a = is.figure(name, period);
    const auto b = would.figure(name, period);
    if (total_of(a) == total_of(b)) continue;
    out.push_back(json::object{{"name", name}, {"now", shown(a)}, {"as_if", shown(b)}});
  }
  return out;
}

}  // namespace docket::local
