#include "connectors/cli/display.h"
#include "connectors/cli/figure_text.h"
#include "connectors/cli/table.h"
#include "connectors/local/kind_simulate.h"

namespace docket::local {
namespace {

namespace json = boost::json;
using cli::array_of;
using cli::Cell;
using cli::Display;
using cli::integer_of;

std::string word_or(const Display& show, const json::object& row, const char* name, const char* otherwise) {
  const std::string text = show.text(row, name);
  return text.empty() ? otherwise : text;
}

std::string cases_text(std::int64_t n) { return std::to_string(n) + (n == 1 ? " case" : " cases"); }

void add_part(std::string& out, std::int64_t n, const std::string& what) {
  if (n != 0) out += (out.empty() ? "" : ", ") + std::to_string(n) + " " + what;
}

std::string kind_text(const Display& show, const json::object& kind) {
  std::string out = "\n" + show.text(kind, "kind") + ": " + cases_text(integer_of(kind, "cases")) + ", " +
                    std::to_string(integer_of(kind, "open")) + " open; " + std::to_string(integer_of(kind, "differ")) + " would differ, " +
                    std::to_string(integer_of(kind, "open_differ")) + " of the open ones\n";
  const auto& overdue = kind.at("overdue").as_object();
  if (integer_of(overdue, "now") != integer_of(overdue, "as_if"))
    out += "  open and overdue: " + std::to_string(integer_of(overdue, "as_if")) + " instead of " +
           std::to_string(integer_of(overdue, "now")) + "\n";
  for (const auto& entry : array_of(kind, "states")) {
    const auto& row = entry.get_object();
    out += "  " + cases_text(integer_of(row, "cases")) + ": state " + word_or(show, row, "as_if", "none, never opened") + " instead of " +
           word_or(show, row, "now", "none") + "\n";
  }
  for (const auto& entry : array_of(kind, "clocks")) {
    const auto& clock = entry.get_object();
    std::string dues;
    add_part(dues, integer_of(clock, "earlier"), "earlier");
    add_part(dues, integer_of(clock, "later"), "later");
    add_part(dues, integer_of(clock, "limited"), "with a due that had none");
    add_part(dues, integer_of(clock, "unlimited"), "without the due they had");
    out += "  clock " + show.text(clock, "clock") + ": " + (dues.empty() ? "same dues" : "due " + dues) + "\n";
    for (const auto& value : array_of(clock, "values")) {
      const auto& row = value.get_object();
      out += "    " + word_or(show, row, "as_if", "not set") + " instead of " + word_or(show, row, "now", "not set") + ": " +
             std::to_string(integer_of(row, "clocks")) + "\n";
    }
  }
  for (const auto& entry : array_of(kind, "not_taken")) {
    const auto& row = entry.get_object();
    out += "  " + cases_text(integer_of(row, "cases")) + ": " + show.text(row, "event") + " would not be taken (" + show.text(row, "code") +
           ")\n";
  }
  return out;
}

std::string clock_side(const Display& show, const json::object& row, const char* side) {
  const auto* value = row.if_contains(side);
  if (value == nullptr || !value->is_object()) return "not set";
  const auto& view = value->get_object();
  const std::string due = show.cell(view, "due").text;
  return show.text(view, "value") + (due.empty() ? "" : " " + due);
}

std::string cases_table(const Display& show, const json::array& cases) {
  cli::Table table;
  table.columns = {{"case", false}, {"kind", false}, {"what", false}, {"now", false}, {"as if", false}};
  for (const auto& entry : cases) {
    const auto& one = entry.get_object();
    std::string id = show.text(one, "case");
    std::string kind = show.text(one, "kind") + (one.at("open").as_bool() ? "" : " (closed)");
    const auto add = [&](std::string what, std::string now, std::string as_if) {
      table.rows.push_back({std::move(id), std::move(kind), std::move(what), std::move(now), std::move(as_if)});
      id.clear();
      kind.clear();
    };
    for (const auto& state : array_of(one, "states")) {
      const auto& row = state.get_object();
      const std::string part = show.text(row, "part");
      add(part.empty() ? "state" : part + " state", word_or(show, row, "now", "none"), word_or(show, row, "as_if", "none"));
    }
    for (const auto& clock : array_of(one, "clocks")) {
      const auto& row = clock.get_object();
      add(show.text(row, "clock"), clock_side(show, row, "now"), clock_side(show, row, "as_if"));
    }
    for (const auto& refused : array_of(one, "not_taken")) {
      const auto& row = refused.get_object();
      add(show.text(row, "event") + " " + show.text(row, "id"), "accepted", show.text(row, "code") + ": " + show.text(row, "detail"));
    }
  }
  return cli::render_table(table, {});
}

std::string figure_side(const Display& show, const json::object& row, const char* side) {
  const auto* value = row.if_contains(side);
  if (value == nullptr || !value->is_object()) return "no such metric";
  const auto& metric = value->get_object();
  const auto& total = metric.at("total").as_object();
  const std::string fraction = cli::fraction_cell(metric, total).text;
  return cli::figure_cell(show, metric, total).text + (fraction.empty() ? "" : "  (" + fraction + ")");
}

std::string figures_table(const Display& show, const json::object& period) {
  std::string out = "\nfigures of " + show.text(period, "period");
  const auto& figures = array_of(period, "figures");
  if (figures.empty()) return out + ": the same\n";
  cli::Table table;
  table.columns = {{"metric", false}, {"title", false}, {"now", true}, {"as if", true}};
  for (const auto& entry : figures) {
    const auto& row = entry.get_object();
    const auto& titled = row.at(row.at("now").is_object() ? "now" : "as_if").as_object();
    table.rows.push_back(
        {show.text(row, "name"), show.text(titled, "title"), figure_side(show, row, "now"), figure_side(show, row, "as_if")});
  }
  return out + " that would differ\n" + cli::render_table(table, {});
}

}  // namespace

std::string simulation_text(const json::object& answer) {
  Display show;
  show.language = "en";
  show.time_zone = show.text(answer, "time_zone");
  const auto& now = answer.at("now").as_object();
  const auto& as_if = answer.at("as_if").as_object();
  constexpr std::size_t kIdShown = 16;
  std::string out = "office " + show.text(answer, "office") + ", " + std::to_string(integer_of(answer, "events")) +
                    " events replayed; deadlines pass up to " + show.cell(answer, "at").text + " (" + show.time_zone + ")\n" +
                    "now:   each case by what it was opened with; bundle " + show.text(now, "bundle").substr(0, kIdShown) +
                    " decides, rules " + show.text(now, "rules") + "\n" + "as if: bundle " +
                    show.text(as_if, "bundle").substr(0, kIdShown) + " had decided from each case's first event on, rules " +
                    show.text(as_if, "rules") + "\n";
  std::string same;
  for (const auto& kind : array_of(answer, "same")) same += (same.empty() ? "" : ", ") + show.text(kind);
  if (!same.empty()) out += "nothing that judges or measures these would change, so they were passed over: " + same + "\n";
  const auto differ = integer_of(answer, "differ");
  for (const auto& kind : array_of(answer, "kinds")) {
    if (differ == 0 || integer_of(kind.get_object(), "differ") != 0) out += kind_text(show, kind.get_object());
  }
  const auto& cases = array_of(answer, "cases");
  if (!cases.empty()) {
    out += "\ncases" +
           (static_cast<std::int64_t>(cases.size()) < differ
                ? " (" + std::to_string(cases.size()) + " of " + std::to_string(differ) + ", open ones first; --cases N names more)"
                : std::string()) +
           "\n" + cases_table(show, cases);
  }
  for (const auto& period : array_of(answer, "periods")) out += figures_table(show, period.get_object());
  if (differ == 0) out += "\nno case would differ\n";
  return out;
}

}  // namespace docket::local
