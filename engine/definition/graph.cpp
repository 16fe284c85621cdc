#include "engine/definition/graph.h"

#include <algorithm>

namespace docket::definition {
namespace {

bool plain_target(const EventDef& event) { return event.to != kStay && event.to != kBack; }

}  // namespace

Graph::Graph(const KindDef& kind, ScopeId scope) : kind_(kind), scope_(scope) {
  const ScopeDef& def = kind.scopes[scope];
  all_ = def.open_states | def.paused_states | def.closed_states;
  next_.assign(def.states.size(), 0);
  for (const EventDef& event : kind.events) {
    if (event.scope != scope) {
      const bool adds =
          std::any_of(event.fields.begin(), event.fields.end(), [&](const FieldDef& f) { return f.adds_part == scope && scope != 0; });
      if (adds && def.open_states != 0) initial_ |= bit(def.first_open);
      continue;
    }
    if (!plain_target(event)) continue;
    if (event.opens) initial_ |= bit(event.to);
    for (std::size_t s = 0; s < next_.size(); ++s) {
      if ((event.from & bit(s)) != 0) next_[s] |= bit(event.to);
    }
  }
  const std::vector<std::uint64_t> forward = next_;
  for (const EventDef& event : kind.events) {
    if (event.scope != scope || event.to != kBack) continue;
    for (std::size_t s = 0; s < next_.size(); ++s) {
      for (std::size_t q = 0; q < next_.size() && (event.from & bit(s)) != 0; ++q) {
        if ((forward[q] & bit(s)) != 0) next_[s] |= bit(q);
      }
    }
  }
  reached_ = closure(initial_);
}

std::uint64_t Graph::closure(std::uint64_t from) const {
  std::uint64_t seen = from;
  for (bool grew = true; grew;) {
    grew = false;
    for (std::size_t s = 0; s < next_.size(); ++s) {
      if ((seen & bit(s)) != 0 && (next_[s] & ~seen) != 0) {
        seen |= next_[s];
        grew = true;
      }
    }
  }
  return seen;
}

std::uint64_t Graph::can_close() const {
  std::uint64_t good = kind_.scopes[scope_].closed_states;
  for (bool grew = true; grew;) {
    grew = false;
    for (std::size_t s = 0; s < next_.size(); ++s) {
      if ((good & bit(s)) == 0 && (next_[s] & good) != 0) {
        good |= bit(s);
        grew = true;
      }
    }
  }
  return good;
}

std::uint64_t Graph::before(std::uint64_t states) const {
  std::uint64_t out = 0;
  for (std::size_t s = 0; s < next_.size(); ++s) {
    if ((next_[s] & states) != 0) out |= bit(s);
  }
  return out;
}

std::uint64_t Graph::after(const EventDef& event) const {
  if (event.scope != scope_) return event.scope == 0 ? all_ : kind_.scopes[event.scope].during & reached_;
  if (event.to == kStay) return event.from & reached_;
  if (event.to == kBack) return before(event.from) & reached_;
  return bit(event.to);
}

bool Graph::may_follow(const EventDef& first, const EventDef& second) const {
  const std::uint64_t from = second.scope == scope_ ? second.from : kind_.scopes[second.scope].during;
  return (later(first) & from) != 0;
}

std::uint64_t Graph::running(ClockId clock) const {
  const ClockRef ref{scope_, clock};
  const ScopeDef& scope = kind_.scopes[scope_];
  const ClockDef& def = scope.clocks[clock];
  std::uint64_t out = def.starts_added ? initial_ : 0;
  for (const EventDef& event : kind_.events) {
    const bool revoked = std::any_of(event.revokes.begin(), event.revokes.end(), [&](const Revocation& r) { return r.clock == ref; });
    if (has(event.starts, ref) || revoked) out |= after(event);
  }
  for (std::uint64_t last = 0; last != out;) {
    last = out;
    for (const EventDef& event : kind_.events) {
      if (event.scope != scope_ || (event.from & out) == 0 || has(event.stops, ref) || has(event.cancels, ref)) continue;
      if (def.window && event.next_round) continue;
      if (event.to == kStay) continue;
      if (event.to == kBack) {
        out |= before(event.from & out) & out;
        continue;
      }
      const bool closes = (scope.closed_states & bit(event.to)) != 0 && (event.from & out & ~scope.closed_states) != 0 &&
                          (event.from & out & scope.closed_states) == 0;
      if (!closes || def.window || def.outlives) out |= bit(event.to);
    }
  }
  return out & reached_;
}

}  // namespace docket::definition
