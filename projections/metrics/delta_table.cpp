#include "projections/metrics/delta_table.h"

#include <utility>

namespace docket::projections::metrics {
namespace {

constexpr std::size_t kFirstSlots = 8;

std::uint64_t bits(Day day) { return static_cast<std::uint32_t>(day); }

std::uint64_t hash(const DeltaEntry& key) {
  std::uint64_t h = (static_cast<std::uint64_t>(key.group) << 8U | key.series) * 0x9E3779B97F4A7C15ULL;
  h ^= (bits(key.anchor) << 32U | bits(key.recorded)) * 0xC2B2AE3D27D4EB4FULL;
  h ^= bits(key.occurred) * 0x165667B19E3779F9ULL;
  h ^= h >> 32U;
  h *= 0xD6E8FEB86659FD93ULL;
  return h ^ h >> 32U;
}

bool same_cell(const DeltaEntry& a, const DeltaEntry& b) {
  return a.group == b.group && a.anchor == b.anchor && a.recorded == b.recorded && a.occurred == b.occurred && a.series == b.series;
}

}  // namespace

DeltaEntry& DeltaTable::slot_of(const DeltaEntry& key) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(hash(key)) & mask;
  while (slots_[at].used && !same_cell(slots_[at], key)) at = (at + 1) & mask;
  return slots_[at];
}

void DeltaTable::grow() {
  std::vector<DeltaEntry> old = std::exchange(slots_, std::vector<DeltaEntry>(slots_.empty() ? kFirstSlots : slots_.size() * 2));
  for (const auto& entry : old) {
    if (entry.used) slot_of(entry) = entry;
  }
}

void DeltaTable::add(const DeltaEntry& delta) {
  if ((count_ + 1) * 8 > slots_.size() * 5) grow();
  DeltaEntry& slot = slot_of(delta);
  if (!slot.used) {
    slot = delta;
    slot.value = 0;
    slot.used = true;
    ++count_;
  }
  slot.value += delta.value;
}

}  // namespace docket::projections::metrics
