// Cases that move to other definitions: the event `migrated`, judged and replayed (ledger.md section 8).
#include <algorithm>
#include <memory>
#include <tuple>

#include "engine/apply/action_data.h"
#include "engine/partition/judged.h"
#include "engine/partition/loop.h"
#include "engine/partition/notices.h"
#include "engine/partition/quarantine.h"
#include "engine/partition/so_far.h"
#include "engine/validate/migrate.h"

namespace docket::partition {
namespace {

using Kind = EventOutcome::Kind;
using model::Rejection;

using Deadlines = std::vector<Moved::Deadline>;

void add_deadlines(Deadlines& out, const definition::Bundle& bundle, const model::CaseState& state, bool after) {
  const auto add = [&](const definition::ScopeDef& def, const model::ScopeState& scope, const std::string& key, std::uint16_t part_nth) {
    for (const auto& clock : scope.clocks) {
      Moved::Deadline row{def.name, key, def.clocks[clock.clock].name, clock.round, clock.nth, !after, after, {}, {}, part_nth};
      row.due_before = row.due_after = model::kNoInstant;
      (after ? row.due_after : row.due_before) = clock.due;
      const auto same = [&](const Moved::Deadline& other) {
        return std::tie(other.part, other.part_key, other.part_nth, other.clock, other.round, other.nth) ==
               std::tie(row.part, row.part_key, row.part_nth, row.clock, row.round, row.nth);
      };
      const auto it = std::find_if(out.begin(), out.end(), same);
      if (it == out.end()) {
        out.push_back(std::move(row));
      } else if (after) {
        it->after = true;
        it->due_after = row.due_after;
      }
    }
  };
  const auto& kind = bundle.kinds[state.kind];
  add(kind.scopes[0], state.scope, {}, 0);
  for (const auto& part : state.parts) add(kind.scopes[part.part], part.scope, key_text(bundle, part.key), part.nth);
}

Moved moved(const definition::Bundle& former, const model::CaseState& before, const definition::Bundle& bundle,
            const model::CaseState& after) {
  Moved out;
  out.from = former.id;
  out.to = bundle.id;
  out.state_before = former.kinds[before.kind].scopes[0].states[before.scope.state].name;
  out.state_after = bundle.kinds[after.kind].scopes[0].states[after.scope.state].name;
  add_deadlines(out.deadlines, former, before, false);
  add_deadlines(out.deadlines, bundle, after, true);
  std::erase_if(out.deadlines, [](const auto& row) { return row.before && row.after && row.due_before == row.due_after; });
  return out;
}

constexpr std::size_t kEffectsBytes = 2048;       // of one event, as a guess
constexpr std::size_t kMovingBytes = 384 * 1024;  // asked for at most: what it takes is counted when it is known

// No less than the effects take in the record.
std::size_t effects_bytes(const validate::Verdict& verdict) {
  std::size_t out = 0;
  for (const auto& later : verdict.later) {
    out += 64;
    for (const auto& effect : later.effects) out += 512 + effect.notices.size() * 160;
  }
  return out;
}

model::Refusal cant_move(std::string detail) { return {Rejection::kNotMigratable, std::move(detail), {}}; }

}  // namespace

// Room that the effects of all earlier events may take in the record that moves their case; 0 for any other event.
std::size_t PartitionLoop::moving_bytes(const model::Event& event) const {
  if (!validate::migrates(event)) return 0;
  const auto state = case_ahead(event.subject);
  return state == nullptr ? 0 : std::min(state->version * kEffectsBytes, kMovingBytes);
}

// It never waits: it is a decision on the case as its approver saw it.
EventOutcome PartitionLoop::judge_migration(const model::EventPtr& event, std::vector<std::uint64_t>& rests) {
  const auto refuse = [&](model::Refusal refusal) { return reject(*event, std::move(refusal), model::kNoHeight, rests); };
  const auto before = case_ahead(event->subject);
  if (before == nullptr) return refuse({Rejection::kNoCase, "case " + event->subject + " is not opened yet", {}});
  auto& target = *ahead_deciding_.book;
  const auto& bundle = *target.bundle;
  auto& former = books_.of(*before);
  if (event->bundle != &bundle)  // read by what its case was opened with, as that one knows no such event
    return refuse(cant_move("what decides for new cases knows no migrated of " + event->bundle->kinds[event->kind].name));
  const auto data = apply::migration_data(bundle.kinds[event->kind].events[event->event], *event);
  if (!data) return refuse({Rejection::kInvalidData, data.error().message, {{"#/data/states", data.error().message, "value"}}});
  if (std::cmp_not_equal(data->activation, ahead_deciding_.number)) {
    const std::string decides = std::to_string(ahead_deciding_.number);
    return refuse({Rejection::kNotActive,
                   "activation " + std::to_string(data->activation) + " is not what decides for new cases in partition " +
                       std::to_string(options_.partition) + ": that is " + decides,
                   {{"#/data/activation", "found " + std::to_string(data->activation) + ", expected " + decides, "value"}}});
  }
  if (&former == &target) return refuse(cant_move("case " + before->id + " is judged by these definitions already"));
  const auto& old_name = former.bundle->kinds[before->kind].name;
  if (old_name != bundle.kinds[event->kind].name) {
    return refuse({Rejection::kKindMismatch,
                   "case " + before->id + " is a " + old_name + ", not a " + bundle.kinds[event->kind].name,
                   {{"#/type", "names another kind", "value"}}});
  }
  const auto& scope = former.bundle->kinds[before->kind].scopes[0];
  if (!before->voided && !apply::in_mask(scope.open_states | scope.paused_states, before->scope.state))
    return refuse({Rejection::kNotFromState, "migrated is of open cases; the case is " + scope.states[before->scope.state].name, {}});
  const auto it = ahead_.find(before->id);
  const std::vector<Applied> none;
  const auto& in_flight = it == ahead_.end() ? none : it->second.records;
  const auto history = histories(former).load(options_.partition, before->id, model::kForever, &in_flight);
  if (!history) return told(Kind::kOverloaded);  // the ledger can't be read now
  const auto anew = histories(target).load_anew(options_.partition, before->id, in_flight);
  if (!anew) return refuse(cant_move("by the new definitions one of its events can't be read: " + anew.error().message));
  for (const auto& row : anew->folded()) {
    const auto refusal = target.ingest.check_values(*row.event);
    if (!refusal) continue;
    const auto& name = bundle.kinds[row.event->kind].events[row.event->event].name;
    return refuse(cant_move("by the new definitions " + name + " (" + row.event->id + ") of " + model::format_instant(row.event->time) +
                            " would not be taken: " + refusal.detail));
  }
  std::vector<validate::Incoming> incoming{{event, next_height(), false, nullptr}};
  auto verdict = validate::migrate(*former.bundle, before, incoming, building_->header.recorded, *history, *anew, data->states);
  throw_defect(verdict.refusal);
  if (verdict.refusal) return refuse(std::move(verdict.refusal));
  if (building_->records.size() + event_bytes(*event) + effects_bytes(verdict) > ledger::kBlockBytesMax)
    return refuse(cant_move("the deadlines of all its " + std::to_string(before->version) + " events do not fit in one block"));
  verdict.before = before;
  const auto what = std::make_shared<const Moved>(moved(*former.bundle, *before, bundle, *verdict.after));
  std::vector<EventOutcome> outcomes;
  if (!accept(incoming, {model::kNoHeight}, std::move(verdict), outcomes)) return told(Kind::kOverloaded);
  outcomes.front().moved = what;
  rests.push_back(building_->token);
  try_parked(before->id);
  return outcomes.front();
}

// What was told of clocks that the new definitions lack is taken back in the words of the former ones.
void PartitionLoop::withdraw_of_former(const model::CaseState& before, const std::vector<validate::Incoming>& incoming,
                                       const validate::Verdict& verdict) {
  for (const auto& breach : verdict.dropped) {
    static_cast<void>(add_notice(*case_ahead(before.id), withdrawal_record(*verdict.former, before, breach, building_->header.recorded)));
  }
  withdraw_breaches(*verdict.after, incoming, verdict);
}

Status PartitionLoop::apply_migrated(Applied& applied, const SoFar& so_far) {
  const auto corrupt = [&](const std::string& what) {
    return Error{ErrorCode::kCorrupt, "record " + std::to_string(applied.height) + " moves case " + applied.case_id + what, false};
  };
  const auto* newest = so_far.newest(applied.case_id);
  applied.before = newest != nullptr ? newest->after : states_.find(options_.partition, applied.case_id);
  if (applied.before == nullptr) return corrupt(", which does not exist");
  auto& former = books_.of(*applied.before);
  auto& target = book_of(*applied.event);
  if (moved_from(*applied.record) != former.bundle->id) return corrupt(" from another bundle than it had");
  auto records = so_far.of_case(applied.case_id);
  const auto old_history = histories(former).load(options_.partition, applied.case_id, model::kForever, &records);
  if (!old_history) return old_history.error();
  Applied& own = records.emplace_back();
  own.height = applied.height;
  own.recorded = applied.recorded;
  own.record = applied.record;
  own.event = applied.event;
  const auto now = histories(target).load(options_.partition, applied.case_id, model::kForever, &records);
  if (!now) return now.error();
  const auto old_timeline = validate::timeline(*former.bundle, applied.case_id, old_history->folded(), old_history->overlay());
  const auto new_timeline = validate::timeline(*target.bundle, applied.case_id, now->folded(), now->overlay());
  if (new_timeline.empty()) return corrupt(", and its events can't be folded by the new definitions");
  model::CaseState state = *new_timeline.back().state;
  validate::carry_over(state, *applied.before);
  validate::move_breaches(*former.bundle, *target.bundle, state);
  if (applied.record->backfill) state.backfilled = true;
  validate::count_acceptance(*target.bundle, state, *applied.event, applied.recorded);
  apply::lay_over(state, now->overlay());
  applied.after = std::make_shared<const model::CaseState>(std::move(state));
  measure::append_refolded(applied.withdrawn, *former.bundle, old_timeline, {});
  measure::append_refolded(applied.deltas, *target.bundle, {}, new_timeline);
  return {};
}

}  // namespace docket::partition
