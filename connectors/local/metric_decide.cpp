#include "connectors/local/metric_decide.h"

#include <iostream>

#include "connectors/cli/common.h"
#include "connectors/local/carried_metrics.h"
#include "connectors/local/commands.h"

namespace docket::local {
namespace {

std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from < text.size();) {
    const auto comma = std::min(text.find(',', from), text.size());
    if (comma > from) out.push_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  return out;
}

std::string names_text(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

}  // namespace

ControlReply metric_in(CarriedMetrics* carried, const std::string& what, const std::string& metrics, const std::string& by) {
  if (carried == nullptr) return {cli::kConflict, "an import holds this folder; give the command again when it is done"};
  return carried->decide(what, names_in(metrics), by);
}

int run_metric_decide(const MetricDecideOptions& options) {
  const std::string by = options.by.empty() ? cli::user_name() : options.by;
  auto home = open_home(options.data);
  ControlReply reply;
  if (home) {
    MetricBook book(*home);
    reply = book.decide(options.what, options.metrics, by, wall_clock());
    if (reply.code == 0 && options.what == "backfill") reply.text += "it is begun when the folder is served\n";
  } else if (home.error().code == ErrorCode::kNotFound) {
    return fail(home.error());
  } else {
    auto asked =
        ask_holder(options.data, {{"do", "metric"}, {"decide", options.what}, {"metrics", names_text(options.metrics)}, {"by", by}});
    if (!asked)
      return fail(home.error().message + "\ndocket: asked who serves it: " + asked.error().message, cli::exit_code_of(home.error()));
    reply = std::move(*asked);
  }
  if (reply.code != 0) return fail(reply.text, reply.code);
  std::cout << reply.text;
  return 0;
}

}  // namespace docket::local
