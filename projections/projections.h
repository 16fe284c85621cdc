// The read models of the valid chain: cases, history, identities, aliases, listings, clocks, metrics on both axes, anchors. Written by
// the loops through apply() (memory only), read by anybody at any time, stored by one background thread.
//
//   loop --apply--> active --freeze (block boundary)--> frozen --one atomic ingestion--> store
//   reads: active, then frozen, then store
//
// Thread rule: apply(), tick() and full() of one worker from that worker's thread; different workers at once; every read and flush()
// from any thread. Ownership: the caller keeps it alive longer than all its users. Destroying it writes nothing back: flush() first,
// or replay from heights() at the next start.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/partition/ports.h"
#include "projections/aliases/alias_rows.h"
#include "projections/clocks/clock_rows.h"
#include "projections/listings/filters.h"
#include "projections/meta/head.h"
#include "projections/metrics/restatement.h"
#include "projections/metrics/series.h"
#include "projections/rejects/reject_rows.h"
#include "projections/store/store.h"

namespace docket::projections {

using BundleLookup = std::function<definition::BundlePtr(std::string_view bundle_id)>;

using AliasConflict = aliases::Conflict;

struct FreezeLimits {
  std::size_t events = 65'536;
  std::size_t bytes = 64U << 20U;  // estimated
  std::int64_t age_ms = 60'000;
};

struct Options {
  std::filesystem::path folder;  // holds CURRENT-STORE and the stores
  std::string store_name;        // "" = the current one
  int partitions = model::kPartitions;
  std::vector<std::vector<int>> workers;  // partitions of each worker; empty: one worker with all
  FreezeLimits limits;
  std::size_t case_cache_bytes = 48U << 20U;
  std::size_t block_cache_bytes = 96U << 20U;
  BundleLookup bundles;  // called on worker and query threads; null result: unknown
  // A number got a second case: called within a second of it, on a thread of its own. Null: nobody watches.
  std::function<void(const AliasConflict&)> on_conflict;
  rocksdb::Env* env = nullptr;          // null: the default one
  std::function<void()> before_ingest;  // for tests: between writing the files and taking them in
};

// A metric's figures over [start, end) of anchor days. At most one of the two axes may be set.
struct CellQuery {
  std::string metric;
  std::uint16_t version = 1;
  std::uint8_t by = 0;  // 0 = total, i + 1 = MetricDef::by[i]
  model::Day start = 0;
  model::Day end = 0;
  std::optional<std::string> group;     // one group's text; none: all
  std::optional<model::Day> at_day;     // what had happened by the end of that day
  std::optional<model::Day> known_day;  // what was recorded by the end of that day
};

// For stocks: the sum over all anchor days up to `day`.
struct PrefixQuery {
  std::string metric;
  std::uint16_t version = 1;
  std::uint8_t by = 0;
  model::Day day = 0;
  std::optional<std::string> group;
  std::optional<model::Day> at_day;
  std::optional<model::Day> known_day;
};

struct ListQuery {
  std::string kind;
  std::vector<listings::Condition> conditions;
  std::string after;  // case id of the last one seen; "" = from the start
  std::size_t limit = 50;
  std::optional<model::Day> known_day;                // as recorded at the end of that day; `state` of a row is still the present one
  std::function<bool(const model::CaseState&)> also;  // more conditions, of the present state
};
struct ListPage {
  std::vector<model::CasePtr> cases;  // by case id
  std::string next;                   // `after` of the next page; "" = this was the last one. A short page is not the end
};

struct ConflictPage {
  std::vector<AliasConflict> conflicts;
  std::string next;       // `after` of the next page; "" = this was the last one
  bool complete = false;  // false: what the store had at the start is not looked through yet, or nobody watches
};

struct DueRow {
  clocks::ClockRow row;
  int partition = 0;
  model::CasePtr state;
};

struct RestatementRow {
  int partition = 0;
  metrics::Restatement row;
};

class Projections final : public partition::StateReader, public partition::Sink {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Projections>> open(Options options);
  ~Projections() override;
  Projections(const Projections&) = delete;
  Projections& operator=(const Projections&) = delete;

  // ---- for the loops
  void apply(partition::AppliedBlock&& block) override;
  // Freezes the worker's layers when they are full or old; `now` is the caller's clock. Also starts a failed write-back again.
  void tick(std::size_t worker, model::Instant now);
  // Nothing new may be taken: the active layer is full and the frozen one not yet written, or a failure needs an operator.
  [[nodiscard]] bool full(std::size_t worker) const;
  // Where each partition's replay starts: what is in the store.
  [[nodiscard]] Result<std::vector<meta::Head>> heights() const;

  // ---- StateReader. A failed read answers "nothing" and makes health() say why: check it before what was judged is appended.
  [[nodiscard]] model::CasePtr find(int partition, std::string_view case_id) const override;
  [[nodiscard]] std::optional<partition::KnownEvent> known(int partition, const std::array<std::uint8_t, 16>& fingerprint) const override;
  [[nodiscard]] std::vector<partition::HistoryRow> history(int partition, std::string_view case_id) const override;
  [[nodiscard]] std::vector<partition::ParkedRow> parked(int partition) const override;
  [[nodiscard]] std::vector<partition::AttentionRow> attention(int partition, model::Instant from, std::string_view from_case,
                                                               std::size_t limit) const override;

  // ---- for answers
  [[nodiscard]] std::vector<meta::Head> heads() const;  // applied so far, with their positions
  [[nodiscard]] Result<ListPage> list(const ListQuery& query) const;
  [[nodiscard]] Result<std::vector<aliases::Owner>> find_alias(std::string_view kind, std::string_view alias,
                                                               const std::vector<std::string>& values) const;
  // Numbers that several cases have now, by kind, alias and values; an alias with `alarm: open` counts only cases that are not closed.
  [[nodiscard]] Result<ConflictPage> conflicts(std::string_view after, std::size_t limit) const;
  [[nodiscard]] Result<std::vector<AliasConflict>> conflicts_of(const definition::Bundle& bundle, const model::CaseState& state) const;
  // Attention wanted by running clocks in [from, to] of one partition, by instant; at most `limit` (then ask again from the last one).
  [[nodiscard]] Result<std::vector<DueRow>> due(int partition, model::Instant from, model::Instant to, std::size_t limit) const;
  [[nodiscard]] Result<metrics::Totals> cells(const CellQuery& query) const;
  [[nodiscard]] Result<metrics::Totals> prefix(const PrefixQuery& query) const;
  [[nodiscard]] Result<std::vector<RestatementRow>> restatements(std::string_view metric, std::uint16_t version, model::Day month) const;
  // Cases that ever had that anchor (by index into measure::anchors_of) on a day of [from, to]; sorted.
  [[nodiscard]] Result<std::vector<aliases::Owner>> anchored(const definition::Bundle& bundle, model::KindId kind, std::uint8_t anchor,
                                                             model::Day from, model::Day to) const;
  // Refused records of a partition below height `end`, the newest first; at most `limit` (then ask again below the last one).
  [[nodiscard]] Result<std::vector<RejectRow>> rejected(int partition, model::Height end, std::size_t limit) const;

  // ---- care
  [[nodiscard]] Status flush();                    // freezes and writes back all there is, waits
  [[nodiscard]] Status health() const;             // the last failure that has not gone away
  [[nodiscard]] std::uint64_t alarms() const;      // numbers that got a second owner since the start
  [[nodiscard]] std::size_t memory_bytes() const;  // layers, estimated
  [[nodiscard]] std::uint64_t stored_bytes(store::Family family) const;
  // A copy of the store that open() takes as a folder; `folder` must not exist. While serving.
  [[nodiscard]] Status backup(const std::filesystem::path& folder);
  // Every row of the store of one partition, as text; after flush() it depends on the chain alone.
  [[nodiscard]] Result<std::string> dump(int partition) const;
  // For each family the order-free sum of the hashes of a partition's rows in the store.
  [[nodiscard]] Result<std::array<std::uint64_t, store::kFamilies>> digest(int partition) const;

  struct Impl;

 private:
  explicit Projections(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace docket::projections
