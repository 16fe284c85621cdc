#include "engine/ledger/record.h"

#include <array>
#include <string_view>

namespace docket::ledger {
namespace {

// In the order of the enum. The names stand in the ledger and never change.
constexpr std::array<const char*, 16> kKindNames{"genesis", "owner-changed", "barrier",     "activated", "accepted", "rejected",
                                                 "parked",  "duplicates",    "forwarded",   "lost",      "timer",    "notice",
                                                 "head",    "reaction",      "quarantined", "released"};

}  // namespace

const char* to_string(RecordKind kind) { return kKindNames.at(static_cast<std::size_t>(kind)); }

std::optional<RecordKind> record_kind_from(std::string_view name) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (name == kKindNames[i]) return static_cast<RecordKind>(i);
  }
  return std::nullopt;
}

std::string_view kind_named(const Record& record) {
  if (record.versions == nullptr) return {};
  const std::string_view definition = record.versions->definition;
  return definition.substr(0, definition.rfind('.'));
}

}  // namespace docket::ledger
