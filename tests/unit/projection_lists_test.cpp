// Lists, aliases, due clocks, anchors: exact, in a stable order, wherever the rows lie and whatever is written between two pages.
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "projection_samples.h"

namespace docket::projections {
namespace {

using samples::Chain;
using samples::TempFolder;

std::vector<std::string> ids_of(const Projections& projections, ListQuery query) {
  std::vector<std::string> ids;
  query.kind = "ticket";
  for (;;) {
    const auto page = projections.list(query);
    EXPECT_TRUE(page.ok());
    if (!page.ok()) return ids;
    EXPECT_LE(page->cases.size(), query.limit);
    for (const auto& state : page->cases) ids.push_back(state->id);
    if (page->next.empty()) return ids;
    query.after = page->next;
  }
}

ListQuery where(std::vector<listings::Condition> conditions, std::size_t limit = 3) {
  ListQuery query;
  query.conditions = std::move(conditions);
  query.limit = limit;
  return query;
}

std::vector<std::string> naive(const Chain& chain, const definition::Bundle& bundle, const std::vector<listings::Condition>& conditions) {
  std::vector<std::string> ids;
  for (const auto& [id, state] : chain.cases()) {
    if (listings::matches(bundle, *state, conditions)) ids.push_back(id);
  }
  return ids;
}

TEST(ProjectionLists, AreTheCasesThatMatchNow) {
  TempFolder folder;
  const auto bundle = samples::office();
  const auto projections = samples::open_or_fail(samples::options_for(folder / "p", bundle));
  Chain chain(21, bundle);
  const std::vector<std::vector<listings::Condition>> queries = {{},
                                                                 {{"state", {"new"}}},
                                                                 {{"state", {"busy", "done"}}},
                                                                 {{"unit", {"u1", "u3"}}, {"state", {"new", "busy"}}},
                                                                 {{"tags", {"t0", "t2"}}},
                                                                 {{"unit", {"nowhere"}}},
                                                                 {{"unit", {"u2"}}, {"tags", {"t1"}}, {"state", {"done"}}}};
  for (int i = 0; i < 300; ++i) {
    projections->apply(chain.next(chain.pick(4)));
    if (i % 31 == 5) {
      ASSERT_TRUE(projections->flush().ok());
    }
    if (i % 15 != 7) continue;
    for (const auto& conditions : queries) EXPECT_EQ(ids_of(*projections, where(conditions)), naive(chain, *bundle, conditions)) << i;
  }
  EXPECT_TRUE(ids_of(*projections, where({{"no-such-filter", {"x"}}})).empty());
}

TEST(ProjectionLists, PagingWhileWritingLosesNothing) {
  TempFolder folder;
  const auto bundle = samples::office();
  const auto projections = samples::open_or_fail(samples::options_for(folder / "p", bundle));
  Chain chain(22, bundle);
  std::set<std::string> staying;
  for (int i = 0; i < 100; ++i) {
    const std::string id = "case-" + std::to_string(100 + i);
    projections->apply(chain.put(i % 4, id, i % 3 == 0 ? 1 : 0, "u1"));
    if (i % 3 == 0) staying.insert(id);
  }
  ListQuery query = where({{"state", {"busy"}}}, 2);
  query.kind = "ticket";
  std::set<std::string> seen;
  for (int round = 0;; ++round) {
    const auto page = projections->list(query);
    ASSERT_TRUE(page.ok());
    for (const auto& state : page->cases) EXPECT_TRUE(seen.insert(state->id).second) << state->id << " twice";
    if (page->next.empty()) break;
    query.after = page->next;
    for (int i = 0; i < 100; ++i) {  // others come and go meanwhile
      if (i % 3 == 0 || i % 7 != round % 7) continue;
      projections->apply(chain.put(i % 4, "case-" + std::to_string(100 + i), static_cast<model::StateId>(round % 3), "u2"));
    }
    if (round % 4 == 1) {
      ASSERT_TRUE(projections->flush().ok());
    }
  }
  for (const auto& id : staying) EXPECT_TRUE(seen.contains(id)) << id;
}

TEST(ProjectionLists, AsKnownOnAPastDay) {
  TempFolder folder;
  const auto bundle = samples::office();
  const auto projections = samples::open_or_fail(samples::options_for(folder / "p", bundle));
  Chain chain(23, bundle);
  std::map<model::Day, std::vector<std::string>> busy;  // at the end of each day
  std::vector<std::pair<std::string, int>> moves;
  for (int day = 0; day < 30; ++day) {
    chain.set_recorded(samples::at_day(samples::kEpochDay + day, 5));
    for (int i = 0; i < 6; ++i) {
      const int number = chain.pick(12);
      projections->apply(chain.put(number % 4, "c" + std::to_string(10 + number), static_cast<model::StateId>(chain.pick(3)), "u1"));
    }
    busy[samples::kEpochDay + day] = naive(chain, *bundle, {{"state", {"busy"}}});
    if (day % 4 == 1) {
      ASSERT_TRUE(projections->flush().ok());
    }
  }
  for (const auto& [day, expected] : busy) {
    ListQuery query = where({{"state", {"busy"}}});
    query.known_day = day;
    EXPECT_EQ(ids_of(*projections, query), expected) << day - samples::kEpochDay;
  }
  ListQuery before = where({});
  before.known_day = samples::kEpochDay - 1;
  EXPECT_TRUE(ids_of(*projections, before).empty());
}

TEST(ProjectionLists, MoreConditionsAndShortPages) {
  TempFolder folder;
  const auto bundle = samples::office();
  const auto projections = samples::open_or_fail(samples::options_for(folder / "p", bundle));
  Chain chain(24, bundle);
  for (int i = 0; i < 1500; ++i) projections->apply(chain.put(i % 4, "c" + std::to_string(10'000 + i), 0, "u1"));
  ListQuery query = where({}, 1);
  query.kind = "ticket";
  query.also = [](const model::CaseState& state) { return state.id == "c11499"; };
  auto page = projections->list(query);
  ASSERT_TRUE(page.ok());
  EXPECT_TRUE(page->cases.empty()) << "a page looks at no more than a bounded number of cases";
  ASSERT_FALSE(page->next.empty());
  EXPECT_EQ(ids_of(*projections, query), std::vector<std::string>{"c11499"});
}

TEST(ProjectionAliases, FindTheirOwnersAndCountSecondOnes) {
  TempFolder folder;
  const auto bundle = samples::office();
  const auto projections = samples::open_or_fail(samples::options_for(folder / "p", bundle));
  Chain chain(25, bundle);
  model::Height height = 0;
  const auto number = [&](int partition, const std::string& id, const std::string& value) {
    auto state = chain.changed(id, height);
    samples::set_slot(state->scope, samples::kNumber, model::Value::text(value));
    partition::AppliedBlock block;
    block.records.push_back(chain.accepted(partition, id, std::move(state), height++));
    block.position = {partition, height, 0};
    projections->apply(std::move(block));
  };
  const auto owners = [&](const std::string& value) {
    std::string text;
    const auto found = projections->find_alias("ticket", "number", {value});
    EXPECT_TRUE(found.ok());
    if (!found.ok()) return text;
    for (const auto& owner : *found) text += owner.case_id + "@" + std::to_string(owner.partition) + " ";
    return text;
  };
  number(0, "a", "n1");
  number(1, "b", "n2");
  EXPECT_EQ(owners("n1"), "a@0 ");
  ASSERT_TRUE(projections->flush().ok());
  EXPECT_EQ(owners("n1"), "a@0 ");
  EXPECT_EQ(owners("n"), "");
  EXPECT_EQ(projections->alarms(), 0U);
  number(2, "c", "n1");
  EXPECT_EQ(owners("n1"), "a@0 c@2 ");
  ASSERT_TRUE(projections->flush().ok());
  EXPECT_EQ(owners("n1"), "a@0 c@2 ");
  EXPECT_EQ(projections->alarms(), 1U);
  number(0, "a", "n9");  // corrected
  number(3, "d", "n9");  // a second owner within one layer
  EXPECT_EQ(owners("n1"), "c@2 ");
  EXPECT_EQ(owners("n9"), "a@0 d@3 ");
  ASSERT_TRUE(projections->flush().ok());
  EXPECT_EQ(owners("n1"), "c@2 ");
  EXPECT_EQ(owners("n9"), "a@0 d@3 ");
  EXPECT_EQ(projections->alarms(), 2U);
}

// What was told, from the watch's thread to the test's.
class Told {
 public:
  void add(const AliasConflict& conflict) {
    const std::lock_guard lock(mutex_);
    std::string line = conflict.kind + "." + conflict.alias;
    for (const auto& value : conflict.values) line += " " + value;
    line += ":";
    for (const auto& id : conflict.cases) line += " " + id;
    lines_.push_back(std::move(line));
    more_.notify_all();
  }
  // The n-th line, once it is there.
  std::string line(std::size_t n) {
    std::unique_lock lock(mutex_);
    const bool came = more_.wait_for(lock, std::chrono::seconds(30), [&] { return lines_.size() > n; });
    return came ? lines_[n] : "nothing was told";
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::string> lines_;
};

// All that stand, once the watch has looked through the store.
std::vector<std::string> standing(const Projections& projections, std::size_t page_size = 1) {
  std::vector<std::string> out;
  std::string after;
  for (;;) {
    const auto page = projections.conflicts(after, page_size);
    EXPECT_TRUE(page.ok());
    if (!page.ok()) return out;
    if (!page->complete) {
      std::this_thread::yield();
      continue;
    }
    EXPECT_LE(page->conflicts.size(), page_size);
    for (const auto& conflict : page->conflicts) out.push_back(conflict.values.at(0) + ":" + std::to_string(conflict.cases.size()));
    if (page->next.empty()) return out;
    after = page->next;
  }
}

TEST(ProjectionAliases, ASecondOwnerIsToldAndStandsOverARestart) {
  TempFolder folder;
  const auto bundle = samples::office();
  Told told;
  auto options = samples::options_for(folder / "p", bundle);
  options.on_conflict = [&told](const AliasConflict& conflict) { told.add(conflict); };
  auto projections = samples::open_or_fail(options);
  Chain chain(27, bundle);
  model::Height height = 0;
  const auto number = [&](int partition, const std::string& id, const std::string& value) {
    auto state = chain.changed(id, height);
    samples::set_slot(state->scope, samples::kNumber, model::Value::text(value));
    partition::AppliedBlock block;
    block.records.push_back(chain.accepted(partition, id, std::move(state), height++));
    block.position = {partition, height, 0};
    projections->apply(std::move(block));
  };
  number(0, "b", "n1");
  number(1, "c", "n2");
  number(2, "a", "n1");
  EXPECT_EQ(told.line(0), "ticket.number n1: a b");
  ASSERT_TRUE(projections->flush().ok());
  number(3, "d", "n2");  // one owner written, one in memory
  EXPECT_EQ(told.line(1), "ticket.number n2: c d");
  EXPECT_EQ(standing(*projections), (std::vector<std::string>{"n1:2", "n2:2"}));
  number(1, "c", "n3");  // corrected: n2 has one owner again
  EXPECT_EQ(standing(*projections), std::vector<std::string>{"n1:2"});
  number(1, "e", "n1");
  EXPECT_EQ(told.line(2), "ticket.number n1: a b e");
  ASSERT_TRUE(projections->flush().ok());
  projections.reset();
  projections = samples::open_or_fail(options);
  EXPECT_EQ(standing(*projections), std::vector<std::string>{"n1:3"}) << "what stood before is found again, and not told twice";
  number(0, "f", "n3");
  EXPECT_EQ(told.line(3), "ticket.number n3: c f");
}

TEST(ProjectionAliases, NobodyWatchesUnasked) {
  TempFolder folder;
  const auto projections = samples::open_or_fail(samples::options_for(folder / "p", samples::office()));
  const auto page = projections->conflicts("", 10);
  ASSERT_TRUE(page.ok());
  EXPECT_FALSE(page->complete);
}

TEST(ProjectionClocks, DueIsReadFromTheNewestState) {
  TempFolder folder;
  const auto bundle = samples::office();
  const auto projections = samples::open_or_fail(samples::options_for(folder / "p", bundle));
  Chain chain(26, bundle);
  for (int i = 0; i < 300; ++i) {
    projections->apply(chain.next(chain.pick(4)));
    if (i % 31 == 5) {
      ASSERT_TRUE(projections->flush().ok());
    }
    if (i % 25 != 9) continue;
    const model::Instant from = chain.recorded() - model::kMsPerDay * 5;
    const model::Instant to = chain.recorded() + model::kMsPerDay * 5;
    std::multiset<std::pair<model::Instant, std::string>> expected;
    for (const auto& [id, state] : chain.cases()) {
      for (const auto& row : clocks::clock_rows(*state)) {
        if (id[1] == '2' && row.at >= from && row.at <= to) expected.emplace(row.at, id);
      }
    }
    const auto rows = projections->due(2, from, to, 1000);
    ASSERT_TRUE(rows.ok());
    std::multiset<std::pair<model::Instant, std::string>> got;
    for (const auto& row : *rows) got.emplace(row.row.at, row.state->id);
    EXPECT_EQ(got, expected) << i;
    EXPECT_TRUE(std::is_sorted(rows->begin(), rows->end(), [](const DueRow& a, const DueRow& b) { return a.row.at < b.row.at; }));
    const auto few = projections->due(2, from, to, 2);
    ASSERT_TRUE(few.ok());
    ASSERT_GE(few->size(), std::min<std::size_t>(2, expected.size()));
    for (std::size_t k = 0; k < few->size(); ++k) EXPECT_EQ((*few)[k].row.at, (*rows)[k].row.at);
  }
}

TEST(ProjectionAnchors, CoverEveryDayACaseEverHad) {
  TempFolder folder;
  const auto bundle = samples::office();
  const auto projections = samples::open_or_fail(samples::options_for(folder / "p", bundle));
  Chain chain(27, bundle);
  std::map<std::string, std::set<model::Day>> ever;
  for (int i = 0; i < 300; ++i) {
    auto block = chain.next(chain.pick(4));
    for (const auto& applied : block.records) {
      if (!applied.after) continue;
      for (const auto& at : measure::anchor_days(*bundle, *applied.after)) {
        if (at.anchor == 0) ever[applied.case_id].insert(at.day);
      }
    }
    projections->apply(std::move(block));
    if (i % 31 == 5) {
      ASSERT_TRUE(projections->flush().ok());
    }
  }
  ASSERT_FALSE(ever.empty());
  for (int from = 0; from < 60; from += 7) {
    const model::Day first = samples::kEpochDay + from;
    std::set<std::string> expected;
    for (const auto& [id, days] : ever) {
      const auto day = days.lower_bound(first);
      if (day != days.end() && *day <= first + 10) expected.insert(id);
    }
    std::set<std::string> got;
    const auto owners = projections->anchored(*bundle, 0, 0, first, first + 10);
    ASSERT_TRUE(owners.ok());
    for (const auto& owner : *owners) got.insert(owner.case_id);
    EXPECT_EQ(got, expected);
  }
}

}  // namespace
}  // namespace docket::projections
