// Heads of another partition's chain as records of this one (ledger.md section 10): a cut of that chain then shows here.
#include "engine/partition/loop.h"

namespace docket::partition {

void PartitionLoop::add_head(std::string body) {
  std::erase_if(heads_, [](const Head& head) { return head.token == 0; });
  heads_.push_back({std::move(body), 0});
}

void PartitionLoop::write_heads() {
  constexpr std::size_t kMembersBytes = 64;  // beside the body
  for (auto& head : heads_) {
    if (head.token != 0 || flight_.size() >= options_.blocks_in_flight_max) continue;
    if (!make_room(head.body.size() + kMembersBytes)) continue;
    ledger::Record record;
    record.kind = ledger::RecordKind::kHead;
    record.body = head.body;
    add_record(std::move(record), {});
    head.token = building_->token;
  }
}

void PartitionLoop::heads_valid(std::uint64_t token) {
  std::erase_if(heads_, [&](const Head& head) { return head.token == token; });
}

// What was under way may never count, and whoever owns next need not have heard of it.
void PartitionLoop::heads_again() {
  for (auto& head : heads_) head.token = 0;
  if (heads_.size() > 1) heads_.erase(heads_.begin(), heads_.end() - 1);  // the newest says the most
}

}  // namespace docket::partition
