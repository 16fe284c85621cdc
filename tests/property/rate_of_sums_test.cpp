// Goal: a rate of two sums is what counting by hand gives, however totals are corrected, voided, late or lacking. Method: random tallies
// against a model that knows nothing of contributions, asked as the answers give it, now and as known at an earlier day.
// Another seed: DOCKET_SEED=7.
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "engine/walk/random.h"
#include "tests/support/changed_definitions.h"
#include "tests/support/figure_answers.h"
#include "tests/support/seed.h"

namespace docket::testing {
namespace {

constexpr int kTallies = 40;
constexpr int kSteps = 160;
constexpr const char* kLine = "  \"12345\": {zh: 政务热线, en: government hotline}\n";

std::uint64_t seed_of_sums() { return seed_or(20170301); }

struct Tally {
  std::string line;
  std::string day;  // of its tally
  std::optional<std::int64_t> offered;
  std::optional<std::int64_t> answered;
  bool voided = false;
};
using Model = std::map<std::string, Tally>;

struct Sums {
  std::int64_t numerator = 0;
  std::int64_t denominator = 0;
  std::int64_t excluded = 0;
  std::int64_t excluded_numerator = 0;
};

Sums by_hand(const Model& model, const std::string& month, const std::string& line) {
  Sums out;
  for (const auto& [id, tally] : model) {
    if (tally.voided || !tally.offered || !tally.answered || !tally.day.starts_with(month) || (!line.empty() && tally.line != line))
      continue;
    const bool quiet = *tally.offered <= 4;
    (quiet ? out.excluded : out.denominator) += *tally.offered;
    (quiet ? out.excluded_numerator : out.numerator) += *tally.answered;
  }
  return out;
}

definition::BundlePtr office_of_sums() {
  return changed({{"definitions/call-tally.yaml", "set: [line, interval, offered, answered, abandoned]",
                   "set: [line, interval], may: [offered, answered, abandoned]"},
                  {"codes/example.yaml", kLine, std::string(kLine) + "  \"96666\": {zh: 企业热线, en: enterprise hotline}\n"},
                  {"metrics/calls.yaml", "ratio: {sum: answered, of: offered}",
                   "ratio: {sum: answered, of: offered}\n  except: {quiet: {offered: {max: 4}}}"}});
}

class RandomTallies {
 public:
  explicit RandomTallies(std::uint64_t seed) : random_(seed), office_(office_of_sums()) {}

  void run() {
    for (int step = 0; step < kSteps; ++step) {
      minute_ += random_.between(1, 24 * 60 / 4);
      const std::string id = FigureAnswers::case_id("C" + std::to_string(random_.below(kTallies)));
      if (model_.contains(id) && model_.at(id).voided) continue;
      if (!model_.contains(id)) {
        auto& tally = model_[id];
        tally.line = random_.percent(50) ? "12345" : "96666";
        tally.day = stamp().substr(0, 10);
        office_.tally(id, 1, {"tallied", stamp(), data_of(id)});
      } else if (random_.percent(15)) {
        model_.at(id).voided = true;
        office_.tally(id, ++events_[id], {"voided", stamp(), R"({"reason":"r","approver":"chief"})"});
      } else {
        const std::string data = data_of(id);
        office_.tally(
            id, ++events_[id],
            {"corrected", stamp(),
             R"({"event":{"source":"example","id":")" + id + R"(-1"},"reason":"r","approver":"chief","replace":{"data":)" + data + "}}"});
      }
      events_.try_emplace(id, 1);
      known_[shanghai(office_.now()).substr(0, 10)] = model_;
    }
  }

  // Now: a row for each case that counts, 0/0 too; what lacks one of the two is told as such.
  void check_rows() {
    for (const std::string month : {"2017-03", "2017-04"}) {
      const auto told = office_.explained("calls.tallied_connection_rate", month, "2017-05-31");
      expect_same(told.at("total").as_object(), by_hand(model_, month, ""), month);
      std::map<std::string, std::string> rows;
      const auto add = [&](const boost::json::array& list, const std::string& place) {
        for (const auto& row : list) {
          const auto* of = row.as_object().if_contains("denominator");
          rows[std::string(row.at("case").as_string())] =
              place + (of == nullptr ? "" : " " + std::to_string(row.at("value").as_int64()) + "/" + std::to_string(of->as_int64()));
        }
      };
      add(told.at("numerator").as_array(), "yes");
      add(told.at("not_in_numerator").as_array(), "no");
      add(told.at("lacking").as_array(), "lacking");
      for (const auto& one : told.at("excluded").as_object()) add(one.value().as_array(), std::string(one.key()));
      std::map<std::string, std::string> want;
      for (const auto& [id, tally] : model_) {
        if (tally.voided || !tally.day.starts_with(month)) continue;
        want[id] = "lacking";
        if (!tally.offered || !tally.answered) continue;
        want[id] = *tally.offered <= 4 ? "quiet" : *tally.answered == 0 ? "no" : "yes";
        want[id] += " " + std::to_string(*tally.answered) + "/" + std::to_string(*tally.offered);
      }
      EXPECT_EQ(rows, want) << month;
    }
  }

  void check(const std::string& line) {
    for (const auto& [day, model] : known_) {
      for (const std::string month : {"2017-03", "2017-04"}) {
        FigureAnswers::Params more{{"known_at", day}};
        if (!line.empty()) more.emplace_back("group_by", "line");
        const auto told = office_.answer("calls.tallied_connection_rate", month, "2017-05-31", more);
        expect_same(line.empty() ? told.at("total").as_object() : row_of(told, line), by_hand(model, month, line),
                    month + " as known at " + day + ", line " + line);
      }
    }
  }
  [[nodiscard]] std::size_t days() const { return known_.size(); }

 private:
  static std::string shanghai(Instant at) {
    std::string text = model::format_instant(at + 8 * 3'600'000).substr(0, 16);
    text[10] = ' ';
    return text;
  }
  [[nodiscard]] std::string stamp() const { return shanghai(FigureAnswers::instant("2017-03-01 08:00") + minute_ * 60'000); }

  std::string data_of(const std::string& id) {
    auto& tally = model_.at(id);
    const auto number = [&](std::int64_t max) { return random_.percent(15) ? std::nullopt : std::optional(random_.between(0, max)); };
    tally.offered = number(12);
    tally.answered = number(tally.offered.value_or(5));
    std::string out = R"({"line":")" + tally.line + R"(","interval":")" + id + "\"";
    if (tally.offered) out += R"(,"offered":)" + std::to_string(*tally.offered);
    if (tally.answered) out += R"(,"answered":)" + std::to_string(*tally.answered);
    return out + "}";
  }

  static boost::json::object row_of(const boost::json::object& told, const std::string& line) {
    for (const auto& row : told.at("figures").as_array()) {
      if (row.at("group").at("line") == boost::json::value(line)) return row.as_object();
    }
    return {{"numerator", 0}, {"denominator", 0}, {"rate", nullptr}, {"exclusions", boost::json::object{{"quiet", 0}}}};
  }

  static void expect_same(const boost::json::object& figure, const Sums& want, const std::string& asked) {
    EXPECT_EQ(figure.at("numerator"), want.numerator) << asked;
    EXPECT_EQ(figure.at("denominator"), want.denominator) << asked;
    EXPECT_EQ(figure.at("exclusions").at("quiet"), want.excluded) << asked;
    const std::int64_t all = want.denominator + want.excluded;
    if (const auto* rate = figure.if_contains("rate_without_exclusions"); rate != nullptr && all != 0) {
      EXPECT_NEAR(rate->as_double(), static_cast<double>(want.numerator + want.excluded_numerator) / static_cast<double>(all), 1e-6)
          << asked;
    }
  }

  walk::Random random_;
  FigureAnswers office_;
  Model model_;
  std::map<std::string, int> events_;
  std::map<std::string, Model> known_;  // by the day after which it stood so
  std::int64_t minute_ = 0;
};

TEST(RateOfSums, IsWhatCountingByHandGives) {
  SCOPED_TRACE("seed " + std::to_string(seed_of_sums()));
  RandomTallies tallies(seed_of_sums());
  tallies.run();
  EXPECT_GT(tallies.days(), 15U);
  tallies.check("");
  tallies.check("12345");
  tallies.check_rows();
}

}  // namespace
}  // namespace docket::testing
