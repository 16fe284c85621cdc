// Two tables of rules side by side: of two offices, or of one with further sets laid over it. What differs, and who reads it.
#include <algorithm>
#include <iostream>
#include <set>

#include "connectors/local/commands.h"
#include "connectors/local/schemas.h"
#include "connectors/node/reading.h"

namespace docket::local {
namespace {

using definition::Bundle;
using definition::RuleId;

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

// "clock reply of proposal", where a rule is read.
void add_readers(const Bundle& bundle, const std::string& name, std::vector<std::string>& out) {
  const auto* id = definition::find_name(bundle.rule_ids, name);
  if (id == nullptr) return;
  const auto add = [&](const std::string& reader) {
    if (std::find(out.begin(), out.end(), reader) == out.end()) out.push_back(reader);
  };
  for (const auto& kind : bundle.kinds) {
    for (const auto& scope : kind.scopes) {
      const std::string of = " of " + kind.name + (scope.name.empty() ? "" : "." + scope.name);
      for (const auto& clock : scope.clocks) {
        if (clock.limit == *id) add("clock " + clock.name + of);
        if (clock.extend && clock.extend->cap == *id) add("extensions of clock " + clock.name + of);
        if (clock.notices_rule == *id) add("notices of clock " + clock.name + of);
      }
      for (const auto& gate : scope.gates) {
        if (gate.rule == *id) add("gate " + gate.name + of);
      }
    }
  }
  for (const auto& metric : bundle.metrics) {
    if (metric.target.rule == *id) add("target of " + metric.name);
  }
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
  std::size_t differ = 0;
  for (const auto& name : names) {
    const auto* was = rule_of(**before, name);
    const auto* is = rule_of(**after, name);
    if (was != nullptr && is != nullptr && was->text == is->text && was->source == is->source && was->certainty == is->certainty) continue;
    ++differ;
    std::cout << "\n" << name << "\n  - " << rule_text(was) << "\n  + " << rule_text(is) << "\n";
    std::vector<std::string> readers;
    add_readers(**before, name, readers);
    add_readers(**after, name, readers);
    for (const auto& reader : readers) std::cout << "    read by " << reader << "\n";
  }
  std::cout << "\n" << differ << " of " << names.size() << " rules differ\n";
  return 0;
}

}  // namespace docket::local
