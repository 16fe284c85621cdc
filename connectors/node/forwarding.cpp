#include "connectors/node/forwarding.h"

#include <boost/json.hpp>

#include "connectors/node/answers.h"
#include "connectors/node/node.h"
#include "connectors/service/problem.h"

namespace docket::node {

namespace json = boost::json;

namespace {

// The rows of a batch's answer; empty: it is none.
json::array rows_of(const service::Answer& part) {
  if (part.status != 200) return {};
  boost::system::error_code error;
  auto body = json::parse(part.body, error);
  auto* object = error ? nullptr : body.if_object();
  auto* rows = object == nullptr ? nullptr : object->if_contains("results");
  return rows == nullptr || !rows->is_array() ? json::array{} : std::move(rows->get_array());
}

// What a part without rows says of each of its events.
json::object row_instead(const service::Answer& part, const SharedAnswer::Event& event) {
  boost::system::error_code error;
  const auto body = json::parse(part.body, error);
  const auto* problem = error ? nullptr : body.if_object();
  const auto text = [&](const char* name, const char* otherwise) {
    const auto* value = problem == nullptr ? nullptr : problem->if_contains(name);
    return value == nullptr || !value->is_string() ? std::string(otherwise) : std::string(value->get_string());
  };
  return {{"outcome", text("outcome", "outcome-unknown")},
          {"id", event.id},
          {"case", event.case_id},
          {"status", part.status},
          {"detail", text("detail", "another node answered what can't be read")}};
}

// The kind of outcome that an answer to one event tells of.
partition::EventOutcome::Kind kind_of(const service::Answer& answer) {
  using Kind = partition::EventOutcome::Kind;
  boost::system::error_code error;
  const auto body = json::parse(answer.body, error);
  const auto* object = error ? nullptr : body.if_object();
  const auto* outcome = object == nullptr ? nullptr : object->if_contains("outcome");
  if (outcome == nullptr || !outcome->is_string()) return Kind::kUnknown;
  for (const Kind kind : {Kind::kAccepted, Kind::kDuplicate, Kind::kRejected, Kind::kParked, Kind::kIdentityConflict,
                          Kind::kVersionConflict, Kind::kUnknown, Kind::kOverloaded, Kind::kTooLarge}) {
    if (outcome->get_string() == partition::name_of(kind)) return kind;
  }
  return Kind::kUnknown;
}

}  // namespace

void SharedAnswer::take(const service::Answer& part, const std::vector<Event>& events) {
  service::Answer all;
  {
    const std::lock_guard lock(mutex_);
    for (auto& row : rows_of(part)) {
      const auto* object = row.if_object();
      const auto* index = object == nullptr ? nullptr : object->if_contains("index");
      if (index != nullptr && index->is_number()) rows_[index->to_number<std::size_t>()] = json::serialize(row);
    }
    for (const auto& event : events) {
      if (rows_.contains(event.index)) continue;
      auto row = row_instead(part, event);
      row["index"] = event.index;
      rows_[event.index] = json::serialize(row);
    }
    if (part.status == 200 && !part.position.empty()) position_ += (position_.empty() ? "" : ",") + part.position;
    if (--missing_ > 0) return;
    all.position = position_;
    all.body = "{\"results\":[";
    for (const auto& [index, row] : rows_) all.body.append(all.body.back() == '[' ? "" : ",").append(row);
    all.body += "]}";
  }
  done_(std::move(all));
}

bool Node::offer_elsewhere(const std::string& owner, int partition, partition::Offer offer, const std::string& text) {
  service::PublishRequest request;
  request.body = text;
  request.partitions = {partition};
  parts_.peers->publish(owner, std::move(request), [done = std::move(offer.done)](const service::Answer& answer) {
    std::vector<partition::EventOutcome> outcomes(1);
    outcomes.front().kind = kind_of(answer);
    done(std::move(outcomes));
  });
  return true;
}

// True: the request was handed to the nodes that own its events.
bool Node::forward(service::PublishRequest& request, const std::vector<ingest::Offered>& events,
                   std::function<void(service::Answer)>& done) {
  constexpr int kHere = -1;
  std::map<std::string, std::vector<int>> partitions;             // by address; "": this node
  std::map<std::string, std::vector<SharedAnswer::Event>> asked;  // the same
  std::vector<std::string> owners(static_cast<std::size_t>(model::kPartitions));
  for (int p = 0; p < model::kPartitions; ++p) {
    owners[static_cast<std::size_t>(p)] = owner_of(p);
    partitions[owners[static_cast<std::size_t>(p)]].push_back(p);
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto* event = events[i].event.get();
    const bool judged = event != nullptr && (events[i].stage == ingest::Stage::kReady || events[i].stage == ingest::Stage::kRejected);
    const auto& owner = judged ? owners[static_cast<std::size_t>(model::partition_of(event->subject))] : std::string();
    asked[owner].push_back({i, event == nullptr ? "" : event->subject, event == nullptr ? "" : event->id});
  }
  if (asked.empty() || (asked.size() == 1 && asked.contains(""))) return false;
  if (request.format == service::BodyFormat::kEvent) {
    const std::string address = asked.begin()->first;
    request.partitions = partitions[address];
    parts_.peers->publish(address, std::move(request), std::move(done));
    return true;
  }
  auto shared = std::make_shared<SharedAnswer>(asked.size(), request.language, std::move(done));
  for (auto& [address, rows] : asked) {
    auto part = request;
    part.partitions = partitions[address];
    if (address.empty()) part.partitions->push_back(kHere);  // what is broken is told of here
    auto take = [shared, rows = std::move(rows)](const service::Answer& answer) { shared->take(answer, rows); };
    if (address.empty()) {
      publish(std::move(part), std::move(take));
    } else {
      parts_.peers->publish(address, std::move(part), std::move(take));
    }
  }
  return true;
}

}  // namespace docket::node
