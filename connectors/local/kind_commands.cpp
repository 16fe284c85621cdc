#include <iostream>

#include "connectors/local/commands.h"
#include "connectors/local/schemas.h"
#include "engine/walk/check.h"
#include "engine/walk/print.h"
#include "engine/walk/variants.h"

namespace docket::local {

int run_kind_check(const std::string& office, const std::string& schemas) {
  const auto texts = schema_texts(schemas);
  if (!texts) return fail(texts.error().message, 3);
  const auto compiled = definition::compile(*texts, office);
  std::cerr << findings_text(compiled.diagnostics);
  if (!compiled.ok()) return fail("office " + office + " does not pass", 1);
  const auto walked = walk::check_by_walks(*compiled.bundle);
  std::cerr << findings_text(walked);
  if (!walked.empty()) return fail("office " + office + " does not pass; docket kind walk shows how its cases go", 1);
  for (const auto& kind : compiled.bundle->kinds) {
    std::size_t clocks = 0;
    for (const auto& scope : kind.scopes) clocks += scope.clocks.size();
    std::cout << kind.name << " " << kind.version << ": " << kind.scopes[0].attributes.size() << " attributes, "
              << kind.scopes[0].states.size() << " states, " << kind.events.size() << " events, " << clocks << " clocks, "
              << kind.scopes.size() - 1 << " parts\n";
  }
  std::cout << compiled.bundle->metrics.size() << " metrics, " << compiled.bundle->rules.size() << " rules; bundle "
            << compiled.bundle->id.substr(0, 16) << "\n";
  return 0;
}

int run_kind_walk(const WalkOptions& options) {
  const auto texts = schema_texts(options.schemas);
  if (!texts) return fail(texts.error().message, 3);
  const auto compiled = definition::compile(*texts, options.office);
  if (!compiled.ok()) {
    std::cerr << findings_text(compiled.diagnostics);
    return fail("office " + options.office + " does not pass", 1);
  }
  const auto* kind = definition::find_name(compiled.bundle->kind_ids, options.kind);
  if (kind == nullptr) {
    std::string known;
    for (const auto& one : compiled.bundle->kinds) known += (known.empty() ? "" : ", ") + one.name;
    return fail("office " + options.office + " has no kind " + options.kind + "; it has " + known, 3);
  }
  walk::Options how;
  how.seed = options.seed;
  how.source = walk::kWalkSource;
  how.cover = false;
  how.amend_percent = 10;
  walk::Walker walker(walk::with_limits(*compiled.bundle, walk::Limits::kAsTheyAre), *kind, how);
  std::cout << walk::walk_text(*compiled.bundle, walker.walk("walk-" + std::to_string(options.seed), options.steps));
  return 0;
}

}  // namespace docket::local
