// An engine defect in one case (ledger.md section 10): what was begun for it is taken back, a `quarantined` record says so, and what
// comes for the case waits until a `released` record. The record decides for every reader, and so no reader needs to meet the defect.
// Internal to partition. Thread rule: the loop's own.
#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/ledger/record.h"
#include "engine/model/case_state.h"
#include "engine/partition/loop.h"

namespace docket::partition {

// What judging and applying mean in this program; raised whenever that changes. A record says by which number a case failed, so that one
// can see whether the program at hand is a newer one.
inline constexpr std::uint32_t kSemantics = 1;

// Judging or applying failed in a way that no event may bring about.
class EngineDefect : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
// Throws EngineDefect, if that is what the refusal says.
void throw_defect(const model::Refusal& refusal);

// Whether the event asks for a case to be released.
[[nodiscard]] bool releases(const model::Event& event);
// Whether it is a `quarantined` or a `released` record.
[[nodiscard]] bool quarantines(const ledger::Record& record);
// apply: the case after such a record; null stays null, as a case may fail at its opening.
[[nodiscard]] model::CasePtr after_quarantine(const model::CasePtr& before, const ledger::Record& record);

// What judging one case may have changed, in the block being built and in what is judged ahead.
struct PartitionLoop::Checkpoint {
  std::uint64_t token = 0;  // of the block
  std::size_t records_bytes = 0;
  std::size_t records = 0;
  std::optional<Mark> mark;
  std::vector<ledger::IntakeCursor> cursors;  // with `mark`
  std::string case_id;
  bool touched = false;
  Ahead ahead;  // without its records
  std::size_t ahead_records = 0;
  std::vector<std::pair<std::array<std::uint8_t, 16>, AheadEvent>> events;  // in flight already
};

// Judges; false: it met a defect, nothing of it stays, and the case is quarantined. `events`: those offered, the last is named.
template <typename Judge>
bool PartitionLoop::spared(const std::string& case_id, std::span<const model::EventPtr> events, const Judge& judge) {
  auto before = checkpoint(case_id, events);
  try {
    judge();
    return true;
  } catch (const LacksBundle&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& defect) {
    if (!building_ || building_->token != before.token) throw;  // blocks went out meanwhile: what belongs to the case can't be told
    undo(std::move(before));
    quarantine(case_id, events, defect.what());
    return false;
  }
}

}  // namespace docket::partition
