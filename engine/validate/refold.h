// Folds a case again with new events at their places; what was accepted before must stay legal. Internal to validate: judge.h and
// migrate.h are the faces. Thread rule: one thread, one use.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/apply/action_data.h"
#include "engine/validate/judge.h"

namespace docket::validate {

class Refold {
 public:
  // `history`: all that is accepted, as `bundle` reads it.
  Refold(const definition::Bundle& bundle, const model::CasePtr& before, const std::vector<Incoming>& incoming,
         const apply::CaseHistory& history, model::Instant recorded)
      : former_(bundle), bundle_(bundle), before_(before), incoming_(incoming), old_(history), new_(history), recorded_(recorded) {}
  // A case that moves from `former` to `bundle`: `history` as the former reads it, `anew` as the other does. Every event is judged again
  // and every computed value computed.
  Refold(const definition::Bundle& former, const definition::Bundle& bundle, const model::CasePtr& before,
         const std::vector<Incoming>& incoming, const apply::CaseHistory& history, apply::CaseHistory anew, model::Instant recorded)
      : former_(former), bundle_(bundle), before_(before), incoming_(incoming), old_(history), new_(std::move(anew)), recorded_(recorded) {}

  [[nodiscard]] Verdict run();

 private:
  struct Problem {
    model::Refusal refusal;
    std::size_t incoming = 0;
    bool timer = false;
    model::Height height = 0;
  };

  [[nodiscard]] bool moves() const { return &former_ != &bundle_; }
  [[nodiscard]] std::optional<std::size_t> incoming_index(model::Height height) const;
  model::Refusal take_meta(const model::CaseState& now);
  [[nodiscard]] bool linked_in_set(std::size_t i) const;
  [[nodiscard]] const model::Event* target_of(const apply::CorrectionData& data) const;
  [[nodiscard]] bool is_timer(model::Height height) const;
  [[nodiscard]] model::Refusal later_problem(const apply::Folded& row, const model::Refusal& refusal) const;
  std::optional<Problem> walk(const std::vector<apply::Folded>& events, std::size_t first);
  void collect_later();

  const definition::Bundle& former_;
  const definition::Bundle& bundle_;
  const model::CasePtr& before_;
  const std::vector<Incoming>& incoming_;
  const apply::CaseHistory& old_;
  apply::CaseHistory new_;
  model::Instant recorded_;
  std::string id_;
  std::size_t refused_at_ = 0;
  model::CaseState walked_;  // the case after its folded events, with nothing laid over
  std::map<model::Height, model::Effects> effects_;
  Verdict verdict_;
};

// Not the event's fault: who judges must quarantine the case. The one refusal of judging with the code `quarantined`.
[[nodiscard]] model::Refusal engine_defect(const Error& error);

}  // namespace docket::validate
