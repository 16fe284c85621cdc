#include "engine/apply/apply.h"

#include <algorithm>

#include "engine/apply/clock_steps.h"
#include "engine/apply/condition.h"
#include "engine/apply/reaction_target.h"

namespace docket::apply {
namespace {

using definition::EventDef;

Error defect(const model::Event& event, const std::string& what) {
  return Error{ErrorCode::kInternal, "event " + event.id + " of " + event.subject + ": " + what, false};
}

const Value& sealed_marker() {
  static const Value kMarker = Value::sealed({});
  return kMarker;
}

void take_attributes(const KindDef& kind, CaseState& state, ScopeState& scope, const EventDef& def, const model::Event& event) {
  const ScopeDef& scope_def = kind.scopes[def.scope];
  const auto round_of = [&](model::AttributeId id) { return scope_def.attributes[id].per_round ? state.round : std::uint16_t{0}; };
  for (const auto& field : event.data) {
    if (field.field == model::kNone16 || !field.value.present()) continue;
    const auto id = def.fields[field.field].attribute;
    // Of a private value the state keeps only that it is there: its text stays in the ledger.
    if (id != model::kNone16)
      set_attribute(scope, id, round_of(id), field.value.type() == Value::Type::kSealed ? sealed_marker() : field.value);
  }
  for (const auto id : def.unset) unset_attribute(scope, id, round_of(id));
  for (const auto& [id, value] : def.fix) set_attribute(scope, id, round_of(id), value);
}

std::uint16_t nth_adding(const CaseState& state, model::ScopeId part, const Value& key) {
  return static_cast<std::uint16_t>(
      1 + std::count_if(state.parts.begin(), state.parts.end(), [&](const PartInstance& p) { return p.part == part && p.key == key; }));
}

// Parts: `clears`, then `adds`. Returns the indexes of the new instances.
std::vector<std::size_t> change_parts(const KindDef& kind, CaseState& state, const EventDef& def, const model::Event& event) {
  for (const auto part : def.clears) {
    for (auto& instance : state.parts) {
      if (instance.part != part || instance.scope.state == model::kCleared) continue;
      instance.scope.state = model::kCleared;
      instance.round = state.round;
      for (auto& clock : instance.scope.clocks) {
        if (clock.status == ClockInstance::Status::kRunning || clock.status == ClockInstance::Status::kPaused) {
          clock.status = ClockInstance::Status::kCancelled;
          clock.ended = event.time;
        }
      }
    }
  }
  std::vector<std::size_t> added;
  for (const auto& field : event.data) {
    if (field.field == model::kNone16 || def.fields[field.field].adds_part == model::kNone8) continue;
    const auto part = def.fields[field.field].adds_part;
    for (const auto& key : field.value.items()) {
      PartInstance instance;
      instance.part = part;
      instance.key = key;
      instance.nth = nth_adding(state, part, key);
      instance.round = state.round;
      instance.scope.state = kind.scopes[part].first_open;
      added.push_back(state.parts.size());
      state.parts.push_back(std::move(instance));
    }
  }
  return added;
}

// The links whose targets the event opens, by the case as it is before the event.
std::vector<model::LinkId> opening_links(const Seen& seen) {
  std::vector<model::LinkId> out;
  for (const auto id : seen.def->reacts) {
    const auto& link = seen.kind->links[id];
    if (id != seen.def->link && opens_case(link) && holds(seen, link.when)) out.push_back(id);
  }
  return out;
}

void change_links(const KindDef& kind, CaseState& state, const EventDef& def, const model::Event& event,
                  const std::vector<model::LinkId>& opening) {
  if (def.link != model::kNone8) {
    for (const auto& field : event.data) {
      if (field.field != model::kNone16 && def.fields[field.field].link == def.link) {
        state.links.push_back({def.link, field.value.as_text(), false});
      }
    }
  }
  for (const auto id : opening) state.links.push_back({id, reaction_target(kind, id, event), false});
  if (def.unlink != model::kNone8) {
    std::erase_if(state.links, [&](const model::LinkRow& row) { return row.link == def.unlink && !row.common; });
  }
  if (def.action == definition::EventAction::kLinked) {
    const auto* link = definition::find_name(def.field_ids, "link");
    const auto* target = definition::find_name(def.field_ids, "target");
    const auto* link_field = link != nullptr ? event.find(*link) : nullptr;
    const auto* target_field = target != nullptr ? event.find(*target) : nullptr;
    if (link_field != nullptr && target_field != nullptr) {
      const auto* id = definition::find_name(kind.link_ids, link_field->value.as_text());
      if (id != nullptr) state.links.push_back({*id, target_field->value.as_text(), true});
    }
  }
}

void count_event(CaseState& state, ScopeState& scope, const EventDef& def, const model::Event& event) {
  auto& count = count_slot(scope, event.event);
  ++count.in_round;
  ++count.total;
  if (count.first == model::kNoInstant || event.time < count.first) count.first = event.time;
  if (count.last == model::kNoInstant || event.time > count.last) count.last = event.time;
  if (def.author_asked) {
    const auto it = std::find_if(state.authors.begin(), state.authors.end(), [&](const auto& row) { return row.first == event.event; });
    if (it != state.authors.end()) {
      it->second = event.authid;
    } else {
      state.authors.emplace_back(event.event, event.authid);
      std::sort(state.authors.begin(), state.authors.end());
    }
  }
}

void waive_gate(const KindDef& kind, CaseState& state, const EventDef& def, const model::Event& event) {
  const auto* field = definition::find_name(def.field_ids, "gate");
  const auto* row = field != nullptr ? event.find(*field) : nullptr;
  if (row == nullptr) return;
  for (std::size_t scope = 0; scope < kind.scopes.size(); ++scope) {
    if (const auto* gate = definition::find_name(kind.scopes[scope].gate_ids, row->value.as_text())) {
      state.waived.push_back({static_cast<model::ScopeId>(scope), *gate, state.round, event.authid});
    }
  }
}

void next_round(const KindDef& kind, CaseState& state, Instant time) {
  for (auto& clock : state.scope.clocks) {
    if (kind.scopes[0].clocks[clock.clock].window && clock.status == ClockInstance::Status::kRunning && clock.round == state.round) {
      clock.status = ClockInstance::Status::kCancelled;
      clock.ended = time;
    }
  }
  ++state.round;
  for (auto& count : state.scope.counts) count.in_round = 0;
  for (auto& part : state.parts) {
    for (auto& count : part.scope.counts) count.in_round = 0;
  }
}

}  // namespace

const model::ClockEffect* RecordedEffects::next(const CaseState& /*state*/, const Asked& asked) {
  for (std::size_t i = at_; i < effects_.size(); ++i) {
    const auto& effect = effects_[i];
    if (effect.kind != asked.kind || effect.scope != asked.scope || effect.clock != asked.clock) continue;
    if (asked.part != nullptr && (!(effect.part_key == asked.part->key) || effect.part_nth != asked.part->nth)) continue;
    at_ = i + 1;
    return &effect;
  }
  return nullptr;
}

bool acts_by_recorded(const EventDef& def) {
  using definition::EventAction;
  return def.action == EventAction::kCorrected || def.action == EventAction::kVoided || def.action == EventAction::kUnlinked ||
         def.action == EventAction::kMigrated || def.action == EventAction::kReleased;
}

Status apply_event(const KindDef& kind, CaseState& state, const model::Event& event, const model::OrderKey& key, EffectSource& source) {
  const EventDef& def = kind.events[event.event];
  if (key > state.last || state.last.time == model::kNoInstant) state.last = key;
  if (acts_by_recorded(def)) return {};

  std::size_t part_index = ~std::size_t{0};
  if (def.scope != 0) {
    if (def.opens) {
      PartInstance instance;
      instance.part = def.scope;
      instance.key = event.part_key;
      instance.nth = nth_adding(state, def.scope, event.part_key);
      instance.round = state.round;
      part_index = state.parts.size();
      state.parts.push_back(std::move(instance));
    } else {
      const auto* found = find_part(state, def.scope, event.part_key);
      if (found == nullptr) return defect(event, "no instance of part " + kind.scopes[def.scope].name);
      part_index = static_cast<std::size_t>(found - state.parts.data());
    }
  }
  const auto part = [&]() -> PartInstance* { return part_index == ~std::size_t{0} ? nullptr : &state.parts[part_index]; };
  const auto scope = [&]() -> ScopeState& { return part() != nullptr ? part()->scope : state.scope; };

  if (def.after_clock != model::kNone8) {
    if (auto* clock = newest(scope(), def.after_clock)) clock->fired = true;
  }
  // 2 revokes, in the round that ends or goes on; what the event opens
  std::vector<model::LinkId> opening;
  {
    const Seen seen{&kind, &state, part(), &def, &event, model::kNoInstant, {}, false};
    std::vector<definition::ClockRef> revoked;
    for (const auto& revocation : def.revokes) {
      if (holds(seen, revocation.when)) revoked.push_back(revocation.clock);
    }
    opening = opening_links(seen);
    for (const auto& ref : revoked) revoke_clock(state, ref, part(), def.next_round, event.time, source.recorded());
  }
  // 3 the next round
  if (def.next_round) next_round(kind, state, event.time);
  // 4 set, may, unset, fix; parts; counts; state
  take_attributes(kind, state, scope(), def, event);
  const auto added = change_parts(kind, state, def, event);
  change_links(kind, state, def, event, opening);
  if (def.action == definition::EventAction::kGateWaived) waive_gate(kind, state, def, event);
  count_event(state, scope(), def, event);
  const model::StateId old = scope().state;
  model::BackEntry entered;
  bool back = false;
  if (def.to == definition::kBack) {
    if (scope().back.empty()) return defect(event, "nothing to go back to");
    entered = scope().back.back();
    scope().back.pop_back();
    scope().state = entered.state;
    back = true;
  } else if (def.to != definition::kStay) {
    scope().state = def.to;
  }
  if (part() != nullptr) part()->round = state.round;
  // 5 clocks
  std::vector<StartedClock> started;
  run_clock_steps(kind, state, def, event, part(), added, source, started);
  // 6 entering a closed state, and what `back` undoes
  if (scope().state != old) {
    const ScopeDef& scope_def = kind.scopes[def.scope];
    model::BackEntry leaving;
    leaving.state = old;
    if (in_mask(scope_def.closed_states, scope().state) && !in_mask(scope_def.closed_states, old)) {
      cancel_for_closing(kind, state, part(), started, event.time, leaving);
    }
    if (back) {
      restore_cancelled(state, part(), entered, source.recorded());
    } else if (in_mask(scope_def.back_states, scope().state)) {
      scope().back.push_back(std::move(leaving));
    } else {
      scope().back.clear();
    }
  }
  return {};
}

Status apply_folded(const KindDef& kind, CaseState& state, const Folded& row, EffectSource& source) {
  if (auto status = apply_event(kind, state, *row.event, row.key, source); !status) return status;
  if (row.unlinked && !state.links.empty() && state.links.back().common) state.links.pop_back();
  return {};
}

void lay_over(CaseState& state, const Overlay& overlay) { state.voided = overlay.voided; }

Result<CaseState> fold(const definition::Bundle& bundle, std::string_view case_id, std::span<const Folded> events, const Overlay& overlay,
                       Instant until) {
  CaseState state;
  state.id = std::string(case_id);
  state.bundle = bundle.id;
  for (const auto& row : events) {
    if (row.key.time > until) break;
    if (state.kind == model::kNone16) state.kind = row.event->kind;
    RecordedEffects source(row.effects, row.recorded);
    if (auto status = apply_folded(bundle.kinds[state.kind], state, row, source); !status) return status.error();
    if (row.event->source_id != model::kNone16 && bundle.sources[row.event->source_id].backfill) state.backfilled = true;
  }
  lay_over(state, overlay);
  return state;
}

}  // namespace docket::apply
