// The office file: title, prefix, roles; and the sources it trusts.
#include <algorithm>

#include "engine/definition/build.h"

namespace docket::definition {
namespace {

constexpr std::string_view kOfficeKeys[] = {"office", "title", "time_zone", "prefix", "rules",   "calendars",
                                            "units",  "codes", "sources",   "kinds",  "metrics", "roles"};

bool has_han(std::string_view text) {  // a UTF-8 lead byte of U+3000 to U+9FFF
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0xE3 && static_cast<unsigned char>(c) <= 0xE9; });
}

bool is_prefix(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.front() != '.' && text.back() != '.' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; });
}

void read_roles(Build& build, const Fields& fields) {
  Bundle& bundle = *build.bundle;
  if (fields.need("roles") == nullptr) return;
  for (const Node* role : fields.words("roles")) {
    if (!is_name(role->text)) {
      build.report.error(*role, "office: a role is a plain word of a-z, 0-9, _ and -, not " + role->text);
      continue;
    }
    if (bundle.roles.size() >= 200) {
      build.report.error(*role, "office: more than 200 roles");
      return;
    }
    const auto id = static_cast<RoleId>(bundle.roles.size());
    bundle.roles.push_back(role->text);
    bundle.role_ids.emplace(role->text, id);
    if (role->text == "unit") bundle.unit_role = id;
    if (role->text == "system") bundle.system_role = id;
  }
  bundle.role_labels.resize(bundle.roles.size());
  if (bundle.system_role == kNone8) {
    build.report.error(*fields.need("roles"), "office: the role system is missing; Docket's own events carry it");
  }
}

struct SourceReader {
  Build& build;
  const Fields& fields;

  [[nodiscard]] bool all(std::string_view key) const {
    const Node* node = fields.get(key);
    return node != nullptr && node->is_scalar() && node->text == "all";
  }

  void kinds(SourceDef& source) const {
    if (fields.need("kinds") == nullptr) return;
    if (all("kinds")) {
      for (std::size_t i = 0; i < build.bundle->kinds.size(); ++i) source.kinds.push_back(static_cast<KindId>(i));
      return;
    }
    for (const Node* word : fields.words("kinds")) {
      if (const KindId* kind = find_name(build.bundle->kind_ids, word->text)) {
        source.kinds.push_back(*kind);
        continue;
      }
      Names known;
      for (const KindDef& kind : build.bundle->kinds) known.push_back(kind.name);
      build.report.error(*word, fields.where() + ": kind " + word->text + " is not in this office; it has " + join(known),
                         nearest(word->text, known));
    }
  }

  void roles(SourceDef& source) const {
    if (fields.need("roles") == nullptr) return;
    const Bundle& bundle = *build.bundle;
    if (all("roles")) {
      for (std::size_t i = 0; i < bundle.roles.size(); ++i) {
        if (static_cast<RoleId>(i) != bundle.system_role) source.roles.push_back(static_cast<RoleId>(i));
      }
      return;
    }
    for (const Node* word : fields.words("roles")) {
      const RoleId* role = find_name(bundle.role_ids, word->text);
      if (role != nullptr && *role != bundle.system_role) {
        source.roles.push_back(*role);
      } else {
        const Names known(bundle.roles.begin(), bundle.roles.end());
        build.report.error(*word,
                           fields.where() + (role != nullptr ? ": no source asserts the role system" : ": unknown role " + word->text),
                           role != nullptr ? std::string() : nearest(word->text, known));
      }
    }
  }

  void units(SourceDef& source) const {
    if (fields.need("units") == nullptr) return;
    source.all_units = all("units");
    if (source.all_units) return;
    for (const Node* word : fields.words("units")) {
      const Symbol code = build.bundle->symbols.find(word->text);
      if (code != kNoSymbol && build.bundle->unit_ids.contains(code)) {
        source.units.push_back(code);
        continue;
      }
      Names known;
      for (const UnitDef& unit : build.bundle->units) known.push_back(build.bundle->symbols.text(unit.code));
      build.report.error(*word, fields.where() + ": unknown unit " + word->text, nearest(word->text, known));
    }
  }
};

// Docket's own source, for what it does when a clock has run out. No file names it.
void add_own_source(Bundle& bundle) {
  SourceDef own;
  own.name = std::string(kOwnSource);
  own.title = {"系统自身", "Docket itself"};
  for (std::size_t i = 0; i < bundle.kinds.size(); ++i) own.kinds.push_back(static_cast<KindId>(i));
  own.roles.push_back(bundle.system_role);
  own.all_units = true;
  own.own = true;
  bundle.source_ids.emplace(own.name, static_cast<std::uint16_t>(bundle.sources.size()));
  bundle.sources.push_back(std::move(own));
}

void read_source(Build& build, const Node& key, const Node& node) {
  Bundle& bundle = *build.bundle;
  const Fields fields(node, "source " + key.text, build.report, {"title", "kinds", "roles", "units", "in_order", "backfill"});
  SourceDef source;
  source.name = key.text;
  if (const Node* title = fields.need("title")) source.title = read_labels(build, *title, fields.where());
  const SourceReader reader{build, fields};
  reader.kinds(source);
  reader.roles(source);
  reader.units(source);
  source.in_order = fields.flag("in_order");
  source.backfill = fields.flag("backfill");
  if (source.in_order && source.backfill) {
    build.report.error(key, fields.where() + ": in_order is for screens, backfill for history; a source is one or the other");
  }
  if (source.name.size() > 255 || source.name.find_first_of(" \t\n\"<>\\^`{|}") != std::string::npos) {
    build.report.error(key, fields.where() + ": a source is a URI-reference of at most 255 characters");
  }
  if (source.name == kOwnSource) build.report.error(key, fields.where() + ": that is Docket's own source; every office has it");
  if (!bundle.source_ids.emplace(source.name, static_cast<std::uint16_t>(bundle.sources.size())).second) {
    build.report.error(key, fields.where() + ": another file of this office has that source too");
    return;
  }
  bundle.sources.push_back(std::move(source));
}

}  // namespace

Labels read_labels(Build& build, const Node& node, const std::string& where) {
  const Fields fields(node, where, build.report, {"zh", "en"});
  Labels labels;
  if (const Node* zh = fields.need_scalar("zh")) labels.zh = zh->text;
  if (const Node* en = fields.need_scalar("en")) labels.en = en->text;
  if (!labels.zh.empty() && !has_han(labels.zh)) {
    build.report.error(*fields.get("zh"), where + ": zh is written in Chinese, not " + labels.zh);
  }
  if (has_han(labels.en)) build.report.error(*fields.get("en"), where + ": en is written in English, not " + labels.en);
  return labels;
}

bool read_office(Build& build) {
  Bundle& bundle = *build.bundle;
  const std::string path = "offices/" + build.office + ".yaml";
  Node nowhere;
  const auto found = build.texts.find(path);
  if (found == build.texts.end()) {
    std::vector<std::string> offices;
    for (const auto& [name, content] : build.texts) {
      if (name.starts_with("offices/") && name.ends_with(".yaml")) offices.push_back(name.substr(8, name.size() - 13));
    }
    const Names known(offices.begin(), offices.end());
    const std::string near = nearest(build.office, known);
    build.report.error_at(path, 1, 1,
                          "no office " + build.office + (near.empty() ? "; there are: " + join(known) : "; did you mean " + near + "?"));
    return false;
  }
  build.office_node = build.load(path, nowhere);
  if (build.office_node == nullptr) return false;
  const Fields fields(*build.office_node, "office", build.report, kOfficeKeys);
  if (const Node* name = fields.need_scalar("office")) {
    bundle.office = name->text;
    if (name->text != build.office) build.report.error(*name, "office: the file is named " + build.office + ", not " + name->text);
  }
  if (const Node* title = fields.need("title")) bundle.title = read_labels(build, *title, "office");
  if (const Node* prefix = fields.need_scalar("prefix")) {
    bundle.prefix = prefix->text;
    if (!is_prefix(prefix->text)) {
      build.report.error(*prefix, "office: prefix is a reversed domain name such as org.docket, not " + prefix->text);
    }
  }
  for (const std::string_view key : {"rules", "calendars", "units", "codes", "sources", "kinds", "metrics"}) (void)fields.need(key);
  read_roles(build, fields);
  if (const Node* zone = fields.need_scalar("time_zone")) read_zone(build, *zone);
  return true;
}

void read_sources(Build& build) {
  const Node* list = build.office_node->find("sources");
  if (list == nullptr) return;
  for (const Node* name : read_words(*list, "office: sources", build.report)) {
    const Node* root = build.load("sources/" + name->text + ".yaml", *name);
    if (root == nullptr) continue;
    for (std::size_t i = 0; i < root->size(); ++i) {
      if (root->keys[i].text == "sources") {
        if (root->items[i].text != name->text) build.report.error(root->items[i], "sources: the file is named " + name->text);
        continue;
      }
      read_source(build, root->keys[i], root->items[i]);
    }
    if (root->find("sources") == nullptr) build.report.error(*root, "sources: " + name->text + " is missing at the top");
  }
  add_own_source(*build.bundle);
}

}  // namespace docket::definition
