#include <iostream>

#include "connectors/http/suggest.h"
#include "connectors/local/commands.h"
#include "connectors/local/schemas.h"
#include "connectors/node/answers.h"
#include "engine/walk/check.h"
#include "engine/walk/print.h"
#include "engine/walk/variants.h"

namespace docket::local {

int run_kind_check(const std::string& office, const std::string& schemas) {
  const auto found = compile_office(schemas, office);
  if (!found) return fail(found.error());
  const auto& compiled = *found;
  std::cerr << findings_text(compiled.diagnostics);
  if (!compiled.ok()) return fail("office " + office + " does not pass", 1);
  const auto walked = walk::check_by_walks(*compiled.bundle);
  std::cerr << findings_text(walked);
  if (!walked.empty()) return fail("office " + office + " does not pass; docket kind walk shows how its cases go", 1);
  for (const auto& kind : compiled.bundle->kinds) {
    // What docket kind list counts, and beside it what the parts have of their own.
    std::cout << kind.name << " " << kind.version << ": states " << kind.scopes[0].states.size() << ", events " << kind.events.size()
              << ", clocks " << kind.scopes[0].clocks.size() << ", attributes " << kind.scopes[0].attributes.size() << "\n";
    for (std::size_t i = 1; i < kind.scopes.size(); ++i) {
      const auto& part = kind.scopes[i];
      std::cout << "  part " << part.name << ": states " << part.states.size() << ", clocks " << part.clocks.size() << ", attributes "
                << part.attributes.size() << "\n";
    }
  }
  std::cout << "metrics " << compiled.bundle->metrics.size() << ", rules " << compiled.bundle->rules.size() << "; bundle "
            << compiled.bundle->id.substr(0, 16) << "\n";
  return 0;
}

Result<std::string> kinds_of(const std::string& office, const std::string& schemas) {
  const auto compiled = compile_office(schemas, office);
  if (!compiled) return compiled.error();
  if (!compiled->ok()) return Error{ErrorCode::kInternal, "office " + office + " does not pass; docket kind check tells why"};
  return boost::json::serialize(node::kinds_json(*compiled->bundle));
}

int run_kind_walk(const WalkOptions& options) {
  const auto found = compile_office(options.schemas, options.office);
  if (!found) return fail(found.error());
  const auto& compiled = *found;
  if (!compiled.ok()) {
    std::cerr << findings_text(compiled.diagnostics);
    return fail("office " + options.office + " does not pass", 1);
  }
  const auto* kind = definition::find_name(compiled.bundle->kind_ids, options.kind);
  if (kind == nullptr) {
    std::vector<std::string> names;
    std::string known;
    for (const auto& one : compiled.bundle->kinds) {
      names.push_back(one.name);
      known += (known.empty() ? "" : ", ") + one.name;
    }
    const std::string_view near = http::nearest(options.kind, names);
    return fail("office " + options.office + " has no kind " + options.kind + "; it has " + known +
                    (near.empty() ? "" : "; did you mean " + std::string(near) + "?"),
                3);
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
