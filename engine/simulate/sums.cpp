#include "engine/simulate/sums.h"

#include <algorithm>
#include <set>

namespace docket::simulate {
namespace {

std::uint64_t cell_of(model::Day day, std::uint16_t series) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(day)) << 16U) | series;
}
model::Day day_of(std::uint64_t cell) { return static_cast<model::Day>(static_cast<std::uint32_t>(cell >> 16U)); }
std::uint16_t series_of(std::uint64_t cell) { return static_cast<std::uint16_t>(cell & 0xFFFFU); }

std::string name_of(const definition::MetricDef& metric) { return metric.name + "@" + std::to_string(metric.version); }

int year_of(model::Day day) { return model::date_from_day(day).year; }

}  // namespace

definition::BundlePtr totals_only(const definition::Bundle& bundle) {
  auto out = std::make_shared<definition::Bundle>(bundle);
  for (auto& metric : out->metrics) metric.by.clear();
  return out;
}

std::size_t Sums::slot(const std::string& name) {
  const auto [it, fresh] = by_name_.try_emplace(name, cells_.size());
  if (fresh) cells_.emplace_back();
  return it->second;
}

std::vector<std::size_t>& Sums::slots(const definition::Bundle& bundle) {
  for (auto& [known, slots] : slots_) {
    if (known == &bundle) return slots;
  }
  std::vector<std::size_t> fresh;
  for (const auto& metric : bundle.metrics) fresh.push_back(slot(name_of(metric)));
  return slots_.emplace_back(&bundle, std::move(fresh)).second;
}

void Sums::add(const definition::Bundle& bundle, std::span<const measure::Delta> deltas, std::int64_t sign) {
  if (deltas.empty()) return;
  const auto& of = slots(bundle);
  for (const auto& delta : deltas) {
    if (delta.by == 0) cells_[of[delta.metric]][cell_of(delta.anchor, delta.series)] += sign * delta.value;
  }
}

void Sums::merge(const Sums& other) {
  for (const auto& [name, at] : other.by_name_) {
    auto& mine = cells_[slot(name)];
    for (const auto& [cell, value] : other.cells_[at]) mine[cell] += value;
  }
}

std::vector<std::int64_t> Sums::between(const definition::MetricDef& metric, model::Day from, model::Day to) const {
  std::vector<std::int64_t> out;
  const auto it = by_name_.find(name_of(metric));
  if (it == by_name_.end()) return out;
  for (const auto& [cell, value] : cells_[it->second]) {
    if (day_of(cell) < from || day_of(cell) >= to) continue;
    if (out.size() <= series_of(cell)) out.resize(series_of(cell) + 1U, 0);
    out[series_of(cell)] += value;
  }
  return out;
}

std::vector<int> Sums::years_that_differ(const Sums& a, const Sums& b) {
  std::set<int> years;
  const auto compare = [&](const Sums& one, const Sums& other) {
    for (const auto& [name, at] : one.by_name_) {
      const auto it = other.by_name_.find(name);
      for (const auto& [cell, value] : one.cells_[at]) {
        const auto* cells = it == other.by_name_.end() ? nullptr : &other.cells_[it->second];
        const auto same = cells == nullptr ? Cells::const_iterator{} : cells->find(cell);
        if ((cells == nullptr || same == cells->end() ? 0 : same->second) != value) years.insert(year_of(day_of(cell)));
      }
    }
  };
  compare(a, b);
  compare(b, a);
  return {years.begin(), years.end()};
}

}  // namespace docket::simulate
