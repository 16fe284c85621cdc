// From the reply on: audit, call back, rating, and round again.
#include "connectors/files/city_ticket.h"

namespace docket::files {

void TicketPlan::reply_until_passed(int working_days) {
  for (int round = 1; round <= 3; ++round) {
    for (int tries = 1;; ++tries) {
      if (emergency_ && round == 1 && tries == 1) {
        step(random_.ms_between(600, random_.chance(850) ? 3600 : 20'000));
      } else {
        step_to_work(tries > 1 ? random_.between(0, 2) : working_days);
      }
      constexpr std::array<std::string_view, 4> kSolved{"solved", "partly", "explained", "unsolved"};
      solved_ = kSolved[random_.weighted(std::array<std::uint32_t, 4>{640, 110, 215, 35})];
      text_.clear();
      append_sentence(text_, random_.any(topic_.replies), random_);
      auto reply = plan_.add("result_replied", now_, unit());
      reply.text("solved", solved_).text("text", text_);
      if (random_.chance(150)) reply.list("evidence", "urn:docket:evidence:" + std::to_string(random_.below(900'000)));
      if (tries > 2 || !fails_audit()) break;
    }
    step_to_work(random_.chance(600) ? 0 : 1);
    plan_.add("concluded", now_, auditor());
    if (!call_back() || round == 3) return;
    working_days = random_.between(0, 3);
  }
}

bool TicketPlan::fails_audit() {
  if (!random_.chance(40)) return false;
  step_to_work(0);
  plan_.add("audit_failed", now_, auditor()).text("reason", "答复没有回应全部诉求，退回补充。");
  return true;
}

bool TicketPlan::call_back() {
  if (random_.chance(4)) {
    step_to_work(random_.between(1, 4));
    plan_.add("reopened", now_, dispatcher()).text("trigger", "false_closure");
    return true;
  }
  if (!random_.chance(780)) return false;  // not called back: stays concluded
  if (channel_ == "app" && random_.chance(400)) {
    step(random_.ms_between(3600, 200'000));
    const auto satisfaction = rate({"caller", "p", seat_, {}}, "app");
    return satisfaction >= 3 && random_.chance(300) && reopen();
  }
  for (int attempt = 1; attempt <= 3; ++attempt) {
    step_to_work(attempt == 1 ? random_.between(1, 3) : 1);
    const std::uint32_t got = random_.below(100);
    plan_.add("callback_attempted", now_, callback()).text("outcome", got < 72 ? "reached" : got < 95 ? "no_answer" : "refused");
    if (got >= 72) continue;
    step(random_.ms_between(40, 200));
    const auto satisfaction = rate(callback(), "phone");
    if (satisfaction >= 3 && random_.chance(600)) return reopen();
    if (satisfaction >= 3 && random_.chance(150)) exclude_rating();
    break;
  }
  step(random_.ms_between(20, 200));
  plan_.add("callback_done", now_, callback());
  return false;
}

std::size_t TicketPlan::rate(const Actor& by, std::string_view channel) {
  constexpr std::array<std::string_view, 5> kLevels{"very_satisfied", "satisfied", "basically_satisfied", "dissatisfied",
                                                    "very_dissatisfied"};
  const bool done = solved_ == "solved";
  const auto level =
      random_.weighted(done ? std::array<std::uint32_t, 5>{430, 430, 90, 40, 10} : std::array<std::uint32_t, 5>{60, 300, 330, 230, 80});
  const std::string_view says = done ? (level < 3 ? "solved" : "partly") : level < 2 ? "partly" : "unsolved";
  auto data = plan_.add("rated", now_, by);
  data.text("caller_says", says).text("satisfaction", kLevels[level]).text("channel", channel);
  if (random_.chance(120)) data.text("comment", level < 3 ? "办理及时，态度很好。" : "问题没有彻底解决。");
  return level;
}

bool TicketPlan::reopen() {
  step(random_.ms_between(120, 3600));
  plan_.add("reopened", now_, callback()).text("trigger", solved_ == "solved" ? "dissatisfied" : "unsolved");
  return true;
}

void TicketPlan::exclude_rating() {
  step_to_work(1);
  const auto ground = random_.any(Words{"beyond_law", "not_ours", "beyond_law", "malicious"});
  plan_.add("rating_exclusion_requested", now_, unit()).text("ground", ground);
  if (random_.chance(600)) {
    step_to_work(random_.between(1, 2));
    plan_.add("rating_excluded", now_, auditor()).text("ground", ground);
  }
}

}  // namespace docket::files
