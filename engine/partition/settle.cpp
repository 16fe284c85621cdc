// What the loop may send, and what callers may be told while it isn't known what became of a block (ledger.md section 3).
#include <algorithm>
#include <utility>

#include "engine/partition/loop.h"

namespace docket::partition {

using Kind = EventOutcome::Kind;

const char* name_of(EventOutcome::Kind kind) {
  switch (kind) {
    case Kind::kAccepted:
      return "accepted";
    case Kind::kDuplicate:
      return "duplicate";
    case Kind::kRejected:
      return "rejected";
    case Kind::kParked:
      return "parked";
    case Kind::kIdentityConflict:
      return "identity-conflict";
    case Kind::kVersionConflict:
      return "version-conflict";
    case Kind::kUnknown:
      return "outcome-unknown";
    case Kind::kOverloaded:
      return "overloaded";
    case Kind::kTooLarge:
      return "too-large";
  }
  return "outcome-unknown";
}

// What isn't written may be out of date, if another owns the partition by now: it is told when an own block is valid that was
// produced after the question came.
void PartitionLoop::rest_on_own_block(std::vector<std::uint64_t>& rests) {
  if (building_->empty()) add_owner_record(ledger::RecordKind::kBarrier, {});
  rests.push_back(building_->token);
}

// A request whose deadline has passed is answered and never judged, whatever the loop waits for.
void PartitionLoop::answer_late(Instant now) {
  earliest_deadline_ = model::kForever;
  for (auto& offer : std::exchange(queue_, {})) {
    if (offer.deadline < now) {
      queued_events_ -= offer.events.size();
      fail_offer(offer, EventOutcome::Kind::kUnknown);
    } else {
      earliest_deadline_ = std::min(earliest_deadline_, offer.deadline);
      queue_.push_back(std::move(offer));
    }
  }
}

// A large request may fill more blocks than may be under way: the others wait for their turn.
std::vector<ledger::Appending> PartitionLoop::send_some(Instant now) {
  const auto unsent = std::find_if(flight_.begin(), flight_.end(), [](const InFlight& flight) { return flight.sent == 0; });
  const auto under_way = static_cast<std::size_t>(unsent - flight_.begin());
  const std::size_t count = std::min(outgoing_.size(), options_.blocks_in_flight_max - std::min(under_way, options_.blocks_in_flight_max));
  for (std::size_t i = 0; i < count; ++i) flight_[under_way + i].sent = now;
  const auto rest = outgoing_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<ledger::Appending> out(std::make_move_iterator(outgoing_.begin()), std::make_move_iterator(rest));
  outgoing_.erase(outgoing_.begin(), rest);
  return out;
}

// The block of that token was refused before writing, so neither it nor any behind it can ever be valid: of requests that rest on
// nothing else, nothing is written. What is queued would wait for a barrier that can't be written either.
void PartitionLoop::refuse_from(std::uint64_t token) {
  for (auto& offer : std::exchange(queue_, {})) fail_offer(offer, EventOutcome::Kind::kOverloaded);
  queued_events_ = 0;
  for (auto& waiting : std::exchange(waiting_, {})) {
    if (!waiting.partly_valid &&
        std::all_of(waiting.rests.begin(), waiting.rests.end(), [&](std::uint64_t rest) { return rest >= token; })) {
      fail_offer(waiting.offer, EventOutcome::Kind::kOverloaded);
    } else {
      waiting_.push_back(std::move(waiting));
    }
  }
}

}  // namespace docket::partition
