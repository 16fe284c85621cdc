#include "engine/walk/check.h"

#include <algorithm>
#include <tuple>

#include "engine/apply/state_access.h"
#include "engine/definition/places.h"
#include "engine/walk/variants.h"
#include "engine/walk/walker.h"

namespace docket::walk {
namespace {

using model::EventId;
using model::ScopeId;
using model::StateId;

class KindCheck {
 public:
  KindCheck(const definition::Bundle& bundle, model::KindId kind, const Budget& budget, std::vector<definition::Diagnostic>& out)
      : bundle_(bundle), kind_id_(kind), kind_(bundle.kinds[kind]), budget_(budget), out_(out) {
    for (std::size_t i = 0; i < kind_.events.size(); ++i) {
      if (!kind_.events[i].common) missing_.push_back(static_cast<EventId>(i));
    }
  }

  void run(const definition::BundlePtr& as_they_are, const definition::BundlePtr& none) {
    walk(as_they_are, true, "");
    walk(none, true, " with every limit unset");
    if (missing_.empty()) return;
    walk(with_limits(bundle_, Limits::kEvery), false, "");
    for (const auto event : missing_) {
      std::string message = "event " + kind_.events[event].name + ": never happened in " + std::to_string(3 * budget_.walks) +
                            " random walks through the engine, whatever the limits";
      if (!refused_.empty() && !refused_[event].empty()) message += "; last refused: " + refused_[event];
      out_.push_back(definition::error_at_event(bundle_, kind_id_, event, std::move(message)));
    }
  }

 private:
  void walk(const definition::BundlePtr& bundle, bool states, const std::string& how) {
    Options options;
    options.seed = budget_.seed;
    options.source = kWalkSource;
    options.common = false;
    options.reactions = true;
    Walker walker(bundle, kind_id_, options);
    const auto& kind = bundle->kinds[kind_id_];
    std::vector<std::uint64_t> wanted;
    for (std::size_t s = 0; s < kind.scopes.size(); ++s) wanted.push_back(reachable(kind, static_cast<ScopeId>(s)));
    std::size_t walks = 0;
    while (walks < budget_.walks && !done(walker, kind, wanted)) walker.walk("W" + std::to_string(++walks), budget_.steps);
    std::erase_if(missing_, [&](EventId event) { return walker.happened(event); });
    refused_.clear();
    for (std::size_t i = 0; i < kind.events.size(); ++i) refused_.push_back(walker.refused(static_cast<EventId>(i)));
    if (states) report(walker, wanted, "in " + std::to_string(walks) + " random walks through the engine" + how);
  }

  // All states seen, each seen to close, and every event that has its clock seen.
  [[nodiscard]] bool done(const Walker& walker, const definition::KindDef& kind, const std::vector<std::uint64_t>& wanted) const {
    for (std::size_t s = 0; s < wanted.size(); ++s) {
      if ((wanted[s] & ~walker.closing(static_cast<ScopeId>(s))) != 0) return false;
    }
    return std::all_of(missing_.begin(), missing_.end(),
                       [&](EventId event) { return walker.happened(event) || !has_its_clock(kind, kind.events[event]); });
  }

  void report(const Walker& walker, const std::vector<std::uint64_t>& wanted, const std::string& how) {
    for (std::size_t s = 0; s < wanted.size(); ++s) {
      const auto scope = static_cast<ScopeId>(s);
      for (std::size_t n = 0; n < kind_.scopes[s].states.size(); ++n) {
        const auto state = static_cast<StateId>(n);
        if (!apply::in_mask(wanted[s], state)) continue;
        const std::string name = "state " + kind_.scopes[s].states[n].name;
        if (!apply::in_mask(walker.reached(scope), state)) {
          out_.push_back(definition::error_at_state(bundle_, kind_id_, scope, state,
                                                    name + ": never reached " + how + refusal_towards(walker, scope, state)));
        } else if (!apply::in_mask(walker.closing(scope), state)) {
          out_.push_back(definition::error_at_state(bundle_, kind_id_, scope, state, name + ": no way from it to a closed state " + how));
        }
      }
    }
  }

  // Why the first event that leads there was refused.
  [[nodiscard]] std::string refusal_towards(const Walker& walker, ScopeId scope, StateId state) const {
    for (std::size_t i = 0; i < kind_.events.size(); ++i) {
      const auto& def = kind_.events[i];
      const auto& why = walker.refused(static_cast<EventId>(i));
      if (def.scope == scope && def.to == state && !why.empty()) return "; " + def.name + " was last refused: " + why;
    }
    return {};
  }

  const definition::Bundle& bundle_;
  model::KindId kind_id_;
  const definition::KindDef& kind_;
  const Budget& budget_;
  std::vector<definition::Diagnostic>& out_;
  std::vector<EventId> missing_;  // events that have not happened in any walk
  std::vector<std::string> refused_;
};

}  // namespace

std::vector<definition::Diagnostic> check_by_walks(const definition::Bundle& bundle, const Budget& budget) {
  std::vector<definition::Diagnostic> out;
  const auto as_they_are = with_limits(bundle, Limits::kAsTheyAre);
  const auto none = with_limits(bundle, Limits::kNone);
  for (std::size_t kind = 0; kind < bundle.kinds.size(); ++kind)
    KindCheck(bundle, static_cast<model::KindId>(kind), budget, out).run(as_they_are, none);
  // Both sorts of limits may say the same of one state: once is enough.
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column); });
  out.erase(std::unique(out.begin(), out.end(),
                        [](const auto& a, const auto& b) { return a.file == b.file && a.line == b.line && a.column == b.column; }),
            out.end());
  return out;
}

}  // namespace docket::walk
