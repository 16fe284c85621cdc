// The listing changes of one layer: for each (filter, value) the cases that came and went, in order.
// Thread rule: one writer, or any number of readers. Ownership: case ids lie in the layer's own table of cases.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/model/time.h"
#include "projections/listings/filters.h"

namespace docket::projections::listings {

struct Transition {
  const std::string* case_id = nullptr;
  model::Day day = 0;  // recorded
  bool in = false;
};

struct ListingSlot {
  FilterValue of;
  std::vector<Transition> transitions;
};

class ListingLog {
 public:
  void add(const Change& change, const std::string& case_id, model::Day day);
  [[nodiscard]] const ListingSlot* find(const FilterValue& of) const;
  [[nodiscard]] const std::vector<ListingSlot>& slots() const { return slots_; }

 private:
  std::vector<ListingSlot> slots_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

// case id -> whether it stands there at the end (of recorded day `day`, if given). Later calls do not override what is there: read the
// newest layer first.
using Overlay = std::map<std::string, bool, std::less<>>;
void overlay(Overlay& into, const ListingSlot* slot, std::optional<model::Day> day);

}  // namespace docket::projections::listings
