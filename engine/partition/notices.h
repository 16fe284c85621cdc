// Notices as records: a warning at its instant, a breach at due + 1 ms, a breach withdrawn, a timer event passed over. They change no
// figure and no event of the case; the case only remembers how far it has been told, which breaches stand, and what was passed over.
// Thread rule: free functions.
#pragma once

#include <string>

#include "engine/apply/attention.h"
#include "engine/definition/bundle.h"
#include "engine/ledger/record.h"
#include "engine/model/case_state.h"
#include "engine/model/result.h"

namespace docket::partition {

// What a clock's deadline is called in derived ids: case, part, clock, round, n-th setting and its due. The due is part of it: an
// extended or corrected deadline is another one, whatever order the events that set it came in.
[[nodiscard]] std::string setting_id(const definition::Bundle& bundle, const model::CaseState& state, const apply::Want& want);

// The record that tells `want` (a notice or a breach); its id is the setting and the level.
[[nodiscard]] ledger::Record notice_record(const definition::Bundle& bundle, const model::CaseState& state, const apply::Want& want);
// The record that passes a timer event over: it is not legal where that clock runs out. Holds until the case's past changes.
[[nodiscard]] ledger::Record passing_record(const definition::Bundle& bundle, const model::CaseState& state, const apply::Want& want,
                                            const model::Refusal& refusal);
// The record that takes a breach back.
[[nodiscard]] ledger::Record withdrawal_record(const definition::Bundle& bundle, const model::CaseState& state, const model::Breach& breach,
                                               model::Instant recorded);

// apply: the case after such a record. An error is a corrupt ledger.
[[nodiscard]] Result<model::CasePtr> apply_notice(const definition::Bundle& bundle, const model::CaseState& before,
                                                  const ledger::Record& record, model::Height height);

}  // namespace docket::partition
