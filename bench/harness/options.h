// What a run of the bench is asked for. Thread rule: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace docket::bench {

struct Options {
  std::vector<std::string> workloads{"case5", "city"};
  std::string docket;   // the program that is measured
  std::string self;     // this program, for floors in processes of their own
  std::string schemas;  // bench/schemas
  std::string work = "build/bench-work";
  std::string results;  // a file for JSON lines; "": none
  std::string commit = "unknown";
  std::string build = "release";
  std::uint64_t seed = 1;
  int rounds = 3;
  std::uint64_t case5_cases = 200'000;
  std::uint64_t city_cases = 50'000;
  std::uint64_t single_events = 100'000;  // about
  std::uint64_t paced_events = 20'000;
  std::uint64_t paced_rate = 2'000;
  std::uint64_t restart_events = 20'000;
  std::uint64_t reads = 4'000;
  int year_step_days = 1;  // by which the clock of the ledger with a year of records goes on
  int batch_connections = 4;
  bool large = false;
  bool spoil = false;             // loses one event on its way: the check must find it
  std::vector<std::string> only;  // names of parts; empty: all
};

}  // namespace docket::bench
