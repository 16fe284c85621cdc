#include "connectors/local/sharing.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <iostream>
#include <utility>

#include "connectors/local/home.h"
#include "connectors/local/peers.h"
#include "engine/model/time.h"

namespace docket::local {
namespace {

constexpr std::size_t kPeerThreads = 4;
constexpr int kLeaveMs = 3'000;
constexpr auto kWatchPause = std::chrono::milliseconds(500);

namespace json = boost::json;

std::string text(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value == nullptr || !value->is_string() ? std::string() : std::string(value->get_string());
}

}  // namespace

Sharing::Sharing(const KafkaPlace& place, std::string name, std::function<Status()> catch_up_keys, std::string token)
    : place_(place),
      name_(std::move(name)),
      token_(std::move(token)),
      catch_up_keys_(std::move(catch_up_keys)),
      table_(place.settings, place.names.nodes, name_, [this](const auto& rows) { take(rows); }) {}

Sharing::~Sharing() { stop_watch(); }

void Sharing::tell(node::NodeParts& parts) {
  parts.node = name_;
  parts.still_ours = [this](int partition) { return still_ours(partition); };
  parts.peers = std::make_shared<HttpPeers>(kPeerThreads, token_);
  parts.nodes = [this] { return nodes(); };
}

Status Sharing::start(node::Node& node, const std::string& address) {
  address_ = address;
  table_.start();
  if (auto caught = table_.catch_up(kPatienceMs); !caught) return caught;
  {
    const std::lock_guard lock(mutex_);
    node_ = &node;
    live_ = true;
  }
  auto joined = say("up", {});
  if (joined) {
    const kafka::Membership membership{place_.names.nodes, name_};
    group_ = std::make_unique<kafka::Group>(place_.settings, membership, place_.names.ledger,
                                            [this](const std::vector<int>& partitions) { given(partitions); });
    joined = group_->start();
  }
  if (joined) {
    watch_ = std::thread([this] { watch(); });
  } else {
    forget_node();
    group_.reset();
  }
  return joined;
}

// A node whose clock is wrong owns nothing (ledger.md section 7): it hands over as one that leaves, and takes back when it is right.
void Sharing::watch() {
  bool up = true;
  std::unique_lock lock(watch_mutex_);
  while (!watch_wake_.wait_for(lock, kWatchPause, [this] { return stopping_; })) {
    const bool right = node_->may_own();
    if (right == up) continue;
    auto said = right ? say("up", {}) : say("left", heirs());
    if (!said) continue;
    node_->hold(!right);  // not before the others know that it takes back
    up = right;
  }
}

void Sharing::stop_watch() {
  {
    const std::lock_guard lock(watch_mutex_);
    stopping_ = true;
  }
  watch_wake_.notify_all();
  if (watch_.joinable()) watch_.join();
}

// Nothing is assigned to it any more.
void Sharing::forget_node() {
  const std::lock_guard one_at_a_time(assign_mutex_);
  const std::lock_guard lock(mutex_);
  node_ = nullptr;
}

// For each partition that is this node's a node that is alive, as it owns something; if none does, one that says that it is up.
std::map<int, std::string> Sharing::heirs() const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> owners;
  for (int p = 0; p < model::kPartitions; ++p) owners.insert(node_->owner_of(p));
  std::vector<std::string> alive;
  for (const bool owning : {true, false}) {
    for (const auto& [name, row] : rows_) {
      if (name != name_ && row.state == "up" && (!owning || owners.contains(row.address))) alive.push_back(name);
    }
    if (!alive.empty()) break;
  }
  std::set<int> owned = given_;
  for (const auto& [from, partitions] : inherited_) owned.insert(partitions.begin(), partitions.end());
  std::map<int, std::string> out;
  std::size_t next = 0;
  for (const int partition : owned) {
    if (!alive.empty()) out[partition] = alive[next++ % alive.size()];
  }
  return out;
}

void Sharing::leave() {
  if (!watch_.joinable()) return;
  stop_watch();
  const auto to = heirs();
  forget_node();
  if (auto said = say("left", to); !said) std::cerr << "docket: nobody was told that this node leaves: " << said.error().message << "\n";
  group_.reset();
}

Status Sharing::say(const char* state, const std::map<int, std::string>& heirs) {
  json::object to;
  for (const auto& [partition, heir] : heirs) to[std::to_string(partition)] = heir;
  const json::object row{
      {"node", name_}, {"address", address_}, {"state", state}, {"since", model::format_instant(wall_clock())}, {"heirs", std::move(to)}};
  return table_.put({{name_, json::serialize(row)}}, state == std::string_view("up") ? kPatienceMs : kLeaveMs);
}

void Sharing::take(const std::vector<kafka::TableTopic::Row>& rows) {
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& row : rows) {
      boost::system::error_code error;
      const auto value = json::parse(row.value, error);
      const auto* object = error ? nullptr : value.if_object();
      if (object == nullptr) continue;
      node::NodeRow said{row.key, text(*object, "address"), text(*object, "state"), text(*object, "since")};
      changed = inherited_.erase(row.key) > 0 || changed;
      const auto* heirs = object->if_contains("heirs");
      if (live_ && said.state == "left" && row.key != name_ && heirs != nullptr && heirs->is_object()) {
        for (const auto& [partition, heir] : heirs->get_object()) {
          if (!heir.is_string() || heir.get_string() != name_) continue;
          inherited_[row.key].insert(std::atoi(std::string(partition).c_str()));
          changed = true;
        }
      }
      if (live_ && row.key != name_) std::cerr << "docket: node " << row.key << " at " << said.address << " is " << said.state << "\n";
      rows_[row.key] = std::move(said);
    }
  }
  if (changed) assign();
}

void Sharing::given(const std::vector<int>& partitions) {
  {
    const std::lock_guard lock(mutex_);
    given_ = {partitions.begin(), partitions.end()};
    inherited_.clear();
  }
  assign();
}

// What others sealed must be readable here before anything is owned.
void Sharing::assign() {
  const std::lock_guard one_at_a_time(assign_mutex_);
  std::vector<int> all;
  node::Node* node = nullptr;
  {
    const std::lock_guard lock(mutex_);
    std::set<int> mine = given_;
    for (const auto& [from, partitions] : inherited_) mine.insert(partitions.begin(), partitions.end());
    all.assign(mine.begin(), mine.end());
    node = node_;
  }
  if (node == nullptr) return;
  if (!all.empty()) {
    if (auto caught = catch_up_keys_(); !caught)
      std::cerr << "docket: taking " << all.size() << " partitions without the newest keys: " << caught.error().message << "\n";
  }
  std::cerr << "docket: node " << name_ << " is to own " << all.size() << " partitions\n";
  node->assign(all, address_);
}

bool Sharing::inherits(int partition) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(inherited_.begin(), inherited_.end(), [&](const auto& row) { return row.second.contains(partition); });
}

// What was inherited may have been taken back by now, and the word of it be on its way.
bool Sharing::still_ours(int partition) {
  if (inherits(partition) && table_.catch_up(kLeaveMs) && inherits(partition)) return true;
  return group_ && group_->still_ours(partition);
}

std::vector<node::NodeRow> Sharing::nodes() const {
  const std::lock_guard lock(mutex_);
  std::vector<node::NodeRow> out;
  for (const auto& [name, row] : rows_) out.push_back(row);
  return out;
}

}  // namespace docket::local
