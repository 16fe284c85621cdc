#include "projections/listings/listing_log.h"

namespace docket::projections::listings {
namespace {

std::string slot_key(const FilterValue& of) {
  std::string key;
  key.push_back(static_cast<char>(of.filter & 0xFFU));
  key.push_back(static_cast<char>(of.filter >> 8U));
  return key + of.value;
}

}  // namespace

void ListingLog::add(const Change& change, const std::string& case_id, model::Day day) {
  const auto [it, fresh] = numbers_.try_emplace(slot_key(change.row), static_cast<std::uint32_t>(slots_.size()));
  if (fresh) slots_.push_back({change.row, {}});
  slots_[it->second].transitions.push_back({&case_id, day, change.in});
}

const ListingSlot* ListingLog::find(const FilterValue& of) const {
  const auto found = numbers_.find(slot_key(of));
  return found == numbers_.end() ? nullptr : &slots_[found->second];
}

void overlay(Overlay& into, const ListingSlot* slot, std::optional<model::Day> day) {
  if (slot == nullptr) return;
  for (auto it = slot->transitions.rbegin(); it != slot->transitions.rend(); ++it) {
    if (!day || it->day <= *day) into.try_emplace(*it->case_id, it->in);
  }
}

}  // namespace docket::projections::listings
