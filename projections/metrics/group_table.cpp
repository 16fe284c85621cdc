#include "projections/metrics/group_table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "projections/codec/value_text.h"

namespace docket::projections::metrics {

std::uint32_t GroupTable::intern(std::string text) {
  const auto [it, fresh] = numbers_.try_emplace(std::move(text), static_cast<std::uint32_t>(texts_.size()));
  if (fresh) texts_.push_back(it->first);
  return it->second;
}

std::uint32_t GroupTable::number(const definition::Bundle& bundle, std::size_t bundle_number, const model::Value& value) {
  if (!value.present()) return 0;
  if (value.type() != model::Value::Type::kSymbol) return intern(codec::value_text(bundle, value));
  if (by_symbol_.size() <= bundle_number) by_symbol_.resize(bundle_number + 1);
  auto& known = by_symbol_[bundle_number];
  const std::size_t symbol = value.as_symbol();
  if (symbol >= bundle.symbols.size()) return intern(codec::value_text(bundle, value));
  if (known.size() <= symbol) known.resize(bundle.symbols.size());
  if (known[symbol] == 0) known[symbol] = intern(codec::value_text(bundle, value)) + 1;
  return known[symbol] - 1;
}

std::vector<std::uint32_t> GroupTable::ranks() const {
  std::vector<std::uint32_t> order(texts_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) { return texts_[a] < texts_[b]; });
  std::vector<std::uint32_t> ranks(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) ranks[order[i]] = static_cast<std::uint32_t>(i);
  return ranks;
}

}  // namespace docket::projections::metrics
