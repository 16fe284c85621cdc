// YAML texts -> checked, compiled bundle. Pure: takes texts, returns tables or diagnostics; reads no file.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition/bundle.h"

namespace docket::definition {

class Trees;  // yaml_reader.h

enum class Severity : std::uint8_t { kError, kWarning };

// One finding of the checker:
// "definitions/hotline-ticket.yaml:26:11: error: event created: sets unknown attribute numbr; did you mean number?"
struct Diagnostic {
  Severity severity = Severity::kError;
  std::string file;  // path under schemas/
  int line = 0;      // 1-based
  int column = 0;    // 1-based
  std::string message;
  std::string suggestion;
  [[nodiscard]] std::string format() const;
};

struct Compiled {
  BundlePtr bundle;                     // null if there is an error
  std::vector<Diagnostic> diagnostics;  // in file order
  [[nodiscard]] bool ok() const { return bundle != nullptr; }
};

// `texts`: path under schemas/ ("offices/example.yaml", ...) -> content. `office`: the office's name.
// Takes only what that office names (its kinds, areas, sets, calendars, units, codes, sources, labels, and
// "zones/<zone with / as ->.yaml"); Bundle::texts holds exactly those.
[[nodiscard]] Compiled compile(const std::map<std::string, std::string>& texts, std::string_view office);
// `trees`: what was read of texts before and needs no second reading.
[[nodiscard]] Compiled compile(const std::map<std::string, std::string>& texts, std::string_view office, Trees& trees);

// Hex SHA-256 over the sorted (path, content) pairs with length prefixes.
[[nodiscard]] std::string bundle_id(const std::map<std::string, std::string>& texts);

}  // namespace docket::definition
