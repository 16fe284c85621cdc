// What was decided about a ledger's metrics, in its order, where all that share the ledger find it (docs/decisions/0021-backfill.md): in
// the ledger's store; of a ledger on Kafka in PREFIX.config under one number after the other, and in the store of each node's local copy.
// Thread rule: any thread. Ownership: shares the store.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>

#include "connectors/embedded/embedded_store.h"
#include "connectors/node/metric_decisions.h"

namespace docket::local {

class MetricLog {
 public:
  explicit MetricLog(std::shared_ptr<embedded::EmbeddedStore> ledger) : ledger_(std::move(ledger)) {}

  [[nodiscard]] Result<node::MetricDecisions> read() const;
  // Durable for all, and in read(), when this returns. `all`: what read() said before. kConflict: another decision came first.
  [[nodiscard]] Status add(const node::MetricDecisions& all, const node::MetricDecisions& decided);

  // Of a shared ledger. `publish` makes a row durable where all look and returns when it was taken here.
  using Publish = std::function<Status(std::uint64_t number, const std::string& text)>;
  void share(Publish publish) { publish_ = std::move(publish); }
  // A row that was published, in the order of numbers; one that is here already changes nothing.
  [[nodiscard]] Status take(std::uint64_t number, std::string_view text);
  // `news` is called when take() has changed something; it must not wait. Null: nobody listens on, and no call is under way.
  void listen(std::function<void()> news);

 private:
  const std::shared_ptr<embedded::EmbeddedStore> ledger_;
  Publish publish_;        // null: nobody else has this ledger
  std::mutex news_mutex_;  // guards news_
  std::function<void()> news_;
  mutable std::mutex mutex_;  // one change of the store at a time
};

}  // namespace docket::local
