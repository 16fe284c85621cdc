// Calendars in layers, and the time zone's table.
#include <algorithm>

#include "engine/definition/build.h"

namespace docket::definition {
namespace {

constexpr std::string_view kWeekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

std::vector<calendar::Span> read_spans(Build& build, const Node& node, const std::string& where) {
  std::vector<calendar::Span> out;
  for (const Node* word : read_words(node, where + ": spans", build.report)) {
    const std::string_view text = word->text;
    const auto from = parse_time_of_day(text.substr(0, 5));
    const auto to = parse_time_of_day(text.size() == 11 && text[5] == '-' ? text.substr(6) : std::string_view());
    if (!from || !to || *from >= *to || (!out.empty() && *from < out.back().to_ms)) {
      build.report.error(*word, where + ": a span such as 09:00-12:00, in the order of the day, not " + word->text);
      continue;
    }
    out.push_back({*from, *to});
  }
  return out;
}

struct Layer {
  Build& build;
  calendar::Calendar::Parts& parts;
  std::string name;
  std::string where;

  void days(const Node& node, bool working, const std::string& source) {
    if (!node.is_map()) {
      build.report.error(node, where + ": a map of dates and names belongs here");
      return;
    }
    for (std::size_t i = 0; i < node.size(); ++i) {
      const auto day = parse_date(node.keys[i].text);
      if (!day || !node.items[i].is_scalar()) {
        build.report.error(node.keys[i], where + ": a date and its name, 2017-10-01: 国庆节, not " + node.keys[i].text);
        continue;
      }
      calendar::DayRule rule;
      rule.working = working;
      rule.name = node.items[i].text;
      rule.layer = name;
      rule.source = source;
      parts.days[*day] = std::move(rule);
    }
  }

  void years(const Node& node, bool lowest) {
    if (!node.is_map()) {
      build.report.error(node, where + ": years is a map, {2017: {...}}");
      return;
    }
    for (std::size_t i = 0; i < node.size(); ++i) {
      const auto year = parse_integer(node.keys[i].text);
      if (!year || *year < 1900 || *year > 2200) {
        build.report.error(node.keys[i], where + ": a year, not " + node.keys[i].text);
        continue;
      }
      const Fields fields(node.items[i], where + " " + node.keys[i].text, build.report, {"source", "certainty", "off", "work"});
      const Node* source = fields.need_scalar("source");
      if (const Node* certainty = fields.need_scalar("certainty")) {
        const Names known{"text", "reported", "assumed"};
        if (std::find(known.begin(), known.end(), certainty->text) == known.end()) {
          build.report.error(*certainty, fields.where() + ": certainty is " + join(known) + ", not " + certainty->text,
                             nearest(certainty->text, known));
        }
      }
      const std::string notice = source == nullptr ? std::string() : source->text;
      if (const Node* off = fields.get("off")) days(*off, false, notice);
      if (const Node* work = fields.get("work")) days(*work, true, notice);
      if (lowest) parts.years.push_back(static_cast<int>(*year));
    }
  }

  void half_days(const Node& node) {
    if (!node.is_map()) {
      build.report.error(node, where + ": half_days is a map, {2017-01-26: {name, spans}}");
      return;
    }
    for (std::size_t i = 0; i < node.size(); ++i) {
      const auto day = parse_date(node.keys[i].text);
      if (!day) {
        build.report.error(node.keys[i], where + ": a date, not " + node.keys[i].text);
        continue;
      }
      const Fields fields(node.items[i], where + " " + node.keys[i].text, build.report, {"name", "spans", "source"});
      calendar::DayRule rule;
      rule.working = true;
      rule.layer = name;
      if (const Node* title = fields.need_scalar("name")) rule.name = title->text;
      if (const Node* source = fields.scalar("source")) rule.source = source->text;
      if (const Node* spans = fields.need("spans")) rule.spans = read_spans(build, *spans, where);
      parts.days[*day] = std::move(rule);
    }
  }

  void weekend(const Fields& fields) {
    for (bool& off : parts.weekend) off = false;
    for (const Node* word : fields.words("weekend")) {
      const auto* found = std::find(std::begin(kWeekdays), std::end(kWeekdays), std::string_view(word->text));
      if (found == std::end(kWeekdays)) {
        build.report.error(*word, where + ": weekend names days as mon, tue, ... sun, not " + word->text,
                           nearest(word->text, Names(std::begin(kWeekdays), std::end(kWeekdays))));
        continue;
      }
      parts.weekend[found - std::begin(kWeekdays)] = true;
    }
  }
};

void read_layer(Build& build, calendar::Calendar::Parts& parts, const Node& name, bool lowest) {
  const Node* root = build.load("calendars/" + name.text + ".yaml", name);
  if (root == nullptr) return;
  const Fields fields(*root, "calendar " + name.text, build.report,
                      {"calendar", "layer", "version", "title", "spans", "weekend", "every_year", "years", "half_days"});
  if (const Node* head = fields.need_scalar("calendar"); head != nullptr && head->text != name.text) {
    build.report.error(*head, fields.where() + ": the file is named " + name.text);
  }
  Layer layer{build, parts, name.text, fields.where()};
  if (const Node* word = fields.scalar("layer")) layer.name = word->text;
  if (const Node* title = fields.need("title")) (void)read_labels(build, *title, fields.where());
  if (const Node* version = fields.need_scalar("version")) {
    parts.name += (parts.name.empty() ? "" : "+") + name.text;
    parts.version += (parts.version.empty() ? "" : "+") + name.text + "@" + version->text;
  }
  const Node* spans = lowest ? fields.need("spans") : fields.get("spans");
  if (spans != nullptr) parts.spans = read_spans(build, *spans, fields.where());
  if (fields.get("weekend") != nullptr) layer.weekend(fields);
  if (const Node* years = lowest ? fields.need("years") : fields.get("years")) layer.years(*years, lowest);
  if (const Node* half = fields.get("half_days")) layer.half_days(*half);
  if (fields.flag("every_year") && lowest) {
    parts.years.clear();
    for (int year = 1900; year <= 2200; ++year) parts.years.push_back(year);
  }
}

std::optional<std::int32_t> parse_offset(std::string_view text) {  // "+08:00"
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const auto time = parse_time_of_day(text.substr(1));
  if (!time) return std::nullopt;
  return text[0] == '-' ? -*time : *time;
}

}  // namespace

void read_calendars(Build& build) {
  const Node* list = build.office_node->find("calendars");
  if (list == nullptr) return;
  calendar::Calendar::Parts parts;
  bool lowest = true;
  for (const Node* name : read_words(*list, "office: calendars", build.report)) {
    read_layer(build, parts, *name, lowest);
    lowest = false;
  }
  if (build.report.errors() == 0) build.bundle->calendar = std::make_shared<const calendar::Calendar>(std::move(parts));
}

void read_zone(Build& build, const Node& at) {
  std::string file = at.text;
  for (char& c : file) c = c == '/' ? '-' : c;
  const Node* root = build.load("zones/" + file + ".yaml", at);
  if (root == nullptr) return;
  const Fields fields(*root, "zone " + at.text, build.report, {"zone", "version", "transitions"});
  if (const Node* name = fields.need_scalar("zone"); name != nullptr && name->text != at.text) {
    build.report.error(*name, fields.where() + ": the file says zone " + name->text);
  }
  std::string version;
  if (const Node* node = fields.need_scalar("version")) version = node->text;
  std::vector<Zone::Transition> transitions;
  const Node* rows = fields.need("transitions");
  if (rows == nullptr) return;
  for (const Node& row : rows->items) {
    const bool pair = row.is_list() && row.size() == 2;
    const auto instant = pair ? parse_instant(row.items[0].text) : std::nullopt;
    const auto offset = pair ? parse_offset(row.items[1].text) : std::nullopt;
    if (!instant || !offset || (!transitions.empty() && transitions.back().at >= *instant)) {
      build.report.error(row, fields.where() + ": a transition is [\"1970-01-01T00:00:00Z\", \"+08:00\"], in order of time");
      continue;
    }
    transitions.push_back({*instant, *offset});
  }
  if (transitions.empty()) build.report.error(*rows, fields.where() + ": no transition; give at least the first offset");
  build.bundle->zone = Zone(at.text, version, std::move(transitions));
}

}  // namespace docket::definition
