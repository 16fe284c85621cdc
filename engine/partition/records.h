// Between the engine's values (ids) and the ledger's records (names): effects, versions, sealed events.
// Thread rule: free functions; the key store locks inside.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/definition/bundle.h"
#include "engine/ingest/ingest.h"
#include "engine/ledger/keys.h"
#include "engine/ledger/record.h"
#include "engine/model/effects.h"
#include "engine/model/event.h"
#include "engine/model/result.h"

namespace docket::partition {

[[nodiscard]] std::vector<ledger::NamedEffect> name_effects(const definition::Bundle& bundle, const definition::KindDef& kind,
                                                            const model::Effects& effects);
[[nodiscard]] Result<model::Effects> resolve_effects(const definition::Bundle& bundle, const definition::KindDef& kind,
                                                     const std::vector<ledger::NamedEffect>& effects);
[[nodiscard]] ledger::Versions versions_of(const definition::Bundle& bundle, const definition::KindDef& kind);

// A part's key as text ("U", "3", "2017-03-08") and back by its type.
[[nodiscard]] std::string key_text(const definition::Bundle& bundle, const model::Value& key);
[[nodiscard]] model::Value key_from_text(const definition::Bundle& bundle, const definition::TypeSpec& spec, const std::string& text);

// Seals what is private in records of one ledger.
class RecordSealer {
 public:
  RecordSealer(std::string ledger_id, ledger::KeyStore& keys) : ledger_id_(std::move(ledger_id)), keys_(keys) {}

  // The event as it stands in an accepted record, private fields sealed under the case's key.
  [[nodiscard]] Result<std::string> accepted_event(const definition::KindDef& kind, const model::Event& event, const model::Event* target);
  // The whole event sealed under the parking key of that local day: {"sealed":"..."}.
  [[nodiscard]] Result<std::string> parked_event(const model::Event& event, model::Day day);
  // The event's JSON of a parked record; kNotFound: its key is gone.
  [[nodiscard]] Result<std::string> open_parked(const ledger::Record& record);
  // The plain JSON of one sealed field; kNotFound: erased.
  [[nodiscard]] Result<std::string> open_field(std::string_view case_id, std::string_view event_id, std::string_view field,
                                               std::string_view sealed);

 private:
  std::string ledger_id_;
  ledger::KeyStore& keys_;
};

// The ids of the keys that an accepted `erased` gives up (erasure.cpp); none: it is no such record, or the case had none.
[[nodiscard]] std::vector<std::string> erased_keys(const ledger::Record& record);
void add_erased_keys(ledger::Record& record, const std::vector<std::string>& key_ids);

// The CloudEvent JSON as received, whole and unsealed.
[[nodiscard]] std::string plain_event(const model::Event& event);

}  // namespace docket::partition
