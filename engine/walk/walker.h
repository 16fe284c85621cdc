// Random histories of a kind: from a seed it proposes events, the real validate::judge judges them, and what it accepts is the walk.
// Guided by coverage: it goes where legal (state, event) pairs are not yet taken, then to the states not yet seen to close.
// Nothing here reads a clock; time is virtual. Thread rule: one thread; the bundle is shared.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/apply/history.h"
#include "engine/definition/bundle.h"
#include "engine/validate/judge.h"
#include "engine/walk/guide.h"
#include "engine/walk/pairs.h"
#include "engine/walk/proposer.h"

namespace docket::walk {

struct Step {  // one accepted event, in the order recorded
  std::string json;
  model::EventPtr event;
  model::Instant recorded = 0;
  model::CasePtr after;
  bool late = false;  // dated before an event that was there
  bool timer = false;
};

struct Options {
  std::uint64_t seed = 1;
  std::string source;                        // preferred; "" any that may say so
  model::Instant start = 1'488'334'000'000;  // 2017-03-01
  unsigned late_percent = 0;                 // how often an event is dated back
  unsigned amend_percent = 30;               // how often corrected and voided are tried where nothing is to be covered
  bool cover = true;                         // false: natural weights only
  bool common = true;                        // false: common events only where they help
  bool timers = true;                        // what Docket emits itself when a clock has run out
  bool reactions = false;                    // cases may begin as another case's reaction, though people can open them, too
};

class Walker {
 public:
  Walker(definition::BundlePtr bundle, model::KindId kind, Options options);

  // One case of at most `steps` accepted events; shorter when nothing more is legal. Its last third makes for a closed state.
  std::vector<Step> walk(const std::string& case_id, std::size_t steps);

  [[nodiscard]] const std::vector<Pair>& legal() const { return legal_; }
  [[nodiscard]] const std::set<Pair>& taken() const { return taken_; }
  [[nodiscard]] std::vector<Pair> never_taken() const;
  [[nodiscard]] std::uint64_t reached(model::ScopeId scope) const { return reached_[scope]; }  // states seen
  [[nodiscard]] std::uint64_t closing(model::ScopeId scope) const {
    return closing_[scope];
  }  // states from which a walk came to a closed one
  [[nodiscard]] bool happened(model::EventId event) const { return happened_[event]; }
  // Why the event was refused when it was last tried; "" if never.
  [[nodiscard]] const std::string& refused(model::EventId event) const { return refused_[event]; }
  [[nodiscard]] std::uint64_t tried() const { return tried_; }

 private:
  struct Choice {
    model::EventId event = 0;
    std::size_t part = ~std::size_t{0};  // index into the case's parts
    std::uint64_t weight = 0;
  };
  struct Case {
    std::string id;
    model::CasePtr state;
    apply::CaseHistory history;
    model::Height next = 1;
    model::Instant recorded = 0;
    unsigned named = 0;
    std::vector<Step> steps;
    std::set<model::EventId> helpful;             // events that may help what was refused
    std::map<model::EventId, unsigned> failures;  // of this walk
    std::set<model::Instant> times;
    std::uint64_t open = 0;  // states of the case since it was last closed
    std::map<std::pair<model::ScopeId, std::size_t>, std::uint64_t> open_parts;
    std::vector<std::uint64_t> goals;     // by scope: the state it makes for, as a bit
    std::vector<std::size_t> goal_until;  // and for how many steps of the walk
  };

  [[nodiscard]] std::vector<Choice> choices(const Case& at, bool homeward);
  [[nodiscard]] bool only_docket_opens(model::EventId event) const;
  [[nodiscard]] std::uint64_t weight(const Case& at, const definition::EventDef& def, const Choice& choice, bool homeward) const;
  void set_goals(Case& at, bool aimless);
  bool attempt(Case& at, const Choice& choice);
  bool judge(Case& at, const Proposal& proposal, const Choice& choice);
  void note(Case& at, const Choice& choice, const model::CasePtr& before);
  [[nodiscard]] model::Instant next_time(const Case& at, const definition::EventDef& def, bool& late);
  [[nodiscard]] bool untaken(const Case& at, const Choice& choice) const;

  definition::BundlePtr bundle_;
  model::KindId kind_id_;
  const definition::KindDef& kind_;
  Options options_;
  Random random_;
  Proposer proposer_;
  Guide guide_;
  std::vector<Pair> legal_;
  std::set<Pair> taken_;
  std::map<Pair, unsigned> failed_;                                             // attempts at a pair that is not taken yet
  std::map<std::pair<model::ScopeId, model::StateId>, std::uint64_t> in_vain_;  // goals set since something new was taken there
  std::vector<std::uint64_t> reached_;
  std::vector<std::uint64_t> closing_;
  std::vector<bool> happened_;
  std::vector<std::string> refused_;
  std::uint64_t tried_ = 0;
};

}  // namespace docket::walk
