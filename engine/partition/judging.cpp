// validate, in the loop: from an offer to outcomes and records on judged-ahead state (ledger.md sections 6 and 7).
#include <algorithm>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/measure/contribution.h"
#include "engine/partition/judged.h"
#include "engine/partition/loop.h"
#include "engine/partition/quarantine.h"
#include "engine/partition/reaction_text.h"
#include "engine/validate/migrate.h"
#include "engine/validate/step_check.h"

namespace docket::partition {

using Kind = EventOutcome::Kind;
using model::Rejection;

namespace {

// The places of an offer's events, those of one case together: cases in the order of their first event, each in the order given.
std::vector<std::size_t> by_case(const Offer& offer) {
  std::unordered_map<std::string_view, std::pair<std::size_t, std::size_t>> ends;  // case -> its first and its last place
  std::vector<std::size_t> next(offer.events.size(), offer.events.size());
  for (std::size_t i = 0; i < offer.events.size(); ++i) {
    const auto [it, fresh] = ends.try_emplace(offer.events[i].event->subject, i, i);
    if (!fresh) next[std::exchange(it->second.second, i)] = i;
  }
  std::vector<std::size_t> order;
  order.reserve(offer.events.size());
  std::vector<bool> taken(offer.events.size());
  for (std::size_t i = 0; i < offer.events.size(); ++i) {
    for (std::size_t at = i; at < offer.events.size() && !taken[at]; at = next[at]) {
      taken[at] = true;
      order.push_back(at);
    }
  }
  return order;
}

}  // namespace

void PartitionLoop::judge_offer(Offer offer) {
  Waiting waiting = judge_all(offer);
  if (building_ && building_->empty()) std::erase(waiting.rests, building_->token);
  answer_or_wait(std::move(waiting));
}

void PartitionLoop::answer_or_wait(Waiting waiting) {
  if (!waiting.rests.empty()) {
    waiting_.push_back(std::move(waiting));
    return;
  }
  for (auto& outcome : waiting.outcomes) outcome.position = position_;
  waiting.offer.done(std::move(waiting.outcomes));
}

// A case's bundle that can't be had stops the loop: whoever waits for it is told first.
PartitionLoop::Waiting PartitionLoop::judge_all(Offer& offer) {
  try {
    return judge_events(offer);
  } catch (const LacksBundle&) {
    fail_offer(offer, Kind::kUnknown);
    throw;
  }
}

PartitionLoop::Waiting PartitionLoop::judge_events(Offer& offer) {
  Waiting waiting;
  waiting.outcomes.resize(offer.events.size());
  // What belongs to one case stands in one block, each event judged alone in the order given.
  const auto order = by_case(offer);
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    const auto subject = [&](std::size_t at) -> const std::string& { return offer.events[order[at]].event->subject; };
    while (last < order.size() && subject(last) == subject(first)) ++last;
    const auto indexes = std::span(order).subspan(first, last - first);
    for (const auto i : indexes) read_by_case(offer.events[i]);
    const std::string& case_id = subject(first);  // of the event as it is judged
    std::size_t bytes = 0;
    bool moves = false;
    for (const auto i : indexes) {
      bytes += event_bytes(*offer.events[i].event);
      moves = moves || validate::migrates(*offer.events[i].event);
      bytes += moving_bytes(*offer.events[i].event);
    }
    std::size_t parked = 0;  // may be accepted together with it, in one block
    for (const auto& row : parked_ahead(case_id)) parked += event_bytes(*row.event);
    if (!make_room(bytes + parked) && !make_room(bytes)) {
      for (const auto i : indexes) waiting.outcomes[i] = told(Kind::kTooLarge);
      continue;
    }
    std::vector<std::size_t> corrections;
    for (const auto i : indexes) {
      const auto& one = offer.events[i];
      if (one.stage == ingest::Stage::kReady && corrected(*one.event)) corrections.push_back(i);
    }
    for (const auto i : indexes) {
      if (moves) std::for_each(indexes.begin(), indexes.end(), [&](const auto k) { read_by_case(offer.events[k]); });
      if (corrections.size() > 1 && !quarantined(case_id) && std::find(corrections.begin(), corrections.end(), i) != corrections.end()) {
        if (i == corrections.back()) judge_together(case_id, corrections, offer, waiting);
        continue;
      }
#ifdef DOCKET_FAULT_ONE_BLOCK
      close_block(now_);
      open_block(now_);
#endif
      waiting.outcomes[i] = judge_event(offer.events[i], offer, waiting.rests);
    }
  }
  std::sort(waiting.rests.begin(), waiting.rests.end());
  waiting.rests.erase(std::unique(waiting.rests.begin(), waiting.rests.end()), waiting.rests.end());
  waiting.offer = std::move(offer);
  return waiting;
}

EventOutcome PartitionLoop::judge_event(const ingest::Offered& offered, const Offer& offer, std::vector<std::uint64_t>& rests) {
  if (auto known = known_outcome(*offered.event, rests)) {
    // What a refusal says of values doesn't stand in the ledger; of the same content it can be said again.
    const bool same =
        known->kind == Kind::kRejected && offered.stage == ingest::Stage::kRejected && known->refusal.code == offered.refusal.code;
    if (same) known->refusal = offered.refusal;
    return std::move(*known);
  }
  if (offered.stage == ingest::Stage::kRejected) return reject(*offered.event, offered.refusal, model::kNoHeight, rests);
  return judge_ready(offered.event, offer, rests);
}

// De-duplication by (source, id), for ever: the first outcome again, or identity-conflict; nothing: judge it.
std::optional<EventOutcome> PartitionLoop::known_outcome(const model::Event& event, std::vector<std::uint64_t>& rests) {
  const auto conflict = [&] {
    return told(Kind::kIdentityConflict, {Rejection::kIdentityConflict,
                                          "event " + event.id + " of source " + event.source + " is in the ledger with other content",
                                          {{"#/id", "send other content under a new id", "value"}}});
  };
  const auto again = [](EventOutcome outcome) -> std::optional<EventOutcome> {
    if (outcome.kind == Kind::kRejected && model::info(outcome.refusal.code).remedy == model::Remedy::kWait) return std::nullopt;
    if (outcome.kind == Kind::kAccepted) outcome.kind = Kind::kDuplicate;
    return outcome;
  };
  if (const auto it = ahead_events_.find(event.identity.fingerprint); it != ahead_events_.end()) {
    const auto& ahead = it->second;
    if (ahead.known.tag != event.identity.tag && ahead.outcome.kind == Kind::kRejected) return std::nullopt;
#ifndef DOCKET_FAULT_DUPLICATE
    rests.push_back(ahead.token);
#endif
    return ahead.known.tag != event.identity.tag ? conflict() : again(ahead.outcome);
  }
  const auto known = states_.known(options_.partition, event.identity.fingerprint);
  if (!known) return std::nullopt;
  using ledger::RecordKind;
  if (known->tag != event.identity.tag) {
    if (known->kind == RecordKind::kRejected) return std::nullopt;
    if (known->kind == RecordKind::kParked) rest_on_own_block(rests);  // its limit may have passed at another owner
    return conflict();
  }
  if (ledger::accepts(known->kind) || known->kind == RecordKind::kReleased) {
    EventOutcome outcome = told(Kind::kDuplicate);
#ifdef DOCKET_FAULT_AHEAD
    const auto state = case_ahead(event.subject);
#else
    const auto state = states_.find(options_.partition, event.subject);  // told at once, so from valid state alone
#endif
    if (state) {
      outcome.case_version = state->version;
      outcome.case_revision = state->revision;
    }
    return outcome;
  }
  const auto record = records_.record(options_.partition, known->height);
  if (!record) return std::nullopt;
  EventOutcome outcome = told(known->kind == RecordKind::kParked ? Kind::kParked : Kind::kRejected,
                              {record->record.code, record->record.detail, record->record.errors});
  outcome.until = record->record.until;
  return again(std::move(outcome));
}

EventOutcome PartitionLoop::judge_now(const model::EventPtr& event, const Offer& offer, std::vector<std::uint64_t>& rests) {
  const bool reacts = is_reaction(*event);  // its time is its cause's, which was approved if need be
  if (auto refusal = validate::check_time(*event->bundle, *event, building_->header.recorded); refusal && !reacts)
    return reject(*event, std::move(refusal), model::kNoHeight, rests);
  fire_before(*event);
  const auto& case_id = event->subject;
  const auto expected = offer.expected_revision ? offer.expected_revision : event->expected_revision;
  if (expected) {
    const auto state = case_ahead(case_id);
    const std::int64_t revision = state ? state->revision : 0;
    if (revision != *expected) {
      EventOutcome outcome = told(
          Kind::kVersionConflict,
          {Rejection::kVersionConflict, "the case has revision " + std::to_string(revision) + ", not " + std::to_string(*expected), {}});
      outcome.case_version = state ? state->version : 0;
      outcome.case_revision = state ? state->revision : 0;
      if (const auto it = ahead_.find(case_id); it != ahead_.end()) rests.push_back(it->second.token);
#ifndef DOCKET_FAULT_BEHIND
      if (revision < *expected) rest_on_own_block(rests);  // perhaps it is this owner that is behind
#endif
      return outcome;
    }
  }
  if (validate::migrates(*event)) return judge_migration(event, rests);
  if (releases(*event)) return judge_release(event, rests);
  std::vector<validate::Incoming> incoming{{event, 0, false, nullptr}};
  model::Refusal refusal = add_replacement(incoming.front(), case_id, incoming);
  if (!refusal) {
    auto verdict = judge_set(incoming, case_id);
    refusal = verdict.refusal;
    if (!refusal) {
      std::vector<EventOutcome> outcomes;
      if (!accept(incoming, {model::kNoHeight}, std::move(verdict), outcomes)) return told(Kind::kOverloaded);
      rests.push_back(building_->token);
      try_parked(case_id);
      return outcomes.front();
    }
  }
  const bool in_order = reacts || event->bundle->sources[event->source_id].in_order || expected.has_value();
  if (model::info(refusal.code).curability == model::Curability::kFinal || in_order)
    return reject(*event, std::move(refusal), model::kNoHeight, rests);
  // All parked events of the case together with this one, as one fold and one block, if that is legal.
  const auto waiting = parked_ahead(case_id);
  for (const auto& others : {waiting, std::vector<Parked>{}}) {
    std::vector<EventOutcome> outcomes;
    if (accept_together(others, event, outcomes)) {
      rests.push_back(building_->token);
      try_parked(case_id);
      return outcomes.front();
    }
    if (waiting.empty()) break;
  }
  return park(event, std::move(refusal), rests);
}

validate::Verdict PartitionLoop::judge_set(std::vector<validate::Incoming>& incoming, const std::string& case_id) {
  for (std::size_t i = 0; i < incoming.size(); ++i) incoming[i].height = next_height() + i;
  auto before = case_ahead(case_id);
  auto verdict = validate::judge(*incoming.front().event->bundle, before, incoming, building_->header.recorded,
                                 [&] { return history_ahead(case_id); });
  throw_defect(verdict.refusal);
  verdict.before = std::move(before);
  return verdict;
}

bool PartitionLoop::accept(const std::vector<validate::Incoming>& incoming, const std::vector<Height>& resolves, validate::Verdict verdict,
                           std::vector<EventOutcome>& outcomes) {
  const auto& book = book_of(*incoming.front().event);
  const auto& bundle = *book.bundle;
  const auto& kind = bundle.kinds[incoming.front().event->kind];
  const std::string& case_id = incoming.front().event->subject;
  std::vector<std::string> sealed;
  std::vector<std::string> given_up;
  std::size_t erasing = incoming.size();
  for (const auto& row : incoming) {
    auto text = sealer_.accepted_event(kind, *row.event, row.replacement.get());
    if (!text) return false;
    sealed.push_back(std::move(*text));
    if (!erases(*row.event)) continue;
    auto ids = keys_.retire_case(case_id);  // what follows it is sealed under a key that it doesn't give up
    if (!ids) return false;
    given_up = std::move(*ids);
    erasing = sealed.size() - 1;
  }
  model::CasePtr before = std::move(verdict.before);
  const model::CasePtr first = before;
  for (std::size_t i = 0; i < incoming.size(); ++i) {
    const auto& event = *incoming[i].event;
    const bool last = i + 1 == incoming.size();
    ledger::Record record;
    const bool reacts = is_reaction(event);
    record.kind = incoming[i].timer ? ledger::RecordKind::kTimer : reacts ? ledger::RecordKind::kReaction : ledger::RecordKind::kAccepted;
    record.event = std::move(sealed[i]);
    record.tag = ingest::tag_text(event.identity.tag);
    record.parked_at = resolves[i];
    record.backfill = bundle.sources[event.source_id].backfill;
    record.versions = book.versions[incoming[i].event->kind];
    if (!verdict.effects[i].empty()) record.effects.push_back({model::kNoHeight, name_effects(bundle, kind, verdict.effects[i])});
    Applied applied;
    applied.event = incoming[i].event;
    applied.identity = event.identity;
    applied.case_id = case_id;
    applied.resolves = resolves[i];
    applied.before = before;
    if (verdict.refolded) {
      applied.after = last ? verdict.after : before;
      if (last) {
        for (const auto& later : verdict.later) record.effects.push_back({later.of, name_effects(bundle, kind, later.effects)});
        record.displaces = verdict.displaced;
        if (verdict.former != nullptr) {
#ifndef DOCKET_FAULT_MOVED_KEPT
          measure::append_refolded(applied.withdrawn, *verdict.former, verdict.old_timeline, {});
#endif
          measure::append_refolded(applied.deltas, bundle, {}, verdict.new_timeline);
          record.body = moved_body(verdict.former->id);
        } else {
          measure::append_refolded(applied.deltas, bundle, verdict.old_timeline, verdict.new_timeline);
        }
      }
      if (i == 0 && incoming.size() > 1) record.body = "{\"set\":" + std::to_string(incoming.size()) + "}";
    } else {
      applied.after = verdict.steps[i];
      measure::append_next(applied.deltas, bundle, before.get(), *applied.after, event.time);
    }
    if (reacts) add_members(record.body, reaction_members(*reacting_->reaction));
    if (i == erasing) add_erased_keys(record, given_up);
    record.case_version = (before ? before->version : 0) + (verdict.refolded ? static_cast<std::uint32_t>(i) + 1 : 1);
    record.case_revision = applied.after ? applied.after->revision : 0;
    EventOutcome outcome = told(Kind::kAccepted);
    outcome.case_version = record.case_version;
    outcome.case_revision = verdict.after->revision;
    outcomes.push_back(outcome);
    if (!verdict.refolded) before = applied.after;
    add_record(std::move(record), std::move(applied));
    ahead_events_[event.identity.fingerprint] = {
        {event.identity.tag, next_height() - 1, ledger::RecordKind::kAccepted}, outcome, building_->token};
  }
  auto& ahead = touch(case_id);
  ahead.state = verdict.after;
  ahead.exists = true;
  for (const auto height : resolves) {
    if (height == model::kNoHeight) continue;
    if (!ahead.parked) ahead.parked = parked_ahead(case_id);
    std::erase_if(*ahead.parked, [&](const Parked& row) { return row.height == height; });
  }
  if (first == nullptr || first->breaches.empty()) return true;
  if (verdict.former != nullptr) {
    withdraw_of_former(*first, incoming, verdict);
  } else {
    withdraw_breaches(*first, incoming, verdict);
  }
  return true;
}

EventOutcome PartitionLoop::reject(const model::Event& event, model::Refusal refusal, Height resolves, std::vector<std::uint64_t>& rests) {
  EventOutcome outcome = told(Kind::kRejected, refusal);
  ledger::Record record;
  record.kind = ledger::RecordKind::kRejected;
  record.source = event.source;
  record.id = event.id;
  record.subject = event.subject;
  for (const auto& attribute : event.attributes) {
    if (attribute.name == "type" && attribute.raw.size() > 2) record.type = std::string(attribute.raw.substr(1, attribute.raw.size() - 2));
  }
  record.tag = ingest::tag_text(event.identity.tag);
  record.code = refusal.code;
  record.parked_at = resolves;
  if (is_reaction(event)) record.body = "{" + reaction_members(*reacting_->reaction) + "}";
  // A rejected payload never stands in the ledger: of field findings only the pointers, since their words quote values.
  const bool quotes = !refusal.errors.empty() && model::info(refusal.code).curability == model::Curability::kFinal;
  if (!quotes) record.detail = refusal.detail;
  for (const auto& error : refusal.errors) record.errors.push_back({error.pointer, quotes ? std::string() : error.detail, error.code});
  Applied applied;
  applied.identity = event.identity;
  applied.case_id = event.subject;
  applied.before = applied.after = case_ahead(event.subject);
  applied.resolves = resolves;
  add_record(std::move(record), std::move(applied));
  ahead_events_[event.identity.fingerprint] = {
      {event.identity.tag, next_height() - 1, ledger::RecordKind::kRejected}, outcome, building_->token};
  rests.push_back(building_->token);
  if (resolves != model::kNoHeight) {
    auto& ahead = touch(event.subject);
    if (!ahead.parked) ahead.parked = parked_ahead(event.subject);
    std::erase_if(*ahead.parked, [&](const Parked& row) { return row.height == resolves; });
  }
  return outcome;
}

}  // namespace docket::partition
