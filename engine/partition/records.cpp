#include "engine/partition/records.h"

#include <charconv>

#include "engine/apply/action_data.h"
#include "engine/ingest/json_text.h"

namespace docket::partition {
namespace {

using EffectKind = model::ClockEffect::Kind;

const char* set_name(EffectKind kind) {
  switch (kind) {
    case EffectKind::kStart:
      return "start";
    case EffectKind::kExtend:
      return "extend";
    case EffectKind::kResume:
      return "resume";
    case EffectKind::kAdjust:
      return "adjust";
    case EffectKind::kRevoke:
      return "revoke";
  }
  return "start";
}

std::optional<EffectKind> set_from(std::string_view name) {
  for (const EffectKind kind : {EffectKind::kStart, EffectKind::kExtend, EffectKind::kResume, EffectKind::kAdjust, EffectKind::kRevoke}) {
    if (name == set_name(kind)) return kind;
  }
  return std::nullopt;
}

const char* unit_name(calendar::LimitUnit unit) {
  using calendar::LimitUnit;
  switch (unit) {
    case LimitUnit::kNone:
      return "";
    case LimitUnit::kWorkingDays:
      return "wd";
    case LimitUnit::kWorkingHours:
      return "wh";
    case LimitUnit::kDays:
      return "d";
    case LimitUnit::kHours:
      return "h";
    case LimitUnit::kMinutes:
      return "min";
    case LimitUnit::kMonths:
      return "mo";
  }
  return "";
}

calendar::LimitUnit unit_from(std::string_view name) {
  using calendar::LimitUnit;
  for (const auto unit :
       {LimitUnit::kWorkingDays, LimitUnit::kWorkingHours, LimitUnit::kDays, LimitUnit::kHours, LimitUnit::kMinutes, LimitUnit::kMonths}) {
    if (name == unit_name(unit)) return unit;
  }
  return LimitUnit::kNone;
}

class CaseSealer final : public ingest::Ingest::Sealer {
 public:
  CaseSealer(const std::string& ledger_id, ledger::KeyRow key, const model::Event& event)
      : ledger_id_(ledger_id), key_(std::move(key)), event_(event) {}
  std::string seal(std::string_view field, std::string_view raw) override {
    return ledger::seal_value(key_, ledger::associated_data(ledger_id_, event_.subject, event_.id, field), raw);
  }

 private:
  const std::string& ledger_id_;
  ledger::KeyRow key_;
  const model::Event& event_;
};

bool any_private(const model::Event& event) {
  for (const auto& field : event.data) {
    if (field.is_private) return true;
  }
  return false;
}

}  // namespace

std::string key_text(const definition::Bundle& bundle, const model::Value& key) {
  using Type = model::Value::Type;
  switch (key.type()) {
    case Type::kSymbol:
      return bundle.symbols.text(key.as_symbol());
    case Type::kInteger:
      return std::to_string(key.number());
    case Type::kDate:
      return model::format_date(static_cast<model::Day>(key.number()));
    default:
      return key.as_text();
  }
}

model::Value key_from_text(const definition::Bundle& bundle, const definition::TypeSpec& spec, const std::string& text) {
  switch (spec.type) {
    case definition::ValueType::kUnit:
    case definition::ValueType::kCode: {
      const auto symbol = bundle.symbols.find(text);
      return symbol == model::kNoSymbol ? model::Value{} : model::Value::symbol(symbol);
    }
    case definition::ValueType::kInteger: {
      std::int64_t n = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
      return error == std::errc{} && end == text.data() + text.size() ? model::Value::integer(n) : model::Value{};
    }
    case definition::ValueType::kDate: {
      const auto day = model::parse_date(text);
      return day ? model::Value::date(*day) : model::Value{};
    }
    default:
      return model::Value::text(text);
  }
}

std::vector<ledger::NamedEffect> name_effects(const definition::Bundle& bundle, const definition::KindDef& kind,
                                              const model::Effects& effects) {
  std::vector<ledger::NamedEffect> out;
  out.reserve(effects.size());
  for (const auto& effect : effects) {
    const auto& scope = kind.scopes[effect.scope];
    ledger::NamedEffect named;
    named.set = set_name(effect.kind);
    named.clock = scope.clocks[effect.clock].name;
    if (effect.scope != 0) {
      named.part = scope.name;
      named.part_key = key_text(bundle, effect.part_key);
      named.part_nth = effect.part_nth;
    }
    named.due = effect.due;
    named.unit = unit_name(effect.unit);
    named.provisional = effect.provisional;
    for (const auto& notice : effect.notices) {
      named.notices.push_back({notice.at, notice.level, notice.to == model::kNone8 ? std::string("holder") : bundle.roles[notice.to]});
    }
    out.push_back(std::move(named));
  }
  return out;
}

Result<model::Effects> resolve_effects(const definition::Bundle& bundle, const definition::KindDef& kind,
                                       const std::vector<ledger::NamedEffect>& effects) {
  model::Effects out;
  out.reserve(effects.size());
  for (const auto& named : effects) {
    model::ClockEffect effect;
    const auto set = set_from(named.set);
    if (!set) return Error{ErrorCode::kCorrupt, "effect sets '" + named.set + "'", false};
    effect.kind = *set;
    if (!named.part.empty()) {
      const auto* part = definition::find_name(kind.part_ids, named.part);
      if (part == nullptr) return Error{ErrorCode::kCorrupt, "effect of unknown part '" + named.part + "'", false};
      effect.scope = *part;
      effect.part_key = key_from_text(bundle, kind.scopes[*part].key_spec, named.part_key);
      effect.part_nth = static_cast<std::uint16_t>(named.part_nth);
    }
    const auto* clock = definition::find_name(kind.scopes[effect.scope].clock_ids, named.clock);
    if (clock == nullptr) return Error{ErrorCode::kCorrupt, "effect of unknown clock '" + named.clock + "'", false};
    effect.clock = *clock;
    effect.due = named.due;
    effect.unit = unit_from(named.unit);
    effect.provisional = named.provisional;
    for (const auto& notice : named.notices) {
      const auto* role = notice.to == "holder" ? nullptr : definition::find_name(bundle.role_ids, notice.to);
      effect.notices.push_back({notice.at, notice.level, role == nullptr ? model::kNone8 : *role});
    }
    out.push_back(std::move(effect));
  }
  return out;
}

ledger::Versions versions_of(const definition::Bundle& bundle, const definition::KindDef& kind) {
  return {kind.name + "." + std::to_string(kind.version), bundle.rules_version,
          bundle.calendar ? bundle.calendar->version() : std::string()};
}

std::string plain_event(const model::Event& event) {
  class AsIs final : public ingest::Ingest::Sealer {
   public:
    std::string seal(std::string_view /*field*/, std::string_view /*raw*/) override { return {}; }
  } unused;
  model::Event open = event;
  for (auto& field : open.data) field.is_private = false;
  std::string out;
  ingest::Ingest::append_stored(out, open, unused);
  return out;
}

Result<std::string> RecordSealer::accepted_event(const definition::KindDef& kind, const model::Event& event, const model::Event* target) {
  std::string out;
  if (!any_private(event) && target == nullptr) {
    CaseSealer sealer(ledger_id_, {}, event);
    ingest::Ingest::append_stored(out, event, sealer);
    return out;
  }
  auto key = keys_.case_key(event.subject);
  if (!key) return key.error();
  CaseSealer sealer(ledger_id_, *key, event);
  if (target == nullptr) {
    ingest::Ingest::append_stored(out, event, sealer);
    return out;
  }
  // A correction: the private fields of its replacement are sealed one by one, as the target's own.
  const auto& def = kind.events[event.event];
  const auto* replace = definition::find_name(def.field_ids, "replace");
  model::Event sealed = event;
  std::string object;
  for (auto& field : sealed.data) {
    if (replace == nullptr || field.field != *replace) continue;
    object = "{";
    const auto correction = apply::correction_data(def, event);
    if (correction && !correction->replace_time.empty()) {
      object += "\"time\":";
      ingest::append_json_string(object, correction->replace_time);
    }
    if (correction && !correction->replace_data.empty()) {
      if (object.size() > 1) object += ',';
      CaseSealer of_target(ledger_id_, *key, *target);
      std::string whole;
      ingest::Ingest::append_stored(whole, *target, of_target);
      // append_stored puts `data` last, and no envelope value can hold this text unescaped.
      const auto data = whole.find(",\"data\":{") + 1;
      object.append(whole, data, whole.size() - 1 - data);
    }
    object += '}';
    field.raw = object;
    field.is_private = false;
  }
  ingest::Ingest::append_stored(out, sealed, sealer);
  return out;
}

Result<std::string> RecordSealer::parked_event(const model::Event& event, model::Day day) {
  auto key = keys_.parking_key(day);
  if (!key) return key.error();
  return "{\"sealed\":\"" +
         ledger::seal_value(*key, ledger::associated_data(ledger_id_, event.subject, event.id, "parked"), plain_event(event)) + "\"}";
}

Result<std::string> RecordSealer::open_parked(const ledger::Record& record) {
  constexpr std::string_view kHead = "{\"sealed\":\"";
  if (record.event.size() < kHead.size() + 2 || record.event.compare(0, kHead.size(), kHead) != 0) {
    return Error{ErrorCode::kCorrupt, "parked event " + record.id + " is not sealed", false};
  }
  const std::string sealed = record.event.substr(kHead.size(), record.event.size() - kHead.size() - 2);
  return open_field(record.subject, record.id, "parked", sealed);
}

Result<std::string> RecordSealer::open_field(std::string_view case_id, std::string_view event_id, std::string_view field,
                                             std::string_view sealed) {
  const auto key = keys_.find(ledger::sealed_key_id(sealed));
  if (!key) return Error{ErrorCode::kNotFound, "the key of this value is gone (erased)", false};
  auto plain = ledger::open_value(*key, ledger::associated_data(ledger_id_, case_id, event_id, field), sealed);
  if (!plain) return Error{ErrorCode::kCorrupt, "a sealed value does not open", false};
  return *plain;
}

}  // namespace docket::partition
