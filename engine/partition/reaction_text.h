// Reactions as texts (ledger.md section 9): the event that opens the target, the members that say in a record where it comes from, and the
// form in which nodes hand one another a reaction. Thread rule: free functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/definition/bundle.h"
#include "engine/ledger/record.h"
#include "engine/model/case_state.h"
#include "engine/model/result.h"
#include "engine/partition/offer.h"

namespace docket::partition {

inline constexpr std::uint32_t kReactionDepthMax = 8;

// "from":3,"number":17,"case":"T1","height":812,"depth":1
[[nodiscard]] std::string reaction_members(const Reaction& reaction);
// Puts members into the JSON object `body`, "" if there is none yet.
void add_members(std::string& body, const std::string& members);

// Whose outcome a record is.
struct ReactionOrigin {
  int from = 0;
  std::uint64_t number = 0;
  std::uint32_t depth = 1;
  std::string case_id;
  ledger::Height height = 0;
};
// Nothing: it is of no reaction.
[[nodiscard]] std::optional<ReactionOrigin> reaction_origin(const ledger::Record& record);

// What the event that opens the target is made of.
struct ReactionParts {
  const definition::Bundle* bundle = nullptr;  // of the case that causes it
  const definition::LinkDef* link = nullptr;
  const model::Event* cause = nullptr;
  const model::CaseState* state = nullptr;  // of its case, with the cause
  std::string target;
  std::string id;
  // The JSON of a field of the cause, opened; "": its key is gone.
  std::function<std::string(const model::DataField& field)> open;
};
[[nodiscard]] std::string reaction_event(const ReactionParts& parts);

// One JSON object, and back.
[[nodiscard]] std::string reaction_json(const Reaction& reaction);
[[nodiscard]] Result<Reaction> read_reaction(std::string_view text);

}  // namespace docket::partition
