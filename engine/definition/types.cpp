// Types of attributes and data fields, and the values written in a definition (`default`, `fix`).
#include <algorithm>

#include "engine/definition/build.h"

namespace docket::definition {
namespace {

struct TypeName {
  std::string_view name;
  ValueType type;
};
constexpr TypeName kTypes[] = {
    {"text", ValueType::kText},     {"integer", ValueType::kInteger}, {"flag", ValueType::kFlag},
    {"date", ValueType::kDate},     {"instant", ValueType::kInstant}, {"unit", ValueType::kUnit},
    {"person", ValueType::kPerson}, {"uri", ValueType::kUri},         {"code", ValueType::kCode},
};

Names type_names() {
  Names out;
  for (const TypeName& each : kTypes) out.push_back(each.name);
  out.push_back("decimal(2)");
  return out;
}

bool parse_type(std::string_view text, bool in_common, TypeSpec& spec) {
  for (const TypeName& each : kTypes) {
    if (each.name == text) {
      spec.type = each.type;
      return true;
    }
  }
  if (in_common && text == "object") {
    spec.type = ValueType::kObject;
    return true;
  }
  if (text.size() == 10 && text.starts_with("decimal(") && text[9] == ')' && text[8] >= '1' && text[8] <= '3') {
    spec.type = ValueType::kDecimal;
    spec.decimals = static_cast<std::uint8_t>(text[8] - '0');
    return true;
  }
  return false;
}

void finish(TypeSpec& spec) {
  std::sort(spec.allowed.begin(), spec.allowed.end());
  if (spec.type == ValueType::kText || spec.type == ValueType::kPerson) spec.is_private = true;
}

void add_inline(Build& build, KindBuild& kind, const Node& list, const std::string& where, TypeSpec& spec) {
  spec.type = ValueType::kCode;
  for (const Node* word : read_words(list, where, build.report)) {
    if (!is_name(word->text)) build.report.error(*word, where + ": a value of a-z, A-Z, 0-9, _ and -, not " + word->text);
    if (word->text == "present" || word->text == "absent" || word->text == "else") {
      build.report.error(*word, where + ": " + word->text + " is a word of the language and no value");
    }
    const Symbol symbol = build.bundle->symbols.intern(word->text);
    kind.values.emplace(symbol, word);
    spec.allowed.push_back(symbol);
  }
}

// `of: hotline-channels` or `of: rules.hotline.exclusions`; false when there is no such list (not reported).
bool add_named(Build& build, KindBuild& kind, const Node& name, const std::string& where, TypeSpec& spec) {
  const Bundle& bundle = *build.bundle;
  spec.type = ValueType::kCode;
  if (name.text.starts_with("rules.")) {
    Node rule = name;
    rule.text = name.text.substr(6);
    const RuleId id = find_rule(build, rule, RuleSort::kValues, where);
    if (id == kNone16) return true;
    for (const auto& [value, meaning] : bundle.rules[id].values) {
      spec.allowed.push_back(value);
      if (value != meaning) spec.meanings.emplace_back(value, meaning);
      kind.values.emplace(value, &name);
    }
    for (const Symbol meaning : bundle.rules[id].meanings) {
      const bool used = std::any_of(spec.meanings.begin(), spec.meanings.end(), [&](const auto& row) { return row.second == meaning; });
      if (!used) spec.unused_meanings.push_back(meaning);
    }
    return true;
  }
  const auto list = build.code_lists.find(name.text);
  if (list == build.code_lists.end()) return false;
  for (const CodeDef& code : bundle.codes[list->second].codes) spec.allowed.push_back(code.code);
  return true;
}

Names list_names(const Build& build) {
  Names out;
  for (const CodeList& list : build.bundle->codes) out.push_back(list.name);
  return out;
}

void read_bounds(Build& build, const Fields& fields, TypeSpec& spec) {
  for (const std::string_view key : {"min", "max"}) {
    const Node* node = fields.scalar(key);
    if (node == nullptr) continue;
    const bool decimal = spec.type == ValueType::kDecimal;
    const bool counts = spec.type == ValueType::kInteger || spec.type == ValueType::kText;
    if (!decimal && !counts) {
      build.report.error(*node, fields.where() + ": " + std::string(key) + " goes with integer, decimal and text only");
      continue;
    }
    const auto number = decimal ? parse_thousandths(node->text) : parse_integer(node->text);
    if (!number || (spec.type == ValueType::kText && *number < 1)) {
      build.report.error(*node, fields.where() + ": " + std::string(key) + " is a number, not " + node->text);
      continue;
    }
    (key == "min" ? spec.min : spec.max) = number;
  }
  if (spec.min && spec.max && *spec.min > *spec.max) build.report.error(*fields.get("min"), fields.where() + ": min lies above max");
}

}  // namespace

TypeSpec read_type_map(Build& build, KindBuild& kind, const Fields& fields, bool in_common) {
  TypeSpec spec;
  const Node* type = fields.need_scalar("type");
  if (type != nullptr && !parse_type(type->text, in_common, spec)) {
    build.report.error(*type, fields.where() + ": unknown type " + type->text + "; types are " + join(type_names()),
                       nearest(type->text, type_names()));
  }
  const Node* of = fields.get("of");
  if (spec.type == ValueType::kCode && type != nullptr) {
    if (of == nullptr) {
      build.report.error(*type, fields.where() + ": a code needs `of`: a code list, a list of values, or rules.x");
    } else if (of->is_list()) {
      add_inline(build, kind, *of, fields.where() + ": of", spec);
    } else if (!of->is_scalar() || !add_named(build, kind, *of, fields.where(), spec)) {
      build.report.error(*of, fields.where() + ": no code list " + flow_text(*of) + "; there are " + join(list_names(build)),
                         nearest(of->text, list_names(build)));
    }
  } else if (of != nullptr) {
    build.report.error(*of, fields.where() + ": `of` goes with type code only");
  }
  spec.many = fields.flag("many");
  finish(spec);
  const bool wants_public = fields.flag("public");
  const bool wants_private = fields.flag("private");
  if (wants_public && wants_private) build.report.error(*fields.get("public"), fields.where() + ": public and private at once");
  if (wants_public && !spec.is_private) {
    build.report.error(*fields.get("public"), fields.where() + ": only text and person are private; public says nothing here");
  }
  if (wants_public) spec.is_private = false;
  if (wants_private) spec.is_private = true;
  read_bounds(build, fields, spec);
  return spec;
}

TypeSpec read_type(Build& build, KindBuild& kind, const Node& node, const std::string& where, bool in_common) {
  TypeSpec spec;
  if (node.is_list()) {
    add_inline(build, kind, node, where, spec);
    finish(spec);
    return spec;
  }
  if (node.is_map()) {
    return read_type_map(build, kind, Fields(node, where, build.report, {"type", "of", "many", "public", "private", "min", "max"}),
                         in_common);
  }
  if (parse_type(node.text, in_common, spec)) {
    if (spec.type == ValueType::kCode) {
      build.report.error(node, where + ": a code of what? Name a code list, rules.x, or write the values as a list");
    }
    finish(spec);
    return spec;
  }
  if (!add_named(build, kind, node, where, spec)) {
    Names known = type_names();
    const Names lists = list_names(build);
    known.insert(known.end(), lists.begin(), lists.end());
    build.report.error(node, where + ": no type or code list " + node.text, nearest(node.text, known));
  }
  finish(spec);
  return spec;
}

Names names_of(const Build& build, const std::vector<Symbol>& symbols) {
  Names out;
  for (const Symbol symbol : symbols) out.push_back(build.bundle->symbols.text(symbol));
  return out;
}

Value read_value(Build& build, const TypeSpec& spec, const Node& node, const std::string& where) {
  const Bundle& bundle = *build.bundle;
  const auto wrong = [&](const std::string& what, const Names& known = {}) {
    build.report.error(node, where + ": " + what + ", not " + flow_text(node), nearest(node.text, known));
    return Value{};
  };
  if (!node.is_scalar() || spec.many) return wrong("one value belongs here");
  switch (spec.type) {
    case ValueType::kFlag:
      if (node.text != "true" && node.text != "false") return wrong("true or false", {"true", "false"});
      return Value::flag(node.text == "true");
    case ValueType::kCode: {
      const Symbol symbol = bundle.symbols.find(node.text);
      if (symbol == kNoSymbol || !std::binary_search(spec.allowed.begin(), spec.allowed.end(), symbol)) {
        const Names known = names_of(build, spec.allowed);
        return wrong("one of " + join(known), known);
      }
      return Value::symbol(symbol);
    }
    case ValueType::kUnit: {
      const Symbol symbol = bundle.symbols.find(node.text);
      if (symbol == kNoSymbol || !bundle.unit_ids.contains(symbol)) return wrong("a unit of the office");
      return Value::symbol(symbol);
    }
    case ValueType::kInteger: {
      const auto number = parse_integer(node.text);
      if (!number || (spec.min && *number < *spec.min) || (spec.max && *number > *spec.max)) {
        return wrong("a whole number within min and max");
      }
      return Value::integer(*number);
    }
    case ValueType::kDecimal: {
      const auto number = parse_thousandths(node.text);
      if (!number || (spec.min && *number < *spec.min) || (spec.max && *number > *spec.max)) return wrong("a decimal within min and max");
      return Value::decimal(*number);
    }
    case ValueType::kDate: {
      const auto day = parse_date(node.text);
      return day ? Value::date(*day) : wrong("a date such as 2017-03-08");
    }
    case ValueType::kInstant: {
      const auto instant = parse_instant(node.text);
      return instant ? Value::instant(*instant) : wrong("an instant such as 2017-03-01T10:00:00+08:00");
    }
    case ValueType::kText:
    case ValueType::kUri:
      if (spec.is_private) return wrong("no constant can be private");
      return Value::text(node.text);
    case ValueType::kPerson:
    case ValueType::kObject:
      break;
  }
  return wrong("no constant of this type can be written");
}

}  // namespace docket::definition
