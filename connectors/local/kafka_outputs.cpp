#include "connectors/local/kafka_outputs.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "connectors/kafka/outputs.h"
#include "connectors/node/node.h"
#include "connectors/node/output_rows.h"
#include "projections/crash_point.h"

namespace docket::local {
namespace {

class RunningOutputs final : public Beside {
 public:
  RunningOutputs(std::shared_ptr<kafka::Outputs> outputs, std::string ledger) : outputs_(std::move(outputs)), ledger_(std::move(ledger)) {
    outputs_->start();
  }
  ~RunningOutputs() override { stop(); }
  RunningOutputs(const RunningOutputs&) = delete;
  RunningOutputs& operator=(const RunningOutputs&) = delete;
  void stop() override { outputs_->stop(); }
  // One of each hour stays.
  void tell_heads(const std::string& line) override {
    constexpr std::size_t kToTheHour = 13;  // 2026-03-08T15
    outputs_->tell_heads(
        {ledger_ + " " + model::format_instant(wall_clock()).substr(0, kToTheHour), line.substr(0, line.find_last_not_of('\n') + 1)});
  }

 private:
  std::shared_ptr<kafka::Outputs> outputs_;
  const std::string ledger_;
};

node::OutputsStanding standing_of(const kafka::Outputs& outputs) {
  node::OutputsStanding out;
  for (auto& lag : outputs.lags()) out.lags.push_back({std::move(lag.topic), lag.partition, lag.records});
  out.problem = outputs.problem();
  return out;
}

std::int64_t keep_ms(const kafka::TopicState& state) {
  const auto it = state.config.find("retention.ms");
  return it == state.config.end() ? -1 : std::strtoll(it->second.c_str(), nullptr, 10);
}

}  // namespace

Status find_outputs(Home& home, const KafkaPlace& place, std::shared_ptr<kafka::ChainCopy> copy) {
  auto admin = kafka::Admin::make(place.settings, kPatienceMs);
  if (!admin) return admin.error();
  struct Found {
    kafka::OutputStream stream;
    node::Node::OutputRow row = nullptr;
  };
  std::vector<Found> found;
  const std::pair<const std::string&, node::Node::OutputRow> all[] = {
      {place.names.verdicts, nullptr}, {place.names.cases, node::case_output}, {place.names.metrics, node::metrics_output}};
  for (const auto& [topic, row] : all) {
    const auto state = admin->describe(topic);
    if (!state) return state.error();
    if (!state->there) continue;
    if (state->partitions != model::kPartitions)
      return Error{ErrorCode::kConflict, "topic " + topic + " has " + std::to_string(state->partitions) + " partitions, and must have " +
                                             std::to_string(model::kPartitions) +
                                             " like the ledger, as the owner of a partition writes its outputs: make it anew (docket "
                                             "topics apply), or delete it to have none"};
    found.push_back({{topic, nullptr, row == nullptr ? keep_ms(*state) : -1}, row});
  }
  const auto heads = admin->describe(place.names.heads);
  if (!heads) return heads.error();
  if (found.empty() && !heads->there) return {};
  home.outputs = [place, copy = std::move(copy), blocks = home.ledger, found = std::move(found),
                  heads = heads->there ? place.names.heads : std::string()](node::Node& node,
                                                                            const node::ReadModel& store) -> std::unique_ptr<Beside> {
    kafka::Outputs::Options options;
    options.settings = place.settings;
    options.ledger = blocks->ledger_id();
    for (const auto& one : found) {
      options.streams.push_back(one.stream);
      if (one.row == nullptr) continue;
      options.streams.back().row = [&node, row = one.row](const std::string& id, const ledger::Position& position) {
        return node.output_of(row, id, position);
      };
    }
    options.heads = heads;
    options.blocks = blocks;
    options.copy = copy;
    options.owned = [&node](int partition) { return node.owns(partition); };
    options.projected = [&store](int partition) { return store.position(partition); };
    options.clock = wall_clock;
    options.tell = [](const std::string& what) { std::cerr << "docket: " << what << "\n"; };
#ifdef DOCKET_CRASH_POINTS
    options.check_ms = static_cast<std::int64_t>(crash::number("DOCKET_OUTPUT_CHECK_MS", static_cast<std::size_t>(options.check_ms)));
#endif
    auto outputs = std::make_shared<kafka::Outputs>(std::move(options));
    copy->on_news([weak = std::weak_ptr(outputs)] {
      if (const auto there = weak.lock()) there->wake();
    });
    node.show_outputs([weak = std::weak_ptr(outputs)] {
      const auto there = weak.lock();
      return there ? standing_of(*there) : node::OutputsStanding();
    });
    return std::make_unique<RunningOutputs>(std::move(outputs), blocks->ledger_id());
  };
  return {};
}

}  // namespace docket::local
