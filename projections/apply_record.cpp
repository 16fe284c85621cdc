#include "projections/apply_record.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/apply/attention.h"
#include "projections/aliases/alias_rows.h"
#include "projections/metrics/periods.h"

namespace docket::projections {
namespace {

constexpr std::size_t kCaseBytes = 256;  // map node and entry
constexpr std::size_t kIdentityBytes = 64;
constexpr std::size_t kTransitionBytes = 24;
constexpr std::size_t kAttentionBytes = 96;  // set node and case id
constexpr std::size_t kRestatedBytes = 64;
constexpr std::size_t kRejectBytes = sizeof(RejectRow) + 32;  // with its source

// "org.docket.hotline-ticket.dispatched.v1" -> "dispatched"
std::string event_of_type(std::string_view type) {
  const auto version = type.rfind('.');
  if (version == std::string_view::npos || version == 0) return std::string(type);
  const auto event = type.rfind('.', version - 1);
  return std::string(event == std::string_view::npos ? type.substr(0, version) : type.substr(event + 1, version - event - 1));
}

class RecordWriter {
 public:
  RecordWriter(PartitionState& partition, const BundleLookup& bundles, const partition::Applied& applied)
      : partition_(partition), layer_(*partition.active), bundles_(bundles), applied_(applied) {}

  [[nodiscard]] Status write() {
    ++layer_.events;
    if (!partition_.figures_alone()) {
      write_identity();
      write_reject();
    }
    write_reactions();
    if (applied_.case_id.empty()) return {};
    if (!partition_.figures_alone()) write_parked();
    write_quarantine();
    auto entry = load_entry();
    if (!entry.ok()) return entry.error();
    entry_ = *entry;
    const model::CasePtr before = entry_->state;
    const model::CasePtr& after = applied_.after;
    const bool changed = after != nullptr && after != before;
    const meta::BundleNames* names = nullptr;
    if (changed || !applied_.deltas.empty() || !applied_.withdrawn.empty()) {
      const auto& of = after ? after : before;
      if (!of) return Error{ErrorCode::kInternal, "figures of case " + applied_.case_id + ", which does not exist", false};
      names = partition_.names_of(of->bundle, bundles_);
      if (names == nullptr) return Error{ErrorCode::kNotFound, "bundle " + std::string(of->bundle) + " of case " + applied_.case_id, false};
    }
    if (changed) {
      entry_->state = after;
      write_change(*names, before.get(), *after);
    }
    write_deltas(names, before.get());
    write_history(names);
    count_bytes();
    return {};
  }

 private:
  [[nodiscard]] Result<CaseEntry*> load_entry();
  void write_identity();
  void write_reject();
  void write_reactions();
  void write_parked();
  void write_quarantine();
  void write_change(const meta::BundleNames& names, const model::CaseState* before, const model::CaseState& after);
  void write_aliases(const meta::BundleNames& names, const meta::BundleNames* before_names, const model::CaseState* before,
                     const model::CaseState& after);
  void write_anchors(const meta::BundleNames& names, const model::CaseState& after);
  void write_attention(const model::CaseState* before, const model::CaseState& after);
  void write_deltas(const meta::BundleNames* names, const model::CaseState* before);
  struct Cell {  // a delta by numbers that hold whatever the bundle
    meta::Number metric = 0;
    std::uint8_t by = 0;
    std::uint16_t series = 0;
    model::Day anchor = 0;
    model::Day occurred = 0;
    std::uint32_t group = 0;
    std::int64_t value = 0;
  };
  [[nodiscard]] Cell cell_of(const measure::Delta& delta, const meta::BundleNames& names);
  [[nodiscard]] std::vector<Cell> cells_of_move(const meta::BundleNames& former, const meta::BundleNames& names);
  void write_cell(const Cell& cell, model::Day recorded, bool restates);
  void write_restatement(const Cell& cell);
  void write_history(const meta::BundleNames* names);
  void count_bytes();
  [[nodiscard]] model::Day recorded_day(const meta::BundleNames& names) const { return names.bundle->zone.local_day(applied_.recorded); }

  PartitionState& partition_;
  Layer& layer_;
  const BundleLookup& bundles_;
  const partition::Applied& applied_;
  CaseEntry* entry_ = nullptr;
  const std::string* case_id_ = nullptr;  // the key in the layer's table
};

Result<CaseEntry*> RecordWriter::load_entry() {
  const auto found = layer_.cases.find(applied_.case_id);
  if (found != layer_.cases.end()) {
    case_id_ = &found->first;
    return &found->second;
  }
  CaseEntry fresh;
  const CaseEntry* frozen = partition_.frozen ? partition_.frozen->find(applied_.case_id) : nullptr;
  if (frozen != nullptr) {
    fresh.state = frozen->state;
    fresh.tail = frozen->tail;
  } else {
    const auto stored = read_stored_case(partition_, *partition_.view, applied_.case_id);
    if (!stored.ok()) return stored.error();
    if (stored->row) {
      fresh.state = stored->row->state;
      fresh.tail = stored->row->tail;
    }
  }
  fresh.base = fresh.state;
  if (fresh.base) layer_.bytes += cases::state_bytes(*fresh.base);
  const auto [it, added] = layer_.cases.emplace(applied_.case_id, std::move(fresh));
  case_id_ = &it->first;
  // A layer says everything about the cases in it.
  const auto* base = partition_.figures_alone() ? nullptr : it->second.base.get();
  for (const auto at : apply::want_instants(base)) {
    layer_.attention.emplace(at, *case_id_);
    layer_.bytes += kAttentionBytes;
  }
  layer_.bytes += kCaseBytes + applied_.case_id.size();
  return &it->second;
}

void RecordWriter::write_identity() {
  if (applied_.identity.fingerprint == Fingerprint{}) return;
  const auto kind = applied_.record ? applied_.record->kind : ledger::RecordKind::kAccepted;
  const auto [it, added] = layer_.identities.insert_or_assign(applied_.identity.fingerprint,
                                                              partition::KnownEvent{applied_.identity.tag, applied_.height, kind});
  static_cast<void>(it);
  if (added) layer_.bytes += kIdentityBytes;
}

void RecordWriter::write_reject() {
  if (!applied_.record || applied_.record->kind != ledger::RecordKind::kRejected) return;
  layer_.rejects.push_back({applied_.height, applied_.recorded, applied_.record->code, applied_.record->source});
  layer_.bytes += kRejectBytes;
}

void RecordWriter::write_reactions() {
  for (const auto& row : applied_.sends) {
    layer_.reactions.push_back({row.partition, row.number, {applied_.height, row.link}});
    layer_.bytes += sizeof(ReactionRow);
  }
  if (applied_.received) layer_.received[applied_.received->partition] = applied_.received->number;
}

void RecordWriter::write_parked() {
  if (applied_.record && applied_.record->kind == ledger::RecordKind::kParked) {
    layer_.parked.insert_or_assign({applied_.case_id, applied_.height}, applied_.record->until);
    layer_.bytes += kCaseBytes;
  }
  if (applied_.resolves != model::kNoHeight) {
    layer_.parked.insert_or_assign({applied_.case_id, applied_.resolves}, std::nullopt);
    layer_.bytes += kCaseBytes;
  }
}

void RecordWriter::write_quarantine() {
  if (!applied_.record) return;
  const auto kind = applied_.record->kind;
  if (kind == ledger::RecordKind::kQuarantined) {
    layer_.quarantine.insert_or_assign(
        applied_.case_id,
        partition::QuarantinedRow{applied_.case_id, std::string(ledger::kind_named(*applied_.record)), applied_.height, applied_.recorded});
  } else if (kind == ledger::RecordKind::kReleased) {
    layer_.quarantine.insert_or_assign(applied_.case_id, std::nullopt);
  } else {
    return;
  }
  layer_.bytes += kCaseBytes;
}

void RecordWriter::write_change(const meta::BundleNames& names, const model::CaseState* before, const model::CaseState& after) {
  write_anchors(names, after);
  if (partition_.figures_alone()) return;
  const meta::BundleNames* before_names = &names;
  if (before != nullptr && !(before->bundle == after.bundle)) before_names = partition_.names_of(before->bundle, bundles_);
  std::vector<listings::Change> changes;
  listings::append_changes(changes, before_names, before, names, after);
  if (!changes.empty()) {
    const model::Day day = recorded_day(names);
    for (const auto& change : changes) layer_.listings.add(change, *case_id_, day);
    layer_.bytes += changes.size() * kTransitionBytes;
  }
  write_aliases(names, before_names, before, after);
  write_attention(before, after);
}

void RecordWriter::write_aliases(const meta::BundleNames& names, const meta::BundleNames* before_names, const model::CaseState* before,
                                 const model::CaseState& after) {
  if (before != nullptr && !aliases::alias_may_differ(names, *before, after)) return;
  const auto now = aliases::alias_keys(names, partition_.number, after);
  std::vector<std::string> old;
  if (before != nullptr && before_names != nullptr) old = aliases::alias_keys(*before_names, partition_.number, *before);
  for (const auto& key : old) {
    if (!std::binary_search(now.begin(), now.end(), key)) layer_.aliases.insert_or_assign(key, false);
  }
  for (const auto& key : now) {
    if (std::binary_search(old.begin(), old.end(), key)) continue;
    layer_.aliases.insert_or_assign(key, true);
    partition_.fresh_aliases.push_back(key);
  }
  layer_.bytes += (old.size() + now.size()) * kCaseBytes;
}

void RecordWriter::write_anchors(const meta::BundleNames& names, const model::CaseState& after) {
  if (after.kind >= names.kinds.size()) return;
  const auto& numbers = names.kinds[after.kind].anchors;
  for (const auto& day : measure::anchor_days(*names.bundle, after)) {
    if (day.anchor >= numbers.size()) continue;
    const AnchorAt at{numbers[day.anchor], day.day};
    const auto place = std::lower_bound(entry_->anchors.begin(), entry_->anchors.end(), at);
    if (place == entry_->anchors.end() || *place != at) entry_->anchors.insert(place, at);
  }
}

void RecordWriter::write_attention(const model::CaseState* before, const model::CaseState& after) {
  for (const auto at : apply::want_instants(before)) layer_.bytes -= layer_.attention.erase({at, *case_id_}) * kAttentionBytes;
  for (const auto at : apply::want_instants(&after)) {
    if (layer_.attention.emplace(at, *case_id_).second) layer_.bytes += kAttentionBytes;
  }
}

void RecordWriter::write_deltas(const meta::BundleNames* names, const model::CaseState* before) {
  if (applied_.deltas.empty() && applied_.withdrawn.empty()) return;
  const model::Day recorded = recorded_day(*names);
  const bool restates = !applied_.record || !applied_.record->backfill;
  if (applied_.withdrawn.empty()) {
    for (const auto& delta : applied_.deltas) write_cell(cell_of(delta, *names), recorded, restates);
    return;
  }
  const auto* former = partition_.names_of(before->bundle, bundles_);
  if (former == nullptr) return;  // write_change has said so
  for (const auto& cell : cells_of_move(*former, *names)) write_cell(cell, recorded, restates);
}

RecordWriter::Cell RecordWriter::cell_of(const measure::Delta& delta, const meta::BundleNames& names) {
  return {names.metrics.at(delta.metric),
          delta.by,
          delta.series,
          delta.anchor,
          delta.occurred,
          layer_.groups.number(*names.bundle, names.index, delta.group),
          delta.value};
}

// What a case that moved takes back by its former bundle and adds by the other: of a figure that both know only the difference.
std::vector<RecordWriter::Cell> RecordWriter::cells_of_move(const meta::BundleNames& former, const meta::BundleNames& names) {
  std::vector<Cell> cells;
  for (const auto& delta : applied_.withdrawn) cells.push_back(cell_of(delta, former));
  for (const auto& delta : applied_.deltas) cells.push_back(cell_of(delta, names));
  const auto key = [](const Cell& cell) { return std::tie(cell.metric, cell.by, cell.series, cell.anchor, cell.occurred, cell.group); };
  std::sort(cells.begin(), cells.end(), [&](const Cell& a, const Cell& b) { return key(a) < key(b); });
  std::vector<Cell> out;
  for (const auto& cell : cells) {
    if (!out.empty() && key(out.back()) == key(cell)) {
      out.back().value += cell.value;
    } else {
      out.push_back(cell);
    }
  }
  std::erase_if(out, [](const Cell& cell) { return cell.value == 0; });
  return out;
}

void RecordWriter::write_cell(const Cell& cell, model::Day recorded, bool restates) {
  if (!partition_.counts(cell.metric)) return;
  if (layer_.tables.size() <= cell.metric) layer_.tables.resize(cell.metric + std::size_t{1});
  auto& tables = layer_.tables[cell.metric];
  if (tables.size() <= cell.by) tables.resize(cell.by + std::size_t{1});
  auto& table = tables[cell.by];
  layer_.bytes -= table.bytes();
  table.add({cell.group, cell.anchor, recorded, cell.occurred, cell.value, cell.series, true});
  layer_.bytes += table.bytes();
  if (cell.anchor < metrics::month_start(recorded) && restates && cell.series < measure::kBuckets) write_restatement(cell);
}

void RecordWriter::write_restatement(const Cell& cell) {
  const model::Day month = metrics::month_start(cell.anchor);
  auto row = layer_.restatements.rbegin();
  for (; row != layer_.restatements.rend() && row->second.height == applied_.height; ++row) {
    if (row->first == cell.metric && row->second.month == month) break;
  }
  if (row == layer_.restatements.rend() || row->second.height != applied_.height) {
    layer_.restatements.push_back({cell.metric, {month, applied_.height, applied_.case_id, {}}});
    row = layer_.restatements.rbegin();
    layer_.bytes += kRestatedBytes + sizeof(metrics::Restatement);
  }
  row->second.cells.push_back({cell.by, static_cast<std::uint8_t>(cell.series), cell.anchor, layer_.groups.text(cell.group), cell.value});
  layer_.bytes += kRestatedBytes;
}

void RecordWriter::write_history(const meta::BundleNames* names) {
  partition::HistoryRow row;
  row.height = applied_.height;
  row.recorded = applied_.recorded;
  row.time = applied_.event ? applied_.event->time : applied_.recorded;
  if (applied_.record) {
    row.kind = applied_.record->kind;
    row.version = applied_.record->case_version;
    row.event = event_of_type(applied_.record->type);
  }
  if (applied_.event && names != nullptr && applied_.event->kind < names->bundle->kinds.size()) {
    const auto& events = names->bundle->kinds[applied_.event->kind].events;
    if (applied_.event->event < events.size()) row.event = events[applied_.event->event].name;
  }
  history::append_row(entry_->tail, row, entry_->chunks);
}

void RecordWriter::count_bytes() {
  std::size_t bytes = entry_->tail.bytes.capacity() + entry_->anchors.capacity() * sizeof(AnchorAt);
  if (entry_->state) bytes += cases::state_bytes(*entry_->state);
  for (const auto& chunk : entry_->chunks) bytes += chunk.bytes.capacity();
  layer_.bytes += bytes - entry_->bytes;  // unsigned, and right when it shrinks
  entry_->bytes = bytes;
}

}  // namespace

Status apply_record(PartitionState& partition, const BundleLookup& bundles, const partition::Applied& applied) {
  return RecordWriter(partition, bundles, applied).write();
}

}  // namespace docket::projections
