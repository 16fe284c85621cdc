#include "engine/ledger/record.h"

#include <array>
#include <string_view>

namespace docket::ledger {
namespace {

// In the order of the enum. The names stand in the ledger and never change.
constexpr std::array<const char*, 16> kNames{"genesis", "owner-changed", "barrier",     "activated", "accepted", "rejected",
                                             "parked",  "duplicates",    "forwarded",   "lost",      "timer",    "notice",
                                             "head",    "reaction",      "quarantined", "released"};

}  // namespace

const char* to_string(RecordKind kind) { return kNames.at(static_cast<std::size_t>(kind)); }

std::optional<RecordKind> record_kind_from(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i]) return static_cast<RecordKind>(i);
  }
  return std::nullopt;
}

}  // namespace docket::ledger
