#include "connectors/node/metric_decisions.h"

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <limits>

namespace docket::node {
namespace {

constexpr std::int64_t kDecisionsFormat = 1;
constexpr std::string_view kDecisionWords[] = {"backfill", "built", "swap", "undo"};
using What = MetricDecision::What;

Error no_decisions(const std::string& why) { return Error{ErrorCode::kInvalid, "not the decisions about metrics: " + why, false}; }

std::optional<std::uint16_t> version_of(const boost::json::object& row, const char* name) {
  const auto* value = row.if_contains(name);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  const auto number = value->get_int64();
  if (number < 1 || number > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  return static_cast<std::uint16_t>(number);
}

std::string decision_text(const boost::json::object& row, const char* name) {
  const auto* value = row.if_contains(name);
  return value == nullptr || !value->is_string() ? std::string() : std::string(value->get_string());
}

}  // namespace

Result<MetricDecisions> MetricDecisions::parse(std::string_view text) {
  boost::system::error_code error;
  const auto all = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
  if (error || !all.is_object()) return no_decisions("no JSON object");
  const auto* format = all.get_object().if_contains("format");
  if (format == nullptr || !format->is_int64()) return no_decisions("no format");
  if (format->get_int64() != kDecisionsFormat)
    return Error{ErrorCode::kConflict,
                 "the decisions about metrics have format " + std::to_string(format->get_int64()) + ", this program knows " +
                     std::to_string(kDecisionsFormat),
                 false};
  const auto* rows = all.get_object().if_contains("decisions");
  if (rows == nullptr || !rows->is_array()) return no_decisions("no list of decisions");
  MetricDecisions out;
  for (const auto& entry : rows->get_array()) {
    if (!entry.is_object()) return no_decisions("a decision is no object");
    const auto& row = entry.get_object();
    const auto word = std::find(std::begin(kDecisionWords), std::end(kDecisionWords), decision_text(row, "do"));
    if (word == std::end(kDecisionWords))
      return no_decisions("do: '" + decision_text(row, "do") + "', expected backfill, built, swap or undo");
    MetricDecision one;
    one.what = static_cast<What>(word - std::begin(kDecisionWords));
    one.metric = decision_text(row, "metric");
    one.by = decision_text(row, "by");
    const auto version = version_of(row, "version");
    const auto recorded = model::parse_instant(decision_text(row, "recorded"));
    if (one.metric.empty() || !version || !recorded) return no_decisions("a decision lacks metric, version or recorded");
    one.version = *version;
    one.recorded = *recorded;
    one.number = out.number();
    if (const auto* number = row.if_contains("number")) {
      if (!number->is_int64() || number->get_int64() < 1) return no_decisions("a decision's number is no whole number from 1 on");
      one.number = static_cast<std::uint64_t>(number->get_int64());
    }
    if (one.what == What::kBackfill) {
      one.from = decision_text(row, "from");
      one.before = version_of(row, "before").value_or(0);
      one.before_from = decision_text(row, "before_from");
      if (one.from.empty() || (one.before != 0 && one.before_from.empty())) return no_decisions("a backfill lacks its bundle");
    }
    out.add(std::move(one));
  }
  return out;
}

void MetricDecisions::append(const MetricDecisions& decided, std::uint64_t number) {
  for (auto one : decided.rows()) {
    one.number = number;
    rows_.push_back(std::move(one));
  }
}

std::string MetricDecisions::text() const {
  boost::json::array rows;
  for (const auto& one : rows_) {
    boost::json::object row{{"do", kDecisionWords[static_cast<std::size_t>(one.what)]}, {"metric", one.metric}, {"version", one.version}};
    if (one.what == What::kBackfill) {
      row["from"] = one.from;
      if (one.before != 0) {
        row["before"] = one.before;
        row["before_from"] = one.before_from;
      }
    }
    row["recorded"] = model::format_instant(one.recorded);
    row["by"] = one.by;
    if (one.number != 0) row["number"] = one.number;
    rows.push_back(std::move(row));
  }
  return boost::json::serialize(boost::json::object{{"format", kDecisionsFormat}, {"decisions", std::move(rows)}});
}

std::optional<MetricDecisions::Standing> MetricDecisions::standing(std::string_view metric) const {
  std::optional<Standing> out;
  for (const auto& one : rows_) {
    if (one.metric != metric) continue;
    if (one.what == What::kBackfill) {
      out = Standing{one.version, one.before, false, false};
    } else if (out && one.version == out->version) {
      if (one.what == What::kBuilt) out->built = true;
      if (one.what == What::kSwap) out->swapped = true;
      if (one.what == What::kUndo) out->swapped = false;
    }
  }
  return out;
}

MetricDecisions::Answered MetricDecisions::answered(std::string_view metric, std::uint16_t own) const {
  const auto stands = standing(metric);
  if (!stands || stands->version != own || !stands->built) return {own, false};
  if (stands->swapped) return {own, true};
  return stands->before != 0 ? Answered{stands->before, true} : Answered{own, false};
}

std::vector<MetricDecisions::Counted> MetricDecisions::counted() const {
  std::vector<Counted> out;
  const auto add = [&](const std::string& metric, std::uint16_t version, const std::string& from) {
    const auto same = [&](const Counted& one) { return one.metric == metric && one.version == version; };
    if (version != 0 && std::none_of(out.begin(), out.end(), same)) out.push_back({metric, version, from});
  };
  for (const auto& one : rows_) {
    if (one.what != What::kBackfill) continue;
    add(one.metric, one.version, one.from);
    add(one.metric, one.before, one.before_from);
  }
  return out;
}

std::vector<std::string> MetricDecisions::metrics() const {
  std::vector<std::string> out;
  for (const auto& one : rows_) {
    if (std::find(out.begin(), out.end(), one.metric) == out.end()) out.push_back(one.metric);
  }
  return out;
}

}  // namespace docket::node
