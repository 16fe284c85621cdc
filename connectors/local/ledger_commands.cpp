#include <iostream>

#include "connectors/cli/common.h"
#include "connectors/local/commands.h"
#include "connectors/local/home.h"
#include "connectors/local/ledger_checks.h"
#include "connectors/local/schemas.h"
#include "engine/ledger/chain.h"
#include "engine/ledger/heads.h"

namespace docket::local {

int code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalid:
      return 2;
    case ErrorCode::kNotFound:
      return 3;
    case ErrorCode::kConflict:
      return 4;
    case ErrorCode::kUnavailable:
      return 6;
    default:
      return 1;
  }
}

bool take_heads(const std::string& file, const std::string& ledger, const ledger::SealKey& signing_seed, ledger::VerifyOptions& options,
                std::vector<std::string>& problems) {
  const auto text = cli::read_file(file);
  if (!text) return false;
  auto heads = ledger::read_heads(*text, ledger, ledger::public_key_of(signing_seed));
  problems = std::move(heads.findings);
  options.heads = std::move(heads.heads);
  return true;
}

int verify_and_tell(ledger::Port& port, int partitions, const ledger::VerifyOptions& options, const std::vector<std::string>& problems) {
  const auto report = ledger::verify_ledger(port, partitions, options);
  if (!report) return fail(report.error().message, code_of(report.error()));
  std::uint64_t records = 0;
  std::uint64_t blocks = 0;
  std::uint64_t voids = 0;
  for (const auto& chain : report->chains) {
    records += chain.end.height;
    blocks += chain.end.blocks;
    voids += chain.end.void_blocks;
  }
  std::cout << "ledger " << report->ledger << ": " << report->partitions << " partitions, " << blocks << " blocks, " << records
            << " records" << (voids == 0 ? "" : ", " + std::to_string(voids) + " void messages") << "\n";
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

Result<Copied> copy_all(ledger::Port& from, ledger::Port& to, int partitions, bool void_allowed) {
  Copied all;
  for (int partition = 0; partition < partitions; ++partition) {
    const auto copied = ledger::copy_chain(from, to, partition, void_allowed);
    if (!copied) return copied.error().with_context("partition " + std::to_string(partition));
    all.blocks += copied->blocks;
    all.ends.push_back(copied->position);
  }
  return all;
}

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
  if (!heads_file.empty() && !take_heads(heads_file, home->ledger->ledger_id(), home->keys->signing_seed(), options, problems))
    return fail("can't read " + heads_file, 3);
  auto port = home->ledger->port();
  return verify_and_tell(*port, home->ledger->partitions(), options, problems);
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
  const auto copied = copy_all(*reader, *writer, source->ledger->partitions(), false);
  if (!copied) return fail(copied.error().message, code_of(copied.error()));
  std::cout << copied->blocks << " blocks copied to " << to << "; its private texts open only with the keys of " << from << "\n";
  return 0;
}

}  // namespace docket::local
