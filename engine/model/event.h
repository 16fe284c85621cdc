// An event as the engine handles it: the CloudEvent as received, parsed once, its names resolved to a bundle's ids.
// Made by engine/ingest (from a producer, or from a stored record); immutable afterwards.
// Ownership: `text` owns all bytes that the string_views point into; copies share it. Thread rule: plain value.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/ids.h"
#include "engine/model/time.h"
#include "engine/model/value.h"

namespace docket::definition {
struct Bundle;
}

namespace docket::model {

// Who an event is: fingerprint = first 16 bytes of SHA-256(source, 0x00, id); tag = first 8 bytes of the keyed hash
// (HMAC-SHA-256) of its RFC 8785 content (ledger.md section 6).
struct Identity {
  std::array<std::uint8_t, 16> fingerprint{};
  std::uint64_t tag = 0;
  friend bool operator==(const Identity&, const Identity&) = default;
};

struct EnvelopeAttribute {
  std::string_view name;
  std::string_view raw;  // its JSON as received
};

struct DataField {
  std::string_view name;          // decoded
  std::string_view raw;           // its JSON as received, or as stored (sealed values: {"sealed":"..."})
  std::uint16_t field = kNone16;  // index into EventDef::fields; kNone16: unknown to the definition
  bool is_private = false;        // to be sealed: private by definition, or unknown
  Value value;                    // private text: kSealed with empty text until it is sealed
};

struct Event {
  std::shared_ptr<const std::string> text;
  std::vector<EnvelopeAttribute> attributes;  // every envelope member but `data`, in the order received
  std::vector<DataField> data;                // members of `data`, in the order received

  // decoded
  std::string source;
  std::string id;
  std::string subject;  // the case id
  std::string authid;
  std::string actorunit;
  std::string actorrole;
  std::string onbehalfof;
  std::string approvedby;
  Instant time = kNoInstant;
  std::int64_t sequence = 0;
  std::optional<std::int64_t> expected_revision;

  // resolved by the bundle, which outlives every event (null: none has read it without a finding); kNone16 / kNone8 / kNoSymbol where it
  // has no such name
  const definition::Bundle* bundle = nullptr;
  KindId kind = kNone16;
  EventId event = kNone16;
  std::uint16_t source_id = kNone16;
  RoleId role = kNone8;
  Symbol unit = kNoSymbol;
  Value part_key;  // of an event of a part

  Identity identity;

  [[nodiscard]] const DataField* find(std::uint16_t field) const {
    for (const auto& row : data) {
      if (row.field == field) return &row;
    }
    return nullptr;
  }
};

using EventPtr = std::shared_ptr<const Event>;

}  // namespace docket::model
