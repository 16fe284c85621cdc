#include <iostream>

#include "connectors/local/commands.h"
#include "connectors/local/schemas.h"

namespace docket::local {

int run_kind_check(const std::string& office, const std::string& schemas) {
  const auto texts = schema_texts(schemas);
  if (!texts) return fail(texts.error().message, 3);
  const auto compiled = definition::compile(*texts, office);
  std::cerr << findings_text(compiled.diagnostics);
  if (!compiled.ok()) return fail("office " + office + " does not pass", 1);
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

}  // namespace docket::local
