#include "bench/arguments.h"

#include <charconv>
#include <functional>
#include <map>

namespace docket::bench {
namespace {

// Sizes that show the way within minutes, and sizes that only show that everything still works.
void quick(Options& options) {
  options.rounds = 1;
  options.case5_cases = 10'000;
  options.city_cases = 5'000;
  options.single_events = 10'000;
  options.paced_events = 5'000;
  options.restart_events = 5'000;
  options.reads = 1'000;
}

void tiny(Options& options) {
  options.rounds = 1;
  options.case5_cases = 400;
  options.city_cases = 300;
  options.single_events = 300;
  options.paced_events = 100;
  options.restart_events = 200;
  options.reads = 20;
  options.year_step_days = 30;
}

bool to_number(const std::string& text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

const char* const kUsage =
    "docket_bench [case5 | city | all] --docket PROGRAM --schemas bench/schemas [options]\n"
    "  --quick            small sizes, one round\n"
    "  --tiny             sizes that only show that everything works\n"
    "  --large            also the import of 1,000,000 cases, and 2,000,000 against 200,000 (case5)\n"
    "  --part NAME        one part alone, may be given again: import, batches, singles, reads, ack, restart, large\n"
    "  --rounds N --cases N --seed N\n"
    "  --work DIR         where data folders are made; say a disk that you care about\n"
    "  --results FILE --commit ID --build NAME\n"
    "  --spoil            loses one event on its way: the run must fail\n";

Result<Options> parse_arguments(int argc, char** argv) {
  Options options;
  options.self = "/proc/self/exe";
  std::uint64_t cases = 0;
  std::uint64_t rounds = 0;
  const std::map<std::string, std::function<void()>> flags{
      {"--quick", [&] { quick(options); }},
      {"--tiny", [&] { tiny(options); }},
      {"--large", [&] { options.large = true; }},
      {"--spoil", [&] { options.spoil = true; }},
      {"all",
       [&] {
         options.workloads = {"case5", "city"};
       }},
      {"case5", [&] { options.workloads = {"case5"}; }},
      {"city", [&] { options.workloads = {"city"}; }},
  };
  const std::map<std::string, std::string*> texts{{"--docket", &options.docket}, {"--schemas", &options.schemas},
                                                  {"--work", &options.work},     {"--results", &options.results},
                                                  {"--commit", &options.commit}, {"--build", &options.build}};
  const std::map<std::string, std::uint64_t*> numbers{{"--rounds", &rounds}, {"--cases", &cases}, {"--seed", &options.seed}};
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (const auto flag = flags.find(arg); flag != flags.end()) {
      flag->second();
      continue;
    }
    if (i + 1 == argc) return Error{ErrorCode::kInvalid, "unknown, or without its value: " + arg, false};
    const std::string value = argv[++i];
    if (arg == "--part") {
      options.only.push_back(value);
    } else if (const auto text = texts.find(arg); text != texts.end()) {
      *text->second = value;
    } else if (const auto number = numbers.find(arg); number == numbers.end() || !to_number(value, *number->second)) {
      return Error{ErrorCode::kInvalid, "unknown, or not a number: " + arg + " " + value, false};
    }
  }
  if (rounds > 0) options.rounds = static_cast<int>(rounds);
  if (cases > 0) options.case5_cases = options.city_cases = cases;
  if (options.docket.empty() || options.schemas.empty()) return Error{ErrorCode::kInvalid, "--docket and --schemas are needed", false};
  return options;
}

}  // namespace docket::bench
