#include "tests/simulation/checker.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "engine/ingest/ingest.h"

namespace docket::simulation {
namespace {

using Kind = Outcome::Kind;
using ledger::RecordKind;

std::string text_of(const boost::json::object& object, const char* name) {
  const auto* member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string();
}

// A rejection that says nothing of its event's identity.
bool is_unnamed(const ledger::Record& record) {
  using model::Rejection;
  return record.kind == RecordKind::kRejected && !record.body.empty() &&
         (record.code == Rejection::kMalformed || record.code == Rejection::kForbidden || record.code == Rejection::kIdentityConflict);
}

// Where in the intake topic the record stands that this is the first outcome of.
std::optional<std::int64_t> place_of(const ledger::Record& record) {
  const bool tells = record.kind == RecordKind::kAccepted || record.kind == RecordKind::kRejected || record.kind == RecordKind::kParked;
  if (!tells || record.body.empty()) return std::nullopt;
  const auto body = boost::json::parse(record.body).as_object();
  const auto* offset = body.if_contains("offset");
  return offset == nullptr ? std::nullopt : std::optional(offset->as_int64());
}

}  // namespace

void Checker::find(std::string what, Step now) {
  if (findings_.size() < 20) findings_.push_back("step " + std::to_string(now) + ": " + std::move(what));
}

// ---- the chain ----------------------------------------------------------------------------------------------------------

void Checker::committed(const ledger::Stored& stored, Step now) {
  now_ = now;
  ledger::Block block;
  const auto taken = walk_.take(stored, &block);  // heights, recorded never back, terms
  if (!taken) {
    find("the chain breaks a rule: " + taken.error().message, now);
    return;
  }
  if (*taken == ledger::ChainWalk::Taken::kVoid) return;
  if (stored.value.size() > ledger::kBlockBytesMax) find("a block of " + std::to_string(stored.value.size()) + " bytes", now);
  chain_.push_back({walk_.position(), ledger::hash_text(walk_.end().hash), stored.offset, block.term, block.recorded, block.next});
  take_intake(block);
  for (std::size_t i = 0; i < block.records.size(); ++i) take_record(block.records[i], block.height + i);
}

// Each intake record has exactly one outcome, in the very block whose cursor passes it, and that says so by the record's offset.
void Checker::take_intake(const ledger::Block& block) {
  const std::size_t to = block.next.empty() ? 0 : static_cast<std::size_t>(block.next.front().offset);
  if (to > intake_.size()) {
    find("the intake cursor is at " + std::to_string(to) + " of " + std::to_string(intake_.size()), now_);
    return;
  }
  for (; passed_ < to; ++passed_) {
    const std::size_t told = told_by_offset(block, passed_);
    if (told == 1) continue;
    find("intake record " + std::to_string(passed_) + " (" + name(intake_[passed_].event) + ") has " + std::to_string(told) + " outcomes",
         now_);
  }
}

std::size_t Checker::told_by_offset(const ledger::Block& block, std::size_t offset) {
  const auto& [event, readable] = intake_[offset];
  const auto number = static_cast<std::int64_t>(offset);
  std::size_t told = 0;
  for (const auto& record : block.records) {
    if (record.kind == RecordKind::kDuplicates) {
      const auto body = boost::json::parse(record.body);
      for (const auto& range : body.at("ranges").as_array()) {
        if (number < range.at(0).as_int64() || number > range.at(1).as_int64()) continue;
        ++told;
        const auto& rows = events_[{event.source, event.id}].rows;
        const bool before = std::any_of(rows.begin(), rows.end(), [tag = event.tag](const Row& row) { return row.tag == tag; });
        const bool here = std::any_of(block.records.begin(), block.records.end(),
                                      [&](const ledger::Record& other) { return ingest::tag_from_text(other.tag) == event.tag; });
        if (!before && !here) find("intake record " + std::to_string(offset) + " is called a duplicate of nothing", now_);
      }
    } else if (place_of(record) == number) {
      ++told;
      const bool unread = record.code == model::Rejection::kMalformed || record.code == model::Rejection::kForbidden;
      if (readable == unread || (readable && ingest::tag_from_text(record.tag) != event.tag))
        find("intake record " + std::to_string(offset) + " (" + name(event) + ") is told " + ledger::to_string(record.kind) + " " +
                 std::string(model::name(record.code)) + " for " + record.id,
             now_);
    }
  }
  return told;
}

void Checker::published(AskedEvent event, bool readable) {
  if (readable) {
    auto& written = events_[{event.source, event.id}];
    written.contents[event.tag] = event;
    ++written.requests;
  }
  intake_.push_back({std::move(event), readable});
}

void Checker::take_record(const ledger::Record& record, ledger::Height height) {
  ++records_[record.kind];
  switch (record.kind) {
    case RecordKind::kOwnerChanged:
    case RecordKind::kBarrier:
      take_owner_record(record);
      break;
    case RecordKind::kHead:
      take_head(record);
      break;
    case RecordKind::kAccepted:
      take_accepted(record, height);
      break;
    case RecordKind::kRejected:
    case RecordKind::kParked: {
      if (is_unnamed(record)) break;
      const EventId id{record.source, record.id};
      if (record.kind == RecordKind::kParked) parked_.emplace(height, id);
      if (record.parked_at != model::kNoHeight) resolve(record.parked_at, id);
      add_row(id, {record.kind, height, chain_.size(), ingest::tag_from_text(record.tag), record.code, 0, 0});
      break;
    }
    default:
      break;
  }
}

// Barriers are told apart by process and counter, and stand only behind their own process's owner-changed.
void Checker::take_owner_record(const ledger::Record& record) {
  const auto body = boost::json::parse(record.body).as_object();
  const std::string process = text_of(body, "process");
  if (record.kind == RecordKind::kOwnerChanged) owner_ = process;
  if (process != owner_) find("a barrier of process " + process + " behind the owner-changed of " + owner_, now_);
  if (!nonces_.insert(record.body).second) find("two owner records are equal: " + record.body, now_);
}

// Once written they never go back: a head that was dropped for a newer one, or by a node that lost the partition, stays away.
void Checker::take_head(const ledger::Record& record) {
  const auto body = boost::json::parse(record.body).as_object();
  auto& newest = heads_[body.at("node").to_number<std::uint64_t>()];
  const auto step = body.at("step").to_number<std::uint64_t>();
  if (step < newest) find("a head of step " + std::to_string(step) + " behind one of step " + std::to_string(newest), now_);
  newest = step;
}

void Checker::take_accepted(const ledger::Record& record, ledger::Height height) {
  const auto event = boost::json::parse(record.event).as_object();
  const EventId id{text_of(event, "source"), text_of(event, "id")};
  const std::string case_id = text_of(event, "subject");
  const std::uint64_t tag = ingest::tag_from_text(record.tag);
  if (record.parked_at != model::kNoHeight) resolve(record.parked_at, id);
  const auto it = events_.find(id);
  const auto content = it == events_.end() ? std::map<std::uint64_t, AskedEvent>::const_iterator{} : it->second.contents.find(tag);
  if (it == events_.end() || content == it->second.contents.end()) {
    find("accepted, though nobody sent it so: " + record.event, now_);
  } else if (const auto& sent = content->second;
             sent.case_id != case_id || sent.type != text_of(event, "type") || sent.time != text_of(event, "time")) {
    find("accepted with other content than sent: " + record.event, now_);
  }
  auto& line = cases_[case_id];
  if (record.case_version != line.version + 1)
    find(case_id + " goes from version " + std::to_string(line.version) + " to " + std::to_string(record.case_version), now_);
  line = {record.case_version, record.case_revision};
  add_row(id, {record.kind, height, chain_.size(), tag, model::Rejection::kNone, record.case_version, record.case_revision});
}

void Checker::add_row(const EventId& id, Row row) {
  auto& rows = events_[id].rows;
  const bool accepted = std::any_of(rows.begin(), rows.end(), [](const Row& r) { return r.kind == RecordKind::kAccepted; });
  if (accepted) find(id.second + " is in the chain again at height " + std::to_string(row.height) + " after its acceptance", now_);
  rows.push_back(row);
}

void Checker::resolve(ledger::Height parked, const EventId& id) {
  const auto it = parked_.find(parked);
  if (it == parked_.end() || it->second != id) {
    find(id.second + " resolves the parked record at " + std::to_string(parked) + ", which isn't its own or is over", now_);
    return;
  }
  parked_.erase(it);
}

const ChainBlock* Checker::block_at(const ledger::Position& position) const {
  const auto it = std::lower_bound(chain_.begin(), chain_.end(), position.height,
                                   [](const ChainBlock& block, ledger::Height height) { return block.position.height < height; });
  return it != chain_.end() && it->position == position ? &*it : nullptr;
}

std::int64_t Checker::revision(const std::string& case_id) const {
  const auto it = cases_.find(case_id);
  return it == cases_.end() ? 0 : it->second.revision;
}

std::size_t Checker::records_of(RecordKind kind) const {
  const auto it = records_.find(kind);
  return it == records_.end() ? 0 : it->second;
}

std::size_t Checker::told_of(Kind kind) const {
  const auto it = told_.find(kind);
  return it == told_.end() ? 0 : it->second;
}

// ---- what callers are told ----------------------------------------------------------------------------------------------

std::size_t Checker::asked(Asked request) {
  Request row;
  for (const auto& event : request.events) {
    row.revisions.push_back(revision(event.case_id));
    if (request.dry_run) continue;
    auto& written = events_[{event.source, event.id}];
    written.contents[event.tag] = event;
    ++written.requests;
  }
  row.asked = std::move(request);
  requests_.push_back(std::move(row));
  return requests_.size() - 1;
}

void Checker::told(std::size_t number, const std::vector<Outcome>& outcomes, Step now) {
  now_ = now;
  auto& request = requests_[number];
  if (!request.open) find("request " + std::to_string(number) + " is answered twice", now);
  request.open = false;
  if (outcomes.size() != request.asked.events.size()) {
    find("request " + std::to_string(number) + " gets " + std::to_string(outcomes.size()) + " outcomes", now);
    return;
  }
  std::map<std::string, std::size_t> blocks;  // of what this request wrote, by case
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ++told_[outcomes[i].kind];
    told_event(request, i, outcomes[i]);
    const auto& event = request.asked.events[i];
    const Row* row = outcomes[i].kind == Kind::kAccepted && !request.asked.dry_run ? row_of(event, RecordKind::kAccepted) : nullptr;
    if (row != nullptr && !blocks.try_emplace(event.case_id, row->block).second && blocks[event.case_id] != row->block)
      find("events of " + event.case_id + " in one batch stand in two blocks", now);
  }
}

void Checker::told_event(const Request& request, std::size_t index, const Outcome& outcome) {
  const auto& event = request.asked.events[index];
  auto& written = events_[{event.source, event.id}];
  const std::string what = name(event) + " was told " + name_of(outcome.kind);
  switch (outcome.kind) {
    case Kind::kUnknown:
      return;
    case Kind::kOverloaded:
    case Kind::kTooLarge:
      if (!request.asked.dry_run) ++written.unwritten;
      return;
    case Kind::kAccepted:
    case Kind::kDuplicate:
      told_accepted(request, event, outcome);
      break;
    case Kind::kRejected:
      if (request.asked.dry_run) break;
      if (row_of(event, RecordKind::kRejected) == nullptr) find(what + ", and the chain holds no rejection of that content", now_);
      break;
    case Kind::kParked:
      if (request.asked.dry_run) break;
      if (row_of(event, RecordKind::kParked) == nullptr) find(what + ", and the chain holds no parked record of that content", now_);
      break;
    case Kind::kIdentityConflict:
    case Kind::kVersionConflict:
      told_conflict(request, event, index, outcome);
      break;
  }
  if (outcome.position.height != 0 && block_at(outcome.position) == nullptr)
    find(what + " at a position that is not in the chain (height " + std::to_string(outcome.position.height) + ")", now_);
}

void Checker::told_accepted(const Request& request, const AskedEvent& event, const Outcome& outcome) {
  const Row* row = row_of(event, RecordKind::kAccepted);
  const std::string what = name(event) + " was told " + name_of(outcome.kind);
  if (outcome.kind == Kind::kAccepted && request.asked.dry_run) return;
  if (row == nullptr) {
    find(what + ", and is not in the chain with that content", now_);
    return;
  }
  if (outcome.kind == Kind::kAccepted && outcome.case_version != row->version)
    find(what + " as version " + std::to_string(outcome.case_version) + ", the chain says " + std::to_string(row->version), now_);
  if (outcome.case_version > cases_[event.case_id].version)
    find(what + " with version " + std::to_string(outcome.case_version) + " of its case, the chain has " +
             std::to_string(cases_[event.case_id].version),
         now_);
}

// What isn't written must be true at some moment between question and answer.
void Checker::told_conflict(const Request& request, const AskedEvent& event, std::size_t index, const Outcome& outcome) {
  const std::string what = name(event) + " was told " + name_of(outcome.kind);
  if (outcome.kind == Kind::kVersionConflict) {
    const auto expected = request.asked.expected_revision.value_or(-1);
    if (request.revisions[index] == expected && revision(event.case_id) == expected)
      find(what + ", though its case had revision " + std::to_string(expected) + " all the time", now_);
    if (outcome.case_version > cases_[event.case_id].version)
      find(what + " with version " + std::to_string(outcome.case_version) + " of its case, the chain has " +
               std::to_string(cases_[event.case_id].version),
           now_);
    return;
  }
  const auto& rows = events_[{event.source, event.id}].rows;
  const bool other =
      std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row.tag != event.tag && row.kind != RecordKind::kRejected; });
  if (!other) find(what + ", and the chain holds no other content of it", now_);
  const Row* own = row_of(event, RecordKind::kAccepted);
  if (own != nullptr) find(what + ", and it is accepted with this content", now_);
}

const Checker::Row* Checker::row_of(const AskedEvent& event, RecordKind kind) const {
  const auto it = events_.find({event.source, event.id});
  if (it == events_.end()) return nullptr;
  for (const auto& row : it->second.rows) {
    if (row.kind == kind && row.tag == event.tag) return &row;
  }
  return nullptr;
}

void Checker::finish(const std::vector<std::pair<std::string, std::string>>& accepted) {
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    if (requests_[i].open) find("request " + std::to_string(i) + " was never answered", now_);
  }
  for (const auto& [id, written] : events_) {
    if (!written.rows.empty() && written.requests == written.unwritten)
      find(id.second + " is in the chain, and every request with it was told that nothing was written", now_);
  }
  for (const auto& id : accepted) {
    const auto& rows = events_[id].rows;
    if (std::none_of(rows.begin(), rows.end(), [](const Row& row) { return row.kind == RecordKind::kAccepted; })) {
      const std::string last = rows.empty() ? std::string("nothing") : ledger::to_string(rows.back().kind);
      find(id.second + " is part of a legal history and ended as " + last, now_);
    }
  }
}

}  // namespace docket::simulation
