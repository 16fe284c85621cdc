#include "connectors/kafka/verdict_rows.h"

#include <charconv>
#include <utility>

#include "engine/ingest/json_scan.h"
#include "engine/ingest/json_text.h"
#include "engine/ledger/block_codec.h"

namespace docket::kafka {
namespace {

using ledger::Record;
using ledger::RecordKind;

// One JSON object; what is empty is left out.
class Row {
 public:
  Row& text(const char* name, std::string_view value) {
    if (value.empty()) return *this;
    ingest::append_json_string(member(name), value);
    return *this;
  }
  Row& number(const char* name, std::int64_t value) {
    ingest::append_json_number(member(name), value);
    return *this;
  }
  Row& raw(const char* name, std::string_view json) {
    if (!json.empty()) member(name) += json;
    return *this;
  }
  std::string take() { return std::move(out_) + "}"; }

 private:
  std::string& member(const char* name) {
    out_ += out_.size() == 1 ? "\"" : ",\"";
    return (out_ += name) += "\":";
  }
  std::string out_ = "{";
};

std::string text_of(std::string_view raw) {
  std::string scratch;
  std::string_view out;
  return ingest::string_text(raw, scratch, out) ? std::string(out) : std::string();
}

std::int64_t number_of(std::string_view raw, std::int64_t otherwise) {
  std::int64_t out = 0;
  const auto done = std::from_chars(raw.data(), raw.data() + raw.size(), out);
  return done.ec == std::errc{} && done.ptr == raw.data() + raw.size() ? out : otherwise;
}

struct Named {  // of an event
  std::string source, id, type, subject, time;
};

Named named(const Record& record) {
  if (!ledger::accepts(record.kind)) return {record.source, record.id, record.type, record.subject, {}};
  Named out;
  for (ingest::MemberReader event(record.event); event.next();) {
    auto* const slot = event.key() == "source"    ? &out.source
                       : event.key() == "id"      ? &out.id
                       : event.key() == "type"    ? &out.type
                       : event.key() == "subject" ? &out.subject
                       : event.key() == "time"    ? &out.time
                                                  : nullptr;
    if (slot != nullptr) *slot = text_of(event.value());
  }
  return out;
}

// The body of a record that came from an intake topic.
struct Intake {
  std::string topic;
  std::int64_t epoch = 0;
  std::int64_t offset = -1;
  std::int64_t from = 0;  // lost
  std::int64_t to = 0;    // lost: the offset behind; forwarded: the partition
  std::string_view ranges;
  std::string source, id, outcome;  // forwarded
  [[nodiscard]] bool there() const { return !topic.empty(); }
};

Intake intake_of(std::string_view body) {
  Intake out;
  for (ingest::MemberReader member(body); member.next();) {
    if (member.key() == "topic") out.topic = text_of(member.value());
    if (member.key() == "epoch") out.epoch = number_of(member.value(), 0);
    if (member.key() == "offset") out.offset = number_of(member.value(), -1);
    if (member.key() == "from") out.from = number_of(member.value(), 0);
    if (member.key() == "to") out.to = number_of(member.value(), 0);
    if (member.key() == "ranges") out.ranges = member.value();
    if (member.key() == "source") out.source = text_of(member.value());
    if (member.key() == "id") out.id = text_of(member.value());
    if (member.key() == "outcome") out.outcome = text_of(member.value());
  }
  return out;
}

std::string place_key(const Intake& intake, int partition, std::int64_t offset) {
  return intake.topic + "/" + std::to_string(partition) + "/" + std::to_string(offset);
}

std::string place_json(const Intake& intake, int partition, std::int64_t offset, std::int64_t to = -1) {
  Row row;
  row.text("topic", intake.topic).number("partition", partition).number("epoch", intake.epoch).number("offset", offset);
  if (to >= 0) row.number("to", to);
  return row.take();
}

std::string errors_json(const Record& record) {
  std::string out;
  for (const auto& error : record.errors) {
    out += out.empty() ? '[' : ',';
    out += Row().text("pointer", error.pointer).text("code", error.code).text("detail", error.detail).take();
  }
  return out.empty() ? out : out + "]";
}

const char* remedy(model::Rejection code) {
  switch (model::info(code).remedy) {
    case model::Remedy::kRepair:
      return "repair";
    case model::Remedy::kWait:
      return "wait";
    case model::Remedy::kAsk:
      return "ask";
  }
  return "ask";
}

class Writer {
 public:
  Writer(const ledger::Position& position, const ledger::Block& block)
      : partition_(position.partition), position_(ledger::position_text(position)), recorded_(model::format_instant(block.recorded)) {}

  void take(ledger::Height height, const Record& record) {
    switch (record.kind) {
      case RecordKind::kAccepted:
      case RecordKind::kTimer:
      case RecordKind::kReaction:
      case RecordKind::kReleased:
        return judged(height, record, "accepted");
      case RecordKind::kRejected:
        return judged(height, record, "rejected");
      case RecordKind::kParked:
        return judged(height, record, "parked");
      case RecordKind::kDuplicates:
        return duplicates(height, intake_of(record.body));
      case RecordKind::kForwarded:
        return forwarded(height, intake_of(record.body));
      case RecordKind::kLost:
        return lost(height, intake_of(record.body));
      default:
        return;  // of no event that was offered
    }
  }
  std::vector<OutputRow> rows;

 private:
  Row begin(const char* outcome, ledger::Height height) {
    Row row;
    row.number("v", 1).text("outcome", outcome).text("position", position_).number("height", static_cast<std::int64_t>(height));
    row.text("recorded", recorded_);
    return row;
  }

  void judged(ledger::Height height, const Record& record, const char* outcome) {
    const auto event = named(record);
    const auto intake = intake_of(record.body);
    Row row = begin(outcome, height);
    row.text("source", event.source).text("id", event.id).text("type", event.type).text("case", event.subject).text("time", event.time);
    if (ledger::accepts(record.kind)) row.number("case_version", record.case_version).number("case_revision", record.case_revision);
    if (record.code != model::Rejection::kNone) {
      row.text("code", model::name(record.code)).text("remedy", remedy(record.code));
      row.text("detail", record.detail).raw("errors", errors_json(record));
    }
    if (record.until != model::kNoInstant) row.text("until", model::format_instant(record.until));
    if (record.parked_at != model::kNoHeight) row.number("resolves", static_cast<std::int64_t>(record.parked_at));
    const bool placed = intake.there() && intake.offset >= 0;
    if (placed) row.raw("intake", place_json(intake, partition_, intake.offset));
    rows.push_back({!event.subject.empty() ? event.subject
                    : placed               ? place_key(intake, partition_, intake.offset)
                                           : event.source + "/" + event.id,
                    row.take()});
  }

  void duplicates(ledger::Height height, const Intake& intake) {
    for (ingest::ItemReader range(intake.ranges); range.next();) {
      std::int64_t ends[2] = {0, -1};
      std::size_t n = 0;
      for (ingest::ItemReader end(range.value()); n < 2 && end.next(); ++n) ends[n] = number_of(end.value(), 0);
      for (std::int64_t offset = ends[0]; offset <= ends[1]; ++offset) {
        Row row = begin("duplicate", height);
        rows.push_back({place_key(intake, partition_, offset), row.raw("intake", place_json(intake, partition_, offset)).take()});
      }
    }
  }

  void forwarded(ledger::Height height, const Intake& intake) {
    Row row = begin("forwarded", height);
    row.text("source", intake.source).text("id", intake.id).number("to", intake.to).text("there", intake.outcome);
    rows.push_back({place_key(intake, partition_, intake.offset), row.raw("intake", place_json(intake, partition_, intake.offset)).take()});
  }

  void lost(ledger::Height height, const Intake& intake) {
    if (intake.to <= intake.from) return;  // a new epoch that lost nothing
    Row row = begin("lost", height);
    row.raw("intake", place_json(intake, partition_, intake.from, intake.to));
    rows.push_back({place_key(intake, partition_, intake.from), row.take()});
  }

  const int partition_;
  const std::string position_;
  const std::string recorded_;
};

}  // namespace

std::vector<OutputRow> verdict_rows(const ledger::Position& position, const ledger::Block& block) {
  Writer writer(position, block);
  auto height = block.height;
  for (const auto& record : block.records) writer.take(height++, record);
  return std::move(writer.rows);
}

std::string case_of(const ledger::Record& record) {
  if (!record.subject.empty() || record.event.empty()) return record.subject;
  return named(record).subject;
}

}  // namespace docket::kafka
