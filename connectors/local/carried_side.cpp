// What answers about metrics read: the live rows, and those of carried metrics where a name answers by them.
#include <algorithm>
#include <chrono>

#include "connectors/local/carried_metrics.h"
#include "connectors/local/replay.h"

namespace docket::local {
namespace {

constexpr auto kRowsPatience = std::chrono::milliseconds(2'000);  // of a read

}  // namespace

std::shared_ptr<const CarriedRows> CarriedMetrics::rows(const std::string& metric, std::uint16_t version) {
  std::vector<model::Height> wanted;
  for (int partition = 0; partition < model::kPartitions; ++partition) wanted.push_back(live_->position(partition).height);
  const auto reached = [&]() -> std::shared_ptr<const CarriedRows> {
    if (!serving_ || !serving_->complete() || !serving_->has(metric, version)) return nullptr;
    const auto heads = serving_->projections().heads();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (heads[i].position.height < wanted[i]) return nullptr;
    }
    return serving_;
  };
  const auto until = std::chrono::steady_clock::now() + kRowsPatience;
  {
    std::unique_lock lock(mutex_);
    for (bool late = false;;) {
      if (auto there = reached()) return there;
      if (late) break;
      if (!failure_.empty()) throw node::NotCounted("metric " + metric + " is not counted on: " + failure_);
      if (stopping_) break;
      asked_ = true;
      wanted_.notify_all();
      late = advanced_.wait_until(lock, until) == std::cv_status::timeout;
    }
  }
  throw node::NotCounted("metric " + metric + ", version " + std::to_string(version) +
                         ", is being counted over the whole history: " + std::to_string(percent()) + " % of the records are read");
}

class CarriedMetrics::Side final : public node::MetricSide, public node::ReadModel {
 public:
  Side(CarriedMetrics& of, std::shared_ptr<Pool> pool, std::unique_ptr<partition::Rulebooks> books, std::shared_ptr<const Named> named)
      : of_(of), pool_(std::move(pool)), books_(std::move(books)), named_(std::move(named)) {}
  ~Side() override {
    const std::lock_guard lock(of_.mutex_);
    pool_->idle.push_back(std::move(books_));
  }

  const definition::Bundle& bundle() const override { return *named_->bundle; }
  const node::ReadModel& store() const override { return *this; }
  partition::Rulebooks& books() const override { return *books_; }

  bool whole(const definition::Bundle& bundle, std::uint16_t index) const override {
    const auto& metric = bundle.metrics[index];
    return std::any_of(named_->whole.begin(), named_->whole.end(),
                       [&](const Whole& one) { return one.metric == metric.name && one.version == metric.version; });
  }
  node::GroupSums sums(const definition::Bundle& bundle, const node::CellQuery& query) const override {
    return of(bundle, query.metric).sums(bundle, query);
  }
  node::GroupSums stock(const definition::Bundle& bundle, std::uint16_t metric, std::uint8_t by, model::Day day,
                        std::optional<model::Day> known_day) const override {
    return of(bundle, metric).stock(bundle, metric, by, day, known_day);
  }
  // An anchor of a carried metric, which the definitions of older cases need not have, stands in its rows for all cases.
  std::vector<std::string> anchored(const definition::Bundle& bundle, model::KindId kind, std::uint8_t anchor, model::Day from,
                                    model::Day to) const override {
    const auto& wanted = measure::anchors_of(bundle, kind).at(anchor);
    for (const auto& one : named_->whole) {
      const auto index = definition::find_metric(bundle, one.metric, one.version);
      if (!index || bundle.metrics[*index].kind != kind) continue;
      const auto& period = bundle.metrics[*index].period;
      if (std::find(period.begin(), period.end(), wanted) != period.end())
        return carried(one.metric, one.version).anchored(bundle, kind, anchor, from, to);
    }
    return of_.live_->anchored(bundle, kind, anchor, from, to);
  }
  std::vector<std::string> due_between(model::Instant after, model::Instant until) const override {
    return of_.live_->due_between(after, until);
  }
  std::vector<std::string> list(const definition::Bundle& bundle, model::KindId kind, const std::vector<node::ListFilter>& filters,
                                const std::string& after, std::size_t limit) const override {
    return of_.live_->list(bundle, kind, filters, after, limit);
  }
  std::vector<std::string> by_alias(const definition::Bundle& bundle, model::KindId kind, const std::string& value) const override {
    return of_.live_->by_alias(bundle, kind, value);
  }
  std::vector<node::RejectAt> rejected(int partition, model::Height end, std::size_t limit) const override {
    return of_.live_->rejected(partition, end, limit);
  }
  ledger::Position position(int partition) const override { return of_.live_->position(partition); }
  model::CasePtr find(int partition, std::string_view case_id) const override { return of_.live_->find(partition, case_id); }
  std::optional<partition::KnownEvent> known(int partition, const std::array<std::uint8_t, 16>& fingerprint) const override {
    return of_.live_->known(partition, fingerprint);
  }
  std::vector<partition::HistoryRow> history(int partition, std::string_view case_id) const override {
    return of_.live_->history(partition, case_id);
  }
  std::vector<partition::QuarantinedRow> quarantined(int partition) const override { return of_.live_->quarantined(partition); }
  node::ConflictPage conflicts(const std::string& after, std::size_t limit) const override { return of_.live_->conflicts(after, limit); }
  std::vector<node::AliasConflict> conflicts_of(const definition::Bundle& bundle, const model::CaseState& state) const override {
    return of_.live_->conflicts_of(bundle, state);
  }
  std::vector<partition::ParkedRow> parked(int partition) const override { return of_.live_->parked(partition); }

 private:
  [[nodiscard]] const node::ReadModel& carried(const std::string& metric, std::uint16_t version) const {
    if (!rows_) rows_ = of_.rows(metric, version);
    return rows_->store();
  }
  [[nodiscard]] const node::ReadModel& of(const definition::Bundle& bundle, std::uint16_t index) const {
    const auto& metric = bundle.metrics[index];
    return whole(bundle, index) ? carried(metric.name, metric.version) : *of_.live_;
  }

  CarriedMetrics& of_;
  std::shared_ptr<Pool> pool_;
  std::unique_ptr<partition::Rulebooks> books_;
  std::shared_ptr<const Named> named_;
  mutable std::shared_ptr<const CarriedRows> rows_;  // one for all figures of an answer
};

std::shared_ptr<const CarriedMetrics::Named> CarriedMetrics::name(const node::MetricDecisions& decisions,
                                                                  const definition::BundlePtr& decides, const definition::Bundle& carried,
                                                                  As as, const std::string& asked) {
  auto bundle = std::make_shared<definition::Bundle>(carried);
  auto out = std::make_shared<Named>();
  out->decides = decides->id;
  bool there = as == As::kNames;
  for (const auto& metric : decisions.metrics()) {
    const auto* own = definition::find_name(decides->metric_ids, metric);
    if (own == nullptr) continue;
    const auto version = decides->metrics[*own].version;
    auto answered = decisions.answered(metric, version);
    const auto stands = decisions.standing(metric);
    if (as != As::kNames && metric == asked && stands->version == version) {
      answered = {as == As::kOlder ? stands->before : stands->version, true};
      there = answered.version != 0;
    }
    if (!answered.whole || answered.version == 0 || !definition::find_metric(carried, metric, answered.version)) continue;
    definition::answer_as(*bundle, metric, answered.version);
    out->whole.push_back({metric, answered.version});
  }
  // Carried ones are no metrics of theirs to list.
  bundle->metrics.resize(decides->metrics.size());
  bundle->metric_ids = decides->metric_ids;
  for (std::size_t k = 0; k < bundle->kinds.size(); ++k) bundle->kinds[k].metrics = decides->kinds[k].metrics;
  out->bundle = std::move(bundle);
  return there ? out : nullptr;
}

std::unique_ptr<node::MetricSide> CarriedMetrics::side(const definition::BundlePtr& decides, As as, const std::string& metric) {
  std::shared_ptr<Pool> pool;
  node::MetricDecisions now;
  std::unique_ptr<partition::Rulebooks> books;
  std::shared_ptr<const Named> named;
  {
    const std::lock_guard lock(mutex_);
    pool = pool_;
    if (!pool) return nullptr;
    if (as == As::kNames && pool->named && pool->named->decides == decides->id) named = pool->named;
    if (!named) now = decisions_;
  }
  if (!named) {
    const auto carried = pool->source->find(decides->id);
    if (!carried) throw std::runtime_error(carried.error().message);
    named = name(now, decides, **carried, as, metric);
    if (!named) return nullptr;
  }
  {
    const std::lock_guard lock(mutex_);
    if (as == As::kNames) pool->named = named;
    if (!pool->idle.empty()) {
      books = std::move(pool->idle.back());
      pool->idle.pop_back();
    }
  }
  if (!books) books = std::make_unique<partition::Rulebooks>(pool->first, tag_key_text(home_), pool->source.get());
  return std::make_unique<Side>(*this, std::move(pool), std::move(books), std::move(named));
}

}  // namespace docket::local
