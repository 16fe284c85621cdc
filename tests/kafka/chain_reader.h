// The valid chain of a ledger's topic, followed from outside, and the outcomes that it gives to the records of an intake topic: each
// exactly one, in the very block whose cursor passes it (docs/ledger.md section 6). Thread rule: one thread's.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <string>
#include <vector>

#include "tests/kafka/intake_topic.h"

namespace docket::testing {

class ChainReader {
 public:
  ChainReader(const std::string& brokers, const std::string& ledger_topic, std::string intake_topic)
      : topic_(std::move(intake_topic)), port_({{brokers, {}}, ledger_topic, nullptr, 20'000}) {
    for (int p = 0; p < model::kPartitions; ++p) chains_.emplace_back(p);
  }

  // Reads on until the cursors are behind all that landed; false after two minutes.
  bool await(const std::vector<IntakeRecord>& landed) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    while (std::chrono::steady_clock::now() < until) {
      if (::testing::Test::HasFatalFailure()) return false;
      bool all = true;
      for (int p = 0; p < model::kPartitions && all; ++p) all = passed(p, landed) || (follow(p), passed(p, landed));
      if (all) return true;
    }
    return false;
  }

  // "accepted", "parked", "rejected CODE", "duplicate", "forwarded OUTCOME", "lost" of each record, in their order. What has none or
  // several fails the test.
  std::vector<std::string> outcomes(const std::vector<IntakeRecord>& landed) {
    std::map<std::tuple<int, int, std::int64_t>, const IntakeRecord*> by_place;  // epoch, partition, offset
    for (const auto& record : landed)
      EXPECT_TRUE(by_place.emplace(std::tuple{record.epoch, record.partition, record.offset}, &record).second);
    std::map<const IntakeRecord*, std::vector<std::string>> told;
    for (int p = 0; p < model::kPartitions; ++p) {
      follow(p);
      for (const auto& passing : chains_[static_cast<std::size_t>(p)].passing) take(p, passing, by_place, told);
    }
    std::vector<std::string> out;
    for (const auto& record : landed) {
      const auto& all = told[&record];
      EXPECT_EQ(all.size(), 1U) << "outcomes of offset " << record.offset << " in partition " << record.partition << " (" << record.id
                                << ")"
                                << ": " << ::testing::PrintToString(all);
      out.push_back(all.size() == 1 ? all.front() : std::to_string(all.size()) + " outcomes");
    }
    for (const auto& [id, times] : accepted_) EXPECT_EQ(times, 1) << id << " is accepted " << times << " times";
    return out;
  }
  // (source, id) -> how often it was accepted. For what outcomes() has read.
  [[nodiscard]] const std::map<std::string, int>& accepted() const { return accepted_; }
  [[nodiscard]] int epoch(int partition) const { return chains_[static_cast<std::size_t>(partition)].epoch; }

 private:
  struct Passing {  // a block that moved the cursor
    int epoch = 0;
    std::int64_t from = 0;
    std::int64_t to = 0;
    ledger::Block block;
  };
  struct Chain {
    explicit Chain(int partition) : walk(partition) {}
    ledger::ChainWalk walk;
    ledger::Offset next = 0;
    int epoch = 0;
    std::int64_t cursor = 0;
    std::vector<Passing> passing;
  };
  using Places = std::map<std::tuple<int, int, std::int64_t>, const IntakeRecord*>;
  using Told = std::map<const IntakeRecord*, std::vector<std::string>>;

  [[nodiscard]] bool passed(int partition, const std::vector<IntakeRecord>& landed) const {
    const auto& chain = chains_[static_cast<std::size_t>(partition)];
    return std::all_of(landed.begin(), landed.end(), [&](const IntakeRecord& record) {
      return record.partition != partition || record.epoch < chain.epoch || (record.epoch == chain.epoch && record.offset < chain.cursor);
    });
  }
  void follow(int partition) {
    Chain& chain = chains_[static_cast<std::size_t>(partition)];
    for (bool end = false; !end;) {
      const auto batch = port_.read(partition, chain.next, std::size_t{4} << 20U);
      ASSERT_TRUE(batch.ok()) << batch.error().message;
      for (const auto& stored : batch->blocks) {
        ledger::Block block;
        const auto taken = chain.walk.take(stored, &block);
        ASSERT_TRUE(taken.ok()) << taken.error().message;
        if (*taken == ledger::ChainWalk::Taken::kValid) take_block(chain, std::move(block));
      }
      end = batch->end;
      chain.next = batch->next;
    }
  }
  void take_block(Chain& chain, ledger::Block block) {
    for (const auto& record : block.records) {
      if (record.kind != ledger::RecordKind::kAccepted) continue;
      const auto event = boost::json::parse(record.event);
      ++accepted_[std::string(event.at("source").as_string()) + " " + std::string(event.at("id").as_string())];
    }
    for (const auto& cursor : block.next) {
      if (cursor.topic != topic_) continue;
      const bool anew = static_cast<int>(cursor.epoch) != chain.epoch;
      Passing passing{static_cast<int>(cursor.epoch), anew ? 0 : chain.cursor, cursor.offset, std::move(block)};
      chain.epoch = passing.epoch;
      chain.cursor = passing.to;
      if (passing.to > passing.from) chain.passing.push_back(std::move(passing));
      return;
    }
  }
  void take(int partition, const Passing& passing, const Places& by_place, Told& told) const {
    std::map<std::string, std::vector<const IntakeRecord*>> untold;  // that no offset tells of, by (source, id)
    for (std::int64_t offset = passing.from; offset < passing.to; ++offset) {
      const auto it = by_place.find({passing.epoch, partition, offset});
      if (it == by_place.end()) continue;  // a marker, or a record of somebody else's
      auto& all = told[it->second];
      tell_by_offset(passing, offset, all);
      if (all.empty() && !it->second->id.empty()) untold[it->second->source + " " + it->second->id].push_back(it->second);
    }
    for (const auto& [event, records] : untold) {
      std::vector<std::string> rows;
      for (const auto& record : passing.block.records) {
        if (record.parked_at != model::kNoHeight || !record.body.empty()) continue;  // of one that waited, or of another offset
        if (name_of(record) != event) continue;
        rows.push_back(ledger::to_string(record.kind) +
                       (record.kind == ledger::RecordKind::kRejected ? " " + std::string(model::name(record.code)) : ""));
      }
      for (std::size_t i = 0; i < records.size() && i < rows.size(); ++i) told[records[i]].push_back(rows[i]);
    }
  }
  static std::string name_of(const ledger::Record& record) {
    if (record.kind == ledger::RecordKind::kAccepted) {
      const auto event = boost::json::parse(record.event);
      return std::string(event.at("source").as_string()) + " " + std::string(event.at("id").as_string());
    }
    const bool tells = record.kind == ledger::RecordKind::kRejected || record.kind == ledger::RecordKind::kParked;
    return tells ? record.source + " " + record.id : "";
  }
  void tell_by_offset(const Passing& passing, std::int64_t offset, std::vector<std::string>& all) const {
    for (const auto& record : passing.block.records) {
      if (record.body.empty()) continue;
      const auto body = boost::json::parse(record.body).as_object();
      const auto* topic = body.if_contains("topic");
      if (topic == nullptr || *topic != topic_.c_str() || body.at("epoch").as_int64() != passing.epoch) continue;
      if (record.kind == ledger::RecordKind::kLost) {
        if (offset >= body.at("from").as_int64() && offset < body.at("to").as_int64()) all.emplace_back("lost");
      } else if (record.kind == ledger::RecordKind::kDuplicates) {
        for (const auto& range : body.at("ranges").as_array()) {
          if (offset >= range.at(0).as_int64() && offset <= range.at(1).as_int64()) all.emplace_back("duplicate");
        }
      } else if (body.at("offset").as_int64() == offset) {
        all.push_back(record.kind == ledger::RecordKind::kForwarded ? "forwarded " + std::string(body.at("outcome").as_string())
                                                                    : "rejected " + std::string(model::name(record.code)));
      }
    }
  }

  const std::string topic_;
  kafka::KafkaLedger port_;
  std::vector<Chain> chains_;
  std::map<std::string, int> accepted_;
};

}  // namespace docket::testing
