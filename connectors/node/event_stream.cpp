#include "connectors/node/event_stream.h"

#include <algorithm>

#include "connectors/node/declared.h"
#include "engine/ledger/base64url.h"

namespace docket::node {
namespace {

constexpr std::string_view kPlaceForm = "s1.";
constexpr std::size_t kPartsUntold = 32;    // without an event, before the place alone is told
constexpr std::size_t kLookedAtMax = 1024;  // records, before the thread is given back

bool any_of(const std::vector<std::string>& names, std::string_view name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

// FNV-1a; it tells ledgers apart, and guards nothing.
std::uint32_t ledger_tag(std::string_view ledger_id) {
  std::uint32_t tag = 2'166'136'261U;
  for (const char c : ledger_id) tag = (tag ^ static_cast<unsigned char>(c)) * 16'777'619U;
  return tag;
}

std::string place_text(const StreamPlace& place) {
  std::vector<std::uint8_t> bytes;
  for (unsigned shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(place.ledger >> shift));
  for (auto height : place.next) {
    for (; height >= 0x80U; height >>= 7U) bytes.push_back(static_cast<std::uint8_t>(height | 0x80U));
    bytes.push_back(static_cast<std::uint8_t>(height));
  }
  return std::string(kPlaceForm) + ledger::base64url(bytes);
}

std::optional<StreamPlace> parse_place(std::string_view text) {
  if (!text.starts_with(kPlaceForm)) return std::nullopt;
  const auto bytes = ledger::base64url_bytes(text.substr(kPlaceForm.size()));
  if (!bytes) return std::nullopt;
  StreamPlace out;
  std::size_t at = 0;
  if (bytes->size() < 4) return std::nullopt;
  for (unsigned shift = 0; shift < 32; shift += 8) out.ledger |= std::uint32_t{static_cast<std::uint8_t>((*bytes)[at++])} << shift;
  for (auto& height : out.next) {
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
  at_.ledger = ledger_tag(node.ledger_id());
  const auto after = params.text("after");
  if (after && *after == "start") return;
  const auto place = after ? parse_place(*after) : std::nullopt;
  if (after && !place)
    throw BadParameter{"after", "'" + *after + "' is no place of this stream; expected the id of an event of it, or start"};
  if (place && place->ledger != at_.ledger)
    throw BadParameter{"after", "is a place in another ledger's stream; this one is of ledger " + node.ledger_id()};
  for (int p = 0; p < model::kPartitions; ++p) {
    const auto at = static_cast<std::size_t>(p);
    const auto height = reading.store.position(p).height;
    at_.next[at] = place ? place->next[at] : height;
    if (at_.next[at] > height)
      throw BadParameter{"after", "lies behind what this node has of partition " + std::to_string(p) + " (height " +
                                      std::to_string(height) + "): it has not read so far yet, or was restored from a backup"};
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
      ++at_.next[static_cast<std::size_t>(first - heads_.begin())];
      out.text += "id: " + place_text(at_) + "\n" + (*first)->text + "\n\n";
      first->reset();
      if (out.text.size() < bytes) continue;
      out.more = true;
      return;
    }
  });
  // What is passed over moves the place too: who comes back need not pass over it again.
  passed_over_ = out.text.empty() && out.more ? passed_over_ + 1 : 0;
  if (passed_over_ == kPartsUntold) {
    out.text = "id: " + place_text(at_) + "\n\n";
    passed_over_ = 0;
  }
  return out;
}

// Brings a partition to its next event that is meant, or to its end. False: there was too much to look at.
bool EventStream::look(const Reading& reading, int partition, std::size_t& budget) {
  auto& head = heads_[static_cast<std::size_t>(partition)];
  auto& at = at_.next[static_cast<std::size_t>(partition)];
  const auto end = reading.store.position(partition).height;
  for (; head == nullptr && at < end; ++at) {
    if (budget == 0) return false;
    --budget;
    auto told = node_.told_events().at(reading, partition, at);
    if (!is_meant(reading, *told)) continue;
    head = std::move(told);
    return true;
  }
  return true;
}

bool EventStream::is_meant(const Reading& reading, const ToldEvent& told) const {
  if (told.text.empty() || !any_of(kinds_, told.kind) || !any_of(events_, told.event) || !any_of(cases_, told.subject)) return false;
  if (!by_case_) return true;
  const auto state = reading.store.find(reading.partition_of(told.subject), told.subject);
  return state != nullptr && fits(reading, filters_, *state, reading.now);
}

}  // namespace docket::node
