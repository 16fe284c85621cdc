#include "connectors/node/told_events.h"

#include <stdexcept>

namespace docket::node {
namespace {

bool is_sealed(const json::value& value) {
  return value.is_object() && value.get_object().size() == 1 && value.get_object().contains("sealed");
}

// Wherever it stands: a correction has a whole event's data below its own.
void hide_sealed(json::value& value) {
  if (is_sealed(value)) {
    value = json::object{{"sealed", true}};
  } else if (value.is_object()) {
    for (auto& member : value.get_object()) hide_sealed(member.value());
  } else if (value.is_array()) {
    for (auto& item : value.get_array()) hide_sealed(item);
  }
}

std::string text_of(const json::object& event, const char* name) {
  const auto* value = event.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// PREFIX.KIND.EVENT.vN, from its end.
std::string cut_name(std::string_view& type) {
  const auto dot = type.rfind('.');
  std::string out(dot == std::string_view::npos ? type : type.substr(dot + 1));
  type = dot == std::string_view::npos ? std::string_view() : type.substr(0, dot);
  return out;
}

ToldEvent told_of(const partition::RecordAt& at) {
  const auto& record = at.record;
  ToldEvent out;
  out.recorded = at.recorded;
  if (!ledger::accepts(record.kind)) return out;
  auto value = json::parse(record.event);
  auto& event = value.as_object();
  const std::string type = text_of(event, "type");
  std::string_view rest = type;
  cut_name(rest);
  out.event = cut_name(rest);
  out.kind = cut_name(rest);
  out.subject = text_of(event, "subject");
  if (auto* data = event.if_contains("data"); data != nullptr) hide_sealed(*data);
  event["recordedtime"] = instant_json(at.recorded);
  event["caseversion"] = record.case_version;
  event["partitionkey"] = out.subject;
  out.text = "event: " + type + "\ndata: " + json::serialize(value);
  return out;
}

}  // namespace

ToldEventPtr ToldEvents::at(const Reading& reading, int partition, model::Height height) {
  auto& ring = rings_[static_cast<std::size_t>(partition)];
  auto& slot = ring.slots[height % kKept];
  {
    const std::lock_guard lock(ring.mutex);
    if (slot.event != nullptr && slot.height == height) return slot.event;
  }
  const auto record = reading.records.record(partition, height);
  if (!record) throw std::runtime_error(record.error().message);
  auto told = std::make_shared<const ToldEvent>(told_of(*record));
  const std::lock_guard lock(ring.mutex);
  if (slot.event == nullptr || slot.height < height) slot = {height, told};  // who reads old ones leaves the new ones there
  return told;
}

}  // namespace docket::node
