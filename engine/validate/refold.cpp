#include "engine/validate/refold.h"

#include <algorithm>

#include "engine/validate/computed_effects.h"
#include "engine/validate/migrate.h"
#include "engine/validate/step_check.h"

namespace docket::validate {

using apply::Folded;
using model::CaseState;
using model::Refusal;
using model::Rejection;

namespace {

std::size_t first_change(const std::vector<Folded>& a, const std::vector<Folded>& b) {
  std::size_t i = 0;
  while (i < a.size() && i < b.size() && a[i].event == b[i].event && a[i].key == b[i].key && a[i].unlinked == b[i].unlinked) ++i;
  return i;
}

}  // namespace

Refusal engine_defect(const Error& error) { return {Rejection::kQuarantined, error.message, {}}; }

Verdict Refold::run() {
  id_ = incoming_.front().event->subject;
  const auto old_events = old_.folded();
  const bool opened_here = before_ == nullptr && incoming_.size() > 1;
  const bool meta_last = opened_here || moves();  // on what the case becomes
  if (Refusal refusal = meta_last ? Refusal{} : take_meta(before_ != nullptr ? *before_ : unopened(bundle_, id_)))
    return refused(std::move(refusal), refused_at_);
  for (const auto& row : incoming_) new_.add({row.event, row.height, recorded_, {}, recorded_, false, row.timer, row.replacement});
  if (!moves() && before_ != nullptr && before_->voided && new_.overlay().voided) {  // wherever they would stand in the fold
    for (std::size_t i = 0; i < incoming_.size(); ++i) {
      if (Refusal refusal = check_step(bundle_, *before_, *incoming_[i].event); refusal.code == Rejection::kVoided)
        return refused(std::move(refusal), i);
    }
  }
  auto events = new_.folded();
  const std::size_t first = moves() ? 0 : first_change(old_events, events);
  for (bool again = true; again;) {
    again = false;
    if (auto problem = walk(events, first); problem) {
      if (problem->timer) {  // Docket's own event gives way to a human one
        verdict_.displaced.push_back(problem->height);
        new_.displace(problem->height);
        std::erase_if(events, [&](const Folded& row) { return row.key.height == problem->height; });
        again = true;
        continue;
      }
      return refused(std::move(problem->refusal), problem->incoming);
    }
  }
  const auto old_overlay = old_.overlay();
  const auto overlay = new_.overlay();
  if (moves()) apply::lay_over(walked_, overlay);
  if (Refusal refusal = meta_last ? take_meta(walked_) : Refusal{}) return refused(std::move(refusal), refused_at_);
  for (auto& row : events) {
    auto& effects = effects_.at(row.key.height);
    if (effects == row.effects) continue;
    row.effects = effects;
    row.recorded = recorded_;
  }
  verdict_.old_timeline = timeline(former_, id_, old_events, old_overlay);
  verdict_.new_timeline = timeline(bundle_, id_, events, overlay);
  if (verdict_.old_timeline.size() != old_events.size() || verdict_.new_timeline.size() != events.size())
    return refused(engine_defect({ErrorCode::kInternal, "case " + id_ + ": an accepted event can't be applied again", false}));
  if (verdict_.new_timeline.empty() && !verdict_.old_timeline.empty()) {
    return refused({Rejection::kInvalidData,
                    "without that event the case was never opened; a case that was opened by mistake is voided as a whole",
                    {{"#/data/event", "names the opening of the case; publish voided instead", "value"}}},
                   refused_at_);
  }
  CaseState state =
      verdict_.new_timeline.empty() ? (before_ != nullptr ? *before_ : unopened(bundle_, id_)) : *verdict_.new_timeline.back().state;
  if (before_ != nullptr) carry_over(state, *before_);
  if (moves()) verdict_.dropped = move_breaches(former_, bundle_, state);
  for (const auto& row : incoming_) {
    mark_source(bundle_, state, *row.event);
    count_acceptance(bundle_, state, *row.event, recorded_);
  }
  apply::lay_over(state, overlay);
  verdict_.after = std::make_shared<const CaseState>(std::move(state));
  for (const auto& row : incoming_) verdict_.effects.push_back(effects_.contains(row.height) ? effects_.at(row.height) : model::Effects{});
  collect_later();
  verdict_.refolded = true;
  return std::move(verdict_);
}

std::optional<std::size_t> Refold::incoming_index(model::Height height) const {
  for (std::size_t i = 0; i < incoming_.size(); ++i) {
    if (incoming_[i].height == height) return i;
  }
  return std::nullopt;
}

// Meta events are judged on the case as it is now; on what the set makes of it, if the set opens it.
Refusal Refold::take_meta(const CaseState& now) {
  for (std::size_t i = 0; i < incoming_.size(); ++i) {
    const auto& event = *incoming_[i].event;
    const auto& def = bundle_.kinds[event.kind].events[event.event];
    if (!apply::acts_by_recorded(def)) continue;
    refused_at_ = i;
    if (Refusal refusal = check_step(bundle_, now, event); refusal && !(refusal.code == Rejection::kNoLink && linked_in_set(i)))
      return refusal;
    if (def.action != definition::EventAction::kCorrected) continue;
    const auto data = apply::correction_data(def, event);
    if (!data)
      return {Rejection::kInvalidData,
              "corrected needs event {source, id} and either replace {time, data} or void",
              {{"#/data/event", "{source, id}", "value"}}};
    const auto* target = target_of(*data);
    if (target != nullptr && bundle_.kinds[target->kind].events[target->event].action == definition::EventAction::kCorrected) {
      return {Rejection::kInvalidData,
              "event " + data->id + " is a correction itself; correct anew what it corrects, as the later of two stands",
              {{"#/data/event", "names a correction", "value"}}};
    }
    if (target != nullptr && bundle_.kinds[target->kind].events[target->event].action == definition::EventAction::kMigrated) {
      return {Rejection::kInvalidData,
              "event " + data->id + " moved the case to other definitions, which stands; move it again instead",
              {{"#/data/event", "names a move", "value"}}};
    }
    if (target != nullptr && bundle_.kinds[target->kind].events[target->event].action == definition::EventAction::kErased) {
      return {Rejection::kInvalidData,
              "event " + data->id + " erased private values, which stay erased",
              {{"#/data/event", "names an erasure", "value"}}};
    }
    if (target == nullptr) {
      return {Rejection::kTargetNotFound,
              "no accepted event " + data->id + " of source " + data->source + " in this case",
              {{"#/data/event", "its target is not accepted", "value"}}};
    }
  }
  return {};
}

// Whether the set itself makes the link that its i-th event takes back.
bool Refold::linked_in_set(std::size_t i) const {
  const auto def_of = [&](const model::Event& event) -> const definition::EventDef& {
    return bundle_.kinds[event.kind].events[event.event];
  };
  const auto text = [&](const model::Event& event, std::string_view name) -> std::string_view {
    const auto* field = apply::field_named(def_of(event), event, name);
    return field != nullptr ? std::string_view(field->value.as_text()) : std::string_view();
  };
  const auto& unlinked = *incoming_[i].event;
  if (def_of(unlinked).action != definition::EventAction::kUnlinked) return false;
  return std::any_of(incoming_.begin(), incoming_.end(), [&](const Incoming& row) {
    return row.height < incoming_[i].height && def_of(*row.event).action == definition::EventAction::kLinked &&
           text(*row.event, "link") == text(unlinked, "link") && text(*row.event, "target") == text(unlinked, "target");
  });
}

const model::Event* Refold::target_of(const apply::CorrectionData& data) const {
  if (const auto* known = old_.find(data.source, data.id)) return known->event.get();
  for (const auto& row : incoming_) {
    if (row.event->source == data.source && row.event->id == data.id) return row.event.get();
  }
  return nullptr;
}

bool Refold::is_timer(model::Height height) const {
  const auto& entries = old_.entries();
  return std::any_of(entries.begin(), entries.end(), [&](const auto& entry) { return entry.height == height && entry.timer; });
}

// An event that was accepted before and can't stand any more.
Refusal Refold::later_problem(const Folded& row, const Refusal& refusal) const {
  const std::string name = bundle_.kinds[row.event->kind].events[row.event->event].name + " (" + row.event->id + ") of " +
                           model::format_instant(row.event->time);
  if (moves()) return {Rejection::kNotMigratable, "by the new definitions " + name + " would be illegal: " + refusal.detail, {}};
  return {Rejection::kWouldBreakLater,
          "it would make " + name + " illegal: " + refusal.detail + "; correct that one first, or both in one batch",
          {}};
}

std::optional<Refold::Problem> Refold::walk(const std::vector<Folded>& events, std::size_t first) {
  effects_.clear();
  CaseState state = unopened(bundle_, id_);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& row = events[i];
    const auto& kind = bundle_.kinds[row.event->kind];
    if (i >= first) {
      Refusal refusal = check_step(bundle_, state, *row.event);
      if (!refusal && kind.events[row.event->event].after_clock != model::kNone8) refusal = check_timer(bundle_, state, *row.event);
      if (refusal) {
        if (const auto index = incoming_index(row.key.height)) return Problem{std::move(refusal), *index, false, row.key.height};
        return Problem{later_problem(row, refusal), 0, is_timer(row.key.height), row.key.height};
      }
    }
    if (state.kind == model::kNone16) state.kind = row.event->kind;
    if (i < first) {
      apply::RecordedEffects recorded(row.effects, row.recorded);
      if (auto status = apply::apply_folded(kind, state, row, recorded); !status)
        return Problem{engine_defect(status.error()), 0, false, 0};
      effects_[row.key.height] = row.effects;
    } else {
      ComputedEffects computed(bundle_, kind, *row.event, recorded_);
      if (auto status = apply::apply_folded(kind, state, row, computed); !status)
        return Problem{engine_defect(status.error()), 0, false, 0};
      effects_[row.key.height] = computed.take();
    }
  }
  walked_ = std::move(state);
  return std::nullopt;
}

void Refold::collect_later() {
  for (const auto& entry : new_.entries()) {  // of a case that moves: as read anew, without effects, so that all are told
    const auto it = effects_.find(entry.height);
    if (it == effects_.end() || it->second == entry.effects || incoming_index(entry.height)) continue;
#ifdef DOCKET_FAULT_LATER_EFFECTS_KEPT
    continue;
#endif
    verdict_.later.push_back({entry.height, it->second});
  }
}

}  // namespace docket::validate
