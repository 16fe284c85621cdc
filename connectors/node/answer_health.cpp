// What operators and monitoring ask: is this node ready, and how much has it done.
#include "connectors/node/answers.h"
#include "connectors/node/node.h"
#include "connectors/node/quarantined.h"

namespace docket::node {

ClockCheck Node::clock_check() const { return parts_.check_clock ? parts_.check_clock(parts_.clock()) : ClockCheck{}; }

service::Answer Node::answer_ready() const {
  json::object checks;
  bool good = true;
  const auto check = [&](const char* name, bool ok, const std::string& detail) {
    checks[name] = json::object{{"ok", ok}, {"detail", detail}};
    good = good && ok;
  };
  int owned = 0;
  int wanted = 0;
  int followed = 0;
  bool assigned = true;
  std::string stopped;
  for (const auto& worker : workers_) {
    const auto health = worker->health();
    owned += health.owned;
    wanted += health.wanted;
    followed += health.followed;
    assigned = assigned && health.assigned;
    if (!health.halted.empty() && stopped.empty()) stopped = health.halted;
    if (!health.stopped.empty()) stopped = health.stopped;
  }
  const std::string others = parts_.still_ours ? ", " + std::to_string(followed) + " followed" : "";
  check("partitions", assigned && owned == wanted && owned + followed == model::kPartitions,
        std::to_string(owned) + " of " + std::to_string(model::kPartitions) + others + (assigned ? "" : "; no assignment yet") +
            (stopped.empty() ? "" : "; " + stopped));
  const auto failed = parts_.store->failed();
  check("projections", failed.ok(), failed.ok() ? "written back" : failed.error().message);
  check("disk", !parts_.full(), parts_.full() ? "the ledger's disk is full" : "has space");
  if (parts_.check_clock) {
    const auto clock = clock_check();
    check("clock", clock.may_own, clock.detail.empty() ? "within a second of the brokers'" : clock.detail);
  }
  const auto decides = bundle();
  checks["definitions"] = json::object{{"ok", true}, {"detail", definitions_text(*decides)}};
  const auto today = model::date_from_day(decides->zone.local_day(parts_.clock()));
  const int year = today.month == 12 ? today.year + 1 : today.year;
  const bool calendar = decides->calendar->knows_year(year);
  // A calendar without data makes deadlines provisional; it does not make Docket unable to answer.
  checks["calendar"] = json::object{
      {"ok", calendar}, {"detail", std::to_string(year) + (calendar ? " is known" : " has no data: its deadlines are provisional")}};
  // An output that is behind is shown, and costs nothing else.
  if (show_outputs_) {
    const auto outputs = show_outputs_();
    std::uint64_t most = 0;
    for (const auto& lag : outputs.lags) most = std::max(most, lag.records);
    checks["outputs"] = json::object{{"ok", true},
                                     {"detail", (most == 0 ? std::string("up to date") : std::to_string(most) + " records behind") +
                                                    (outputs.problem.empty() ? "" : "; " + outputs.problem)}};
  }
  // A risk that was taken by name does not make it unready either.
  std::string risks;
  for (const auto& risk : parts_.risks) risks += (risks.empty() ? "" : "; ") + risk;
  if (!risks.empty()) checks["risks"] = json::object{{"ok", true}, {"detail", risks}};
  return json_answer(json::object{{"status", good ? "ready" : "not ready"}, {"checks", std::move(checks)}}, good ? 200 : 503);
}

service::Answer Node::answer_prometheus() const {
  std::string out =
      "# TYPE docket_build_info gauge\ndocket_build_info{version=\"" DOCKET_VERSION "\"} 1\n# TYPE docket_events_total counter\n";
  constexpr const char* kNames[] = {"accepted",         "duplicate", "rejected",   "parked",   "identity_conflict",
                                    "version_conflict", "unknown",   "overloaded", "too_large"};
  std::uint64_t voids = 0;
  std::size_t parked = 0;
  std::uint64_t counts[9] = {};
  for (std::size_t i = 0; i < 9; ++i) counts[i] = outcomes_[i].load();
  std::uint64_t forwarded = 0;
  std::uint64_t lost = 0;
  ReactionCounts reactions;
  std::string lags;
  for (const auto& worker : workers_) {
    const auto health = worker->health();
    counts[0] += health.intake.accepted;
    counts[1] += health.intake.duplicate;
    counts[2] += health.intake.rejected;
    counts[3] += health.intake.parked;
    forwarded += health.intake.forwarded;
    lost += health.intake.lost;
    for (const auto& row : health.intake_lags)
      lags += "docket_intake_lag_records{topic=\"" + row.topic + "\",partition=\"" + std::to_string(row.partition) + "\"} " +
              std::to_string(row.records) + "\n";
    reactions.accepted += health.reactions.accepted;
    reactions.rejected += health.reactions.rejected;
    reactions.waiting += health.reactions.waiting;
    voids += health.void_blocks;
    parked += health.parked;
  }
  for (std::size_t i = 0; i < 9; ++i)
    out += "docket_events_total{outcome=\"" + std::string(kNames[i]) + "\"} " + std::to_string(counts[i]) + "\n";
  out += "docket_events_total{outcome=\"forwarded\"} " + std::to_string(forwarded) + "\n";
  out += "docket_events_total{outcome=\"lost\"} " + std::to_string(lost) + "\n";
  out += "# TYPE docket_reactions_total counter\ndocket_reactions_total{outcome=\"accepted\"} " + std::to_string(reactions.accepted) +
         "\ndocket_reactions_total{outcome=\"rejected\"} " + std::to_string(reactions.rejected) +
         "\n# TYPE docket_reactions_waiting gauge\ndocket_reactions_waiting " + std::to_string(reactions.waiting) + "\n";
  if (!lags.empty()) out += "# TYPE docket_intake_lag_records gauge\n" + lags;
  if (show_outputs_) {
    out += "# TYPE docket_output_backlog_records gauge\n";
    for (const auto& lag : show_outputs_().lags)
      out += "docket_output_backlog_records{topic=\"" + lag.topic + "\",partition=\"" + std::to_string(lag.partition) + "\"} " +
             std::to_string(lag.records) + "\n";
  }
  out += "# TYPE docket_void_blocks_total counter\ndocket_void_blocks_total " + std::to_string(voids) + "\n";
  out += "# TYPE docket_parked gauge\ndocket_parked " + std::to_string(parked) + "\n";
  std::map<std::string, std::size_t> quarantined;
  for (const auto& row : quarantined_cases(*parts_.store, model::kForever)) ++quarantined[row.kind];
  out += "# TYPE docket_quarantined_cases gauge\n";
  for (const auto& [kind, cases] : quarantined) out += "docket_quarantined_cases{kind=\"" + kind + "\"} " + std::to_string(cases) + "\n";
  out += parts_.store->metrics_text();
  service::Answer answer;
  answer.content_type = "text/plain; version=0.0.4";
  answer.body = std::move(out);
  return answer;
}

}  // namespace docket::node
