// What the data of a common event says that the engine itself acts on: `corrected`, `migrated`. Thread rule: free functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/model/event.h"
#include "engine/model/result.h"

namespace docket::apply {

// A field of an event's data that its definition knows by that name; null: it isn't there.
[[nodiscard]] const model::DataField* field_named(const definition::EventDef& def, const model::Event& event, std::string_view name);

// What a `corrected` event says about its target.
struct CorrectionData {
  std::string source;
  std::string id;
  bool void_it = false;
  std::string replace_time;  // RFC 3339 text, "" if unchanged
  std::string replace_data;  // JSON object text, "" if unchanged
};
[[nodiscard]] std::optional<CorrectionData> correction_data(const definition::EventDef& def, const model::Event& event);

// The target's CloudEvent JSON with the replaced time and data (same source, id, type, subject, actor).
[[nodiscard]] std::string replaced_json(const model::Event& target, const CorrectionData& correction);

// What states become. They are names; those of a part's instances are "part.state".
using StateMap = std::vector<std::pair<std::string, std::string>>;

// What a `migrated` event says.
struct MigrationData {
  std::int64_t activation = 0;  // the number of what the case moves to
  StateMap states;
};
[[nodiscard]] Result<MigrationData> migration_data(const definition::EventDef& def, const model::Event& event);

}  // namespace docket::apply
