#include "connectors/node/reaction_driver.h"

#include <algorithm>

namespace docket::node {

using Kind = partition::EventOutcome::Kind;

namespace {

constexpr model::Instant kPauseMs = 50;         // before one that was refused is offered again
constexpr model::Instant kUnreadMs = 1'000;     // before one that could not be read is tried again
constexpr model::Instant kPatienceMs = 10'000;  // of an offer

}  // namespace

void ReactionDriver::step(const partition::PartitionLoop& loop, int partition, model::Instant now) {
  if (!loop.owner()) {
    lines_.erase(lines_.lower_bound({partition, 0}), lines_.lower_bound({partition + 1, 0}));
    return;
  }
  for (int to = 0; to < model::kPartitions; ++to) {
    const auto sent = loop.reactions_to(to);
    if (sent == 0) continue;
    auto& line = lines_[{partition, to}];
    if (line.under_way) {
      if (!line.under_way->there.load(std::memory_order_acquire)) continue;
      take(line, now);
    }
    line.waiting = sent - std::min(sent, line.received.value_or(0));
    if ((line.received && *line.received >= sent) || line.again_at > now) continue;
    const auto number = line.received ? *line.received + 1 : sent;
    auto reaction = [&]() -> Result<partition::Reaction> {
      try {
        return loop.reaction(to, number);
      } catch (const partition::LacksBundle& lacks) {
        return Error{lacks.code, lacks.what()};
      }
    }();
    if (reaction) {
      offer(line, to, std::move(*reaction), now);
    } else {
      line.again_at = now + kUnreadMs;
    }
  }
}

// A number that the other says it has is true for ever; that it answers less than before means only that it doesn't know it yet.
void ReactionDriver::take(Line& line, model::Instant now) {
  const auto told = std::exchange(line.under_way, nullptr);
  accepted_ += told->kind == Kind::kAccepted ? 1U : 0U;
  rejected_ += told->kind == Kind::kRejected ? 1U : 0U;
  const bool moved = !line.received || told->received > *line.received;
  const bool knows = told->kind != Kind::kUnknown;
  if (knows && moved) line.received = told->received;
  if (!knows || !moved) line.again_at = now + kPauseMs;
}

void ReactionDriver::offer(Line& line, int to, partition::Reaction reaction, model::Instant now) {
  auto told = std::make_shared<Told>();
  partition::Offer offer;
  offer.reaction = std::make_shared<const partition::Reaction>(std::move(reaction));
  offer.deadline = now + kPatienceMs;
  offer.done = [told, wake = wake_](std::vector<partition::EventOutcome> outcomes) {
    told->kind = outcomes.front().kind;
    told->received = outcomes.front().received;
    told->there.store(true, std::memory_order_release);
    wake();
  };
  if (send_(to, std::move(offer))) {
    line.under_way = std::move(told);
  } else {
    line.again_at = now + kPauseMs;
  }
}

ReactionCounts ReactionDriver::counts() const {
  ReactionCounts out{accepted_, rejected_, 0};
  for (const auto& [places, line] : lines_) out.waiting += line.waiting;
  return out;
}

}  // namespace docket::node
