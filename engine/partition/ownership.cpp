// Who may write: taking the partition, losing it, and the records that say so (ledger.md section 5).
#include <algorithm>
#include <boost/json.hpp>

#include "engine/partition/loop.h"

namespace docket::partition {

// A new owner's first record, or the barrier that settles: after it, everything older in flight is void for ever.
void PartitionLoop::own_block(Instant now) {
  ahead_height_ = position_.height;
  ahead_head_ = head_;
  ahead_recorded_ = recorded_;
  ahead_deciding_ = deciding_;
  drop_intake();
  open_block(now);
  if (own_term_ == 0) {
    building_->header.term = term_ + 1;
    std::string members = "\"term\":" + std::to_string(term_ + 1) + ",\"node\":\"" + options_.node + "\"";
    if (!options_.address.empty()) members += ",\"address\":\"" + options_.address + "\"";
    members += ",\"generation\":0,\"clock\":\"" + model::format_instant(now) + "\",\"version\":\"" + options_.version + "\",";
    add_owner_record(ledger::RecordKind::kOwnerChanged, members);
  } else {
    add_owner_record(ledger::RecordKind::kBarrier, {});
  }
  close_block(now);
  mode_ = Mode::kSettling;
}

// No two of them are equal, by the process's random number and a counter.
void PartitionLoop::add_owner_record(ledger::RecordKind kind, const std::string& members) {
  ledger::Record record;
  record.kind = kind;
  record.body = "{" + members + "\"process\":\"" + std::to_string(options_.process) + "\",\"counter\":" + std::to_string(++barriers_) + "}";
  Applied applied;
  applied.height = next_height();
  applied.recorded = building_->header.recorded;
  applied.record = std::make_shared<const ledger::Record>(std::move(record));
  ledger::append_record(building_->records, *applied.record);
  building_->applied.push_back(std::move(applied));
}

// Any block that this turn sends will do.
void PartitionLoop::rest_barriers(std::vector<Offer> offers, Instant now) {
  if (!building_) open_block(now);
  for (auto& offer : offers) {
    Waiting waiting;
    waiting.outcomes.resize(1);
    waiting.outcomes.front().kind = EventOutcome::Kind::kAccepted;
    rest_on_own_block(waiting.rests);
    waiting.offer = std::move(offer);
    waiting_.push_back(std::move(waiting));
  }
}

void PartitionLoop::own() {
  read_to_end_ = false;
  mode_ = Mode::kReading;
}

void PartitionLoop::disown() {
  if (mode_ == Mode::kStandby || (mode_ == Mode::kStopped && !displaced_)) return;
  if (!flight_.empty()) ++freezes_;  // what is under way goes with its producer
  drop_all();
  stop_reason_.clear();
  displaced_ = false;
  read_to_end_ = false;
  mode_ = Mode::kStandby;
}

void PartitionLoop::stop(std::string reason) {
  stop_reason_ = std::move(reason);
  drop_all();
  mode_ = Mode::kStopped;
}

// What was sent may yet land, so nobody is told that nothing was written.
void PartitionLoop::drop_all() {
  for (auto& waiting : waiting_) fail_offer(waiting.offer, EventOutcome::Kind::kUnknown);
  for (auto& offer : queue_) fail_offer(offer, EventOutcome::Kind::kUnknown);
  waiting_.clear();
  queue_.clear();
  queued_events_ = 0;
  flight_.clear();
  outgoing_.clear();
  building_.reset();
  ahead_.clear();
  ahead_events_.clear();
  forget_reactions_ahead();
  heads_again();
  drop_intake();
  own_term_ = 0;
}

void PartitionLoop::note_owner(const ledger::Record& record) {
  boost::system::error_code error;
  const auto body = boost::json::parse(record.body, error);
  const auto* object = error ? nullptr : body.if_object();
  const auto* address = object == nullptr ? nullptr : object->if_contains("address");
  owner_address_ = address != nullptr && address->is_string() ? std::string(address->get_string()) : std::string();
}

}  // namespace docket::partition
