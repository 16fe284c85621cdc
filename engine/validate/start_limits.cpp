#include "engine/validate/start_limits.h"

#include <algorithm>

#include "engine/validate/computed_effects.h"

namespace docket::validate {
namespace {

using definition::EventAction;

// Gives what the record says, and notes by what row a clock starts.
class Noted final : public apply::EffectSource {
 public:
  Noted(const definition::Bundle& bundle, const definition::KindDef& kind, const apply::Folded& row, std::vector<StartLimit>& out)
      : EffectSource(row.recorded), bundle_(bundle), kind_(kind), recorded_(row.effects, row.recorded), out_(out) {}

  const model::ClockEffect* next(const model::CaseState& state, const Asked& asked) override {
    if (asked.kind == model::ClockEffect::Kind::kStart) note(state, asked);
    return recorded_.next(state, asked);
  }

 private:
  void note(const model::CaseState& state, const Asked& asked) {
    StartLimit limit;
    if (asked.part != nullptr) {
      limit.part = asked.part->part;
      limit.part_key = asked.part->key;
      limit.part_nth = asked.part->nth;
    }
    limit.clock = asked.clock;
    limit.nth = asked.instance->nth;
    limit.start = asked.time;
    const auto& clock = kind_.scopes[asked.scope].clocks[asked.clock];
    if (!clock.given_key && clock.given == model::kNone16) limit.row = limit_row(bundle_, kind_, state, asked.part, clock.rows, asked.time);
    out_.push_back(std::move(limit));
  }

  const definition::Bundle& bundle_;
  const definition::KindDef& kind_;
  apply::RecordedEffects recorded_;
  std::vector<StartLimit>& out_;
};

// A clock that had run out goes on, once adjusted, as its next setting: by the row of the one before.
void carry_adjusted(const model::CaseState& state, std::vector<StartLimit>& out) {
  for (const auto& clock : state.scope.clocks) {
    if (clock.nth < 2 || start_limit_of(out, nullptr, clock) != nullptr) continue;
    model::ClockInstance former = clock;
    --former.nth;
    if (const auto* of = start_limit_of(out, nullptr, former)) {
      StartLimit next = *of;
      next.nth = clock.nth;
      out.push_back(std::move(next));
    }
  }
}

}  // namespace

Result<std::vector<StartLimit>> start_limits(const definition::Bundle& bundle, std::span<const apply::Folded> events,
                                             model::Instant until) {
  std::vector<StartLimit> out;
  model::CaseState state;
  for (const auto& row : events) {
    if (row.key.time > until) break;
    if (state.kind == model::kNone16) state.kind = row.event->kind;
    const auto& kind = bundle.kinds[state.kind];
    Noted source(bundle, kind, row, out);
    if (auto status = apply::apply_folded(kind, state, row, source); !status) return status.error();
    if (kind.events[row.event->event].action == EventAction::kClockAdjusted) carry_adjusted(state, out);
  }
  return out;
}

const StartLimit* start_limit_of(const std::vector<StartLimit>& limits, const model::PartInstance* part,
                                 const model::ClockInstance& clock) {
  const auto it = std::find_if(limits.begin(), limits.end(), [&](const StartLimit& limit) {
    if (limit.clock != clock.clock || limit.nth != clock.nth || limit.part != (part == nullptr ? 0 : part->part)) return false;
    return part == nullptr || (limit.part_key == part->key && limit.part_nth == part->nth);
  });
  return it == limits.end() ? nullptr : &*it;
}

}  // namespace docket::validate
