// What a block says became of the events it judged, as the messages of PREFIX.verdicts: one for each event, and for what an intake topic
// held one for each of its records. Form: schemas/outputs/verdict.json. Nothing here was ever private: a block tells of a payload by
// its source and id.
// Thread rule: free functions over values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/record.h"
#include "engine/model/result.h"

namespace docket::kafka {

struct OutputRow {
  std::string key;
  std::string value;
};

// `position`: of the block's end.
[[nodiscard]] std::vector<OutputRow> verdict_rows(const ledger::Position& position, const ledger::Block& block);

// The case that a record is about; "" if none.
[[nodiscard]] std::string case_of(const ledger::Record& record);

}  // namespace docket::kafka
