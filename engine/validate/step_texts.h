// What refusals say of a case: its states, parts, whose turn it is, what a gate lacks. Public values alone: refusals stand in the ledger.
// Thread rule: free functions over immutable input.
#pragma once

#include <string>

#include "engine/definition/bundle.h"
#include "engine/model/case_state.h"

namespace docket::validate {

// "new, signed"
[[nodiscard]] std::string state_names(const definition::ScopeDef& scope, std::uint64_t mask);
// "assist with unit b-cgj"
[[nodiscard]] std::string part_text(const definition::Bundle& bundle, const definition::ScopeDef& part, const model::Value& key);
// Who may, by the case as it is: "role dispatcher, the staff of lead b-jtj".
[[nodiscard]] std::string holders_text(const definition::Bundle& bundle, const definition::KindDef& kind, const definition::EventDef& def,
                                       const model::CaseState& state, const model::PartInstance* part);
// Why a gate isn't passed: "proposer_contacted has not happened", "assist with unit b-cgj is not given yet".
[[nodiscard]] std::string gate_text(const definition::Bundle& bundle, const definition::KindDef& kind, const model::CaseState& state,
                                    const definition::GateDef& gate);
// The kind's links: "repeats, merged_into", or "none".
[[nodiscard]] std::string link_names(const definition::KindDef& kind);

}  // namespace docket::validate
