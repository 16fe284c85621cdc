// Rules by name: what decides, whichever set says it; then what sets say that a higher one overrides.
#include <algorithm>
#include <set>

#include "engine/definition/difference_sides.h"
#include "engine/definition/difference_tree.h"

namespace docket::definition {
namespace {

using Sort = Place::Sort;
using Weight = Difference::Weight;

std::string rule_path(const std::string& set) { return "rules/" + set + ".yaml"; }

const RuleDef* rule_of(const Bundle& bundle, const std::string& name) {
  const RuleId* id = find_name(bundle.rule_ids, name);
  return id == nullptr ? nullptr : &bundle.rules[*id];
}

const Node* written(const DifferenceSide& side, const std::string& set, const std::string& name) {
  const Node* root = side.root(rule_path(set));
  return root == nullptr ? nullptr : root->find(name);
}

std::string read_by(const DifferenceSides& sides, const std::string& name) {
  std::vector<std::string> readers;
  sides.from.readers.add(name, readers);
  sides.to.readers.add(name, readers);
  return readers.empty() ? std::string("; nothing reads it") : "; read by " + TreeDifference::listed(readers);
}

// `value: 5wd`, or [{limit: 5wd}], [] of rows: what the rule says, on its own.
std::string saying(const Node& rule) {
  const Node* value = rule.find("value");
  const Node* rows = value == nullptr ? rule.find("rows") : nullptr;
  if (rows != nullptr && rows->items.empty()) return "no row";
  const bool always = rows != nullptr && rows->size() == 1 && rows->items[0].size() == 1 && rows->items[0].find("limit") != nullptr;
  if (always) return rows->items[0].find("limit")->text;
  return value != nullptr ? TreeDifference::shown(*value) : rows != nullptr ? flow_text(*rows) : std::string();
}

void compare_rule(TreeDifference& tree, const std::string& name, const Node& was, const Node& is, const std::string& value_ends) {
  const Place place{{"rule " + name}, name, Sort::kNames, {}};
  tree.end_with(value_ends);
  const bool same_form = (was.find("value") == nullptr) == (is.find("value") == nullptr);
  const bool any_row = same_form && was.find("rows") != nullptr && !was.find("rows")->items.empty() && !is.find("rows")->items.empty();
  for (const std::string_view key : {"value", "rows", "meanings"}) {
    const Node* before = was.find(key);
    const Node* now = is.find(key);
    if (key == "meanings") tree.end_with("");  // said once, in the lowest set; nothing overrides it
    if (before != nullptr && now != nullptr && (key != "rows" || any_row)) {
      tree.compare(place.in(std::string(key), key, Sort::kNames), *before, *now);
    } else if (key == "meanings" && (before != nullptr || now != nullptr)) {
      tree.say(place, before != nullptr ? "no longer meanings: " + flow_text(*before) : "now also meanings: " + flow_text(*now),
               Weight::kNone);
    } else if (key == "rows" && !any_row && saying(was) != saying(is)) {
      const bool values = was.find("value") != nullptr && is.find("value") != nullptr;
      if (!values) tree.say(place, "is now " + saying(is) + ", was " + saying(was), Weight::kNone);
    }
  }
  tree.end_with("");
  for (const std::string_view key : {"source", "certainty"}) {
    const Node* before = was.find(key);
    const Node* now = is.find(key);
    if (before != nullptr && now != nullptr) tree.compare(place.in(std::string(key), key, Sort::kNames), *before, *now);
  }
}

void compare_deciding(const DifferenceSides& sides, const std::string& name, std::vector<Difference>& out) {
  const RuleDef* was = rule_of(sides.from.bundle, name);
  const RuleDef* is = rule_of(sides.to.bundle, name);
  const Node* before = was == nullptr ? nullptr : written(sides.from, was->set, name);
  const Node* now = is == nullptr ? nullptr : written(sides.to, is->set, name);
  if (now == nullptr) {
    if (before != nullptr) out.push_back({rule_path(was->set), "rule " + name + " is gone; it was " + saying(*before), Weight::kNone});
    return;
  }
  const std::string path = rule_path(is->set);
  if (before == nullptr) {
    out.push_back({path, "rule " + name + " is new: " + saying(*now) + read_by(sides, name), Weight::kNone});
    return;
  }
  TreeDifference tree(out, path, Weight::kNone, Weight::kNone);
  const std::string sets = was->set == is->set ? "" : "; said by set " + is->set + ", was by " + was->set;
  compare_rule(tree, name, *before, *now, sets + read_by(sides, name));
}

// A set's own words where a higher set of the new definition decides.
void compare_overridden(const DifferenceSides& sides, const std::string& path, std::vector<Difference>& out) {
  const Node* was = sides.from.root(path);
  const Node* is = sides.to.root(path);
  if (was == nullptr || is == nullptr) return;
  const std::string set = path.substr(path.find('/') + 1, path.rfind('.') - path.find('/') - 1);
  TreeDifference tree(out, path, Weight::kNone, Weight::kNone);
  for (const char* head : {"rules", "valid_from"}) {
    const Node* before = was->find(head);
    const Node* now = is->find(head);
    if (before != nullptr && now != nullptr) tree.compare(Place{{"rule set " + set, head}, head, Sort::kNames, {}}, *before, *now);
  }
  for (std::size_t i = 0; i < is->size(); ++i) {
    const std::string& name = is->keys[i].text;
    const RuleDef* decides = rule_of(sides.to.bundle, name);
    if (decides == nullptr || decides->set == set) continue;
    const std::string ends = "; no effect: set " + decides->set + " says it anew";
    const Node* before = was->find(name);
    if (before != nullptr) {
      compare_rule(tree, name, *before, is->items[i], ends);
    } else {
      std::string sentence = "rule " + name + " is new: ";
      sentence.append(saying(is->items[i])).append(ends);
      out.push_back({path, std::move(sentence), Weight::kNone});
    }
  }
  for (std::size_t i = 0; i < was->size(); ++i) {
    const std::string& name = was->keys[i].text;
    const RuleDef* decided = rule_of(sides.from.bundle, name);
    if (is->find(name) != nullptr || decided == nullptr || decided->set == set) continue;
    out.push_back({path,
                   "rule " + name + " is gone; it was " + saying(was->items[i]) + "; no effect: set " + decided->set + " said it anew",
                   Weight::kNone});
  }
}

}  // namespace

void compare_rules(const DifferenceSides& sides, std::vector<Difference>& out) {
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  std::set<std::string> names;
  for (const auto* side : {&sides.from, &sides.to}) {
    for (const RuleDef& rule : side->bundle.rules) names.insert(rule.name);
  }
  for (const auto& name : names) compare_deciding(sides, name, out);
  for (const auto& [path, text] : sides.to.bundle.texts) {
    if (path.starts_with("rules/")) compare_overridden(sides, path, out);
  }
  std::stable_sort(out.begin() + first, out.end(), [](const auto& a, const auto& b) { return a.file < b.file; });
}

}  // namespace docket::definition
