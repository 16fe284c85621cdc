// Who says so: the source and what it may assert, the actor's role and unit, the approver.
#include "engine/ingest/actor.h"

#include <algorithm>

#include "engine/ingest/describe.h"
#include "engine/ingest/state.h"

namespace docket::ingest {

using definition::ActorRule;
using definition::EventDef;
using model::Rejection;

namespace {

// Rules about the actor's unit (@attribute, @part, @key) hold for the role `unit` alone.
bool admits(const ActorRule& rule, model::RoleId role, model::RoleId unit_role) {
  return role == (rule.kind == ActorRule::Kind::kRole ? rule.role : unit_role);
}

template <typename T>
bool contains(const std::vector<T>& list, T value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

std::vector<std::string_view> admitted_roles(const definition::Bundle& bundle, const EventDef& def) {
  std::vector<std::string_view> names;
  for (std::size_t role = 0; role < bundle.roles.size(); ++role) {
    const bool admitted = std::any_of(def.by.begin(), def.by.end(), [&](const ActorRule& rule) {
      return admits(rule, static_cast<model::RoleId>(role), bundle.unit_role);
    });
    if (admitted) names.push_back(bundle.roles[role]);
  }
  return names;
}

void Ingest::State::check_role(model::Event& event, const definition::SourceDef* source, Findings& findings) {
  const EventDef* event_def = def(event);
  if (event.actorrole.empty()) {
    if (event_def != nullptr && !event_def->by.empty() && !findings.has_pointer("#/actorrole")) {
      findings.add(Rejection::kInvalidAttribute, "#/actorrole", kMissing,
                   "missing, expected " + one_of(admitted_roles(*bundle, *event_def)));
    }
    return;
  }
  const auto* role = definition::find_name(bundle->role_ids, event.actorrole);
  if (role == nullptr) {
    const std::vector<std::string_view> names(bundle->roles.begin(), bundle->roles.end());
    findings.add(Rejection::kInvalidAttribute, "#/actorrole", kUnknownName,
                 "found " + quote(event.actorrole) + ", expected " + one_of(names) + did_you_mean(event.actorrole, names));
    return;
  }
  event.role = *role;
  if (source != nullptr && !contains(source->roles, *role)) {
    findings.add(Rejection::kForbidden, "#/actorrole", kWrongValue, "this source may not assert the role " + quote(event.actorrole));
  }
  if (event_def != nullptr && !event_def->by.empty() &&
      std::none_of(event_def->by.begin(), event_def->by.end(),
                   [&](const ActorRule& rule) { return admits(rule, *role, bundle->unit_role); })) {
    findings.add(
        Rejection::kRoleNotAllowed, "#/actorrole", kWrongValue,
        "found " + quote(event.actorrole) + ", expected for " + event_def->name + " " + one_of(admitted_roles(*bundle, *event_def)));
  }
  if (*role == bundle->unit_role && event.actorunit.empty() && !findings.has_pointer("#/actorunit")) {
    findings.add(Rejection::kInvalidAttribute, "#/actorunit", kMissing,
                 "missing, expected the actor's unit, as the role is " + event.actorrole);
  }
}

void Ingest::State::check_actor(model::Event& event, Findings& findings) {
  const auto* source_id = definition::find_name(bundle->source_ids, event.source);
  const definition::SourceDef* source = source_id == nullptr ? nullptr : &bundle->sources[*source_id];
  if (event.source.empty()) {
    // a finding already
  } else if (source == nullptr) {
    findings.add(Rejection::kForbidden, "#/source", kUnknownName, "source " + quote(event.source) + " is not registered");
  } else if (source->own && !own) {
    findings.add(Rejection::kForbidden, "#/source", kWrongValue, "source " + quote(event.source) + " is Docket's own");
  } else {
    event.source_id = *source_id;
    if (event.kind != model::kNone16 && !contains(source->kinds, event.kind)) {
      findings.add(Rejection::kForbidden, "#/type", kWrongValue, "this source may not publish events of " + bundle->kinds[event.kind].name);
    }
  }
  check_role(event, source, findings);
  if (!event.actorunit.empty()) {
    const model::Symbol unit = bundle->symbols.find(event.actorunit);
    if (unit == model::kNoSymbol || !bundle->unit_ids.contains(unit)) {
      std::vector<std::string_view> names;
      for (const auto& row : bundle->units) names.push_back(bundle->symbols.text(row.code));
      findings.add(
          Rejection::kInvalidAttribute, "#/actorunit", kUnknownName,
          "found " + quote(event.actorunit) + ", expected a unit of this office: " + one_of(names) + did_you_mean(event.actorunit, names));
    } else {
      event.unit = unit;
      if (source != nullptr && !source->all_units && !contains(source->units, unit)) {
        findings.add(Rejection::kForbidden, "#/actorunit", kWrongValue, "this source may not assert the unit " + quote(event.actorunit));
      }
    }
  }
  if (!event.approvedby.empty() && event.approvedby == event.authid) {
    findings.add(Rejection::kSelfApproved, "#/approvedby", kWrongValue, "found the author's own authid, expected somebody else");
  }
}

}  // namespace docket::ingest
