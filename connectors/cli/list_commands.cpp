#include <algorithm>
#include <boost/json/parse.hpp>

#include "connectors/cli/commands.h"
#include "connectors/cli/figure_text.h"
#include "connectors/cli/output.h"
#include "connectors/cli/remote.h"

namespace docket::cli {
namespace {

int print_list(const CommonOptions& options, Remote& remote, const std::optional<json::object>& answer, const std::string& items,
               std::initializer_list<std::string_view> columns, bool rest) {
  if (!answer) return remote.exit_code();
  const std::string body = remote.last_body();
  const Display show = remote.display();
  Output output;
  output.json = body;
  output.items = &array_of(*answer, items);
  output.table = show.rows(*output.items, columns, rest);
  return print(options, output);
}

}  // namespace

int run_rejects_list(const CommonOptions& options, const RejectsArgs& args) {
  Remote remote(options);
  const Params params{{"source", args.source}, {"code", args.code}};
  const auto answer = remote.get_pages("/v1/rejects", params, "rejects", args.limit);
  if (!answer) return remote.exit_code();
  const std::string body = remote.last_body();
  const Display show = remote.display();
  Output output;
  output.json = body;
  output.items = &array_of(*answer, "rejects");
  output.table.columns = {{"recorded", false}, {"source", false}, {"id", false},      {"subject", false},
                          {"type", false},     {"code", false},   {"pointer", false}, {"detail", false}};
  for (const auto& entry : *output.items) {
    if (!entry.is_object()) continue;
    const auto& reject = entry.get_object();
    std::string pointers;
    for (const auto& error : array_of(reject, "errors")) {
      if (error.is_object()) pointers += (pointers.empty() ? "" : " ") + show.text(error.get_object(), "pointer");
    }
    // What couldn't be read has no source and no id; a record of an intake topic is found by its place there.
    const bool placed = reject.contains("topic");
    const std::string source = show.text(reject, "source");
    const std::string id = show.text(reject, "id");
    output.table.rows.push_back({show.cell(reject, "recorded"), source.empty() && placed ? show.text(reject, "topic") : source,
                                 id.empty() && placed ? show.text(reject, "partition") + "@" + show.text(reject, "offset") : id,
                                 show.text(reject, "subject"), show.text(reject, "type"), show.text(reject, "code"), pointers,
                                 show.text(reject, "detail")});
  }
  return print(options, output);
}

int run_rules_list(const CommonOptions& options, bool assumed) {
  Remote remote(options);
  const auto answer = remote.get(make_target("/v1/rules", {{"assumed", assumed ? "true" : ""}}));
  return print_list(options, remote, answer, "rules", {"rule", "value", "set", "certainty", "source"}, true);
}

int run_node_list(const CommonOptions& options) {
  Remote remote(options);
  const auto answer = remote.get("/v1/nodes");
  if (!answer) return remote.exit_code();
  const Display show = remote.display();
  Output output;
  output.json = remote.last_body();
  output.items = &array_of(*answer, "nodes");
  output.table.columns = {{"node", false}, {"address", false}, {"state", false}, {"since", false}, {"partitions", true}};
  for (const auto& entry : *output.items) {
    if (!entry.is_object()) continue;
    const auto& node = entry.get_object();
    output.table.rows.push_back({show.text(node, "node"), show.text(node, "address"), show.cell(node, "state"), show.cell(node, "since"),
                                 std::to_string(array_of(node, "partitions").size())});
  }
  return print(options, output);
}

int run_calendar_status(const CommonOptions& options) {
  Remote remote(options);
  const auto answer = remote.get("/v1/calendars");
  if (!answer) return remote.exit_code();
  Display show;
  show.language = options.language;
  Output output;
  output.json = remote.last_body();
  output.items = &array_of(*answer, "years");
  output.table = show.rows(*output.items, {"year", "working_days"}, true);
  const std::string note = show.text(*answer, "note");
  if (options.format == Format::kTable) {
    output.page =
        printable(show.text(*answer, "calendar") + "  " + show.text(*answer, "version") + "  " + show.text(*answer, "time_zone")) + "\n" +
        render_table(output.table, look_of(options));
    if (!note.empty()) output.page += printable(note) + "\n";
  }
  return print(options, output);
}

int run_kind_list(const CommonOptions& options, const KindListArgs& args, const KindsOf& kinds_of) {
  const std::initializer_list<std::string_view> columns{"kind", "label", "version"};
  if (kinds_of && !(args.office.empty() && args.schemas.empty())) {
    const auto body = kinds_of(args);
    if (!body) {
      *options.err << "docket: " << body.error().message << "\n";
      return exit_code_of(body.error());
    }
    const json::object kinds = json::parse(*body).as_object();
    Display show;
    show.language = options.language;
    Output output;
    output.json = *body;
    output.items = &array_of(kinds, "kinds");
    output.table = show.rows(*output.items, columns, true);
    return print(options, output);
  }
  Remote remote(options);
  const auto answer = remote.get("/v1/kinds");
  if (!answer && kinds_of && remote.exit_code() == kUnavailable) *options.err << "  without a server: docket kind list --office example\n";
  return print_list(options, remote, answer, "kinds", columns, true);
}

int run_metric_list(const CommonOptions& options) {
  Remote remote(options);
  const auto answer = remote.get("/v1/metrics");
  if (!answer) return remote.exit_code();
  const std::string body = remote.last_body();
  const Display show = remote.display();
  Output output;
  output.json = body;
  output.items = &array_of(*answer, "metrics");
  output.table = show.rows(*output.items, {"name", "title", "kind", "area", "version", "formula"}, false);
  const bool any = std::any_of(output.items->begin(), output.items->end(),
                               [](const auto& one) { return one.is_object() && one.get_object().contains("versions"); });
  if (any) {  // behind the version that a name answers by
    constexpr std::ptrdiff_t kPlace = 5;
    output.table.columns.insert(output.table.columns.begin() + kPlace, {"versions", false});
    for (std::size_t i = 0; i < output.table.rows.size(); ++i) {
      auto& row = output.table.rows[i];
      row.insert(row.begin() + kPlace, Cell(versions_text(show, (*output.items)[i].get_object())));
    }
  }
  return print(options, output);
}

}  // namespace docket::cli
