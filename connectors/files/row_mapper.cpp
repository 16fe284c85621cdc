// Row -> CloudEvents.
#include <algorithm>

#include "connectors/files/mapping.h"
#include "engine/ingest/json_text.h"
#include "engine/ingest/number.h"

namespace docket::files {
namespace {

using ingest::append_json_string;

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t more = lead >= 0xF0 && lead <= 0xF4 ? 3 : lead >= 0xE0 && lead < 0xF0 ? 2 : lead >= 0xC2 && lead < 0xE0 ? 1 : 0;
    if (more == 0 || i + more >= text.size()) return false;
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
        (lead == 0xF4 && second > 0x8F))
      return false;
    for (std::size_t k = 1; k <= more; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0U) != 0x80U) return false;
    }
    i += more + 1;
  }
  return true;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 60;
  return "'" + std::string(text.substr(0, kShown)) + (text.size() > kShown ? "..." : "") + "'";
}

void append_member(std::string& json, std::string_view name, std::string_view value) {
  json += ',';
  append_json_string(json, name);
  json += ':';
  append_json_string(json, value);
}

}  // namespace

std::string RowMapper::fill(const Template& text, const Row& row) const {
  std::string out;
  for (const auto& piece : text.pieces)
    out += piece.column < 0 ? std::string_view(piece.text) : row.cells[static_cast<std::size_t>(piece.column)];
  return out;
}

std::string RowMapper::append_field(const FieldMapping& field, const Row& row, std::string& json, bool& first) const {
  using Type = FieldMapping::Type;
  std::string_view cell = field.column < 0 ? std::string_view(field.constant) : row.cells[static_cast<std::size_t>(field.column)];
  if (cell.empty()) return {};
  const auto named = [&] { return field.column < 0 ? field.name : mapping_->columns[static_cast<std::size_t>(field.column)]; };
  if (!valid_utf8(cell)) return "column " + named() + " is not UTF-8";
  if (!field.values.empty()) {
    const auto it = std::lower_bound(field.values.begin(), field.values.end(), cell,
                                     [](const auto& pair, std::string_view word) { return pair.first < word; });
    if (it == field.values.end() || it->first != cell)
      return "column " + named() + ": " + quoted(cell) + " is none of the words that the mapping knows";
    cell = it->second;
  }
  if (!first) json += ',';
  first = false;
  append_json_string(json, field.name);
  json += ':';
  const auto wrong = [&](const std::string& what) { return "column " + named() + ": " + quoted(cell) + " is not " + what; };
  switch (field.type) {
    case Type::kText:
      append_json_string(json, cell);
      return {};
    case Type::kInteger:
      if (!ingest::is_json_number(cell) || cell.find_first_of(".eE") != std::string_view::npos) return wrong("an integer");
      json += cell;
      return {};
    case Type::kDecimal:
      if (!ingest::is_json_number(cell)) return wrong("a number");
      append_json_string(json, cell);  // digits as written, never through a double
      return {};
    case Type::kFlag:
      if (cell != "true" && cell != "false") return wrong("true or false");
      json += cell;
      return {};
    case Type::kDate: {
      const auto at = field.format.read(cell, model::Zone{});
      if (!at) return wrong("a date of the form " + field.format.text());
      append_json_string(json, model::format_date(model::Zone{}.local_day(*at)));
      return {};
    }
    case Type::kInstant: {
      const auto at = field.format.read(cell, mapping_->zone);
      if (!at) return wrong("a time of the form " + field.format.text());
      append_json_string(json, model::format_instant(*at));
      return {};
    }
  }
  return {};
}

std::string RowMapper::append_event(const EventMapping& event, const Row& row, std::string& json) {
  const auto column = static_cast<std::size_t>(event.time_column);
  const std::string_view cell = row.cells[column];
  const auto time = event.time_format.read(cell, mapping_->zone);
  if (!time) {
    return "event " + event.name + ": column " + mapping_->columns[column] + ": " +
           (cell.empty() ? "no time" : quoted(valid_utf8(cell) ? cell : "?") + " is not a time of the form " + event.time_format.text());
  }
  model::Instant at = *time;
  moved_ = mapping_->clamp && last_time_ != model::kNoInstant && at < last_time_;
  if (moved_) at = last_time_;
  // Events of one millisecond keep the row's order.
  sequence_ = at == last_time_ ? sequence_ + 1 : 0;
  last_time_ = at;

  json = R"({"specversion":"1.0","id":)";
  append_json_string(json, id_ + ":" + event.name);
  append_member(json, "source", mapping_->source);
  append_member(json, "type", mapping_->prefix + "." + mapping_->kind + "." + event.name + ".v" + std::to_string(event.major));
  append_member(json, "subject", subject_);
  json += R"(,"time":")";
  model::append_instant(json, at);
  json += '"';
  if (sequence_ > 0) json += ",\"sequence\":" + std::to_string(sequence_);
  if (!event.author.empty()) append_member(json, "authid", fill(event.author, row));
  append_member(json, "actorrole", event.role);
  if (!event.unit.empty()) append_member(json, "actorunit", fill(event.unit, row));
  if (!valid_utf8(json)) return "event " + event.name + ": its id, subject, author or unit is not UTF-8";
  json += R"(,"data":{)";
  bool first = true;
  for (const auto& field : event.data) {
    if (auto problem = append_field(field, row, json, first); !problem.empty()) return "event " + event.name + ": " + problem;
  }
  if (moved_) {
    if (!first) json += ',';
    append_json_string(json, mapping_->original);
    json += ":\"";
    model::append_instant(json, *time);
    json += '"';
  }
  json += "}}";
  return {};
}

std::string RowMapper::map(const Row& row, std::vector<std::string>& events, std::uint32_t& clamped) {
  if (!row.problem.empty()) return row.problem;
  const std::size_t before = events.size();
  subject_ = fill(mapping_->subject, row);
  id_ = fill(mapping_->id, row);
  last_time_ = model::kNoInstant;
  sequence_ = 0;
  std::uint32_t moved = 0;
  for (const auto& event : mapping_->events) {
    const bool happened =
        std::none_of(event.when.begin(), event.when.end(), [&](int column) { return row.cells[static_cast<std::size_t>(column)].empty(); });
    if (!happened) continue;
    std::string json;
    if (auto problem = append_event(event, row, json); !problem.empty()) {
      events.resize(before);  // all of a row or nothing
      return problem;
    }
    if (moved_) ++moved;
    events.push_back(std::move(json));
  }
  clamped += moved;
  return {};
}

}  // namespace docket::files
