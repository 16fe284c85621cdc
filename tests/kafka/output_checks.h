// What the output topics of a test's ledger must say, whoever wrote them.
// Thread rule: one thread's.
#pragma once

#include "tests/kafka/output_topics.h"

namespace docket::testing {

class OutputChecks {
 public:
  OutputChecks(std::string brokers, std::string topics) : brokers_(std::move(brokers)), topics_(std::move(topics)) {}

  // Every one of the events has an outcome of that kind in the verdict topic.
  void expect_verdicts(const std::set<std::string>& ids, const std::string& outcome = "accepted") {
    std::map<std::string, std::set<std::uint64_t>> heights;
    for (const auto& row : read_topic(brokers_, topic("verdicts"))) {
      if (text_at(row.value, "outcome") == outcome)
        heights[text_at(row.value, "id")].insert(row.value.at("height").to_number<std::uint64_t>());
    }
    for (const auto& id : ids) EXPECT_EQ(heights[id].size(), 1U) << id << " must be told " << outcome << " at one height";
  }
  // What a consumer keeps is what the server says.
  void expect_cases(Server& server) {
    const auto kept = newest(read_topic(brokers_, topic("cases")));
    const auto all = boost::json::parse(server.get("/v1/cases?kind=hotline-ticket&page_size=1000").body);
    std::set<std::string> ids;
    for (const auto& row : all.at("cases").as_array()) ids.insert(std::string(row.at("id").as_string()));
    EXPECT_FALSE(ids.empty());
    for (const auto& id : ids) {
      const auto it = kept.find(id);
      ASSERT_NE(it, kept.end()) << "no row of case " << id;
      const auto now = boost::json::parse(server.get("/v1/cases/" + id).body).as_object();
      for (const char* name : {"kind", "state", "round", "version", "revision", "unit", "due", "opened", "updated", "parts", "links"}) {
        const auto* here = now.if_contains(name);
        const auto* there = it->second.if_contains(name);
        EXPECT_EQ(here == nullptr ? "" : boost::json::serialize(*here), there == nullptr ? "" : boost::json::serialize(*there))
            << name << " of " << id;
      }
    }
    for (const auto& [id, row] : kept) EXPECT_EQ(ids.count(id), 1U) << "a row of no case: " << id;
  }
  // The sum over the newest row of each case is the figure of the month, by every dimension.
  void expect_figures(Server& server) {
    std::map<std::string, std::map<std::string, Sums>> metrics;  // by dimension and group
    for (const auto& [id, row] : newest(read_topic(brokers_, topic("metrics")))) {
      for (const auto& one : row.at("contributions").as_array()) add(one.as_object(), metrics);
    }
    EXPECT_GT(metrics.size(), 5U);
    for (auto& [name, groups] : metrics) {
      // Of a stock the newest rows tell what it is now.
      const std::string period = groups.count("stock") == 0 ? "2017-03" : model::format_instant(now_ms()).substr(0, 7);
      groups.erase("stock");
      const auto total = boost::json::parse(server.get("/v1/metrics/" + name + "?period=" + period).body).as_object();
      expect_figure(total.at("total").as_object(), groups[""], name);
      std::size_t compared = 1;
      for (const auto& dimension : total.at("dimensions").as_array()) {
        const std::string by(dimension.as_string());
        const auto answer = boost::json::parse(server.get("/v1/metrics/" + name + "?period=" + period + "&group_by=" + by).body);
        for (const auto& figure : answer.at("figures").as_array()) {
          const auto& group = figure.at("group").at(by);
          const std::string key = by + " " + (group.is_null() ? "" : std::string(group.as_string()));
          expect_figure(figure.as_object(), groups[key], name + " by " + key);
          ++compared;
        }
      }
      for (const auto& [key, sums] : groups) compared -= key.empty() || sums.all_zero() ? (key.empty() ? 1U : 0U) : 1U;
      EXPECT_EQ(compared, 0U) << name << ": groups that only one of the two has";
    }
  }

 private:
  struct Sums {
    std::int64_t numerator = 0;
    std::int64_t denominator = 0;
    std::int64_t working_ms = 0;
    [[nodiscard]] bool all_zero() const { return numerator == 0 && denominator == 0; }
  };
  static void add(const boost::json::object& row, std::map<std::string, std::map<std::string, Sums>>& metrics) {
    const auto number = [&](const char* name) { return row.contains(name) ? row.at(name).to_number<std::int64_t>() : 0; };
    auto& groups = metrics[text_at(row, "metric")];
    const bool stock = row.contains("stock");
    if (stock) groups["stock"];
    if (text_at(row, "at") > model::format_instant(now_ms())) return;  // it counts later
    if (!stock && text_at(row, "day").rfind("2017-03", 0) != 0) return;
    const auto count = [&](const std::string& key) {
      auto& sums = groups[key];
      sums.numerator += number(row.contains("numerator_by_month") ? "numerator_by_month" : stock ? "stock" : "numerator");
      sums.denominator += number("denominator");
      sums.working_ms += number("working_ms");
    };
    const std::string by = text_at(row, "by");
    count(by.empty() ? "" : by + " " + text_at(row, "group"));
    if (!row.contains("groups")) return;
    for (const auto& dimension : row.at("groups").as_object()) {
      for (const auto& group : dimension.value().as_array()) count(std::string(dimension.key()) + " " + std::string(group.as_string()));
    }
  }
  static std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
  static void expect_figure(const boost::json::object& told, const Sums& sums, const std::string& name) {
    if (const auto* value = told.if_contains("value")) {
      EXPECT_EQ(value->to_number<std::int64_t>(), sums.numerator) << name;
      return;
    }
    if (told.contains("hours")) {  // a duration
      EXPECT_EQ(told.at("count").to_number<std::int64_t>(), sums.denominator) << name;
      EXPECT_EQ(told.at("hours").at("sum_ms").to_number<std::int64_t>(), sums.numerator) << name;
      EXPECT_EQ(told.at("working_hours").at("sum_ms").to_number<std::int64_t>(), sums.working_ms) << name;
      return;
    }
    EXPECT_EQ(told.at("numerator").to_number<std::int64_t>(), sums.numerator) << name;
    EXPECT_EQ(told.at("denominator").to_number<std::int64_t>(), sums.denominator) << name;
  }

  [[nodiscard]] std::string topic(const char* name) const { return topics_ + "." + name; }

  std::string brokers_;
  std::string topics_;
};

}  // namespace docket::testing
