// One data field against its TypeSpec: JSON -> Value. Everything that the spec alone decides.
// Thread rule: one FieldParser per thread (it reuses its scratch); the bundle is shared.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/ingest/findings.h"

namespace docket::ingest {

inline constexpr std::int64_t kTextCharactersMax = 64 * 1024;

class FieldParser {
 public:
  explicit FieldParser(const definition::Bundle& bundle) : bundle_(bundle) {}

  // `raw`: the field's JSON, not null. kNone and findings under "#/data/<name>" if it doesn't fit. A private value comes
  // back as Value::sealed("").
  [[nodiscard]] model::Value parse(const definition::TypeSpec& spec, std::string_view name, std::string_view raw, Findings& findings);

  // The same for a stored field, without ranges and lists of what is allowed: {"sealed":"<token>"} -> Value::sealed(token).
  // kNone if it can't be read.
  [[nodiscard]] model::Value parse_stored(const definition::TypeSpec& spec, std::string_view raw);

 private:
  struct Place;
  [[nodiscard]] model::Value one(const definition::TypeSpec& spec, std::string_view raw, const Place& place);
  [[nodiscard]] model::Value text(const definition::TypeSpec& spec, std::string_view raw, const Place& place);
  [[nodiscard]] model::Value number(const definition::TypeSpec& spec, std::string_view raw, const Place& place);
  [[nodiscard]] model::Value moment(const definition::TypeSpec& spec, std::string_view raw, const Place& place);
  [[nodiscard]] model::Value symbol(const definition::TypeSpec& spec, std::string_view raw, const Place& place);
  [[nodiscard]] model::Value object(std::string_view raw, const Place& place);
  [[nodiscard]] model::Value many(const definition::TypeSpec& spec, std::string_view raw, Place& place);

  const definition::Bundle& bundle_;
  std::string scratch_;
};

// What a unit or a code may be; empty for other types.
[[nodiscard]] std::vector<std::string_view> allowed_names(const definition::Bundle& bundle, const definition::TypeSpec& spec);
// "a date YYYY-MM-DD", "one of 1 or 2", ...; `item`: of one that has many, what each of them may be.
[[nodiscard]] std::string expected(const definition::Bundle& bundle, const definition::TypeSpec& spec, bool item = false);
// The token of {"sealed":"<token>"}; false if `raw` isn't exactly that.
[[nodiscard]] bool sealed_token(std::string_view raw, std::string& token);

}  // namespace docket::ingest
