// Corrections: sets of them, and what a corrected event is to be read as (ledger.md section 7).
#include <algorithm>

#include "engine/apply/action_data.h"
#include "engine/partition/judged.h"
#include "engine/partition/loop.h"
#include "engine/validate/step_check.h"

namespace docket::partition {

using Kind = EventOutcome::Kind;
using model::Rejection;

// Several corrections of one case in a batch are one set, judged where the last of them stands: all are accepted, or none.
void PartitionLoop::judge_corrections(const std::string& case_id, const std::vector<std::size_t>& indexes, const Offer& offer,
                                      Waiting& waiting) {
  std::vector<validate::Incoming> incoming;
  std::vector<std::size_t> fresh;
  for (const auto i : indexes) {
    const auto& event = offer.events[i].event;
    if (auto known = known_outcome(*event, waiting.rests)) {
      waiting.outcomes[i] = std::move(*known);
      continue;
    }
    if (offer.events[i].stage != ingest::Stage::kReady) {  // read anew behind a move, by definitions that refuse it
      waiting.outcomes[i] = reject(*event, offer.events[i].refusal, model::kNoHeight, waiting.rests);
      continue;
    }
    if (auto refusal = validate::check_time(*event->bundle, *event, building_->header.recorded)) {
      waiting.outcomes[i] = reject(*event, std::move(refusal), model::kNoHeight, waiting.rests);
      continue;
    }
    incoming.push_back({event, 0, false, nullptr});
    fresh.push_back(i);
  }
  model::Refusal refusal;
  for (auto& row : incoming) {
    if (auto problem = add_replacement(row, case_id, incoming)) refusal = std::move(problem);
  }
  if (incoming.empty()) return;
  if (!refusal) {
    auto verdict = judge_set(incoming, case_id);
    if (!verdict.refusal) {
      std::vector<EventOutcome> outcomes;
      if (!accept(incoming, std::vector<Height>(incoming.size(), model::kNoHeight), std::move(verdict), outcomes)) {
        for (const auto i : fresh) waiting.outcomes[i] = told(Kind::kOverloaded);  // no key: nothing is written
        return;
      }
      waiting.rests.push_back(building_->token);
      for (std::size_t k = 0; k < incoming.size(); ++k) {
        for (const auto i : fresh) {
          if (offer.events[i].event == incoming[k].event) waiting.outcomes[i] = outcomes[k];
        }
      }
      try_parked(case_id);
      return;
    }
    refusal = std::move(verdict.refusal);
  }
  for (const auto i : fresh) {
    const auto& event = offer.events[i].event;
    const bool waits = model::info(refusal.code).curability == model::Curability::kCurable && !offer.expected_revision &&
                       !event->bundle->sources[event->source_id].in_order;
    waiting.outcomes[i] = waits ? park(event, refusal, waiting.rests) : reject(*event, refusal, model::kNoHeight, waiting.rests);
  }
}

// `set`: the events judged together with it, of which one may be the target.
model::Refusal PartitionLoop::add_replacement(validate::Incoming& incoming, const std::string& case_id,
                                              const std::vector<validate::Incoming>& set) {
  const auto& event = *incoming.event;
  const auto& def = event.bundle->kinds[event.kind].events[event.event];
  if (def.action != definition::EventAction::kCorrected) return {};
  const auto correction = apply::correction_data(def, event);
  if (!correction) {
    return {Rejection::kInvalidData,
            "corrected needs event {source, id} and either replace {time, data} or void: true",
            {{"#/data/event", "name the event by source and id", "value"}}};
  }
  if (correction->void_it) return {};
  const auto history = history_ahead(case_id);
  const auto* known = history.find(correction->source, correction->id);
  const model::Event* target = known != nullptr ? known->event.get() : nullptr;
  for (const auto& row : set) {
    if (target == nullptr && row.event->source == correction->source && row.event->id == correction->id) target = row.event.get();
  }
  if (target == nullptr) return {};  // judge() says target-not-found
  const std::string json = apply::replaced_json(*target, *correction);
  if (correction->replace_data.empty() && known != nullptr) {
    auto stored = book_of(event).ingest.parse_stored(json, target->identity.tag);
    if (!stored)
      return {
          Rejection::kInvalidData, "replace.time: " + stored.error().message, {{"#/data/replace/time", stored.error().message, "format"}}};
    incoming.replacement = *stored;
    return {};
  }
  auto& ingest = book_of(event).ingest;
  auto offered = target->source == definition::kOwnSource ? ingest.parse_own(json) : ingest.parse(json);
  if (offered.stage != ingest::Stage::kReady) {
    model::Refusal refusal{Rejection::kInvalidData, "the replacement is not valid: " + offered.refusal.detail, {}};
    for (auto error : offered.refusal.errors) {
      error.pointer = "#/data/replace" + error.pointer.substr(std::min<std::size_t>(1, error.pointer.size()));
      refusal.errors.push_back(std::move(error));
    }
    return refusal;
  }
  incoming.replacement = offered.event;
  return {};
}

}  // namespace docket::partition
