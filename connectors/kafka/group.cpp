#include "connectors/kafka/group.h"

#include <cstdio>
#include <utility>

namespace docket::kafka {
namespace {

constexpr int kPollMs = 100;

}  // namespace

Group::Group(Settings settings, Membership membership, std::string topic, Assigned assigned)
    : settings_(std::move(settings)), membership_(std::move(membership)), topic_(std::move(topic)), assigned_(std::move(assigned)) {}

Group::~Group() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Status Group::start() {
  auto client = make_member(settings_, membership_, &Group::rebalance, this);
  if (!client) return client.error();
  client_ = std::move(*client);
  const List topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), topic_.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto code = rd_kafka_subscribe(client_.get(), topics.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return as_error(code, "joining group " + membership_.group);
  thread_ = std::thread([this] { run(); });
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
    rd_kafka_assign(client, nullptr);
  }
  {
    const std::lock_guard lock(self->mutex_);
    self->given_ = {given.begin(), given.end()};
  }
  self->assigned_(given);
}

void Group::run() {
  while (!stopping_) {
    const Message message(rd_kafka_consumer_poll(client_.get(), kPollMs));
    if (!message || message->err == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    // Another process with this node's name: that one is the member now.
    if (message->err != RD_KAFKA_RESP_ERR__FATAL) continue;
    std::fprintf(stderr, "docket: kafka: group %s: %s\n", membership_.group.c_str(), rd_kafka_message_errstr(message.get()));
    {
      const std::lock_guard lock(mutex_);
      given_.clear();
    }
    assigned_({});
    return;
  }
}

// A commit is refused of a member whose generation is over.
bool Group::still_ours(int partition) {
  {
    const std::lock_guard lock(mutex_);
    if (!given_.contains(partition)) return false;
  }
  const List offsets(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(offsets.get(), topic_.c_str(), partition)->offset = 0;
  return rd_kafka_commit(client_.get(), offsets.get(), 0) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace docket::kafka
