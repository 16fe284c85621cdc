// Loads the shipped schemas/ for tests: definition::load_office("example") gives the compiled bundle.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

#include "engine/definition/compile.h"

namespace docket::definition {

inline const std::map<std::string, std::string>& shipped_texts() {
  static const std::map<std::string, std::string> texts = [] {
    const std::filesystem::path root = std::filesystem::path(DOCKET_SOURCE_DIR) / "schemas";
    std::map<std::string, std::string> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file() || entry.path().extension() != ".yaml") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      out.emplace(std::filesystem::relative(entry.path(), root).generic_string(),
                  std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()));
    }
    return out;
  }();
  return texts;
}

// Aborts with the findings when the office does not compile.
inline BundlePtr load_office(std::string_view office) {
  Compiled compiled = compile(shipped_texts(), office);
  if (!compiled.ok()) {
    for (const Diagnostic& each : compiled.diagnostics) std::cerr << each.format() << "\n";
    std::abort();
  }
  return compiled.bundle;
}

}  // namespace docket::definition
