#include "engine/definition/compile.h"

#include <utility>

#include "engine/definition/build.h"

namespace docket::definition {

const Node* Build::load(const std::string& path, const Node& at) {
  if (const auto known = documents.find(path); known != documents.end()) return known->second == nullptr ? nullptr : &known->second->root;
  const auto found = texts.find(path);
  if (found == texts.end()) {
    std::vector<std::string_view> known;
    const std::string folder = path.substr(0, path.find('/') + 1);
    for (const auto& [other, content] : texts) {
      if (other.starts_with(folder)) known.push_back(other);
    }
    report.error(at, "no file " + path, nearest(path, known));
    documents.emplace(path, nullptr);
    return nullptr;
  }
  auto document = trees.read(path, found->second, report);
  const Node* root = document == nullptr ? nullptr : &document->root;
  documents.emplace(path, std::move(document));
  bundle->texts.emplace(path, found->second);
  return root;
}

Compiled compile(const std::map<std::string, std::string>& texts, std::string_view office) {
  Trees trees;
  return compile(texts, office, trees);
}

Compiled compile(const std::map<std::string, std::string>& texts, std::string_view office, Trees& trees) {
  Build build(texts, office, trees);
  if (read_office(build)) {
    read_calendars(build);
    read_units(build);
    read_codes(build);
    read_rules(build);
    declare_kinds(build);
    read_sources(build);
    for (KindBuild& kind : build.kinds) {
      compile_events(build, kind);
      compile_clocks(build, kind);
    }
    compile_reactions(build);
    // Only a kind whose every word was understood is looked at as a graph: an unknown state would else be told twice, as unreachable too.
    if (build.report.errors() == 0) {
      for (KindBuild& kind : build.kinds) check_graphs(build, kind);
    }
    compile_metrics(build);
    read_common_labels(build);
    for (KindBuild& kind : build.kinds) read_kind_labels(build, kind);
  }
  Compiled out;
  const bool good = build.report.errors() == 0;
  out.diagnostics = build.report.take();
  if (good) {
    derive(*build.bundle);
    build.bundle->id = bundle_id(build.bundle->texts);
    out.bundle = std::move(build.bundle);
  }
  return out;
}

}  // namespace docket::definition
