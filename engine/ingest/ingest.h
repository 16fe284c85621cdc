// ingest: bytes -> Event. The first of the five words. Parses CloudEvents 1.0.2 (structured, batch, NDJSON), resolves
// names against the bundle, checks all that the event, its source and the definition decide alone (final codes), and
// computes the identity. Stored records come back through parse_stored().
// Pure: no clock (the future-time and `late` checks need `recorded` and are in engine/validate).
// Thread rule: one Ingest per thread (it reuses a parser); the bundle and keys are shared.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/model/event.h"
#include "engine/model/rejection.h"
#include "engine/model/result.h"

namespace docket::ingest {

// How far an event got.
enum class Stage : std::uint8_t {
  kReady,      // to be judged
  kRejected,   // final code; identity, source and id are known: its outcome is written
  kForbidden,  // source not registered, or not for this kind, role or unit: 403, nothing written over HTTP
  kMalformed,  // no readable envelope: 400, nothing written over HTTP
};

struct Offered {
  Stage stage = Stage::kReady;
  std::shared_ptr<model::Event> event;  // set unless kMalformed
  model::Refusal refusal;               // code, detail, errors when not kReady
};

inline constexpr std::size_t kEventBytesMax = 64 * 1024;
inline constexpr std::size_t kBatchEventsMax = 50'000;  // of one request
inline constexpr std::size_t kIdBytesMax = 256;
inline constexpr std::size_t kSourceBytesMax = 512;
inline constexpr std::size_t kSubjectBytesMax = 64;
inline constexpr std::size_t kAttributeNameMax = 20;

class Ingest {
 public:
  // `tag_key`: the ledger's HMAC key for content tags (32 bytes).
  Ingest(definition::BundlePtr bundle, std::string tag_key);
  ~Ingest();
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  // One structured CloudEvent. All findings at once, each with a pointer ("#/data/unit").
  [[nodiscard]] Offered parse(std::string_view json);
  // The same for an event of Docket's own (a timer event): its source is open to nobody else.
  [[nodiscard]] Offered parse_own(std::string_view json);
  // A JSON array of CloudEvents (application/cloudevents-batch+json). An error: not a JSON array at all (400), or more than
  // kBatchEventsMax.
  [[nodiscard]] Result<std::vector<Offered>> parse_batch(std::string_view json);
  // One event a line; blank lines are passed over; a broken line is one kMalformed entry. An error: more than kBatchEventsMax.
  [[nodiscard]] Result<std::vector<Offered>> parse_lines(std::string_view text);

  // A record's `event` as it stands in the ledger (private values {"sealed": ...}) with the record's tag. No checks beyond
  // shape; an error is a corrupt ledger. `bundle`: the case's.
  [[nodiscard]] Result<std::shared_ptr<model::Event>> parse_stored(std::string_view json, std::uint64_t tag);

  // Who may say it, which fields it must have and what public ones may be, of an event that parse_stored() has read: what parse() would
  // refuse of it by this bundle.
  [[nodiscard]] model::Refusal check_stored(model::Event& event);
  // Of that what public fields may be, alone: codes that are gone, bounds that are tighter.
  [[nodiscard]] model::Refusal check_values(const model::Event& event);

  // The case that such a record's event is about, whatever the definitions say of it.
  [[nodiscard]] static Result<std::string> subject_of_stored(std::string_view json);

  // The event's JSON as it goes into the record: envelope as received, `data` with every private field replaced by
  // {"sealed":"<token>"}; seal(pointer of the field, its raw JSON) returns the token.
  class Sealer {
   public:
    virtual ~Sealer() = default;
    [[nodiscard]] virtual std::string seal(std::string_view field, std::string_view raw) = 0;
  };
  static void append_stored(std::string& out, const model::Event& event, Sealer& sealer);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// RFC 8785 form of any JSON text (numbers as ECMAScript writes them, members sorted by UTF-16 code units). An error for
// what is not JSON, has duplicate member names, or holds a number that a double can't hold exactly.
[[nodiscard]] Result<std::string> canonical_json(std::string_view json);

[[nodiscard]] std::string hex(std::string_view bytes);
[[nodiscard]] std::string tag_text(std::uint64_t tag);             // 16 hex digits
[[nodiscard]] std::uint64_t tag_from_text(std::string_view text);  // 0 if it isn't 16 hex digits

}  // namespace docket::ingest
