#include "engine/definition/bundle.h"

namespace docket::definition {

void derive(Bundle& bundle) {
  for (auto& kind : bundle.kinds) {
    for (auto& scope : kind.scopes) {
      scope.back_states = 0;
      for (auto& clock : scope.clocks) clock.timed = false;
    }
    for (auto& event : kind.events) {
      event.author_asked = false;
      event.answered_by.clear();
      event.quiet = event.common && (event.name == "noted" || event.name == "attached");
    }
    for (std::size_t i = 0; i < kind.events.size(); ++i) {
      const EventDef event = kind.events[i];
      if (event.to == kBack) kind.scopes[event.scope].back_states |= event.from;
      if (event.after_clock != kNone8) kind.scopes[event.scope].clocks[event.after_clock].timed = true;
      if (event.not_by != kNone16) kind.events[event.not_by].author_asked = true;
      if (event.answers != kNone16) kind.events[event.answers].answered_by.push_back(static_cast<EventId>(i));
    }
  }
}

}  // namespace docket::definition
