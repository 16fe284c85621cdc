// What was decided about the versions of metrics: which are counted over the whole history, and by which a name answers
// (docs/decisions/0021-backfill.md). Kept in the ledger's store as one text, all decisions in their order. Thread rule: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/result.h"
#include "engine/model/time.h"

namespace docket::node {

struct MetricDecision {
  enum class What : std::uint8_t { kBackfill, kBuilt, kSwap, kUndo } what = What::kBackfill;
  std::string metric;
  std::uint16_t version = 1;  // that is counted anew
  std::string from;           // kBackfill: the bundle that says what it means,
  std::uint16_t before = 0;   // the version before it, 0: there is none,
  std::string before_from;    // and the bundle of that
  model::Instant recorded = 0;
  std::string by;
  std::uint64_t number = 0;  // which of the ledger's decisions; those of one command have one
};

class MetricDecisions {
 public:
  // {"format":1,"decisions":[...]}; a row without a number has that of the row before it, or 0. kInvalid: it is something else. kConflict:
  // of a format that this program doesn't know.
  [[nodiscard]] static Result<MetricDecisions> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  void add(MetricDecision decision) { rows_.push_back(std::move(decision)); }
  void append(const MetricDecisions& decided, std::uint64_t number);  // gives all of them that number
  [[nodiscard]] const std::vector<MetricDecision>& rows() const { return rows_; }
  [[nodiscard]] std::uint64_t number() const { return rows_.empty() ? 0 : rows_.back().number; }  // of the last

  // How a metric stands by its last backfill; nothing: it had none.
  struct Standing {
    std::uint16_t version = 0;
    std::uint16_t before = 0;  // 0: there is none
    bool built = false;
    bool swapped = false;
  };
  [[nodiscard]] std::optional<Standing> standing(std::string_view metric) const;

  // What a name answers by, where the definitions that decide have version `own` of it. `whole`: over the whole history, so by the rows
  // that were counted anew; else by what the live rows have of it.
  struct Answered {
    std::uint16_t version = 0;
    bool whole = false;
  };
  [[nodiscard]] Answered answered(std::string_view metric, std::uint16_t own) const;

  // All that is counted anew, each once: both versions of each backfill.
  struct Counted {
    std::string metric;
    std::uint16_t version = 0;
    std::string from;  // the bundle's id
  };
  [[nodiscard]] std::vector<Counted> counted() const;
  [[nodiscard]] std::vector<std::string> metrics() const;  // that have been decided on

 private:
  std::vector<MetricDecision> rows_;
};

}  // namespace docket::node
