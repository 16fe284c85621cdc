#include "connectors/node/node.h"

#include <chrono>
#include <list>
#include <random>
#include <thread>

#include "connectors/node/answer_rejects.h"
#include "connectors/node/answers.h"
#include "connectors/service/problem.h"
#include "engine/ledger/block_codec.h"

namespace docket::node {

// Records by height, with the last unpacked blocks at hand (reads of one case's history touch few blocks).
class Node::Records final : public partition::RecordReader {
 public:
  explicit Records(BlockAt block_at) : block_at_(std::move(block_at)) {}

  Result<partition::RecordAt> record(int partition, model::Height height) const override {
    BlockPtr block = recent(partition, height);
    if (!block) {
      auto stored = block_at_(partition, height);
      if (!stored) return stored.error();
      const auto head = ledger::decode_head(stored->value);
      if (!head) return head.error();
      block = std::make_shared<const Unpacked>(Unpacked{partition, head->height, head->height + head->records, std::move(stored->value)});
      keep(block);
    }
    auto decoded = ledger::decode_record(block->value, height);
    if (!decoded) return decoded.error();
    return partition::RecordAt{std::move(decoded->record), decoded->recorded};
  }

 private:
  static constexpr std::size_t kBlocksMax = 64;
  struct Unpacked {
    int partition = 0;
    model::Height from = 0;
    model::Height to = 0;
    std::string value;
  };
  using BlockPtr = std::shared_ptr<const Unpacked>;

  BlockPtr recent(int partition, model::Height height) const {
    const std::lock_guard lock(mutex_);
    for (auto it = recent_.begin(); it != recent_.end(); ++it) {
      const auto& block = **it;
      if (block.partition != partition || height < block.from || height >= block.to) continue;
      recent_.splice(recent_.begin(), recent_, it);
      return recent_.front();
    }
    return nullptr;
  }
  void keep(const BlockPtr& block) const {
    const std::lock_guard lock(mutex_);
    recent_.push_front(block);
    if (recent_.size() > kBlocksMax) recent_.pop_back();
  }

  BlockAt block_at_;
  mutable std::mutex mutex_;
  mutable std::list<BlockPtr> recent_;
};

// An Ingest belongs to one thread at a time; requests lend one each.
class Node::IngestLease {
 public:
  explicit IngestLease(Node& node) : node_(node) {
    const std::lock_guard lock(node_.ingest_mutex_);
    if (!node_.idle_.empty()) {
      ingest_ = std::move(node_.idle_.back());
      node_.idle_.pop_back();
      return;
    }
    const auto& key = node_.parts_.keys->tag_key();
    ingest_ = std::make_unique<ingest::Ingest>(node_.parts_.bundle, std::string(reinterpret_cast<const char*>(key.data()), key.size()));
  }
  ~IngestLease() {
    const std::lock_guard lock(node_.ingest_mutex_);
    node_.idle_.push_back(std::move(ingest_));
  }
  IngestLease(const IngestLease&) = delete;
  IngestLease& operator=(const IngestLease&) = delete;
  ingest::Ingest& operator*() { return *ingest_; }

 private:
  Node& node_;
  std::unique_ptr<ingest::Ingest> ingest_;
};

Node::Node(NodeParts parts) : parts_(std::move(parts)), records_(std::make_unique<Records>(parts_.block_at)) {
  sealer_ = std::make_unique<partition::RecordSealer>(parts_.ledger_id, *parts_.keys);
  std::random_device random;
  const std::uint64_t process = static_cast<std::uint64_t>(random()) << 32U | random();
  for (int i = 0; i < parts_.workers; ++i) {
    WorkerOptions options;
    options.index = i;
    options.clock = parts_.clock;
    options.node = parts_.node;
    options.address = parts_.address;
    options.still_ours = parts_.still_ours;
    if (parts_.check_clock) options.may_own = [this](model::Instant now) { return parts_.check_clock(now).may_own; };
    for (int p = i; p < model::kPartitions; p += parts_.workers) options.partitions.push_back(p);
    workers_.push_back(
        std::make_unique<Worker>(options, parts_.bundle, parts_.ledger_id, process, parts_.port(), *parts_.keys, *parts_.store, *records_));
    if (parts_.intake_topics.empty()) continue;
    workers_.back()->take_intake(parts_.intake(), [this](int partition, partition::Offer offer) {
      offer.done = [this, done = std::move(offer.done)](Outcomes outcomes) {
        for (const auto& outcome : outcomes) ++outcomes_[static_cast<std::size_t>(outcome.kind)];
        done(std::move(outcomes));
      };
      return workers_[static_cast<std::size_t>(worker_of(partition))]->offer(partition, std::move(offer));
    });
  }
}

bool Node::rebase_intake(const std::string& topic) {
  if (std::find(parts_.intake_topics.begin(), parts_.intake_topics.end(), topic) == parts_.intake_topics.end()) return false;
  for (auto& worker : workers_) worker->rebase(topic);
  return true;
}

Node::~Node() { static_cast<void>(stop()); }

Status Node::restore(int partition) {
  const auto standing = parts_.store->standing(partition);
  std::string head = ledger::zero_hash_text();
  ledger::Offset offset = 0;
  std::vector<ledger::IntakeCursor> cursors;
  if (standing.position.height > 0) {
    auto stored = parts_.block_at(partition, standing.position.height - 1);
    if (!stored) return stored.error().with_context("partition " + std::to_string(partition) + ": the projections are ahead of the ledger");
    const auto hash = ledger::block_hash(stored->value);
    if (ledger::hash_prefix(hash) != standing.position.hash) {
      return Error{ErrorCode::kCorrupt,
                   "partition " + std::to_string(partition) +
                       ": the projections stand on a block that is not in the ledger; run `docket store rebuild`",
                   false};
    }
    head = ledger::hash_text(hash);
    auto block = ledger::decode_block(stored->value);
    if (!block) return block.error();
    cursors = std::move(block->next);
    offset = parts_.port()->after(stored->offset, block->records.size());
    if (parts_.still_ours) {
      if (auto status = restore_owner(partition, block->term, standing.position.height); !status) return status;
    }
  }
  return workers_[static_cast<std::size_t>(worker_of(partition))]->restore(partition, standing, head, offset, std::move(cursors));
}

// The record that began the term: terms never fall, so it is found by halving.
Status Node::restore_owner(int partition, std::uint64_t term, model::Height height) {
  model::Height from = 0;
  model::Height to = height - 1;  // a record of a block of that term
  while (from < to) {
    const model::Height middle = from + (to - from) / 2;
    auto stored = parts_.block_at(partition, middle);
    if (!stored) return stored.error();
    const auto head = ledger::decode_head(stored->value);
    if (!head) return head.error();
    if (head->term < term) {
      from = head->height + head->records;
    } else {
      to = head->height;
    }
  }
  const auto record = records_->record(partition, from);
  if (!record) return record.error();
  if (record->record.kind == ledger::RecordKind::kOwnerChanged)
    workers_[static_cast<std::size_t>(worker_of(partition))]->restore_owner(partition, record->record);
  return {};
}

void Node::assign(const std::vector<int>& partitions) {
  for (auto& worker : workers_) worker->assign(partitions);
}

std::string Node::owner_of(int partition) const { return workers_[static_cast<std::size_t>(worker_of(partition))]->owner_of(partition); }

Status Node::start() {
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    if (auto status = restore(partition); !status) return status;
  }
  for (auto& worker : workers_) worker->start();
  while (!ready()) {
    bool caught_up = true;
    bool served = true;  // or waits for `docket intake rebase`, which needs a process that runs
    for (const auto& worker : workers_) {
      const auto health = worker->health();
      if (!health.stopped.empty()) return Error{ErrorCode::kCorrupt, health.stopped, false};
      caught_up = caught_up && health.caught_up == health.partitions;
      served = served && health.owned + health.waiting == health.partitions;
    }
    if (served) break;
    // Reads are served; writes are 503 until there is space, the clock is right, or another node says that this one owns.
    if (caught_up && (parts_.full() || parts_.still_ours || !clock_check().may_own)) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return {};
}

Status Node::stop() {
  if (stopped_.exchange(true)) return {};
  for (auto& worker : workers_) worker->stop();
  return parts_.store->flush();
}

bool Node::ready() const {
  for (const auto& worker : workers_) {
    const auto health = worker->health();
    if (!health.assigned || health.owned != health.wanted || health.owned + health.followed != health.partitions) return false;
  }
  return true;
}

std::vector<ingest::Offered> Node::parse(service::BodyFormat format, const std::string& body, std::string& problem) {
  IngestLease ingest(*this);
  if (format == service::BodyFormat::kLines) {
    auto lines = (*ingest).parse_lines(body);
    if (lines.empty()) problem = "not JSON: empty";
    return lines;
  }
  std::vector<ingest::Offered> out;
  if (format == service::BodyFormat::kEvent) {
    out.push_back((*ingest).parse(body));
    return out;
  }
  auto batch = (*ingest).parse_batch(body);
  if (!batch) {
    problem = batch.error().message;
    return {};
  }
  return std::move(*batch);
}

std::vector<ingest::Offered> Node::parse(const std::vector<std::string>& events) {
  IngestLease ingest(*this);
  std::vector<ingest::Offered> out;
  out.reserve(events.size());
  for (const auto& event : events) out.push_back((*ingest).parse(event));
  return out;
}

void Node::publish_events(std::vector<ingest::Offered> events, std::optional<std::int64_t> expected_revision, bool dry_run,
                          std::function<void(Outcomes)> done) {
  struct Gather {
    std::mutex mutex;
    Outcomes outcomes;
    std::size_t missing = 0;
    std::function<void(Outcomes)> done;
  };
  auto gather = std::make_shared<Gather>();
  gather->outcomes.resize(events.size());
  gather->done = [this, done = std::move(done)](Outcomes outcomes) {
    for (const auto& outcome : outcomes) ++outcomes_[static_cast<std::size_t>(outcome.kind)];
    done(std::move(outcomes));
  };
  std::vector<std::vector<std::size_t>> by_partition(static_cast<std::size_t>(model::kPartitions));
  for (std::size_t i = 0; i < events.size(); ++i)
    by_partition[static_cast<std::size_t>(model::partition_of(events[i].event->subject))].push_back(i);
  for (const auto& indexes : by_partition) gather->missing += indexes.empty() ? 0U : 1U;
  if (gather->missing == 0) {
    gather->done({});
    return;
  }
  for (std::size_t p = 0; p < by_partition.size(); ++p) {
    const auto& indexes = by_partition[p];
    if (indexes.empty()) continue;
    partition::Offer offer;
    offer.expected_revision = expected_revision;
    offer.dry_run = dry_run;
    offer.deadline = parts_.clock() + 10'000;
    for (const auto i : indexes) offer.events.push_back(std::move(events[i]));
    offer.done = [gather, indexes](Outcomes outcomes) {
      Outcomes all;
      {
        const std::lock_guard lock(gather->mutex);
        for (std::size_t k = 0; k < indexes.size(); ++k) gather->outcomes[indexes[k]] = std::move(outcomes[k]);
        if (--gather->missing > 0) return;
        all = std::move(gather->outcomes);
      }
      gather->done(std::move(all));
    };
    auto refused = offer.done;
    const std::size_t count = indexes.size();
    if (!workers_[static_cast<std::size_t>(worker_of(static_cast<int>(p)))]->offer(static_cast<int>(p), std::move(offer))) {
      Outcomes outcomes(count);
      for (auto& outcome : outcomes) outcome.kind = partition::EventOutcome::Kind::kOverloaded;
      refused(std::move(outcomes));
    }
  }
}

service::Answer Node::query(const service::Query& query) {
  try {
    const auto consistency = Params(query).text("consistency");
    if (consistency && *consistency != "strong") throw BadParameter{"consistency", "found '" + *consistency + "', expected strong"};
    if (auto waiting = await_position(query)) return std::move(*waiting);
    auto answer = route(query);
    if (answer.position.empty()) answer.position = positions_token();
    return answer;
  } catch (const BadParameter& bad) {
    return bad_parameter(bad, query.language);
  } catch (const std::exception& error) {
    return service::problem_answer(service::make_problem("internal", error.what()), query.language);
  }
}

service::Answer Node::route(const service::Query& query) {
  const Params params(query);
  const std::string& route = query.route;
  if (route == "/livez") return json_answer(json::object{{"status", "ok"}});
  if (route == "/readyz") return answer_ready();
  if (route == "/metrics") return answer_prometheus();
  if (route == "/v1/rejects") return answer_rejects(*parts_.bundle, *parts_.store, parts_.block_at, params);
  IngestLease ingest(*this);
  const Reading reading{*parts_.bundle, *parts_.store, *records_, *ingest, *sealer_, parts_.clock()};
  const auto path = [&](const char* name) { return query.path.at(name); };
  if (route == "/v1/cases") return answer_cases(reading, params);
  if (route == "/v1/cases/{id}") return answer_case(reading, params, path("id"));
  if (route == "/v1/cases/{id}/history") return answer_history(reading, params, path("id"));
  if (route == "/v1/cases/{id}/deadlines") return answer_deadlines(reading, params, path("id"));
  if (route == "/v1/events") return answer_event(reading, params);
  if (route == "/v1/metrics") return answer_metrics(reading, params);
  if (route == "/v1/metrics/{name}") return answer_metric(reading, params, path("name"));
  if (route == "/v1/metrics/{name}/explain") return answer_metric_explain(reading, params, path("name"));
  if (route == "/v1/rejection-codes") return answer_rejection_codes(reading);
  if (route == "/v1/kinds") return answer_kinds(reading);
  if (route == "/v1/kinds/{kind}") return answer_kind(reading, params, path("kind"));
  if (route == "/v1/rules") return answer_rules(reading, params);
  if (route == "/v1/calendars") return answer_calendars(reading);
  if (route == "/v1/office") return answer_office(reading, parts_.ledger_id);
  return not_found("no such page", query.language);
}

std::string Node::positions_token() const {
  std::string out;
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    const auto position = parts_.store->position(partition);
    if (position.height == 0) continue;
    if (!out.empty()) out += ',';
    out += ledger::position_text(position);
  }
  return out;
}

// min_position: at least that far; a hash that is not in the chain is 409 position-lost. What is acknowledged is applied, so an
// owner never has to wait long.
std::optional<service::Answer> Node::await_position(const service::Query& query) const {
  const Params params(query);
  const auto wanted = params.text("min_position");
  if (!wanted) return std::nullopt;
  std::string_view rest = *wanted;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const auto position = ledger::parse_position(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    if (!position || position->partition < 0 || position->partition >= model::kPartitions)
      throw BadParameter{"min_position", "not a position token"};
    for (int tries = 0; parts_.store->position(position->partition).height < position->height; ++tries) {
      if (tries == 200)
        return service::problem_answer(service::make_problem("projection-behind", "not there yet; ask again"), query.language);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    if (position->height == 0) continue;
    const auto stored = parts_.block_at(position->partition, position->height - 1);
    if (!stored || ledger::hash_prefix(ledger::block_hash(stored->value)) != position->hash) {
      return service::problem_answer(service::make_problem("position-lost", "that position is not in this ledger's chain"), query.language);
    }
  }
  return std::nullopt;
}

}  // namespace docket::node
