// A bundle with what reads events by it, for the loops of one thread: cases that were opened with an older bundle are judged by that one
// (ledger.md section 8). Thread rule: one thread; the source behind it is shared.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/definition/bundle_source.h"
#include "engine/ingest/ingest.h"
#include "engine/ledger/record.h"
#include "engine/model/case_state.h"

namespace docket::partition {

struct Rulebook {
  Rulebook(definition::BundlePtr held, const std::string& tag_key);
  definition::BundlePtr bundle;
  ingest::Ingest ingest;
  std::vector<std::shared_ptr<const ledger::Versions>> versions;  // by kind
};

// A case or a block names a bundle that can't be had: whoever judges or reads it must not guess.
class LacksBundle : public std::runtime_error {
 public:
  explicit LacksBundle(const Error& error) : std::runtime_error(error.message), code(error.code) {}
  ErrorCode code;
};

class Rulebooks {
 public:
  // `first`: what the genesis names. `source`: of the others; null: there are none. It outlives this.
  Rulebooks(const definition::BundlePtr& first, std::string tag_key, definition::BundleSource* source = nullptr);

  [[nodiscard]] Rulebook& first() const { return *books_.front(); }
  [[nodiscard]] bool single() const { return books_.size() == 1; }
  // The errors are those of BundleSource::find().
  [[nodiscard]] Result<Rulebook*> find(std::string_view id);
  // These throw LacksBundle.
  [[nodiscard]] Rulebook& named(std::string_view id);
  [[nodiscard]] Rulebook& of(const model::CaseState& state) { return named(state.bundle); }
  [[nodiscard]] Rulebook& of(const model::Event& event);
  // Makes it the event as that book reads it, if another one did. What the book refuses is kRejected and says by which definitions; a
  // source that only the newer ones register is invalid-attribute, since `forbidden` names no case.
  static void read_by(Rulebook& book, ingest::Offered& event);

 private:
  std::string tag_key_;
  definition::BundleSource* source_;
  std::vector<std::unique_ptr<Rulebook>> books_;  // few
};

}  // namespace docket::partition
