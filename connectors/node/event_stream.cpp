#include "connectors/node/event_stream.h"

#include <algorithm>

#include "connectors/node/declared.h"
#include "engine/ledger/base64url.h"

namespace docket::node {
namespace {

constexpr std::string_view kPlaceForm = "s1.";
constexpr std::size_t kLookedAtMax = 4096;  // records, before the thread is given back

bool is_sealed(const json::value& value) {
  return value.is_object() && value.get_object().size() == 1 && value.get_object().contains("sealed");
}

bool any_of(const std::vector<std::string>& names, std::string_view name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

// PREFIX.KIND.EVENT.vN
struct TypeName {
  std::string_view kind;
  std::string_view event;
};
TypeName split_type(std::string_view type) {
  const auto cut = [&] {
    const auto dot = type.rfind('.');
    const auto last = dot == std::string_view::npos ? type : type.substr(dot + 1);
    type = dot == std::string_view::npos ? std::string_view() : type.substr(0, dot);
    return last;
  };
  cut();
  TypeName out;
  out.event = cut();
  out.kind = cut();
  return out;
}

std::string_view text_of(const json::object& event, const char* name) {
  const auto* value = event.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

}  // namespace

std::string place_text(const StreamPlace& place) {
  std::vector<std::uint8_t> bytes;
  for (auto height : place) {
    for (; height >= 0x80U; height >>= 7U) bytes.push_back(static_cast<std::uint8_t>(height | 0x80U));
    bytes.push_back(static_cast<std::uint8_t>(height));
  }
  return std::string(kPlaceForm) + ledger::base64url(bytes);
}

std::optional<StreamPlace> parse_place(std::string_view text) {
  if (!text.starts_with(kPlaceForm)) return std::nullopt;
  const auto bytes = ledger::base64url_bytes(text.substr(kPlaceForm.size()));
  if (!bytes) return std::nullopt;
  StreamPlace out{};
  std::size_t at = 0;
  for (auto& height : out) {
    for (unsigned shift = 0;; shift += 7) {
      if (at == bytes->size() || shift > 56) return std::nullopt;
      const auto byte = static_cast<std::uint8_t>((*bytes)[at++]);
      height |= static_cast<model::Height>(byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) break;
    }
  }
  return at == bytes->size() ? std::optional(out) : std::nullopt;
}

EventStream::EventStream(Node& node, const Reading& reading, const Params& params) : node_(node) {
  filters_ = read_filters(reading, params, false);
  by_case_ = !filters_.listed.empty() || !filters_.lights.empty();
  kinds_ = params.all("kind");
  cases_ = params.all("case");
  events_ = params.all("event");
  std::vector<std::string_view> known;
  for (const auto& kind : reading.bundle.kinds) {
    if (!any_of(kinds_, kind.name)) continue;
    for (const auto& event : kind.events) known.push_back(event.name);
  }
  for (const auto& event : events_) check_name("event", event, kinds_.size() == 1 ? "an event of kind " + kinds_[0] : "an event", known);
  const auto after = params.text("after");
  if (after && *after == "start") return;
  if (!after) {
    for (int p = 0; p < model::kPartitions; ++p) at_[static_cast<std::size_t>(p)] = reading.store.position(p).height;
    return;
  }
  const auto place = parse_place(*after);
  if (!place) throw BadParameter{"after", "'" + *after + "' is no place of this stream; expected the id of an event of it, or start"};
  for (int p = 0; p < model::kPartitions; ++p) {
    const auto at = static_cast<std::size_t>(p);
    const auto height = reading.store.position(p).height;
    if ((*place)[at] > height)
      throw BadParameter{"after", "lies behind what this node has of partition " + std::to_string(p) + " (height " +
                                      std::to_string(height) + "); it is of another ledger, or the node has not read so far yet"};
    at_[at] = (*place)[at];
  }
}

service::Stream::Part EventStream::next(std::size_t bytes) {
  Part out;
  if (!begun_) out.text = "retry: 3000\nid: " + place_text(at_) + "\n\n";
  begun_ = true;
  seen_ = node_.applied();
  node_.read([&](const Reading& reading) {
    std::size_t budget = kLookedAtMax;
    while (true) {
      for (int p = 0; p < model::kPartitions; ++p) {
        if (look(reading, p, budget)) continue;
        out.more = true;  // what comes first is not known yet
        return;
      }
      auto first = heads_.end();
      for (auto it = heads_.begin(); it != heads_.end(); ++it) {
        if (*it && (first == heads_.end() || (*it)->recorded < (*first)->recorded)) first = it;
      }
      if (first == heads_.end()) return;
      ++at_[static_cast<std::size_t>(first - heads_.begin())];
      out.text += "id: " + place_text(at_) + "\n" + (*first)->text + "\n\n";
      first->reset();
      if (out.text.size() < bytes) continue;
      out.more = true;
      return;
    }
  });
  return out;
}

// Brings a partition to its next event that is meant, or to its end. False: there was too much to look at.
bool EventStream::look(const Reading& reading, int partition, std::size_t& budget) {
  auto& head = heads_[static_cast<std::size_t>(partition)];
  auto& at = at_[static_cast<std::size_t>(partition)];
  const auto end = reading.store.position(partition).height;
  for (; !head && at < end; ++at) {
    if (budget == 0) return false;
    --budget;
    const auto record = reading.records.record(partition, at);
    if (!record) throw std::runtime_error(record.error().message);
    if (auto text = shown(reading, *record)) {
      head = Head{record->recorded, std::move(*text)};
      return true;
    }
  }
  return true;
}

std::optional<std::string> EventStream::shown(const Reading& reading, const partition::RecordAt& at) const {
  const auto& record = at.record;
  if (record.kind != ledger::RecordKind::kAccepted && record.kind != ledger::RecordKind::kTimer) return std::nullopt;
  boost::system::error_code error;
  auto value = json::parse(record.event, error);
  if (error || !value.is_object()) return std::nullopt;
  auto& event = value.get_object();
  const std::string type(text_of(event, "type"));
  const auto names = split_type(type);
  const std::string subject(text_of(event, "subject"));
  if (!any_of(kinds_, names.kind) || !any_of(events_, names.event) || !any_of(cases_, subject)) return std::nullopt;
  if (by_case_) {
    const auto state = reading.store.find(reading.partition_of(subject), subject);
    if (state == nullptr || !fits(reading, filters_, *state, reading.now)) return std::nullopt;
  }
  if (auto* data = event.if_contains("data"); data != nullptr && data->is_object()) {
    for (auto& member : data->get_object()) {
      if (is_sealed(member.value())) member.value() = json::object{{"sealed", true}};
    }
  }
  event["recordedtime"] = instant_json(at.recorded);
  event["caseversion"] = record.case_version;
  event["partitionkey"] = subject;
  return "event: " + type + "\ndata: " + json::serialize(value);
}

}  // namespace docket::node
