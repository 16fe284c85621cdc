// Small readers and writers over a case's state: attributes by round, counts, newest clock instances, holders.
// Thread rule: free functions; the caller owns the state.
#pragma once

#include <array>
#include <optional>

#include "engine/definition/bundle.h"
#include "engine/model/case_state.h"

namespace docket::apply {

using definition::ClockValue;
using definition::KindDef;
using definition::ScopeDef;
using model::CaseState;
using model::ClockInstance;
using model::Instant;
using model::PartInstance;
using model::ScopeState;
using model::Value;

// The value in that round (0 for an attribute that is not kept by round); nullptr if it has none.
[[nodiscard]] const Value* attribute(const ScopeState& scope, model::AttributeId attribute, std::uint16_t round);
// With rounds chosen as in `attr@first`, `@last`, `@2`; falls back on the definition's default.
[[nodiscard]] const Value& attribute(const ScopeDef& def, const ScopeState& scope, model::AttributeId attribute,
                                     definition::RoundSelect select, std::uint16_t round, std::uint16_t case_round,
                                     std::optional<std::uint16_t> last_round);
// The last (or first) round in which the attribute has a value; nullopt if none.
[[nodiscard]] std::optional<std::uint16_t> last_round_with(const ScopeState& scope, model::AttributeId attribute);
void set_attribute(ScopeState& scope, model::AttributeId attribute, std::uint16_t round, Value value);
void unset_attribute(ScopeState& scope, model::AttributeId attribute, std::uint16_t round);

[[nodiscard]] const model::EventCount* count_of(const ScopeState& scope, model::EventId event);
model::EventCount& count_slot(ScopeState& scope, model::EventId event);
// Over the case and all its part instances that an event may belong to.
[[nodiscard]] const ScopeState* scope_for_counts(const CaseState& state, const KindDef& kind, model::EventId event,
                                                 const PartInstance* part);

// Newest instance of a clock; nullptr if it never started.
[[nodiscard]] const ClockInstance* newest(const ScopeState& scope, model::ClockId clock);
[[nodiscard]] ClockInstance* newest(ScopeState& scope, model::ClockId clock);
// Newest instance in one of the given statuses (a bit per Status).
[[nodiscard]] ClockInstance* newest_in(ScopeState& scope, model::ClockId clock, unsigned statuses);
inline constexpr unsigned kRunningBit = 1U << 1U;
inline constexpr unsigned kPausedBit = 1U << 2U;
inline constexpr unsigned kStoppedBit = 1U << 3U;

// A clock's value (language.md section 3). `as_of`: kNoInstant never says overdue. `original`: met and late against the due
// without extensions.
[[nodiscard]] ClockValue clock_value(const ClockInstance* instance, Instant as_of, bool original);

// The same as a word: running, met, overdue, ... A window is a time to act: nothing is overdue when it is over, it is closed.
[[nodiscard]] const char* clock_word(const definition::ClockDef& def, const ClockInstance& clock, Instant as_of);

// Whose clock it is: when it stopped, what was then; else what the holder attribute says now.
[[nodiscard]] Value holder_of(const KindDef& kind, const CaseState& state, const PartInstance* part, const definition::ClockDef& clock,
                              const ClockInstance& instance);

// The newest open instance with that key, or the newest of all if none is open; nullptr if there is none.
[[nodiscard]] PartInstance* find_part(CaseState& state, model::ScopeId part, const Value& key);
[[nodiscard]] const PartInstance* find_part(const CaseState& state, model::ScopeId part, const Value& key);

[[nodiscard]] inline bool in_mask(std::uint64_t mask, model::StateId state) { return state < 64 && ((mask >> state) & 1U) != 0; }

enum class Light : std::uint8_t { kNone, kOnTrack, kDueSoon, kOverdue, kPaused, kClosedInTime, kClosedLate };
[[nodiscard]] const char* to_string(Light light);
[[nodiscard]] Light clock_light(const ClockInstance& instance, Instant as_of);
// The case's light: of its most urgent limited clock (windows apart): overdue, due soon, on track, paused; when none runs, that
// of what its limited clocks came to.
[[nodiscard]] Light case_light(const KindDef& kind, const CaseState& state, Instant as_of);

}  // namespace docket::apply
