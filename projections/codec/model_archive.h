// How the model's types are written by the span archives. Order and width of the fields are on disk (docs/data-layout.md):
// a change needs a new value version. Thread rule: free functions.
#pragma once

#include "engine/ledger/record.h"
#include "engine/model/case_state.h"
#include "engine/partition/ports.h"
#include "projections/codec/span_archive.h"

namespace docket::projections::codec {

inline constexpr int kValueDepthMax = 4;  // lists of lists

void save(SpanOut& out, const model::Value& value);
void load(SpanIn& in, model::Value& value);

inline void save(SpanOut& out, const model::SharedText& text) {
  out.size(text.view().size());
  out.raw(text.view());
}
inline void load(SpanIn& in, model::SharedText& text) { text = in.raw(in.size()); }

template <typename Archive>
void serialize(Archive& ar, model::AttributeSlot& slot) {
  ar(slot.attribute, slot.round, slot.value);
}

template <typename Archive>
void serialize(Archive& ar, model::NoticeAt& notice) {
  ar(notice.at, notice.level, notice.to);
}

template <typename Archive>
void serialize(Archive& ar, model::Pause& pause) {
  ar(pause.from, pause.to);
}

template <typename Archive>
void serialize(Archive& ar, model::ClockInstance& clock) {
  ar(clock.clock, clock.status, clock.round, clock.nth, clock.late_forever, clock.adjusted, clock.provisional, clock.window, clock.timed,
     clock.fired, clock.passed, clock.extensions, clock.unit, clock.start, clock.due, clock.original_due, clock.stop, clock.paused_at,
     clock.ended, clock.pauses, clock.since, clock.holder, clock.notices);
}

template <typename Archive>
void serialize(Archive& ar, model::EventCount& count) {
  ar(count.event, count.in_round, count.total, count.first, count.last);
}

template <typename Archive>
void serialize(Archive& ar, model::BackEntry& back) {
  ar(back.state, back.clocks, back.part_clocks);
}

template <typename Archive>
void serialize(Archive& ar, model::ScopeState& scope) {
  ar(scope.state, scope.attributes, scope.clocks, scope.counts, scope.back);
}

template <typename Archive>
void serialize(Archive& ar, model::PartInstance& part) {
  ar(part.part, part.key, part.nth, part.round, part.scope);
}

template <typename Archive>
void serialize(Archive& ar, model::LinkRow& link) {
  ar(link.link, link.target, link.common);
}

template <typename Archive>
void serialize(Archive& ar, model::WaivedGate& gate) {
  ar(gate.scope, gate.gate, gate.round, gate.by);
}

template <typename Archive>
void serialize(Archive& ar, model::OrderKey& key) {
  ar(key.time, key.sequence, key.height);
}

template <typename Archive>
void serialize(Archive& ar, model::Breach& breach) {
  ar(breach.scope, breach.part_key, breach.part_nth, breach.clock, breach.nth, breach.due, breach.height);
}

template <typename Archive>
void serialize(Archive& ar, model::CaseState& state) {
  ar(state.id, state.bundle, state.kind, state.round, state.voided, state.backfilled, state.quarantined, state.version, state.revision,
     state.opened_recorded, state.last_recorded, state.attended, state.breaches, state.last, state.scope, state.parts, state.links,
     state.waived, state.authors);
}

template <typename Archive>
void serialize(Archive& ar, partition::HistoryRow& row) {
  ar(row.height, row.version, row.recorded, row.time, row.kind, row.event);
}

template <typename Archive>
void serialize(Archive& ar, ledger::IntakeCursor& cursor) {
  ar(cursor.topic, cursor.epoch, cursor.offset);
}

}  // namespace docket::projections::codec
