// Erasure of a case's private values: the record names the keys that are given up, and they are given up when it is valid
// (ledger.md section 11, docs/decisions/0020-erasure.md).
#include <boost/json.hpp>

#include "engine/ingest/json_text.h"
#include "engine/partition/judged.h"
#include "engine/partition/loop.h"

namespace docket::partition {

std::vector<std::string> erased_keys(const ledger::Record& record) {
  std::vector<std::string> out;
  if (record.kind != ledger::RecordKind::kAccepted || record.body.find("\"keys\"") == std::string::npos) return out;
  boost::system::error_code error;
  const auto body = boost::json::parse(record.body, error);
  const auto* keys = !error && body.is_object() ? body.get_object().if_contains("keys") : nullptr;
  if (keys == nullptr || !keys->is_array()) return out;
  for (const auto& key : keys->get_array()) {
    if (key.is_string()) out.emplace_back(key.get_string());
  }
  return out;
}

void add_erased_keys(ledger::Record& record, const std::vector<std::string>& key_ids) {
  if (key_ids.empty()) return;
  std::string member = "\"keys\":[";
  for (const auto& id : key_ids) {
    if (member.back() != '[') member += ',';
    ingest::append_json_string(member, id);
  }
  member += "]}";
  if (record.body.empty()) {
    record.body = "{" + member;
  } else {
    record.body.back() = ',';
    record.body += member;
  }
}

// Before the projections take the block: where they stand, every key that was given up until then is durably so, and what lies behind is
// replayed after a restart.
Status PartitionLoop::give_up_keys(const AppliedBlock& block) {
  for (const auto& row : block.records) {
    if (row.event == nullptr || !erases(*row.event)) continue;
    if (auto done = keys_.erase(row.case_id, erased_keys(*row.record), row.recorded); !done) {
      return done.error().with_context("the keys of case " + row.case_id + ", which record " + std::to_string(row.height) +
                                       " of partition " + std::to_string(options_.partition) + " erases");
    }
  }
  return {};
}

}  // namespace docket::partition
