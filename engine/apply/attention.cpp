#include "engine/apply/attention.h"

#include <algorithm>
#include <tuple>

namespace docket::apply {
namespace {

using model::CaseState;
using model::ClockInstance;

// Whether it runs or was still running when it ran out: what follows it may be needed before what ended it.
bool ran_out(const ClockInstance& clock) {
  using Status = ClockInstance::Status;
  switch (clock.status) {
    case Status::kRunning:
      return true;
    case Status::kPaused:
      return clock.paused_at > clock.due;
    case Status::kStopped:
      return clock.stop > clock.due;
    case Status::kCancelled:
      return clock.ended > clock.due;
  }
  return false;
}

template <typename Each>
void each_of_scope(const CaseState& state, const model::ScopeState& scope, std::size_t part, bool passed, Each&& each) {
  for (std::size_t c = 0; c < scope.clocks.size(); ++c) {
    const auto& clock = scope.clocks[c];
    if (clock.due == model::kNoInstant) continue;
    Want want{Want::What::kTimer, clock.due + 1, static_cast<std::uint16_t>(part), static_cast<std::uint16_t>(c), 0};
    if (clock.timed && !clock.fired && (passed || !clock.passed) && ran_out(clock)) each(want);
    if (clock.window || clock.status != ClockInstance::Status::kRunning) continue;
#ifdef DOCKET_FAULT_NOTICE_IN_THE_PAST
    const auto to_tell = [&](Instant at) { return at > state.attended; };
#else
    const auto to_tell = [&](Instant at) { return at >= clock.since && at > state.attended; };
#endif
    want.what = Want::What::kBreach;
    if (to_tell(want.at)) each(want);
    want.what = Want::What::kNotice;
    for (std::size_t n = 0; n < clock.notices.size(); ++n) {
      want.at = clock.notices[n].at;
      want.notice = static_cast<std::uint16_t>(n);
      if (to_tell(want.at)) each(want);
    }
  }
}

template <typename Each>
void each_want(const CaseState& state, Each&& each, bool passed = false) {
  if (state.voided || state.quarantined) return;
  each_of_scope(state, state.scope, 0, passed, each);
  for (std::size_t p = 0; p < state.parts.size(); ++p) each_of_scope(state, state.parts[p].scope, p + 1, passed, each);
}

}  // namespace

std::vector<Want> wants(const CaseState& state) {
  std::vector<Want> out;
  each_want(state, [&](const Want& want) { out.push_back(want); });
  std::sort(out.begin(), out.end(), [](const Want& a, const Want& b) {
    return std::tuple(a.at, a.what, a.part, a.clock, a.notice) < std::tuple(b.at, b.what, b.part, b.clock, b.notice);
  });
  return out;
}

std::vector<Want> unfired_timers(const CaseState& state) {
  std::vector<Want> out;
  const auto add = [&](const Want& want) {
    if (want.what == Want::What::kTimer) out.push_back(want);
  };
  each_want(state, add, true);
  return out;
}

Instant first_want(const CaseState& state, Instant after) {
  Instant first = model::kForever;
  each_want(state, [&](const Want& want) {
    if (want.at > after) first = std::min(first, want.at);
  });
  return first;
}

std::vector<Instant> want_instants(const CaseState* state) {
  std::vector<Instant> out;
  if (state == nullptr) return out;
  each_want(*state, [&](const Want& want) { out.push_back(want.at); });
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

const model::ScopeState& scope_of(const CaseState& state, const Want& want) {
  return want.part == 0 ? state.scope : state.parts[want.part - 1U].scope;
}

const ClockInstance& clock_of(const CaseState& state, const Want& want) { return scope_of(state, want).clocks[want.clock]; }

bool breach_stands(const CaseState* at_due, const model::Breach& breach) {
  if (at_due == nullptr || at_due->voided) return false;
  const auto runs = [&](const model::ScopeState& scope) {
    return std::any_of(scope.clocks.begin(), scope.clocks.end(), [&](const ClockInstance& clock) {
      return clock.clock == breach.clock && clock.nth == breach.nth && clock.status == ClockInstance::Status::kRunning &&
             clock.due == breach.due;
    });
  };
  if (breach.scope == 0) return runs(at_due->scope);
  return std::any_of(at_due->parts.begin(), at_due->parts.end(), [&](const model::PartInstance& part) {
    return part.part == breach.scope && part.key == breach.part_key && part.nth == breach.part_nth && runs(part.scope);
  });
}

}  // namespace docket::apply
