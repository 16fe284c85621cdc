// docket kind diff: what changed between two definitions, in sentences; and whether the versions tell of it.
#include <algorithm>
#include <iostream>

#include "connectors/local/commands.h"
#include "connectors/local/definitions.h"
#include "connectors/local/place.h"
#include "connectors/local/schemas.h"
#include "engine/definition/difference.h"

namespace docket::local {
namespace {

using definition::BundlePtr;
using definition::Difference;
using Weight = Difference::Weight;

constexpr std::size_t kBundleIdShown = 16;
constexpr const char* kDefaultOffice = "example";

Result<BundlePtr> compiled_office(const std::string& schemas, const std::string& office) {
  const auto found = compile_office(schemas, office);
  if (!found) {
    Error error = found.error();
    if (schemas.empty()) error.message += " (in the program's own definitions)";
    return error;
  }
  if (!found->ok()) {  // its warnings are for docket kind check
    std::cerr << findings_text(found->diagnostics);
    return Error{ErrorCode::kInternal,
                 "office " + office + (schemas.empty() ? "" : " in " + schemas) + " does not pass, so it can't be compared"};
  }
  return BundlePtr(found->bundle);
}

std::size_t count_of(const std::vector<Difference>& all, const std::string& file, Weight weight) {
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const auto& each) { return each.file == file && each.weight == weight; }));
}

std::string side_text(const char* which, const definition::Bundle& bundle, const std::string& whence) {
  return std::string(which) + "office " + bundle.office + ", bundle " + bundle.id.substr(0, kBundleIdShown) + ", " + whence + "\n";
}

std::string weights_text(std::size_t major, std::size_t minor) {
  std::string out = "changes: ";
  if (major > 0) out += std::to_string(major) + " major";
  if (minor > 0) out += (major > 0 ? ", " : "") + std::to_string(minor) + " minor";
  return out;
}

// Whether something that kinds share (`uses`) is not what it was.
bool fragments_change(const definition::Bundle& to, const std::vector<Difference>& all) {
  constexpr std::string_view kFolder = "definitions/";
  return std::any_of(all.begin(), all.end(), [&](const auto& each) {
    const bool kind = std::any_of(to.kinds.begin(), to.kinds.end(),
                                  [&](const auto& one) { return each.file == std::string(kFolder) + one.name + ".yaml"; });
    return each.file.starts_with(kFolder) && !kind && to.texts.contains(each.file);
  });
}

std::string kind_line(const definition::Bundle& from, const definition::Bundle& to, const definition::KindDef& kind,
                      const std::vector<Difference>& all) {
  const std::string version = std::to_string(kind.version);
  const auto* before = definition::find_name(from.kind_ids, kind.name);
  if (before == nullptr) return "kind " + kind.name + ": version " + version + ", new\n";
  const std::string file = "definitions/" + kind.name + ".yaml";
  const auto major = count_of(all, file, Weight::kMajor);
  const auto minor = count_of(all, file, Weight::kMinor);
  const auto was = from.kinds[*before].version;
  std::string line = "kind " + kind.name + ": ";
  if (was != kind.version) {
    line += "version " + version + ", was " + std::to_string(was);
    if (major + minor > 0) line += "; " + weights_text(major, minor);
  } else if (major + minor > 0) {
    line += "stays version " + version + " in spite of its " + weights_text(major, minor);
  } else {
    const bool uses = std::any_of(kind.events.begin(), kind.events.end(), [](const auto& event) { return event.common; });
    line += "version " + version + ", unchanged" + (uses && fragments_change(to, all) ? " but for the events that it uses" : "");
  }
  return line + "\n";
}

const char* weight_text(Weight weight) {
  switch (weight) {
    case Weight::kMajor:
      return "  major  ";
    case Weight::kMinor:
      return "  minor  ";
    case Weight::kNone:
      break;
  }
  return "         ";
}

void print(const definition::Bundle& from, const definition::Bundle& to) {
  const auto all = definition::differences(from, to);
  for (const auto& kind : to.kinds) std::cout << kind_line(from, to, kind, all);
  for (const auto& kind : from.kinds) {
    if (!to.kind_ids.contains(kind.name)) std::cout << "kind " << kind.name << ": gone, was version " << kind.version << "\n";
  }
  std::string file;
  for (const auto& each : all) {
    if (each.file != file) std::cout << "\n" << each.file << "\n";
    file = each.file;
    std::cout << weight_text(each.weight) << each.sentence << "\n";
  }
  std::string silent;
  for (const auto& [path, text] : to.texts) {
    const auto before = from.texts.find(path);
    const bool said = std::any_of(all.begin(), all.end(), [&, &at = path](const auto& each) { return each.file == at; });
    if (before != from.texts.end() && before->second != text && !said) silent += (silent.empty() ? "" : ", ") + path;
  }
  if (!silent.empty()) std::cout << "\nonly comments, layout or an order that decides nothing: " << silent << "\n";
  std::cout << "\n" << all.size() << (all.size() == 1 ? " difference\n" : " differences\n") << kept_versions(from, to);
}

}  // namespace

int run_kind_diff(const KindDiffOptions& options) {
  if (!options.data.empty() && (!options.other.empty() || !options.from_schemas.empty()))
    return fail("--data says what the definitions were; another office or --from-schemas would say it too", 2);
  if (options.data.empty() && options.other.empty() && options.schemas.empty() && options.from_schemas.empty())
    return fail("kind diff needs --schemas DIR (new definitions), another office, or --data DIR (what decides in a ledger)", 2);
  const std::string office = options.office.empty() ? kDefaultOffice : options.office;
  const std::string other = options.other.empty() ? office : options.other;
  const std::string& before_in = options.from_schemas.empty() && !options.other.empty() ? options.schemas : options.from_schemas;
  const auto before = options.data.empty() ? compiled_office(before_in, office) : Place(options.data).decides();
  if (!before) return fail(before.error());
  const auto after = compiled_office(options.schemas, options.data.empty() || !options.office.empty() ? other : (*before)->office);
  if (!after) return fail(after.error());
  const auto whence = [](const std::string& folder) { return folder.empty() ? "the program's own" : "schemas of " + folder; };
  std::cout << side_text("from ", **before, options.data.empty() ? whence(before_in) : "what decides in " + options.data)
            << side_text("to   ", **after, whence(options.schemas));
  print(**before, **after);
  return 0;
}

}  // namespace docket::local
