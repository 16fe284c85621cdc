#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <iterator>

#include "connectors/cli/common.h"
#include "connectors/local/commands.h"
#include "connectors/local/home.h"
#include "connectors/local/schemas.h"
#include "engine/ledger/chain.h"
#include "engine/ledger/heads.h"

namespace docket::local {
namespace {

int code_of(const Error& error) {
  return error.code == ErrorCode::kConflict ? 4 : error.code == ErrorCode::kNotFound ? 3 : error.code == ErrorCode::kInvalid ? 2 : 1;
}

}  // namespace

int run_ledger_create(const std::string& data, const std::string& office, const std::string& schemas) {
  if (auto made = create_home(data, office, schemas); !made) return fail(made.error().message, code_of(made.error()));
  std::cout << "ledger created in " << data << " for office " << office << " (" << model::kPartitions << " partitions)\n"
            << "keep a copy of " << data << "/keys/master.key apart: without it private texts are lost\n";
  return 0;
}

int run_ledger_verify(const std::string& data, const std::string& heads_file) {
  auto home = open_home(data);
  if (!home) return fail(home.error().message, code_of(home.error()));
  ledger::VerifyOptions options;
  std::vector<std::string> problems;
  if (!heads_file.empty()) {
    const auto text = cli::read_file(heads_file);
    if (!text) return fail("can't read " + heads_file, 3);
    auto heads = ledger::read_heads(*text, home->ledger->ledger_id(), ledger::public_key_of(home->keys->signing_seed()));
    problems = std::move(heads.findings);
    options.heads = std::move(heads.heads);
  }
  auto port = home->ledger->port();
  const auto report = ledger::verify_ledger(*port, home->ledger->partitions(), options);
  if (!report) return fail(report.error().message, 1);
  std::uint64_t records = 0;
  std::uint64_t blocks = 0;
  for (const auto& chain : report->chains) {
    records += chain.end.height;
    blocks += chain.end.blocks;
  }
  std::cout << "ledger " << report->ledger << ": " << report->partitions << " partitions, " << blocks << " blocks, " << records
            << " records\n";
  for (const auto& problem : problems) std::cout << "heads: " << problem << "\n";
  for (const auto& finding : report->findings) {
    std::cout << "partition " << finding.partition << ", offset " << finding.offset << ", height " << finding.height << ": " << finding.what
              << "\n";
  }
  for (const auto& unseen : report->unseen) std::cout << "not seen: " << unseen << "\n";
  const bool good = report->good() && problems.empty();
  std::cout << (good ? "good\n" : "NOT good\n");
  return good ? 0 : 1;
}

int run_ledger_copy(const std::string& from, const std::string& to) {
  auto source = open_home(from);
  if (!source) return fail(source.error().message, code_of(source.error()));
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::path(to) / "ledger", error)) {
    std::filesystem::create_directories(to, error);
    embedded::NewLedger copy;
    copy.id = source->ledger->ledger_id();
    copy.bundles.emplace_back(source->bundle->id, texts_to_json(source->bundle->texts));
    for (int partition = 0; partition < source->ledger->partitions(); ++partition) {
      const auto first = source->ledger->block_at(partition, 0);
      if (!first) return fail(first.error().message, 1);
      copy.genesis.push_back(first->value);
    }
    if (auto made = embedded::EmbeddedStore::create(to, copy); !made) return fail(made.error().message, code_of(made.error()));
  }
  auto target = embedded::EmbeddedStore::open(to);
  if (!target) return fail(target.error().message, code_of(target.error()));
  auto reader = source->ledger->port();
  auto writer = (*target)->port();
  std::uint64_t blocks = 0;
  for (int partition = 0; partition < source->ledger->partitions(); ++partition) {
    const auto copied = ledger::copy_chain(*reader, *writer, partition);
    if (!copied) return fail("partition " + std::to_string(partition) + ": " + copied.error().message, code_of(copied.error()));
    blocks += copied->blocks;
  }
  std::cout << blocks << " blocks copied to " << to << "; its private texts open only with the keys of " << from << "\n";
  return 0;
}

}  // namespace docket::local
