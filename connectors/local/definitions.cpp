#include "connectors/local/definitions.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/definition/difference.h"
#include "engine/definition/older_links.h"

namespace docket::local {
namespace {

std::string office_of(const Texts& texts) {
  constexpr std::string_view kFolder = "offices/";
  constexpr std::string_view kEnd = ".yaml";
  for (const auto& [path, content] : texts) {
    if (path.starts_with(kFolder) && path.ends_with(kEnd)) return path.substr(kFolder.size(), path.size() - kFolder.size() - kEnd.size());
  }
  return {};
}

}  // namespace

Result<definition::BundlePtr> compile_stored(const std::string& text, std::string_view id) {
  const auto texts = texts_from_json(text);
  if (!texts) return texts.error();
  if (definition::bundle_id(*texts) != id)
    return Error{ErrorCode::kCorrupt, "what is stored as bundle " + std::string(id) + " is not that bundle", false};
  auto compiled = definition::compile(*texts, office_of(*texts));
  if (!compiled.ok())
    return Error{ErrorCode::kConflict, "this program can't compile bundle " + std::string(id) + ":\n" + findings_text(compiled.diagnostics),
                 false};
  return definition::BundlePtr(compiled.bundle);
}

Result<definition::BundlePtr> LedgerBundles::find(std::string_view id) {
  const std::lock_guard lock(mutex_);
  if (const auto it = known_.find(id); it != known_.end()) return it->second;
  const auto text = ledger_->bundle(id);
  if (!text) return text.error();
  if (!*text) return Error{ErrorCode::kNotFound, "the ledger's store lacks bundle " + std::string(id), false};
  auto bundle = compile_stored(**text, id);
  if (bundle) known_.emplace(std::string(id), *bundle);
  return bundle;
}

Result<std::vector<definition::BundlePtr>> LedgerBundles::all() {
  const auto stored = ledger_->all_bundles();
  if (!stored) return stored.error();
  std::vector<definition::BundlePtr> out;
  for (const auto& [id, text] : *stored) {
    auto bundle = find(id);
    if (!bundle) return bundle.error();
    out.push_back(std::move(*bundle));
  }
  return out;
}

void LedgerBundles::add(const definition::BundlePtr& bundle) {
  const std::lock_guard lock(mutex_);
  known_.emplace(bundle->id, bundle);
}

Result<Definitions> open_definitions(const std::shared_ptr<embedded::EmbeddedStore>& ledger, const definition::BundlePtr& first) {
  Definitions out;
  out.bundles = std::make_shared<LedgerBundles>(ledger);
  out.bundles->add(first);
  out.activations = std::make_shared<node::Activations>(ledger::Activation{1, first->id, {}});
  const auto stored = ledger->activation();
  if (!stored) return stored.error();
  if (*stored) {
    auto activation = ledger::parse_activation(**stored);
    if (!activation) return Error{ErrorCode::kCorrupt, "the ledger's store: " + activation.error().message, false};
    if (auto bundle = out.bundles->find(activation->bundle); !bundle) return bundle.error();
    out.activations->hear(std::move(*activation));
  }
  out.publish = [ledger, activations = out.activations](const std::string& text, const ledger::Activation& activation) -> Status {
    if (auto put = ledger->put_bundle(activation.bundle, text); !put) return put;
    if (auto set = ledger->set_activation(ledger::activation_text(activation)); !set) return set;
    activations->hear(activation);
    return {};
  };
  return out;
}

Result<definition::BundlePtr> deciding(const Definitions& definitions) {
  return definitions.bundles->find(definitions.activations->newest().bundle);
}

Status may_activate(const definition::Bundle& deciding, const definition::Bundle& bundle) {
  if (deciding.office == bundle.office && deciding.prefix == bundle.prefix) return {};
  return Error{ErrorCode::kInvalid,
               "the ledger is of office " + deciding.office + " (types " + deciding.prefix + ".*), the definitions are of office " +
                   bundle.office + " (" + bundle.prefix + ".*): another office needs a ledger of its own",
               false};
}

Result<Activated> activate(const Definitions& definitions, const definition::BundlePtr& bundle, const std::string& by) {
  const auto newest = definitions.activations->newest();
  if (newest.bundle == bundle->id) return Activated{newest, true};
  const auto now = definitions.bundles->find(newest.bundle);
  if (!now) return now.error();
  if (auto may = may_activate(**now, *bundle); !may) return may.error();
  if (auto kept = keeps_places(definitions, *bundle); !kept) return kept.error();
  const Activated out{{newest.number + 1, bundle->id, by}, false};
  definitions.bundles->add(bundle);
  if (auto published = definitions.publish(texts_to_json(bundle->texts), out.activation); !published) return published.error();
  return out;
}

std::string shipped_otherwise(const Definitions& definitions) {
  const auto decides = deciding(definitions);
  if (!decides || !embedded_schemas().contains("offices/" + (*decides)->office + ".yaml")) return {};
  const auto compiled = definition::compile(embedded_schemas(), (*decides)->office);
  if (!compiled.ok() || compiled.bundle->id == (*decides)->id) return {};
  return "the definitions of office " + (*decides)->office + " that this program brings are not those that decide here (number " +
         std::to_string(definitions.activations->number()) + "); docket kind activate would change that:\n" +
         differing_files((*decides)->texts, compiled.bundle->texts);
}

std::string kept_versions(const definition::Bundle& from, const definition::Bundle& to) {
  const auto found = definition::differences(from, to);
  const auto differs = [&](const std::string& path) {
    return from.texts.contains(path) && std::any_of(found.begin(), found.end(), [&](const auto& each) { return each.file == path; });
  };
  std::string out;
  for (const auto& kind : to.kinds) {
    const auto* same = definition::find_name(from.kind_ids, kind.name);
    if (same == nullptr || from.kinds[*same].version != kind.version || !differs("definitions/" + kind.name + ".yaml")) continue;
    out += "kind " + kind.name + " changes and stays version " + std::to_string(kind.version) +
           ": records of both will name the same version; raise it to tell them apart\n";
  }
  std::string metrics;
  for (const auto& [path, text] : to.texts) {
    if (path.starts_with("metrics/") && differs(path)) metrics += (metrics.empty() ? "" : ", ") + path;
  }
  if (!metrics.empty())
    out +=
        metrics +
        " change: figures of a metric that keeps its version add up cases judged by both; one with a new version counts new cases only\n";
  return out;
}

Result<std::string> refused_later(const Definitions& definitions, const definition::Bundle& bundle) {
  const auto all = definitions.bundles->all();
  if (!all) return all.error();
  std::set<std::string> told;
  std::string out;
  for (const auto& older : *all) {
    if (older->id == bundle.id) continue;
    for (const auto& sentence : definition::refused_links(*older, bundle)) {
      if (told.insert(sentence).second)
        out += sentence +
               "; what a case that is still open under older definitions opens by it will be refused: close or move such cases first\n";
    }
  }
  return out;
}

std::string differing_files(const Texts& from, const Texts& to) {
  std::string out;
  for (const auto& [path, text] : from) {
    const auto it = to.find(path);
    if (it == to.end()) {
      out += "  - " + path + "\n";
    } else if (it->second != text) {
      out += "  ~ " + path + "\n";
    }
  }
  for (const auto& [path, text] : to) {
    if (!from.contains(path)) out += "  + " + path + "\n";
  }
  return out;
}

}  // namespace docket::local
