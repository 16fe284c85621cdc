// Import: rows of a file -> events -> a Publisher, several batches in flight, the fate of every row counted. A bad row never ends it.
// A row's events have ids made of the row's own key, so importing again gives duplicates; a checkpoint file makes it quick as well.
// Thread rule: run() reads, maps and counts on the calling thread; the publisher may answer on any.
// Ownership: source and publisher are the caller's and outlive run(), which returns when nothing is in flight.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/files/mapping.h"
#include "connectors/files/publisher.h"
#include "connectors/files/rows.h"
#include "engine/model/result.h"

namespace docket::files {

enum class RowFate : std::uint8_t {
  kAccepted,   // all its events are in, some of them new
  kDuplicate,  // all its events were in already
  kParked,     // one waits for another event
  kRejected,   // one was rejected
  kMalformed,  // the row can't be read or mapped
  kEmpty,      // the mapping makes no event of it
};
inline constexpr std::size_t kRowFates = 6;
[[nodiscard]] std::string_view name_of(RowFate fate);

struct RowProblem {
  std::uint64_t row = 0;
  std::uint64_t line = 0;
  RowFate fate = RowFate::kMalformed;
  std::string code;  // of a rejected or parked event
  std::string detail;
};

struct ImportCounts {
  std::uint64_t rows = 0;
  std::uint64_t rows_by_fate[kRowFates] = {};
  std::uint64_t events = 0;
  std::uint64_t accepted = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t parked = 0;
  std::uint64_t rejected = 0;
  std::uint64_t clamped = 0;  // times moved by order: clamp
  std::map<std::string, std::uint64_t> rejected_by_code;
  std::map<std::string, std::uint64_t> parked_by_code;
  [[nodiscard]] std::uint64_t of(RowFate fate) const { return rows_by_fate[static_cast<std::size_t>(fate)]; }
};

struct ImportReport {
  std::string name;  // of the mapping, or "events"
  bool dry_run = false;
  bool complete = false;             // the file was read to its end and every event has an outcome
  std::string stopped;               // why not, if not
  std::uint64_t resumed_at = 0;      // rows that a checkpoint had done before
  std::uint64_t sent_again = 0;      // events
  ImportCounts counts;               // those of earlier runs by the checkpoint included
  std::vector<RowProblem> problems;  // the first of this run
  std::uint64_t problems_left_out = 0;
  // Rows that have no good end: something of them was rejected, or couldn't be read.
  [[nodiscard]] bool some_failed() const { return counts.of(RowFate::kRejected) + counts.of(RowFate::kMalformed) > 0; }
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string json() const;
};

struct ImportProgress {
  std::uint64_t rows_read = 0;
  std::uint64_t bytes_read = 0;
  const ImportCounts* counts = nullptr;
};

struct ImportOptions {
  std::size_t batch_events = 500;
  std::size_t in_flight = 8;
  // Nothing is published; `check` (if given) says of each event what is wrong with it, by code and sentence.
  bool dry_run = false;
  std::function<PublishedOutcome(const std::string& event)> check;
  std::string checkpoint;  // path; "": none
  std::string ledger;      // id of the one imported into, for the checkpoint
  std::size_t checkpoint_batches = 20;
  std::size_t problems_kept = 100;
  int tries_max = 120;                                  // of a batch that finds the service unavailable
  std::function<void(const std::string& why)> waits;    // told each time that something else keeps the service from taking events
  std::function<void(int tries)> wait;                  // before it is sent again; none: a pause that grows to 1 s
  std::function<void(const ImportProgress&)> progress;  // after each batch
  std::function<void(const RowProblem&)> problem;       // every one, as it is known
  std::function<bool()> stop;                           // true: read no further, finish what is in flight
};

// `mapping` null: each row is an event as it stands (CloudEvents, one a line). An error: the file can't be read at all, or the
// checkpoint is of something else.
[[nodiscard]] Result<ImportReport> run_import(RowSource& source, std::shared_ptr<const Mapping> mapping, Publisher& publisher,
                                              const ImportOptions& options);

}  // namespace docket::files
