#include "engine/definition/difference_tree.h"

#include <algorithm>
#include <map>

namespace docket::definition {
namespace {

using Sort = Place::Sort;
using Weight = Difference::Weight;

constexpr std::size_t kShownBytes = 400;       // a longer thing is named by its keys
constexpr std::size_t kRenamesTried = 10'000;  // pairs of something gone and something new

constexpr std::pair<std::string_view, std::string_view> kNouns[] = {
    {"attributes", "attribute"}, {"gates", "gate"},       {"clocks", "clock"}, {"events", "event"},      {"parts", "part"},
    {"links", "link"},           {"variants", "variant"}, {"years", "year"},   {"fields", "field"},      {"values", "value"},
    {"states", "state"},         {"roles", "role"},       {"levels", "level"}, {"half_days", "half day"}};
constexpr std::string_view kFlags[] = {"public", "dimension", "many",     "window",   "one",
                                       "forest", "opens",     "in_order", "backfill", "every_year"};  // `false` says nothing
constexpr std::string_view kConditions[] = {"when", "only", "if", "stock"};
constexpr std::string_view kOrdered[] = {"rows", "rules", "calendars", "alias", "needs", "spans", "transitions", "show", "beside"};
constexpr std::string_view kMinorThings[] = {"attribute", "event", "link", "part", "code", "list"};
constexpr std::string_view kTypes[] = {"text", "integer", "flag", "date", "instant", "unit", "person", "uri", "object"};

template <std::size_t N>
bool one_of_words(std::string_view word, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

bool identical(const Node& a, const Node& b) {
  return a.kind == b.kind && a.text == b.text && std::equal(a.keys.begin(), a.keys.end(), b.keys.begin(), b.keys.end(), identical) &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), identical);
}

Node as_list(const Node& node) {
  Node out;
  out.kind = Node::Kind::kList;
  out.items.push_back(node);
  return out;
}

// What the short forms of a field's type stand for: "text", "rules.x", [a, b].
Node type_in_full(const Node& node) {
  if (node.is_map()) return node;
  const auto word = [](std::string text) {
    Node out;
    out.kind = Node::Kind::kScalar;
    out.text = std::move(text);
    return out;
  };
  const bool plain = node.is_scalar() && (one_of_words(node.text, kTypes) || node.text.starts_with("decimal"));
  Node out;
  out.kind = Node::Kind::kMap;
  out.keys.push_back(word("type"));
  out.items.push_back(plain ? node : word("code"));
  if (!plain) {
    out.keys.push_back(word("of"));
    out.items.push_back(node);
  }
  return out;
}

Place below(const Place& place, const std::string& key) {
  switch (place.sort) {
    case Sort::kSection:
      if (place.noun == "list") return place.in("list " + key, key, Sort::kSection, "code");
      return place.in(place.noun + " " + key, key, Sort::kThing);
    case Sort::kFields:
      return place.in(key, "of", Sort::kThing);
    case Sort::kCondition:
      return place.in(key, key, Sort::kCondition);
    case Sort::kNames:
    case Sort::kThing:
      break;
  }
  if (one_of_words(key, kConditions) || place.key == "except" || place.key == "revokes") return place.in(key, key, Sort::kCondition);
  if (place.sort == Sort::kThing && (key == "data" || key == "also")) return place.in(key, key, Sort::kFields);
  for (const auto& [section, noun] : kNouns) {
    if (place.sort != Sort::kThing || section != key) continue;
    Place out = place;  // the section's own name is told by the noun
    out.key = key;
    out.sort = Sort::kSection;
    out.noun = noun;
    return out;
  }
  return place.in(key, key, Sort::kNames);
}

std::string label_of_items(const Place& place) {
  if (place.key == "rows") return "row";
  if (place.key == "value") return "notice";
  if (place.key == "transitions") return "transition";
  return place.sort == Sort::kCondition ? "alternative" : "item";
}

std::vector<std::string> texts_of(const std::vector<Node>& nodes) {
  std::vector<std::string> out;
  out.reserve(nodes.size());
  for (const Node& node : nodes) out.push_back(flow_text(node));
  return out;
}

// "open", "closed (done)" of each state, in the order of their file.
std::vector<std::pair<std::string, std::string>> states_of(const Node& map) {
  std::vector<std::pair<std::string, std::string>> out;
  for (std::size_t i = 0; i < map.size(); ++i) {
    const Node& list = map.items[i];
    const std::string& category = map.keys[i].text;
    if (list.is_scalar()) out.emplace_back(list.text, category);
    for (std::size_t k = 0; k < list.size(); ++k) {
      if (list.is_map()) {
        out.emplace_back(list.keys[k].text, category + " (" + flow_text(list.items[k]) + ")");
      } else {
        out.emplace_back(list.items[k].text, category);
      }
    }
  }
  return out;
}

const std::string* category_of(const std::vector<std::pair<std::string, std::string>>& states, const std::string& name) {
  const auto found = std::find_if(states.begin(), states.end(), [&](const auto& each) { return each.first == name; });
  return found == states.end() ? nullptr : &found->second;
}

}  // namespace

Place Place::in(std::string word, std::string_view with_key, Sort with_sort, std::string_view with_noun) const {
  Place out{words, std::string(with_key), with_sort, std::string(with_noun)};
  out.words.push_back(std::move(word));
  return out;
}

std::string TreeDifference::listed(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::string TreeDifference::shown(const Node& node) {
  if (node.is_list() && node.items.empty()) return "none";
  if (node.is_list() && std::all_of(node.items.begin(), node.items.end(), [](const Node& item) { return item.is_scalar(); }))
    return listed(texts_of(node.items));
  const Node* events = node.is_map() ? node.find("events") : nullptr;
  if (events != nullptr && events->is_map()) return "events " + listed(texts_of(events->keys));
  std::string out = flow_text(node);
  if (node.is_scalar() && out.find_first_of(" ,;") != std::string::npos) return "\"" + out + "\"";
  return out.size() <= kShownBytes || !node.is_map() ? out : "it says " + listed(texts_of(node.keys));
}

void TreeDifference::say(const Place& place, const std::string& predicate, Weight weight) {
  out_.push_back({file_, listed(place.words) + (place.words.empty() ? "" : ": ") + predicate + suffix_, weight});
}

bool TreeDifference::same(const Place& place, const Node& was, const Node& is) const {
  if (identical(was, is)) return true;
  std::vector<Difference> out;
  TreeDifference probe(out, file_, added_, changed_);
  probe.compare(place, was, is);
  return out.empty();
}

void TreeDifference::compare(const Place& place, const Node& was, const Node& is) {
  if (identical(was, is)) return;
  if (place.sort == Sort::kSection && !(was.is_map() && is.is_map()))
    return compare(place.in(place.key, place.key, Sort::kNames), was, is);  // a list of that name
  if (was.kind == is.kind) {
    if (was.is_scalar()) return scalars(place, was, is);
    return was.is_map() ? maps(place, was, is) : lists(place, was, is);
  }
  if (place.key == "of" && place.sort == Place::Sort::kThing && (was.is_map() || is.is_map()))
    return maps(place, type_in_full(was), type_in_full(is));
  // One word stands for a list of one, one map of tests for its only alternative.
  const bool alternatives = place.sort == Sort::kCondition && !was.is_scalar() && !is.is_scalar();
  if (was.is_list() && (is.is_scalar() || alternatives)) return lists(place, was, as_list(is));
  if (is.is_list() && (was.is_scalar() || alternatives)) return lists(place, as_list(was), is);
  scalars(place, was, is);
}

void TreeDifference::scalars(const Place& place, const Node& was, const Node& is) {
  if (place.words.size() < 2) return say(place, "is now " + shown(is) + ", was " + shown(was), changed_);
  Place thing = place;
  const std::string word = thing.words.back();
  thing.words.pop_back();
  say(thing, word + " is now " + shown(is) + ", was " + shown(was), place.key == "version" ? Weight::kNone : changed_);
}

bool TreeDifference::said(const Place& place, const Node& map, std::size_t i) const {
  return place.sort != Sort::kThing || !map.items[i].is_scalar() || map.items[i].text != "false" || !one_of_words(map.keys[i].text, kFlags);
}

void TreeDifference::only_in_one(const Place& place, const Node& was, const Node& is) {
  std::vector<std::size_t> fresh;
  std::vector<std::size_t> gone;
  for (std::size_t i = 0; i < is.size(); ++i) {
    if (was.find(is.keys[i].text) == nullptr && said(place, is, i)) fresh.push_back(i);
  }
  for (std::size_t i = 0; i < was.size(); ++i) {
    if (is.find(was.keys[i].text) == nullptr && said(place, was, i)) gone.push_back(i);
  }
  const bool things = place.sort == Sort::kSection;
  const bool counted = things && one_of_words(place.noun, kMinorThings);
  const Weight added = counted ? added_ : changed_;
  const Weight removed = counted && added_ == Weight::kMinor ? Weight::kMajor : changed_;  // of a code too, whose title is nobody's version
  const bool few = things && fresh.size() * gone.size() <= kRenamesTried;
  const auto as_before = [&](std::size_t i) {  // what has another name now and says the same
    return std::find_if(gone.begin(), gone.end(),
                        [&](std::size_t g) { return few && same(below(place, is.keys[i].text), was.items[g], is.items[i]); });
  };
  for (const std::size_t i : fresh) {
    const std::string& name = is.keys[i].text;
    if (const auto former = as_before(i); former != gone.end()) {
      say(place, place.noun + " " + was.keys[*former].text + " is now called " + name, removed);
      gone.erase(former);
    } else if (things) {
      say(place, place.noun + " " + name + " is new: " + shown(is.items[i]), added);
    } else {
      say(place, "now also " + name + ": " + flow_text(is.items[i]), place.key == "version" ? Weight::kNone : changed_);
    }
  }
  for (const std::size_t i : gone) {
    const std::string& name = was.keys[i].text;
    say(place, things ? place.noun + " " + name + " is gone" : "no longer " + name + ": " + flow_text(was.items[i]), removed);
  }
}

void TreeDifference::maps(const Place& place, const Node& was, const Node& is) {
  only_in_one(place, was, is);
  for (std::size_t i = 0; i < is.size(); ++i) {
    const Node* before = was.find(is.keys[i].text);
    if (before == nullptr) continue;
    const bool kind_states = is.keys[i].text == "states" && place.sort == Sort::kThing && before->is_map() && is.items[i].is_map() &&
                             file_.starts_with("definitions/");
    if (kind_states) {
      states(place, *before, is.items[i]);
    } else {
      compare(below(place, is.keys[i].text), *before, is.items[i]);
    }
  }
  if (place.key == "except") order_of(place, texts_of(was.keys), texts_of(is.keys), " (the first that holds is counted)");
  if (place.key == "by") order_of(place, texts_of(was.keys), texts_of(is.keys), "");
  if (place.sort == Sort::kSection && place.noun == "event") tries(place, was, is);
}

void TreeDifference::order_of(const Place& place, const std::vector<std::string>& was, const std::vector<std::string>& is,
                              const std::string& why) {
  const auto of_both = [](std::vector<std::string> names, const std::vector<std::string>& other) {
    std::erase_if(names, [&](const auto& name) { return std::find(other.begin(), other.end(), name) == other.end(); });
    return names;
  };
  const auto before = of_both(was, is);
  const auto now = of_both(is, was);
  if (before != now) say(place, "the order is now " + listed(now) + ", was " + listed(before) + why, changed_);
}

// Of the events that follow a clock, the first that is legal happens.
void TreeDifference::tries(const Place& place, const Node& was, const Node& is) {
  std::map<std::string, std::pair<std::vector<std::string>, std::vector<std::string>>> after;
  const auto collect = [&](const Node& map, bool before) {
    for (std::size_t i = 0; i < map.size(); ++i) {
      const Node* clock = map.items[i].is_map() ? map.items[i].find("after") : nullptr;
      if (clock == nullptr) continue;
      auto& both = after[clock->text];
      (before ? both.first : both.second).push_back(map.keys[i].text);
    }
  };
  collect(was, true);
  collect(is, false);
  for (const auto& [clock, both] : after)
    order_of(place.in("events after " + clock, "after", Sort::kNames), both.first, both.second, " (the first that is legal happens)");
}

void TreeDifference::states(const Place& place, const Node& was, const Node& is) {
  const auto before = states_of(was);
  const auto now = states_of(is);
  for (const auto& [name, category] : now) {
    const std::string* then = category_of(before, name);
    std::string sentence = "state " + name + (then == nullptr ? " is new: " : " is now ");
    sentence += category;
    if (then != nullptr) sentence += ", was " + *then;
    if (then == nullptr || *then != category) say(place, sentence, then == nullptr ? added_ : changed_);
  }
  for (const auto& [name, category] : before) {
    std::string sentence = "state " + name + " is gone; it was ";
    if (category_of(now, name) == nullptr) say(place, sentence.append(category), changed_);
  }
  const auto first = [](const auto& states) {
    const auto found = std::find_if(states.begin(), states.end(), [](const auto& each) { return each.second == "open"; });
    return found == states.end() ? std::string() : found->first;
  };
  const bool part = !place.words.empty() && place.words.back().starts_with("part ");
  if (part && first(before) != first(now)) say(place, "begins now as " + first(now) + ", began as " + first(before), changed_);
}

// How much two maps have in common: the more, the likelier one became the other.
int TreeDifference::likeness(const Place& place, const Node& was, const Node& is) const {
  int out = was.keys.size() == is.keys.size() &&
                    std::all_of(is.keys.begin(), is.keys.end(), [&](const Node& key) { return was.find(key.text) != nullptr; })
                ? 1
                : 0;
  for (std::size_t i = 0; i < is.size(); ++i) {
    const Node* other = was.find(is.keys[i].text);
    if (other != nullptr && same(below(place, is.keys[i].text), *other, is.items[i])) out += 2;
  }
  return out;
}

TreeDifference::Pairs TreeDifference::pair(const Place& place, const Node& was, const Node& is) const {
  Pairs out{std::vector<int>(is.size(), -1), std::vector<bool>(was.size(), false), std::vector<bool>(is.size(), false)};
  const Place item = place.in("", place.key, place.sort);
  const auto take = [&](std::size_t i, std::size_t w, bool equal) {
    out.was_of[i] = static_cast<int>(w);
    out.taken[w] = true;
    out.equal[i] = equal;
  };
  for (std::size_t i = 0; i < is.size(); ++i) {
    for (std::size_t w = 0; w < was.size() && out.was_of[i] < 0; ++w) {
      if (!out.taken[w] && same(item, was.items[w], is.items[i])) take(i, w, true);
    }
  }
  while (true) {  // the likest first
    int best = 0;
    std::pair<std::size_t, std::size_t> which;
    for (std::size_t i = 0; i < is.size(); ++i) {
      for (std::size_t w = 0; w < was.size(); ++w) {
        if (out.was_of[i] >= 0 || out.taken[w] || !is.items[i].is_map() || !was.items[w].is_map()) continue;
        const int like = likeness(item, was.items[w], is.items[i]);
        if (like > best) best = like, which = {i, w};
      }
    }
    if (best == 0) break;
    take(which.first, which.second, false);
  }
  const bool as_many = was.size() == is.size();  // then what is left changed where it stands
  for (std::size_t i = 0; as_many && i < is.size(); ++i) {
    if (out.was_of[i] < 0 && !out.taken[i] && !is.items[i].is_scalar() && is.items[i].kind == was.items[i].kind) take(i, i, false);
  }
  return out;
}

void TreeDifference::lists(const Place& place, const Node& was, const Node& is) {
  const Pairs pairs = pair(place, was, is);
  const std::string label = label_of_items(place);
  Place list = place;
  if (label != "item" && label != "alternative") list.words.pop_back();  // "row 2" says it all
  const bool maps_in_order = place.key == "value" && !is.items.empty() && is.items.front().is_map();
  const bool ordered = one_of_words(place.key, kOrdered) || maps_in_order;
  std::vector<std::string> fresh;
  std::vector<std::string> gone;
  int last = -1;
  bool moved = false;
  bool any_kept = false;
  for (std::size_t i = 0; i < is.size(); ++i) {
    const int w = pairs.was_of[i];
    any_kept = any_kept || w >= 0;
    moved = moved || (w >= 0 && w < last);
    last = std::max(last, w);
    if (w >= 0 && !pairs.equal[i]) {
      const bool only_one = was.size() == 1 && is.size() == 1;
      const Place item = list.in(label + " " + std::to_string(i + 1), place.key, place.sort);
      compare(only_one && place.sort == Sort::kCondition ? place : item, was.items[static_cast<std::size_t>(w)], is.items[i]);
    } else if (w < 0 && is.items[i].is_scalar()) {
      fresh.push_back(is.items[i].text);
    } else if (w < 0) {
      say(list, label + " " + std::to_string(i + 1) + " is new: " + flow_text(is.items[i]), changed_);
    }
  }
  for (std::size_t w = 0; w < was.size(); ++w) {
    if (pairs.taken[w]) continue;
    if (was.items[w].is_scalar()) {
      gone.push_back(was.items[w].text);
    } else {
      say(list, label + " " + std::to_string(w + 1) + " is gone: " + flow_text(was.items[w]), changed_);
    }
  }
  const Weight weight = gone.empty() && place.key == "of" ? added_ : changed_;
  if (!fresh.empty() && !gone.empty() && !any_kept && fresh.size() == is.size()) {
    scalars(place, was, is);
  } else if (!fresh.empty() || !gone.empty()) {
    say(place,
        (fresh.empty() ? "" : "now also " + listed(fresh)) + (fresh.empty() || gone.empty() ? "" : ", ") +
            (gone.empty() ? "" : "no longer " + listed(gone)),
        weight);
  }
  if (!ordered) return;
  if (moved) say(place, "the order is now " + listed(texts_of(is.items)) + ", was " + listed(texts_of(was.items)), changed_);
}

}  // namespace docket::definition
