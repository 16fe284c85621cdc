#include "connectors/cli/commands.h"
#include "connectors/cli/figure_text.h"
#include "connectors/cli/output.h"
#include "connectors/cli/remote.h"
#include "connectors/cli/words.h"

namespace docket::cli {
namespace {

const json::object& object_of(const json::object& from, std::string_view name) {
  static const json::object kNone;
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

// "95.00% (19/20)"
Cell side_cell(const Display& show, const json::object& metric, const json::object& figure) {
  if (figure.empty()) return Cell("–");
  auto cell = figure_cell(show, metric, figure);
  const auto fraction = fraction_cell(metric, figure);
  if (!fraction.text.empty()) cell.text += " (" + fraction.text + ")";
  return cell;
}

// "+3/+5": of numerator and denominator, or "+3" of a value.
std::string more_text(const json::object& more) {
  std::string out;
  for (const char* name : {"numerator", "denominator", "value", "count"}) {
    const auto* value = more.if_contains(name);
    if (value == nullptr || !value->is_int64()) continue;
    const auto n = value->get_int64();
    out += (out.empty() ? "" : "/") + std::string(n > 0 ? "+" : "") + std::to_string(n);
  }
  return out;
}

// Each place of a case: "numerator 1", "excluded:paused 1"; several parts are joined.
std::string places_text(const Display& show, const json::object& row, std::string_view side) {
  std::string out;
  for (const auto& entry : array_of(row, side)) {
    if (!entry.is_object()) continue;
    const auto& place = entry.get_object();
    const std::string part = show.text(place, "part");
    out += (out.empty() ? "" : ", ") + (part.empty() ? "" : part + " ") + show.text(place, "counts") + " " + show.text(place, "value");
  }
  return out.empty() ? "–" : out;
}

}  // namespace

int run_metric_compare(const CommonOptions& options, const MetricArgs& args) {
  Params params{{"period", args.period}, {"group_by", args.by}, {"at", args.as_of.at}, {"known_at", args.as_of.known_at}};
  if (args.cases) params.emplace_back("limit", std::to_string(*args.cases));
  Remote remote(options);
  const auto answer = remote.get(make_target("/v1/metrics/" + segment(args.name) + "/compare", params));
  if (!answer) return remote.exit_code();
  const Display show = remote.display();
  const auto& older = object_of(*answer, "older");
  const auto& newer = object_of(*answer, "newer");
  const auto version_word = [&](const json::object& side) {
    return side.empty() ? std::string("–") : word("version", show.language) + " " + show.text(side, "version");
  };
  Output output;
  output.json = remote.last_body();
  output.table.columns = {
      {args.by.empty() ? "group" : args.by, false}, {version_word(older), true}, {version_word(newer), true}, {"difference", true}};
  output.table.rows.push_back({Cell(word("total", show.language), "total"), side_cell(show, *answer, object_of(older, "total")),
                               side_cell(show, *answer, object_of(newer, "total")), more_text(object_of(*answer, "difference"))});
  for (const auto& entry : array_of(*answer, "figures")) {
    if (!entry.is_object()) continue;
    const auto& row = entry.get_object();
    const auto& group = object_of(row, "group");
    const std::string label = show.text(group, "label");
    output.table.rows.push_back({Cell(show.text(group, args.by) + (label.empty() ? "" : " " + label)),
                                 side_cell(show, *answer, object_of(row, "older")), side_cell(show, *answer, object_of(row, "newer")),
                                 more_text(object_of(row, "difference"))});
  }
  Table cases;
  cases.columns = {{"case", false}, {"state", false}, {version_word(older), false}, {version_word(newer), false}};
  for (const auto& entry : array_of(*answer, "cases")) {
    if (!entry.is_object()) continue;
    const auto& row = entry.get_object();
    cases.rows.push_back(
        {show.text(row, "case"), show.text(row, "state"), places_text(show, row, "older"), places_text(show, row, "newer")});
  }
  const Look look = look_of(options);
  const std::string none(either(show.language, "没有不同的案件", "no case counts otherwise"));
  const std::string differ = show.text(*answer, "cases_differ") +
                             std::string(either(show.language, " 个案件不同，共 ", " cases count otherwise, of ")) +
                             show.text(*answer, "cases_compared");
  output.page = printable(args.name) + "  " + printable(show.text(*answer, "period")) + "\n" + render_table(output.table, look) + "\n" +
                (cases.rows.empty() && show.text(*answer, "cases_differ") == "0" ? none : differ) + "\n" +
                (cases.rows.empty() ? std::string() : render_table(cases, look));
  return print(options, output);
}

}  // namespace docket::cli
