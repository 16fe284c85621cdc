#include "engine/partition/notices.h"

#include <algorithm>
#include <boost/json.hpp>

#include "engine/apply/state_access.h"
#include "engine/ingest/json_text.h"
#include "engine/partition/records.h"

namespace docket::partition {
namespace {

namespace json = boost::json;
using apply::Want;

constexpr std::string_view kBreachLevel = "breach";

struct Setting {  // a clock of a case, by its names
  const definition::ScopeDef* scope = nullptr;
  const definition::ClockDef* clock = nullptr;
  const model::PartInstance* part = nullptr;
  std::uint16_t round = 1;
  std::uint16_t nth = 1;
  model::Instant due = 0;
};

Setting setting_of(const definition::Bundle& bundle, const model::CaseState& state, const Want& want) {
  Setting out;
  if (want.part != 0) out.part = &state.parts[want.part - 1U];
  out.scope = &bundle.kinds[state.kind].scopes[out.part == nullptr ? 0 : out.part->part];
  const auto& instance = apply::clock_of(state, want);
  out.clock = &out.scope->clocks[instance.clock];
  out.round = instance.round;
  out.nth = instance.nth;
  out.due = instance.due;
  return out;
}

// Members of one object, texts escaped, empty ones left out.
class Body {
 public:
  Body& text(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    begin(name);
    ingest::append_json_string(out_, value);
    return *this;
  }
  Body& number(std::string_view name, std::uint64_t value) {
    begin(name);
    out_ += std::to_string(value);
    return *this;
  }
  Body& instant(std::string_view name, model::Instant value) { return text(name, model::format_instant(value)); }
  Body& flag(std::string_view name) {
    begin(name);
    out_ += "true";
    return *this;
  }
  [[nodiscard]] std::string take() { return out_ + "}"; }

 private:
  void begin(std::string_view name) {
    out_ += out_.size() == 1 ? "\"" : ",\"";
    out_.append(name);
    out_ += "\":";
  }
  std::string out_ = "{";
};

void add_setting(Body& body, const definition::Bundle& bundle, const Setting& setting) {
  body.text("clock", setting.clock->name);
  if (setting.part != nullptr) {
    body.text("part", setting.scope->name).text("part_key", key_text(bundle, setting.part->key)).number("part_nth", setting.part->nth);
  }
  body.number("round", setting.round).number("nth", setting.nth).instant("due", setting.due);
}

std::string id_of(const definition::Bundle& bundle, const std::string& case_id, const Setting& setting) {
  std::string out = case_id;
  if (setting.part != nullptr) {
    out += ":" + setting.scope->name + "/" + key_text(bundle, setting.part->key) + "/" + std::to_string(setting.part->nth);
  }
  return out + ":" + setting.clock->name + ":" + std::to_string(setting.round) + ":" + std::to_string(setting.nth) + ":" +
         model::format_instant(setting.due);
}

ledger::Record bare_record(const definition::Bundle& bundle, const model::CaseState& state) {
  ledger::Record record;
  record.kind = ledger::RecordKind::kNotice;
  record.source = std::string(definition::kOwnSource);
  record.subject = state.id;
  record.type = bundle.prefix + "." + bundle.kinds[state.kind].name + ".notice.v1";
  record.versions = std::make_shared<const ledger::Versions>(versions_of(bundle, bundle.kinds[state.kind]));
  return record;
}

Error corrupt(model::Height height, const std::string& what) {
  return Error{ErrorCode::kCorrupt, "notice at height " + std::to_string(height) + ": " + what, false};
}

const std::string* text_of(const json::object& body, const char* name, std::string& scratch) {
  const auto* value = body.if_contains(name);
  if (value == nullptr || !value->is_string()) return nullptr;
  scratch.assign(value->get_string().begin(), value->get_string().end());
  return &scratch;
}

std::uint64_t number_of(const json::object& body, const char* name) {
  const auto* value = body.if_contains(name);
  return value != nullptr && value->is_int64() && value->get_int64() >= 0 ? static_cast<std::uint64_t>(value->get_int64()) : 0;
}

Result<model::Breach> breach_of(const definition::Bundle& bundle, const definition::KindDef& kind, const json::object& body,
                                model::Height height) {
  model::Breach breach;
  breach.height = height;
  std::string scratch;
  if (text_of(body, "part", scratch) != nullptr) {
    const auto* part = definition::find_name(kind.part_ids, scratch);
    if (part == nullptr) return corrupt(height, "unknown part " + scratch);
    breach.scope = *part;
    breach.part_nth = static_cast<std::uint16_t>(number_of(body, "part_nth"));
    if (text_of(body, "part_key", scratch) != nullptr) breach.part_key = key_from_text(bundle, kind.scopes[*part].key_spec, scratch);
  }
  const auto* name = text_of(body, "clock", scratch);
  const auto* clock = name != nullptr ? definition::find_name(kind.scopes[breach.scope].clock_ids, *name) : nullptr;
  if (clock == nullptr) return corrupt(height, "unknown clock");
  breach.clock = *clock;
  breach.nth = static_cast<std::uint16_t>(number_of(body, "nth"));
  const auto* due = text_of(body, "due", scratch);
  const auto instant = due != nullptr ? model::parse_instant(*due) : std::nullopt;
  if (!instant) return corrupt(height, "no due");
  breach.due = *instant;
  return breach;
}

model::ClockInstance* find_clock(model::CaseState& state, const model::Breach& of) {
  const auto find = [&](model::ScopeState& scope) -> model::ClockInstance* {
    for (auto& clock : scope.clocks) {
      if (clock.clock == of.clock && clock.nth == of.nth && clock.due == of.due) return &clock;
    }
    return nullptr;
  };
  if (of.scope == 0) return find(state.scope);
  for (auto& part : state.parts) {
    if (part.part == of.scope && part.key == of.part_key && part.nth == of.part_nth) return find(part.scope);
  }
  return nullptr;
}

}  // namespace

std::string setting_id(const definition::Bundle& bundle, const model::CaseState& state, const Want& want) {
  return id_of(bundle, state.id, setting_of(bundle, state, want));
}

ledger::Record notice_record(const definition::Bundle& bundle, const model::CaseState& state, const Want& want) {
  const Setting setting = setting_of(bundle, state, want);
  const auto& instance = apply::clock_of(state, want);
  const bool breach = want.what == Want::What::kBreach;
  const auto* planned = breach ? nullptr : &instance.notices[want.notice];
  const std::string level = breach ? std::string(kBreachLevel) : planned->level;
  const model::RoleId to = breach ? model::kNone8 : planned->to;
  ledger::Record record = bare_record(bundle, state);
  record.id = id_of(bundle, state.id, setting) + ":" + level;
  // Two notices of one plan may have the same level.
  if (!breach) {
    const auto same = std::count_if(instance.notices.begin(), instance.notices.begin() + want.notice,
                                    [&](const model::NoticeAt& row) { return row.level == level; });
    if (same != 0) record.id += ":" + std::to_string(same + 1);
  }
  Body body;
  body.text("level", level).instant("at", want.at);
  if (breach) body.flag("breach");
  add_setting(body, bundle, setting);
  body.text("to", to == model::kNone8 ? std::string("holder") : bundle.roles[to]);
  const auto holder = apply::holder_of(bundle.kinds[state.kind], state, setting.part, *setting.clock, instance);
  if (holder.present()) body.text("holder", key_text(bundle, holder));
  record.body = body.take();
  return record;
}

ledger::Record passing_record(const definition::Bundle& bundle, const model::CaseState& state, const Want& want,
                              const model::Refusal& refusal) {
  const Setting setting = setting_of(bundle, state, want);
  ledger::Record record = bare_record(bundle, state);
  record.id = id_of(bundle, state.id, setting) + ":passed:" + std::to_string(state.version);
  Body body;
  body.flag("passed").instant("at", want.at);
  add_setting(body, bundle, setting);
  record.body = body.text("code", model::name(refusal.code)).text("detail", refusal.detail).take();
  return record;
}

ledger::Record withdrawal_record(const definition::Bundle& bundle, const model::CaseState& state, const model::Breach& breach,
                                 model::Instant recorded) {
  const auto& kind = bundle.kinds[state.kind];
  ledger::Record record = bare_record(bundle, state);
  Setting setting;
  setting.scope = &kind.scopes[breach.scope];
  setting.clock = &setting.scope->clocks[breach.clock];
  setting.nth = breach.nth;
  setting.due = breach.due;
  model::PartInstance part;
  if (breach.scope != 0) {
    part.part = breach.scope;
    part.key = breach.part_key;
    part.nth = breach.part_nth;
    setting.part = &part;
  }
  record.id = id_of(bundle, state.id, setting) + ":" + std::string(kBreachLevel) + ":withdrawn:" + std::to_string(breach.height);
  Body body;
  body.text("level", kBreachLevel).instant("at", recorded).number("withdraws", breach.height).text("clock", setting.clock->name);
  if (setting.part != nullptr) body.text("part", setting.scope->name).text("part_key", key_text(bundle, part.key));
  record.body = body.instant("due", breach.due).take();
  return record;
}

Result<model::CasePtr> apply_notice(const definition::Bundle& bundle, const model::CaseState& before, const ledger::Record& record,
                                    model::Height height) {
  boost::system::error_code error;
  const auto parsed = json::parse(record.body, error);
  if (error || !parsed.is_object()) return corrupt(height, "its body is no object");
  const auto& body = parsed.get_object();
  model::CaseState after = before;
  if (body.contains("withdraws")) {
    std::erase_if(after.breaches, [told = number_of(body, "withdraws")](const model::Breach& row) { return row.height == told; });
    return std::make_shared<const model::CaseState>(std::move(after));
  }
  if (body.contains("passed")) {
    auto of = breach_of(bundle, bundle.kinds[before.kind], body, height);
    if (!of) return of.error();
    if (auto* clock = find_clock(after, *of)) clock->passed = true;
    return std::make_shared<const model::CaseState>(std::move(after));
  }
  std::string scratch;
  const auto* at = text_of(body, "at", scratch);
  const auto instant = at != nullptr ? model::parse_instant(*at) : std::nullopt;
  if (!instant) return corrupt(height, "no instant");
  after.attended = std::max(after.attended, *instant);
  if (body.contains("breach")) {
    auto breach = breach_of(bundle, bundle.kinds[before.kind], body, height);
    if (!breach) return breach.error();
    after.breaches.push_back(std::move(*breach));
  }
  return std::make_shared<const model::CaseState>(std::move(after));
}

}  // namespace docket::partition
