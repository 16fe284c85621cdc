// docket_bench: measures the program, its floors beside it, and checks its answers. See README.md.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "bench/arguments.h"
#include "bench/figures/context.h"
#include "bench/figures/inside.h"

namespace docket::bench {
namespace {

int fail(const Error& error) {
  std::cerr << "docket_bench: " << error.message << "\n";
  return 1;
}

int print(const Result<Said>& said) {
  if (!said) return fail(said.error());
  for (const auto& [key, value] : *said) std::cout << key << " " << std::to_string(value) << "\n";
  return 0;
}

// Runs of this program by itself.
int run_inner(const Args& args) {
  const auto arg = [&](std::size_t i) { return i < args.size() ? args[i] : std::string(); };
  if (arg(0) == "inside" || arg(0) == "inside-year") {
    const auto lines = Lines::open(arg(2));
    if (!lines) return fail(lines.error());
    const bool year = arg(0) == "inside-year";
    return print(import_inside(arg(1), *lines, {0, year ? std::stoull(arg(3)) : (*lines)->size()}, year ? std::stoi(arg(4)) : 0));
  }
  if (arg(1) == "ledger") return print(floor_ledger(arg(2), arg(3), arg(4)));
  if (arg(1) == "sync") return print(floor_sync(arg(2), arg(3), std::stoull(arg(4))));
  if (arg(1) == "rebuild") return print(floor_rebuild(arg(2), arg(3)));
  if (arg(1) == "open") return print(floor_open(arg(2)));
  if (arg(1) == "serve") return floor_serve(arg(2), arg(3));
  return fail(Error{ErrorCode::kInvalid, "no floor " + arg(1), false});
}

struct Part {
  const char* name;
  const char* title;
  Status (*measure)(Context&);
};
constexpr Part kParts[] = {
    {"import", "import, rebuild, growth", measure_import}, {"batches", "HTTP batches", measure_batches},
    {"singles", "single events", measure_singles},         {"reads", "reads", measure_reads},
    {"ack", "acknowledgements", measure_acknowledgement},  {"restart", "kill -9", measure_restart},
};

bool wanted(const Options& options, const std::string& part) {
  return options.only.empty() || std::find(options.only.begin(), options.only.end(), part) != options.only.end();
}

// Takes one event out of the file, behind the workload's back.
void spoil(const std::string& file) {
  const auto lines = Lines::open(file);
  if (!lines) return;
  const std::string spoilt = file + ".spoilt";
  {
    std::ofstream out(spoilt);
    for (std::size_t i = 1; i < (*lines)->size(); ++i) out << (**lines)[i] << '\n';
  }
  std::filesystem::rename(spoilt, file);
}

Status make_workloads(Context& context, const std::string& name) {
  const auto& options = context.options;
  const std::uint64_t cases = name == "case5" ? options.case5_cases : options.city_cases;
  const std::uint64_t small = std::min(cases, options.single_events / (name == "case5" ? 5U : 4U));
  for (const auto& [place, count] :
       {std::pair(&context.whole, cases), std::pair(&context.small, small), std::pair(&context.tenth, cases / 10)}) {
    auto made = make_workload(name, options, count, context.path(std::to_string(place - &context.whole) + ".ndjson"));
    if (!made) return made.error();
    *place = std::move(*made);
  }
  if (options.spoil) spoil(context.whole->file());
  context.results.note(name, "cases", std::to_string(context.whole->cases()));
  context.results.note(name, "events", std::to_string(context.whole->events()));
  context.results.note(name, "answer", context.whole->answer());
  return {};
}

Status run_workload(const Options& options, Results& results, const std::string& name) {
  Context context{options, results, options.work + "/" + name, nullptr, nullptr, nullptr, {}, 0, 0};
  std::filesystem::create_directories(context.folder);
  if (auto made = make_workloads(context, name); !made) return made;
  const bool year = wanted(options, "reads") || wanted(options, "ack") || wanted(options, "restart");
  if (year) {
    std::cerr << name << ": a ledger with a year of records\n";
    if (auto made = prepare_year(context); !made) return made;
  }
  for (int round = 1; round <= options.rounds; ++round) {
    for (const auto& part : kParts) {
      if (!wanted(options, part.name)) continue;
      std::cerr << name << " " << round << "/" << options.rounds << ": " << part.title << "\n";
      if (auto measured = part.measure(context); !measured) return measured.error().with_context(name);
    }
  }
  // Whole only when paced load and kill -9 have brought the rest.
  if (wanted(options, "ack") && wanted(options, "restart")) {
    if (auto right = check_year(context); !right) return right.error().with_context(name);
  }
  if (options.large && name == "case5" && wanted(options, "large")) {
    std::cerr << name << ": large\n";
    if (auto measured = measure_large(context); !measured) return measured.error().with_context(name);
  }
  remove_folder(context.folder);
  return {};
}

int run_bench(const Options& options) {
  std::filesystem::create_directories(options.work);
  const auto machine = this_machine(options.work);
  Results results;
  for (const auto& name : options.workloads) {
    if (auto done = run_workload(options, results, name); !done) return fail(done.error());
  }
  std::cout << results.table(options, machine);
  const auto missing = options.only.empty() ? results.missing(options) : std::vector<std::string>();
  for (const auto& name : missing) std::cerr << "docket_bench: no figure for " << name << "\n";
  if (!missing.empty()) return 1;
  if (options.results.empty()) return 0;
  if (auto written = results.write(options, machine); !written) return fail(written.error());
  std::cerr << "results in " << options.results << "\n";
  return 0;
}

}  // namespace
}  // namespace docket::bench

int main(int argc, char** argv) {
  using namespace docket::bench;
  const Args args(argv + 1, argv + argc);
  if (!args.empty() && (args[0] == "floor" || args[0] == "inside" || args[0] == "inside-year")) return run_inner(args);
  const auto options = parse_arguments(argc, argv);
  if (!options) {
    std::cerr << "docket_bench: " << options.error().message << "\n" << kUsage;
    return 2;
  }
  return run_bench(*options);
}
