#include "engine/walk/proposer.h"
#include "engine/apply/action_data.h"

#include <algorithm>

#include "engine/apply/state_access.h"
#include "engine/ingest/json_text.h"
#include "engine/walk/text.h"

namespace docket::walk {
namespace {

using definition::ActorRule;
using definition::EventAction;
using definition::EventDef;
using model::Instant;
using model::Value;

void member(std::string& out, std::string_view name, std::string_view raw) {
  if (out.back() != '{') out += ',';
  ingest::append_json_string(out, name);
  out += ':';
  out += raw;
}

const definition::Test* test_of(const std::vector<definition::Test>* wanted, const EventDef& def, std::size_t index) {
  if (wanted == nullptr) return nullptr;
  using Left = definition::Test::Left;
  const auto it = std::find_if(wanted->begin(), wanted->end(), [&](const definition::Test& test) {
    if (test.left == Left::kData) return test.id == index;
    return test.left == Left::kAttribute && test.scope == def.scope && test.id == def.fields[index].attribute &&
           test.select == definition::RoundSelect::kCurrent;
  });
  return it == wanted->end() ? nullptr : &*it;
}

bool alive(const model::ClockInstance& clock) {
  return clock.status == model::ClockInstance::Status::kRunning || clock.status == model::ClockInstance::Status::kPaused;
}

}  // namespace

Proposer::Proposer(definition::BundlePtr bundle, model::KindId kind, std::string source, Random& random)
    : bundle_(std::move(bundle)),
      kind_(bundle_->kinds[kind]),
      preferred_(std::move(source)),
      random_(random),
      ingest_(bundle_, std::string(32, 'w')) {}

std::optional<Proposal> Proposer::propose(const Situation& at, model::EventId event, std::string& why) {
  const auto& def = kind_.events[event];
  std::string gate;
  const auto fields = data(at, event, gate, why);
  if (!fields) return std::nullopt;
  const auto who = actor(at, def, gate);
  if (!who) {
    why = "nobody may do it here";
    return std::nullopt;
  }
  Proposal out;
  out.timer = who->role == bundle_->system_role;
  const auto* from = out.timer ? nullptr : source(*who);
  if (from == nullptr && !out.timer) {
    why = "no source may assert role " + bundle_->roles[who->role];
    return std::nullopt;
  }
  const std::string authid = bundle_->roles[who->role] + "-" + std::to_string(1 + random_.below(3));
  out.json = "{";
  member(out.json, "specversion", "\"1.0\"");
  member(out.json, "id", quoted(at.event_id));
  member(out.json, "source", quoted(out.timer ? "docket" : from->name));
  member(out.json, "type", quoted(bundle_->prefix + "." + kind_.name + "." + def.name + ".v" + std::to_string(def.major)));
  member(out.json, "subject", quoted(at.case_id));
  member(out.json, "time", quoted(model::format_instant(at.time)));
  member(out.json, "authid", quoted(authid));
  member(out.json, "actorrole", quoted(bundle_->roles[who->role]));
  if (who->unit != model::kNoSymbol) member(out.json, "actorunit", quoted(bundle_->symbols.text(who->unit)));
  const bool amends = def.action == EventAction::kCorrected || def.action == EventAction::kVoided;
  if (amends || at.recorded - at.time >= 4 * kHour) member(out.json, "approvedby", "\"chief\"");
  member(out.json, "data", *fields);
  out.json += '}';
  if (out.timer) {
    auto stored = ingest_.parse_stored(out.json, 0);
    if (!stored) {
      why = stored.error().message;
      return std::nullopt;
    }
    out.event = *stored;
    return out;
  }
  auto offered = ingest_.parse(out.json);
  if (offered.stage != ingest::Stage::kReady) {
    why = offered.refusal.detail;
    if (!offered.refusal.errors.empty()) why += ": " + offered.refusal.errors.front().pointer + " " + offered.refusal.errors.front().detail;
    return std::nullopt;
  }
  out.event = offered.event;
  if (def.action == EventAction::kCorrected && at.history != nullptr) {
    const auto correction = apply::correction_data(def, *out.event);
    const auto* target = correction ? at.history->find(correction->source, correction->id) : nullptr;
    if (target == nullptr) {
      why = "nothing to correct";
      return std::nullopt;
    }
    if (!correction->void_it) {
      auto replaced = ingest_.parse(apply::replaced_json(*target->event, *correction));
      if (replaced.stage != ingest::Stage::kReady) {
        why = replaced.refusal.detail;
        return std::nullopt;
      }
      out.replacement = replaced.event;
    }
  }
  return out;
}

// ---- who ---------------------------------------------------------------------------------------------------------

std::optional<Proposer::Actor> Proposer::actor(const Situation& at, const EventDef& def, const std::string& gate) {
  std::vector<Actor> may;
  const auto add_unit = [&](const auto& self, const Value& holder) -> void {
    if (holder.type() == Value::Type::kList) {
      for (const auto& item : holder.items()) self(self, item);
      return;
    }
    if (holder.type() != Value::Type::kSymbol) return;
    model::Symbol unit = holder.as_symbol();
    if (random_.percent(25)) {  // somebody below it
      const auto& lower = random_.of(bundle_->units);
      if (bundle_->unit_within(lower.code, unit)) unit = lower.code;
    }
    may.push_back({bundle_->unit_role, unit});
  };
  for (const auto& rule : def.by) {
    switch (rule.kind) {
      case ActorRule::Kind::kRole:
        may.push_back({rule.role, rule.role == bundle_->unit_role ? any_unit() : model::kNoSymbol});
        break;
      case ActorRule::Kind::kAttribute: {
        if (at.state == nullptr) break;
        const auto& scope = rule.scope == 0 || at.part == nullptr ? at.state->scope : at.part->scope;
        add_unit(add_unit, apply::attribute(kind_.scopes[rule.scope], scope, rule.attribute, definition::RoundSelect::kCurrent, 0,
                                            at.state->round, {}));
        break;
      }
      case ActorRule::Kind::kPart:
        for (std::size_t i = 0; at.state != nullptr && i < at.state->parts.size(); ++i) {
          const auto& part = at.state->parts[i];
          if (part.part == rule.scope && part.scope.state != model::kCleared) add_unit(add_unit, part.key);
        }
        break;
      case ActorRule::Kind::kKey:
        if (at.part != nullptr) add_unit(add_unit, at.part->key);
        break;
    }
  }
  if (!gate.empty()) {  // who may waive that very gate
    std::erase_if(may, [&](const Actor& one) {
      return std::none_of(kind_.scopes.begin(), kind_.scopes.end(), [&](const auto& scope) {
        const auto* id = definition::find_name(scope.gate_ids, gate);
        if (id == nullptr) return false;
        const auto& waive = scope.gates[*id].waive;
        return std::find(waive.begin(), waive.end(), one.role) != waive.end();
      });
    });
  }
  if (may.size() > 1) std::erase_if(may, [&](const Actor& one) { return one.role == bundle_->system_role; });
  if (may.empty()) return std::nullopt;
  return random_.of(may);
}

const definition::SourceDef* Proposer::source(const Actor& actor) {
  std::vector<const definition::SourceDef*> may;
  const auto kind = static_cast<model::KindId>(&kind_ - bundle_->kinds.data());
  for (const auto& one : bundle_->sources) {
    const bool fits =
        std::find(one.kinds.begin(), one.kinds.end(), kind) != one.kinds.end() &&
        std::find(one.roles.begin(), one.roles.end(), actor.role) != one.roles.end() &&
        (actor.unit == model::kNoSymbol || one.all_units || std::find(one.units.begin(), one.units.end(), actor.unit) != one.units.end());
    if (!fits) continue;
    if (one.name == preferred_) return &one;
    may.push_back(&one);
  }
  return may.empty() ? nullptr : random_.of(may);
}

model::Symbol Proposer::any_unit() { return bundle_->units.empty() ? model::kNoSymbol : random_.of(bundle_->units).code; }

// ---- data --------------------------------------------------------------------------------------------------------

std::optional<std::string> Proposer::data(const Situation& at, model::EventId event, std::string& gate, std::string& why) {
  const auto& def = kind_.events[event];
  if (def.action != EventAction::kNone && def.action != EventAction::kVoided) return action_data(at, def, gate, why);
  const std::vector<definition::Test>* wanted = nullptr;
  if (def.when != model::kNoCondition && random_.percent(80)) wanted = &random_.of(kind_.conditions[def.when].any);
  std::string out = "{";
  for (std::size_t i = 0; i < def.fields.size(); ++i) {
    const auto* test = test_of(wanted, def, i);
    const bool only_absent = test != nullptr && test->if_absent && test->values.empty() && !test->is_range && !test->if_present;
    if (!def.fields[i].required && (only_absent || (test == nullptr && random_.percent(50)))) continue;
    const auto raw = field(at, def, i, wanted, why);
    if (!raw) return std::nullopt;
    member(out, def.fields[i].name, *raw);
  }
  return out + "}";
}

std::optional<std::string> Proposer::field(const Situation& at, const EventDef& def, std::size_t index,
                                           const std::vector<definition::Test>* wanted, std::string& why) {
  const auto& field = def.fields[index];
  if (field.is_part_key) {
    if (at.part != nullptr) return value_text(at.part->key);
    if (kind_.scopes[def.scope].keys_in_order) {  // the next number
      const auto taken = at.state == nullptr ? 0 : std::count_if(at.state->parts.begin(), at.state->parts.end(), [&](const auto& part) {
        return part.part == def.scope;
      });
      return std::to_string(taken + 1);
    }
    for (int tries = 0; tries < 8; ++tries) {  // a key that no open instance has
      const std::string key = one_value(kind_.scopes[def.scope].key_spec, nullptr, at.time);
      const bool used = at.state != nullptr && std::any_of(at.state->parts.begin(), at.state->parts.end(), [&](const auto& part) {
                          return part.part == def.scope && part.scope.state != model::kCleared && value_text(part.key) == key;
                        });
      if (!used) return key;
    }
    why = "no key is free";
    return std::nullopt;
  }
  if (field.link != model::kNone8) return quoted("L-" + std::to_string(1 + random_.below(9)));
  if (field.adds_part != model::kNone8) return new_keys(at, field.adds_part);
  const bool extends = std::any_of(def.extends.begin(), def.extends.end(),
                                   [&](const auto& ref) { return kind_.scopes[ref.scope].clocks[ref.clock].extend->until_field == index; });
  if (extends) return extended_due(at, def, index);
  return value(field.spec, test_of(wanted, def, index), at.time);
}

std::string Proposer::new_keys(const Situation& at, model::ScopeId part) {
  std::vector<std::string> keys;
  for (std::uint64_t wanted = 1 + random_.below(3); wanted > 0; --wanted) {
    const std::string key = one_value(kind_.scopes[part].key_spec, nullptr, at.time);
    const bool used = at.state != nullptr && std::any_of(at.state->parts.begin(), at.state->parts.end(), [&](const auto& one) {
                        return one.part == part && one.scope.state != model::kCleared && value_text(one.key) == key;
                      });
    if (!used && std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  std::string out = "[";
  for (const auto& key : keys) out += (out.size() > 1 ? "," : "") + key;
  return out + "]";
}

std::string Proposer::extended_due(const Situation& at, const EventDef& def, std::size_t index) {
  const auto& ref = def.extends.front();
  const auto* scope = at.state == nullptr ? nullptr : ref.scope == 0 || at.part == nullptr ? &at.state->scope : &at.part->scope;
  const auto* clock = scope == nullptr ? nullptr : apply::newest(*scope, ref.clock);
  const Instant from = clock != nullptr && clock->due != model::kNoInstant ? clock->due : at.time;
  const Instant due = from + random_.between(1, 6) * model::kMsPerDay;
  if (def.fields[index].spec.type == definition::ValueType::kDate) return quoted(model::format_date(bundle_->zone.local_day(due)));
  return quoted(model::format_instant(due));
}

std::optional<std::string> Proposer::action_data(const Situation& at, const EventDef& def, std::string& gate, std::string& why) {
  std::string out = "{";
  const auto rest = [&](std::initializer_list<std::string_view> done) {
    for (std::size_t i = 0; i < def.fields.size(); ++i) {
      const auto& field = def.fields[i];
      if (!field.required || std::find(done.begin(), done.end(), field.name) != done.end()) continue;
      member(out, field.name, value(field.spec, nullptr, at.time));
    }
    return out + "}";
  };
  switch (def.action) {
    case EventAction::kLinked:
      if (kind_.links.empty()) {
        why = "the kind has no link";
        return std::nullopt;
      }
      member(out, "link", quoted(random_.of(kind_.links).name));
      member(out, "target", quoted("L-" + std::to_string(1 + random_.below(9))));
      return rest({"link", "target"});
    case EventAction::kUnlinked: {
      std::vector<const model::LinkRow*> made;
      for (std::size_t i = 0; at.state != nullptr && i < at.state->links.size(); ++i) {
        if (at.state->links[i].common) made.push_back(&at.state->links[i]);
      }
      if (made.empty()) {
        why = "no link was made by linked";
        return std::nullopt;
      }
      const auto* link = random_.of(made);
      member(out, "link", quoted(kind_.links[link->link].name));
      member(out, "target", quoted(link->target));
      return rest({"link", "target"});
    }
    case EventAction::kGateWaived: {
      std::vector<std::string> gates;
      for (const auto& scope : kind_.scopes) {
        for (const auto& one : scope.gates) {
          if (!one.waive.empty()) gates.push_back(one.name);
        }
      }
      if (gates.empty()) {
        why = "no gate may be waived";
        return std::nullopt;
      }
      gate = random_.of(gates);
      member(out, "gate", quoted(gate));
      return rest({"gate"});
    }
    case EventAction::kClockAdjusted: {
      std::vector<model::ClockId> running;
      for (std::size_t i = 0; at.state != nullptr && i < kind_.scopes[0].clocks.size(); ++i) {
        const auto* clock = apply::newest(at.state->scope, static_cast<model::ClockId>(i));
        if (clock != nullptr && alive(*clock)) running.push_back(static_cast<model::ClockId>(i));
      }
      if (running.empty()) {
        why = "no clock runs or waits";
        return std::nullopt;
      }
      member(out, "clock", quoted(kind_.scopes[0].clocks[random_.of(running)].name));
      member(out, "due", quoted(model::format_instant(at.time + random_.between(2, 400) * kHour)));
      return rest({"clock", "due"});
    }
    case EventAction::kCorrected: {
      const auto amends = correction(at, why);
      if (!amends) return std::nullopt;
      out += *amends;
      return rest({"event", "replace", "void"});
    }
    default:
      return rest({});
  }
}

// Members `event` and `replace` or `void`: of a random accepted event.
std::optional<std::string> Proposer::correction(const Situation& at, std::string& why) {
  std::vector<const apply::HistoryEntry*> targets;
  for (std::size_t i = 0; at.history != nullptr && i < at.history->entries().size(); ++i) {
    const auto& entry = at.history->entries()[i];
    if (!entry.displaced && !entry.timer && kind_.events[entry.event->event].action != EventAction::kCorrected) targets.push_back(&entry);
  }
  if (targets.empty()) {
    why = "nothing to correct";
    return std::nullopt;
  }
  const auto& entry = *random_.of(targets);
  const auto& event = *entry.event;
  const auto& def = kind_.events[event.event];
  std::string out = "\"event\":{\"source\":" + quoted(event.source) + ",\"id\":" + quoted(event.id) + "}";
  const bool meta = apply::acts_by_recorded(def);
  if (meta || (!def.opens && random_.percent(30))) return out + ",\"void\":true";
  std::string replace = "{";
  if (random_.percent(60)) {
    member(replace, "time", quoted(model::format_instant(event.time + random_.between(-180, 180) * 60'000 + random_.between(1, 997))));
  }
  if (replace.size() == 1 || random_.percent(50)) {
    if (def.action != EventAction::kNone) {
      if (replace.size() == 1) return out + ",\"void\":true";
    } else {
      Situation then = at;
      then.time = event.time;
      then.part = nullptr;
      if (def.scope != 0) then.part = apply::find_part(*at.state, def.scope, event.part_key);
      std::string gate;
      const auto fields = def.scope != 0 && then.part == nullptr ? std::nullopt : data(then, event.event, gate, why);
      if (fields) member(replace, "data", *fields);
      if (replace.size() == 1) return std::nullopt;
    }
  }
  return out + ",\"replace\":" + replace + "}";
}

}  // namespace docket::walk
