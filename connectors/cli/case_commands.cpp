#include <algorithm>

#include "connectors/cli/commands.h"
#include "connectors/cli/output.h"
#include "connectors/cli/remote.h"
#include "connectors/cli/words.h"

namespace docket::cli {
namespace {

constexpr std::size_t kDataWidth = 60;

void add_as_of(Params& params, const AsOf& as_of) {
  params.emplace_back("at", as_of.at);
  params.emplace_back("known_at", as_of.known_at);
}

Cell state_cell(const Display& show, const json::object& item) {
  const std::string key = show.text(item, "state");
  const std::string label = show.text(item, "state_label");
  return {label.empty() ? key : label, key};
}

// The light, and that the case is in quarantine: what the light says is as of its last good state.
Cell light_cell(const Display& show, const json::object& item) {
  Cell cell = show.cell(item, "light");
  if (has(item, "quarantined")) {
    const std::string machine = cell.machine();
    cell = Cell(cell.text + "  " + value_word("of_these", "quarantined", show.language), machine, Colour::kRed);
  }
  return cell;
}

// Since when, and why.
Cell quarantine_cell(const Display& show, const json::object& item) {
  const auto* found = item.if_contains("quarantine");
  if (found == nullptr || !found->is_object()) return {""};
  const auto& own = found->get_object();
  const std::string cause = show.text(own, "cause");
  return {show.cell(own, "since").text + (cause.empty() ? "" : "  " + cause), cause};
}

// "Label      value" lines; empty values are left out.
std::string fields_block(const std::vector<std::pair<std::string, Cell>>& fields, const Look& look) {
  Table table;
  table.header = false;
  table.columns = {{"field", false}, {"value", false}};
  for (const auto& [name, value] : fields) {
    if (value.text.empty()) continue;
    const auto indent = name.find_first_not_of(' ');
    table.rows.push_back({Cell(std::string(indent, ' ') + word(name.substr(indent), look.language), "", Colour::kDim), value});
  }
  return render_table(table, look);
}

std::string section(std::string_view title, const Table& table, const Look& look) {
  if (table.rows.empty()) return "";
  return "\n" + std::string(title) + "\n" + render_table(table, look);
}

// Attributes as name with label, and value.
Table attribute_table(const Display& show, const json::object& item, const std::map<std::string, std::string>& labels) {
  Table table;
  table.columns = {{"attribute", false}, {"value", false}};
  const auto* attributes = item.if_contains("attributes");
  if (attributes == nullptr || !attributes->is_object()) return table;
  for (const auto& member : attributes->get_object()) {
    const std::string name(member.key().data(), member.key().size());
    const bool erased = member.value().is_object() && has(member.value().get_object(), "erased");
    const auto label = labels.find(name);
    const bool labelled = label != labels.end() && label->second != name;
    const std::string text = show.text(member.value());
    table.rows.push_back({Cell(labelled ? name + " " + label->second : name, name),
                          member.value().is_null()   ? Cell("—")
                          : erased                   ? Cell("(" + word("erased", show.language) + ")", "erased", Colour::kDim)
                          : member.value().is_bool() ? Cell(value_word("", text, show.language), text)
                                                     : Cell(text)});
  }
  return table;
}

std::string limit_text(const Display& show, const json::object& deadline) {
  std::string out = show.text(deadline, "rule");
  const std::string limit = show.text(deadline, "limit");
  if (!limit.empty()) out += (out.empty() ? "" : " = ") + limit;
  return out;
}

// Units counted so far; for hours, the time used so far.
Cell counted_cell(const Display& show, const json::object& span) {
  if (has(span, "counted_ms")) return {Display::duration(integer_of(span, "counted_ms")), show.text(span, "counted_ms")};
  return show.text(span, "counted");
}

// Of a deadline, or of one of its moves.
Table span_table(const Display& show, const json::object& explained) {
  Table table;
  table.columns = {{"from", false},   {"to", false},    {"sort", false},  {"name", false},
                   {"counted", true}, {"layer", false}, {"source", false}};
  for (const auto& span : array_of(explained, "explain")) {
    if (!span.is_object()) continue;
    const auto& own = span.get_object();
    table.rows.push_back({show.cell(own, "from"), show.cell(own, "to"), show.cell(own, "sort"), show.text(own, "name"),
                          counted_cell(show, own), show.text(own, "layer"), show.text(own, "source")});
  }
  return table;
}

// Numbers that should name one case and name several.
Table alarm_table(const Display& show, const json::array& alarms) {
  Table table;
  table.columns = {{"alarm", false}, {"kind", false}, {"alias", false}, {"values", false}, {"cases", false}};
  for (const auto& alarm : alarms) {
    if (!alarm.is_object()) continue;
    const auto& own = alarm.get_object();
    std::string values;
    if (const auto* named = own.if_contains("values"); named != nullptr && named->is_object()) {
      for (const auto& value : named->get_object()) {
        values += (values.empty() ? "" : " ") + std::string(value.key()) + "=" + show.text(value.value());
      }
    }
    std::string cases;
    for (const auto& id : array_of(own, "cases")) cases += (cases.empty() ? "" : " ") + show.text(id);
    table.rows.push_back({show.text(own, "alarm"), show.text(own, "kind"), show.text(own, "alias"), values, cases});
  }
  return table;
}

// What has been told of a deadline, then what is still planned.
Table notice_table(const Display& show, const json::object& deadline) {
  Table table;
  table.columns = {{"notice", false}, {"at", false}, {"to", false}, {"told", false}};
  for (const auto& told : array_of(deadline, "told")) {
    if (!told.is_object()) continue;
    const auto& own = told.get_object();
    Cell when = show.cell(own, "recorded");
    if (has(own, "withdrawn")) when.text += "  (" + word("withdrawn", show.language) + " " + show.cell(own, "withdrawn").text + ")";
    const std::string holder = show.text(own, "holder");
    table.rows.push_back(
        {show.text(own, "level"), show.cell(own, "at"), show.cell(own, "to").text + (holder.empty() ? "" : " " + holder), when});
  }
  for (const auto& planned : array_of(deadline, "notices")) {
    if (!planned.is_object() || !has(planned.get_object(), "planned")) continue;
    const auto& own = planned.get_object();
    table.rows.push_back(
        {show.text(own, "level"), show.cell(own, "at"), show.cell(own, "to"), Cell(word("planned", show.language), "", Colour::kDim)});
  }
  return table;
}

// What moved the due: by which event and whom, from where to where; then the days between.
std::string move_block(const Display& show, const json::object& move, const Look& look) {
  const std::string event = show.text(move, "event");
  const std::string label = show.text(move, "label");
  std::string added = show.text(move, "added");
  for (const char* key : {"added_ms", "added_working_ms"}) {
    if (has(move, key)) added = Display::duration(integer_of(move, key));
  }
  std::string by;
  for (const char* key : {"role", "unit", "actor"}) {
    if (has(move, key)) by += (by.empty() ? "" : " ") + show.text(move, key);
  }
  const std::string approved = show.text(move, "approved_by");
  if (!approved.empty()) by += std::string(either(show.language, "，批准人 ", ", approved by ")) + approved;
  std::string out = fields_block({{"  " + show.text(move, "sort"), Cell(event + (label.empty() || label == event ? "" : "  " + label))},
                                  {"  on", show.cell(move, "time")},
                                  {"  by", by},
                                  {"  due before", show.cell(move, "from")},
                                  {"  due after", show.cell(move, "to")},
                                  {"  paused at", show.cell(move, "paused_at")},
                                  {"  added", added}},
                                 look);
  const Table spans = span_table(show, move);
  if (!spans.rows.empty()) out += render_table(spans, look);
  return out;
}

std::string deadline_block(const Display& show, const json::object& deadline, const Look& look) {
  const std::string clock = show.text(deadline, "clock");
  const std::string label = show.text(deadline, "label");
  const std::string original = show.text(deadline, "original_due");
  Cell due = show.cell(deadline, "due");
  if (!original.empty() && original != due.machine())
    due.text += std::string(either(show.language, "  (起初 ", "  (at first ")) + show.time(original).text + ")";
  std::string source = show.text(deadline, "source");
  const std::string certainty = show.cell(deadline, "certainty").text;
  if (!certainty.empty()) source += (source.empty() ? "" : "; ") + certainty;
  const std::string part = show.text(deadline, "part");
  std::string out = clock + (label.empty() || label == clock ? "" : "  " + label) + (part.empty() ? "" : "  " + part) + "\n";
  if (integer_of(deadline, "round") > 1)
    out.insert(out.size() - 1, "  " + word("round", show.language) + " " + show.text(deadline, "round"));
  out = printable(out.substr(0, out.size() - 1)) + "\n";
  out += fields_block({{"  state", show.cell(deadline, "value")},
                       {"  light", show.cell(deadline, "light")},
                       {"  start", show.cell(deadline, "start")},
                       {"  due", due},
                       {"  stop", show.cell(deadline, "stop")},
                       {"  rule", limit_text(show, deadline)},
                       {"  source", source}},
                      look);
  const Table notices = notice_table(show, deadline);
  if (!notices.rows.empty()) out += render_table(notices, look);
  const Table spans = span_table(show, deadline);
  if (!spans.rows.empty()) out += render_table(spans, look);
  for (const auto& move : array_of(deadline, "moves")) {
    if (move.is_object()) out += move_block(show, move.get_object(), look);
  }
  return out;
}

}  // namespace

int run_case_list(const CommonOptions& options, const CaseListArgs& args) {
  Params params;
  const auto add_all = [&params](const char* name, const std::vector<std::string>& values) {
    for (const auto& value : values) params.emplace_back(name, value);
  };
  add_all("kind", args.kinds);
  add_all("state", args.states);
  add_all("unit", args.units);
  add_all("light", args.lights);
  add_all("alias", args.aliases);
  for (const auto& pair : args.where) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      *options.err << "docket: --where " << pair << ": write it as NAME=VALUE, for example district=shinan\n";
      return kUsage;
    }
    params.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  params.emplace_back("due_before", args.due_before);
  params.emplace_back("updated_since", args.updated_since);
  if (args.movable) params.emplace_back("movable", "true");
  if (args.quarantined) params.emplace_back("quarantined", "true");
  add_as_of(params, args.as_of);
  if (args.total) params.emplace_back("include_total", "true");
  Remote remote(options);
  const auto answer = remote.get_pages("/v1/cases", params, "cases", args.limit);
  if (!answer) return remote.exit_code();
  const Display show = remote.display();
  Output output;
  output.json = remote.last_body();
  output.items = &array_of(*answer, "cases");
  output.table.columns = {{"id", false},  {"kind", false},   {"state", false},   {"light", false}, {"unit", false},
                          {"due", false}, {"opened", false}, {"updated", false}, {"version", true}};
  for (const auto& entry : *output.items) {
    if (!entry.is_object()) continue;
    const auto& item = entry.get_object();
    output.table.rows.push_back({show.text(item, "id"), show.text(item, "kind"), state_cell(show, item), light_cell(show, item),
                                 show.cell(item, "unit"), show.cell(item, "due"), show.cell(item, "opened"), show.cell(item, "updated"),
                                 show.text(item, "version")});
  }
  const int code = print(options, output);
  if (args.total && !options.quiet && has(*answer, "total"))
    *options.err << word("total", options.language) << ": " << integer_of(*answer, "total") << "\n";
  return code;
}

int run_case_get(const CommonOptions& options, const std::string& id, const AsOf& as_of, const std::string& version) {
  Params params;
  add_as_of(params, as_of);
  params.emplace_back("version", version);
  Remote remote(options);
  const auto answer = remote.get(make_target("/v1/cases/" + segment(id), params));
  if (!answer) return remote.exit_code();
  const Display show = remote.display();
  const Look look = look_of(options);
  Output output;
  output.json = remote.last_body();
  output.table =
      show.rows(json::array{*answer}, {"id", "kind", "state", "light", "unit", "due", "opened", "updated", "round", "version", "revision"});
  const auto text = [&](std::string_view key) { return Cell(show.text(*answer, key)); };
  std::string& page = output.page;
  page = fields_block({{"id", text("id")},
                       {"kind", text("kind")},
                       {"state", state_cell(show, *answer)},
                       {"light", light_cell(show, *answer)},
                       {"quarantine", quarantine_cell(show, *answer)},
                       {"unit", show.cell(*answer, "unit")},
                       {"due", show.cell(*answer, "due")},
                       {"opened", show.cell(*answer, "opened")},
                       {"updated", show.cell(*answer, "updated")},
                       {"round", text("round")},
                       {"version", Cell(show.text(*answer, "version") + " (" + word("revision", show.language) + " " +
                                        show.text(*answer, "revision") + ")")},
                       {"definition", text("definition")},
                       {"rules", text("rules")},
                       {"calendar", text("calendar")},
                       {"times in", Cell(show.time_zone)}},
                      look);
  page += section(
      either(show.language, "时钟", "Clocks"),
      show.rows(array_of(*answer, "clocks"), {"clock", "label", "round", "value", "light", "start", "due", "original_due", "stop"}), look);
  page += section(either(show.language, "属性", "Attributes"),
                  attribute_table(show, *answer, remote.labels(show.text(*answer, "kind"), "attributes", "attribute")), look);
  page +=
      section(either(show.language, "分项", "Parts"), show.rows(array_of(*answer, "parts"), {"part", "key", "n", "round", "state"}), look);
  page += section(either(show.language, "警报", "Alarms"), alarm_table(show, array_of(*answer, "conflicts")), look);
  page += section(either(show.language, "关联", "Links"), show.rows(array_of(*answer, "links"), {"link", "to", "case"}, true), look);
  return print(options, output);
}

int run_case_alarms(const CommonOptions& options, std::size_t limit) {
  Remote remote(options);
  const auto answer = remote.get_pages("/v1/alarms", {}, "alarms", limit);
  if (!answer) return remote.exit_code();
  const std::string body = remote.last_body();
  Output output;
  output.json = body;
  output.items = &array_of(*answer, "alarms");
  output.table = alarm_table(remote.display(), *output.items);
  const auto* complete = answer->if_contains("complete");
  if (complete != nullptr && complete->is_bool() && !complete->get_bool())
    *options.err << "docket: "
                 << either(options.language, "启动时已有的警报仍在查找，稍后再问",
                           "those that stood at the start are still being looked for; ask again")
                 << "\n";
  return print(options, output);
}

int run_case_history(const CommonOptions& options, const std::string& id, const AsOf& as_of, std::size_t limit) {
  Params params;
  add_as_of(params, as_of);
  Remote remote(options);
  const auto answer = remote.get_pages("/v1/cases/" + segment(id) + "/history", params, "events", limit);
  if (!answer) return remote.exit_code();
  const Display show = remote.display();
  Output output;
  output.json = remote.last_body();
  output.items = &array_of(*answer, "events");
  output.table.columns = {{"version", true}, {"time", false},  {"recorded", false}, {"event", false}, {"role", false},
                          {"unit", false},   {"actor", false}, {"outcome", false},  {"data", false}};
  for (const auto& entry : *output.items) {
    if (!entry.is_object()) continue;
    const auto& event = entry.get_object();
    const std::string name = show.text(event, "event");
    const std::string label = has(event, "label") ? show.text(event, "label") : value_word("event", name, show.language);
    std::string outcome = show.text(event, "outcome");
    std::string shown_outcome = show.cell(event, "outcome").text;
    const std::string code = show.text(event, "code");
    if (!code.empty()) outcome += " " + code;
    if (!code.empty()) shown_outcome += " " + code;
    if (has(event, "displaced_by")) {
      outcome += " displaced by " + show.text(event, "displaced_by");
      shown_outcome += std::string(either(show.language, " 被取代于 ", " displaced by ")) + show.text(event, "displaced_by");
    }
    if (const auto* cause = event.if_contains("caused_by"); cause != nullptr && cause->is_object()) {
      const auto by = show.text(cause->get_object(), "case");
      outcome += " caused by " + by;
      shown_outcome += std::string(either(show.language, "，由 ", ", by ")) + by;
    }
    const auto* data = event.if_contains("data");
    const std::string pairs = data == nullptr ? "" : show.pairs(*data);
    output.table.rows.push_back({show.text(event, "version"), show.cell(event, "time"), show.cell(event, "recorded"),
                                 Cell(label.empty() || label == name ? name : name + " " + label, name), show.text(event, "role"),
                                 show.cell(event, "unit"), show.text(event, "actor"), Cell(shown_outcome, outcome),
                                 Cell(clip(pairs, kDataWidth), pairs)});
  }
  return print(options, output);
}

int run_case_explain(const CommonOptions& options, const std::string& id, const AsOf& as_of) {
  Params params{{"explain", "true"}};
  add_as_of(params, as_of);
  Remote remote(options);
  const auto answer = remote.get(make_target("/v1/cases/" + segment(id) + "/deadlines", params));
  if (!answer) return remote.exit_code();
  const Display show = remote.display();
  const auto& deadlines = array_of(*answer, "deadlines");
  Output output;
  output.json = remote.last_body();
  output.items = &deadlines;
  output.table = show.rows(deadlines, {"clock", "part", "round", "value", "start", "due", "original_due", "stop", "light", "rule", "limit",
                                       "source", "certainty"});
  for (const auto& entry : deadlines) {
    if (!entry.is_object()) continue;
    if (!output.page.empty()) output.page += "\n";
    output.page += deadline_block(show, entry.get_object(), look_of(options));
  }
  if (deadlines.empty())
    output.page = std::string(either(show.language, "没有时钟运行过：", "no clock has run for ")) + printable(id) + "\n";
  return print(options, output);
}

}  // namespace docket::cli
