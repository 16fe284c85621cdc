#include "connectors/local/metric_log.h"

#include <utility>

namespace docket::local {

using node::MetricDecisions;

Result<MetricDecisions> MetricLog::read() const {
  const auto stored = ledger_->metric_decisions();
  if (!stored) return stored.error();
  if (!*stored) return MetricDecisions();
  auto out = MetricDecisions::parse(**stored);
  if (!out) return out.error().with_context("the ledger's store");
  return out;
}

Status MetricLog::add(const MetricDecisions& all, const MetricDecisions& decided) {
  const auto number = all.number() + 1;
  if (publish_) return publish_(number, decided.text());
  const std::lock_guard lock(mutex_);
  MetricDecisions next = all;
  next.append(decided, number);
  return ledger_->set_metric_decisions(next.text());
}

Status MetricLog::take(std::uint64_t number, std::string_view text) {
  auto decided = MetricDecisions::parse(text);
  if (!decided) return decided.error();
  {
    const std::lock_guard lock(mutex_);
    auto all = read();
    if (!all) return all.error();
    if (number <= all->number()) return {};
    all->append(*decided, number);
    if (auto set = ledger_->set_metric_decisions(all->text()); !set) return set;
  }
  const std::lock_guard lock(news_mutex_);
  if (news_) news_();
  return {};
}

void MetricLog::listen(std::function<void()> news) {
  const std::lock_guard lock(news_mutex_);
  news_ = std::move(news);
}

}  // namespace docket::local
