// Commands that work on a data folder rather than over HTTP. Each returns its exit code (conventions C7).
// Thread rule: the main thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connectors/local/kafka_options.h"
#include "engine/model/result.h"

namespace docket::local {

struct ServeOptions {
  std::string data = "data";
  std::string listen = "127.0.0.1:7417";
  int workers = 2;
  bool access_log = false;
  std::string tokens;      // the tokens file: who may ask what; "" on loopback: anybody
  std::string token_file;  // the token by which other nodes know this one
  KafkaOptions kafka;
};
int run_serve(const ServeOptions& options);

// A token on standard output, its row of a tokens file on standard error.
int run_token_make(const std::string& name);

int run_ledger_create(const std::string& data, const std::string& office, const std::string& schemas);
int run_ledger_verify(const std::string& data, const std::string& heads_file);
int run_ledger_copy(const std::string& from, const std::string& to);

// The same on Kafka; in builds with it.
int run_kafka_create(const std::string& data, const std::string& office, const std::string& schemas, const KafkaOptions& kafka);
int run_kafka_verify(const std::string& data, const std::string& heads_file, const KafkaOptions& kafka);
// One of the two is the word kafka, the other a data folder.
int run_kafka_copy(const std::string& from, const std::string& to, const KafkaOptions& kafka);
// Appends to the topic what it lost and the local copy still has. `dry_run`: shows it only.
int run_kafka_repair(const std::string& data, bool dry_run, const KafkaOptions& kafka);
// `apply`: makes and sets what is not as it must be; else only tells of it.
int run_topics(const KafkaOptions& kafka, bool apply);
// Asks the process that holds the folder.
int run_intake_rebase(const std::string& data, const std::string& topic);

int run_store_rebuild(const std::string& data);
int run_store_verify(const std::string& data);
int run_store_backup(const std::string& data, const std::string& to);
int run_store_restore(const std::string& from, const std::string& data);

int run_kind_check(const std::string& office, const std::string& schemas);
struct ActivateOptions {
  std::string data = "data";
  std::string office;  // "": the ledger's
  std::string schemas;
  std::string by;  // "": the user's name
  bool dry_run = false;
};
// In a folder that nobody serves, or through the process that does.
int run_kind_activate(const ActivateOptions& options);
// What /v1/kinds would answer for those definitions.
[[nodiscard]] Result<std::string> kinds_of(const std::string& office, const std::string& schemas);

struct WalkOptions {
  std::string kind;
  std::string office = "example";
  std::string schemas;
  std::uint64_t seed = 1;
  std::size_t steps = 30;
};
int run_kind_walk(const WalkOptions& options);

struct KindDiffOptions {
  std::string office;        // "" with `data`: that of the ledger; else the default one
  std::string other;         // "": the same
  std::string schemas;       // of what is new
  std::string from_schemas;  // of what was; "": the program's own, or those of `schemas` if two offices are compared
  std::string data;          // what decides in that ledger folder is what was
};
int run_kind_diff(const KindDiffOptions& options);

struct SimulateOptions {
  std::string data = "data";
  std::string office;              // "": the ledger's
  std::string schemas;             // "": the definitions that decide in the ledger
  std::vector<std::string> with;   // rule sets laid over the office's,
  std::vector<std::string> rules;  // and NAME=VALUE over those
  std::string period;
  std::string at;
  std::size_t cases = 20;
  bool json = false;
  std::string language = "zh";  // or "en": of the text
};
// In a folder that nobody serves, or by the process that does, which goes on serving.
int run_kind_simulate(const SimulateOptions& options);

struct MetricDecideOptions {
  std::string data = "data";
  std::string what;  // backfill, swap or undo
  std::vector<std::string> metrics;
  std::string by;  // "": the user's name
};
// In a folder that nobody serves, or through the process that does.
int run_metric_decide(const MetricDecideOptions& options);

struct RulesDiffOptions {
  std::string office = "example";
  std::string other;              // "": the same
  std::vector<std::string> with;  // rule sets laid over the other's
  std::string schemas;
};
int run_rules_diff(const RulesDiffOptions& options);

struct ImportOptions {
  std::string data = "data";      // imports straight into a folder that no server holds,
  std::string server;             // or through a running server
  std::string token_file;         // with the token that it wants
  std::string format = "ndjson";  // csv or ndjson
  std::string mapping;            // name or file; "" with ndjson: CloudEvents
  std::string file = "-";
  std::string schemas;
  bool dry_run = false;
  bool quiet = false;
  std::string report;      // JSON report file, "" none
  std::string checkpoint;  // file that remembers the rows done, "" none
  std::size_t batch = 1000;
};
int run_event_import(const ImportOptions& options);

struct CityOptions {
  std::uint64_t seed = 1;
  std::uint64_t cases = 1000;
  std::string office = "example";
  std::string from = "2025-07-01";
  std::string schemas;
};
int run_city_make(const CityOptions& options);

// Prints "docket: <message>" to stderr and gives the exit code that fits the error.
int fail(const std::string& message, int code);
int fail(const Error& error);

}  // namespace docket::local
