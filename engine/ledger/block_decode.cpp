#include <algorithm>
#include <array>
#include <limits>

#include "engine/ledger/block_codec.h"
#include "engine/ledger/json_reader.h"

namespace docket::ledger {
namespace {

using json::Reader;
using json::od::value;
using Names = std::span<const std::string_view>;

constexpr int kNewestVersion = 2;
constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

constexpr std::uint32_t bit(std::size_t index) { return 1U << index; }

// The members of each object, in the order of encode_block; the enums are their places.
constexpr std::array<std::string_view, 8> kBlockNames{"v", "height", "previous", "term", "recorded", "bundle", "next", "records"};
enum BlockMember : std::size_t { kV, kHeight, kPrevious, kTerm, kRecorded, kBundle, kNext, kRecords };
constexpr std::array<std::string_view, 14> kRecordNames{"kind",      "source",    "id",       "subject",  "type",    "tag",   "outcome",
                                                        "parked_at", "displaces", "backfill", "versions", "effects", "event", "body"};
enum RecordMember : std::size_t {
  kKind,
  kSource,
  kId,
  kSubject,
  kType,
  kTag,
  kOutcome,
  kParkedAt,
  kDisplaces,
  kBackfill,
  kVersions,
  kEffects,
  kEvent,
  kBody
};
constexpr std::array<std::string_view, 6> kOutcomeNames{"case_version", "case_revision", "code", "detail", "errors", "until"};
enum OutcomeMember : std::size_t { kCaseVersion, kCaseRevision, kCode, kDetail, kErrors, kUntil };
constexpr std::array<std::string_view, 3> kVersionsNames{"definition", "rules", "calendar"};
constexpr std::array<std::string_view, 3> kErrorNames{"pointer", "detail", "code"};
constexpr std::array<std::string_view, 2> kEffectsOfNames{"of", "effects"};
constexpr std::array<std::string_view, 9> kEffectNames{"set", "clock", "part",        "part_key", "part_nth",
                                                       "due", "unit",  "provisional", "notices"};
enum EffectMember : std::size_t { kSet, kClock, kPart, kPartKey, kPartNth, kDue, kUnit, kProvisional, kNotices };
constexpr std::array<std::string_view, 3> kNoticeNames{"at", "level", "to"};
constexpr std::array<std::string_view, 3> kCursorNames{"epoch", "offset", "digest"};
constexpr std::array<std::string_view, 5> kSets{"start", "extend", "resume", "adjust", "revoke"};

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool read_hex(Reader& reader, std::string_view name, value in, std::size_t digits, std::string& out) {
  if (!reader.text(name, in, out)) return false;
  return is_hex(out, digits) || reader.wrong(name, std::to_string(digits) + " hex digits");
}

bool read_notice(Reader& reader, value in, NoticeEffect& out) {
  std::uint32_t seen = 0;
  return reader.object("notice", in, kNoticeNames, seen, [&](std::size_t member, value item) {
    if (member == 0) return reader.instant("at", item, out.at);
    return reader.text(kNoticeNames[member], item, member == 1 ? out.level : out.to);
  }) && reader.required("notice", kNoticeNames, seen, bit(0) | bit(1));
}

bool read_effect(Reader& reader, value in, NamedEffect& out) {
  std::uint32_t seen = 0;
  const auto each = [&](std::size_t member, value item) {
    const std::string_view name = kEffectNames[member];
    switch (member) {
      case kSet:
        if (!reader.text(name, item, out.set)) return false;
        return std::find(kSets.begin(), kSets.end(), out.set) != kSets.end() ||
               reader.wrong(name, "start, extend, resume, adjust or revoke");
      case kClock:
        return reader.text(name, item, out.clock);
      case kPart:
        return reader.text(name, item, out.part);
      case kPartKey:
        return reader.text(name, item, out.part_key);
      case kPartNth:
        return reader.number(name, item, out.part_nth, kMax32);
      case kDue:
        return reader.instant(name, item, out.due);
      case kUnit:
        return reader.text(name, item, out.unit);
      case kProvisional:
        return reader.flag(name, item, out.provisional);
      default:
        return reader.array(name, item, [&](value notice) { return read_notice(reader, notice, out.notices.emplace_back()); });
    }
  };
  return reader.object("effect", in, kEffectNames, seen, each) && reader.required("effect", kEffectNames, seen, bit(kSet) | bit(kClock));
}

bool read_effects_of(Reader& reader, value in, EffectsOf& out) {
  std::uint32_t seen = 0;
  const auto each = [&](std::size_t member, value item) {
    if (member == 0) return reader.number("of", item, out.of);
    // An event whose effects are all gone has an empty list here, so that the newest one is empty.
    json::od::array items;
    bool empty = false;
    if (item.get_array().get(items) != simdjson::SUCCESS || items.is_empty().get(empty) != simdjson::SUCCESS)
      return reader.wrong("effects", "an array");
    for (auto element : items) {
      value effect;
      if (element.get(effect) != simdjson::SUCCESS) return reader.wrong("effects", "an array of effects");
      if (!read_effect(reader, effect, out.effects.emplace_back())) return false;
    }
    return true;
  };
  return reader.object("effects", in, kEffectsOfNames, seen, each) && reader.required("effects", kEffectsOfNames, seen, bit(1));
}

bool read_error(Reader& reader, value in, model::FieldError& out) {
  std::uint32_t seen = 0;
  return reader.object("error", in, kErrorNames, seen, [&](std::size_t member, value item) {
    return reader.text(kErrorNames[member], item, member == 0 ? out.pointer : member == 1 ? out.detail : out.code);
  });
}

bool read_code(Reader& reader, value in, model::Rejection& out) {
  std::string name;
  if (!reader.text("code", in, name)) return false;
  out = model::rejection_from_name(name);
  return out != model::Rejection::kNone ||
         reader.fail(ErrorCode::kConflict, "rejection code \"" + name + "\" is not known to this program");
}

bool read_outcome(Reader& reader, value in, Record& out) {
  std::uint32_t seen = 0;
  return reader.object("outcome", in, kOutcomeNames, seen, [&](std::size_t member, value item) {
    const std::string_view name = kOutcomeNames[member];
    switch (member) {
      case kCaseVersion:
        return reader.number(name, item, out.case_version, kMax32);
      case kCaseRevision:
        return reader.number(name, item, out.case_revision, kMax32);
      case kCode:
        return read_code(reader, item, out.code);
      case kDetail:
        return reader.text(name, item, out.detail);
      case kErrors:
        return reader.array(name, item, [&](value error) { return read_error(reader, error, out.errors.emplace_back()); });
      default:
        return reader.instant(name, item, out.until);
    }
  });
}

bool read_versions(Reader& reader, value in, std::shared_ptr<const Versions>& out) {
  auto versions = std::make_shared<Versions>();
  out = versions;
  std::uint32_t seen = 0;
  return reader.object("versions", in, kVersionsNames, seen, [&](std::size_t member, value item) {
    return reader.text(kVersionsNames[member], item,
                       member == 0   ? versions->definition
                       : member == 1 ? versions->rules
                                     : versions->calendar);
  });
}

bool read_kind(Reader& reader, value in, RecordKind& out) {
  std::string name;
  if (!reader.text("kind", in, name)) return false;
  const auto kind = record_kind_from(name);
  if (!kind) return reader.fail(ErrorCode::kConflict, "record kind \"" + name + "\" is not known to this program");
  out = *kind;
  return true;
}

bool read_record_member(Reader& reader, std::size_t member, value in, Record& out) {
  const std::string_view name = kRecordNames[member];
  switch (member) {
    case kKind:
      return read_kind(reader, in, out.kind);
    case kSource:
      return reader.text(name, in, out.source);
    case kId:
      return reader.text(name, in, out.id);
    case kSubject:
      return reader.text(name, in, out.subject);
    case kType:
      return reader.text(name, in, out.type);
    case kTag:
      return read_hex(reader, name, in, 16, out.tag);
    case kOutcome:
      return read_outcome(reader, in, out);
    case kParkedAt:
      return reader.number(name, in, out.parked_at);
    case kDisplaces:
      return reader.array(name, in, [&](value height) { return reader.number(name, height, out.displaces.emplace_back()); });
    case kBackfill:
      return reader.flag(name, in, out.backfill);
    case kVersions:
      return read_versions(reader, in, out.versions);
    case kEffects:
      return reader.array(name, in, [&](value of) { return read_effects_of(reader, of, out.effects.emplace_back()); });
    case kEvent:
      return reader.raw_object(name, in, out.event);
    default:
      return reader.raw_object(name, in, out.body);
  }
}

std::uint32_t wanted_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::kGenesis:
    case RecordKind::kOwnerChanged:
    case RecordKind::kBarrier:
    case RecordKind::kActivated:
      return bit(kKind) | bit(kBody);
    case RecordKind::kAccepted:
    case RecordKind::kParked:
      return bit(kKind) | bit(kEvent);
    case RecordKind::kRejected:
      return bit(kKind) | bit(kOutcome);
    default:
      return bit(kKind);
  }
}

bool read_record(Reader& reader, value in, Record& out) {
  std::uint32_t seen = 0;
  const auto each = [&](std::size_t member, value item) {
    if (seen == 0 && member != kKind) return reader.fail(ErrorCode::kInvalid, "a record doesn't begin with \"kind\"");
    seen |= bit(member);
    return read_record_member(reader, member, item, out);
  };
  std::uint32_t all = 0;
  return reader.object("record", in, kRecordNames, all, each) &&
         reader.required(to_string(out.kind), kRecordNames, all, wanted_of(out.kind));
}

bool read_digest(Reader& reader, value in, std::uint64_t& out) {
  std::string text;
  if (!read_hex(reader, "digest", in, 16, text)) return false;
  for (const char c : text) out = out << 4U | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  return out != 0 || reader.wrong("digest", "16 hex digits, not all of them 0");
}

bool read_cursors(Reader& reader, value in, int version, std::vector<IntakeCursor>& out) {
  json::od::object topics;
  if (in.get_object().get(topics) != simdjson::SUCCESS) return reader.wrong("next", "an object");
  for (auto field : topics) {
    std::string_view topic;
    value item;
    if (field.unescaped_key().get(topic) != simdjson::SUCCESS || topic.empty()) return reader.wrong("next", "an object by topic");
    if (!out.empty() && topic <= out.back().topic) return reader.wrong("next", "in the order of its topics");
    out.push_back({std::string(topic), 0, 0, 0});
    if (field.value().get(item) != simdjson::SUCCESS) return reader.wrong("next", "an object by topic");
    std::uint32_t seen = 0;
    const auto each = [&](std::size_t member, value number) {
      if (member == 2)
        return version == 1 ? reader.wrong("digest", "nothing in a block of version 1") : read_digest(reader, number, out.back().digest);
      return member == 0 ? reader.number("epoch", number, out.back().epoch, kMax32) : reader.number("offset", number, out.back().offset);
    };
    if (!reader.object("next", item, kCursorNames, seen, each) || !reader.required("next", kCursorNames, seen, bit(0) | bit(1)))
      return false;
  }
  return !out.empty() || reader.wrong("next", "an object with topics (it is left out when empty)");
}

bool read_version(Reader& reader, value in, int& out) {
  std::uint64_t version = 0;
  if (in.get_uint64().get(version) != simdjson::SUCCESS) return reader.wrong("v", "a whole number");
  if (version < 1 || version > kNewestVersion)
    return reader.fail(ErrorCode::kConflict, "block version " + std::to_string(version) + " is not known to this program");
  out = static_cast<int>(version);
  return true;
}

// Reads what stands around the records; `records` reads those.
template <typename Records>
Status read_block(std::string_view bytes, Block& out, Records&& records) {
  if (bytes.size() > kBlockBytesMax)
    return Error{ErrorCode::kInvalid, "a block is longer than " + std::to_string(kBlockBytesMax) + " bytes"};
  Reader reader;
  json::od::document document;
  json::od::object members;
  std::uint32_t seen = 0;
  if (const auto code = json::parse(bytes, document); code != simdjson::SUCCESS) {
    return Error{ErrorCode::kInvalid, std::string("a block is no JSON: ") + simdjson::error_message(code)};
  }
  if (document.get_object().get(members) != simdjson::SUCCESS) return Error{ErrorCode::kInvalid, "a block is no JSON object"};
  bool begun = false;
  const auto each = [&](std::size_t member, value in) {
    if (!begun && member != kV) return reader.fail(ErrorCode::kInvalid, "a block doesn't begin with \"v\"");
    begun = true;
    switch (member) {
      case kV:
        return read_version(reader, in, out.version);
      case kHeight:
        return reader.number("height", in, out.height);
      case kPrevious:
        return read_hex(reader, "previous", in, 64, out.previous);
      case kTerm:
        return reader.number("term", in, out.term);
      case kRecorded:
        return reader.instant("recorded", in, out.recorded);
      case kBundle:
        return reader.text("bundle", in, out.bundle);
      case kNext:
        return read_cursors(reader, in, out.version, out.next);
      default:
        return records(reader, in);
    }
  };
  constexpr std::uint32_t kWanted = bit(kV) | bit(kHeight) | bit(kPrevious) | bit(kTerm) | bit(kRecorded) | bit(kRecords);
  if (!reader.object("block", members, kBlockNames, seen, each) || !reader.required("block", kBlockNames, seen, kWanted))
    return reader.error();
  const char* behind = nullptr;
  if (bytes.front() != '{' || bytes.back() != '}' || document.current_location().get(behind) == simdjson::SUCCESS) {
    return Error{ErrorCode::kInvalid, "something stands before or behind the block"};
  }
  return {};
}

}  // namespace

Result<Block> decode_block(std::string_view value) {
  Block block;
  const Status read = read_block(value, block, [&](Reader& reader, json::od::value in) {
    return reader.array("records", in, [&](json::od::value record) { return read_record(reader, record, block.records.emplace_back()); });
  });
  if (!read) return read.error();
  return block;
}

Result<RecordOfBlock> decode_record(std::string_view value, Height height) {
  Block block;
  RecordOfBlock out;
  bool found = false;
  const Status read = read_block(value, block, [&](Reader& reader, json::od::value in) {
    Height at = block.height;
    return reader.array("records", in, [&](json::od::value record) {
      if (at++ != height) return true;
      found = true;
      return read_record(reader, record, out.record);
    });
  });
  if (!read) return read.error();
  if (!found) return Error{ErrorCode::kNotFound, "no record at height " + std::to_string(height), false};
  out.recorded = block.recorded;
  return out;
}

Result<BlockHead> decode_head(std::string_view value) {
  Block block;
  std::uint64_t count = 0;
  const Status read = read_block(value, block, [&](Reader& reader, json::od::value in) {
    return reader.array("records", in, [&](json::od::value) { return ++count > 0; });
  });
  if (!read) return read.error();
  return BlockHead{block.height, std::move(block.previous), block.term, block.recorded, count};
}

}  // namespace docket::ledger
