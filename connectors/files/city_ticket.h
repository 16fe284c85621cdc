// The life of one ticket, in the order in which it happens. Every step leaves a legal history behind, so the plan may end anywhere.
// Internal to the generated city. Thread rule: one thread. Ownership: the caller keeps context, plan and random.
#pragma once

#include <algorithm>
#include <array>
#include <string>

#include "connectors/files/city_plan.h"
#include "connectors/files/city_topics.h"

namespace docket::files {

using Words = std::array<std::string_view, 4>;

class TicketPlan {
 public:
  TicketPlan(CityContext& context, CasePlan& plan, Instant opened, Random& random)
      : context_(context), plan_(plan), random_(random), now_(opened), district_(city_districts()[0]), topic_(topics()[0]) {}

  void run(std::uint32_t number);

 private:
  [[nodiscard]] Actor intake() const { return {"intake", "op", seat_, {}}; }
  [[nodiscard]] Actor dispatcher() const { return {"dispatcher", "pd", seat_ % 23, {}}; }
  [[nodiscard]] Actor auditor() const { return {"auditor", "sh", seat_ % 11, {}}; }
  [[nodiscard]] Actor callback() const { return {"callback", "hf", seat_ % 37, {}}; }
  [[nodiscard]] Actor unit() const { return {"unit", actor_unit_, seat_ % 5, actor_unit_}; }

  // Time goes on, by a second at least.
  void step(std::int64_t ms) { now_ += std::max<std::int64_t>(ms, 1000); }
  void step_to(Instant at) { now_ = std::max(now_ + 1000, at); }
  void step_to_work(int working_days) { step_to(context_.work.pick(now_, working_days, random_)); }

  void choose();
  void set_unit(std::string_view unit);
  void create(std::uint32_t number);
  void answer_directly(bool praise);
  void refuse();
  void dispatch();
  void add_dispatched(std::string_view helper);
  std::string_view pick_other();  // a bureau or district, not the unit itself
  bool merge();
  // False: it ends here.
  bool send_back();
  void handle(std::string_view helper);
  void contact();
  // What holds a ticket up, then its reply.
  void work_on();
  int reply_days();  // working days from now on
  void extend();
  void urge_in_vain();  // a long tail: nobody replies
  void reply_until_passed(int working_days);
  bool fails_audit();
  // True: the ticket is handled again.
  bool call_back();
  // 0 very satisfied to 4 very dissatisfied.
  std::size_t rate(const Actor& by, std::string_view channel);
  bool reopen();
  void exclude_rating();

  CityContext& context_;
  CasePlan& plan_;
  Random& random_;
  Instant now_;
  Instant dispatched_ = 0;
  CityDistrict district_;
  Topic topic_;
  std::string_view type_;
  std::string_view channel_;
  std::string_view unit_;
  std::string_view actor_unit_;
  std::string_view solved_;
  std::uint32_t seat_ = 0;
  bool emergency_ = false;
  bool started_ = false;
  std::string text_;
};

}  // namespace docket::files
