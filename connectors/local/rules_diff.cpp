// Two tables of rules side by side: of two offices, or of one with further sets laid over it. What differs, and who reads it.
#include <iostream>
#include <set>

#include "connectors/local/commands.h"
#include "connectors/local/schemas.h"
#include "connectors/node/reading.h"
#include "engine/definition/rule_readers.h"
#include "engine/definition/yaml_reader.h"

namespace docket::local {
namespace {

using definition::Bundle;

Result<definition::BundlePtr> compiled(const std::string& schemas, const std::string& office, const std::vector<std::string>& sets) {
  if (const auto found = compile_office(schemas, office); !found) return found.error();  // it names the offices there are
  auto texts = schema_texts(schemas);
  if (!texts) return texts.error();
  if (auto laid = lay_sets(*texts, office, sets); !laid) return laid.error();
  const auto result = definition::compile(*texts, office);
  if (!result.ok()) {
    std::cerr << findings_text(result.diagnostics);
    return Error{ErrorCode::kInternal, "office " + office + " does not pass"};
  }
  return result.bundle;
}

std::string rule_text(const definition::RuleDef* rule) {
  if (rule == nullptr) return "-";
  return (rule->text == "[]" ? "no row" : rule->text) + "  (" + rule->source + ", " + node::certainty_text(rule->certainty) + ")";
}

const definition::RuleDef* rule_of(const Bundle& bundle, const std::string& name) {
  const auto* id = definition::find_name(bundle.rule_ids, name);
  return id == nullptr ? nullptr : &bundle.rules[*id];
}

}  // namespace

int run_rules_diff(const RulesDiffOptions& options) {
  const std::string& other = options.other.empty() ? options.office : options.other;
  if (options.other.empty() && options.with.empty())
    return fail("rules diff needs another office, or --with SET: a rule set laid over " + options.office, 2);
  const auto before = compiled(options.schemas, options.office, {});
  if (!before) return fail(before.error());
  const auto after = compiled(options.schemas, other, options.with);
  if (!after) return fail(after.error());
  std::set<std::string> names;
  for (const auto* side : {before->get(), after->get()}) {
    for (const auto& rule : side->rules) names.insert(rule.name);
  }
  std::cout << (*before)->office << " " << (*before)->rules_version << "\n" << (*after)->office << " " << (*after)->rules_version << "\n";
  definition::Trees trees;
  const definition::RuleReaders readers_before(**before, trees);
  const definition::RuleReaders readers_after(**after, trees);
  std::size_t differ = 0;
  for (const auto& name : names) {
    const auto* was = rule_of(**before, name);
    const auto* is = rule_of(**after, name);
    if (was != nullptr && is != nullptr && was->text == is->text && was->source == is->source && was->certainty == is->certainty) continue;
    ++differ;
    std::cout << "\n" << name << "\n  - " << rule_text(was) << "\n  + " << rule_text(is) << "\n";
    std::vector<std::string> readers;
    readers_before.add(name, readers);
    readers_after.add(name, readers);
    for (const auto& reader : readers) std::cout << "    read by " << reader << "\n";
  }
  std::cout << "\n" << differ << " of " << names.size() << " rules differ\n";
  return 0;
}

}  // namespace docket::local
