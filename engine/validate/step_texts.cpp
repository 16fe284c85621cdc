#include "engine/validate/step_texts.h"

#include <algorithm>

#include "engine/apply/condition.h"
#include "engine/validate/step_check.h"

namespace docket::validate {
namespace {

using definition::ActorRule;
using model::PartInstance;
using model::Value;

constexpr std::size_t kNamedMost = 5;

void add_name(std::string& out, const std::string& name) { out += (out.empty() ? "" : ", ") + name; }

std::string key_text(const definition::Bundle& bundle, const Value& key) {
  switch (key.type()) {
    case Value::Type::kSymbol:
      return std::string(bundle.symbols.text(key.as_symbol()));
    case Value::Type::kInteger:
      return std::to_string(key.number());
    case Value::Type::kDate:
      return model::format_date(static_cast<model::Day>(key.number()));
    case Value::Type::kText:
      return "'" + key.as_text() + "'";
    case Value::Type::kList: {
      std::string out;
      for (const auto& item : key.items()) add_name(out, key_text(bundle, item));
      return out;
    }
    default:
      return "";
  }
}

std::string rule_text(const definition::Bundle& bundle, const definition::KindDef& kind, const model::CaseState& state,
                      const PartInstance* part, const ActorRule& rule) {
  const std::string staff = "the staff of ";
  const auto& scope = kind.scopes[rule.scope];
  switch (rule.kind) {
    case ActorRule::Kind::kRole:
      return "role " + bundle.roles[rule.role];
    case ActorRule::Kind::kAttribute: {
      const auto& holder = rule.scope == 0 || part == nullptr ? state.scope : part->scope;
      const auto value = apply::attribute(scope, holder, rule.attribute, definition::RoundSelect::kCurrent, 0, state.round, {});
      const auto name = staff + scope.attributes[rule.attribute].name;
      return value.present() ? name + " " + key_text(bundle, value) : name + ", which is not set";
    }
    case ActorRule::Kind::kPart: {
      std::string keys;
      for (const auto& one : state.parts) {
        if (one.part == rule.scope && one.scope.state != model::kCleared) add_name(keys, key_text(bundle, one.key));
      }
      return keys.empty() ? staff + scope.name + ", of which there is none" : staff + scope.name + " " + keys;
    }
    case ActorRule::Kind::kKey:
      return part == nullptr ? staff + "the part's own unit" : staff + key_text(bundle, part->key);
  }
  return "";
}

}  // namespace

std::string state_names(const definition::ScopeDef& scope, std::uint64_t mask) {
  std::string out;
  for (std::size_t i = 0; i < scope.states.size(); ++i) {
    if (apply::in_mask(mask, static_cast<model::StateId>(i))) add_name(out, scope.states[i].name);
  }
  return out;
}

std::string part_text(const definition::Bundle& bundle, const definition::ScopeDef& part, const Value& key) {
  return part.name + " with " + part.key_name + " " + key_text(bundle, key);
}

std::string holders_text(const definition::Bundle& bundle, const definition::KindDef& kind, const definition::EventDef& def,
                         const model::CaseState& state, const PartInstance* part) {
  std::string out;
  for (const auto& rule : def.by) add_name(out, rule_text(bundle, kind, state, part, rule));
  return out;
}

std::string gate_text(const definition::Bundle& bundle, const definition::KindDef& kind, const model::CaseState& state,
                      const definition::GateDef& gate) {
  if (gate.event != model::kNone16)
    return kind.events[gate.event].name + " has not happened" + (state.round > 1 ? " in round " + std::to_string(state.round) : "");
  const auto& part = kind.scopes[gate.part];
  const auto wanted = state_names(part, gate.part_states);
  if (gate.any_part) return "no " + part.name + " is " + wanted;
  std::string missing;
  std::size_t more = 0;
  for (const auto& one : state.parts) {
    const bool counts = one.part == gate.part && one.scope.state != model::kCleared && (gate.all_rounds || one.round == state.round);
    if (!counts || apply::in_mask(gate.part_states, one.scope.state)) continue;
    if (++more <= kNamedMost) add_name(missing, key_text(bundle, one.key) + " is " + state_name(part, one.scope.state));
  }
  if (more > kNamedMost) missing += " and " + std::to_string(more - kNamedMost) + " more";
  return "each " + part.name + " must be " + wanted + "; " + missing;
}

std::string link_names(const definition::KindDef& kind) {
  std::string out;
  for (const auto& link : kind.links) add_name(out, link.name);
  return out.empty() ? "none" : out;
}

}  // namespace docket::validate
