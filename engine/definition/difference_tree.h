// Two YAML trees of one place in the language side by side. Internal to engine/definition.
// Thread rule: one comparison, one thread. Ownership: `out` and the trees outlive it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/definition/difference.h"
#include "engine/definition/yaml_reader.h"

namespace docket::definition {

// Where two trees stand: how a sentence names it, and how its keys and lists are to be read.
struct Place {
  enum class Sort : std::uint8_t {
    kThing,      // a map of the language's words: an event, a clock, a file
    kSection,    // a map of things by their names, each called `noun`
    kFields,     // a map of an event's fields and their types
    kNames,      // any other map: its keys are names, or words of which none is a flag
    kCondition,  // a map of tests, or a list of alternatives
  };
  std::vector<std::string> words;  // "proposal", "event replied", "needs"
  std::string key;                 // the YAML key that leads here
  Sort sort = Sort::kThing;
  std::string noun;  // kSection

  [[nodiscard]] Place in(std::string word, std::string_view with_key, Sort with_sort, std::string_view with_noun = {}) const;
};

class TreeDifference {
 public:
  // `added`, `changed`: the weight of a new thing or value, and of all else.
  TreeDifference(std::vector<Difference>& out, std::string file, Difference::Weight added, Difference::Weight changed)
      : out_(out), file_(std::move(file)), added_(added), changed_(changed) {}

  void compare(const Place& place, const Node& was, const Node& is);
  void say(const Place& place, const std::string& predicate, Difference::Weight weight);  // "<place>: <predicate>"
  void end_with(std::string suffix) { suffix_ = std::move(suffix); }                      // of every further sentence

  [[nodiscard]] bool same(const Place& place, const Node& was, const Node& is) const;
  [[nodiscard]] static std::string shown(const Node& node);  // as a sentence quotes it
  [[nodiscard]] static std::string listed(const std::vector<std::string>& names);

 private:
  struct Pairs {  // which item of the old list an item of the new one is, or was; -1: none
    std::vector<int> was_of;
    std::vector<bool> taken;
    std::vector<bool> equal;
  };

  void scalars(const Place& place, const Node& was, const Node& is);
  void maps(const Place& place, const Node& was, const Node& is);
  void entry(const Place& place, const Node& key, const Node& was, const Node& is);
  void only_in_one(const Place& place, const Node& was, const Node& is);
  void lists(const Place& place, const Node& was, const Node& is);
  [[nodiscard]] Pairs pair(const Place& place, const Node& was, const Node& is) const;
  [[nodiscard]] int likeness(const Place& place, const Node& was, const Node& is) const;
  void states(const Place& place, const Node& was, const Node& is);
  void order_of(const Place& place, const std::vector<std::string>& was, const std::vector<std::string>& is, const std::string& why);
  void tries(const Place& place, const Node& was, const Node& is);
  [[nodiscard]] bool said(const Place& place, const Node& map, std::size_t i) const;

  std::vector<Difference>& out_;
  std::string file_;
  Difference::Weight added_;
  Difference::Weight changed_;
  std::string suffix_;
};

}  // namespace docket::definition
