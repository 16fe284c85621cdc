// The column families of the projections' store. Names and numbers are on disk: append only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace docket::projections::store {

enum class Family : std::uint8_t {
  kMeta = 0,
  kCases = 1,
  kHistory = 2,
  kIdentities = 3,
  kParked = 4,
  kAliases = 5,
  kListings = 6,
  kClocks = 7,
  kMetricsKnown = 8,
  kMetricsHappened = 9,
  kRestatements = 10,
  kAnchors = 11,
  kAttention = 12,
  kRejects = 13,
  kReactions = 14,
};
inline constexpr std::size_t kFamilies = 15;
inline constexpr std::array<const char*, kFamilies> kFamilyNames = {
    "meta",         "cases",   "history",   "identities", "parked",   "aliases", "listings", "clocks", "metrics_known", "metrics_happened",
    "restatements", "anchors", "attention", "rejects",    "reactions"};

// 2: attention; identities hold the record's kind; cases hold what has been told. 3: rejects. 4: each pause of a clock;
// cells with buckets. 5: reactions. A store of an older format is left as it is,
// and a new one is made from the ledger.
inline constexpr std::uint32_t kFormatVersion = 5;

[[nodiscard]] constexpr std::size_t index_of(Family family) { return static_cast<std::size_t>(family); }

}  // namespace docket::projections::store
