// The mapping's YAML, read strictly: an unknown word is an error with file, line, column and a suggestion.
#include "connectors/files/mapping.h"

#include <algorithm>

#include "engine/definition/report.h"
#include "engine/definition/yaml_reader.h"

namespace docket::files {
namespace {

using definition::Fields;
using definition::Node;
using definition::Report;

constexpr std::string_view kMappingKeys[] = {"mapping", "kind", "source", "prefix", "zone", "subject", "id", "order", "original", "events"};
constexpr std::string_view kEventKeys[] = {"event", "major", "role", "author", "unit", "time", "when", "data"};
constexpr std::string_view kTimeKeys[] = {"column", "format"};
constexpr std::string_view kFieldKeys[] = {"column", "value", "type", "format", "values"};

Place place_of(const Node& node) { return {node.line, node.column}; }

std::uint64_t fnv(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

class MappingReader {
 public:
  MappingReader(Mapping& out, Report& report) : out_(out), report_(report) {}

  void read(const Node& root, const model::Zone& zone) {
    if (!root.is_map()) {
      report_.error(root, "a mapping is a map; it begins with mapping: <name>");
      return;
    }
    const Fields fields(root, "mapping", report_, kMappingKeys);
    out_.name = text(fields, "mapping");
    out_.kind = text(fields, "kind");
    if (const Node* node = fields.get("kind")) out_.kind_at = place_of(*node);
    out_.source = text(fields, "source");
    if (const Node* node = fields.get("source")) out_.source_at = place_of(*node);
    const Node* prefix = fields.scalar("prefix");
    out_.prefix = prefix != nullptr ? prefix->text : "org.docket";
    out_.zone = zone;
    if (const Node* node = fields.need_scalar("zone"); node != nullptr && node->text != zone.name()) {
      report_.error(*node, "mapping: the zone is " + node->text + ", the office's is " + zone.name());
    }
    if (const Node* node = fields.need_scalar("subject")) out_.subject = read_template(*node);
    if (const Node* node = fields.need_scalar("id")) out_.id = read_template(*node);
    if (const Node* node = fields.scalar("order")) {
      out_.clamp = node->text == "clamp";
      if (node->text != "clamp" && node->text != "keep") report_.error(*node, "mapping: order is clamp or keep, not " + node->text);
    }
    if (const Node* node = fields.scalar("original")) {
      out_.original = node->text;
      if (!out_.clamp) report_.error(*node, "mapping: original keeps a time that order: clamp moves; without it nothing is moved");
    } else if (out_.clamp) {
      report_.error(root, "mapping: order: clamp needs original, the data field that keeps a time which was moved");
    }
    read_events(fields);
  }

 private:
  static std::string text(const Fields& fields, std::string_view key) {
    const Node* node = fields.need_scalar(key);
    return node != nullptr ? node->text : std::string();
  }

  int column(std::string_view name) {
    const auto it = std::find(out_.columns.begin(), out_.columns.end(), name);
    if (it != out_.columns.end()) return static_cast<int>(it - out_.columns.begin());
    out_.columns.emplace_back(name);
    return static_cast<int>(out_.columns.size()) - 1;
  }

  Template read_template(const Node& node) {
    Template out;
    std::string literal;
    const auto flush = [&] {
      if (!literal.empty()) out.pieces.push_back({literal, -1});
      literal.clear();
    };
    const std::string& words = node.text;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i] != '{') {
        literal += words[i];
        continue;
      }
      const std::size_t end = words.find('}', i);
      if (end == std::string::npos || end == i + 1) {
        report_.error(node, "mapping: " + words + ": a column stands as {NAME}");
        return out;
      }
      flush();
      out.pieces.push_back({{}, column(words.substr(i + 1, end - i - 1))});
      i = end;
    }
    flush();
    return out;
  }

  TimeFormat read_format(const Node* node, std::string_view fallback) {
    auto format = TimeFormat::parse(node != nullptr ? std::string_view(node->text) : fallback);
    if (format) return *format;
    report_.error(*node, "mapping: " + format.error().message);
    return {};
  }

  void read_events(const Fields& fields) {
    const Node* events = fields.need("events");
    if (events == nullptr) return;
    if (!events->is_list() || events->size() == 0) {
      report_.error(*events, "mapping: events is a list of {event, role, time, ...}");
      return;
    }
    for (const Node& node : events->items) {
      if (!node.is_map()) {
        report_.error(node, "mapping: an event is a map {event, role, time, ...}");
        continue;
      }
      read_event(node);
    }
  }

  void read_event(const Node& node) {
    const Node* named = node.find("event");
    const std::string where = "event " + (named != nullptr && named->is_scalar() ? named->text : std::string("without name"));
    const Fields fields(node, where, report_, kEventKeys);
    EventMapping event;
    event.name = text(fields, "event");
    event.at = place_of(named != nullptr ? *named : node);
    const bool twice =
        std::any_of(out_.events.begin(), out_.events.end(), [&](const EventMapping& other) { return other.name == event.name; });
    if (twice) report_.error(node, where + ": stands twice; ids are made of the row's id and the event's name");
    event.major = static_cast<int>(fields.integer("major", 1, 1000).value_or(1));
    event.role = text(fields, "role");
    if (const Node* role = fields.get("role")) event.role_at = place_of(*role);
    if (const Node* author = fields.scalar("author")) event.author = read_template(*author);
    if (const Node* unit = fields.scalar("unit")) event.unit = read_template(*unit);
    for (const Node* word : fields.words("when")) event.when.push_back(column(word->text));
    if (const Node* time = fields.need("time"); time != nullptr && !time->is_map()) {
      report_.error(*time, where + ": time is {column, format}");
    } else if (time != nullptr) {
      const Fields parts(*time, where + " time", report_, kTimeKeys);
      if (const Node* name = parts.need_scalar("column")) event.time_column = column(name->text);
      if (const Node* format = parts.need_scalar("format")) event.time_format = read_format(format, {});
    }
    if (const Node* data = fields.map("data")) {
      for (std::size_t i = 0; i < data->size(); ++i) event.data.push_back(read_field(data->keys[i], data->items[i], where));
    }
    out_.events.push_back(std::move(event));
  }

  FieldMapping read_field(const Node& key, const Node& node, const std::string& event) {
    FieldMapping field;
    field.name = key.text;
    field.at = place_of(key);
    if (node.is_scalar()) {
      field.column = column(node.text);
      return field;
    }
    const std::string where = event + " data " + key.text;
    if (!node.is_map()) {
      report_.error(node, where + ": a column's name, or {column or value, type, format, values}");
      return field;
    }
    const Fields parts(node, where, report_, kFieldKeys);
    const Node* from = parts.scalar("column");
    const Node* constant = parts.scalar("value");
    if ((from != nullptr) == (constant != nullptr)) report_.error(node, where + ": either a column or a value");
    if (from != nullptr) field.column = column(from->text);
    if (constant != nullptr) field.constant = constant->text;
    read_type(parts, field);
    if (const Node* values = parts.map("values")) {
      for (std::size_t i = 0; i < values->size(); ++i) {
        if (values->items[i].is_scalar()) {
          field.values.emplace_back(values->keys[i].text, values->items[i].text);
        } else {
          report_.error(values->items[i], where + ": values is a map of the file's words to ours");
        }
      }
      std::sort(field.values.begin(), field.values.end());
    }
    return field;
  }

  void read_type(const Fields& parts, FieldMapping& field) {
    using Type = FieldMapping::Type;
    static const std::vector<std::pair<std::string_view, Type>> kTypes{{"text", Type::kText},       {"integer", Type::kInteger},
                                                                       {"decimal", Type::kDecimal}, {"flag", Type::kFlag},
                                                                       {"date", Type::kDate},       {"instant", Type::kInstant}};
    if (const Node* node = parts.scalar("type")) {
      const auto it = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& type) { return type.first == node->text; });
      if (it != kTypes.end()) {
        field.type = it->second;
      } else {
        definition::Names names;
        for (const auto& [name, type] : kTypes) names.push_back(name);
        report_.error(*node, parts.where() + ": no type " + node->text + "; there are " + definition::join(names),
                      definition::nearest(node->text, names));
      }
    }
    const Node* format = parts.scalar("format");
    if (field.type == Type::kDate || field.type == Type::kInstant) {
      field.format = read_format(format, field.type == Type::kDate ? "%Y-%m-%d" : "rfc3339");
    } else if (format != nullptr) {
      report_.error(*format, parts.where() + ": only a date or an instant has a format");
    }
  }

  Mapping& out_;
  Report& report_;
};

}  // namespace

CompiledMapping compile_mapping(const std::string& file, const std::string& content, const model::Zone& zone) {
  Report report;
  CompiledMapping out;
  auto mapping = std::make_shared<Mapping>();
  mapping->file = file;
  mapping->fingerprint = fnv(content);
  if (const auto document = definition::read_yaml(file, content, report)) MappingReader(*mapping, report).read(document->root, zone);
  if (report.errors() == 0) out.mapping = std::move(mapping);
  out.diagnostics = report.take();
  return out;
}

}  // namespace docket::files
