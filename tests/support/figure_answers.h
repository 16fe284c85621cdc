// Figures as the answers give them and as a screen shows them: cases published to the engine over the real projections, then asked for by
// name. Virtual time follows the events, a minute behind; after the first answer nothing more is published.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connectors/cli/figure_text.h"
#include "connectors/local/projections_store.h"
#include "connectors/node/answers.h"
#include "connectors/node/reading.h"
#include "tests/support/hotline.h"
#include "tests/support/proposal.h"
#include "tests/support/store_fixture.h"

namespace docket::testing {

struct Happening {
  std::string event;
  std::string time;    // Shanghai's, "2017-03-01 09:00"
  std::string data{};  // "": the usual one
  std::string more{};  // further members of the envelope
};
using Course = std::vector<Happening>;

inline Course operator+(Course course, const Course& more) {
  course.insert(course.end(), more.begin(), more.end());
  return course;
}

class FigureAnswers {
 public:
  using Params = std::vector<std::pair<std::string, std::string>>;

  explicit FigureAnswers(definition::BundlePtr bundle, const std::string& from = "2017-01-01 00:00")
      : bundle_(std::move(bundle)), engine_(bundle_, instant(from)) {}

  // So many cases of one course.
  void tickets(int count, const Course& course) { publish(count, course, &FigureAnswers::ticket_event); }
  void proposals(int count, const Course& course) { publish(count, course, &FigureAnswers::proposal_event); }
  void calls(int count, const Course& course) { publish(count, course, &FigureAnswers::call_event); }
  void tallies(int count, const Course& course) { publish(count, course, &FigureAnswers::tally_event); }
  // Event `n` of one tally, recorded a minute after it happened or, if that is behind, at once.
  void tally(const std::string& id, int n, const Happening& step) { publish_one(id, n, step, &FigureAnswers::tally_event); }
  [[nodiscard]] Instant now() const { return engine_.now(); }
  void sessions(int count, const Course& course) { publish(count, course, &FigureAnswers::session_event); }

  // The whole answer, asked at the end of the day `today`.
  boost::json::object answer(const std::string& metric, const std::string& period, const std::string& today, const Params& more = {}) {
    return asked(node::answer_metric, metric, period, today, more);
  }
  // The cases behind a figure.
  boost::json::object explained(const std::string& metric, const std::string& period, const std::string& today, const Params& more = {}) {
    return asked(node::answer_metric_explain, metric, period, today, more);
  }
  boost::json::object total(const std::string& metric, const std::string& period, const std::string& today, const Params& more = {}) {
    return answer(metric, period, today, more).at("total").as_object();
  }
  // "3/4 = 75.00 %"; of a count or stock, "3"; of a weighted sum of rates, "76.50 %".
  std::string shown(const std::string& metric, const std::string& period, const std::string& today, const Params& more = {}) {
    return text(total(metric, period, today, more));
  }
  // The row of one group; "": there is none.
  std::string shown_by(const std::string& dimension, const std::string& group, const std::string& metric, const std::string& period,
                       const std::string& today) {
    const auto told = answer(metric, period, today, {{"group_by", dimension}});
    for (const auto& row : told.at("figures").as_array()) {
      if (row.at("group").at(dimension) == boost::json::value(group)) return text(row.as_object());
    }
    return {};
  }

  static std::string text(const boost::json::object& figure) {
    const cli::Display show{"en"};
    const auto fraction = cli::fraction_cell({}, figure).text;
    return (fraction.empty() ? "" : fraction + " = ") + cli::figure_cell(show, {}, figure).text;
  }
  // The same rate with fewer places, half up, as some texts print it: "9 %", "75.8 %".
  static std::string rounded(const boost::json::object& figure, int places) {
    const std::int64_t scale = figure.contains("numerator_unit") ? 1000 : 1;
    const std::int64_t base = figure.at("denominator").as_int64() * scale;
    const std::int64_t unit = places == 0 ? 100 : 1000;
    const std::int64_t steps = (figure.at("numerator").as_int64() * unit * 2 + base) / (2 * base);
    return places == 0 ? std::to_string(steps) + " %" : std::to_string(steps / 10) + "." + std::to_string(steps % 10) + " %";
  }

  // The fixture has one partition, so that is where a case is looked for.
  static std::string case_id(const std::string& name) {
    int more = 0;
    while (model::partition_of(name + "." + std::to_string(more)) != 0) ++more;
    return name + "." + std::to_string(more);
  }
  static Instant instant(const std::string& time) { return *model::parse_instant(stamp(time)); }

 private:
  using Maker = std::string (*)(const std::string& id, int n, const Happening& step);

  static std::string stamp(const std::string& time) { return time.substr(0, 10) + "T" + time.substr(11) + ":00+08:00"; }

  static std::string ticket_event(const std::string& id, int n, const Happening& step) {
    return hotline(id, n, step.event, stamp(step.time), step.data, step.more);
  }
  static std::string proposal_event(const std::string& id, int n, const Happening& step) {
    const bool body = step.event == "submitted" || step.event == "filed";
    const std::string role = body ? "body_office" : step.event == "rated" ? "proposer" : step.event == "assigned" ? "dispatcher" : "unit";
    return envelope("proposal", id, n, step, role, step.data.empty() ? proposal_data(id, step.event) : step.data);
  }
  static std::string call_event(const std::string& id, int n, const Happening& step) {
    return envelope("call", id, n, step, "call_centre", step.data);
  }
  static std::string tally_event(const std::string& id, int n, const Happening& step) {
    return envelope("call-tally", id, n, step, "call_centre", step.data);
  }
  static std::string session_event(const std::string& id, int n, const Happening& step) {
    return envelope("qa-session", id, n, step, "dispatcher", step.data.empty() ? "{}" : step.data);
  }
  static std::string envelope(const std::string& kind, const std::string& id, int n, const Happening& step, const std::string& role,
                              const std::string& data) {
    return R"({"specversion":"1.0","id":")" + id + "-" + std::to_string(n) + R"(","source":"example","type":"org.docket.)" + kind + "." +
           step.event + R"(.v1","subject":")" + id + R"(","time":")" + stamp(step.time) + R"(","authid":")" + role +
           R"(-1","actorrole":")" + role + R"(")" + (role == "unit" ? R"(,"actorunit":"U")" : "") + step.more + R"(,"data":)" + data + "}";
  }

  using Question = service::Answer (*)(const node::Reading&, const node::Params&, const std::string& name);

  boost::json::object asked(Question ask, const std::string& metric, const std::string& period, const std::string& today,
                            const Params& more) {
    if (store_ == nullptr) {
      store_ = std::make_unique<local::ProjectionsStore>(engine_.take_projections());
      sealer_ = std::make_unique<partition::RecordSealer>("test-ledger", engine_.keys());
    }
    const node::Reading reading{*bundle_, *store_, engine_, engine_.books(), *sealer_, instant(today + " 23:59")};
    service::Query query;
    query.params.emplace_back("period", period);
    query.params.insert(query.params.end(), more.begin(), more.end());
    const auto told = ask(reading, node::Params(query), metric);
    EXPECT_EQ(told.status, 200) << told.body;
    return boost::json::parse(told.body).as_object();
  }

  void publish(int count, const Course& course, Maker maker) {
    for (int i = 0; i < count; ++i) {
      const std::string id = case_id("F" + std::to_string(++cases_));
      int n = 0;
      for (const auto& step : course) publish_one(id, ++n, step, maker);
    }
  }
  void publish_one(const std::string& id, int n, const Happening& step, Maker maker) {
    engine_.set_now(std::max(engine_.now(), instant(step.time) + 60'000));
    const auto outcome = engine_.offer(maker(id, n, step));
    ASSERT_EQ(outcome.kind, partition::EventOutcome::Kind::kAccepted) << step.event << " " << step.time << " " << outcome.refusal.detail;
  }

  definition::BundlePtr bundle_;
  StoreFixture engine_;
  std::unique_ptr<local::ProjectionsStore> store_;
  std::unique_ptr<partition::RecordSealer> sealer_;
  int cases_ = 0;
};

}  // namespace docket::testing
