// The group values of one layer as small numbers; 0 is "" (the total, or a case without a value there).
// Thread rule: one writer, or any number of readers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/definition/bundle.h"

namespace docket::projections::metrics {

class GroupTable {
 public:
  // `bundle_number` tells the bundles of a partition apart.
  [[nodiscard]] std::uint32_t number(const definition::Bundle& bundle, std::size_t bundle_number, const model::Value& value);
  [[nodiscard]] const std::string& text(std::uint32_t number) const { return texts_[number]; }
  [[nodiscard]] std::size_t size() const { return texts_.size(); }
  // For each number its place in the order of texts.
  [[nodiscard]] std::vector<std::uint32_t> ranks() const;

 private:
  [[nodiscard]] std::uint32_t intern(std::string text);

  std::vector<std::string> texts_{std::string{}};
  definition::NameMap<std::uint32_t> numbers_{{std::string{}, 0}};
  std::vector<std::vector<std::uint32_t>> by_symbol_;  // bundle, symbol -> number + 1
};

}  // namespace docket::projections::metrics
