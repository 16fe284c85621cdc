// The two definitions that are compared, their texts read as trees. Internal to engine/definition.
// Thread rule: one comparison, one thread. Ownership: the bundles outlive it; it holds the trees.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/definition/difference.h"
#include "engine/definition/report.h"
#include "engine/definition/rule_readers.h"
#include "engine/definition/yaml_reader.h"

namespace docket::definition {

struct DifferenceSide {
  DifferenceSide(const Bundle& of, Trees& trees) : bundle(of), readers(of, trees) {
    Report ignored;  // a bundle's texts were compiled: they can be read
    for (const auto& [path, text] : of.texts) documents.emplace(path, trees.read(path, text, ignored));
  }
  [[nodiscard]] const Node* root(const std::string& path) const {
    const auto found = documents.find(path);
    return found == documents.end() || found->second == nullptr ? nullptr : &found->second->root;
  }

  const Bundle& bundle;
  RuleReaders readers;
  std::map<std::string, std::shared_ptr<const Document>> documents;
};

struct DifferenceSides {
  DifferenceSides(const Bundle& one, const Bundle& other, Trees& trees) : from(one, trees), to(other, trees) {}
  DifferenceSide from;
  DifferenceSide to;
};

void compare_rules(const DifferenceSides& sides, std::vector<Difference>& out);  // difference_rules.cpp

}  // namespace docket::definition
