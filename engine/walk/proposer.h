// Makes a plausible event of a kind for a case as it stands: who may, with data of the right types that tends towards what the event's
// condition asks. Plausible, not legal: judging is for validate. Thread rule: one thread; the bundle is shared.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/apply/history.h"
#include "engine/definition/bundle.h"
#include "engine/ingest/ingest.h"
#include "engine/model/case_state.h"
#include "engine/walk/random.h"

namespace docket::walk {

struct Situation {
  std::string case_id;
  std::string event_id;
  const model::CaseState* state = nullptr;  // null: not opened
  const apply::CaseHistory* history = nullptr;
  const model::PartInstance* part = nullptr;  // whose event it is; null with a part's event: it opens an instance
  model::Instant time = 0;
  model::Instant recorded = 0;
};

struct Proposal {
  std::string json;
  model::EventPtr event;
  model::EventPtr replacement;  // of a `corrected` that replaces
  bool timer = false;           // Docket's own: no source asserts it
};

class Proposer {
 public:
  // `source`: preferred; another one is taken where it may not say so.
  Proposer(definition::BundlePtr bundle, model::KindId kind, std::string source, Random& random);

  // nullopt: nothing plausible, such as no clock to adjust; `why` says so.
  [[nodiscard]] std::optional<Proposal> propose(const Situation& at, model::EventId event, std::string& why);

 private:
  struct Actor {
    model::RoleId role = model::kNone8;
    model::Symbol unit = model::kNoSymbol;
  };
  [[nodiscard]] std::optional<Actor> actor(const Situation& at, const definition::EventDef& def, const std::string& gate);
  [[nodiscard]] const definition::SourceDef* source(const Actor& actor);
  [[nodiscard]] std::optional<std::string> data(const Situation& at, model::EventId event, std::string& gate, std::string& why);
  [[nodiscard]] std::optional<std::string> field(const Situation& at, const definition::EventDef& def, std::size_t index,
                                                 const std::vector<definition::Test>* wanted, std::string& why);
  [[nodiscard]] std::optional<std::string> action_data(const Situation& at, const definition::EventDef& def, std::string& gate,
                                                       std::string& why);
  [[nodiscard]] std::optional<std::string> correction(const Situation& at, std::string& why);
  [[nodiscard]] std::string new_keys(const Situation& at, model::ScopeId part);
  [[nodiscard]] std::string extended_due(const Situation& at, const definition::EventDef& def, std::size_t index);
  // A value of that type; `wanted`: a test it should pass.
  [[nodiscard]] std::string value(const definition::TypeSpec& spec, const definition::Test* wanted, model::Instant time);
  [[nodiscard]] std::string one_value(const definition::TypeSpec& spec, const definition::Test* wanted, model::Instant time);
  [[nodiscard]] std::string value_text(const model::Value& value) const;
  [[nodiscard]] model::Symbol any_unit();

  definition::BundlePtr bundle_;
  const definition::KindDef& kind_;
  std::string preferred_;
  Random& random_;
  ingest::Ingest ingest_;
};

}  // namespace docket::walk
