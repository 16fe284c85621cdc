// The texts of schemas/: those embedded in the binary, with a folder's laid over them (a user's own kind needs no rebuild).
// Thread rule: free functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/definition/compile.h"
#include "engine/model/result.h"

namespace docket::local {

using Texts = std::map<std::string, std::string>;

[[nodiscard]] const Texts& embedded_schemas();
// The embedded ones; `folder` "" = none. kNotFound: no such folder.
[[nodiscard]] Result<Texts> schema_texts(const std::string& folder);
// kNotFound: they have no office of that name; the message names those there are.
[[nodiscard]] Status has_office(const Texts& texts, const std::string& office);
// An office of them, compiled; its findings, if any, stand in Compiled. kNotFound: no such folder or office; the message names those there
// are.
[[nodiscard]] Result<definition::Compiled> compile_office(const std::string& folder, const std::string& office);
// Lays rule sets of those texts over the ones that the office names. kNotFound: there is none of that name.
[[nodiscard]] Status lay_sets(Texts& texts, const std::string& office, const std::vector<std::string>& sets);
// A bundle's texts as one JSON object, and back: what the ledger's store keeps.
[[nodiscard]] std::string texts_to_json(const Texts& texts);
[[nodiscard]] Result<Texts> texts_from_json(const std::string& json);
// "file:line:col: ..." of each finding, one a line.
[[nodiscard]] std::string findings_text(const std::vector<definition::Diagnostic>& findings);

}  // namespace docket::local
