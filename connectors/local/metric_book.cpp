#include "connectors/local/metric_book.h"

#include <algorithm>
#include <optional>

#include "connectors/cli/common.h"
#include "connectors/http/suggest.h"

namespace docket::local {
namespace {

using node::MetricDecision;
using node::MetricDecisions;

std::string version_text(std::uint16_t version) { return "version " + std::to_string(version); }

Error no_such_metric(const definition::Bundle& decides, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& metric : decides.metrics) names.push_back(metric.name);
  const std::string_view near = http::nearest(name, names);
  return Error{ErrorCode::kNotFound, "the definitions that decide have no metric " + name +
                                         (near.empty() ? "; docket metric list shows them" : "; did you mean " + std::string(near) + "?")};
}

std::string made_of(const definition::Bundle& bundle, const definition::MetricDef& metric) {
  if (metric.measure == definition::MetricDef::Measure::kComplement) return bundle.metrics[metric.complement].name;
  std::string out;
  for (const auto& [index, weight] : metric.combine) out += (out.empty() ? "" : ", ") + bundle.metrics[index].name;
  return out;
}

// The newest version before `version` that any definitions of the ledger had, by those that tell most of its groups.
struct Found {
  const definition::Bundle* bundle = nullptr;
  const definition::MetricDef* metric = nullptr;
};
Found version_before(const std::vector<definition::BundlePtr>& all, const std::string& name, std::uint16_t version) {
  Found out;
  for (const auto& bundle : all) {
    const auto* index = definition::find_name(bundle->metric_ids, name);
    if (index == nullptr) continue;
    const auto& metric = bundle->metrics[*index];
    if (metric.version >= version || !definition::has_contributions(metric)) continue;
    const bool better = out.metric == nullptr || metric.version > out.metric->version ||
                        (metric.version == out.metric->version && metric.by.size() > out.metric->by.size());
    if (better) out = {bundle.get(), &metric};
  }
  return out;
}

definition::BundlePtr counting_only(const definition::Bundle& bundle, const std::vector<definition::Carried>& metrics) {
  auto out = std::make_shared<definition::Bundle>(bundle);
  for (auto& kind : out->kinds) {
    std::erase_if(kind.metrics, [&](const std::uint16_t index) {
      const auto& metric = out->metrics[index];
      return std::none_of(metrics.begin(), metrics.end(),
                          [&](const auto& one) { return one.name == metric.name && one.version == metric.version; });
    });
  }
  return out;
}

}  // namespace

Result<definition::BundlePtr> CarriedBundles::find(std::string_view id) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = known_.find(id); it != known_.end()) return it->second;
  }
  auto plain = plain_->find(id);
  if (!plain) return plain;
  auto carried = definition::carry_what_fits(*plain, metrics_);
  if (alone_) carried = counting_only(*carried, metrics_);
  const std::lock_guard lock(mutex_);
  return known_.emplace(std::string(id), std::move(carried)).first->second;
}

Result<std::vector<definition::Carried>> MetricBook::carried(const std::vector<MetricDecisions::Counted>& counted) const {
  std::vector<definition::Carried> out;
  for (const auto& one : counted) {
    auto from = definitions_.bundles->find(one.from);
    if (!from) return from.error().with_context("metric " + one.metric);
    out.push_back({std::move(*from), one.metric, one.version});
  }
  return out;
}

Result<MetricDecision> MetricBook::backfill_of(const std::string& name) const {
  const auto decides = deciding(definitions_);
  if (!decides) return decides.error();
  const auto all = definitions_.bundles->all();
  if (!all) return all.error();
  const auto* index = definition::find_name((*decides)->metric_ids, name);
  if (index == nullptr) return no_such_metric(**decides, name);
  const auto& metric = (*decides)->metrics[*index];
  if (!definition::has_contributions(metric))
    return Error{ErrorCode::kInvalid,
                 "metric " + name + " is computed from others when it is asked: backfill " + made_of(**decides, metric)};
  const auto& kind = (*decides)->kinds[metric.kind].name;
  const bool lacking = std::any_of(all->begin(), all->end(), [&](const definition::BundlePtr& bundle) {
    return definition::find_name(bundle->kind_ids, kind) != nullptr && !definition::find_metric(*bundle, name, metric.version);
  });
  if (!lacking)
    return Error{ErrorCode::kInvalid, "metric " + name + ", " + version_text(metric.version) +
                                          ": all definitions that this ledger ever had count it, so there is nothing to backfill"};
  MetricDecision out;
  out.metric = name;
  out.version = metric.version;
  out.from = (*decides)->id;
  if (const auto before = version_before(*all, name, metric.version); before.bundle != nullptr) {
    out.before = before.metric->version;
    out.before_from = before.bundle->id;
  }
  MetricDecisions alone;
  alone.add(out);
  const auto metrics = carried(alone.counted());
  if (!metrics) return metrics.error();
  for (const auto& bundle : *all) {
    if (auto done = definition::carry(bundle, *metrics); !done) return done.error();
  }
  return out;
}

Result<MetricDecision> MetricBook::turn_of(const MetricDecisions& all, const std::string& name, bool swap) const {
  const auto stands = all.standing(name);
  if (!stands) return Error{ErrorCode::kInvalid, "metric " + name + " was not backfilled; docket metric backfill " + name + " begins that"};
  if (!stands->built)
    return Error{ErrorCode::kInvalid, "metric " + name + ", " + version_text(stands->version) +
                                          " is not counted to the end yet; docket metric list shows how far it is"};
  if (stands->swapped == swap)
    return Error{ErrorCode::kInvalid, "metric " + name +
                                          (swap ? " answers by " + version_text(stands->version) + " already"
                                                : " was not swapped, so there is nothing to undo")};
  MetricDecision out;
  out.what = swap ? MetricDecision::What::kSwap : MetricDecision::What::kUndo;
  out.metric = name;
  out.version = stands->version;
  return out;
}

// Where the definitions that decide have another version than the one that was backfilled: what the name answers by.
std::optional<std::string> MetricBook::decides_otherwise(const std::string& name, std::uint16_t backfilled) const {
  const auto decides = deciding(definitions_);
  if (!decides) return std::nullopt;
  const auto* index = definition::find_name((*decides)->metric_ids, name);
  if (index == nullptr) return "the definitions that decide have no such metric, so nothing answers to it";
  const auto own = (*decides)->metrics[*index].version;
  if (own == backfilled) return std::nullopt;
  return "the definitions that decide have " + version_text(own) + ", and it answers by that; docket metric backfill " + name +
         " counts that over the whole history";
}

ControlReply MetricBook::decide(const std::string& what, const std::vector<std::string>& metrics, const std::string& by,
                                model::Instant recorded) {
  const std::lock_guard lock(mutex_);
  const auto refused = [](const Error& error) {
    return ControlReply{error.code == ErrorCode::kInvalid ? 1 : cli::exit_code_of(error), error.message};
  };
  auto all = read();
  if (!all) return refused(all.error());
  if (metrics.empty()) return {2, "name at least one metric"};
  if (what != "backfill" && what != "swap" && what != "undo") return {2, "of a metric: backfill, swap or undo, not '" + what + "'"};
  MetricDecisions decided;
  const auto before = *all;
  std::string text;
  for (const auto& name : metrics) {
    auto one = what == "backfill" ? backfill_of(name) : turn_of(*all, name, what == "swap");
    if (!one) return refused(one.error());
    one->recorded = recorded;
    one->by = by;
    if (what == "backfill") {
      const auto stands = all->standing(name);
      if (stands && stands->version == one->version) {
        text += name + ": " + version_text(one->version) + (stands->built ? " is counted already\n" : " is being counted already\n");
        continue;
      }
    }
    all->add(*one);
    decided.add(*one);
    const auto stands = all->standing(name);
    if (what == "backfill") {
      text += name + ": " + version_text(one->version) + " is counted over the whole history" +
              (one->before != 0 ? ", beside " + version_text(one->before) : "") + "; docket metric list shows how far it is\n";
    } else if (const auto other = decides_otherwise(name, stands->version)) {
      text += name + ": " + (what == "swap" ? "swapped to " + version_text(stands->version) : "taken back") + ", but " + *other + "\n";
    } else if (what == "swap") {
      text += name + ": answers by " + version_text(one->version) + " now\n";
    } else {
      text += name + (stands->before != 0 ? ": answers by " + version_text(stands->before) + " again\n"
                                          : ": counts again only what came with the definitions that have it\n");
    }
  }
  if (!decided.rows().empty()) {
    if (auto added = log_->add(before, decided); !added) return refused(added.error());
  }
  return {0, std::move(text)};
}

Status MetricBook::note_built(const std::vector<MetricDecisions::Counted>& counted, model::Instant recorded) {
  const std::lock_guard lock(mutex_);
  auto all = read();
  if (!all) return all.error();
  MetricDecisions decided;
  for (const auto& name : all->metrics()) {
    const auto stands = all->standing(name);
    if (!stands || stands->built) continue;
    const bool there =
        std::any_of(counted.begin(), counted.end(), [&](const auto& one) { return one.metric == name && one.version == stands->version; });
    if (!there) continue;
    MetricDecision one;
    one.what = MetricDecision::What::kBuilt;
    one.metric = name;
    one.version = stands->version;
    one.recorded = recorded;
    one.by = "docket";
    decided.add(std::move(one));
  }
  if (decided.rows().empty()) return {};
  auto added = log_->add(*all, decided);
  if (!added) return Error{added.error().code, added.error().message, true};  // at the next look: another decision may have come first
  return {};
}

}  // namespace docket::local
