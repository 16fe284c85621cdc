// The unit tree and the code lists.
#include <algorithm>

#include "engine/definition/build.h"

namespace docket::definition {
namespace {

constexpr std::string_view kPeers[] = {"district", "bureau", "enterprise"};

std::optional<Day> read_day(Build& build, const Node* node, const std::string& where) {
  if (node == nullptr) return std::nullopt;
  const auto day = parse_date(node->text);
  if (!day) build.report.error(*node, where + ": a date such as 2017-03-08, not " + node->text);
  return day;
}

struct PendingParent {
  const Node* node = nullptr;
  std::size_t unit = 0;
};

void read_unit(Build& build, const Node& key, const Node& node, std::optional<Day> file_from, std::vector<PendingParent>& parents) {
  Bundle& bundle = *build.bundle;
  const Fields fields(node, "unit " + key.text, build.report, {"title", "parent", "peer", "valid_from", "valid_to", "successor"});
  UnitDef unit;
  if (!is_name(key.text)) build.report.error(key, fields.where() + ": a code of a-z, A-Z, 0-9, _ and -");
  unit.code = bundle.symbols.intern(key.text);
  if (const Node* title = fields.need("title")) unit.title = read_labels(build, *title, fields.where());
  if (const Node* peer = fields.need_scalar("peer")) {
    unit.peer = peer->text;
    const Names known(std::begin(kPeers), std::end(kPeers));
    if (std::find(known.begin(), known.end(), peer->text) == known.end()) {
      build.report.error(*peer, fields.where() + ": peer is " + join(known) + ", not " + peer->text, nearest(peer->text, known));
    }
  }
  const auto from = read_day(build, fields.scalar("valid_from"), fields.where());
  unit.valid_from = from.value_or(file_from.value_or(0));
  if (!from && !file_from && fields.get("valid_from") == nullptr) {
    build.report.error(key, fields.where() + ": valid_from is missing, here or at the top of the file");
  }
  unit.valid_to = read_day(build, fields.scalar("valid_to"), fields.where());
  if (unit.valid_to && *unit.valid_to < unit.valid_from) {
    build.report.error(*fields.get("valid_to"), fields.where() + ": ends before it begins");
  }
  if (bundle.unit_ids.contains(unit.code)) {
    build.report.error(key, fields.where() + ": another file of this office has that unit too");
    return;
  }
  if (const Node* parent = fields.scalar("parent")) parents.push_back({parent, bundle.units.size()});
  if (const Node* successor = fields.scalar("successor")) parents.push_back({successor, ~std::size_t{0}});
  bundle.symbol_labels[unit.code] = unit.title;
  bundle.unit_ids.emplace(unit.code, bundle.units.size());
  bundle.units.push_back(std::move(unit));
}

void resolve_parents(Build& build, const std::vector<PendingParent>& parents) {
  Bundle& bundle = *build.bundle;
  Names known;
  for (const UnitDef& unit : bundle.units) known.push_back(bundle.symbols.text(unit.code));
  for (const PendingParent& pending : parents) {
    const Symbol code = bundle.symbols.find(pending.node->text);
    if (code == kNoSymbol || !bundle.unit_ids.contains(code)) {
      build.report.error(*pending.node, "unit: unknown unit " + pending.node->text, nearest(pending.node->text, known));
      continue;
    }
    if (pending.unit == ~std::size_t{0}) continue;
    UnitDef& unit = bundle.units[pending.unit];
    if (bundle.unit_within(code, unit.code)) {
      build.report.error(*pending.node, "unit " + bundle.symbols.text(unit.code) + ": its parent " + pending.node->text + " lies below it");
      continue;
    }
    unit.parent = code;
  }
}

void read_code_list(Build& build, const Node& key, const Node& node) {
  Bundle& bundle = *build.bundle;
  const std::string where = "codes " + key.text;
  if (!node.is_map() || node.items.empty()) {
    build.report.error(node, where + ": a map of codes, {phone: {zh: ..., en: ...}}");
    return;
  }
  if (!is_name(key.text)) build.report.error(key, where + ": a name of a-z, 0-9, _ and -");
  CodeList list;
  list.name = key.text;
  Names known;
  for (const Node& code : node.keys) known.push_back(code.text);
  for (std::size_t i = 0; i < node.size(); ++i) {
    const Node& code = node.keys[i];
    const Fields fields(node.items[i], where + ": " + code.text, build.report, {"zh", "en", "under"});
    if (!is_name(code.text)) build.report.error(code, where + ": a code of a-z, A-Z, 0-9, _ and -, not " + code.text);
    CodeDef def;
    def.code = bundle.symbols.intern(code.text);
    if (const Node* zh = fields.need_scalar("zh")) def.title.zh = zh->text;
    if (const Node* en = fields.need_scalar("en")) def.title.en = en->text;
    if (const Node* under = fields.scalar("under")) {
      def.under = bundle.symbols.find(under->text);
      bool before = false;  // a code stands below the one it is under, so no cycle can be written
      for (const CodeDef& other : list.codes) before = before || other.code == def.under;
      if (!before) {
        build.report.error(*under, where + ": " + code.text + " is under " + under->text + ", which does not stand before it in the list",
                           nearest(under->text, known));
      }
    }
    const auto [label, added] = bundle.symbol_labels.emplace(def.code, def.title);
    if (!added && (label->second.zh != def.title.zh || label->second.en != def.title.en)) {
      build.report.error(code, where + ": " + code.text + " has another title elsewhere (" + label->second.zh + ", " + label->second.en +
                                   "); one code, one title");
    }
    list.codes.push_back(std::move(def));
  }
  if (!build.code_lists.emplace(list.name, bundle.codes.size()).second) {
    build.report.error(key, where + ": another file of this office has that list too");
    return;
  }
  bundle.codes.push_back(std::move(list));
}

}  // namespace

void read_units(Build& build) {
  const Node* list = build.office_node->find("units");
  if (list == nullptr || (list->is_list() && list->items.empty())) return;
  std::vector<PendingParent> parents;
  for (const Node* name : read_words(*list, "office: units", build.report)) {
    const Node* root = build.load("units/" + name->text + ".yaml", *name);
    if (root == nullptr) continue;
    const Node* head = root->find("units");
    if (head == nullptr || head->text != name->text) {
      build.report.error(head == nullptr ? *root : *head, "units: " + name->text + " stands at the top");
    }
    const auto from = read_day(build, root->find("valid_from"), "units");
    for (std::size_t i = 0; i < root->size(); ++i) {
      if (root->keys[i].text == "units" || root->keys[i].text == "valid_from") continue;
      read_unit(build, root->keys[i], root->items[i], from, parents);
    }
  }
  resolve_parents(build, parents);
}

void read_codes(Build& build) {
  const Node* list = build.office_node->find("codes");
  if (list == nullptr || (list->is_list() && list->items.empty())) return;
  for (const Node* name : read_words(*list, "office: codes", build.report)) {
    const Node* root = build.load("codes/" + name->text + ".yaml", *name);
    if (root == nullptr) continue;
    const Node* head = root->find("codes");
    if (head == nullptr || head->text != name->text) {
      build.report.error(head == nullptr ? *root : *head, "codes: " + name->text + " stands at the top");
    }
    const Node* from = root->find("valid_from");
    if (from == nullptr) build.report.error(*root, "codes: valid_from is missing");
    (void)read_day(build, from, "codes");
    for (std::size_t i = 0; i < root->size(); ++i) {
      if (root->keys[i].text == "codes" || root->keys[i].text == "valid_from") continue;
      read_code_list(build, root->keys[i], root->items[i]);
    }
  }
}

}  // namespace docket::definition
