#include "engine/definition/rule_readers.h"

#include <algorithm>

#include "engine/definition/report.h"
#include "engine/definition/yaml_reader.h"

namespace docket::definition {
namespace {

void add_once(std::vector<std::string>& out, const std::string& text) {
  if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(text);
}

}  // namespace

RuleReaders::RuleReaders(const Bundle& bundle, Trees& trees) : bundle_(bundle) {
  read_tables();
  read_texts(trees);
}

void RuleReaders::add(std::string_view rule, std::vector<std::string>& out) const {
  const auto found = readers_.find(rule);
  if (found == readers_.end()) return;
  for (const auto& reader : found->second) add_once(out, reader);
}

void RuleReaders::note(const std::string& rule, const std::string& reader) { add_once(readers_[rule], reader); }

void RuleReaders::read_tables() {
  const auto add = [&](RuleId rule, const std::string& reader) {
    if (rule != kNone16) note(bundle_.rules[rule].name, reader);
  };
  for (const KindDef& kind : bundle_.kinds) {
    for (const ScopeDef& scope : kind.scopes) {
      const std::string of = " of " + kind.name + (scope.name.empty() ? "" : "." + scope.name);
      for (const ClockDef& clock : scope.clocks) {
        add(clock.limit, "clock " + clock.name + of);
        if (clock.extend) add(clock.extend->cap, "extensions of clock " + clock.name + of);
        add(clock.notices_rule, "notices of clock " + clock.name + of);
      }
      for (const GateDef& gate : scope.gates) add(gate.rule, "gate " + gate.name + of);
    }
  }
  for (const MetricDef& metric : bundle_.metrics) add(metric.target.rule, "target of " + metric.name);
}

// Value lists and numbers are compiled to what they are; only the texts still name them.
void RuleReaders::read_texts(Trees& trees) {
  Report ignored;
  for (const KindDef& kind : bundle_.kinds) {
    const auto text = bundle_.texts.find("definitions/" + kind.name + ".yaml");
    const auto document = text == bundle_.texts.end() ? nullptr : trees.read(text->first, text->second, ignored);
    if (document == nullptr) continue;
    read_scope(document->root, " of " + kind.name);
    if (const Node* links = document->root.find("links")) read_links(*links, " of " + kind.name);
    const Node* parts = document->root.find("parts");
    for (std::size_t i = 0; parts != nullptr && i < parts->size(); ++i)
      read_scope(parts->items[i], " of " + kind.name + "." + parts->keys[i].text);
  }
  for (const auto& [path, text] : bundle_.texts) {
    const auto document = path.starts_with("metrics/") ? trees.read(path, text, ignored) : nullptr;
    for (std::size_t i = 0; document != nullptr && i < document->root.size(); ++i)
      read_metric(document->root.items[i], "metric " + document->root.keys[i].text);
  }
}

void RuleReaders::read_metric(const Node& metric, const std::string& reader) {
  // The other words name kinds and metrics, which may be called as a rule is.
  for (const char* key : {"ratio", "combine", "only", "except", "stock"}) {
    if (const Node* node = metric.find(key)) names_in(*node, reader);
  }
  const Node* variants = metric.find("variants");
  for (std::size_t i = 0; variants != nullptr && i < variants->size(); ++i)
    read_metric(variants->items[i], reader + "." + variants->keys[i].text);
}

void RuleReaders::read_scope(const Node& scope, const std::string& of) {
  for (const auto& [section, noun] : {std::pair("attributes", "attribute "), std::pair("events", "event ")}) {
    const Node* things = scope.find(section);
    for (std::size_t i = 0; things != nullptr && things->is_map() && i < things->size(); ++i)
      names_in(things->items[i], noun + things->keys[i].text + of);
  }
}

void RuleReaders::read_links(const Node& links, const std::string& of) {
  for (std::size_t i = 0; links.is_map() && i < links.size(); ++i) {
    if (const Node* when = links.items[i].find("when")) names_in(*when, "link " + links.keys[i].text + of);
  }
}

void RuleReaders::names_in(const Node& node, const std::string& reader) {
  constexpr std::string_view kPrefix = "rules.";
  for (const Node& item : node.items) names_in(item, reader);
  for (const Node& key : node.keys) {  // a condition's switch
    if (key.text.starts_with(kPrefix)) names_in(key, reader);
  }
  if (!node.is_scalar()) return;
  const std::string name = node.text.starts_with(kPrefix) ? node.text.substr(kPrefix.size()) : node.text;
  if (bundle_.rule_ids.contains(name)) note(name, reader);
}

}  // namespace docket::definition
