#include "connectors/kafka/group.h"

#include <chrono>
#include <cstdio>
#include <utility>

namespace docket::kafka {
namespace {

constexpr int kPollMs = 100;
constexpr int kRejoinMs = 1'000;

}  // namespace

Group::Group(Settings settings, Membership membership, std::string topic, Assigned assigned)
    : settings_(std::move(settings)), membership_(std::move(membership)), topic_(std::move(topic)), assigned_(std::move(assigned)) {}

Group::~Group() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Status Group::start() {
  if (auto joined = join(); !joined) return joined;
  thread_ = std::thread([this] { run(); });
  return {};
}

Status Group::join() {
  auto client = make_member(settings_, membership_, &Group::rebalance, this);
  if (!client) return client.error();
  {
    const std::lock_guard lock(client_mutex_);
    client_ = std::move(*client);
  }
  const List topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), topic_.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto code = rd_kafka_subscribe(client_.get(), topics.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return as_error(code, "joining group " + membership_.group);
  return {};
}

void Group::rebalance(rd_kafka_t* client, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  auto* const self = static_cast<Group*>(opaque);
  std::vector<int> given;
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    for (int i = 0; i < partitions->cnt; ++i) {
      given.push_back(partitions->elems[i].partition);
      partitions->elems[i].offset = RD_KAFKA_OFFSET_END;
    }
    rd_kafka_assign(client, partitions);
    rd_kafka_pause_partitions(client, partitions);  // nothing is read through the group
  } else {
    // Each change of members takes all away before it gives anew: the node goes on as it was. But where it was given up meanwhile, others
    // may have owned, and it would not hear of that before it writes.
    const bool lost = rd_kafka_assignment_lost(client) != 0;
    rd_kafka_assign(client, nullptr);
    if (!lost) return;
  }
  {
    const std::lock_guard lock(self->mutex_);
    self->given_ = {given.begin(), given.end()};
  }
  self->assigned_(given);
}

// The membership is over for good once the group has given this member up (it stood still for longer than its session) or another process
// has joined by the same name. A new one begins; until then it owns nothing.
void Group::run() {
  while (!stopping_) {
    const std::string why = poll();
    if (stopping_) return;
    std::fprintf(stderr, "docket: group %s: this node's membership is over, it joins anew (is --node %s given to two processes?): %s\n",
                 membership_.group.c_str(), membership_.instance.c_str(), why.c_str());
    {
      const std::lock_guard lock(mutex_);
      given_.clear();
    }
    assigned_({});
    while (!stopping_) {
      for (int waited = 0; waited < kRejoinMs && !stopping_; waited += kPollMs)
        std::this_thread::sleep_for(std::chrono::milliseconds(kPollMs));
      if (auto joined = join(); joined || stopping_) break;
    }
  }
}

// Until the membership is over: why it is.
std::string Group::poll() {
  while (!stopping_) {
    const Message message(rd_kafka_consumer_poll(client_.get(), kPollMs));
    if (!message || message->err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (message->err == RD_KAFKA_RESP_ERR__FATAL) return std::string(rd_kafka_message_errstr(message.get()));
  }
  return {};
}

// A commit is refused of a member whose generation is over.
bool Group::still_ours(int partition) {
  {
    const std::lock_guard lock(mutex_);
    if (!given_.contains(partition)) return false;
  }
  const std::lock_guard lock(client_mutex_);
  const List offsets(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(offsets.get(), topic_.c_str(), partition)->offset = 0;
  return rd_kafka_commit(client_.get(), offsets.get(), 0) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace docket::kafka
