#include "engine/ledger/genesis.h"

#include <array>

#include "engine/ledger/block_codec.h"
#include "engine/ledger/json_reader.h"
#include "engine/ledger/json_text.h"

namespace docket::ledger {
namespace {

constexpr std::array<std::string_view, 8> kGenesisNames{"ledger", "partition", "partitions", "format",
                                                        "bundle", "hash",      "seal",       "signature"};
constexpr std::uint64_t kPartitionsMost = 1U << 20U;

Status built(std::string_view what, std::string_view name, std::string_view wanted) {
  if (name == wanted) return {};
  return Error{ErrorCode::kConflict, std::string(what) + " \"" + std::string(name) + "\" isn't built into this program"};
}

}  // namespace

Block genesis_block(const Genesis& genesis, Instant recorded) {
  Record record;
  record.kind = RecordKind::kGenesis;
  std::string& body = record.body;
  const auto text = [&body](std::string_view name, std::string_view value) {
    body.append(name);
    append_json_string(body, value);
  };
  text(R"({"ledger":)", genesis.ledger);
  body += ",\"partition\":" + std::to_string(genesis.partition) + ",\"partitions\":" + std::to_string(genesis.partitions) +
          ",\"format\":" + std::to_string(genesis.format);
  text(R"(,"bundle":)", genesis.bundle);
  text(R"(,"hash":)", genesis.hash);
  text(R"(,"seal":)", genesis.seal);
  text(R"(,"signature":)", genesis.signature);
  body.push_back('}');
  Block block;
  block.previous = zero_hash_text();
  block.recorded = recorded;
  block.bundle = genesis.bundle;
  block.records.push_back(std::move(record));
  return block;
}

Result<Genesis> parse_genesis(const Record& record) {
  if (record.kind != RecordKind::kGenesis)
    return Error{ErrorCode::kInvalid, std::string("a ") + to_string(record.kind) + " record is no genesis"};
  json::Reader reader;
  json::od::document document;
  json::od::object members;
  if (json::parse(record.body, document) != simdjson::SUCCESS || document.get_object().get(members) != simdjson::SUCCESS) {
    return Error{ErrorCode::kInvalid, "a genesis without a readable body"};
  }
  Genesis out;
  std::uint32_t seen = 0;
  const auto each = [&](std::size_t member, json::od::value in) {
    switch (member) {
      case 0:
        return reader.text(kGenesisNames[member], in, out.ledger);
      case 1:
        return reader.number(kGenesisNames[member], in, out.partition, kPartitionsMost);
      case 2:
        return reader.number(kGenesisNames[member], in, out.partitions, kPartitionsMost);
      case 3:
        return reader.number(kGenesisNames[member], in, out.format);
      case 4:
        return reader.text(kGenesisNames[member], in, out.bundle);
      case 5:
        return reader.text(kGenesisNames[member], in, out.hash);
      case 6:
        return reader.text(kGenesisNames[member], in, out.seal);
      default:
        return reader.text(kGenesisNames[member], in, out.signature);
    }
  };
  constexpr std::uint32_t kAll = (1U << kGenesisNames.size()) - 1;
  if (!reader.object("genesis", members, kGenesisNames, seen, each) || !reader.required("genesis", kGenesisNames, seen, kAll))
    return reader.error();
  if (out.format != 1) return Error{ErrorCode::kConflict, "ledger format " + std::to_string(out.format) + " is not known to this program"};
  for (const auto& good :
       {built("hash", out.hash, "sha256"), built("seal", out.seal, "aes-256-gcm"), built("signature", out.signature, "ed25519")}) {
    if (!good) return good.error();
  }
  return out;
}

}  // namespace docket::ledger
