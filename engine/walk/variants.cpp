#include "engine/walk/variants.h"

#include <algorithm>

#include "engine/apply/state_access.h"
#include "engine/walk/guide.h"

namespace docket::walk {

definition::BundlePtr with_limits(const definition::Bundle& bundle, Limits limits) {
  auto out = std::make_shared<definition::Bundle>(bundle);
  for (auto& kind : out->kinds) {
    for (auto& scope : kind.scopes) {
      for (auto& clock : scope.clocks) {
        if (limits == Limits::kNone) {
          clock.rows.clear();
          clock.given = model::kNone16;
          clock.given_key = false;
          if (clock.extend) clock.extend->cap_rows.clear();
        }
        if (limits == Limits::kEvery && clock.rows.empty() && clock.given == model::kNone16 && !clock.given_key) {
          clock.rows.push_back({model::kNoCondition, {5, calendar::LimitUnit::kDays}, std::nullopt, std::nullopt});
        }
      }
    }
  }
  definition::SourceDef source;
  source.name = kWalkSource;
  source.all_units = true;
  source.backfill = true;
  for (std::size_t i = 0; i < out->kinds.size(); ++i) source.kinds.push_back(static_cast<model::KindId>(i));
  for (std::size_t i = 0; i < out->roles.size(); ++i) {
    if (i != out->system_role) source.roles.push_back(static_cast<model::RoleId>(i));
  }
  out->source_ids[source.name] = static_cast<std::uint16_t>(out->sources.size());
  out->sources.push_back(std::move(source));
  return out;
}

bool has_its_clock(const definition::KindDef& kind, const definition::EventDef& def) {
  const auto limited = [&](model::ScopeId scope, model::ClockId clock) {
    const auto& one = kind.scopes[scope].clocks[clock];
    return !one.rows.empty() || one.given != model::kNone16 || one.given_key;
  };
  if (def.after_clock != model::kNone8 && !limited(def.scope, def.after_clock)) return false;
  return std::all_of(def.extends.begin(), def.extends.end(), [&](const auto& ref) { return limited(ref.scope, ref.clock); });
}

std::uint64_t reachable(const definition::KindDef& kind, model::ScopeId scope) {
  const Guide guide(kind);
  std::uint64_t out = 0;
  for (std::uint64_t last = ~out; last != out;) {
    last = out;
    for (const auto& def : kind.events) {
      if (!has_its_clock(kind, def)) continue;
      const bool adds =
          scope != 0 && std::any_of(def.fields.begin(), def.fields.end(), [&](const auto& field) { return field.adds_part == scope; });
      if (adds) out |= std::uint64_t{1} << kind.scopes[scope].first_open;
      if (def.scope != scope || def.to == definition::kStay) continue;
      if (def.opens) out |= std::uint64_t{1} << def.to;
      for (std::size_t s = 0; s < kind.scopes[scope].states.size() && !def.opens; ++s) {
        const auto state = static_cast<model::StateId>(s);
        // `back` returns to where the case was: nothing new.
        if (def.to != definition::kBack && apply::in_mask(def.from & out, state)) out |= guide.leads_to(def, state);
      }
    }
  }
  return out;
}

}  // namespace docket::walk
