// A mapping against the office's own tables, before a row is read.
#include <algorithm>

#include "connectors/files/mapping.h"
#include "engine/definition/report.h"

namespace docket::files {
namespace {

using definition::Bundle;
using definition::Diagnostic;
using definition::EventDef;
using definition::Names;

class Check {
 public:
  Check(const Mapping& mapping, const Bundle& bundle) : mapping_(mapping), bundle_(bundle) {}

  std::vector<Diagnostic> run() {
    if (mapping_.prefix != bundle_.prefix)
      say(mapping_.kind_at, "mapping: the prefix is " + mapping_.prefix + ", the office's is " + bundle_.prefix, bundle_.prefix);
    Names sources;
    for (const auto& source : bundle_.sources) sources.push_back(source.name);
    if (!bundle_.source_ids.contains(mapping_.source)) {
      say(mapping_.source_at, "mapping: source " + mapping_.source + " is not registered", definition::nearest(mapping_.source, sources));
    }
    const auto* kind = definition::find_name(bundle_.kind_ids, mapping_.kind);
    if (kind == nullptr) {
      Names kinds;
      for (const auto& def : bundle_.kinds) kinds.push_back(def.name);
      say(mapping_.kind_at, "mapping: the office " + bundle_.office + " has no kind " + mapping_.kind,
          definition::nearest(mapping_.kind, kinds));
      return std::move(found_);
    }
    for (const auto& event : mapping_.events) check_event(bundle_.kinds[*kind], event);
    return std::move(found_);
  }

 private:
  void say(Place at, std::string message, std::string suggestion = {}) {
    found_.push_back({definition::Severity::kError, mapping_.file, at.line, at.column, std::move(message), std::move(suggestion)});
  }

  void check_event(const definition::KindDef& kind, const EventMapping& event) {
    const auto* id = definition::find_name(kind.event_ids, event.name);
    if (id == nullptr) {
      Names events;
      for (const auto& def : kind.events) events.push_back(def.name);
      say(event.at, "event " + event.name + ": " + kind.name + " has no such event", definition::nearest(event.name, events));
      return;
    }
    const EventDef& def = kind.events[*id];
    if (!bundle_.role_ids.contains(event.role)) {
      Names roles(bundle_.roles.begin(), bundle_.roles.end());
      say(event.role_at, "event " + event.name + ": no role " + event.role, definition::nearest(event.role, roles));
    }
    Names known;
    for (const auto& field : def.fields) known.push_back(field.name);
    for (const auto& field : event.data) {
      if (def.field_ids.contains(field.name)) continue;
      say(field.at, "event " + event.name + ": no data field " + field.name, definition::nearest(field.name, known));
    }
    for (const auto& field : def.fields) {
      const bool filled =
          std::any_of(event.data.begin(), event.data.end(), [&](const FieldMapping& row) { return row.name == field.name; });
      if (field.required && !filled) say(event.at, "event " + event.name + ": nothing fills " + field.name + ", which it requires");
    }
  }

  const Mapping& mapping_;
  const Bundle& bundle_;
  std::vector<Diagnostic> found_;
};

}  // namespace

std::vector<Diagnostic> check_mapping(const Mapping& mapping, const Bundle& bundle) { return Check(mapping, bundle).run(); }

}  // namespace docket::files
