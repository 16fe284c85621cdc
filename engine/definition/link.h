// A link from a case to another, and what opens the other by a reaction (ledger.md section 9). Thread rule: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/definition/label.h"
#include "engine/model/ids.h"

namespace docket::definition {

// One field of the event that opens the target, and where its value comes from.
struct LinkValue {
  enum class From : std::uint8_t {
    kField,      // of the event that causes it, by its name
    kAttribute,  // of the case that causes it, as it is with that event
    kCase,       // the id of that case
    kFixed,
  } from = From::kField;
  std::string field;                              // of the opening event
  std::string name;                               // kField
  model::AttributeId attribute = model::kNone16;  // kAttribute: of the case itself
  std::string text;                               // kFixed: the value as the definition writes it
};

struct LinkDef {
  std::string name;
  Labels labels;
  model::KindId to = model::kNone16;  // kNone16: a kind that this office does not have (listed warning)
  std::string to_name;
  bool one = false;
  bool forest = false;
  bool counts_primary = false;  // a case with this link is not counted in metrics
  // A reaction: this event (of the kind or of one of its parts) opens the target by `opening`, an event that Docket itself may do.
  std::string opens_by;
  model::EventId opened_by = model::kNone16;
  model::EventId opening = model::kNone16;  // of kind `to`
  // What must hold of that event, and of the case as it was before it, for a target to be opened; without it neither link nor case.
  model::ConditionId when = model::kNoCondition;
  std::vector<LinkValue> with;
};

}  // namespace docket::definition
