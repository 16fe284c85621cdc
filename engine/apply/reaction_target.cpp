#include "engine/apply/reaction_target.h"

namespace docket::apply {
namespace {

constexpr std::size_t kIdBytesMax = 64;
constexpr std::size_t kHexBytes = 6;  // of the event's fingerprint

}  // namespace

std::string reaction_target(const definition::KindDef& kind, model::LinkId link, const model::Event& event) {
  const auto& def = kind.events[event.event];
  for (const auto& field : event.data) {
    if (field.field != model::kNone16 && def.fields[field.field].link == link) return field.value.as_text();
  }
  std::string tail = "." + kind.links[link].name + ".";
  constexpr const char* kHex = "0123456789abcdef";
  for (std::size_t i = 0; i < kHexBytes; ++i) {
    const unsigned byte = event.identity.fingerprint[i];
    tail += kHex[byte >> 4U];
    tail += kHex[byte & 15U];
  }
  if (tail.size() > kIdBytesMax / 2) tail.erase(0, tail.size() - kIdBytesMax / 2);  // a link with a very long name
  return event.subject.substr(0, kIdBytesMax - tail.size()) + tail;
}

}  // namespace docket::apply
