// Timers on, any order of delivery: the human events of a history that was legal as it happened, sent in other orders, with doubles, with
// the loop's own events firing and giving way in between, end in the same state and figures. The seed is printed; DOCKET_SEED repeats one.
#include <algorithm>
#include <cstdlib>
#include <random>

#include "tests/support/engine_checks.h"
#include "tests/support/seed.h"
#include "tests/support/timer_office.h"

namespace docket::testing {
namespace {

using Random = std::mt19937_64;
using Kind = partition::EventOutcome::Kind;

constexpr Instant kHour = 3'600'000;
const Instant kStart = *model::parse_instant("2017-03-01T08:00:00+08:00");
const Instant kEnd = *model::parse_instant("2017-07-01T00:00:00+08:00");

std::size_t below(Random& random, std::size_t n) { return static_cast<std::size_t>(random() % n); }

std::string event_at(const std::string& name, int n, Instant time, const std::string& data, const std::string& source) {
  return task("T", n, name, model::format_instant(time), data, R"(,"approvedby":"chief")", source);
}

struct Happened {
  std::vector<std::string> events;  // accepted, in the order they happened
  Instant last = kStart;
};

// A history as it happens: whatever is legal when it is tried, by the engine itself, with its timers firing in their time.
Happened happen(EngineFixture& engine, Random& random, const std::string& source) {
  static const std::vector<std::string> names{"assigned", "held",  "resumed",   "longer",     "finished", "appealed",
                                              "settled",  "noted", "withdrawn", "help_given", "finished", "appealed"};
  Happened out;
  int n = 0;
  Instant time = kStart;
  const auto tries = 8 + below(random, 25);
  for (std::size_t i = 0; i < tries; ++i) {
    const auto name = i == 0 ? std::string("made") : i == 1 ? std::string("assigned") : names[below(random, names.size())];
    time += static_cast<Instant>(1 + below(random, 40)) * kHour + static_cast<Instant>(below(random, 1000));
    std::string data;
    if (name == "assigned" && below(random, 2) == 0) data = R"({"owner":"N","helpers":["NA"]})";
    if (name == "longer") {
      const auto day = engine.bundle().zone.local_day(time) + static_cast<model::Day>(5 + below(random, 20));
      data = R"({"until":")" + model::format_date(day) + R"("})";
    }
    engine.set_now(time + 60'001);  // a backfill is quiet by then
    engine.pump();
    const auto json = event_at(name, ++n, time, data, source);
    // In order it is accepted or refused; a parked one would come up later, so it is only tried.
    if (engine.offer(std::vector<std::string>{json}, true).front().kind != Kind::kAccepted) continue;
    EXPECT_EQ(engine.offer(json).kind, Kind::kAccepted) << json;
    out.events.push_back(json);
    out.last = time;
  }
  engine.set_now(kEnd);
  for (int i = 0; i < 4; ++i) engine.pump();
  return out;
}

// The case without what depends on when it was told: versions, heights, recorded instants.
model::CaseState essence(const EngineFixture& engine) {
  model::CaseState state = *engine.projections.cases.at("T");
  state.version = state.revision = 0;
  state.opened_recorded = state.last_recorded = state.attended = model::kNoInstant;
  state.breaches.clear();
  state.last.height = 0;
  const auto plain = [](model::ScopeState& scope) {
    for (auto& clock : scope.clocks) clock.since = 0;
  };
  plain(state.scope);
  for (auto& part : state.parts) plain(part.scope);
  return state;
}

// The accepted events that count, by time.
std::vector<std::string> accepted(const EngineFixture& engine) {
  std::set<model::Height> displaced;
  for (const auto& [height, row] : engine.projections.records) displaced.insert(row.record.displaces.begin(), row.record.displaces.end());
  std::vector<std::string> out;
  for (const auto& row : engine.projections.histories.at("T")) {
    const bool counts = row.kind == ledger::RecordKind::kAccepted || row.kind == ledger::RecordKind::kTimer;
    if (counts && !displaced.contains(row.height)) out.push_back(model::format_instant(row.time) + " " + row.event);
  }
  std::sort(out.begin(), out.end());
  return out;
}

// The whole history as recorded, for whoever reads a failure.
std::string told_in_order(const EngineFixture& engine) {
  std::string out;
  for (const auto& row : engine.projections.histories.at("T")) {
    const auto& record = engine.projections.records.at(row.height).record;
    out += std::to_string(row.height) + " " + model::format_instant(row.recorded) + " " + ledger::to_string(row.kind) + " " + row.event +
           " " + model::format_instant(row.time) + " " + record.body;
    for (const auto height : record.displaces) out += " displaces " + std::to_string(height);
    out += "\n";
  }
  return out;
}

auto figures(const EngineFixture& engine) {
  auto cells = engine.projections.cells;
  std::erase_if(cells, [](const auto& row) { return row.second == 0; });
  return cells;
}

std::uint64_t first_seed() { return seed_or(1); }
std::uint64_t seeds() { return std::getenv("DOCKET_SEED") != nullptr ? 1 : 60; }

void play(std::uint64_t seed, const std::string& source) {
  SCOPED_TRACE("DOCKET_SEED=" + std::to_string(seed) + " source " + source);
  Random random(seed);
  EngineFixture real(timer_office(), kStart);
  const auto history = happen(real, random, source);
  expect_replay_equal(real);
  expect_recount(real);
  for (int order = 0; order < 6; ++order) {
    auto events = history.events;
    std::shuffle(events.begin(), events.end(), random);
    const auto doubled = events[below(random, events.size())];
    events.insert(events.begin() + static_cast<std::ptrdiff_t>(below(random, events.size() + 1)), doubled);
    EngineFixture other(timer_office(), history.last + kHour);
    // All within the 72 hours that an early event waits; a pause now and then lets timers fire on half of the truth.
    for (const auto& json : events) {
      other.set_now(other.now() + (below(random, 3) == 0 ? kHour : static_cast<Instant>(below(random, 1000))));
      if (below(random, 4) == 0) other.restart();
      const auto told = other.offer(json).kind;
      EXPECT_TRUE(told == Kind::kAccepted || told == Kind::kParked || told == Kind::kDuplicate) << static_cast<int>(told) << " " << json;
    }
    other.pump();
    EXPECT_EQ(other.loop().parked(), 0U) << "order " << order;
    other.set_now(kEnd);
    for (int i = 0; i < 4; ++i) other.pump();
    EXPECT_EQ(accepted(other), accepted(real)) << "order " << order;
    EXPECT_EQ(essence(other), essence(real)) << "order " << order;
    EXPECT_EQ(figures(other), figures(real)) << "order " << order;
    expect_replay_equal(other);
    expect_recount(other);
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << told_in_order(other);
      return;
    }
  }
}

TEST(TimersOrder, LiveEventsInAnyOrderEndInOneState) {
  for (std::uint64_t seed = first_seed(), end = seed + seeds(); seed < end && !HasFailure(); ++seed) play(seed, "line");
}

TEST(TimersOrder, BackfilledEventsInAnyOrderEndInOneState) {
  for (std::uint64_t seed = first_seed() + 1000, end = seed + seeds(); seed < end && !HasFailure(); ++seed) play(seed, "old");
}

}  // namespace
}  // namespace docket::testing
