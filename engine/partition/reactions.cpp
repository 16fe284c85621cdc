// Cases that open other cases (ledger.md section 9). What an accepted event asks of another partition is numbered when its block is valid,
// by the fold alone, so that any owner comes to the same numbers; the other side judges one number after the other and keeps the last in
// its chain. So each is judged exactly once, whoever sends it and however often.
#include <algorithm>
#include <utility>

#include "engine/apply/reaction_target.h"
#include "engine/partition/judged.h"
#include "engine/partition/loop.h"
#include "engine/partition/reaction_text.h"

namespace docket::partition {

using Kind = EventOutcome::Kind;

namespace {

constexpr std::string_view kSealedHead = "{\"sealed\":\"";

bool is_linked(const model::CaseState* state, model::LinkId link, const std::string& target) {
  return state != nullptr &&
         std::any_of(state->links.begin(), state->links.end(), [&](const auto& row) { return row.link == link && row.target == target; });
}

// The case after the event: of a set, whose records change the case together, after its last.
const model::CaseState* after_of(const Applied& applied, const std::vector<Applied>& block) {
  const auto* row = &applied;
  for (const auto* end = block.data() + block.size(); row != end; ++row) {
    if (row->case_id == applied.case_id && row->after != row->before) return row->after.get();
  }
  return applied.after.get();
}

model::Refusal too_deep(const Reaction& reaction) {
  return {model::Rejection::kReactionTooDeep,
          "case " + reaction.case_id + " asks for it, and is itself the last of a row of " + std::to_string(reaction.depth - 1) +
              " cases that opened one another; a row may have " + std::to_string(kReactionDepthMax),
          {}};
}

}  // namespace

// ---- from here: what a valid record asks of others

void PartitionLoop::note_reactions(Applied& applied, const std::vector<Applied>& block) {
  if (const auto origin = reaction_origin(*applied.record)) {
    reactions_.received[static_cast<std::size_t>(origin->from)] = origin->number;
    applied.received = Applied::Reaction{origin->from, origin->number, 0};
    auto& ahead = received_ahead_[static_cast<std::size_t>(origin->from)];
    if (ahead.number <= origin->number) ahead = {origin->number, 0};
  }
  if (applied.event == nullptr || !ledger::accepts(applied.record->kind)) return;
  const auto& event = *applied.event;
  const auto& kind = event.bundle->kinds[event.kind];
  for (const auto link : kind.events[event.event].reacts) {
    if (!apply::opens_case(kind.links[link])) continue;
    const auto target = apply::reaction_target(kind, link, event);
    bool made = is_linked(after_of(applied, block), link, target);
#ifdef DOCKET_FAULT_REACTION_WHEN
    made = true;
#endif
    if (kind.links[link].when != model::kNoCondition && !made) continue;  // its condition didn't hold, the fold says
    if (is_linked(applied.before.get(), link, target)) continue;          // the case was opened before
    const int to = model::partition_of(target);
    applied.sends.push_back({to, ++reactions_.sent[static_cast<std::size_t>(to)], link});
  }
}

Result<Reaction> PartitionLoop::reaction(int to, std::uint64_t number) const {
  const auto cause = states_.reaction_cause(options_.partition, to, number);
  if (!cause) return Error{ErrorCode::kNotFound, "reaction " + std::to_string(number) + " to partition " + std::to_string(to), true};
  auto stored = records_.record(options_.partition, cause->height);
  if (!stored) return stored.error();
  const auto& record = stored->record;
  const auto case_id = ingest::Ingest::subject_of_stored(record.event);
  if (!case_id) return case_id.error();
  const auto state = states_.find(options_.partition, *case_id);
  if (state == nullptr) return Error{ErrorCode::kCorrupt, "case " + *case_id + " is gone", false};
  // By the definitions that the case had then: they say what its event opens.
  const auto known =
      bundle_known(states_, records_, options_.partition, *case_id, std::string(state->bundle), model::kForever, record.case_version);
  if (!known) return known.error();
  auto& book = books_.named(*known);
  auto event = book.ingest.parse_stored(record.event, ingest::tag_from_text(record.tag));
  if (!event) return event.error();
  const auto& kind = book.bundle->kinds[(*event)->kind];
  const auto& link = kind.links[cause->link];
  model::CaseState with_cause;
  const bool asks_case =
      std::any_of(link.with.begin(), link.with.end(), [](const auto& row) { return row.from == definition::LinkValue::From::kAttribute; });
  if (asks_case) {
    auto history = histories(book).load(options_.partition, *case_id, model::kForever, nullptr, record.case_version);
    if (!history) return history.error();
    auto folded = apply::fold(*book.bundle, *case_id, history->folded(), history->overlay());
    if (!folded) return folded.error();
    with_cause = std::move(*folded);
  }
  const auto origin = reaction_origin(record);
  Reaction out;
  out.from = options_.partition;
  out.number = number;
  out.recorded = stored->recorded;
  out.depth = origin ? origin->depth + 1 : 1;
  out.case_id = *case_id;
  out.height = cause->height;
  ReactionParts parts;
  parts.bundle = book.bundle.get();
  parts.link = &link;
  parts.cause = event->get();
  parts.state = &with_cause;
  parts.target = apply::reaction_target(kind, cause->link, **event);
  parts.id = *case_id + ":" + link.name + ":" + ingest::hex({reinterpret_cast<const char*>((*event)->identity.fingerprint.data()), 8});
  parts.open = [&](const model::DataField& field) -> std::string {
    if (!field.raw.starts_with(kSealedHead)) return std::string(field.raw);
    const auto sealed = field.raw.substr(kSealedHead.size(), field.raw.size() - kSealedHead.size() - 2);
    auto plain = sealer_.open_field(*case_id, (*event)->id, field.name, sealed);
    return plain ? std::move(*plain) : std::string();
  };
  out.event = reaction_event(parts);
  return out;
}

// ---- to here: what others ask

bool PartitionLoop::is_reaction(const model::Event& event) const {
  return reacting_ && event.identity.fingerprint == reacting_->fingerprint;
}

void PartitionLoop::forget_reactions_ahead() {
  reacting_.reset();
  for (std::size_t i = 0; i < received_ahead_.size(); ++i) received_ahead_[i] = {reactions_.received[i], 0};
}

void PartitionLoop::judge_reaction(Offer offer) {
  const auto reaction = offer.reaction;
  auto& ahead = received_ahead_[static_cast<std::size_t>(reaction->from)];
  Waiting waiting;
  waiting.outcomes.resize(1);
  auto& outcome = waiting.outcomes.front();
  outcome.received = reactions_.received[static_cast<std::size_t>(reaction->from)];
  if (reaction->number <= ahead.number) {
    outcome.kind = Kind::kDuplicate;
    outcome.received = ahead.number;
    if (ahead.token != 0) waiting.rests.push_back(ahead.token);
    waiting.offer = std::move(offer);
    return answer_or_wait(std::move(waiting));
  }
#ifndef DOCKET_FAULT_REACTION_GAP
  if (reaction->number > ahead.number + 1) {
    outcome.kind = Kind::kOverloaded;
    waiting.offer = std::move(offer);
    return answer_or_wait(std::move(waiting));
  }
#endif
  // Recorded never before its cause was.
#ifndef DOCKET_FAULT_REACTION_EARLY
  if (building_->header.recorded < reaction->recorded) {
    close_block(now_);
    ahead_recorded_ = std::max(ahead_recorded_, reaction->recorded);
    open_block(now_);
  }
#endif
  auto offered = ahead_deciding_.book->ingest.parse_own(reaction->event);
  if (offered.event == nullptr || offered.stage == ingest::Stage::kForbidden) {
    reject_unread(*reaction, waiting.rests);
    outcome.kind = Kind::kRejected;
    ahead = {reaction->number, waiting.rests.front()};
  } else {
    if (reaction->depth > kReactionDepthMax) {
      offered.stage = ingest::Stage::kRejected;
      offered.refusal = too_deep(*reaction);
    }
    const auto fingerprint = offered.event->identity.fingerprint;
    offer.events.push_back(std::move(offered));
    reacting_ = Reacting{reaction.get(), fingerprint};
    waiting = judge_all(offer);
    reacting_.reset();
    waiting.offer.events.clear();  // judged anew from its text, should it have to be
    const auto& told = waiting.outcomes.front();
    if (told.kind == Kind::kAccepted || told.kind == Kind::kRejected || told.kind == Kind::kParked) {
      if (const auto it = ahead_events_.find(fingerprint); it != ahead_events_.end()) ahead = {reaction->number, it->second.token};
    }
    waiting.outcomes.front().received = ahead.number;
  }
  if (waiting.offer.reaction == nullptr) waiting.offer = std::move(offer);
  waiting.outcomes.front().received = ahead.number;
  answer_or_wait(std::move(waiting));
}

// What the definitions here can't read at all: no case is named by it.
void PartitionLoop::reject_unread(const Reaction& reaction, std::vector<std::uint64_t>& rests) {
  ledger::Record record;
  record.kind = ledger::RecordKind::kRejected;
  record.source = definition::kOwnSource;
  record.id = "reaction:" + std::to_string(reaction.from) + ":" + std::to_string(reaction.height);
  record.code = model::Rejection::kMalformed;
  record.body = "{" + reaction_members(reaction) + "}";
  make_room(record.body.size() + 512);
  add_record(std::move(record), {});
  rests.push_back(building_->token);
}

}  // namespace docket::partition
