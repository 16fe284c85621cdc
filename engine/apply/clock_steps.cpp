#include "engine/apply/clock_steps.h"

#include <algorithm>

namespace docket::apply {
namespace {

using definition::ClockDef;
using definition::ClockRef;
using Status = ClockInstance::Status;

constexpr std::size_t kCaseItself = ~std::size_t{0};

struct Target {  // a scope instance whose clocks an event touches
  std::size_t part = kCaseItself;
  ScopeState* scope = nullptr;
  const PartInstance* instance = nullptr;
};

void cancel(ClockInstance& clock, Instant time) {
  clock.status = Status::kCancelled;
  clock.ended = time;
}

std::uint16_t next_nth(const ScopeState& scope, model::ClockId clock) {
  const auto settings = std::count_if(scope.clocks.begin(), scope.clocks.end(), [&](const ClockInstance& c) { return c.clock == clock; });
  return static_cast<std::uint16_t>(settings + 1);
}

class Steps {
 public:
  Steps(const KindDef& kind, CaseState& state, const definition::EventDef& def, const model::Event& event, PartInstance* part,
        const std::vector<std::size_t>& added, EffectSource& source, std::vector<StartedClock>& started)
      : kind_(kind), state_(state), def_(def), event_(event), source_(source), started_(started), added_(added) {
    if (part != nullptr) own_part_ = static_cast<std::size_t>(part - state.parts.data());
  }

  void run() {
    for (const auto& ref : def_.cancels) {
      each_target(ref, [&](Target target) {
        if (auto* clock = newest_in(*target.scope, ref.clock, kRunningBit | kPausedBit)) cancel(*clock, event_.time);
      });
    }
    for (const auto& ref : def_.stops) {
      each_target(ref, [&](Target target) { stop(target, ref); });
    }
    for (const auto& ref : def_.starts) {
      each_target(ref, [&](Target target) { start(target, ref); });
    }
    for (const auto index : added_) start_added(index);
    if (def_.scope != 0 && def_.opens) start_added(own_part_);
    for (const auto& ref : def_.extends) {
      each_target(ref, [&](Target target) { extend(target, ref); });
    }
    if (def_.action == definition::EventAction::kClockAdjusted) adjust();
    pause_and_resume({kCaseItself, &state_.scope, nullptr}, 0);
    for (std::size_t i = 0; i < state_.parts.size(); ++i)
      pause_and_resume({i, &state_.parts[i].scope, &state_.parts[i]}, state_.parts[i].part);
  }

 private:
  template <typename F>
  void each_target(const ClockRef& ref, F&& f) {
    if (ref.scope == 0) {
      f(Target{kCaseItself, &state_.scope, nullptr});
    } else if (def_.scope == ref.scope) {
      f(Target{own_part_, &state_.parts[own_part_].scope, &state_.parts[own_part_]});
    } else {
      for (std::size_t i = 0; i < state_.parts.size(); ++i) {
        auto& instance = state_.parts[i];
        if (instance.part == ref.scope && instance.scope.state != model::kCleared) f(Target{i, &instance.scope, &instance});
      }
    }
  }

  const ClockDef& clock_def(const ClockRef& ref) const { return kind_.scopes[ref.scope].clocks[ref.clock]; }

  void stop(Target target, const ClockRef& ref) {
    auto* clock = newest_in(*target.scope, ref.clock, kRunningBit);
    if (clock == nullptr) return;
    clock->holder = holder_of(kind_, state_, target.instance, clock_def(ref), *clock);
    clock->status = Status::kStopped;
    clock->stop = event_.time;
  }

  void start(Target target, const ClockRef& ref) {
    const ClockDef& def = clock_def(ref);
    const bool ran = std::any_of(target.scope->clocks.begin(), target.scope->clocks.end(), [&](const ClockInstance& c) {
      return c.clock == ref.clock && c.status != Status::kCancelled && (!def.per_round || c.round == state_.round);
    });
    if (ran && !def.restart) return;
    if (auto* running = newest_in(*target.scope, ref.clock, kRunningBit | kPausedBit)) cancel(*running, event_.time);
    ClockInstance instance;
    instance.clock = ref.clock;
    instance.round = state_.round;
    instance.nth = next_nth(*target.scope, ref.clock);
    instance.start = event_.time;
    instance.since = source_.recorded();
    instance.window = def.window;
    instance.timed = def.timed;
    if (const auto* effect = ask(model::ClockEffect::Kind::kStart, target, ref, instance)) {
      instance.due = effect->due;
      instance.original_due = effect->due;
      instance.unit = effect->unit;
      instance.provisional = effect->provisional;
      instance.notices = effect->notices;
    }
    started_.push_back({target.part, target.scope->clocks.size()});
    target.scope->clocks.push_back(std::move(instance));
  }

  void start_added(std::size_t index) {
    const auto part = state_.parts[index].part;
    const auto& clocks = kind_.scopes[part].clocks;
    for (std::size_t i = 0; i < clocks.size(); ++i) {
      if (!clocks[i].starts_added) continue;
      start(Target{index, &state_.parts[index].scope, &state_.parts[index]}, ClockRef{part, static_cast<model::ClockId>(i)});
    }
  }

  void extend(Target target, const ClockRef& ref) {
    auto* clock = newest_in(*target.scope, ref.clock, kRunningBit);
    if (clock == nullptr) return;
    if (const auto* effect = ask(model::ClockEffect::Kind::kExtend, target, ref, *clock)) {
      move_due(*clock, *effect);
      ++clock->extensions;
    }
  }

  void adjust() {
    const auto* field = definition::find_name(def_.field_ids, "clock");
    const auto* row = field != nullptr ? event_.find(*field) : nullptr;
    if (row == nullptr) return;
    const auto* id = definition::find_name(kind_.scopes[0].clock_ids, row->value.as_text());
    if (id == nullptr) return;
    auto* clock = newest_in(state_.scope, *id, kRunningBit | kPausedBit);
    if (clock == nullptr) return;
    const Target target{kCaseItself, &state_.scope, nullptr};
    if (const auto* effect = ask(model::ClockEffect::Kind::kAdjust, target, {0, *id}, *clock)) {
      if (clock->timed && !clock->fired && clock->due != model::kNoInstant &&
          (clock->status == Status::kPaused ? clock->paused_at : event_.time) > clock->due) {
        // It ran out before, and what follows that has not fired yet. That is found by its setting, so the new due is of another one.
        ClockInstance next = *clock;
        next.nth = next_nth(state_.scope, *id);
        next.passed = false;
        cancel(*clock, event_.time);
        clock = &state_.scope.clocks.emplace_back(std::move(next));
      }
      if (clock->due == model::kNoInstant) clock->original_due = effect->due;
      move_due(*clock, *effect);
      clock->adjusted = true;
    }
  }

  void pause_and_resume(Target target, model::ScopeId scope) {
    const auto& clocks = kind_.scopes[scope].clocks;
    for (auto& clock : target.scope->clocks) {
      if (clock.passed && event_.time <= clock.due) clock.passed = false;  // what precedes its due is another story now
      const bool pausing = in_mask(clocks[clock.clock].pause_states, target.scope->state);
      if (clock.status == Status::kRunning && pausing) {
        clock.status = Status::kPaused;
        clock.paused_at = event_.time;
      } else if (clock.status == Status::kPaused && !pausing) {
        clock.status = Status::kRunning;
        clock.since = source_.recorded();
        if (const auto* effect = ask(model::ClockEffect::Kind::kResume, target, {scope, clock.clock}, clock)) move_due(clock, *effect);
        clock.pauses.push_back({clock.paused_at, event_.time});
        clock.paused_at = model::kNoInstant;
      }
    }
  }

  const model::ClockEffect* ask(model::ClockEffect::Kind kind, const Target& target, const ClockRef& ref, const ClockInstance& instance) {
    return source_.next(state_, EffectSource::Asked{kind, target.instance, ref.scope, ref.clock, &instance, event_.time});
  }

  void move_due(ClockInstance& clock, const model::ClockEffect& effect) const {
    clock.since = source_.recorded();
    clock.due = effect.due;
    clock.provisional = clock.provisional || effect.provisional;
    clock.notices = effect.notices;
  }

  const KindDef& kind_;
  CaseState& state_;
  const definition::EventDef& def_;
  const model::Event& event_;
  EffectSource& source_;
  std::vector<StartedClock>& started_;
  const std::vector<std::size_t>& added_;
  std::size_t own_part_ = kCaseItself;
};

bool is_started(const std::vector<StartedClock>& started, std::size_t part, std::size_t clock) {
  return std::any_of(started.begin(), started.end(), [&](const StartedClock& row) { return row.part == part && row.clock == clock; });
}

bool cancellable(const ClockInstance& clock) { return clock.status == Status::kRunning || clock.status == Status::kPaused; }

}  // namespace

void revoke_clock(CaseState& state, const ClockRef& ref, PartInstance* part, bool new_round, Instant time, Instant recorded) {
  ScopeState* scope = ref.scope == 0 ? &state.scope : part != nullptr && part->part == ref.scope ? &part->scope : nullptr;
  if (scope == nullptr) return;
  auto* clock = newest_in(*scope, ref.clock, kStoppedBit);
  if (clock == nullptr || clock->round != state.round) return;
  if (new_round) {
    clock->stop = time;
#ifndef DOCKET_FAULT_REVOKE_FORGETS_LATE
    clock->late_forever = true;
#endif
  } else {
    clock->status = Status::kRunning;
    clock->since = recorded;
    clock->stop = model::kNoInstant;
    clock->holder = {};
  }
}

void run_clock_steps(const KindDef& kind, CaseState& state, const definition::EventDef& def, const model::Event& event, PartInstance* part,
                     const std::vector<std::size_t>& added, EffectSource& source, std::vector<StartedClock>& started) {
  Steps(kind, state, def, event, part, added, source, started).run();
}

void cancel_for_closing(const KindDef& kind, CaseState& state, PartInstance* part, const std::vector<StartedClock>& started, Instant time,
                        model::BackEntry& leaving) {
  const std::size_t own = part == nullptr ? kCaseItself : static_cast<std::size_t>(part - state.parts.data());
  ScopeState& scope = part == nullptr ? state.scope : part->scope;
  const ScopeDef& def = kind.scopes[part == nullptr ? 0 : part->part];
  for (std::size_t i = 0; i < scope.clocks.size(); ++i) {
    auto& clock = scope.clocks[i];
    if (!cancellable(clock) || def.clocks[clock.clock].window || def.clocks[clock.clock].outlives || is_started(started, own, i)) continue;
    leaving.clocks.emplace_back(static_cast<std::uint16_t>(i), clock.status);
    cancel(clock, time);
  }
  if (part != nullptr) return;
  for (std::size_t p = 0; p < state.parts.size(); ++p) {
    auto& instance = state.parts[p];
    const ScopeDef& part_def = kind.scopes[instance.part];
    if (in_mask(part_def.during, state.scope.state)) continue;
    for (std::size_t i = 0; i < instance.scope.clocks.size(); ++i) {
      auto& clock = instance.scope.clocks[i];
      if (!cancellable(clock) || part_def.clocks[clock.clock].window || is_started(started, p, i)) continue;
      leaving.part_clocks.emplace_back(static_cast<std::uint32_t>((p << 16U) | i), clock.status);
      cancel(clock, time);
    }
  }
}

void restore_cancelled(CaseState& state, PartInstance* part, const model::BackEntry& entered, Instant recorded) {
  const auto restore = [&](ClockInstance& clock, Status status) {
    if (clock.status != Status::kCancelled) return;
    clock.status = status;
    clock.ended = model::kNoInstant;
    clock.since = recorded;
  };
  ScopeState& scope = part == nullptr ? state.scope : part->scope;
  for (const auto& [index, status] : entered.clocks) restore(scope.clocks[index], status);
  for (const auto& [packed, status] : entered.part_clocks) {
    restore(state.parts[packed >> 16U].scope.clocks[packed & 0xFFFFU], status);
  }
}

}  // namespace docket::apply
