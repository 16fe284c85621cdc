// Good chains as values, and a ledger that holds what a test gives it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/ledger/chain.h"
#include "engine/ledger/memory_ledger.h"
#include "tests/unit/ledger_samples.h"

namespace docket::ledger::testing {

inline constexpr int kPartitionCount = 2;
inline const SealKey kSeed = [] {
  SealKey seed{};
  seed.fill(7);
  return seed;
}();

// The values of a good ledger: genesis, owner-changed, then blocks of one to three records.
inline std::vector<std::string> good_chain(int partition, int blocks, const std::string& ledger = "L") {
  std::vector<std::string> values;
  Genesis genesis;
  genesis.ledger = ledger;
  genesis.partition = partition;
  genesis.partitions = kPartitionCount;
  genesis.bundle = "b-2017-03";  // as block_of()
  values.push_back(encode_block(genesis_block(genesis, at("2017-03-01T00:00:00Z"))));
  Height height = 1;
  for (int i = 1; i < blocks; ++i) {
    Block block = block_of(height, {});
    block.previous = hash_text(block_hash(values.back()));
    block.term = 1;
    block.recorded = at("2017-03-01T00:00:00Z") + i * 1000;
    if (i == 1) block.records.push_back(record_of(RecordKind::kOwnerChanged, R"({"term":1})"));
    for (int k = 0; i > 1 && k <= i % 3; ++k) {
      Record record = accepted_sample();
      record.case_version = static_cast<std::uint32_t>(i);
      block.records.push_back(record);
    }
    if (i > 3) block.next = {{"intake", 1, i}};
    height = block.end();
    values.push_back(encode_block(block));
  }
  return values;
}

// The same chain with another time in block `from`, and every hash behind it made anew.
inline std::vector<std::string> rewritten(std::vector<std::string> values, std::size_t from) {
  for (std::size_t i = from; i < values.size(); ++i) {
    Block block = *decode_block(values[i]);
    if (i == from) ++block.recorded;
    if (i > 0) block.previous = hash_text(block_hash(values[i - 1]));
    values[i] = encode_block(block);
  }
  return values;
}

inline Position position_after(const std::vector<std::string>& values, std::size_t blocks, int partition) {
  ChainWalk walk(partition);
  for (std::size_t i = 0; i < blocks; ++i) EXPECT_TRUE(walk.take({static_cast<Offset>(i), values[i]}).ok());
  return walk.position();
}

struct World {
  explicit World(std::vector<std::vector<std::string>> chains)
      : random(1), cluster(static_cast<int>(chains.size()), random, MemoryFaults::none()) {
    for (std::size_t partition = 0; partition < chains.size(); ++partition) {
      for (auto& value : chains[partition]) cluster.write(static_cast<int>(partition), std::move(value));
    }
    node = cluster.node();
  }
  VerifyReport verify(const VerifyOptions& options = {}) {
    auto report = verify_ledger(*node, kPartitionCount, options);
    EXPECT_TRUE(report.ok());
    return std::move(*report);
  }
  MemoryCluster::Random random;
  MemoryCluster cluster;
  std::unique_ptr<MemoryLedger> node;
};

}  // namespace docket::ledger::testing
