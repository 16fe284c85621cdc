// The same over the real projections: which cases want attention is told by the layers as by a map, wherever a layer ended; and what an
// event's latest outcome was survives the store.
#include <random>

#include "projections/projections.h"
#include "tests/property/timers_fixture.h"
#include "tests/unit/projection_samples.h"

namespace docket::testing {
namespace {

namespace samples = projections::samples;

class TimersStore : public TimersTest {
 protected:
  // Replays the engine's ledger into a store of its own, flushing behind some blocks.
  std::unique_ptr<projections::Projections> fill(const std::filesystem::path& folder,
                                                 const std::function<bool(std::size_t)>& flush_behind) {
    projections::Options options;
    options.folder = folder;
    options.partitions = 1;
    options.bundles = samples::lookup_of({timer_office()});
    auto opened = projections::Projections::open(std::move(options));
    EXPECT_TRUE(opened.ok());
    auto store = std::move(*opened);
    partition::LoopOptions loop;
    loop.ledger_id = "test-ledger";
    partition::PartitionLoop reader(loop, engine.books(), engine.keys(), *store, engine.projections, *store);
    for (std::size_t i = 0; i < engine.log.size(); ++i) {
      ledger::ReadBatch batch;
      batch.blocks.push_back({static_cast<ledger::Offset>(i), engine.log[i]});
      batch.next = static_cast<ledger::Offset>(i + 1);
      reader.read_done(batch);
      if (flush_behind(i)) {
        EXPECT_TRUE(store->flush().ok());
      }
    }
    EXPECT_EQ(reader.stop_reason(), "");
    EXPECT_TRUE(store->health().ok());
    return store;
  }

  // Cases at every stage: warned, in breach, lapsed, done, waiting, passed over.
  void busy_week() {
    for (int i = 0; i < 30; ++i) {
      const std::string id = "T" + std::to_string(i);
      given(id);
      if (i % 3 == 0) send(id, 3, "noted", "03-01T10:30");
      if (i % 5 == 0) send(id, 4, "held", "03-01T11:00");
    }
    until("03-01T13:00");
    for (int i = 0; i < 30; i += 4) send("T" + std::to_string(i), 5, "finished", "03-03T10:00");
    until("03-07T11:00");
    for (int i = 1; i < 30; i += 7) send("T" + std::to_string(i), 6, "finished", "03-07T12:00");
    until("03-09T00:00");
    send("T2", 7, "finished", "03-08T12:00");
    for (int i = 0; i < 12; ++i) {  // and such whose instants all lie ahead
      send("L" + std::to_string(i), 1, "made", "03-09T09:00");
      send("L" + std::to_string(i), 2, "assigned", "03-09T10:00");
    }
    engine.pump();
  }
};

TEST_F(TimersStore, AttentionIsTheSameThroughTheLayers) {
  busy_week();
  samples::TempFolder folder;
  std::mt19937_64 random(5);
  const auto store = fill(folder / "p", [&](std::size_t i) { return i == 20 || i == 60 || random() % 9 == 0; });
  const auto& wanted = engine.projections.wanted;
  ASSERT_GT(wanted.size(), 10U);
  const auto expect_rows = [&](Instant from, const std::string& from_case, std::size_t limit) {
    std::vector<std::pair<Instant, std::string>> expected;
    for (auto it = wanted.upper_bound({from, from_case}); it != wanted.end() && expected.size() < limit; ++it) expected.push_back(*it);
    std::vector<std::pair<Instant, std::string>> got;
    for (const auto& row : store->attention(0, from, from_case, limit)) got.emplace_back(row.at, row.case_id);
    EXPECT_EQ(got, expected);
  };
  expect_rows(model::kNoInstant, "", 1000);
  for (const auto& [at, id] : wanted) expect_rows(at, id, 3);
  ASSERT_TRUE(store->flush().ok());
  expect_rows(model::kNoInstant, "", 1000);
}

TEST_F(TimersStore, TheStoreIsTheSameWhereverItsLayersEnded) {
  busy_week();
  samples::TempFolder folder;
  const auto often = fill(folder / "a", [](std::size_t i) { return i % 3 == 0; });
  const auto once = fill(folder / "b", [](std::size_t) { return false; });
  ASSERT_TRUE(often->flush().ok());
  ASSERT_TRUE(once->flush().ok());
  const auto a = often->dump(0);
  const auto b = once->dump(0);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(*a, *b);
  EXPECT_NE(a->find("attention "), std::string::npos);
}

TEST_F(TimersStore, AnOutcomeKeepsItsKind) {
  given("T1");
  EXPECT_EQ(send("T1", 3, "settled", "03-01T11:00"), Kind::kParked);
  EXPECT_EQ(send("T1", 4, "longer", "03-01T11:00", R"({"until":"never"})"), Kind::kRejected);
  until("03-01T13:00");
  samples::TempFolder folder;
  const auto store = fill(folder / "p", [](std::size_t) { return false; });
  const auto expect_kinds = [&] {
    for (const auto& [fingerprint, known] : engine.projections.events) {
      if (fingerprint == std::array<std::uint8_t, 16>{}) continue;
      const auto told = store->known(0, fingerprint);
      ASSERT_TRUE(told.has_value());
      EXPECT_EQ(told->kind, known.kind);
      EXPECT_EQ(told->tag, known.tag);
      EXPECT_EQ(told->height, known.height);
    }
  };
  expect_kinds();
  ASSERT_TRUE(store->flush().ok());
  expect_kinds();
}

}  // namespace
}  // namespace docket::testing
