#include "engine/validate/step_check.h"

#include <algorithm>

#include "engine/apply/condition.h"
#include "engine/apply/reaction_target.h"
#include "engine/validate/computed_effects.h"
#include "engine/validate/refuse.h"
#include "engine/validate/step_texts.h"

namespace docket::validate {
namespace {

using apply::PartInstance;
using definition::EventDef;
using definition::KindDef;
using model::CaseState;
using model::Event;
using model::Refusal;
using model::Rejection;
using model::Value;

class StepCheck {
 public:
  StepCheck(const definition::Bundle& bundle, const CaseState& state, const Event& event)
      : bundle_(bundle), state_(state), event_(event), kind_(bundle.kinds[event.kind]), def_(kind_.events[event.event]) {}

  Refusal run() {
    if (Refusal r = existence(); r) return r;
    if (Refusal r = part_place(); r) return r;
    if (Refusal r = actor(); r) return r;
    if (Refusal r = from(); r) return r;
    if (!apply::holds(seen(), def_.when))
      return refuse(Rejection::kConditionNotMet, def_.name + " needs " + kind_.conditions[def_.when].text, "#/data");
    if (Refusal r = gates(); r) return r;
    if (Refusal r = windows(); r) return r;
    if (Refusal r = requests(); r) return r;
    if (Refusal r = extensions(); r) return r;
    if (Refusal r = parts_added(); r) return r;
    return links_and_actions();
  }

 private:
  [[nodiscard]] apply::Seen seen() const { return {&kind_, &state_, part_, &def_, &event_, model::kNoInstant, {}, false}; }
  [[nodiscard]] const model::ScopeState& scope() const { return part_ != nullptr ? part_->scope : state_.scope; }

  Refusal existence() const {
    const bool exists = state_.scope.state != model::kNotOpened;
    if (!exists) {
      if (def_.scope == 0 && def_.opens) return {};
      return refuse(Rejection::kNoCase, "case " + event_.subject + " is not opened yet; " + def_.name + " needs it", "#/subject");
    }
    if (state_.kind != event_.kind) {
      return refuse(Rejection::kKindMismatch,
                    "case " + event_.subject + " is a " + bundle_.kinds[state_.kind].name + ", not a " + kind_.name, "#/type");
    }
    const bool may_follow = def_.action == definition::EventAction::kCorrected || def_.action == definition::EventAction::kErased;
    if (state_.voided && !may_follow) {
      return refuse(Rejection::kVoided, "case " + event_.subject + " is voided; only corrected and erased may follow", "#/type");
    }
    if (def_.scope == 0 && def_.opens) {
      return refuse(Rejection::kCaseExists,
                    "case " + event_.subject + " is open already (" + state_name(kind_.scopes[0], state_.scope.state) + ")", "#/subject");
    }
    return {};
  }

  Refusal part_place() {
    if (def_.scope == 0) return {};
    const auto& part = kind_.scopes[def_.scope];
    if (!apply::in_mask(part.during, state_.scope.state)) {
      return refuse(Rejection::kOutsideDuring,
                    def_.name + " is legal while the case is " + state_names(kind_.scopes[0], part.during) + "; it is " +
                        state_name(kind_.scopes[0], state_.scope.state),
                    "#/type");
    }
    const auto* found = apply::find_part(state_, def_.scope, event_.part_key);
    const bool open = found != nullptr && found->scope.state != model::kCleared;
    if (def_.opens) {
      if (open) return refuse(Rejection::kPartExists, part_text(bundle_, part, event_.part_key) + " is there already", "#/data/part");
      return number_taken(part, found);
    }
    if (!open) return refuse(Rejection::kNoSuchPart, "there is no " + part_text(bundle_, part, event_.part_key), "#/data/part");
    part_ = found;
    return {};
  }

  // Numbers and quota slots: the next one, and not above what the case may have open at once.
  Refusal number_taken(const definition::ScopeDef& part, const PartInstance* found) const {
    if (part.keys_in_order) {
      if (found != nullptr)
        return refuse(Rejection::kPartExists, part.name + " was taken before; a number is given out once for ever", "#/data/part");
      const auto next =
          1 + std::count_if(state_.parts.begin(), state_.parts.end(), [&](const auto& one) { return one.part == def_.scope; });
      if (event_.part_key.number() != next) {
        return refuse(Rejection::kConditionNotMet,
                      part.name + " are taken in order: the next one is " + std::to_string(next) + ", not " +
                          std::to_string(event_.part_key.number()),
                      "#/data/part");
      }
    }
    if (part.quota == model::kNone16) return {};
    const auto quota = apply::attribute(kind_.scopes[0], state_.scope, part.quota, definition::RoundSelect::kCurrent, 0, state_.round, {});
    const auto open = std::count_if(state_.parts.begin(), state_.parts.end(), [&](const auto& one) {
      return one.part == def_.scope && apply::in_mask(part.open_states, one.scope.state);
    });
    if (!quota.present() || open < quota.number() || data(part.quota_unless) != nullptr) return {};
    return refuse(Rejection::kConditionNotMet,
                  "all " + std::to_string(quota.number()) + " of " + part.name + " are taken; one more needs " + part.quota_unless,
                  "#/data/" + part.quota_unless);
  }

  bool unit_fits(const Value& value) const {
    if (value.type() == Value::Type::kList)
      return std::any_of(value.items().begin(), value.items().end(), [&](const Value& v) { return unit_fits(v); });
    return value.type() == Value::Type::kSymbol && event_.unit != model::kNoSymbol && bundle_.unit_within(event_.unit, value.as_symbol());
  }

  bool admits(const definition::ActorRule& rule) const {
    using Kind = definition::ActorRule::Kind;
    if (rule.kind == Kind::kRole) return event_.role == rule.role;
    if (event_.role != bundle_.unit_role) return false;
    switch (rule.kind) {
      case Kind::kAttribute: {
        const auto& holder = rule.scope == 0 || part_ == nullptr ? state_.scope : part_->scope;
        return unit_fits(
            apply::attribute(kind_.scopes[rule.scope], holder, rule.attribute, definition::RoundSelect::kCurrent, 0, state_.round, {}));
      }
      case Kind::kPart:
        return std::any_of(state_.parts.begin(), state_.parts.end(), [&](const PartInstance& p) {
          return p.part == rule.scope && p.scope.state != model::kCleared && unit_fits(p.key);
        });
      case Kind::kKey:
        return part_ != nullptr && unit_fits(part_->key);
      case Kind::kRole:
        break;
    }
    return false;
  }

  Refusal actor() const {
    if (!std::any_of(def_.by.begin(), def_.by.end(), [&](const auto& rule) { return admits(rule); })) {
      return refuse(Rejection::kNotHolder,
                    def_.name + " is not for unit '" + event_.actorunit + "' in role '" + event_.actorrole + "' here; it is for " +
                        holders_text(bundle_, kind_, def_, state_, part_),
                    "#/actorunit");
    }
    if (def_.not_by == model::kNone16) return {};
    const auto it = std::find_if(state_.authors.begin(), state_.authors.end(), [&](const auto& row) { return row.first == def_.not_by; });
    if (it != state_.authors.end() && it->second == event_.authid) {
      return refuse(Rejection::kSameAuthor, def_.name + " must not be by whoever did " + kind_.events[def_.not_by].name, "#/authid");
    }
    return {};
  }

  Refusal from() const {
    if (def_.opens || apply::in_mask(def_.from, scope().state)) return {};
    const auto& def = kind_.scopes[def_.scope];
    return refuse(Rejection::kNotFromState,
                  def_.name + " is legal from " + state_names(def, def_.from) + "; " +
                      (part_ != nullptr ? "the part is " : "the case is ") + state_name(def, scope().state),
                  "#/type");
  }

  Refusal gates() const {
    for (const auto gate : def_.needs) {
      if (gate_status(bundle_, kind_, state_, def_.scope, gate, part_) != GateStatus::kMissing) continue;
      const auto& def = kind_.scopes[def_.scope].gates[gate];
      return refuse(Rejection::kGateMissing, def_.name + " needs gate " + def.name + ": " + gate_text(bundle_, kind_, state_, def),
                    "#/type");
    }
    return {};
  }

  Refusal windows() const {
    if (def_.while_clock != model::kNone8) {
      const bool of_case = def_.while_scope != def_.scope;
      const auto* clock = apply::newest(of_case ? state_.scope : scope(), def_.while_clock);
      const bool old =
          of_case && clock != nullptr && clock->round != state_.round && kind_.scopes[def_.while_scope].clocks[def_.while_clock].per_round;
      if (of_case && (clock == nullptr || old)) return {};
      const bool runs = clock != nullptr && clock->status == apply::ClockInstance::Status::kRunning;
      if (!runs || (clock->due != model::kNoInstant && event_.time > clock->due)) {
        const auto& name = kind_.scopes[def_.while_scope].clocks[def_.while_clock].name;
        return refuse(Rejection::kWindowClosed,
                      def_.name + " is legal while " + name + " runs" +
                          (runs ? "; it ended " + model::format_instant(clock->due) : "; it is not running"),
                      "#/time");
      }
    }
    if (def_.after_clock != model::kNone8) {
      const auto* clock = apply::newest(scope(), def_.after_clock);
      if (clock == nullptr || clock->status != apply::ClockInstance::Status::kRunning || clock->due == model::kNoInstant ||
          event_.time <= clock->due) {
        return refuse(Rejection::kNotDue,
                      def_.name + " is legal after " + kind_.scopes[def_.scope].clocks[def_.after_clock].name + " has run out", "#/time");
      }
    }
    return {};
  }

  std::uint32_t total(model::EventId event) const {
    const auto* counts = apply::scope_for_counts(state_, kind_, event, part_);
    const auto* count = counts != nullptr ? apply::count_of(*counts, event) : nullptr;
    return count == nullptr ? 0U : count->total;
  }

  Refusal requests() const {
    if (def_.answers != model::kNone16) {
      std::uint32_t answered = 0;
      for (const auto answer : kind_.events[def_.answers].answered_by) answered += total(answer);
      if (total(def_.answers) <= answered) {
        return refuse(Rejection::kNothingToAnswer, def_.name + " answers " + kind_.events[def_.answers].name + "; none is open", "#/type");
      }
    }
    if (def_.once != definition::Once::kNo) {
      const auto* count = apply::count_of(scope(), event_.event);
      if (count != nullptr && (def_.once == definition::Once::kCase ? count->total : count->in_round) > 0) {
        return refuse(Rejection::kOnce, def_.name + " happens once a " + (def_.once == definition::Once::kCase ? "case" : "round"),
                      "#/type");
      }
    }
    return {};
  }

  Refusal extensions() const {
    for (const auto& ref : def_.extends) {
      const auto& scope_state = ref.scope == 0 || part_ == nullptr ? state_.scope : part_->scope;
      const auto& def = kind_.scopes[ref.scope].clocks[ref.clock];
      const auto* clock = apply::newest(scope_state, ref.clock);
      if (clock == nullptr || clock->status != apply::ClockInstance::Status::kRunning || clock->due == model::kNoInstant) {
        return refuse(Rejection::kClockNotRunning, "clock " + def.name + " is not running with a deadline", "#/type");
      }
      const auto* field = event_.find(def.extend->until_field);
      const std::string pointer = "#/data/" + def_.fields[def.extend->until_field].name;
      const auto due = field != nullptr ? due_from(bundle_, field->value) : model::kNoInstant;
      if (event_.time > clock->due) {
        return refuse(Rejection::kExtensionAfterDue, "clock " + def.name + " was due " + model::format_instant(clock->due), "#/time");
      }
      if (clock->extensions >= def.extend->times) {
        return refuse(Rejection::kExtensionAgain,
                      "clock " + def.name + " may be extended " + std::to_string(def.extend->times) + " time(s)", "#/type");
      }
      if (const auto* cap = limit_row(bundle_, kind_, state_, part_, def.extend->cap_rows, clock->start); cap != nullptr) {
        const auto longest = calendar::add_limit(*bundle_.calendar, bundle_.zone, clock->start, cap->limit, cap->at_ms);
        if (due > longest.due) {
          return refuse(Rejection::kExtensionCap,
                        "clock " + def.name + " may be extended to " + model::format_instant(longest.due) + " at the latest", pointer);
        }
      }
      if (due <= clock->due) {
        return refuse(Rejection::kExtensionBackward, "the new deadline must be after " + model::format_instant(clock->due), pointer);
      }
    }
    return {};
  }

  Refusal parts_added() const {
    for (const auto& row : event_.data) {
      if (row.field == model::kNone16 || def_.fields[row.field].adds_part == model::kNone8) continue;
      const auto part = def_.fields[row.field].adds_part;
      const auto& keys = row.value.items();
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto* found = apply::find_part(state_, part, keys[i]);
        const bool cleared = std::find(def_.clears.begin(), def_.clears.end(), part) != def_.clears.end();
        const bool open = found != nullptr && found->scope.state != model::kCleared && !cleared;
        if (open || std::find(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(i), keys[i]) !=
                        keys.begin() + static_cast<std::ptrdiff_t>(i)) {
          return refuse(Rejection::kPartExists, part_text(bundle_, kind_.scopes[part], keys[i]) + " is there already",
                        "#/data/" + def_.fields[row.field].name + "/" + std::to_string(i));
        }
      }
    }
    return {};
  }

  const Value* data(std::string_view name) const {
    const auto* id = definition::find_name(def_.field_ids, name);
    const auto* row = id != nullptr ? event_.find(*id) : nullptr;
    return row != nullptr ? &row->value : nullptr;
  }

  Refusal links_and_actions() const {
    using definition::EventAction;
    const auto linked = [&](model::LinkId link) {
      return std::any_of(state_.links.begin(), state_.links.end(), [&](const auto& row) { return row.link == link; });
    };
    const auto linked_to = [&](model::LinkId link, const std::string& target) {
      return std::any_of(state_.links.begin(), state_.links.end(),
                         [&](const auto& row) { return row.link == link && row.target == target; });
    };
    if (def_.link != model::kNone8) {
      const auto& link = kind_.links[def_.link];
      if (link.one && linked(def_.link))
        return refuse(Rejection::kLinkExists, "the case has a link " + link.name + " already", "#/data/" + link.name);
      const auto* target = data(link.name);
      if (target != nullptr && target->as_text() == event_.subject) {
        return refuse(Rejection::kLinkCycle, "a case can't be linked to itself by " + link.name, "#/data/" + link.name);
      }
#ifndef DOCKET_FAULT_LINKED_TWICE
      if (target != nullptr && linked_to(def_.link, target->as_text()))
        return refuse(Rejection::kLinkExists,
                      "the case is linked to " + target->as_text() + " by " + link.name + " already" +
                          (apply::opens_case(link) ? ", so " + def_.name + " would open nothing" : ""),
                      "#/data/" + link.name);
#endif
    }
    for (const auto id : def_.reacts) {
      const auto& link = kind_.links[id];
      if (id == def_.link || !apply::opens_case(link) || !apply::holds(seen(), link.when)) continue;
      if ((link.one && linked(id)) || linked_to(id, apply::reaction_target(kind_, id, event_)))
        return refuse(Rejection::kLinkExists, "the case has a link " + link.name + " already, and " + def_.name + " makes it", "#/type");
    }
    if (def_.unlink != model::kNone8 && !linked(def_.unlink)) {
      return refuse(Rejection::kNoLink, "the case has no link " + kind_.links[def_.unlink].name, "#/type");
    }
    switch (def_.action) {
      case EventAction::kLinked:
      case EventAction::kUnlinked: {
        const auto* name = data("link");
        const auto* target = data("target");
        const auto* link = name != nullptr ? definition::find_name(kind_.link_ids, name->as_text()) : nullptr;
        if (link == nullptr || target == nullptr)
          return refuse(
              Rejection::kNoLink,
              "kind " + kind_.name + " has no link '" + (name != nullptr ? name->as_text() : "") + "'; its links are " + link_names(kind_),
              "#/data/link");
        if (target->as_text() == event_.subject) return refuse(Rejection::kLinkCycle, "a case can't be linked to itself", "#/data/target");
        const bool there = std::any_of(state_.links.begin(), state_.links.end(),
                                       [&](const auto& row) { return row.common && row.link == *link && row.target == target->as_text(); });
        if (def_.action == EventAction::kLinked && (linked_to(*link, target->as_text()) || (kind_.links[*link].one && linked(*link)))) {
          return refuse(Rejection::kLinkExists,
                        "the case has a link " + name->as_text() + " already" +
                            (linked_to(*link, target->as_text()) ? ", to " + target->as_text() : ""),
                        "#/data/target");
        }
        if (def_.action == EventAction::kUnlinked && !there)
          return refuse(Rejection::kNoLink, "no link " + name->as_text() + " to " + target->as_text() + " was made by linked",
                        "#/data/target");
        return {};
      }
      case EventAction::kGateWaived:
        return check_waiver();
      case EventAction::kErased: {
        const auto* approver = data("approver");
        if (approver != nullptr && approver->as_text() == event_.authid)
          return refuse(Rejection::kSelfApproved, "an erasure is approved by somebody else than its author", "#/data/approver");
        return {};
      }
      case EventAction::kClockAdjusted: {
        const auto* name = data("clock");
        const auto* id = name != nullptr ? definition::find_name(kind_.scopes[0].clock_ids, name->as_text()) : nullptr;
        const auto* clock = id != nullptr ? apply::newest(state_.scope, *id) : nullptr;
        using Status = apply::ClockInstance::Status;
        if (clock == nullptr || (clock->status != Status::kRunning && clock->status != Status::kPaused)) {
          return refuse(Rejection::kNoSuchClock, "clock '" + (name != nullptr ? name->as_text() : std::string()) + "' is not running",
                        "#/data/clock");
        }
        return {};
      }
      default:
        return {};
    }
  }

  Refusal check_waiver() const {
    const auto* name = data("gate");
    for (std::size_t i = 0; name != nullptr && i < kind_.scopes.size(); ++i) {
      const auto* gate = definition::find_name(kind_.scopes[i].gate_ids, name->as_text());
      if (gate == nullptr) continue;
      const auto& waive = kind_.scopes[i].gates[*gate].waive;
      if (std::find(waive.begin(), waive.end(), event_.role) != waive.end()) return {};
    }
    return refuse(Rejection::kNoSuchGate,
                  "gate '" + (name != nullptr ? name->as_text() : std::string()) + "' can't be waived by role '" + event_.actorrole + "'",
                  "#/data/gate");
  }

  const definition::Bundle& bundle_;
  const CaseState& state_;
  const Event& event_;
  const KindDef& kind_;
  const EventDef& def_;
  const PartInstance* part_ = nullptr;
};

}  // namespace

std::string state_name(const definition::ScopeDef& scope, model::StateId state) {
  if (state == model::kCleared) return "cleared";
  return state < scope.states.size() ? scope.states[state].name : "not opened";
}

Refusal check_step(const definition::Bundle& bundle, const CaseState& state, const Event& event) {
  return StepCheck(bundle, state, event).run();
}

}  // namespace docket::validate
