// What decides: for a new case what was activated last, for a case that is there what it was opened with (ledger.md section 8).
#include "engine/partition/quarantine.h"
#include "engine/partition/so_far.h"
#include "engine/validate/migrate.h"

namespace docket::partition {

Status PartitionLoop::restore_bundle(std::string_view bundle, std::uint64_t number) {
  auto book = books_.find(bundle);
  if (!book) return book.error();
  deciding_ = ahead_deciding_ = {*book, number};
  return {};
}

void PartitionLoop::activate(const ledger::Activation& wanted) {
  if (!wanted_ || wanted_->number < wanted.number) wanted_ = wanted;
}

// The activation is a block of its own, the first that names its bundle. After a freeze it is written again.
void PartitionLoop::write_activation(Instant now) {
  if (!wanted_ || wanted_->number <= ahead_deciding_.number) return;
  auto& book = books_.named(wanted_->bundle);
  if (building_) close_block(now);
  ahead_deciding_ = {&book, wanted_->number};
  open_block(now);
  ledger::Record record;
  record.kind = ledger::RecordKind::kActivated;
  record.body = ledger::activation_text(*wanted_);
  add_record(std::move(record), {});
  close_block(now);
}

// Before a block is applied: whether what it was judged by is what the chain says.
Status PartitionLoop::note_activated(const ledger::Block& block) {
  const auto& first = block.records.empty() ? ledger::RecordKind::kBarrier : block.records.front().kind;
  if (first == ledger::RecordKind::kGenesis || first == ledger::RecordKind::kActivated) {
    std::uint64_t number = 1;
    if (first == ledger::RecordKind::kActivated) {
      const auto told = ledger::parse_activation(block.records.front().body);
      if (!told || told->bundle != block.bundle || told->number <= deciding_.number)
        return Error{ErrorCode::kCorrupt,
                     "record " + std::to_string(block.height) + " of partition " + std::to_string(options_.partition) +
                         " activates nothing that can follow number " + std::to_string(deciding_.number) + ": " +
                         block.records.front().body,
                     false};
      number = told->number;
    }
    auto book = books_.find(block.bundle);
    if (!book)
      return Error{ErrorCode::kConflict,
                   "partition " + std::to_string(options_.partition) + " is judged by bundle " + block.bundle +
                       ", which this node can't use: " + book.error().message,
                   false};
    deciding_ = ahead_deciding_ = {*book, number};
  }
  if (block.bundle == deciding_.book->bundle->id) return {};
  return Error{ErrorCode::kCorrupt,
               "partition " + std::to_string(options_.partition) + ", height " + std::to_string(block.height) + ": judged by bundle " +
                   block.bundle + ", and the chain activated " + deciding_.book->bundle->id,
               false};
}

Rulebook& PartitionLoop::book_for(const std::string& case_id) const {
  if (books_.single()) return *ahead_deciding_.book;
  const auto state = case_ahead(case_id);
  return state == nullptr ? *ahead_deciding_.book : books_.of(*state);
}

// By what its case is judged by; a `migrated` by what decides for new cases, which is where it leads.
void PartitionLoop::read_by_case(ingest::Offered& offered) const {
  if (books_.single() || offered.event == nullptr) return;
  auto anew = offered;
  Rulebooks::read_by(*ahead_deciding_.book, anew);
  if (anew.event != nullptr && (validate::migrates(*anew.event) || releases(*anew.event))) {
    offered = std::move(anew);
  } else {
    Rulebooks::read_by(book_for(offered.event->subject), offered);
  }
}

// What waits may have come while another bundle decided. False: some of it is no event of the case's bundle.
bool PartitionLoop::read_all(std::vector<Parked>& waiting) const {
  auto& book = book_for(waiting.front().event->subject);
  for (auto& row : waiting) {
    if (row.event->bundle == book.bundle.get()) continue;
    ingest::Offered read{ingest::Stage::kReady, std::make_shared<model::Event>(*row.event), {}};
    Rulebooks::read_by(book, read);
    if (read.stage != ingest::Stage::kReady) return false;
    row.event = read.event;
  }
  return true;
}

// An accepted event by what its case was opened with.
Result<model::EventPtr> PartitionLoop::parse_record(const ledger::Record& record, const SoFar& so_far) const {
  const auto tag = ingest::tag_from_text(record.tag);
  auto* book = deciding_.book;
  auto event = book->ingest.parse_stored(record.event, tag);
  if (books_.single()) {
    if (!event) return event.error();
    return model::EventPtr(std::move(*event));
  }
  std::string case_id;
  if (event && validate::migrates(**event)) return model::EventPtr(std::move(*event));
  if (event) {
    case_id = (*event)->subject;
  } else if (const auto subject = ingest::Ingest::subject_of_stored(record.event)) {
    case_id = *subject;
  } else {
    return event.error();
  }
  const auto* newest = so_far.newest(case_id);
  const auto state = newest != nullptr ? newest->after : states_.find(options_.partition, case_id);
  if (state != nullptr && &books_.of(*state) != book) event = books_.of(*state).ingest.parse_stored(record.event, tag);
  if (!event) return event.error();
  return model::EventPtr(std::move(*event));
}

HistoryLoader PartitionLoop::histories(Rulebook& book) const { return {*book.bundle, book.ingest, states_, records_}; }

}  // namespace docket::partition
