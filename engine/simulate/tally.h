// What a simulation comes to: every case of a partition as it is and as it would be, counted by kind; the first cases that differ; the
// states from which figures of today are read. Thread rule: one thread; merge() joins those of several.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/simulate/course.h"
#include "engine/simulate/difference.h"
#include "engine/simulate/replayed.h"
#include "engine/simulate/sums.h"

namespace docket::simulate {

struct ClockCounts {          // of the cases' clocks of one name
  std::uint64_t earlier = 0;  // the due lies before
  std::uint64_t later = 0;
  std::uint64_t limited = 0;                                            // has a due and had none
  std::uint64_t unlimited = 0;                                          // the other way round
  std::uint64_t other_original = 0;                                     // set on both sides, first with another due, moved or not
  std::uint64_t other_value = 0;                                        // of them or others: comes to something else (met, late, overdue)
  std::map<std::pair<std::string, std::string>, std::uint64_t> values;  // from what to what; "" none
};

struct KindCounts {
  std::uint64_t cases = 0;
  std::uint64_t open = 0;
  std::uint64_t differ = 0;
  std::uint64_t open_differ = 0;
  std::uint64_t overdue_now = 0;  // open cases
  std::uint64_t overdue_as_if = 0;
  std::uint64_t not_there = 0;                                          // the opening event would not have been taken
  std::map<std::pair<std::string, std::string>, std::uint64_t> states;  // of the case itself: from what to what
  std::map<std::string, ClockCounts> clocks;
  std::map<std::pair<std::string, std::string>, std::uint64_t> not_taken;  // event and code: cases
};

// One side: figures, and the states that figures of today need.
struct Side {
  Sums sums;
  std::map<std::string, model::CasePtr> today;  // with a clock that falls due today, or an anchor today
};

struct Tally {
  explicit Tally(std::size_t cases_kept) : kept(cases_kept) {}

  std::size_t kept;  // of the differing cases at most so many: open ones first, then those that come to something else, by id
  std::uint64_t events = 0;
  model::Instant recorded = 0;  // the last block's
  Side now;
  Side as_if;
  std::map<std::string, KindCounts> kinds;
  std::map<std::tuple<bool, bool, std::string>, CaseDifference> cases;  // closed, only dues differ, id

  void add(CaseDifference difference);
  void merge(Tally&& other);
};

// A replayed case's course by `changed` up to `until`; the accepted events that it would not take go to `not_taken`.
[[nodiscard]] Course as_if(const Replayed& replayed, const std::string& case_id, const ReplayedCase& one, partition::Rulebook& changed,
                           model::Instant until, std::vector<NotTaken>& not_taken);

// Holds each case of a replayed partition against its course by `changed`, up to the instant `until` (inclusive). `books`: of the loop that
// replayed it. Throws partition::LacksBundle.
void compare(const Replayed& replayed, partition::Rulebooks& books, partition::Rulebook& changed, model::Instant until, Tally& tally);

}  // namespace docket::simulate
