// apply, in the loop: from a block of the ledger to what it did, without judging (design.md section 2). Live and replayed blocks
// hand the same values to the projections.
#include <algorithm>
#include <boost/json.hpp>
#include <limits>

#include "engine/ledger/chain.h"
#include "engine/partition/judged.h"
#include "engine/partition/loop.h"
#include "engine/partition/notices.h"
#include "engine/partition/quarantine.h"
#include "engine/partition/so_far.h"
#include "engine/validate/migrate.h"

namespace docket::partition {
namespace {

std::size_t set_size(const ledger::Record& record) {
  if (record.body.empty()) return 1;
  boost::system::error_code error;
  const auto body = boost::json::parse(record.body, error);
  if (error || !body.is_object()) return 1;
  const auto* set = body.get_object().if_contains("set");
  return set != nullptr && set->is_int64() && set->get_int64() > 1 ? static_cast<std::size_t>(set->get_int64()) : 1;
}

bool accepts(const ledger::Record& record) { return ledger::accepts(record.kind); }

bool changes_others(const ledger::Record& record) {
  return !record.displaces.empty() ||
         std::any_of(record.effects.begin(), record.effects.end(), [](const ledger::EffectsOf& row) { return row.of != model::kNoHeight; });
}

const std::vector<ledger::NamedEffect>* own_effects(const ledger::Record& record) {
  for (const auto& row : record.effects) {
    if (row.of == model::kNoHeight) return &row.effects;
  }
  return nullptr;
}

}  // namespace

Status PartitionLoop::replay(const ledger::Stored& stored) {
  try {
    return replay_block(stored);
  } catch (const LacksBundle& lacks) {
    return Error{lacks.code, "partition " + std::to_string(options_.partition) + ": " + lacks.what(), false};
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& defect) {  // of this program: others may well apply what it can't
    return Error{ErrorCode::kInternal,
                 "partition " + std::to_string(options_.partition) + ", behind height " + std::to_string(position_.height) +
                     ": engine defect while applying a block: " + defect.what(),
                 false};
  }
}

Status PartitionLoop::replay_block(const ledger::Stored& stored) {
  auto block = ledger::decode_block(stored.value);
  if (!block) {
    // What can't be read as a block can't extend the chain; a newer format must not be passed over.
    if (block.error().code == ErrorCode::kConflict) return block.error().with_context("partition " + std::to_string(options_.partition));
    ++void_blocks_;
    return {};
  }
  if (block->previous != head_ || block->height != position_.height) {
    ++void_blocks_;
    return {};
  }
  const auto hash = ledger::block_hash(stored.value);
  const std::string text = ledger::hash_text(hash);
  if (auto good = note_activated(*block); !good) return good;
  bool foreign_owner = false;
  for (const auto& record : block->records) {
    if (record.kind != ledger::RecordKind::kOwnerChanged) continue;
    note_owner(record);
    if (own_term_ != 0 && block->term >= own_term_) foreign_owner = true;
  }
  if (auto good = ledger::check_cursors(cursors_, block->next); !good)
    return good.error().with_context("partition " + std::to_string(options_.partition) + ", height " + std::to_string(block->height));
  cursors_ = block->next;
  auto applied = apply_block(*block, ledger::hash_prefix(hash));
  if (!applied) return applied.error();
  if (auto done = give_up_keys(*applied); !done) return done;
  position_ = applied->position;
  head_ = text;
  recorded_ = block->recorded;
  term_ = std::max(term_, block->term);
  for (auto& row : applied->records) note_valid(row, applied->records);
  sink_.apply(std::move(*applied));
#ifdef DOCKET_FAULT_TERMS
  foreign_owner = false;
#endif
  if (!foreign_owner) return {};
  displaced_ = true;
  stop("another owner took the partition at term " + std::to_string(block->term));
  return {};
}

Result<AppliedBlock> PartitionLoop::apply_block(ledger::Block& block, std::uint64_t hash_prefix) {
  AppliedBlock out;
  out.position = {options_.partition, block.end(), hash_prefix};
  out.recorded = block.recorded;
  out.term = block.term;
  out.activation = deciding_.number;
  out.next = std::move(block.next);
  out.records.reserve(block.records.size());
  SoFar so_far(out.records);
  for (std::size_t i = 0; i < block.records.size(); ++i) {
    if (options_.passes_over && options_.passes_over(ledger::kind_named(block.records[i]))) continue;
    Applied applied;
    applied.height = block.height + i;
    applied.recorded = block.recorded;
    applied.resolves = block.records[i].parked_at;
    if (accepts(block.records[i])) {
      // A refolded set stands or falls as one: its records change the case together, at the last one.
      const std::size_t set = set_size(block.records[i]);
      for (std::size_t k = 0; k < set && i + k < block.records.size(); ++k) {
        Applied row;
        row.height = block.height + i + k;
        row.recorded = block.recorded;
        row.record = std::make_shared<const ledger::Record>(std::move(block.records[i + k]));
#ifndef DOCKET_FAULT_REPLAY
        row.resolves = row.record->parked_at;
#endif
        auto event = parse_record(*row.record, so_far);
        if (!event) return event.error().with_context("record " + std::to_string(row.height));
        row.event = std::move(*event);
        row.identity = row.event->identity;
        row.case_id = row.event->subject;
        if (auto status = apply_accepted(row, so_far, k + 1 < set, set > 1); !status) return status.error();
        so_far.add(std::move(row));
      }
      i += set - 1;
      continue;
    }
    applied.record = std::make_shared<const ledger::Record>(std::move(block.records[i]));
    const auto& record = *applied.record;
    const bool refused = record.kind == ledger::RecordKind::kRejected || record.kind == ledger::RecordKind::kParked;
    if (!refused && record.kind != ledger::RecordKind::kNotice && !quarantines(record)) {
      out.records.push_back(std::move(applied));
      continue;
    }
    if (names_no_case(record)) {
      out.records.push_back(std::move(applied));
      continue;
    }
    applied.case_id = record.subject;
    if (tells_of_its_event(record)) applied.identity = {digest_.fingerprint(record.source, record.id), ingest::tag_from_text(record.tag)};
    const auto* earlier = so_far.newest(record.subject);
    applied.before = earlier != nullptr ? earlier->after : states_.find(options_.partition, record.subject);
    applied.after = applied.before;
    if (record.kind == ledger::RecordKind::kParked) {
      if (auto parked = reopen_parked(record, applied.height)) applied.event = parked->event;
    }
    if (quarantines(record)) {
      if (record.subject.empty())
        return Error{ErrorCode::kCorrupt,
                     "record " + std::to_string(applied.height) + " is " + to_string(record.kind) + " and names no case", false};
      applied.after = after_quarantine(applied.before, record);
    }
    if (record.kind == ledger::RecordKind::kNotice) {
      if (applied.before == nullptr)
        return Error{ErrorCode::kCorrupt, "notice of case " + record.subject + ", which does not exist", false};
      auto after = apply_notice(*books_.of(*applied.before).bundle, *applied.before, record, applied.height);
      if (!after) return after.error();
      applied.after = std::move(*after);
    }
    so_far.add(std::move(applied));
  }
  return out;
}

Status PartitionLoop::apply_accepted(Applied& applied, const SoFar& so_far, bool held_back, bool in_set) {
  const auto& event = *applied.event;
  if (event.kind == model::kNone16 || event.event == model::kNone16) {
    return Error{ErrorCode::kCorrupt, "record " + std::to_string(applied.height) + " names a kind or event that its bundle lacks", false};
  }
  if (validate::migrates(event)) return apply_migrated(applied, so_far);
  auto& book = book_of(event);
  const auto& bundle = *book.bundle;
  const auto& kind = bundle.kinds[event.kind];
  const auto* newest = so_far.newest(applied.case_id);
  applied.before = newest != nullptr ? newest->after : states_.find(options_.partition, applied.case_id);
  if (held_back) {
    applied.after = applied.before;
    return {};
  }
  const model::OrderKey key{event.time, event.sequence, applied.height};
  const bool in_order = !in_set && !apply::acts_by_recorded(kind.events[event.event]) && !changes_others(*applied.record) &&
                        (applied.before == nullptr || key > applied.before->last);
  model::CaseState state;
  if (in_order) {
    model::Effects effects;
    if (const auto* named = own_effects(*applied.record)) {
      auto resolved = resolve_effects(bundle, kind, *named);
      if (!resolved) return resolved.error();
      effects = std::move(*resolved);
    }
    if (applied.before != nullptr) {
      state = *applied.before;
    } else {
      state.id = applied.case_id;
      state.bundle = bundle.id;
      state.kind = event.kind;
    }
    apply::RecordedEffects source(effects, applied.recorded);
    if (auto status = apply::apply_event(kind, state, event, key, source); !status) return status.error();
    if (applied.record->backfill) state.backfilled = true;
    validate::count_acceptance(bundle, state, event, applied.recorded);
    applied.after = std::make_shared<const model::CaseState>(std::move(state));
    measure::append_next(applied.deltas, bundle, applied.before.get(), *applied.after, event.time);
    return {};
  }
  // Out of order: fold the case again. `old`: before the first record of this set.
  std::vector<Applied> before_set;
  std::vector<Applied> members;
  const auto earlier = so_far.of_case(applied.case_id);
  for (const auto& row : earlier) {
    const bool same_set =
        in_set && row.after == row.before && accepts(*row.record) && row.height + 64 > applied.height && is_held_back(earlier, row);
    (same_set ? members : before_set).push_back(row);
  }
  const auto loader = histories(book);
  auto old_history = loader.load(options_.partition, applied.case_id, model::kForever, &before_set);
  if (!old_history) return old_history.error();
  apply::CaseHistory now = *old_history;
  for (const auto& row : members) {
    if (auto status = loader.add(now, row.height, row.recorded, *row.record, row.event); !status) return status;
  }
  if (auto status = loader.add(now, applied.height, applied.recorded, *applied.record, applied.event); !status) return status;
  const auto old_timeline = validate::timeline(bundle, applied.case_id, old_history->folded(), old_history->overlay());
  const auto new_events = now.folded();
  const auto new_timeline = validate::timeline(bundle, applied.case_id, new_events, now.overlay());
  if (new_timeline.size() != new_events.size())
    return Error{ErrorCode::kInternal, "record " + std::to_string(applied.height) + ": case " + applied.case_id + " can't be folded",
                 false};
  if (!new_timeline.empty()) {
    state = *new_timeline.back().state;
  } else if (applied.before != nullptr) {
    state = *applied.before;
  }
  if (applied.before != nullptr) {
    validate::carry_over(state, *applied.before);
  }
  for (const auto& row : members) {
    if (row.record->backfill) state.backfilled = true;
    validate::count_acceptance(bundle, state, *row.event, row.recorded);
  }
  if (applied.record->backfill) state.backfilled = true;
  validate::count_acceptance(bundle, state, event, applied.recorded);
  apply::lay_over(state, now.overlay());
  applied.after = std::make_shared<const model::CaseState>(std::move(state));
  measure::append_refolded(applied.deltas, bundle, old_timeline, new_timeline);
  return {};
}

// Whether a row of this block belongs to the set that is being completed: the unbroken run of unchanged acceptances at the end.
bool PartitionLoop::is_held_back(const std::vector<Applied>& rows, const Applied& row) {
  for (auto it = rows.rbegin(); it != rows.rend(); ++it) {
    if (!accepts(*it->record) || it->after != it->before) return false;
    if (it->height == row.height) return true;
    if (set_size(*it->record) > 1) return false;
  }
  return false;
}

std::optional<PartitionLoop::Parked> PartitionLoop::reopen_parked(const ledger::Record& record, Height height) const {
  const auto json = sealer_.open_parked(record);
  if (!json) return std::nullopt;  // its key is gone: it waited too long
  auto& ingest = deciding_.book->ingest;
  auto offered = record.source == definition::kOwnSource ? ingest.parse_own(*json) : ingest.parse(*json);
  if (offered.event == nullptr) return std::nullopt;
  if (offered.stage != ingest::Stage::kReady) offered.event->bundle = nullptr;  // its case's may read it, this one can't
  return Parked{offered.event, height, record.until, {record.code, record.detail, {}}};
}

void PartitionLoop::note_valid(Applied& applied, const std::vector<Applied>& block) {
  note_wants(applied);
  note_reactions(applied, block);
  note_quarantine(applied);
  if (applied.resolves != model::kNoHeight) {
    std::erase_if(unopened_, [&](const auto& row) { return row.first.second == applied.resolves; });
    if (const auto it = parked_.find(applied.case_id); it != parked_.end()) {
      parked_count_ -= std::erase_if(it->second, [&](const Parked& row) {
        if (row.height != applied.resolves) return false;
        parked_until_.erase({row.until, row.height});
        return true;
      });
      if (it->second.empty()) parked_.erase(it);
    }
  }
  if (applied.record->kind == ledger::RecordKind::kParked && applied.event == nullptr) {
    unopened_.emplace(std::pair{applied.record->until, applied.height}, applied.record);
  } else if (applied.record->kind == ledger::RecordKind::kParked) {
    parked_[applied.case_id].push_back(
        {applied.event, applied.height, applied.record->until, {applied.record->code, applied.record->detail, {}}});
    parked_until_.emplace(std::pair{applied.record->until, applied.height}, applied.case_id);
    ++parked_count_;
  }
}

}  // namespace docket::partition
