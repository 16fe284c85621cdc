#include "engine/walk/guide.h"

#include <algorithm>

#include "engine/apply/state_access.h"

namespace docket::walk {
namespace {

using definition::EventDef;

constexpr std::uint64_t bit(std::size_t state) { return std::uint64_t{1} << state; }

}  // namespace

Guide::Guide(const definition::KindDef& kind) : kind_(kind), next_(kind.scopes.size()), helpers_(kind.events.size()) {
  for (std::size_t scope = 0; scope < kind.scopes.size(); ++scope) next_[scope].assign(kind.scopes[scope].states.size(), 0);
  for (const bool back : {false, true}) {  // `back` needs to know what is entered from where
    auto grown = next_;
    for (const auto& def : kind.events) {
      if (def.opens || def.to == definition::kStay || (def.to == definition::kBack) != back) continue;
      for (std::size_t s = 0; s < next_[def.scope].size(); ++s) {
        if (apply::in_mask(def.from, static_cast<model::StateId>(s))) grown[def.scope][s] |= leads_to(def, static_cast<model::StateId>(s));
      }
    }
    next_ = std::move(grown);
  }
  for (std::size_t event = 0; event < kind.events.size(); ++event) add_helpers(static_cast<model::EventId>(event));
}

std::uint64_t Guide::leads_to(const EventDef& def, model::StateId state) const {
  if (def.to == definition::kStay) return state < 64 ? bit(state) : 0;
  if (def.to != definition::kBack) return bit(def.to);
  std::uint64_t out = 0;
  for (std::size_t s = 0; s < next_[def.scope].size(); ++s) {
    if (apply::in_mask(next_[def.scope][s], state)) out |= bit(s);
  }
  return out;
}

std::vector<unsigned> Guide::distances(model::ScopeId scope, std::uint64_t goals) const {
  const auto& next = next_[scope];
  std::vector<unsigned> out(next.size(), kFar);
  std::uint64_t seen = goals;
  for (std::size_t s = 0; s < out.size(); ++s) {
    if ((goals & bit(s)) != 0) out[s] = 0;
  }
  for (unsigned step = 1;; ++step) {
    std::uint64_t found = 0;
    for (std::size_t s = 0; s < out.size(); ++s) {
      if ((seen & bit(s)) == 0 && (next[s] & seen) != 0) {
        found |= bit(s);
        out[s] = step;
      }
    }
    if (found == 0) return out;
    seen |= found;
  }
}

void Guide::add_helpers(model::EventId event) {
  const auto& def = kind_.events[event];
  auto& out = helpers_[event];
  const auto sets = [&](const EventDef& other, model::ScopeId scope, model::AttributeId attribute) {
    if (other.scope != scope) return false;
    return std::any_of(other.fields.begin(), other.fields.end(), [&](const auto& field) { return field.attribute == attribute; }) ||
           std::any_of(other.fix.begin(), other.fix.end(), [&](const auto& row) { return row.first == attribute; });
  };
  const auto starts = [&](const EventDef& other, model::ScopeId scope, model::ClockId clock) {
    const definition::ClockRef ref{scope, clock};
    return std::find(other.starts.begin(), other.starts.end(), ref) != other.starts.end();
  };
  const auto helps = [&](std::size_t id, const EventDef& other) {
    if (id == def.answers) return true;
    if (def.while_clock != model::kNone8 && starts(other, def.while_scope, def.while_clock)) return true;
    if (def.after_clock != model::kNone8 && starts(other, def.scope, def.after_clock)) return true;
    for (const auto gate : def.needs) {
      const auto& needed = kind_.scopes[def.scope].gates[gate];
      if (id == needed.event || (needed.part != model::kNone8 && other.scope == needed.part)) return true;
      if (other.action == definition::EventAction::kGateWaived && !needed.waive.empty()) return true;
    }
    if (def.scope != 0 && std::any_of(other.fields.begin(), other.fields.end(), [&](const auto& f) { return f.adds_part == def.scope; }))
      return true;
    if (def.action == definition::EventAction::kUnlinked && other.action == definition::EventAction::kLinked) return true;
    if (def.when == model::kNoCondition) return false;
    for (const auto& all : kind_.conditions[def.when].any) {
      for (const auto& test : all) {
        using Left = definition::Test::Left;
        if ((test.left == Left::kCount || test.left == Left::kTotal) && test.id == id) return true;
        if (test.left == Left::kAttribute && sets(other, test.scope, test.id)) return true;
        if (test.left == Left::kRound && other.next_round) return true;
        if (test.left == Left::kClock && test.scope == def.scope && starts(other, def.scope, static_cast<model::ClockId>(test.id)))
          return true;
      }
    }
    return false;
  };
  for (std::size_t id = 0; id < kind_.events.size(); ++id) {
    if (id != event && helps(id, kind_.events[id])) out.push_back(static_cast<model::EventId>(id));
  }
}

}  // namespace docket::walk
