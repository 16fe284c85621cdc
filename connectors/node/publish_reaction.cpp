// Reactions between nodes: what a case here asks of a partition that another node owns, and the other way round.
#include "connectors/node/answers.h"
#include "connectors/node/node.h"
#include "connectors/service/problem.h"
#include "engine/partition/reaction_text.h"

namespace docket::node {

using Kind = partition::EventOutcome::Kind;

namespace {

constexpr model::Instant kPeerPatienceMs = 10'000;

partition::EventOutcome reaction_outcome(const service::Answer& answer) {
  partition::EventOutcome out;
  boost::system::error_code error;
  const auto body = json::parse(answer.body, error);
  const auto* object = error ? nullptr : body.if_object();
  const auto* outcome = object == nullptr ? nullptr : object->if_contains("outcome");
  const auto* received = object == nullptr ? nullptr : object->if_contains("received");
  if (outcome == nullptr || !outcome->is_string()) return out;
  for (const Kind kind : {Kind::kAccepted, Kind::kDuplicate, Kind::kRejected, Kind::kOverloaded}) {
    if (outcome->get_string() == partition::name_of(kind)) out.kind = kind;
  }
  if (received != nullptr && received->is_number()) {
    out.received = received->to_number<std::uint64_t>();
  } else {
    out.kind = Kind::kUnknown;  // it reached nobody who could say
  }
  return out;
}

}  // namespace

bool Node::offer_reaction_elsewhere(const std::string& owner, int partition, partition::Offer offer) {
  service::PublishRequest request;
  request.format = service::BodyFormat::kReaction;
  request.body = partition::reaction_json(*offer.reaction);
  request.partitions = {partition};
  parts_.peers->publish(owner, std::move(request),
                        [done = std::move(offer.done)](const service::Answer& answer) { done({reaction_outcome(answer)}); });
  return true;
}

void Node::publish_reaction(const service::PublishRequest& request, std::function<void(service::Answer)> done) {
  const auto refused = [&](const std::string& why) { done(bad_parameter({"body", why}, request.language)); };
  auto reaction = partition::read_reaction(request.body);
  if (!reaction) return refused(reaction.error().message);
  if (!parts_.peers || !request.partitions || request.partitions->size() != 1 || request.partitions->front() < 0 ||
      request.partitions->front() >= model::kPartitions)
    return refused("a reaction comes from another node of a ledger that several share, and names one partition in Docket-Partitions");
  const int partition = request.partitions->front();
  partition::Offer offer;
  offer.reaction = std::make_shared<const partition::Reaction>(std::move(*reaction));
  offer.deadline = parts_.clock() + kPeerPatienceMs;
  auto shared = std::make_shared<std::function<void(service::Answer)>>(std::move(done));
  offer.done = [shared](const Outcomes& outcomes) {
    const auto& outcome = outcomes.front();
    json::object body{{"outcome", partition::name_of(outcome.kind)}};
    if (outcome.kind != Kind::kUnknown) body["received"] = outcome.received;
    (*shared)(json_answer(body));
  };
  if (!workers_[static_cast<std::size_t>(worker_of(partition))]->offer(partition, std::move(offer)))
    (*shared)(json_answer(json::object{{"outcome", partition::name_of(Kind::kUnknown)}}));
}

}  // namespace docket::node
