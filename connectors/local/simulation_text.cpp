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

// A word of this page, in the language that was asked for.
const char* in(const Display& show, const char* en, const char* zh) { return show.language == "zh" ? zh : en; }

std::string word_or(const Display& show, const json::object& row, const char* name, const char* otherwise) {
  const std::string text = show.text(row, name);
  return text.empty() ? otherwise : text;
}

std::string cases_text(const Display& show, std::int64_t n) { return std::to_string(n) + in(show, n == 1 ? " case" : " cases", " 件"); }

void add_part(const Display& show, std::string& out, std::int64_t n, const char* en, const char* zh) {
  if (n != 0) out += (out.empty() ? "" : in(show, ", ", ",")) + std::to_string(n) + in(show, " ", " 个") + in(show, en, zh);
}

// "A instead of B".
std::string instead(const Display& show, const std::string& as_if, const std::string& now) {
  return show.language == "zh" ? now + " 变为 " + as_if : as_if + " instead of " + now;
}

std::string counts_text(const Display& show, const json::object& kind) {
  const auto number = [&](const char* name) { return std::to_string(integer_of(kind, name)); };
  if (show.language == "zh")
    return "共 " + number("cases") + " 件,未办结 " + number("open") + " 件;将有不同 " + number("differ") + " 件,其中未办结 " +
           number("open_differ") + " 件\n";
  return cases_text(show, integer_of(kind, "cases")) + ", " + number("open") + " open; " + number("differ") + " would differ, " +
         number("open_differ") + " of the open ones\n";
}

std::string clock_text(const Display& show, const json::object& clock) {
  std::string dues;
  add_part(show, dues, integer_of(clock, "earlier"), "earlier", "提前");
  add_part(show, dues, integer_of(clock, "later"), "later", "推后");
  add_part(show, dues, integer_of(clock, "limited"), "with a due that had none", "由无期限变为有期限");
  add_part(show, dues, integer_of(clock, "unlimited"), "without the due they had", "由有期限变为无期限");
  std::string out = std::string("  ") + in(show, "clock ", "时限 ") + show.text(clock, "clock") + in(show, ": ", ":") +
                    (dues.empty() ? in(show, "same dues", "到期时间相同") : in(show, "due ", "到期时间 ") + dues);
  if (const auto n = integer_of(clock, "other_original"); n != 0)
    out += in(show, "; ", ";") + std::to_string(n) + in(show, " with another original due", " 个的原截止不同");
  out += "\n";
  const char* const unset = in(show, "not set", "未设");
  for (const auto& value : array_of(clock, "values")) {
    const auto& row = value.get_object();
    out += "    " + instead(show, word_or(show, row, "as_if", unset), word_or(show, row, "now", unset)) + in(show, ": ", ":") +
           std::to_string(integer_of(row, "clocks")) + "\n";
  }
  return out;
}

std::string kind_text(const Display& show, const json::object& kind) {
  std::string out = "\n" + show.text(kind, "kind") + in(show, ": ", ":") + counts_text(show, kind);
  const auto& overdue = kind.at("overdue").as_object();
  if (integer_of(overdue, "now") != integer_of(overdue, "as_if"))
    out += std::string("  ") + in(show, "open and overdue: ", "超期未办结:") +
           instead(show, std::to_string(integer_of(overdue, "as_if")), std::to_string(integer_of(overdue, "now"))) + "\n";
  for (const auto& entry : array_of(kind, "states")) {
    const auto& row = entry.get_object();
    out += "  " + cases_text(show, integer_of(row, "cases")) + in(show, ": state ", ":状态 ") +
           instead(show, word_or(show, row, "as_if", in(show, "none, never opened", "无(不会立案)")),
                   word_or(show, row, "now", in(show, "none", "无"))) +
           "\n";
  }
  for (const auto& entry : array_of(kind, "clocks")) out += clock_text(show, entry.get_object());
  for (const auto& entry : array_of(kind, "not_taken")) {
    const auto& row = entry.get_object();
    out += "  " + cases_text(show, integer_of(row, "cases")) + in(show, ": ", ":") + show.text(row, "event") +
           in(show, " would not be taken (", " 将不被接受(") + show.text(row, "code") + in(show, ")\n", ")\n");
  }
  return out;
}

bool original_differs(const json::object& row) {
  const auto original = [&](const char* side) {
    const auto* view = row.if_contains(side);
    return view != nullptr && view->is_object() ? view->get_object().at("original_due") : json::value(nullptr);
  };
  return original("now") != original("as_if");
}

std::string clock_side(const Display& show, const json::object& row, const char* side) {
  const auto* value = row.if_contains(side);
  if (value == nullptr || !value->is_object()) return in(show, "not set", "未设");
  const auto& view = value->get_object();
  const std::string due = show.cell(view, "due").text;
  std::string out = show.text(view, "value") + (due.empty() ? "" : " " + due);
  // A due that was moved, where what it was first differs too.
  if (original_differs(row) && view.at("original_due") != view.at("due"))
    out += std::string(in(show, " (original due ", "(原截止 ")) + show.cell(view, "original_due").text + in(show, ")", ")");
  return out;
}

std::string cases_table(const Display& show, const json::array& cases) {
  cli::Table table;
  table.columns = {{in(show, "case", "事项"), false},
                   {in(show, "kind", "类别"), false},
                   {in(show, "what", "内容"), false},
                   {in(show, "now", "现在"), false},
                   {in(show, "as if", "假设"), false}};
  const char* const none = in(show, "none", "无");
  for (const auto& entry : cases) {
    const auto& one = entry.get_object();
    std::string id = show.text(one, "case");
    std::string kind = show.text(one, "kind") + (one.at("open").as_bool() ? "" : in(show, " (closed)", "(已办结)"));
    const auto add = [&](std::string what, std::string now, std::string as_if) {
      table.rows.push_back({std::move(id), std::move(kind), std::move(what), std::move(now), std::move(as_if)});
      id.clear();
      kind.clear();
    };
    for (const auto& state : array_of(one, "states")) {
      const auto& row = state.get_object();
      const std::string part = show.text(row, "part");
      add((part.empty() ? "" : part + " ") + in(show, "state", "状态"), word_or(show, row, "now", none), word_or(show, row, "as_if", none));
    }
    for (const auto& clock : array_of(one, "clocks")) {
      const auto& row = clock.get_object();
      add(show.text(row, "clock"), clock_side(show, row, "now"), clock_side(show, row, "as_if"));
    }
    for (const auto& refused : array_of(one, "not_taken")) {
      const auto& row = refused.get_object();
      add(show.text(row, "event") + " " + show.text(row, "id"), in(show, "accepted", "已接受"),
          show.text(row, "code") + ": " + show.text(row, "detail"));
    }
  }
  return cli::render_table(table, {});
}

std::string figure_side(const Display& show, const json::object& row, const char* side) {
  const auto* value = row.if_contains(side);
  if (value == nullptr || !value->is_object()) return in(show, "no such metric", "无此指标");
  const auto& metric = value->get_object();
  const auto& total = metric.at("total").as_object();
  const std::string fraction = cli::fraction_cell(metric, total).text;
  return cli::figure_cell(show, metric, total).text + (fraction.empty() ? "" : "  (" + fraction + ")");
}

std::string figures_table(const Display& show, const json::object& period) {
  const std::string out =
      (show.language == "zh" ? "\n" + show.text(period, "period") + " 的指标" : "\nfigures of " + show.text(period, "period"));
  const auto& figures = array_of(period, "figures");
  if (figures.empty()) return out + in(show, ": the same\n", ":相同\n");
  cli::Table table;
  table.columns = {{in(show, "metric", "指标"), false},
                   {in(show, "title", "名称"), false},
                   {in(show, "now", "现在"), true},
                   {in(show, "as if", "假设"), true}};
  for (const auto& entry : figures) {
    const auto& row = entry.get_object();
    const auto& titled = row.at(row.at("now").is_object() ? "now" : "as_if").as_object();
    table.rows.push_back(
        {show.text(row, "name"), show.text(titled, "title"), figure_side(show, row, "now"), figure_side(show, row, "as_if")});
  }
  return out + in(show, " that would differ\n", "将有不同:\n") + cli::render_table(table, {});
}

std::string head_text(const Display& show, const json::object& answer) {
  const auto& now = answer.at("now").as_object();
  const auto& as_if = answer.at("as_if").as_object();
  constexpr std::size_t kIdShown = 16;
  const auto bundle = [&](const json::object& side) { return show.text(side, "bundle").substr(0, kIdShown); };
  const auto events = std::to_string(integer_of(answer, "events"));
  const auto until = show.cell(answer, "at").text + " (" + show.time_zone + ")\n";
  if (show.language == "zh")
    return "机构 " + show.text(answer, "office") + ",重放 " + events + " 个事件;期限计算到 " + until +
           "现在:各事项按其立案时的定义;当前生效定义 " + bundle(now) + ",规则 " + show.text(now, "rules") +
           "\n假设:各事项自首个事件起即按定义 " + bundle(as_if) + ",规则 " + show.text(as_if, "rules") + "\n";
  return "office " + show.text(answer, "office") + ", " + events + " events replayed; deadlines pass up to " + until +
         "now:   each case by what it was opened with; bundle " + bundle(now) + " decides, rules " + show.text(now, "rules") + "\n" +
         "as if: bundle " + bundle(as_if) + " had decided from each case's first event on, rules " + show.text(as_if, "rules") + "\n";
}

std::string cases_title(const Display& show, std::size_t named, std::int64_t differ) {
  const std::string title = in(show, "\ncases", "\n事项");
  if (static_cast<std::int64_t>(named) >= differ) return title + "\n";
  const auto some = std::to_string(named);
  const auto all = std::to_string(differ);
  return title + (show.language == "zh" ? "(" + all + " 件中的 " + some + " 件,未办结的在前;--cases N 列出更多)\n"
                                        : " (" + some + " of " + all + ", open ones first; --cases N names more)\n");
}

}  // namespace

std::string simulation_text(const json::object& answer, const std::string& language) {
  Display show;
  show.language = language;
  show.time_zone = show.text(answer, "time_zone");
  std::string out = head_text(show, answer);
  std::string same;
  for (const auto& kind : array_of(answer, "same")) same += (same.empty() ? "" : in(show, ", ", "、")) + show.text(kind);
  if (!same.empty())
    out += in(show, "nothing that judges or measures these would change, so they were passed over: ", "判定与统计均不受影响,故略过:") +
           same + "\n";
  const auto differ = integer_of(answer, "differ");
  for (const auto& kind : array_of(answer, "kinds")) {
    if (differ == 0 || integer_of(kind.get_object(), "differ") != 0) out += kind_text(show, kind.get_object());
  }
  const auto& cases = array_of(answer, "cases");
  if (!cases.empty()) out += cases_title(show, cases.size(), differ) + cases_table(show, cases);
  for (const auto& period : array_of(answer, "periods")) out += figures_table(show, period.get_object());
  if (differ == 0) out += in(show, "\nno case would differ\n", "\n没有事项会不同\n");
  return out;
}

}  // namespace docket::local
