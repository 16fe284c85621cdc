#include "engine/ledger/block_codec.h"

#include <algorithm>
#include <vector>

#include "engine/ledger/bytes.h"
#include "engine/ledger/json_text.h"

namespace docket::ledger {
namespace {

constexpr std::size_t kBlockFrameBytes = 256;

// Members in the order in which they are written; the first one of an object brings no comma.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_.push_back('{'); }
  ~ObjectWriter() { out_.push_back('}'); }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  std::string& name(std::string_view name) {
    if (any_) out_.push_back(',');
    any_ = true;
    out_.push_back('"');
    out_.append(name);
    out_.append("\":");
    return out_;
  }
  void text(std::string_view member, std::string_view value) {
    if (!value.empty()) append_json_string(name(member), value);
  }
  void number(std::string_view member, std::uint64_t value) { append_json_number(name(member), value); }
  void instant(std::string_view member, Instant value) {
    std::string& out = name(member);
    out.push_back('"');
    model::append_instant(out, value);
    out.push_back('"');
  }
  void flag(std::string_view member, bool value) {
    if (value) name(member).append("true");
  }
  void raw(std::string_view member, std::string_view json) {
    if (!json.empty()) name(member).append(json);
  }

 private:
  std::string& out_;
  bool any_ = false;
};

// 16 hex digits in quotes.
void append_hex(std::string& out, std::uint64_t number) {
  out.push_back('"');
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back(kHex[number >> static_cast<unsigned>(shift) & 15U]);
  out.push_back('"');
}

template <typename Items, typename Each>
void append_array(std::string& out, const Items& items, Each&& each) {
  out.push_back('[');
  bool any = false;
  for (const auto& item : items) {
    if (any) out.push_back(',');
    any = true;
    each(out, item);
  }
  out.push_back(']');
}

void append_notice(std::string& out, const NoticeEffect& notice) {
  ObjectWriter writer(out);
  writer.instant("at", notice.at);
  writer.text("level", notice.level);
  writer.text("to", notice.to);
}

void append_effect(std::string& out, const NamedEffect& effect) {
  ObjectWriter writer(out);
  writer.text("set", effect.set);
  writer.text("clock", effect.clock);
  writer.text("part", effect.part);
  writer.text("part_key", effect.part_key);
  if (effect.part_nth != 0) writer.number("part_nth", effect.part_nth);
  if (effect.due != model::kNoInstant) writer.instant("due", effect.due);
  writer.text("unit", effect.unit);
  writer.flag("provisional", effect.provisional);
  if (!effect.notices.empty()) append_array(writer.name("notices"), effect.notices, append_notice);
}

void append_effects_of(std::string& out, const EffectsOf& effects) {
  ObjectWriter writer(out);
  if (effects.of != model::kNoHeight) writer.number("of", effects.of);
  append_array(writer.name("effects"), effects.effects, append_effect);
}

void append_error(std::string& out, const model::FieldError& error) {
  ObjectWriter writer(out);
  writer.text("pointer", error.pointer);
  writer.text("detail", error.detail);
  writer.text("code", error.code);
}

void append_outcome(ObjectWriter& record_writer, const Record& record) {
  const bool coded = record.code != model::Rejection::kNone;
  if (record.case_version == 0 && record.case_revision == 0 && !coded && record.detail.empty() && record.errors.empty() &&
      record.until == model::kNoInstant) {
    return;
  }
  ObjectWriter writer(record_writer.name("outcome"));
  if (record.case_version != 0) writer.number("case_version", record.case_version);
  if (record.case_revision != 0) writer.number("case_revision", record.case_revision);
  if (coded) writer.text("code", model::name(record.code));
  writer.text("detail", record.detail);
  if (!record.errors.empty()) append_array(writer.name("errors"), record.errors, append_error);
  if (record.until != model::kNoInstant) writer.instant("until", record.until);
}

void append_one(std::string& out, const Record& record) {
  ObjectWriter writer(out);
  writer.text("kind", to_string(record.kind));
  writer.text("source", record.source);
  writer.text("id", record.id);
  writer.text("subject", record.subject);
  writer.text("type", record.type);
  writer.text("tag", record.tag);
  append_outcome(writer, record);
  if (record.parked_at != model::kNoHeight) writer.number("parked_at", record.parked_at);
  if (!record.displaces.empty()) append_array(writer.name("displaces"), record.displaces, append_json_number);
  writer.flag("backfill", record.backfill);
  if (record.versions) {
    ObjectWriter versions(writer.name("versions"));
    versions.text("definition", record.versions->definition);
    versions.text("rules", record.versions->rules);
    versions.text("calendar", record.versions->calendar);
  }
  if (!record.effects.empty()) append_array(writer.name("effects"), record.effects, append_effects_of);
  writer.raw("event", record.event);
  writer.raw("body", record.body);
}

}  // namespace

void append_record(std::string& records, const Record& record) {
  if (!records.empty()) records.push_back(',');
  append_one(records, record);
}

std::string encode_block(const Block& block) {
  std::size_t bytes = 0;
  for (const Record& record : block.records) bytes += record.event.size() + record.body.size() + kRecordOverheadBytes;
  std::string records;
  records.reserve(bytes);
  for (const Record& record : block.records) append_record(records, record);
  return encode_block(block, records);
}

std::string encode_block(const Block& block, std::string_view records) {
  std::string out;
  out.reserve(kBlockFrameBytes + records.size());
  {
    ObjectWriter writer(out);
    const bool digests = std::any_of(block.next.begin(), block.next.end(), [](const IntakeCursor& cursor) { return cursor.digest != 0; });
    writer.number("v", digests ? 2U : 1U);
    writer.number("height", block.height);
    writer.text("previous", block.previous);
    writer.number("term", block.term);
    writer.instant("recorded", block.recorded);
    writer.text("bundle", block.bundle);
    if (!block.next.empty()) {
      std::vector<IntakeCursor> cursors = block.next;
      std::sort(cursors.begin(), cursors.end(), [](const IntakeCursor& a, const IntakeCursor& b) { return a.topic < b.topic; });
      ObjectWriter next(writer.name("next"));
      for (const IntakeCursor& cursor : cursors) {
        if (&cursor != &cursors.front()) out.push_back(',');
        append_json_string(out, cursor.topic);
        out.push_back(':');
        ObjectWriter of_topic(out);
        of_topic.number("epoch", cursor.epoch);
        of_topic.number("offset", static_cast<std::uint64_t>(cursor.offset));
        if (cursor.digest != 0) append_hex(of_topic.name("digest"), cursor.digest);
      }
    }
    std::string& array = writer.name("records");
    array.push_back('[');
    array.append(records);
    array.push_back(']');
  }
  return out;
}

}  // namespace docket::ledger
