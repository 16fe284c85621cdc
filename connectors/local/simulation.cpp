#include "connectors/local/simulation.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "connectors/local/replay.h"
#include "connectors/local/simulation_figures.h"
#include "connectors/node/periods.h"
#include "connectors/node/reading.h"
#include "engine/partition/loop.h"
#include "engine/simulate/affected.h"
#include "engine/simulate/tally.h"

namespace docket::local {
namespace {

namespace json = boost::json;
using model::Instant;
using simulate::Tally;

constexpr int kRuns = 2;
constexpr int kNice = 10;  // who is served comes first

std::string tag_key_of(const Home& home) {
  const auto& key = home.keys->tag_key();
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

// The bundles of a ledger as a simulation needs them.
class TotalsOnly final : public definition::BundleSource {
 public:
  explicit TotalsOnly(definition::BundleSource& source) : source_(source) {}
  Result<definition::BundlePtr> find(std::string_view id) override {
    auto found = source_.find(id);
    if (!found) return found;
    return simulate::totals_only(**found);
  }

 private:
  definition::BundleSource& source_;
};

// Some of the partitions, on a thread of its own.
class Run {
 public:
  Run(const Home& home, const SimulationAsk& ask, const std::set<std::string>& kinds, Instant until)
      : home_(home),
        kinds_(kinds),
        stopped_(ask.stopped),
        until_(until),
        source_(*home.definitions.bundles),
        books_(simulate::totals_only(*home.bundle), tag_key_of(home), &source_),
        changed_(simulate::totals_only(*ask.changed), tag_key_of(home)),
        tally_(ask.cases) {}

  Status partition(int partition, const std::function<void(std::uint64_t)>& progress) {
    try {
      simulate::Replayed replayed(books_, tally_.now.sums);
      partition::LoopOptions options;
      options.partition = partition;
      options.ledger_id = home_.ledger->ledger_id();
      options.passes_over = [&](std::string_view kind) { return !kind.empty() && !kinds_.contains(std::string(kind)); };
      partition::PartitionLoop loop(options, books_, *home_.keys, replayed, replayed, replayed);
      std::uint64_t told = 0;
      ledger::Offset from = 0;
      const auto status = feed(home_, partition, from, loop, [&](std::size_t) -> Status {
        progress(replayed.events() - told);
        told = replayed.events();
        if (stopped_ && stopped_()) return Error{ErrorCode::kUnavailable, "the process that holds the folder is being stopped", true};
        return {};
      });
      if (!status) return status;
      simulate::compare(replayed, books_, changed_, until_, tally_);
      return {};
    } catch (const partition::LacksBundle& lacks) {
      return Error{lacks.code, lacks.what(), false};
    }
  }
  Tally& tally() { return tally_; }

 private:
  const Home& home_;
  const std::set<std::string>& kinds_;
  const std::function<bool()> stopped_;
  Instant until_;
  TotalsOnly source_;
  partition::Rulebooks books_;
  partition::Rulebook changed_;
  Tally tally_;
};

// Those that may be judged or measured otherwise than by some definitions that the ledger ever had.
Result<std::set<std::string>> kinds_to_replay(const Home& home, const definition::Bundle& changed) {
  const auto all = home.definitions.bundles->all();
  if (!all) return all.error();
  std::set<std::string> out;
  for (const auto& bundle : *all) out.merge(simulate::affected_kinds(*bundle, changed));
  return out;
}

Status run_all(std::vector<std::unique_ptr<Run>>& runs, const std::function<void(std::uint64_t)>& progress) {
  std::mutex mutex;
  std::uint64_t events = 0;
  Status first;
  std::vector<std::thread> threads;
  for (int t = 0; t < static_cast<int>(runs.size()); ++t) {
    threads.emplace_back([&, t] {
      static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice));
      for (int partition = t; partition < model::kPartitions; partition += static_cast<int>(runs.size())) {
        auto status = runs[static_cast<std::size_t>(t)]->partition(partition, [&](std::uint64_t more) {
          const std::lock_guard lock(mutex);
          events += more;
          progress(events);
        });
        if (status) continue;
        const std::lock_guard lock(mutex);
        if (first.ok()) first = status.error().with_context("partition " + std::to_string(partition));
        return;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return first;
}

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

json::array from_to(const std::map<std::pair<std::string, std::string>, std::uint64_t>& counts, const char* of) {
  json::array out;
  for (const auto& [key, n] : counts)
    out.push_back(json::object{{"now", text_or_null(key.first)}, {"as_if", text_or_null(key.second)}, {of, n}});
  return out;
}

json::object kind_row(const std::string& name, const simulate::KindCounts& counts) {
  json::object out{{"kind", name},
                   {"cases", counts.cases},
                   {"open", counts.open},
                   {"differ", counts.differ},
                   {"open_differ", counts.open_differ},
                   {"overdue", json::object{{"now", counts.overdue_now}, {"as_if", counts.overdue_as_if}}},
                   {"not_there", counts.not_there},
                   {"states", from_to(counts.states, "cases")}};
  json::array clocks;
  for (const auto& [clock, of] : counts.clocks) {
    clocks.push_back(json::object{{"clock", clock},
                                  {"earlier", of.earlier},
                                  {"later", of.later},
                                  {"limited", of.limited},
                                  {"unlimited", of.unlimited},
                                  {"other_original", of.other_original},
                                  {"values", from_to(of.values, "clocks")}});
  }
  out["clocks"] = std::move(clocks);
  json::array not_taken;
  for (const auto& [key, n] : counts.not_taken) not_taken.push_back(json::object{{"event", key.first}, {"code", key.second}, {"cases", n}});
  out["not_taken"] = std::move(not_taken);
  return out;
}

json::value view_json(const std::optional<simulate::ClockView>& view) {
  if (!view) return nullptr;
  return json::object{{"value", view->value},
                      {"due", node::instant_json(view->due)},
                      {"original_due", node::instant_json(view->original_due)},
                      {"stop", node::instant_json(view->stop)}};
}

json::object case_row(const simulate::CaseDifference& one) {
  json::object out{{"case", one.id}, {"kind", one.kind}, {"open", one.open}};
  json::array states;
  for (const auto& state : one.states)
    states.push_back(
        json::object{{"part", text_or_null(state.name)}, {"now", text_or_null(state.now)}, {"as_if", text_or_null(state.as_if)}});
  json::array clocks;
  for (const auto& clock : one.clocks)
    clocks.push_back(json::object{{"clock", clock.name}, {"now", view_json(clock.now)}, {"as_if", view_json(clock.as_if)}});
  json::array not_taken;
  for (const auto& row : one.not_taken)
    not_taken.push_back(json::object{
        {"event", row.event}, {"id", row.id}, {"time", node::instant_json(row.time)}, {"code", row.code}, {"detail", row.detail}});
  out["states"] = std::move(states);
  out["clocks"] = std::move(clocks);
  out["not_taken"] = std::move(not_taken);
  return out;
}

json::array periods_json(const Home& home, const SimulationAsk& ask, const definition::Bundle& decides, const Tally& tally, Instant until) {
  partition::Rulebooks now_books(home.bundle, tag_key_of(home), home.definitions.bundles.get());
  partition::Rulebooks changed_books(ask.changed, tag_key_of(home));
  const FigureSide now{tally.now, now_books, decides};
  const FigureSide as_if{tally.as_if, changed_books, *ask.changed};
  std::vector<std::string> periods;
  if (!ask.period.empty()) periods.push_back(ask.period);
  if (ask.period.empty()) {
    const int last = model::date_from_day(decides.zone.local_day(until)).year;
    for (const int year : simulate::Sums::years_that_differ(tally.now.sums, tally.as_if.sums)) {
      if (year <= last) periods.push_back(std::to_string(year));
    }
  }
  json::array out;
  for (const auto& period : periods)
    out.push_back(json::object{{"period", period}, {"figures", differing_figures(home, now, as_if, period, until)}});
  return out;
}

}  // namespace

Result<json::object> simulate(const Home& home, const SimulationAsk& ask, const std::function<void(std::uint64_t)>& progress) {
  const auto decides = deciding(home.definitions);
  if (!decides) return decides.error();
  if (auto may = may_activate(**decides, *ask.changed); !may) return may.error();
  if (!ask.period.empty() && !node::parse_period(ask.period)) {
    return Error{ErrorCode::kInvalid, "'" + ask.period + "' is no day (2017-03-08), month (2017-03), quarter (2017-Q1) or year (2017)"};
  }
  const auto begun = std::chrono::steady_clock::now();
  const Instant until = ask.at.value_or(wall_clock());
  const auto kinds = kinds_to_replay(home, *ask.changed);
  if (!kinds) return kinds.error();
  std::vector<std::unique_ptr<Run>> runs;
  for (int t = 0; t < kRuns; ++t) runs.push_back(std::make_unique<Run>(home, ask, *kinds, until));
  if (auto done = run_all(runs, progress); !done) return done.error();
  auto& tally = runs.front()->tally();
  for (std::size_t t = 1; t < runs.size(); ++t) tally.merge(std::move(runs[t]->tally()));
  if (ask.at && until < tally.recorded) {
    return Error{ErrorCode::kInvalid, "--at " + model::format_instant(until) + " lies before the ledger's last block, recorded " +
                                          model::format_instant(tally.recorded) + "; the history is taken whole"};
  }
  json::object out{{"office", ask.changed->office},
                   {"time_zone", ask.changed->zone.name()},
                   {"now", json::object{{"bundle", (*decides)->id}, {"rules", (*decides)->rules_version}}},
                   {"as_if", json::object{{"bundle", ask.changed->id}, {"rules", ask.changed->rules_version}}},
                   {"at", node::instant_json(until)},
                   {"events", tally.events}};
  std::uint64_t differ = 0;
  json::array rows;
  for (const auto& [name, counts] : tally.kinds) {
    differ += counts.differ;
    rows.push_back(kind_row(name, counts));
  }
  json::array cases;
  for (const auto& [key, one] : tally.cases) cases.push_back(case_row(one));
  json::array same;
  for (const auto& kind : (*decides)->kinds) {
    if (!kinds->contains(kind.name)) same.emplace_back(kind.name);
  }
  out["kinds"] = std::move(rows);
  out["same"] = std::move(same);
  out["differ"] = differ;
  out["cases"] = std::move(cases);
  out["periods"] = periods_json(home, ask, **decides, tally, until);
  out["ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count();
  return out;
}

}  // namespace docket::local
