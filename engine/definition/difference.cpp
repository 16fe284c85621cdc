// Which file of one definition is compared with which of the other, and how its things are called. Rules: difference_rules.cpp.
#include "engine/definition/difference.h"

#include <algorithm>

#include "engine/definition/difference_sides.h"
#include "engine/definition/difference_tree.h"

namespace docket::definition {
namespace {

using Weight = Difference::Weight;

constexpr std::size_t kNamesShown = 12;

struct Folder {
  std::string_view name;
  std::string_view what;     // what one of its files is, in a sentence: "metrics proposal"
  std::string_view section;  // what a thing at its top is: "unit"; "" if its top holds words of the language
};
constexpr Folder kFolders[] = {{"offices", "office", ""},        {"definitions", "kind", ""}, {"metrics", "metrics", "metric"},
                               {"calendars", "calendar", ""},    {"codes", "codes", "list"},  {"units", "units", "unit"},
                               {"sources", "sources", "source"}, {"labels", "labels of", ""}, {"zones", "time zone table of", ""}};
constexpr std::string_view kHeads[] = {"metrics", "version", "codes", "valid_from", "units", "sources"};

bool is_head(std::string_view key) { return std::find(std::begin(kHeads), std::end(kHeads), key) != std::end(kHeads); }

std::string name_of(const std::string& path) {
  const auto from = path.find('/') + 1;
  return path.substr(from, path.size() - from - std::string_view(".yaml").size());
}

// The head of a file whose other keys are things, or those things.
Node part_of(const Node& root, bool heads) {
  Node out = root;
  out.keys.clear();
  out.items.clear();
  for (std::size_t i = 0; i < root.size(); ++i) {
    if (is_head(root.keys[i].text) != heads) continue;
    out.keys.push_back(root.keys[i]);
    out.items.push_back(root.items[i]);
  }
  return out;
}

std::string things_of(const Folder& folder, const Node& root) {
  std::string label;
  const Node* map = &root;
  if (folder.name == "definitions") {
    label = "events ";
    map = root.find("events");
  } else if (folder.section.empty()) {
    return {};
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; map != nullptr && i < map->size(); ++i) {
    if (map != &root || !is_head(map->keys[i].text)) names.push_back(map->keys[i].text);
  }
  const std::size_t more = names.size() > kNamesShown ? names.size() - kNamesShown : 0;
  names.resize(names.size() - more);
  if (names.empty()) return {};
  return ": " + label + TreeDifference::listed(names) + (more == 0 ? "" : " and " + std::to_string(more) + " more");
}

std::string meaning_of(const Bundle& bundle, const MetricDef& metric) {
  std::string out = metric.formula;
  for (const auto& by : metric.by) out.append("; by ").append(by.name);
  for (const auto other : metric.beside) out.append("; beside ").append(bundle.metrics[other].name);
  return out;
}

// The metrics that say what they said and mean something else, as another that they are like has changed.
void tell_followers(const DifferenceSides& sides, const std::string& path, const Node& was, const Node& is, std::vector<Difference>& out) {
  TreeDifference tree(out, path, Weight::kNone, Weight::kNone);
  const auto told = [&](const std::string& name) {
    const std::string thing = "metric " + name;
    return std::any_of(out.begin(), out.end(), [&](const auto& each) {
      return each.sentence.starts_with(thing + ":") || each.sentence.starts_with(thing + ",") ||
             each.sentence.starts_with(thing + " changes with ");
    });
  };
  for (std::size_t i = 0; i < is.size(); ++i) {
    const std::string& name = is.keys[i].text;
    const Node* before = was.find(name);
    const Node* like = is.items[i].is_map() ? is.items[i].find("like") : nullptr;
    if (like == nullptr || before == nullptr || !tree.same({}, *before, is.items[i])) continue;
    if (!told(like->text) && !told(like->text.substr(0, like->text.rfind('.')))) continue;  // itself, or what it is a variant of
    const auto changes = [&](const MetricDef& metric) {
      const auto* id = find_name(sides.from.bundle.metric_ids, metric.name);
      return (metric.name == name || metric.name.starts_with(name + ".")) && id != nullptr &&
             meaning_of(sides.from.bundle, sides.from.bundle.metrics[*id]) != meaning_of(sides.to.bundle, metric);
    };
    const auto& all = sides.to.bundle.metrics;
    if (std::any_of(all.begin(), all.end(), changes))
      out.push_back({path, "metric " + name + " changes with " + like->text + ", which it is like", Weight::kNone});
  }
}

void compare_file(const DifferenceSides& sides, const Folder& folder, const std::string& path, const Node& was, const Node& is,
                  std::vector<Difference>& out) {
  const bool kind = folder.name == "definitions";
  const bool codes = folder.name == "codes";
  TreeDifference tree(out, path, kind || codes ? Weight::kMinor : Weight::kNone, kind ? Weight::kMajor : Weight::kNone);
  const std::string name = name_of(path);
  const Place file{{kind ? name : std::string(folder.what) + " " + name}, {}, Place::Sort::kThing, {}};
  if (folder.section.empty()) return tree.compare(file, was, is);
  tree.compare(file, part_of(was, true), part_of(is, true));
  const Place things{codes ? file.words : std::vector<std::string>{}, {}, Place::Sort::kSection, std::string(folder.section)};
  tree.compare(things, part_of(was, false), part_of(is, false));
  if (folder.name == "metrics") tell_followers(sides, path, was, is, out);
}

}  // namespace

std::vector<Difference> differences(const Bundle& from, const Bundle& to) {
  Trees trees;
  return differences(from, to, trees);
}

std::vector<Difference> differences(const Bundle& from, const Bundle& to, Trees& trees) {
  std::vector<Difference> out;
  const DifferenceSides sides(from, to, trees);
  const auto one_only = [&](const Folder& folder, const std::string& path, const Node* root, bool fresh) {
    // Its words belong to a kind that comes or goes with it.
    if (folder.name == "labels") return;
    const bool fragment = root != nullptr && folder.name == "definitions" && root->find("fragment") != nullptr;
    const std::string what = (fragment ? "fragment" : std::string(folder.what)) + " " + name_of(path);
    out.push_back(
        {path, what + (fresh ? std::string(" is new") + (root == nullptr ? "" : things_of(folder, *root)) : " is gone"), Weight::kNone});
  };
  for (const Folder& folder : kFolders) {
    if (folder.name == "calendars") compare_rules(sides, out);
    if (folder.name == "offices") {
      const std::string path = "offices/" + to.office + ".yaml";
      const Node* was = sides.from.root("offices/" + from.office + ".yaml");
      const Node* is = sides.to.root(path);
      if (was != nullptr && is != nullptr) compare_file(sides, folder, path, *was, *is, out);
      continue;
    }
    const std::string prefix = std::string(folder.name) + "/";
    for (const auto& [path, text] : to.texts) {
      if (!path.starts_with(prefix)) continue;
      const Node* is = sides.to.root(path);
      const Node* was = sides.from.root(path);
      if (!from.texts.contains(path)) {
        one_only(folder, path, is, true);
      } else if (was != nullptr && is != nullptr) {
        compare_file(sides, folder, path, *was, *is, out);
      }
    }
    for (const auto& [path, text] : from.texts) {
      if (path.starts_with(prefix) && !to.texts.contains(path)) one_only(folder, path, sides.from.root(path), false);
    }
  }
  return out;
}

}  // namespace docket::definition
