// Who reads a rule of an office: clocks, gates, targets, and whatever else names it.
// Thread rule: immutable after the constructor. Ownership: the bundle outlives it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition/bundle.h"

namespace docket::definition {

struct Node;
class Trees;

class RuleReaders {
 public:
  RuleReaders(const Bundle& bundle, Trees& trees);
  // Adds "clock reply of proposal", ... to `out`, each once.
  void add(std::string_view rule, std::vector<std::string>& out) const;

 private:
  void read_tables();
  void read_texts(Trees& trees);
  void read_scope(const Node& scope, const std::string& of);
  void read_metric(const Node& metric, const std::string& reader);
  void read_links(const Node& links, const std::string& of);
  void names_in(const Node& node, const std::string& reader);
  void note(const std::string& rule, const std::string& reader);

  const Bundle& bundle_;
  std::map<std::string, std::vector<std::string>, std::less<>> readers_;
};

}  // namespace docket::definition
