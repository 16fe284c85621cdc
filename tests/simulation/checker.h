// Whether Docket kept its word: reads only the committed log, and what callers asked and were told. Knows nothing of nodes.
//
//   committed(block)  the log grows: the chain is walked by the validity rule alone
//   asked(...)        a caller sent a request
//   told(...)         and was told: checked at once against the chain as it is
//   finish()          nothing comes any more
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/ledger/chain.h"
#include "engine/partition/loop.h"

namespace docket::simulation {

using Step = std::uint64_t;
using Outcome = partition::EventOutcome;
using partition::name_of;

// One event of a request, as its caller knows it.
struct AskedEvent {
  std::string source;
  std::string id;
  std::string case_id;
  std::string type;
  std::string time;  // as sent
  std::uint64_t tag = 0;
};

struct Asked {
  Step at = 0;
  std::vector<AskedEvent> events;
  std::optional<std::int64_t> expected_revision;
  bool dry_run = false;
};

// A block of the valid chain.
struct ChainBlock {
  ledger::Position position;  // behind it
  std::string hash;
  ledger::Offset offset = 0;
  std::uint64_t term = 0;
  model::Instant recorded = 0;
  std::vector<ledger::IntakeCursor> next;
};

class Checker {
 public:
  void committed(const ledger::Stored& stored, Step now);
  // Somebody published to the intake topic, at the offset that follows. `readable`: it is an event, of a source that may publish it.
  void published(AskedEvent event, bool readable);
  // Intake records that the chain has passed, of those that were published.
  [[nodiscard]] std::size_t intake_passed() const { return passed_; }
  [[nodiscard]] std::size_t intake_published() const { return intake_.size(); }
  // The number by which told() refers to it.
  std::size_t asked(Asked request);
  void told(std::size_t request, const std::vector<Outcome>& outcomes, Step now);
  // Its connection broke: nothing will be told any more.
  void hung_up(std::size_t request) { requests_[request].open = false; }
  // Once all faults are over and every caller has been answered. `accepted`: (source, id) of events that must have been accepted.
  void finish(const std::vector<std::pair<std::string, std::string>>& accepted);

  [[nodiscard]] const std::vector<std::string>& findings() const { return findings_; }
  void find(std::string what, Step now);

  // The chain's block that ends at that position, if the chain has it.
  [[nodiscard]] const ChainBlock* block_at(const ledger::Position& position) const;
  [[nodiscard]] const std::vector<ChainBlock>& chain() const { return chain_; }
  [[nodiscard]] std::uint64_t void_blocks() const { return walk_.end().void_blocks; }
  [[nodiscard]] std::int64_t revision(const std::string& case_id) const;
  [[nodiscard]] std::size_t records_of(ledger::RecordKind kind) const;
  [[nodiscard]] std::size_t told_of(Outcome::Kind kind) const;

 private:
  using EventId = std::pair<std::string, std::string>;  // source, id
  struct Row {                                          // a record that tells an outcome
    ledger::RecordKind kind = ledger::RecordKind::kAccepted;
    ledger::Height height = 0;
    std::size_t block = 0;
    std::uint64_t tag = 0;
    model::Rejection code = model::Rejection::kNone;
    std::uint32_t version = 0;
    std::uint32_t revision = 0;
  };
  struct Written {
    std::vector<Row> rows;
    std::map<std::uint64_t, AskedEvent> contents;  // that somebody sent, but for dry runs
    std::size_t requests = 0;                      // that carried it
    std::size_t unwritten = 0;                     // of them, told that nothing was written
  };
  struct Request {
    Asked asked;
    std::vector<std::int64_t> revisions;  // of the chain when it was sent, if it names one
    bool open = true;
  };
  struct CaseLine {
    std::uint32_t version = 0;
    std::uint32_t revision = 0;
  };

  void take_intake(const ledger::Block& block);
  std::size_t told_by_offset(const ledger::Block& block, std::size_t offset);
  void take_record(const ledger::Record& record, ledger::Height height);
  void take_accepted(const ledger::Record& record, ledger::Height height);
  void take_owner_record(const ledger::Record& record);
  void take_head(const ledger::Record& record);
  void add_row(const EventId& id, Row row);
  void resolve(ledger::Height parked, const EventId& id);
  void told_event(const Request& request, std::size_t index, const Outcome& outcome);
  void told_accepted(const Request& request, const AskedEvent& event, const Outcome& outcome);
  void told_conflict(const Request& request, const AskedEvent& event, std::size_t index, const Outcome& outcome);
  [[nodiscard]] const Row* row_of(const AskedEvent& event, ledger::RecordKind kind) const;
  [[nodiscard]] std::string name(const AskedEvent& event) const { return event.case_id + "/" + event.id; }

  ledger::ChainWalk walk_{0};
  std::vector<ChainBlock> chain_;
  std::map<EventId, Written> events_;
  std::map<std::string, CaseLine> cases_;
  std::map<ledger::Height, EventId> parked_;  // not resolved
  std::map<ledger::RecordKind, std::size_t> records_;
  std::map<Outcome::Kind, std::size_t> told_;
  struct Published {
    AskedEvent event;
    bool readable = true;
  };
  std::vector<Published> intake_;
  std::size_t passed_ = 0;
  std::string owner_;  // process of the last owner-changed
  std::set<std::string> nonces_;
  std::map<std::uint64_t, std::uint64_t> heads_;  // the newest step of each node
  std::vector<Request> requests_;
  std::vector<std::string> findings_;
  Step now_ = 0;
};

}  // namespace docket::simulation
