// Compiles one event: events.cpp says who may do it and when, event_fields.cpp what it carries.
// Internal to engine/definition.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "engine/definition/build.h"

namespace docket::definition {

struct EventCompiler {
  Build& build;
  KindBuild& kind_build;
  KindDef& kind;
  EventDef& event;
  const Fields& fields;
  const Node& key;

  [[nodiscard]] ScopeDef& scope() const { return kind.scopes[event.scope]; }
  void error(const Node& at, const std::string& message, std::string near = {}) const {
    build.report.error(at, fields.where() + ": " + message, std::move(near));
  }
  void states() const;
  void actor(const Node& word) const;
  void actors() const;
  void add_field(FieldDef field, const Node& at) const;
  void attributes(std::string_view list, bool required) const;
  void data(std::string_view section, bool required) const;
  [[nodiscard]] const ScopeId* part(const Node& name) const;
  void parts() const;
  [[nodiscard]] LinkId link(std::string_view word) const;
  void links() const;
  void unset_and_fix() const;
  [[nodiscard]] EventId other_event(std::string_view word) const;
  [[nodiscard]] ClockId clock(std::string_view word) const;
  void guards() const;
  void quota_field() const;
  void lateness(const Node& node) const;
  void action() const;
};

}  // namespace docket::definition
