#include "bench/figures/context.h"
#include "bench/floors/raw_rocks.h"

namespace docket::bench {
namespace {

struct Imported {
  double seconds = 0;
  double flush_seconds = 0;  // after the last outcome; inside the seconds of a whole process
  double cpu_s = 0;
  double peak_mib = 0;
  Said floor;
};

double count_of(const Workload& workload) { return static_cast<double>(workload.events()); }

// `docket event import` of a file into a fresh ledger; 7: some events were wrong, as they are meant to be.
Result<Ran> import_whole(const Context& context, const Workload& workload, const std::string& data) {
  return run({context.options.docket, "event", "import", "--data", data, "--format", "ndjson", "--quiet", workload.file()},
             context.path("import.out"), {0, 7});
}

Result<Said> ledger_floor(const Context& context, const Workload& workload, const std::string& data) {
  return run_floor(context, {"ledger", data, workload.file(), context.path("floor")});
}

Result<Imported> import_and_floor(Context& context, const Workload& workload) {
  const auto data = fresh_ledger(context, workload, "import");
  if (!data) return data.error();
  const auto ran = import_whole(context, workload, *data);
  if (!ran) return ran.error();
  if (auto right = workload.check(*data); !right) return right.error().with_context("import");
  auto floor = ledger_floor(context, workload, *data);
  if (!floor) return floor.error();
  return Imported{ran->seconds, 0, ran->cpu_s, ran->peak_mib, std::move(*floor)};
}

Status measure_rebuild(Context& context, const std::string& data) {
  const double events = count_of(*context.whole);
  const std::string store = store_folder(data);
  auto floor = run_floor(context, {"rebuild", store, context.path("floor")});
  if (!floor) return floor.error();
  context.add("store_bytes", static_cast<double>(folder_bytes(store)) / events, (*floor)["bytes"] / events);
  const auto ran = run({context.options.docket, "store", "rebuild", "--data", data}, context.path("rebuild.out"));
  if (!ran) return ran.error();
  if (auto right = context.whole->check(data); !right) return right.error().with_context("rebuild");
  context.add("rebuild_rate", events / ran->seconds, events / (*floor)["seconds"]);
  return {};
}

// An import inside one process, flushed, and its floor.
Result<Imported> import_inside_and_floor(Context& context, const Workload& workload) {
  const auto data = fresh_ledger(context, workload, "inside");
  if (!data) return data.error();
  auto inside = run_self(context, {"inside", *data, workload.file()});
  if (!inside) return inside.error();
  if (auto right = workload.check(*data); !right) return right.error().with_context("import inside a process");
  auto floor = ledger_floor(context, workload, *data);
  if (!floor) return floor.error();
  remove_folder(*data);
  return Imported{(*inside)["seconds"], (*inside)["flush_seconds"], 0, (*inside)["peak_mib"], std::move(*floor)};
}

// How much dearer an event is among many cases than among few: from the first event to all written back.
double growth_of(const Workload& few, const Workload& many, double few_seconds, double many_seconds) {
  return (many_seconds / count_of(many)) / (few_seconds / count_of(few));
}

Status add_growth(Context& context, const std::string& figure, const Workload& small, const Workload& large, Imported& many) {
  auto few = import_inside_and_floor(context, small);
  if (!few) return few.error();
  context.add(figure, growth_of(small, large, few->seconds + few->flush_seconds, many.seconds + many.flush_seconds),
              growth_of(small, large, few->floor["seconds"], many.floor["seconds"]));
  return {};
}

}  // namespace

Status measure_import(Context& context) {
  const auto& whole = *context.whole;
  auto imported = import_and_floor(context, whole);
  if (!imported) return imported.error();
  const std::string data = context.path("import");
  context.add("import_rate", count_of(whole) / imported->seconds, imported->floor["rate"]);
  context.add("import_cpu", imported->cpu_s * 1e6 / count_of(whole), imported->floor["cpu_s"] * 1e6 / count_of(whole));
  context.floor_peak_mib = imported->floor["peak_mib"];
  context.add("import_peak", imported->peak_mib, imported->floor["peak_mib"]);
  context.add("ledger_bytes", static_cast<double>(folder_bytes(data + "/ledger")) / count_of(whole), imported->floor["bytes"]);
  if (auto done = measure_rebuild(context, data); !done) return done;
  remove_folder(data);
  auto inside = import_inside_and_floor(context, whole);
  if (!inside) return inside.error();
  context.add("import_inside_rate", count_of(whole) / inside->seconds, inside->floor["rate"]);
  return add_growth(context, "growth", *context.tenth, whole, *inside);
}

Status measure_large(Context& context) {
  const auto made = [&](std::uint64_t cases) {
    return make_workload(context.name(), context.options, cases, context.path("large.ndjson"));
  };
  {
    const auto million = made(1'000'000);
    if (!million) return million.error();
    auto imported = import_and_floor(context, **million);
    if (!imported) return imported.error();
    context.add("large_peak", imported->peak_mib, imported->floor["peak_mib"]);
    remove_folder(context.path("import"));
  }
  const auto two = made(2'000'000);
  if (!two) return two.error();
  auto many = import_inside_and_floor(context, **two);
  if (!many) return many.error();
  const auto small = make_workload(context.name(), context.options, 200'000, context.path("large.ndjson"));
  if (!small) return small.error();
  return add_growth(context, "large_growth", **small, **two, *many);
}

}  // namespace docket::bench
