#include "connectors/files/import.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "connectors/files/checkpoint.h"

namespace docket::files {
namespace {

using Fate = PublishedOutcome::Fate;

struct BatchRow {
  std::uint64_t number = 0;
  std::uint64_t line = 0;
  std::size_t events = 0;  // so many of the batch's events are its
  std::uint32_t clamped = 0;
  std::string malformed;
};

// What goes out together; a row's events are never parted.
struct Batch {
  std::uint64_t number = 0;
  std::vector<BatchRow> rows;
  std::vector<std::string> events;
  std::uint64_t last_row = 0;
  std::uint64_t digest = 0;  // of the file up to last_row
  int tries = 0;
  std::vector<PublishedOutcome> outcomes;  // one an event, as far as known
  std::vector<std::size_t> pending;        // events that are out
};
using BatchPtr = std::shared_ptr<Batch>;

// Answers of the publisher, brought to the importing thread. Shared with the callbacks.
struct Inbox {
  std::mutex mutex;
  std::condition_variable filled;
  std::deque<std::pair<BatchPtr, std::vector<PublishedOutcome>>> answers;
};

void pause_between(int tries) { std::this_thread::sleep_for(std::chrono::milliseconds(std::min(1000, 10 << std::min(tries, 7)))); }

class Import {
 public:
  Import(RowSource& source, std::shared_ptr<const Mapping> mapping, Publisher& publisher, const ImportOptions& options)
      : source_(source), mapping_(std::move(mapping)), mapper_(mapping_), publisher_(publisher), options_(options) {}

  Result<ImportReport> run() {
    report_.name = mapping_ != nullptr ? mapping_->name : "events";
    report_.dry_run = options_.dry_run;
    if (auto bound = source_.bind(mapping_ != nullptr ? mapping_->columns : std::vector<std::string>{}); !bound) return bound.error();
    if (auto resumed = resume(); !resumed) return resumed.error();
    Row row;
    while (report_.stopped.empty()) {
      if (options_.stop && options_.stop()) {
        report_.stopped = "interrupted";
        break;
      }
      if (!source_.next(row)) break;
      take(row);
      if (batch_->events.size() >= options_.batch_events || batch_->rows.size() >= options_.batch_events * 4) send();
      settle(std::max<std::size_t>(options_.in_flight, 1) - 1);
    }
    if (report_.stopped.empty() || report_.stopped == "interrupted") send();
    settle(0);
    if (report_.stopped.empty() && source_.failed()) report_.stopped = "the file broke off behind row " + std::to_string(rows_read_);
    report_.complete = report_.stopped.empty();
    if (auto written = save(true); !written) return written.error();
    return std::move(report_);
  }

 private:
  bool keeps_checkpoint() const { return !options_.checkpoint.empty() && !options_.dry_run; }

  Status resume() {
    batch_ = std::make_shared<Batch>();
    if (!keeps_checkpoint()) return {};
    auto found = read_checkpoint(options_.checkpoint);
    if (!found) return found.error();
    if (!found->has_value()) return {};
    const Checkpoint& checkpoint = **found;
    if (checkpoint.mapping != report_.name || checkpoint.mapping_fingerprint != fingerprint()) {
      return Error{ErrorCode::kConflict,
                   "checkpoint " + options_.checkpoint + " is of another mapping (" + checkpoint.mapping + "); remove it to begin anew",
                   false};
    }
    if (!checkpoint.ledger.empty() && checkpoint.ledger != options_.ledger) {
      return Error{ErrorCode::kConflict,
                   "checkpoint " + options_.checkpoint + " is of ledger " + checkpoint.ledger + ", and this is ledger " + options_.ledger +
                       ", which lacks the rows that it would pass over; name another checkpoint, or remove it to begin anew",
                   false};
    }
    Row row;
    while (rows_read_ < checkpoint.rows && source_.next(row)) note_read(row);
    if (rows_read_ < checkpoint.rows || digest_ != checkpoint.digest) {
      return Error{ErrorCode::kConflict,
                   "the file's first " + std::to_string(checkpoint.rows) + " rows are not those that checkpoint " + options_.checkpoint +
                       " has seen; remove it to begin anew",
                   false};
    }
    report_.counts = checkpoint.counts;
    report_.resumed_at = rows_done_ = checkpoint.rows;
    done_digest_ = digest_;
    return {};
  }

  void note_read(const Row& row) {
    ++rows_read_;
    if (keeps_checkpoint()) digest_ = add_to_digest(digest_, row.text);
  }

  std::uint64_t fingerprint() const { return mapping_ != nullptr ? mapping_->fingerprint : 0; }

  void take(const Row& row) {
    note_read(row);
    BatchRow entry;
    entry.number = row.number;
    entry.line = row.line;
    const std::size_t before = batch_->events.size();
    if (mapping_ != nullptr) {
      entry.malformed = mapper_.map(row, batch_->events, entry.clamped);
    } else if (row.problem.empty()) {
      batch_->events.emplace_back(row.text);
    } else {
      entry.malformed = row.problem;
    }
    entry.events = batch_->events.size() - before;
    batch_->rows.push_back(std::move(entry));
    batch_->last_row = rows_read_;
    batch_->digest = digest_;
  }

  void send() {
    if (batch_->rows.empty()) return;
    BatchPtr batch = std::exchange(batch_, std::make_shared<Batch>());
    batch->number = batches_++;
    batch->outcomes.resize(batch->events.size());
    for (std::size_t i = 0; i < batch->events.size(); ++i) batch->pending.push_back(i);
    if (options_.dry_run || batch->events.empty()) {
      for (std::size_t i = 0; i < batch->events.size(); ++i) {
        batch->outcomes[i] = options_.check ? options_.check(batch->events[i]) : PublishedOutcome{Fate::kAccepted, {}, {}};
      }
      finish(*batch);
    } else {
#ifdef DOCKET_FAULT_CHECKPOINT_AHEAD
      rows_done_ = batch->last_row;
      done_digest_ = batch->digest;
      if (++since_checkpoint_ >= options_.checkpoint_batches) static_cast<void>(save(false).ok());
#endif
      publish(batch);
    }
  }

  void publish(const BatchPtr& batch) {
    EventBatch events(batch, &batch->events);
    if (batch->pending.size() != batch->events.size()) {
      auto some = std::make_shared<std::vector<std::string>>();
      for (const std::size_t i : batch->pending) some->push_back(batch->events[i]);
      events = std::move(some);
    }
    ++out_;
    publisher_.publish(std::move(events), [inbox = inbox_, batch](std::vector<PublishedOutcome> outcomes) {
      const std::lock_guard lock(inbox->mutex);
      inbox->answers.emplace_back(batch, std::move(outcomes));
      inbox->filled.notify_one();
    });
  }

  // Takes what has been answered, and waits until at most `most` batches are out.
  void settle(std::size_t most) {
    while (true) {
      std::unique_lock lock(inbox_->mutex);
      if (inbox_->answers.empty() && out_ <= most) return;
      inbox_->filled.wait(lock, [&] { return !inbox_->answers.empty(); });
      auto [batch, outcomes] = std::move(inbox_->answers.front());
      inbox_->answers.pop_front();
      lock.unlock();
      --out_;
      answered(batch, std::move(outcomes));
    }
  }

  void answered(const BatchPtr& batch, std::vector<PublishedOutcome> outcomes) {
    std::vector<std::size_t> again;
    std::string why = outcomes.size() < batch->pending.size() ? "the publisher answered " + std::to_string(outcomes.size()) + " of " +
                                                                    std::to_string(batch->pending.size()) + " events"
                                                              : "it gave no reason";
    for (std::size_t k = 0; k < batch->pending.size(); ++k) {
      const std::size_t i = batch->pending[k];
      if (k < outcomes.size() && outcomes[k].fate != Fate::kUnavailable) {
        batch->outcomes[i] = std::move(outcomes[k]);
        continue;
      }
      if (k < outcomes.size() && !outcomes[k].detail.empty()) why = outcomes[k].detail;
      again.push_back(i);
    }
    if (again.empty()) {
      finish(*batch);
      return;
    }
    if (!report_.stopped.empty() && report_.stopped != "interrupted") return;  // given up already: these rows are not done
    if (batch->tries + 1 >= options_.tries_max) {
      report_.stopped = "the service is not available: " + why;
      return;
    }
    ++batch->tries;
    if (options_.waits && why != told_why_) options_.waits(why);
    told_why_ = why;
    report_.sent_again += again.size();
    batch->pending = std::move(again);
    if (options_.wait) {
      options_.wait(batch->tries);
    } else {
      pause_between(batch->tries);
    }
    publish(batch);
  }

  void finish(const Batch& batch) {
    told_why_.clear();
    std::size_t event = 0;
    for (const auto& row : batch.rows) {
      count_row(row, batch, event);
      event += row.events;
    }
    // Rows are done in the order of the file, whatever the order of the answers.
    finished_.emplace(batch.number, std::pair(batch.last_row, batch.digest));
    for (auto it = finished_.begin(); it != finished_.end() && it->first == next_batch_; it = finished_.erase(it), ++next_batch_) {
      rows_done_ = it->second.first;
      done_digest_ = it->second.second;
    }
    if (options_.progress) options_.progress({rows_read_, source_.bytes_read(), &report_.counts});
    if (++since_checkpoint_ >= options_.checkpoint_batches) {
      if (auto written = save(false); !written) report_.stopped = written.error().message;
    }
  }

  void count_row(const BatchRow& row, const Batch& batch, std::size_t first) {
    auto& counts = report_.counts;
    ++counts.rows;
    RowFate fate = row.events == 0 ? RowFate::kEmpty : RowFate::kDuplicate;
    const PublishedOutcome* worst = nullptr;
    for (std::size_t i = first; i < first + row.events; ++i) {
      const auto& outcome = batch.outcomes[i];
      ++counts.events;
      switch (outcome.fate) {
        case Fate::kAccepted:
          ++counts.accepted;
          if (fate == RowFate::kDuplicate) fate = RowFate::kAccepted;
          break;
        case Fate::kDuplicate:
          ++counts.duplicate;
          break;
        case Fate::kParked:
          ++counts.parked;
          ++counts.parked_by_code[outcome.code];
          if (fate != RowFate::kRejected && fate != RowFate::kParked) worst = &outcome;
          if (fate != RowFate::kRejected) fate = RowFate::kParked;
          break;
        case Fate::kRejected:
        case Fate::kUnavailable:
          ++counts.rejected;
          ++counts.rejected_by_code[outcome.code];
          if (fate != RowFate::kRejected) worst = &outcome;
          fate = RowFate::kRejected;
          break;
      }
    }
    if (!row.malformed.empty()) fate = RowFate::kMalformed;
    counts.clamped += row.clamped;
    ++counts.rows_by_fate[static_cast<std::size_t>(fate)];
    if (fate == RowFate::kMalformed) note({row.number, row.line, fate, {}, row.malformed});
    if (worst != nullptr) note({row.number, row.line, fate, worst->code, worst->detail});
  }

  void note(RowProblem problem) {
    if (options_.problem) options_.problem(problem);
    if (report_.problems.size() < options_.problems_kept) {
      report_.problems.push_back(std::move(problem));
    } else {
      ++report_.problems_left_out;
    }
  }

  // Counts and rows must be of one moment, so only a prefix without gaps is written.
  Status save(bool last) {
    if (!keeps_checkpoint() || !finished_.empty() || (rows_done_ == saved_rows_ && !last)) return {};
    since_checkpoint_ = 0;
    saved_rows_ = rows_done_;
    return write_checkpoint(options_.checkpoint, {options_.ledger, report_.name, fingerprint(), rows_done_, done_digest_, report_.counts});
  }

  RowSource& source_;
  std::shared_ptr<const Mapping> mapping_;
  RowMapper mapper_;
  Publisher& publisher_;
  const ImportOptions& options_;
  ImportReport report_;
  BatchPtr batch_;
  std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
  std::string told_why_;
  std::size_t out_ = 0;
  std::uint64_t batches_ = 0;
  std::uint64_t next_batch_ = 0;
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> finished_;  // behind a gap
  std::uint64_t rows_read_ = 0;
  std::uint64_t rows_done_ = 0;
  std::uint64_t saved_rows_ = 0;
  std::uint64_t digest_ = kDigestStart;
  std::uint64_t done_digest_ = kDigestStart;
  std::size_t since_checkpoint_ = 0;
};

}  // namespace

Result<ImportReport> run_import(RowSource& source, std::shared_ptr<const Mapping> mapping, Publisher& publisher,
                                const ImportOptions& options) {
  return Import(source, std::move(mapping), publisher, options).run();
}

}  // namespace docket::files
