#include "engine/ledger/memory_ledger.h"

#include <algorithm>
#include <utility>

namespace docket::ledger {
namespace {

constexpr Offset kStaleOffsetsMax = 15;  // how far behind a deposed leader answers
constexpr std::uint64_t kStaleStepsMin = 20;
constexpr std::uint64_t kStaleStepsMore = 180;
constexpr std::uint32_t kKeptAsIs = 700;      // of reports that a leader change leaves true
constexpr std::uint32_t kKeptNoOffset = 150;  // implicit acknowledgement after a failed request
constexpr std::uint32_t kCutAsError = 500;    // of reports whose block is cut; the others are never given

auto first_at(auto& entries, Offset offset) {
  return std::lower_bound(entries.begin(), entries.end(), offset, [](const auto& entry, Offset value) { return entry.offset < value; });
}

}  // namespace

MemoryFaults MemoryFaults::none() {
  MemoryFaults faults;
  faults.lost = faults.refused = faults.acked_without_offset = faults.appended_with_error = faults.report_lost = faults.doubled =
      faults.gap = faults.dead_request_lost = faults.report_passed_over = faults.stale_view = faults.resent = faults.step_leader = 0;
  return faults;
}

MemoryCluster::MemoryCluster(int partitions, Random& random, MemoryFaults faults)
    : random_(&random), faults_(faults), logs_(static_cast<std::size_t>(partitions)) {}

std::unique_ptr<MemoryLedger> MemoryCluster::node() {
  const std::uint64_t id = ++nodes_made_;
  nodes_[id].producer = ++producers_;
  return std::unique_ptr<MemoryLedger>(new MemoryLedger(*this, id));
}

MemoryCluster::Node* MemoryCluster::node_of(std::uint64_t producer) {
  for (auto& [id, node] : nodes_) {
    if (node.producer == producer) return &node;
  }
  return nullptr;
}

void MemoryCluster::send(Node& node, std::vector<Appending> blocks) {
  for (Appending& block : blocks) {
    if (full_) {
      node.inbox.push_back({block.token, block.partition, false, std::nullopt, true, "no space left"});
      continue;
    }
    Request request{node.producer, block.token, block.partition, false, std::move(block.value)};
    if (!immediate_) {
      network_[{node.producer, block.partition}].push_back(std::move(request));
      continue;
    }
    const Offset offset = write(block.partition, std::move(request.value));
    node.inbox.push_back({block.token, block.partition, true, offset, false, {}});
  }
}

void MemoryCluster::step() {
  ++now_;
  std::uint64_t draw = below(1000);
  const auto take = [&draw](std::uint32_t weight) {
    const bool hit = draw < weight;
    draw -= hit ? 0 : weight;
    return hit;
  };
  if (take(faults_.step_deliver)) {
    deliver();
  } else if (take(faults_.step_commit)) {
    commit();
  } else if (take(faults_.step_report)) {
    report();
  } else if (take(faults_.step_leader)) {
    change_leader(static_cast<int>(below(logs_.size())));
  }
}

Fate MemoryCluster::fate(bool dead) {
  if (quiet_) return Fate::kGood;
  if (!planned_.empty()) {
    const Fate next = planned_.front();
    planned_.pop_front();
    return next;
  }
  if (dead && chance(faults_.dead_request_lost)) return Fate::kLost;
  std::uint64_t draw = below(1000);
  const std::pair<std::uint32_t, Fate> table[] = {
      {faults_.lost, Fate::kLost},
      {faults_.refused, Fate::kRefused},
      {faults_.acked_without_offset, Fate::kAckedWithoutOffset},
      {faults_.appended_with_error, Fate::kAppendedWithError},
      {faults_.report_lost, Fate::kReportLost},
      {faults_.doubled, Fate::kDoubled},
  };
  for (const auto& [weight, fate] : table) {
    if (draw < weight) return fate;
    draw -= weight;
  }
  return Fate::kGood;
}

bool MemoryCluster::deliver() {
  if (network_.empty()) return false;
  auto route = std::next(network_.begin(), static_cast<std::ptrdiff_t>(quiet_ ? 0 : below(network_.size())));
  Request request = std::move(route->second.front());
  route->second.pop_front();
  if (route->second.empty()) network_.erase(route);
  const bool dead = node_of(request.producer) == nullptr;
  land(std::move(request), fate(dead));
  return true;
}

void MemoryCluster::land(Request request, Fate fate) {
  if (fate == Fate::kLost) return;
  if (fate == Fate::kRefused) {
    queue_report(request, 0, false, std::nullopt, "refused");
    return;
  }
  if (fate == Fate::kDoubled) {
    Request again = request;
    again.silent = true;
    network_[{request.producer, request.partition}].push_back(std::move(again));
  }
  Log& log = logs_[static_cast<std::size_t>(request.partition)];
  if (!quiet_ && chance(faults_.gap)) ++log.end;
  const Request told{request.producer, request.token, request.partition, request.silent, {}};
  if (fate == Fate::kReportLost) request.silent = true;
  const Offset offset = append_to(log, std::move(request));
  switch (fate) {
    case Fate::kAckedWithoutOffset:
      queue_report(told, offset + 1, true, std::nullopt, "");
      return;
    case Fate::kAppendedWithError:
      queue_report(told, offset + 1, false, std::nullopt, "not enough replicas after append");
      return;
    case Fate::kReportLost:
      return;
    default:
      queue_report(told, offset + 1, true, offset, "");
      return;
  }
}

Offset MemoryCluster::append_to(Log& log, Request request) {
  const Offset offset = log.end++;
  log.entries.push_back({offset, std::move(request)});
  return offset;
}

void MemoryCluster::queue_report(const Request& request, Offset needs, bool ok, std::optional<Offset> offset, const char* error) {
  if (request.silent) return;
  reports_.push_back({request.producer, needs, Report{request.token, request.partition, ok, offset, false, error}});
}

bool MemoryCluster::commit() {
  const std::size_t from = quiet_ ? 0 : below(logs_.size());
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    Log& log = logs_[(from + i) % logs_.size()];
    if (log.high_watermark == log.end) continue;
    const auto behind = static_cast<std::uint64_t>(log.end - log.high_watermark);
    log.high_watermark += quiet_ ? log.end - log.high_watermark : static_cast<Offset>(below(behind + 1));
    return true;
  }
  return false;
}

bool MemoryCluster::report() {
  for (std::size_t i = 0; i < reports_.size();) {
    PendingReport& pending = reports_[i];
    Node* const node = node_of(pending.producer);
    if (node == nullptr) {
      reports_.erase(reports_.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    const Log& log = logs_[static_cast<std::size_t>(pending.report.partition)];
    if (pending.needs > log.high_watermark || node->paused || (!quiet_ && chance(faults_.report_passed_over))) {
      ++i;
      continue;
    }
    node->inbox.push_back(std::move(pending.report));
    reports_.erase(reports_.begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }
  return false;
}

void MemoryCluster::cut_reports(int partition, Offset cut, std::set<Told>& told) {
  std::vector<PendingReport> kept;
  for (PendingReport& pending : reports_) {
    if (pending.report.partition != partition) {
      kept.push_back(std::move(pending));
      continue;
    }
    const std::uint64_t draw = below(1000);
    if (pending.needs > cut) {
      if (draw >= kCutAsError) continue;
      told.insert({pending.producer, pending.report.token});
      pending.needs = 0;
    }
    if (pending.needs == 0 || draw >= kKeptAsIs + kKeptNoOffset) {
      pending.report.ok = false;
      pending.report.offset.reset();
      pending.report.error = "not leader";
    } else if (draw >= kKeptAsIs) {
      pending.report.offset.reset();
    }
    kept.push_back(std::move(pending));
  }
  reports_ = std::move(kept);
}

void MemoryCluster::change_leader(int partition) {
  Log& log = logs_[static_cast<std::size_t>(partition)];
  const Offset cut = log.high_watermark + static_cast<Offset>(below(static_cast<std::uint64_t>(log.end - log.high_watermark) + 1));
  const auto first = first_at(log.entries, cut);
  std::vector<Entry> lost(std::make_move_iterator(first), std::make_move_iterator(log.entries.end()));
  log.entries.erase(first, log.entries.end());
  log.end = cut;
  ++log.epoch;
  std::set<Told> told;
  cut_reports(partition, cut, told);
  for (auto entry = lost.rbegin(); entry != lost.rend(); ++entry) {
    Request& request = entry->request;
    if (request.producer == 0 || !chance(faults_.resent)) continue;
    request.silent = request.silent || told.contains({request.producer, request.token});
    network_[{request.producer, partition}].push_front(std::move(request));
  }
  for (auto& [id, node] : nodes_) {
    if (!chance(faults_.stale_view)) continue;
    const Offset behind = static_cast<Offset>(below(static_cast<std::uint64_t>(std::min(log.high_watermark, kStaleOffsetsMax)) + 1));
    node.stale[partition] = {log.high_watermark - behind, now_ + kStaleStepsMin + below(kStaleStepsMore)};
  }
}

void MemoryCluster::drain() {
  quiet_ = true;
  for (auto& [id, node] : nodes_) node.stale.clear();
  while (deliver() || commit() || report()) {
  }
  quiet_ = false;
}

void MemoryCluster::set_paused(const MemoryLedger& node, bool paused) { nodes_.at(node.id_).paused = paused; }

void MemoryCluster::set_stale(const MemoryLedger& node, int partition, Offset end, std::uint64_t steps) {
  nodes_.at(node.id_).stale[partition] = {end, now_ + steps};
}

Offset MemoryCluster::write(int partition, std::string value) {
  Log& log = logs_[static_cast<std::size_t>(partition)];
  const Offset offset = append_to(log, Request{0, 0, partition, true, std::move(value)});
  log.high_watermark = log.end;
  return offset;
}

std::vector<Stored> MemoryCluster::committed(int partition, Offset from) const {
  const Log& log = logs_[static_cast<std::size_t>(partition)];
  std::vector<Stored> all;
  for (auto entry = first_at(log.entries, from); entry != log.entries.end() && entry->offset < log.high_watermark; ++entry) {
    all.push_back({entry->offset, entry->request.value});
  }
  return all;
}

Offset MemoryCluster::high_watermark(int partition) const { return logs_[static_cast<std::size_t>(partition)].high_watermark; }
Offset MemoryCluster::log_end(int partition) const { return logs_[static_cast<std::size_t>(partition)].end; }
std::uint32_t MemoryCluster::leader_epoch(int partition) const { return logs_[static_cast<std::size_t>(partition)].epoch; }

Offset MemoryCluster::visible_end(const Node& node, int partition) const {
  const Offset end = high_watermark(partition);
  const auto stale = node.stale.find(partition);
  return stale != node.stale.end() && stale->second.until > now_ ? std::min(end, stale->second.end) : end;
}

MemoryLedger::~MemoryLedger() { cluster_->nodes_.erase(id_); }

void MemoryLedger::append(std::vector<Appending> blocks) { cluster_->send(state(), std::move(blocks)); }

std::vector<Report> MemoryLedger::poll() { return std::exchange(state().inbox, {}); }

Result<ReadBatch> MemoryLedger::read(int partition, Offset from, std::size_t bytes_max) {
  const auto& log = cluster_->logs_[static_cast<std::size_t>(partition)];
  const Offset end = cluster_->visible_end(state(), partition);
  ReadBatch batch;
  batch.next = from;
  std::size_t bytes = 0;
  for (auto entry = first_at(log.entries, from); entry != log.entries.end() && entry->offset < end; ++entry) {
    const std::string& value = entry->request.value;
    if (!batch.blocks.empty() && bytes + value.size() > bytes_max) return batch;
    bytes += value.size();
    batch.blocks.push_back({entry->offset, value});
    batch.next = entry->offset + 1;
  }
  batch.end = true;
  batch.next = std::max(batch.next, end);
  return batch;
}

void MemoryLedger::renew() {
  auto& node = state();
  node.producer = ++cluster_->producers_;
  node.inbox.clear();
}

}  // namespace docket::ledger
