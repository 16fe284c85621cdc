#include "engine/measure/touched.h"

#include <algorithm>

namespace docket::measure {
namespace {

using definition::Touched;
using model::ScopeState;

void mark(std::array<std::uint64_t, 4>& bits, std::uint16_t id, Touched& out) {
  if (id >= Touched::kIdsMax) {
    out.all = true;
  } else {
    bits[id / 64U] |= std::uint64_t{1} << (id % 64U);
  }
}

// Both are sorted by `key`; `id_of` names the row's bit.
template <typename Rows, typename Key, typename Mark>
void mark_differences(const Rows& before, const Rows& after, Key key, Mark mark_row) {
  auto a = before.begin();
  auto b = after.begin();
  while (a != before.end() || b != after.end()) {
    if (b == after.end() || (a != before.end() && key(*a) < key(*b))) {
      mark_row(*a++);
    } else if (a == before.end() || key(*b) < key(*a)) {
      mark_row(*b++);
    } else {
      if (!(*a == *b)) mark_row(*b);
      ++a;
      ++b;
    }
  }
}

// Notices warn; no figure reads them.
bool same_clock(const model::ClockInstance& a, const model::ClockInstance& b) {
  return a.clock == b.clock && a.status == b.status && a.round == b.round && a.nth == b.nth && a.late_forever == b.late_forever &&
         a.start == b.start && a.due == b.due && a.original_due == b.original_due && a.stop == b.stop && a.paused_at == b.paused_at &&
         a.pauses == b.pauses && a.holder == b.holder;
}

void mark_clock(model::ClockId id, Touched& out) {
  if (id >= 64) {
    out.all = true;
  } else {
    out.clocks |= std::uint64_t{1} << id;
  }
}

void mark_scope(const ScopeState& before, const ScopeState& after, Touched& out) {
  out.state = before.state != after.state;
  mark_differences(
      before.attributes, after.attributes, [](const auto& slot) { return std::pair(slot.attribute, slot.round); },
      [&](const auto& slot) { mark(out.attributes, slot.attribute, out); });
  mark_differences(
      before.counts, after.counts, [](const auto& count) { return count.event; },
      [&](const auto& count) { mark(out.events, count.event, out); });
  const std::size_t shared = std::min(before.clocks.size(), after.clocks.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (same_clock(before.clocks[i], after.clocks[i])) continue;
    mark_clock(before.clocks[i].clock, out);
    mark_clock(after.clocks[i].clock, out);
  }
  for (std::size_t i = shared; i < before.clocks.size(); ++i) mark_clock(before.clocks[i].clock, out);
  for (std::size_t i = shared; i < after.clocks.size(); ++i) mark_clock(after.clocks[i].clock, out);
}

void mark_part(const model::PartInstance& part, Touched& out) {
  if (part.part >= 64) {
    out.all = true;
  } else {
    out.parts |= std::uint64_t{1} << part.part;
  }
}

}  // namespace

Touched touched(const model::CaseState* before, const model::CaseState& after) {
  Touched out;
  if (before == nullptr || before->kind != after.kind || before->voided != after.voided || before->backfilled != after.backfilled ||
      before->scope.state == model::kNotOpened || !(before->links == after.links)) {
    out.all = true;
    return out;
  }
  out.round = before->round != after.round;
  mark_scope(before->scope, after.scope, out);
  const std::size_t shared = std::min(before->parts.size(), after.parts.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (before->parts[i] == after.parts[i]) continue;
    mark_part(before->parts[i], out);
    mark_part(after.parts[i], out);
  }
  for (std::size_t i = shared; i < before->parts.size(); ++i) mark_part(before->parts[i], out);
  for (std::size_t i = shared; i < after.parts.size(); ++i) mark_part(after.parts[i], out);
  return out;
}

}  // namespace docket::measure
