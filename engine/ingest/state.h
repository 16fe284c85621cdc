// What one Ingest holds, and the checks that its .cpp files share. Internal to engine/ingest.
// Thread rule: one per thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ingest/canonical.h"
#include "engine/ingest/digest.h"
#include "engine/ingest/fields.h"
#include "engine/ingest/findings.h"
#include "engine/ingest/ingest.h"
#include "engine/ingest/json_check.h"
#include "engine/ingest/names.h"
#include "engine/ingest/split.h"

namespace docket::ingest {

struct Ingest::State {
  State(definition::BundlePtr held, const std::string& tag_key)
      : bundle(std::move(held)), types(*bundle), fields(*bundle), digest(tag_key) {}

  definition::BundlePtr bundle;
  TypeNames types;
  FieldParser fields;
  Digest digest;
  JsonCheck check;
  Canonical canonical;
  bool own = false;                  // the event at hand is Docket's own
  std::string content;               // scratch: the canonical content of one event
  std::string scratch;               // scratch: one decoded string
  std::string word;                  // scratch: one attribute
  std::vector<std::uint32_t> order;  // scratch: data members by name
  std::vector<std::uint8_t> seen;    // scratch: fields of the definition that are there

  // One trimmed value that has passed `check`.
  [[nodiscard]] Offered offer(std::string_view json);
  [[nodiscard]] const definition::EventDef* def(const model::Event& event) const {
    return event.event == model::kNone16 ? nullptr : &bundle->kinds[event.kind].events[event.event];
  }

  // envelope.cpp
  void check_envelope(model::Event& event, const Split& split, Findings& findings);
  // A string attribute into `out`; false if it isn't there or no usable string (a finding then).
  bool take_text(const Split& split, Attr attr, std::string& out, Findings& findings, model::Rejection code);
  void take_integer(const Split& split, Attr attr, std::optional<std::int64_t>& out, Findings& findings);
  // actor.cpp: source, what it may assert, role, unit, approver
  void check_actor(model::Event& event, Findings& findings);
  void check_role(model::Event& event, const definition::SourceDef* source, Findings& findings);
  // payload.cpp
  void check_data(model::Event& event, const Split& split, Findings& findings);
  void check_stored_values(const model::Event& event, Findings& findings);  // stored.cpp
  void check_action(const model::Event& event, const definition::EventDef& event_def, Findings& findings);
  void check_required(const model::Event& event, Findings& findings);
  void identify(model::Event& event, const Split& split, Findings& findings);
};

}  // namespace docket::ingest
