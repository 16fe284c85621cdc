// consistency=strong where another node may own a partition by now: a read waits for a block that its owner produced after the read came,
// and for all that stands before it (ledger.md section 5). Every node follows every partition, so the answer itself is made here.
#include <chrono>
#include <future>
#include <thread>

#include "connectors/node/answers.h"
#include "connectors/node/node.h"
#include "connectors/service/problem.h"

namespace docket::node {

namespace json = boost::json;

namespace {

constexpr model::Instant kBarrierMs = 5'000;
constexpr int kTries = 200;
constexpr auto kPause = std::chrono::milliseconds(10);

// Those that the read rests on.
std::vector<int> partitions_of(const service::Query& query) {
  std::vector<int> out;
  if (const auto id = query.path.find("id"); id != query.path.end() && query.route.starts_with("/v1/cases/"))
    return {model::partition_of(id->second)};
  for (const auto& [name, value] : query.params) {
    if (name != "partition") continue;
    const auto number = value.size() > 4 ? -1 : std::atoi(value.c_str());
    if (std::to_string(number) != value || number < 0 || number >= model::kPartitions)
      throw BadParameter{"partition", "found '" + value + "', expected 0 to " + std::to_string(model::kPartitions - 1)};
    out.push_back(number);
  }
  if (!out.empty()) return out;
  for (int p = 0; p < model::kPartitions; ++p) out.push_back(p);
  return out;
}

}  // namespace

bool Node::reached(const ledger::Position& wanted) const {
  for (int tries = 0; parts_.store->position(wanted.partition).height < wanted.height; ++tries) {
    if (tries == kTries) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

std::optional<service::Answer> Node::await_barriers(const service::Query& query) {
  if (!parts_.peers && !parts_.still_ours && !parts_.barriers) return std::nullopt;
  const auto behind = [&](const std::string& why) {
    return service::problem_answer("projection-behind", why + "; ask again", query.language);
  };
  std::map<std::string, std::vector<int>> elsewhere;
  struct Own {
    int partition = 0;
    std::future<Outcomes> outcome;
  };
  std::vector<Own> own;
  for (const int partition : partitions_of(query)) {
    if (const auto owner = owner_of(partition); !owner.empty()) {
      elsewhere[owner].push_back(partition);
      continue;
    }
    auto told = std::make_shared<std::promise<Outcomes>>();
    partition::Offer offer;
    offer.barrier = true;
    offer.deadline = parts_.clock() + kBarrierMs;
    offer.done = [told](Outcomes outcomes) { told->set_value(std::move(outcomes)); };
    own.push_back({partition, told->get_future()});
    if (!workers_[static_cast<std::size_t>(worker_of(partition))]->offer(partition, std::move(offer)))
      return behind("partition " + std::to_string(partition) + " has no owner here just now");
  }
  // One hop: who is asked for positions answers for its own.
  if (!elsewhere.empty() && query.route == "/v1/positions") return behind("this node doesn't own all of these partitions");
  for (const auto& [address, partitions] : elsewhere) {
    if (!parts_.peers) return behind("another node owns what this read rests on");
    const auto positions = parts_.peers->positions(address, partitions);
    if (!positions) return behind("the owner at " + address + " didn't say how far its partitions are: " + positions.error().message);
    std::string_view rest = *positions;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      const auto position = ledger::parse_position(rest.substr(0, comma));
      rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
      if (!position || !reached(*position))
        return behind("this node hasn't read partition " + std::to_string(position ? position->partition : -1) + " as far as its owner");
    }
  }
  for (auto& each : own) {
    if (each.outcome.wait_for(std::chrono::milliseconds(2 * kBarrierMs)) != std::future_status::ready)
      return behind("partition " + std::to_string(each.partition) + " gave no barrier in time");
    if (each.outcome.get().front().kind != partition::EventOutcome::Kind::kAccepted)
      return behind("partition " + std::to_string(each.partition) + " is being settled");
  }
  return std::nullopt;
}

service::Answer Node::answer_positions(const service::Query& query) const {
  static_cast<void>(partitions_of(query));  // a partition that isn't there is a mistake whether it is waited for or not
  json::array rows;
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    const auto position = parts_.store->position(partition);
    const auto owner = owner_of(partition);
    rows.push_back(json::object{{"partition", partition},
                                {"position", ledger::position_text(position)},
                                {"owner", owner.empty() ? json::value(nullptr) : json::value(owner)}});
  }
  return json_answer(json::object{{"positions", std::move(rows)}});
}

service::Answer Node::answer_nodes() const {
  json::array rows;
  std::vector<NodeRow> all;
  if (parts_.nodes) all = parts_.nodes();
  if (all.empty()) all.push_back({parts_.node, "", "up", ""});
  for (const auto& row : all) {
    json::array owned;
    for (int partition = 0; partition < model::kPartitions; ++partition) {
      const auto owner = owner_of(partition);
      if (row.name == parts_.node ? owns(partition) : !owner.empty() && owner == row.address) owned.push_back(partition);
    }
    json::object out{{"node", row.name},
                     {"address", row.address},
                     {"state", row.state},
                     {"this", row.name == parts_.node},
                     {"partitions", std::move(owned)}};
    if (!row.since.empty()) out["since"] = row.since;
    rows.push_back(std::move(out));
  }
  return json_answer(json::object{{"nodes", std::move(rows)}});
}

}  // namespace docket::node
