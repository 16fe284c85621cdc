// Dry runs: judged like any other request, and nothing of them stays.
#include <algorithm>

#include "engine/partition/loop.h"

namespace docket::partition {

// A dry run is judged in a block of its own, on judged-ahead state, and leaves nothing behind. What it is told may rest on the blocks
// under way, so it waits for those that touch its cases and events.
void PartitionLoop::judge_dry(Offer offer) {
  std::vector<std::uint64_t> rests;
  std::unordered_map<std::string, std::optional<Ahead>> cases;
  std::map<std::array<std::uint8_t, 16>, std::optional<AheadEvent>> events;
  const auto keep_event = [&](const model::Event& event) {
    const auto it = ahead_events_.find(event.identity.fingerprint);
    events.try_emplace(event.identity.fingerprint, it == ahead_events_.end() ? std::nullopt : std::optional(it->second));
    if (it != ahead_events_.end()) rests.push_back(it->second.token);
  };
  for (const auto& one : offer.events) {
    keep_event(*one.event);
    const auto it = ahead_.find(one.event->subject);
    if (!cases.try_emplace(one.event->subject, it == ahead_.end() ? std::nullopt : std::optional(it->second)).second) continue;
    if (it != ahead_.end()) rests.push_back(it->second.token);
    for (const auto& parked : parked_ahead(one.event->subject)) keep_event(*parked.event);
  }
  auto building = std::exchange(building_, std::nullopt);
  const auto flights = flight_.size();
  const auto outgoing = outgoing_.size();
  const auto head = ahead_head_;
  const auto height = ahead_height_;
  const auto recorded = ahead_recorded_;
  const auto timers = timers_;
  const auto first_token = tokens_ + 1;
  if (building) ahead_height_ = building->end();
  open_block(now_);
  Waiting waiting = judge_all(offer);
  building_ = std::move(building);
  flight_.resize(flights);
  outgoing_.resize(outgoing);
  ahead_head_ = head;
  ahead_height_ = height;
  ahead_recorded_ = recorded;
  timers_ = timers;
  std::erase_if(ahead_events_, [&](const auto& row) { return row.second.token >= first_token; });  // what Docket itself added
  for (auto& [case_id, ahead] : cases) {
    if (ahead) {
      ahead_[case_id] = std::move(*ahead);
    } else {
      ahead_.erase(case_id);
    }
  }
  for (auto& [fingerprint, ahead] : events) {
    if (ahead) {
      ahead_events_[fingerprint] = std::move(*ahead);
    } else {
      ahead_events_.erase(fingerprint);
    }
  }
  std::sort(rests.begin(), rests.end());
  rests.erase(std::unique(rests.begin(), rests.end()), rests.end());
  waiting.rests = std::move(rests);
  answer_or_wait(std::move(waiting));
}

}  // namespace docket::partition
