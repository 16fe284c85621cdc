#include "connectors/cli/commands.h"
#include "connectors/cli/figure_text.h"
#include "connectors/cli/output.h"
#include "connectors/cli/percent.h"
#include "connectors/cli/remote.h"
#include "connectors/cli/words.h"

namespace docket::cli {
namespace {

Params metric_params(const MetricArgs& args) {
  Params params{{"period", args.period}, {"from", args.from}, {"to", args.to}, {"step", args.step}, {"group_by", args.by}};
  params.emplace_back("exact", args.exact ? "true" : "");
  params.emplace_back("at", args.as_of.at);
  params.emplace_back("known_at", args.as_of.known_at);
  return params;
}

std::string group_name(const Display& show, const json::object& figure) {
  const auto* group = figure.if_contains("group");
  if (group == nullptr || !group->is_object()) return "";
  std::string out;
  for (const auto& member : group->get_object()) {
    if (member.key() == "label") continue;
    out += (out.empty() ? "" : " / ") + show.text(member.value());
  }
  return out;
}

std::string group_label(const Display& show, const json::object& figure) {
  const auto* group = figure.if_contains("group");
  return group == nullptr || !group->is_object() ? std::string() : show.text(group->get_object(), "label");
}

std::string period_of(const Display& show, const json::object& one) {
  const std::string period = show.text(one, "period");
  return period.empty() ? show.text(one, "from") + "…" + show.text(one, "to") : period;
}

void add_row(Table& table, const Display& show, const json::object& metric, const json::object& figure, const std::string& period,
             bool grouped, bool total) {
  const auto figure_text = figure_cell(show, metric, figure);
  std::string exclusions = exclusions_text(show, figure);
  std::vector<Cell> row{show.text(metric, "name"), show.text(metric, "title"), period};
  if (grouped) {
    row.push_back(total ? Cell(word("total", show.language), "total") : Cell(group_name(show, figure)));
    row.emplace_back(group_label(show, figure));
  }
  row.push_back(figure_text);
  row.push_back(fraction_cell(metric, figure));
  if (grouped) {
    row.emplace_back(std::move(exclusions));
    row.emplace_back(notes_text(show, figure));
  }
  table.rows.push_back(std::move(row));
}

// "2017-03-31 23:59, known at 2017-04-10 (Asia/Shanghai)": the instants that an answer is of.
std::string as_of_text(const Display& show, const json::object& answer) {
  std::string as_of = show.cell(answer, "at").text;
  const std::string known = show.cell(answer, "known_at").text;
  if (!known.empty())
    as_of += std::string(as_of.empty() ? "" : either(show.language, "，", ", ")) +
             std::string(either(show.language, "所知截至 ", "known at ")) + known;
  if (!as_of.empty()) as_of += " (" + show.time_zone + ")";
  return as_of;
}

// What stands under a single figure: exclusions, companions, formula, as of when.
std::string footer(const Display& show, const json::object& metric, const json::object& figure, bool grouped, const Look& look) {
  Table table;
  table.header = false;
  table.columns = {{"name", false}, {"value", false}};
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) table.rows.push_back({Cell("  " + word(name, show.language), "", Colour::kDim), value});
  };
  if (!grouped) {
    add("excluded", exclusions_text(show, figure));
    add("of_these", notes_text(show, figure));
  }
  add("target", target_text(show, figure));
  if (has(figure, "working_hours")) add("of all time", duration_text(show, figure, "hours"));
  add("histogram", histogram_text(show, figure));
  for (const auto& entry : array_of(metric, "beside")) {
    if (!entry.is_object()) continue;
    const auto& companion = entry.get_object();
    const std::string fraction = fraction_cell(companion, companion).text;
    add("beside", show.text(companion, "name") + " " + show.text(companion, "title") + " " + figure_cell(show, companion, companion).text +
                      (fraction.empty() ? "" : " " + fraction));
  }
  for (const auto& entry : array_of(figure, "combined_of")) {
    if (!entry.is_object()) continue;
    const auto& part = entry.get_object();
    add("combines", show.text(part, "name") + " " + rate_cell(part.if_contains("rate")).text + " " + word("weight", show.language) + " " +
                        show.text(part, "weight"));
  }
  add("formula", show.text(metric, "formula"));
  add("versions", versions_text(show, metric));
  add("certainty", show.cell(metric, "certainty").text);
  add("as of", as_of_text(show, metric));
  return render_table(table, look);
}

// "share:U", and of what was added again "share:U 2".
std::string part_text(const Display& show, const json::object& row) {
  const auto n = integer_of(row, "n");
  return show.text(row, "part") + (n > 1 ? " " + std::to_string(n) : "");
}

// What one row adds, in the unit of its figure: "1", "0.8", "94/100".
std::string share_text(const Display& show, const json::object& figure, const json::object& row) {
  const auto number = [&](const char* name, bool in_thousandths) {
    return in_thousandths && has(row, name) ? thousandths(integer_of(row, name)) : show.text(row, name);
  };
  const std::string value = number("value", figure.contains("numerator_unit") || figure.contains("value_unit"));
  return has(row, "denominator") ? value + "/" + number("denominator", figure.contains("denominator_unit")) : value;
}

}  // namespace

int run_metric_show(const CommonOptions& options, const MetricArgs& args) {
  Remote remote(options);
  const auto answer = remote.get(make_target("/v1/metrics/" + segment(args.name), metric_params(args)));
  if (!answer) return remote.exit_code();
  Display show;
  show.language = options.language.empty() ? "zh" : options.language;
  show.time_zone = options.time_zone.empty() ? show.text(*answer, "time_zone") : options.time_zone;
  if (show.time_zone.empty()) show.time_zone = "UTC";

  const bool grouped = !args.by.empty();
  const auto& series = array_of(*answer, "series");
  Output output;
  output.json = remote.last_body();
  output.table.columns = {{"name", false}, {"title", false}, {"period", false}};
  if (grouped) output.table.columns.insert(output.table.columns.end(), {{args.by, false}, {"label", false}});
  output.table.columns.insert(output.table.columns.end(), {{"figure", true}, {"fraction", true}});
  if (grouped) output.table.columns.insert(output.table.columns.end(), {{"excluded", false}, {"of_these", false}});
  const auto add_period = [&](const json::object& one) {
    const auto& figures = array_of(one, "figures");
    for (const auto& entry : figures) {
      if (entry.is_object()) add_row(output.table, show, *answer, entry.get_object(), period_of(show, one), grouped, false);
    }
    const auto* total = one.if_contains("total");
    if (total != nullptr && total->is_object() && (grouped || figures.empty())) {
      add_row(output.table, show, *answer, total->get_object(), period_of(show, one), grouped, grouped);
    }
  };
  if (series.empty()) {
    add_period(*answer);
    output.items = &array_of(*answer, "figures");
    if (output.items->empty()) output.items = nullptr;
  }
  for (const auto& one : series) {
    if (one.is_object()) add_period(one.get_object());
    output.items = &series;
  }
  output.table.header = grouped || output.table.rows.size() > 1;
  const Look look = look_of(options);
  output.page = render_table(output.table, look);
  if (!options.quiet) {
    const json::object none;
    const auto* total = answer->if_contains("total");
    const auto& figures = array_of(*answer, "figures");
    const json::object& only = figures.size() == 1 && figures[0].is_object() ? figures[0].get_object()
                               : total != nullptr && total->is_object()      ? total->get_object()
                                                                             : none;
    output.page += footer(show, *answer, only, output.table.header, look);
  }
  return print(options, output);
}

int run_metric_explain(const CommonOptions& options, const MetricArgs& args) {
  Params params{{"period", args.period}, {"at", args.as_of.at}, {"known_at", args.as_of.known_at}};
  if (!args.by.empty()) {
    // --by unit=U: the cases behind one row of the table
    const auto equals = args.by.find('=');
    if (equals == std::string::npos || equals == 0) {
      *options.err << "docket: --by " << args.by << ": write it as NAME=VALUE, for example unit=U\n";
      return kUsage;
    }
    params.emplace_back("group_by", args.by.substr(0, equals));
    params.emplace_back("group", args.by.substr(equals + 1));
  }
  Remote remote(options);
  const auto answer = remote.get(make_target("/v1/metrics/" + segment(args.name) + "/explain", params));
  if (!answer) return remote.exit_code();
  const Display show = remote.display();
  Output output;
  output.json = remote.last_body();
  const json::object none;
  const auto* figure = answer->if_contains("total");
  const json::object& total = figure != nullptr && figure->is_object() ? figure->get_object() : none;
  const bool parts = has(*answer, "part");
  output.table.columns = {{"counts", false}, {"case", false}};
  if (parts) output.table.columns.push_back({"part", false});
  output.table.columns.insert(output.table.columns.end(),
                              {{"state", false}, {"due", false}, {"stop", false}, {"value", true}, {"reason", false}});
  const auto labels = remote.labels(remote.kind_of_metric(args.name), "states", "state");
  const auto state_of = [&](const json::object& row) {
    const auto found = labels.find(show.text(row, "state"));
    return found == labels.end() ? Cell(show.text(row, "state")) : Cell(found->second, found->first);
  };
  const auto add = [&](const Cell& counts, const json::array& rows) {
    for (const auto& entry : rows) {
      if (!entry.is_object()) continue;
      const auto& row = entry.get_object();
      std::vector<Cell> cells{counts, show.text(row, "case")};
      if (parts) cells.emplace_back(part_text(show, row));
      const std::string took = took_text(show, row);
      for (const auto& cell : {state_of(row), show.cell(row, "due"), show.cell(row, "stop"),
                               Cell(took.empty() ? share_text(show, total, row) : took), Cell(show.text(row, "reason"))})
        cells.push_back(cell);
      output.table.rows.push_back(std::move(cells));
    }
  };
  add(Cell(value_word("", "yes", show.language), "numerator", Colour::kGreen), array_of(*answer, "numerator"));
  add(Cell(value_word("", "no", show.language), "not_in_numerator", Colour::kRed), array_of(*answer, "not_in_numerator"));
  if (const auto* excluded = answer->if_contains("excluded"); excluded != nullptr && excluded->is_object()) {
    for (const auto& member : excluded->get_object()) {
      const std::string name(member.key().data(), member.key().size());
      if (member.value().is_array())
        add(Cell(word("excluded", show.language) + ": " + value_word("excluded", name, show.language), "excluded:" + name, Colour::kDim),
            member.value().get_array());
    }
  }
  add(Cell(word("lacking", show.language), "lacking", Colour::kDim), array_of(*answer, "lacking"));
  std::string head = has(total, "denominator") ? fraction_cell({}, total).text : figure_cell(show, {}, total).text;
  if (has(total, "show")) head += "  " + fraction_cell({}, total).text;
  output.page = printable(args.name) + "  " + printable(show.text(*answer, "period")) + "  " + printable(head) + "\n" +
                render_table(output.table, look_of(options));
  if (const auto as_of = as_of_text(show, *answer); !options.quiet && !as_of.empty())
    output.page += word("as of", show.language) + "  " + as_of + "\n";
  return print(options, output);
}

}  // namespace docket::cli
