// CloudEvents type names of one bundle: "<prefix>.<kind>.<event>.v<major>" -> (kind, event).
// Thread rule: immutable after construction.
#pragma once

#include <string>
#include <string_view>

#include "engine/definition/bundle.h"

namespace docket::ingest {

// Whether a text can be a case's id: [A-Za-z0-9._:-]{1,64}.
[[nodiscard]] bool valid_subject(std::string_view text);

struct TypeRef {
  model::KindId kind = model::kNone16;
  model::EventId event = model::kNone16;
};

class TypeNames {
 public:
  explicit TypeNames(const definition::Bundle& bundle);
  [[nodiscard]] const TypeRef* find(std::string_view type) const { return definition::find_name(refs_, type); }
  // Why `type` is none of them, with the name that is nearest.
  [[nodiscard]] std::string explain(std::string_view type) const;

 private:
  const definition::Bundle& bundle_;
  definition::NameMap<TypeRef> refs_;
};

}  // namespace docket::ingest
