// The client commands as functions: each asks the server, prints, and returns its exit code.
// Thread rule: one thread. Ownership: arguments by reference for the call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/cli/common.h"

namespace docket::cli {

// happened by, recorded by: RFC 3339 or a date, "" for now
struct AsOf {
  std::string at;
  std::string known_at;
};

struct CaseListArgs {
  std::vector<std::string> kinds, states, units, lights, aliases;
  std::vector<std::string> where;  // "district=shinan": any declared dimension
  std::string due_before, updated_since;
  bool movable = false;
  bool quarantined = false;
  AsOf as_of;
  std::size_t limit = 50;
  bool total = false;
};
[[nodiscard]] int run_case_list(const CommonOptions& options, const CaseListArgs& args);
[[nodiscard]] int run_case_get(const CommonOptions& options, const std::string& id, const AsOf& as_of, const std::string& version);
[[nodiscard]] int run_case_history(const CommonOptions& options, const std::string& id, const AsOf& as_of, std::size_t limit);
[[nodiscard]] int run_case_explain(const CommonOptions& options, const std::string& id, const AsOf& as_of);

struct MigrateArgs {
  std::vector<std::string> ids;            // of these cases; none: of all open ones that other definitions judge
  std::vector<std::string> kinds;          // of these kinds; none: of all
  std::vector<std::string> states;         // "old=new": what a state becomes
  std::string reason, approver, by, role;  // by: "" = the user's name
  std::string source = "docket:console";
  std::int64_t activation = 0;  // 0: what the server says
  bool dry_run = false;
  std::size_t limit = 1'000'000;
  std::size_t lines_per_batch = 200;
};
struct EraseArgs {
  std::string id;
  std::string reason;
  std::string approver;
  std::string role;
  std::string by;  // "": the user's name
  std::string source = "docket:console";
  bool dry_run = false;
};
[[nodiscard]] int run_case_erase(const CommonOptions& options, const EraseArgs& args);
// The certificate.
[[nodiscard]] int run_case_erasure(const CommonOptions& options, const std::string& id);
[[nodiscard]] int run_case_migrate(const CommonOptions& options, const MigrateArgs& args);

struct ReleaseArgs {
  std::string id, reason, role, by;  // by: "" = the user's name
  std::string source = "docket:console";
  bool dry_run = false;
};
[[nodiscard]] int run_case_release(const CommonOptions& options, const ReleaseArgs& args);

struct PublishArgs {
  std::string file = "-";
  bool dry_run = false;
  std::string if_match;
  std::size_t lines_per_batch = 500;
};
[[nodiscard]] int run_event_publish(const CommonOptions& options, const PublishArgs& args, std::istream& standard_input);

struct TailArgs {
  std::vector<std::string> kinds, events, cases, by;  // by: NAME=VALUE, a filter of the case
  std::string after;
  bool from_start = false;
  std::uint64_t limit = 0;  // 0: until it is stopped
};
[[nodiscard]] int run_event_tail(const CommonOptions& options, const TailArgs& args);

struct MetricArgs {
  std::string name;
  std::string period, from, to, step;
  bool exact = false;  // show: a duration's median and P90 by each case
  std::string by;      // show: "unit", a row for each; explain: "unit=U", the cases of one row
  AsOf as_of;
  std::optional<std::size_t> cases;  // compare: how many are named
};
[[nodiscard]] int run_metric_list(const CommonOptions& options);
[[nodiscard]] int run_metric_show(const CommonOptions& options, const MetricArgs& args);
[[nodiscard]] int run_metric_explain(const CommonOptions& options, const MetricArgs& args);
[[nodiscard]] int run_metric_compare(const CommonOptions& options, const MetricArgs& args);

struct RejectsArgs {
  std::string source, code;
  std::size_t limit = 50;
};
[[nodiscard]] int run_case_alarms(const CommonOptions& options, std::size_t limit);
[[nodiscard]] int run_rejects_list(const CommonOptions& options, const RejectsArgs& args);
struct ReplayArgs {
  std::string file;  // CloudEvents: the content, which the ledger doesn't keep; "-" is standard input
  RejectsArgs of{{}, {}, 1'000'000};
  bool dry_run = false;
  std::size_t lines_per_batch = 500;
};
[[nodiscard]] int run_rejects_replay(const CommonOptions& options, const ReplayArgs& args, std::istream& standard_input);
[[nodiscard]] int run_rules_list(const CommonOptions& options, bool assumed);
[[nodiscard]] int run_calendar_status(const CommonOptions& options);
[[nodiscard]] int run_node_list(const CommonOptions& options);
struct KindListArgs {
  std::string office;   // of the shipped definitions, without a server
  std::string schemas;  // a folder laid over them
};
// The body that /v1/kinds would have for those definitions.
using KindsOf = std::function<Result<std::string>(const KindListArgs&)>;
[[nodiscard]] int run_kind_list(const CommonOptions& options, const KindListArgs& args = {}, const KindsOf& kinds_of = {});

}  // namespace docket::cli
