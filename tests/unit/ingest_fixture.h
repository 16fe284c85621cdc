// A small office made by hand, so that the tests of ingest rest on no schema file: kinds `ticket` and `call`, an event
// with a field of every type, sources with and without limits. And a builder of event texts.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/ingest/ingest.h"

namespace docket::test {

using definition::ActorRule;
using definition::Bundle;
using definition::EventDef;
using definition::FieldDef;
using definition::TypeSpec;
using definition::ValueType;

inline const std::string kTagKey = "0123456789abcdef0123456789abcdef";

inline TypeSpec spec(ValueType type) {
  TypeSpec out;
  out.type = type;
  return out;
}
inline TypeSpec private_spec(ValueType type) {
  TypeSpec out = spec(type);
  out.is_private = true;
  return out;
}

class OfficeBuilder {
 public:
  OfficeBuilder() {
    bundle_->office = "test";
    bundle_->prefix = "org.docket";
    for (const char* role : {"intake", "dispatcher", "auditor", "unit", "system"}) {
      bundle_->role_ids[role] = static_cast<model::RoleId>(bundle_->roles.size());
      bundle_->roles.emplace_back(role);
    }
    bundle_->unit_role = role("unit");
    bundle_->system_role = role("system");
    for (const char* code : {"U", "V", "W"}) {
      const auto symbol = bundle_->symbols.intern(code);
      bundle_->unit_ids[symbol] = bundle_->units.size();
      definition::UnitDef unit;
      unit.code = symbol;
      bundle_->units.push_back(unit);
    }
    add_kind("ticket");
    add_kind("call");
    add_source("https://any.example", {0, 1}, {"intake", "dispatcher", "auditor", "unit"}, {}, true);
    add_source("https://cloudevents.io", {0}, {}, {}, true);
    add_source("#fragment", {0}, {}, {}, true);
    add_source("intake-only", {0}, {"intake", "unit"}, {"U"}, false);
  }

  definition::BundlePtr build() { return bundle_; }

 private:
  model::RoleId role(const std::string& name) { return bundle_->role_ids.at(name); }

  TypeSpec code(const std::vector<std::string>& values) {
    TypeSpec out = spec(ValueType::kCode);
    for (const auto& value : values) out.allowed.push_back(bundle_->symbols.intern(value));
    std::sort(out.allowed.begin(), out.allowed.end());
    return out;
  }

  static ActorRule by_role(model::RoleId id) {
    ActorRule rule;
    rule.role = id;
    return rule;
  }
  static ActorRule by_kind(ActorRule::Kind kind) {
    ActorRule rule;
    rule.kind = kind;
    return rule;
  }

  void add_event(definition::KindDef& kind, const std::string& name, std::vector<ActorRule> by,
                 std::vector<std::pair<std::string, TypeSpec>> fields, std::size_t required = 0) {
    EventDef event;
    event.name = name;
    event.by = std::move(by);
    for (auto& [field_name, field_spec] : fields) {
      FieldDef field;
      field.name = field_name;
      field.spec = field_spec;
      field.required = event.fields.size() < required;
      field.is_part_key = field_name == "part";
      event.field_ids[field_name] = static_cast<std::uint16_t>(event.fields.size());
      event.fields.push_back(std::move(field));
    }
    kind.event_ids[name] = static_cast<model::EventId>(kind.events.size());
    kind.events.push_back(std::move(event));
  }

  void add_kind(const std::string& name) {
    definition::KindDef kind;
    kind.name = name;
    kind.scopes.emplace_back();
    TypeSpec title = private_spec(ValueType::kText);
    title.max = 10;
    add_event(kind, "created", {by_role(role("intake"))},
              {{"number", spec(ValueType::kText)}, {"title", title}, {"caller", private_spec(ValueType::kPerson)}}, 2);
    add_event(kind, "dispatched", {by_role(role("dispatcher"))}, {{"unit", spec(ValueType::kUnit)}}, 1);
    add_event(kind, "signed", {by_kind(ActorRule::Kind::kAttribute)}, {});
    add_event(kind, "noted", {}, {{"text", private_spec(ValueType::kText)}});
    add_event(kind, "expired", {by_role(role("system"))}, {});
    add_event(kind, "assist_given", {by_kind(ActorRule::Kind::kKey)}, {{"part", spec(ValueType::kUnit)}}, 1);
    TypeSpec count = spec(ValueType::kInteger);
    count.min = -5;
    count.max = 9'000'000'000'000'000'000;
    TypeSpec amount = spec(ValueType::kDecimal);
    amount.decimals = 2;
    amount.min = 0;
    amount.max = 100'000'000;
    TypeSpec weight = spec(ValueType::kDecimal);
    weight.decimals = 3;
    TypeSpec short_text = spec(ValueType::kText);
    short_text.min = 2;
    short_text.max = 4;
    TypeSpec tags = code({"low", "high", "very_high"});
    tags.many = true;
    TypeSpec notes = private_spec(ValueType::kText);
    notes.many = true;
    std::vector<std::string> many_codes;
    for (int i = 0; i < 20; ++i) many_codes.push_back("code" + std::to_string(i));
    add_event(kind, "typed", {},
              {{"text", short_text},
               {"count", count},
               {"amount", amount},
               {"weight", weight},
               {"on", spec(ValueType::kFlag)},
               {"day", spec(ValueType::kDate)},
               {"at", spec(ValueType::kInstant)},
               {"unit", spec(ValueType::kUnit)},
               {"person", private_spec(ValueType::kPerson)},
               {"link", spec(ValueType::kUri)},
               {"level", code({"low", "high", "very_high"})},
               {"category", code(many_codes)},
               {"tags", tags},
               {"notes", notes},
               {"open_object", spec(ValueType::kObject)},
               {"object", private_spec(ValueType::kObject)},
               {"secret_day", private_spec(ValueType::kDate)}});
    bundle_->kind_ids[name] = static_cast<model::KindId>(bundle_->kinds.size());
    bundle_->kinds.push_back(std::move(kind));
  }

  void add_source(const std::string& name, std::vector<model::KindId> kinds, const std::vector<std::string>& roles,
                  const std::vector<std::string>& units, bool all_units) {
    definition::SourceDef source;
    source.name = name;
    source.kinds = std::move(kinds);
    for (const auto& text : roles) source.roles.push_back(role(text));
    for (const auto& text : units) source.units.push_back(bundle_->symbols.find(text));
    source.all_units = all_units;
    bundle_->source_ids[name] = static_cast<std::uint16_t>(bundle_->sources.size());
    bundle_->sources.push_back(std::move(source));
  }

  std::shared_ptr<Bundle> bundle_ = std::make_shared<Bundle>();
};

inline definition::BundlePtr test_office() {
  static const definition::BundlePtr kBundle = OfficeBuilder().build();
  return kBundle;
}

// An event's JSON from raw member texts; `changes`: {name, raw JSON}, an empty raw text takes the member away.
inline std::string event_text(const std::vector<std::pair<std::string, std::string>>& changes = {}) {
  std::vector<std::pair<std::string, std::string>> members{
      {"specversion", "\"1.0\""},
      {"id", "\"e-1\""},
      {"source", "\"https://any.example\""},
      {"type", "\"org.docket.ticket.typed.v1\""},
      {"subject", "\"T1\""},
      {"time", "\"2017-03-01T10:00:00+08:00\""},
      {"data", "{}"},
  };
  for (const auto& [name, raw] : changes) {
    auto row = members.begin();
    while (row != members.end() && row->first != name) ++row;
    if (row == members.end()) row = members.insert(row, {name, raw});
    row->second = raw;
  }
  std::string out = "{";
  for (const auto& [name, raw] : members) {
    if (raw.empty()) continue;
    if (out.size() > 1) out += ',';
    out += '"' + name + "\":" + raw;
  }
  return out + "}";
}

class HexSealer : public ingest::Ingest::Sealer {
 public:
  std::string seal(std::string_view field, std::string_view raw) override {
    sealed[std::string(field)] = std::string(raw);
    return "k1.n." + ingest::hex(raw);
  }
  std::map<std::string, std::string> sealed;
};

}  // namespace docket::test
