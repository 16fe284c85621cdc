// What is wrong with one event, collected over all checks, and the refusal that it comes to.
// Thread rule: plain value, one an event.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/ingest/ingest.h"
#include "engine/model/rejection.h"

namespace docket::ingest {

// FieldError codes.
inline constexpr std::string_view kMissing = "missing";
inline constexpr std::string_view kWrongType = "type";
inline constexpr std::string_view kWrongValue = "value";
inline constexpr std::string_view kOutOfRange = "range";
inline constexpr std::string_view kBadFormat = "format";
inline constexpr std::string_view kUnknownName = "unknown";

class Findings {
 public:
  // `code` decides the stage: kMalformed, kForbidden, or a final code. `pointer`: "#/data/due".
  void add(model::Rejection code, std::string pointer, std::string_view field_code, std::string detail);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] bool has(model::Rejection code) const;
  [[nodiscard]] bool has_pointer(std::string_view pointer) const;
  // The stage that the findings come to, and the refusal with the gravest code. What outranks everything hides the
  // rest: a forbidden source learns nothing of the definition, classified content is not quoted.
  [[nodiscard]] Stage conclude(model::Refusal& refusal);

 private:
  struct Row {
    model::Rejection code;
    model::FieldError error;
  };
  std::vector<Row> rows_;
};

}  // namespace docket::ingest
