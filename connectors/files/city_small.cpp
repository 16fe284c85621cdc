// Calls, which are born closed, and question sessions on the web.
#include <algorithm>
#include <array>

#include "connectors/files/city_plan.h"
#include "connectors/files/city_topics.h"

namespace docket::files {

void plan_call(CasePlan& plan, Instant ended, Random& random) {
  const std::size_t outcome = random.weighted(std::array<std::uint32_t, 3>{960, 34, 6});
  constexpr std::array<std::string_view, 3> kOutcomes{"answered", "abandoned", "blocked"};
  std::int32_t wait_s = 0;
  if (outcome == 0) wait_s = random.chance(930) ? random.between(1, 14) : random.between(15, 90);
  if (outcome == 1) wait_s = random.between(2, 120);
  auto data = plan.add("call_ended", ended, {"call_centre", "cc", random.below(60), {}});
  data.text("line", "12345").text("outcome", kOutcomes[outcome]).number("wait_s", wait_s);
  if (random.chance(3)) data.flag("malicious", true);
  if (outcome == 2 && random.chance(200)) data.flag("line_fault", true);
}

namespace {

class SessionPlan {
 public:
  SessionPlan(const CityContext& context, CasePlan& plan, Random& random)
      : context_(context), plan_(plan), random_(random), topic_(topics()[random.below(static_cast<std::uint32_t>(topics().size()))]) {}

  void run(model::Day planned) {
    const auto& zone = context_.work.zone();
    Instant now = zone.to_instant(planned, 9 * kHourMs + random_.ms_between(0, 7000));
    std::string title;
    append_sentence(title, topic_.replies[0], random_);
    plan_.add("planned", now, host()).list("units", topic_.unit).text("topic", title).flag("hot", random_.chance(300));
    if (random_.chance(15)) {
      plan_.add("cancelled", context_.work.pick(now, 2, random_), host());
      return;
    }
    now = context_.work.pick(now, 3, random_);
    plan_.add("announced", now, host());
    const Instant held = context_.work.pick(now, 5, random_);
    const int early = random_.between(0, 4);
    for (int i = 0; i < early; ++i)
      now = std::max(now + 1000, ask(std::min(held - kHourMs, now + random_.ms_between(600, 50'000)), "intake"));
    now = std::max(now + 1000, held);
    plan_.add("held", now, host());
    const int live = random_.between(4, 12);
    for (int i = 0; i < live; ++i) {
      now = ask(now + random_.ms_between(30, 240), "dispatcher");
      if (random_.chance(800)) now = answer(asked_.size() - 1, now + random_.ms_between(60, 400), true);
    }
    now = context_.work.pick(now, 1, random_);
    plan_.add("published", now, host());
    // What stayed open is answered within five working days; some late, a few never.
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      if (asked_[i] || random_.chance(30)) continue;
      now = answer(i, context_.work.pick(now, random_.chance(900) ? random_.between(0, 1) : random_.between(3, 7), random_), false);
    }
  }

 private:
  [[nodiscard]] Actor host() const { return {"dispatcher", "wz", 1, {}}; }

  Instant ask(Instant at, std::string_view role) {
    asked_.push_back(false);
    text_.clear();
    append_sentence(text_, random_.chance(500) ? topic_.question : random_.any(topic_.matters), random_);
    plan_.add("question_asked", at, {role, "wz", random_.below(4), {}})
        .number("part", static_cast<std::int64_t>(asked_.size()))
        .text("unit", topic_.unit)
        .text("text", text_);
    return at;
  }

  Instant answer(std::size_t question, Instant at, bool live) {
    asked_[question] = true;
    text_.clear();
    append_sentence(text_, random_.any(topic_.replies), random_);
    plan_.add("question_answered", at, live ? host() : Actor{"unit", topic_.unit, 1, topic_.unit})
        .number("part", static_cast<std::int64_t>(question + 1))
        .flag("live", live)
        .text("text", text_);
    return at;
  }

  const CityContext& context_;
  CasePlan& plan_;
  Random& random_;
  Topic topic_;
  std::vector<bool> asked_;  // whether it is answered
  std::string text_;
};

}  // namespace

void plan_session(const CityContext& context, CasePlan& plan, model::Day planned, Random& random) {
  SessionPlan(context, plan, random).run(planned);
}

}  // namespace docket::files
