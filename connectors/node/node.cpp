#include "connectors/node/node.h"

#include <chrono>
#include <random>
#include <thread>

#include "connectors/node/node_lends.h"

namespace docket::node {

Node::Node(NodeParts parts) : parts_(std::move(parts)), records_(std::make_unique<Records>(parts_.block_at)), bundle_(parts_.bundle) {
  sealer_ = std::make_unique<partition::RecordSealer>(parts_.ledger_id, *parts_.keys);
  std::random_device random;
  const std::uint64_t process = static_cast<std::uint64_t>(random()) << 32U | random();
  for (int i = 0; i < parts_.workers; ++i) {
    WorkerOptions options;
    options.index = i;
    options.clock = parts_.clock;
    options.node = parts_.node;
    options.still_ours = parts_.still_ours;
    options.bundles = parts_.bundles;
    options.activations = parts_.activations;
    if (parts_.check_clock) options.may_own = [this](model::Instant now) { return !held_ && parts_.check_clock(now).may_own; };
    for (int p = i; p < model::kPartitions; p += parts_.workers) options.partitions.push_back(p);
    workers_.push_back(
        std::make_unique<Worker>(options, parts_.bundle, parts_.ledger_id, process, parts_.port(), *parts_.keys, *parts_.store, *records_));
    workers_.back()->send_reactions([this](int partition, partition::Offer offer) {
      const auto owner = parts_.peers ? owner_of(partition) : std::string();
      if (!owner.empty()) return offer_reaction_elsewhere(owner, partition, std::move(offer));
      return workers_[static_cast<std::size_t>(worker_of(partition))]->offer(partition, std::move(offer));
    });
    if (parts_.intake_topics.empty()) continue;
    workers_.back()->take_intake(parts_.intake(), [this](int partition, partition::Offer offer, const std::string& text) {
      offer.done = [this, done = std::move(offer.done)](Outcomes outcomes) {
        for (const auto& outcome : outcomes) ++outcomes_[static_cast<std::size_t>(outcome.kind)];
        done(std::move(outcomes));
      };
      const auto owner = parts_.peers ? owner_of(partition) : std::string();
      if (!owner.empty()) return offer_elsewhere(owner, partition, std::move(offer), text);
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
  std::string bundle;
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
    bundle = std::move(block->bundle);
    offset = parts_.port()->after(stored->offset, block->records.size());
    if (parts_.still_ours) {
      if (auto status = restore_owner(partition, block->term, standing.position.height); !status) return status;
    }
  }
  return workers_[static_cast<std::size_t>(worker_of(partition))]->restore(partition, standing, head, offset, std::move(cursors), bundle);
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

void Node::assign(const std::vector<int>& partitions, const std::string& address) {
  for (auto& worker : workers_) worker->assign(partitions, address);
}

std::string Node::owner_of(int partition) const { return workers_[static_cast<std::size_t>(worker_of(partition))]->owner_of(partition); }

bool Node::owns(int partition) const { return workers_[static_cast<std::size_t>(worker_of(partition))]->owns(partition); }

std::optional<std::string> Node::output_of(OutputRow row, const std::string& case_id, const ledger::Position& position) {
  Lease books(*this);
  const Reading reading{books.bundle(), *parts_.store, *records_, *books, *sealer_, parts_.clock()};
  const auto state = parts_.store->find(position.partition, case_id);
  if (state == nullptr || state->kind == model::kNone16 || state->scope.state == model::kNotOpened) return std::nullopt;
  return row(reading, *state, position);
}

definition::BundlePtr Node::bundle() const {
  const std::lock_guard lock(bundle_mutex_);
  if (parts_.activations && parts_.bundles && parts_.activations->number() != bundle_number_) {
    const auto newest = parts_.activations->newest();
    bundle_number_ = newest.number;
    if (auto found = parts_.bundles->find(newest.bundle)) bundle_ = std::move(*found);
  }
  return bundle_;
}

std::string Node::definitions_text(const definition::Bundle& decides) const {
  const std::uint64_t wanted = parts_.activations ? parts_.activations->number() : 1;
  const std::uint64_t has = activation();
  std::string out = "office " + decides.office + ", bundle " + decides.id.substr(0, 16) + ", number " + std::to_string(wanted);
  if (has != 0 && has < wanted) out += "; in some partitions number " + std::to_string(has) + " still decides";
  return out;
}

std::uint64_t Node::activation() const {
  std::uint64_t lowest = 0;
  for (const auto& worker : workers_) {
    const auto number = worker->health().activation;
    if (number != 0) lowest = lowest == 0 ? number : std::min(lowest, number);
  }
  return lowest;
}

Status Node::start() {
  for (int partition = 0; partition < model::kPartitions; ++partition) {
    if (auto status = restore(partition); !status) return status;
  }
  for (auto& worker : workers_) worker->start();
  while (!ready() || (!parts_.still_ours && parts_.activations && activation() < parts_.activations->number())) {
    bool caught_up = true;
    bool served = true;  // or waits for `docket intake rebase`, which needs a process that runs
    for (const auto& worker : workers_) {
      const auto health = worker->health();
      if (!health.stopped.empty()) return Error{ErrorCode::kCorrupt, health.stopped, false};
      caught_up = caught_up && health.caught_up == health.partitions;
      served = served && health.owned + health.waiting == health.partitions;
    }
    if (served && (!parts_.activations || activation() >= parts_.activations->number())) break;
    // Reads are served; writes are 503 until there is space, the clock is right, or another node says that this one owns.
    if (caught_up && (parts_.full() || parts_.still_ours || !clock_check().may_own)) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return {};
}

Status Node::stop() {
  if (stopped_.exchange(true)) return {};
  for (auto& worker : workers_) worker->stop();
  parts_.peers.reset();  // what other nodes still answer calls back into this one
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
  Lease books(*this);
  if (format == service::BodyFormat::kLines) {
    auto lines = books.ingest().parse_lines(body);
    if (!lines) {
      problem = lines.error().message;
      return {};
    }
    if (lines->empty()) problem = "not JSON: empty";
    return std::move(*lines);
  }
  std::vector<ingest::Offered> out;
  if (format == service::BodyFormat::kEvent) {
    out.push_back(books.ingest().parse(body));
    return out;
  }
  auto batch = books.ingest().parse_batch(body);
  if (!batch) {
    problem = batch.error().message;
    return {};
  }
  return std::move(*batch);
}

std::vector<ingest::Offered> Node::parse(const std::vector<std::string>& events) {
  Lease books(*this);
  std::vector<ingest::Offered> out;
  out.reserve(events.size());
  for (const auto& event : events) out.push_back(books.ingest().parse(event));
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

}  // namespace docket::node
