// The tokens file: who may ask a server what. YAML, read strictly:
//
//   tokens:
//     hotline-exchange: {sha256: <64 hex digits>, may: [publish], sources: ["12345"]}
//     night-desk:       {sha256: ..., may: [publish, read], sources: [console], roles: [intake], units: [U, V]}
//     auditor:          {sha256: ..., may: [read]}
//     prometheus:       {sha256: ..., may: [metrics]}
//     nodes:            {sha256: ..., may: [node]}
//
// `publish` needs sources (or `all`); roles and units may be left out: then all that the source may assert. `docket token make NAME` makes
// a token and its row. Thread rule: free functions over values.
#pragma once

#include <string>
#include <vector>

#include "connectors/service/access.h"
#include "engine/definition/bundle.h"
#include "engine/definition/compile.h"

namespace docket::files {

struct Tokens {
  service::Access::Callers callers;  // none if there is an error
  std::vector<definition::Diagnostic> diagnostics;
  [[nodiscard]] bool ok() const;
};

// Sources, roles and units must be the office's.
[[nodiscard]] Tokens read_tokens(const std::string& file, const std::string& content, const definition::Bundle& bundle);

}  // namespace docket::files
