#include <iostream>

#include "connectors/cli/common.h"
#include "connectors/local/commands.h"
#include "connectors/local/home.h"
#include "connectors/local/ledger_checks.h"
#include "connectors/local/schemas.h"
#include "engine/ledger/chain.h"
#include "engine/ledger/heads.h"

namespace docket::local {

bool take_heads(const std::string& file, const std::string& ledger, const ledger::SealKey& signing_seed, ledger::VerifyOptions& options,
                std::vector<std::string>& problems) {
  const auto text = cli::read_file(file);
  if (!text) return false;
  auto heads = ledger::read_heads(*text, ledger, ledger::public_key_of(signing_seed));
  for (const auto& finding : heads.findings) problems.push_back("heads: " + finding);
  options.heads = std::move(heads.heads);
  return true;
}

int verify_and_tell(ledger::Port& port, int partitions, const ledger::VerifyOptions& options, const std::vector<std::string>& problems,
                    const std::string& unseen) {
  const auto report = ledger::verify_ledger(port, partitions, options);
  if (!report) return fail(report.error());
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
  for (const auto& problem : problems) std::cout << problem << "\n";
  for (const auto& finding : report->findings) {
    std::cout << "partition " << finding.partition << ", offset " << finding.offset << ", height " << finding.height << ": " << finding.what
              << "\n";
  }
  for (const auto& what : report->unseen) std::cout << "not seen: " << what << "\n";
  if (!unseen.empty()) std::cout << "not seen: " << unseen << "\n";
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
  const auto compiled = compile_office(schemas, office);
  if (!compiled) return fail(compiled.error());
  if (!compiled->ok()) return fail("office " + office + " does not pass the check:\n" + findings_text(compiled->diagnostics), 1);
  if (auto made = create_home(data, *compiled->bundle); !made) return fail(made.error());
  std::cout << "ledger created in " << data << " for office " << office << " (" << model::kPartitions << " partitions)\n"
            << "keep a copy of " << data << "/keys/master.key apart: without it private texts are lost\n";
  return 0;
}

int run_ledger_verify(const std::string& data, const std::string& heads_file) {
  const auto home = open_ledger(data);
  if (!home) return fail(home.error());
  const auto keys = open_keys(data);
  ledger::VerifyOptions options;
  std::vector<std::string> problems;
  if (!keys && keys.error().code != ErrorCode::kNotFound) problems.push_back("keys: " + keys.error().message);
  if (!heads_file.empty()) {
    if (!keys) {
      return fail("--heads: whether the heads are signed by this ledger can't be told without its keys (" + keys.error().message +
                      "); check the chains without --heads, or where the keys are",
                  cli::exit_code_of(keys.error()));
    }
    if (!take_heads(heads_file, home->ledger->ledger_id(), (*keys)->signing_seed(), options, problems))
      return fail("can't read " + heads_file, 3);
  }
  if (keys) options.key = ledger::public_key_of((*keys)->signing_seed());
  auto port = home->ledger->port();
  return verify_and_tell(*port, home->ledger->partitions(), options, problems,
                         keys ? "" : "private texts, sealed under keys that are not here; the chains need none");
}

int run_ledger_copy(const std::string& from, const std::string& to) {
  const auto source = open_ledger(from);
  if (!source) return fail(source.error());
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::path(to) / "ledger", error)) {
    std::filesystem::create_directories(to, error);
    embedded::NewLedger copy;
    copy.id = source->ledger->ledger_id();
    auto bundles = source->ledger->all_bundles();
    if (!bundles) return fail(bundles.error());
    copy.bundles = std::move(*bundles);
    for (int partition = 0; partition < source->ledger->partitions(); ++partition) {
      const auto first = source->ledger->block_at(partition, 0);
      if (!first) return fail(first.error());
      copy.genesis.push_back(first->value);
    }
    if (auto made = embedded::EmbeddedStore::create(to, copy); !made) return fail(made.error());
  }
  auto target = embedded::EmbeddedStore::open(to);
  if (!target) return fail(target.error());
  auto reader = source->ledger->port();
  auto writer = (*target)->port();
  const auto copied = copy_all(*reader, *writer, source->ledger->partitions(), false);
  if (!copied) return fail(copied.error());
  std::cout << copied->blocks << " blocks copied to " << to << "; its private texts open only with the keys of " << from << "\n";
  return 0;
}

}  // namespace docket::local
