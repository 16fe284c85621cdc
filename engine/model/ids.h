// Small ids and the partitioner. Ids of kinds, states, events, attributes and clocks are indexes into one bundle's
// compiled tables; they never leave the process except beside the bundle's own id (docs/data-layout.md).
#pragma once

#include <cstdint>
#include <string_view>

namespace docket::model {

using Height = std::uint64_t;  // counts the records of one partition; 0 is the genesis
inline constexpr Height kNoHeight = ~Height{0};

using KindId = std::uint16_t;
using EventId = std::uint16_t;  // unique over a kind, its parts and the common events
using StateId = std::uint8_t;   // within a scope (the kind itself or one of its parts); at most 64
using AttributeId = std::uint16_t;
using ClockId = std::uint8_t;
using GateId = std::uint8_t;
using LinkId = std::uint8_t;
using RoleId = std::uint8_t;
using ScopeId = std::uint8_t;  // 0 = the case itself, n = n-th part of the kind
using RuleId = std::uint16_t;
using Symbol = std::uint32_t;  // an interned code, unit or inline value; index into Bundle::symbols
using ConditionId = std::uint32_t;

inline constexpr std::uint16_t kNone16 = 0xFFFF;
inline constexpr std::uint8_t kNone8 = 0xFF;
inline constexpr Symbol kNoSymbol = 0xFFFFFFFF;
inline constexpr ConditionId kNoCondition = 0xFFFFFFFF;
inline constexpr StateId kNotOpened = 0xFF;  // before the opening event
inline constexpr StateId kCleared = 0xFE;    // a part instance closed by `clears`

inline constexpr int kPartitions = 32;

// Java's producer: murmur2(utf8) & 0x7fffffff (ledger.md section 1). Test vectors in tests/unit.
[[nodiscard]] std::uint32_t murmur2(std::string_view bytes);
[[nodiscard]] inline int partition_of(std::string_view case_id, int partitions = kPartitions) {
  return static_cast<int>((murmur2(case_id) & 0x7fffffffU) % static_cast<std::uint32_t>(partitions));
}

}  // namespace docket::model
