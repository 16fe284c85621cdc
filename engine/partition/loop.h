// The loop of one partition: ingest, validate, append, apply, answer. Start reading here.
//
//   offer() -> queue -> turn(): judge on judged-ahead state -> a block -> Port::append
//                                   ^ settle                              |
//                       read_done() +--- freeze <--- report(): not next --+--- next --> valid -> Sink -> answers
//
// A block counts if it extends the head of the chain (ledger.md). What the loop has judged but not yet heard of is the overlay
// "ahead"; everything told to anybody rests on valid blocks. A pure step machine: time comes in as an argument, I/O goes out as
// values, so that a simulator can drive it. Thread rule: one thread; Sink and readers are called on it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/apply/attention.h"
#include "engine/definition/bundle_source.h"
#include "engine/ingest/digest.h"
#include "engine/ingest/ingest.h"
#include "engine/ledger/activation.h"
#include "engine/ledger/block_codec.h"
#include "engine/ledger/port.h"
#include "engine/ledger/record.h"
#include "engine/partition/history_loader.h"
#include "engine/partition/intake.h"
#include "engine/partition/offer.h"
#include "engine/partition/ports.h"
#include "engine/partition/records.h"
#include "engine/partition/rulebooks.h"
#include "engine/partition/timers.h"
#include "engine/validate/judge.h"

namespace docket::partition {

class PartitionLoop {
 public:
  enum class Mode : std::uint8_t { kStandby, kReading, kSettling, kOwner, kStopped };

  // `books`: shared by the loops of one thread.
  PartitionLoop(LoopOptions options, Rulebooks& books, ledger::KeyStore& keys, const StateReader& states, const RecordReader& records,
                Sink& sink);

  // Where the projections stand; the loop reads on from there. `offset`: the home's offset after that block.
  void restore(const ledger::Position& position, const std::string& head, std::uint64_t term, Instant recorded, ledger::Offset offset);
  // The intake cursors of the block at which it stands.
  void restore_cursors(std::vector<ledger::IntakeCursor> cursors) { cursors_ = std::move(cursors); }
  // What decided there for new cases. The errors are those of Rulebooks::find().
  [[nodiscard]] Status restore_bundle(std::string_view bundle, std::uint64_t number);
  // The owner-changed record of the term at which it stands.
  void restore_owner(const ledger::Record& record) { note_owner(record); }
  // This node is to own the partition: read to the end, then append owner-changed. A loop that owns nothing follows the ledger.
  void own();
  // Where other nodes reach this one, from the next own() on.
  void set_address(std::string address) { options_.address = std::move(address); }
  // The partition is another node's by now: who waits is told outcome-unknown, and the loop follows the ledger again.
  void disown();

  // False: the queue is full, or the loop has stopped (503 overloaded, nothing written); `done` is then not called.
  [[nodiscard]] bool offer(Offer offer);
  // Takes records of an intake topic. False: not now, or they don't go on from intake_cursor().
  [[nodiscard]] bool take_intake(IntakeBatch batch);
  // Where to read a topic on: behind all that was taken. After a freeze, and in a new owner, it is back at what the ledger says. Nothing
  // while the loop doesn't own, or has enough to judge.
  [[nodiscard]] std::optional<ledger::IntakeCursor> intake_cursor(const std::string& topic) const;
  // Of the valid chain.
  [[nodiscard]] const std::vector<ledger::IntakeCursor>& cursors() const { return cursors_; }
  [[nodiscard]] const IntakeCounts& intake_counts() const { return intake_counts_; }
  // Writes a `head` record with this body (ledger::sign_head) into the next block, and again after a freeze until it is valid. One that has
  // not gone out yet gives way to a newer one. While the loop doesn't own, the newest waits until it does.
  void add_head(std::string body);
  // Writes an `activated` record as soon as it owns, unless the chain has that number or a higher one already. A bundle that can't be
  // had stops the loop.
  void activate(const ledger::Activation& wanted);
  // How many reactions the valid chain has caused, by the partition they go to.
  [[nodiscard]] std::uint64_t reactions_to(int partition) const { return reactions_.sent[static_cast<std::size_t>(partition)]; }
  // One of them, from 1 on, to be offered to that partition.
  [[nodiscard]] Result<Reaction> reaction(int to, std::uint64_t number) const;
  // By what decides for new cases.
  [[nodiscard]] ingest::Ingest& ingest() const { return ahead_deciding_.book->ingest; }
  // The number of what decides for new cases, in the valid chain.
  [[nodiscard]] std::uint64_t activation() const { return deciding_.number; }
  [[nodiscard]] const std::string& bundle_id() const { return deciding_.book->bundle->id; }
  // Judges what is queued; returns the blocks to append. Call after reports and reads are in.
  [[nodiscard]] std::vector<ledger::Appending> turn(Instant now);
  void report(const ledger::Report& report);
  // The offset to read from, if the loop waits for a read.
  [[nodiscard]] std::optional<ledger::Offset> wants_read() const;
  void read_done(const ledger::ReadBatch& batch);
  // While the projections are full, timers wait as offers do.
  void hold_timers(bool hold) { timers_held_ = hold; }
  // No report in time, or the home failed: settle.
  void freeze();
  // The ledger is not the one that was read before: nothing is judged or told any more (stop_reason()).
  void halt(std::string reason) { stop(std::move(reason)); }
  // What it was halted for is settled: it reads on and takes the partition anew.
  void resume() {
    stop_reason_.clear();
    own();
  }

  [[nodiscard]] Mode mode() const { return mode_; }
  [[nodiscard]] bool owner() const { return mode_ == Mode::kOwner; }
  // It has stopped because it read that another node took the partition; disown() lets it follow.
  [[nodiscard]] bool displaced() const { return displaced_; }
  [[nodiscard]] bool idle() const { return queue_.empty() && flight_.empty(); }
  // Blocks were given out to be appended and are not reported yet.
  [[nodiscard]] bool under_way() const { return !flight_.empty() && flight_.front().sent != 0; }
  [[nodiscard]] const ledger::Position& position() const { return position_; }
  [[nodiscard]] std::uint64_t term() const { return term_; }
  // Where the owner that the chain names is reached; "" if it says nothing of it.
  [[nodiscard]] const std::string& owner_address() const { return owner_address_; }
  [[nodiscard]] std::uint64_t void_blocks() const { return void_blocks_; }
  // Rises with each freeze: before it appends again, the driver throws its producer away (Port::renew), with what that still holds.
  [[nodiscard]] std::uint64_t freezes() const { return freezes_; }
  [[nodiscard]] std::size_t parked() const { return parked_count_ + unopened_.size(); }
  [[nodiscard]] const std::string& stop_reason() const { return stop_reason_; }

 private:
  class SoFar;
  struct Parked {
    model::EventPtr event;
    Height height = 0;
    Instant until = 0;
    model::Refusal refusal;
  };
  // Judged ahead: a case as it will be when the blocks in flight are valid.
  struct Ahead {
    model::CasePtr state;
    bool exists = false;
    std::vector<Applied> records;               // of blocks in flight, in height order; what history needs of them
    std::optional<std::vector<Parked>> parked;  // if they changed
    std::optional<std::string> quarantined;     // if that changed: its kind's name, "" if it was released
    std::uint64_t token = 0;                    // newest block that touches it
  };
  struct AheadEvent {
    KnownEvent known;
    EventOutcome outcome;
    std::uint64_t token = 0;
  };
  struct Waiting {  // an offer whose answers rest on blocks in flight
    Offer offer;
    std::vector<EventOutcome> outcomes;
    std::vector<std::uint64_t> rests;  // tokens
    bool partly_valid = false;         // one of them is valid by now
  };
  struct Deciding {  // for new cases
    Rulebook* book = nullptr;
    std::uint64_t number = 1;
  };
  struct InFlight {
    std::uint64_t token = 0;
    AppliedBlock applied;
    std::string hash;
    std::uint64_t records = 0;
    Instant sent = 0;
    bool owner_changed = false;
    bool barrier = false;
    Deciding deciding;
    IntakeCounts intake;
  };
  struct Building {  // the block that this turn fills
    ledger::Block header;
    std::string records;           // as they will stand in it
    std::vector<Applied> applied;  // one a record
    std::uint64_t token = 0;
    std::vector<Duplicates> duplicates;
    std::size_t duplicates_bytes = 0;
    IntakeCounts intake;
    [[nodiscard]] bool empty() const { return applied.empty(); }
    [[nodiscard]] Height end() const { return header.height + applied.size(); }
  };

  [[nodiscard]] std::vector<ledger::Appending> judge_turn(Instant now);

  // judging (judging.cpp)
  void judge_offer(Offer offer);
  void judge_dry(Offer offer);
  void answer_or_wait(Waiting waiting);
  [[nodiscard]] Waiting judge_all(Offer& offer);
  [[nodiscard]] Waiting judge_events(Offer& offer);
  void judge_corrections(const std::string& case_id, const std::vector<std::size_t>& indexes, const Offer& offer, Waiting& waiting);
  bool accept_together(std::vector<Parked> waiting, const model::EventPtr& event, std::vector<EventOutcome>& first);
  EventOutcome judge_event(const ingest::Offered& offered, const Offer& offer, std::vector<std::uint64_t>& rests);
  std::optional<EventOutcome> known_outcome(const model::Event& event, std::vector<std::uint64_t>& rests);
  EventOutcome judge_ready(const model::EventPtr& event, const Offer& offer, std::vector<std::uint64_t>& rests);
  EventOutcome reject(const model::Event& event, model::Refusal refusal, Height resolves, std::vector<std::uint64_t>& rests);
  EventOutcome park(const model::EventPtr& event, model::Refusal refusal, std::vector<std::uint64_t>& rests);
  bool accept(const std::vector<validate::Incoming>& incoming, const std::vector<Height>& resolves, validate::Verdict verdict,
              std::vector<EventOutcome>& outcomes);
  validate::Verdict judge_set(std::vector<validate::Incoming>& incoming, const std::string& case_id);
  void try_parked(const std::string& case_id);
  void expire_parked(Instant now);
  void expire_unopened(Instant now);
  model::Refusal add_replacement(validate::Incoming& incoming, const std::string& case_id, const std::vector<validate::Incoming>& set);
  bool make_room(std::size_t bytes);

  // intake (intake.cpp)
  std::size_t judge_intake(Instant now, std::size_t limit);
  bool judge_record(const IntakeBatch& batch, IntakeEvent& record);
  static void tell_place(ledger::Record& record, const ledger::IntakeCursor& behind);
  void judge_known(const ledger::IntakeCursor& behind, const IntakeEvent& record, const EventOutcome& outcome);
  void reject_unnamed(const ledger::IntakeCursor& behind, const IntakeEvent& record, const model::Refusal& refusal);
  void add_intake_record(const ledger::IntakeCursor& behind, ledger::RecordKind kind, const std::string& members);
  void pass(const ledger::IntakeCursor& behind);
  void note_duplicate(const ledger::IntakeCursor& behind);
  void write_duplicates();
  void drop_intake();

  // cases that met an engine defect (quarantine.h)
  struct Checkpoint;
  EventOutcome judge_now(const model::EventPtr& event, const Offer& offer, std::vector<std::uint64_t>& rests);
  void judge_together(const std::string& case_id, const std::vector<std::size_t>& indexes, const Offer& offer, Waiting& waiting);
  EventOutcome judge_release(const model::EventPtr& event, std::vector<std::uint64_t>& rests);
  EventOutcome hold(const model::EventPtr& event, const Offer& offer, std::vector<std::uint64_t>& rests);
  template <typename Judge>
  [[nodiscard]] bool spared(const std::string& case_id, std::span<const model::EventPtr> events, const Judge& judge);
  [[nodiscard]] Checkpoint checkpoint(const std::string& case_id, std::span<const model::EventPtr> events) const;
  void undo(Checkpoint&& before);
  void quarantine(const std::string& case_id, std::span<const model::EventPtr> events, std::string_view cause);
  [[nodiscard]] const std::string* quarantined(const std::string& case_id) const;  // the case's kind by name; null: it is not
  void try_each_parked(const std::string& case_id);
  void note_quarantine(const Applied& applied);

  // timers (timers.cpp)
  void fire_timers(Instant now);
  void note_wants(const Applied& applied);
  void attend(const std::string& case_id, Instant recorded);
  void fire_before(const model::Event& event);
  void fire_case(const std::string& case_id, Instant until);
  bool tell(const model::CaseState& state, const apply::Want& want);
  bool add_notice(const model::CaseState& state, ledger::Record record);
  bool fire_timer(const model::CaseState& state, const apply::Want& want);
  void add_timers(std::vector<validate::Incoming>& incoming, const std::string& case_id);
  model::EventPtr timer_event(const model::CaseState& state, const apply::Want& want, const definition::EventDef& def);
  void withdraw_breaches(const model::CaseState& before, const std::vector<validate::Incoming>& incoming, const validate::Verdict& verdict);

  // cases that move to other definitions (migrations.cpp)
  [[nodiscard]] std::size_t moving_bytes(const model::Event& event) const;
  EventOutcome judge_migration(const model::EventPtr& event, std::vector<std::uint64_t>& rests);
  void withdraw_of_former(const model::CaseState& before, const std::vector<validate::Incoming>& incoming,
                          const validate::Verdict& verdict);
  [[nodiscard]] Status apply_migrated(Applied& applied, const SoFar& so_far);

  // private values that are given up (erasure.cpp)
  [[nodiscard]] Status give_up_keys(const AppliedBlock& block);

  // what decides (bundles.cpp)
  void write_activation(Instant now);
  [[nodiscard]] Status note_activated(const ledger::Block& block);
  [[nodiscard]] Rulebook& book_for(const std::string& case_id) const;
  [[nodiscard]] Rulebook& book_of(const model::Event& event) const { return books_.of(event); }
  void read_by_case(ingest::Offered& offered) const;
  [[nodiscard]] bool read_all(std::vector<Parked>& waiting) const;
  [[nodiscard]] Result<model::EventPtr> parse_record(const ledger::Record& record, const SoFar& so_far) const;
  [[nodiscard]] HistoryLoader histories(Rulebook& book) const;

  // reactions (reactions.cpp)
  void judge_reaction(Offer offer);
  void reject_unread(const Reaction& reaction, std::vector<std::uint64_t>& rests);
  [[nodiscard]] bool is_reaction(const model::Event& event) const;
  void note_reactions(Applied& applied, const std::vector<Applied>& block);
  void forget_reactions_ahead();

  // heads of the partition before (heads.cpp)
  void write_heads();
  void heads_valid(std::uint64_t token);
  void heads_again();

  // state (ahead over valid)
  [[nodiscard]] model::CasePtr case_ahead(const std::string& case_id) const;
  [[nodiscard]] apply::CaseHistory history_ahead(const std::string& case_id) const;
  [[nodiscard]] std::vector<Parked> parked_ahead(const std::string& case_id) const;
  Ahead& touch(const std::string& case_id);
  void add_record(ledger::Record record, Applied applied);
  [[nodiscard]] Height next_height() const { return building_->end(); }

  // blocks
  void open_block(Instant now);
  void close_block(Instant now);
  void make_valid(InFlight flight);
  void answer_rested(std::uint64_t token);
  void fail_offer(Offer& offer, EventOutcome::Kind kind);
  void own_block(Instant now);
  void judge_again(std::uint64_t token);  // with a planted fault only
  void rest_barriers(std::vector<Offer> offers, Instant now);
  void add_owner_record(ledger::RecordKind kind, const std::string& members);
  void rest_on_own_block(std::vector<std::uint64_t>& rests);
  void refuse_from(std::uint64_t token);
  [[nodiscard]] std::vector<ledger::Appending> send_some(Instant now);
  void answer_late(Instant now);

  // replay (replay.cpp)
  [[nodiscard]] Status replay(const ledger::Stored& stored);
  [[nodiscard]] Status replay_block(const ledger::Stored& stored);
  [[nodiscard]] Result<AppliedBlock> apply_block(ledger::Block& block, std::uint64_t hash_prefix);  // takes the block's records
  [[nodiscard]] Status apply_accepted(Applied& applied, const SoFar& so_far, bool held_back, bool in_set);
  [[nodiscard]] static bool is_held_back(const std::vector<Applied>& rows, const Applied& row);
  void note_valid(Applied& applied, const std::vector<Applied>& block);
  [[nodiscard]] std::optional<Parked> reopen_parked(const ledger::Record& record, Height height) const;
  void note_owner(const ledger::Record& record);
  void drop_all();
  void stop(std::string reason);

  LoopOptions options_;
  Rulebooks& books_;
  mutable RecordSealer sealer_;
  ledger::KeyStore& keys_;
  const StateReader& states_;
  const RecordReader& records_;
  Sink& sink_;
  ingest::Digest digest_;

  Mode mode_ = Mode::kStandby;
  std::string stop_reason_;
  bool displaced_ = false;
  // the known end
  ledger::Position position_;
  std::string head_;
  ledger::Offset next_offset_ = 0;
  std::uint64_t term_ = 0;
  std::uint64_t own_term_ = 0;  // 0: not won yet
  std::string owner_address_;
  Instant recorded_ = 0;
  bool read_to_end_ = false;
  std::uint64_t void_blocks_ = 0;
  std::uint64_t barriers_ = 0;
  std::uint64_t freezes_ = 0;

  Deciding deciding_;        // of the valid chain
  Deciding ahead_deciding_;  // of what is judged ahead
  std::optional<ledger::Activation> wanted_;

  // judged ahead
  std::unordered_map<std::string, Ahead> ahead_;
  std::unordered_map<std::array<std::uint8_t, 16>, AheadEvent, FingerprintHash> ahead_events_;
  std::deque<InFlight> flight_;
  std::string ahead_head_;
  Height ahead_height_ = 0;
  Instant ahead_recorded_ = 0;
  std::optional<Building> building_;
  std::vector<ledger::Appending> outgoing_;
  std::uint64_t tokens_ = 0;
  Instant now_ = 0;

  // intake
  std::vector<ledger::IntakeCursor> cursors_;        // of the valid chain
  std::vector<ledger::IntakeCursor> ahead_cursors_;  // behind what is judged
  std::vector<ledger::IntakeCursor> taken_cursors_;  // behind what is taken
  std::deque<IntakeBatch> intake_;
  std::size_t intake_events_ = 0;
  std::size_t intake_judged_ = 0;  // of the first batch
  std::optional<Mark> mark_;
  IntakeCounts intake_counts_;

  struct Head {
    std::string body;
    std::uint64_t token = 0;  // of the block that it is in; 0: of none yet
  };
  std::vector<Head> heads_;

  ReactionNumbers reactions_;  // of the valid chain
  struct Received {
    std::uint64_t number = 0;
    std::uint64_t token = 0;  // of the block that it is in, while that is not valid
  };
  std::array<Received, model::kPartitions> received_ahead_;
  struct Reacting {  // the one being judged
    const Reaction* reaction = nullptr;
    std::array<std::uint8_t, 16> fingerprint{};
  };
  std::optional<Reacting> reacting_;

  TimerState timers_;
  bool timers_held_ = false;

  // valid
  std::unordered_map<std::string, std::vector<Parked>> parked_;
  std::map<std::pair<Instant, Height>, std::string> parked_until_;  // -> case id
  std::size_t parked_count_ = 0;
  std::map<std::pair<Instant, Height>, std::shared_ptr<const ledger::Record>> unopened_;  // parked, and their key is gone: until -> record

  std::unordered_map<std::string, std::string> quarantined_;  // case id -> its kind's name

  std::deque<Offer> queue_;
  std::size_t queued_events_ = 0;
  Instant earliest_deadline_ = model::kForever;  // of the queue, or earlier
  std::deque<Waiting> waiting_;
};

}  // namespace docket::partition
