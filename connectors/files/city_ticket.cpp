// From the call to what a unit does with it.
#include "connectors/files/city_ticket.h"

namespace docket::files {
namespace {

std::uint32_t slowness(std::string_view unit) {  // 0 to 99, a unit's own
  std::uint32_t hash = 2166136261U;
  for (const char c : unit) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return (hash >> 8U) % 100;
}

}  // namespace

void TicketPlan::run(std::uint32_t number) {
  choose();
  create(number);
  const bool praise = type_ == "praise";
  if (praise || (type_ == "consult" && random_.chance(800)) || (type_ != "consult" && random_.chance(60))) return answer_directly(praise);
  if (random_.chance(18)) return refuse();
  if (type_ == "report" && random_.chance(60)) {
    step(random_.ms_between(20, 240));
    plan_.add("transferred", now_, intake()).text("line", random_.any(Words{"110", "119", "120", "122"}));
    return;
  }
  if (random_.chance(2)) {  // opened by mistake
    step(random_.ms_between(120, 1800));
    plan_.add("voided", now_, dispatcher()).text("reason", "测试录入，误登记。").text("approver", "zb-1");
    return;
  }
  dispatch();
}

void TicketPlan::choose() {
  seat_ = random_.below(120);
  const auto month = static_cast<std::size_t>(model::date_from_day(context_.work.day(now_)).month - 1);
  std::uint32_t total = 0;
  for (const auto& topic : topics()) total += topic.season[month];
  std::uint32_t at = random_.below(total);
  for (const auto& topic : topics()) {
    if (at < topic.season[month]) {
      topic_ = topic;
      break;
    }
    at -= topic.season[month];
  }
  std::uint32_t weight = 0;
  for (const auto& district : city_districts()) weight += district.weight;
  at = random_.below(weight);
  for (const auto& district : city_districts()) {
    if (at < district.weight) {
      district_ = district;
      break;
    }
    at -= district.weight;
  }
  constexpr std::array<std::string_view, 5> kTypes{"help", "complaint", "report", "suggest", "praise"};
  type_ = random_.chance(topic_.consult) ? "consult" : kTypes[random_.weighted(std::array<std::uint32_t, 5>{400, 430, 90, 50, 30})];
  set_unit(random_.chance(topic_.to_district) ? district_.unit : topic_.unit);
}

void TicketPlan::set_unit(std::string_view unit) {
  unit_ = actor_unit_ = unit;
  if (unit == district_.unit && !district_.child.empty() && random_.chance(500)) actor_unit_ = district_.child;
}

void TicketPlan::create(std::uint32_t number) {
  constexpr std::array<std::string_view, 5> kChannels{"phone", "web", "app", "letter", "transfer"};
  channel_ = kChannels[random_.weighted(std::array<std::uint32_t, 5>{690, 110, 160, 10, 30})];
  const bool danger = topic_.code == "gas" || topic_.code == "tap-water" || topic_.code == "power" || topic_.code == "road";
  emergency_ = type_ == "help" && random_.chance(danger ? 70 : 6);
  text_.clear();
  if (type_ == "praise") {
    append_sentence(text_, "感谢热线和承办单位，{e}的问题{d}天就解决了，提出表扬。", random_);
  } else if (type_ == "suggest") {
    append_sentence(text_, "建议：", random_);
    append_sentence(text_, random_.any(topic_.matters), random_);
  } else {
    append_sentence(text_, type_ == "consult" ? topic_.question : random_.any(topic_.matters), random_);
  }
  auto data = plan_.add("created", now_, intake());
  const auto date = model::date_from_day(context_.work.day(now_));
  const std::string day = std::to_string(date.year * 10'000 + date.month * 100 + date.day);
  data.text("number", std::to_string(context_.options.seed) + "-" + day + "-" + std::to_string(number))
      .text("channel", channel_)
      .text("type", type_);
  data.text("category", topic_.code)
      .text("district", district_.code)
      .text("text", text_)
      .text("caller", "p" + std::to_string(random_.below(400'000)));
  if (random_.chance(850)) {
    text_.clear();
    append_address(text_, district_.title, random_);
    data.text("address", text_);
  }
  if (random_.chance(type_ == "report" ? 300 : 20)) data.flag("confidential", true);
  if (random_.chance(50)) data.flag("enterprise", true);
  if (emergency_) {
    data.text("urgency", "emergency");
  } else if (random_.chance(40)) {
    data.text("urgency", "urgent");
  }
}

void TicketPlan::answer_directly(bool praise) {
  step(random_.ms_between(60, 900));
  auto data = plan_.add("answered_directly", now_, intake());
  data.text("text", praise ? std::string_view("已转达承办单位，感谢您的认可。") : "已按知识库内容向来电人答复，来电人表示清楚。");
  if (!praise) data.text("kb_item", "kb-" + std::to_string(random_.below(900) + 100));
}

void TicketPlan::refuse() {
  step(random_.ms_between(120, 3600));
  plan_.add("not_accepted", now_, intake())
      .text("ground", random_.any(Words{"litigation", "petition", "review", "settled"}))
      .flag("explained", true);
}

void TicketPlan::dispatch() {
  step(emergency_ ? random_.ms_between(60, 400) : random_.chance(25) ? random_.ms_between(7300, 20'000) : random_.ms_between(180, 5400));
  const bool returns = !emergency_ && random_.chance(50);
  const std::string_view helper = !emergency_ && !returns && random_.chance(45) ? pick_other() : std::string_view();
  add_dispatched(helper);
  if (!returns && random_.chance(18) && merge()) return;
  context_.recent[context_.next_recent++ % context_.recent.size()] = plan_.subject();
  if (returns && !send_back()) return;
  handle(helper);
}

void TicketPlan::add_dispatched(std::string_view helper) {
  dispatched_ = now_;
  auto data = plan_.add("dispatched", now_, dispatcher());
  data.text("unit", unit_).text("list_version", "2025-06");
  if (!helper.empty()) data.list("assists", helper);
}

std::string_view TicketPlan::pick_other() {  // a bureau or district, not the unit itself
  while (true) {
    const auto other = city_units()[random_.below(15)];
    if (other != unit_) return other;
  }
}

bool TicketPlan::merge() {
  const auto& target = context_.recent[random_.below(static_cast<std::uint32_t>(context_.recent.size()))];
  if (target.empty() || target == plan_.subject()) return false;
  step(random_.ms_between(300, 20'000));
  plan_.add("merged", now_, dispatcher()).text("reason", "同一诉求重复反映，并单处理。").text("merged_into", target);
  if (!random_.chance(120)) return true;
  step_to_work(1);
  plan_.add("unmerged", now_, dispatcher()).text("reason", "经核对不是同一事项，恢复办理。");
  return false;
}

bool TicketPlan::send_back() {
  step_to_work(random_.chance(600) ? 0 : 1);
  plan_.add("return_requested", now_, unit()).text("reason", "不属于本单位职责范围。").text("basis", "三定方案与派单目录");
  step_to_work(random_.chance(700) ? 0 : 1);
  const std::uint32_t end = random_.below(100);
  if (end < 25) {
    plan_.add("return_denied", now_, dispatcher()).text("reason", "按首接负责制先行办理。");
  } else if (end < 40) {
    plan_.add("designated", now_, dispatcher()).text("basis", "经会商指定办理");
  } else {
    plan_.add("return_granted", now_, dispatcher());
    set_unit(pick_other());
    step(random_.ms_between(600, 14'400));
    add_dispatched({});
  }
  return true;
}

void TicketPlan::handle(std::string_view helper) {
  if (emergency_) {
    step(random_.ms_between(120, 900));
  } else {
    step_to_work(random_.chance(720) ? 0 : random_.chance(800) ? 1 : 2);
  }
  plan_.add("signed", now_, unit());
  if (random_.chance(10) && helper.empty() && !emergency_) {
    step_to_work(0);
    set_unit(pick_other());
    plan_.add("lead_assist_set", now_, dispatcher()).text("unit", unit_);
  }
  if (random_.chance(850)) {
    step(random_.ms_between(60, 3600));
    plan_.add("handling_started", now_, unit());
    started_ = true;
  }
  if (random_.chance(700)) contact();
  if (!helper.empty()) {
    if (random_.chance(30)) return;  // an opinion that never comes: open to the end
    step_to_work(random_.between(1, 3));
    plan_.add("assist_given", now_, {"unit", helper, 1, helper}).text("part", helper).text("text", "已提供本部门意见，配合现场处置。");
  }
  if (random_.chance(60)) {
    step(random_.ms_between(3600, 90'000));
    plan_.add("call_repeated", now_, intake()).text("call", "来电人询问办理进度。");
  }
  if (random_.chance(50)) {
    step(random_.ms_between(600, 20'000));
    plan_.add("noted", now_, dispatcher()).text("text", "已电话提醒承办单位注意时限。");
  }
  work_on();
}

void TicketPlan::contact() {
  step_to_work(emergency_ ? 0 : random_.chance(700) ? 0 : 1);
  plan_.add("caller_contacted", now_, unit()).text("channel", "phone").flag("reached", random_.chance(880));
}

void TicketPlan::work_on() {
  const std::uint32_t fate = random_.below(1000);
  if (!emergency_ && fate < 65) {
    extend();
  } else if (!emergency_ && fate < 90) {
    step_to_work(random_.between(1, 2));
    plan_.add("suspended", now_, dispatcher()).text("reason", "等待鉴定结论，中止计时。");
    step_to_work(random_.between(3, 15));
    plan_.add("resumed", now_, dispatcher());
  } else if (fate < 97 && started_) {
    step_to_work(random_.between(2, 4));
    plan_.add("listed_long_term", now_, dispatcher()).text("condition", "涉及规划调整，列入挂账，条件成熟后办理。");
    if (!random_.chance(600)) return;
    step_to_work(random_.between(15, 45));
    plan_.add("reactivated", now_, dispatcher());
  } else if (fate < 104) {
    step_to_work(random_.between(1, 3));
    plan_.add("terminated", now_, auditor())
        .text("ground", random_.chance(600) ? "caller_refuses" : "other")
        .text("request_no", "zz-" + std::to_string(random_.below(9000)));
    return;
  }
  if (random_.chance(150)) {
    step_to_work(random_.between(0, 1));
    plan_.add("progress_reported", now_, unit()).text("text", "已到现场查看，正在制定处置方案。");
  }
  if (random_.chance(12)) return urge_in_vain();
  reply_until_passed(reply_days());
}

int TicketPlan::reply_days() {  // working days from now on
  const std::uint32_t slow = slowness(unit_);
  if (random_.chance(20 + slow)) return random_.between(5, 9);
  if (random_.chance(6 + slow / 4)) return random_.between(10, 30);
  return random_.between(0, 3);
}

void TicketPlan::extend() {
  if (!context_.handle_limit) return;
  const auto& bundle = context_.bundle;
  const Instant due = calendar::add_limit(*bundle.calendar, bundle.zone, dispatched_, *context_.handle_limit).due;
  step_to_work(random_.between(0, 1));
  const auto due_day = context_.work.day(due);
  model::Day until = context_.work.calendar().nth_working_day(due_day, random_.between(2, 9)).value_or(due_day + 5);
  if (context_.handle_cap)
    until = std::min(until, context_.work.day(calendar::add_limit(*bundle.calendar, bundle.zone, dispatched_, *context_.handle_cap).due));
  plan_.add("extension_requested", now_, unit()).text("reason", "配件采购需要时间，申请延期。").text("new_due", model::format_date(until));
  step_to_work(random_.chance(700) ? 0 : 1);
  if (now_ < due && until > due_day && random_.chance(850)) {
    plan_.add("extension_approved", now_, dispatcher()).text("new_due", model::format_date(until));
    step_to_work(random_.between(1, 5));
  } else {
    plan_.add("extension_refused", now_, dispatcher());
  }
}

void TicketPlan::urge_in_vain() {  // a long tail: nobody replies
  step_to_work(random_.between(6, 10));
  plan_.add("urged", now_, dispatcher()).text("level", "红牌").text("document_no", "cb-" + std::to_string(random_.below(9000) + 1000));
  if (random_.chance(500)) {
    step_to_work(random_.between(4, 8));
    plan_.add("supervised", now_, {"supervisor", "dc", seat_ % 7, {}})
        .text("level", "listed")
        .text("document_no", "db-" + std::to_string(random_.below(900) + 100));
  }
  if (random_.chance(300)) {
    step_to_work(random_.between(2, 6));
    plan_.add("escalated", now_, dispatcher())
        .text("to", district_.unit)
        .text("reason", "多次督办仍未办结。")
        .text("due", model::format_date(context_.work.day(now_) + 10));
  }
  if (random_.chance(400)) reply_until_passed(random_.between(3, 20));
}

void plan_ticket(CityContext& context, CasePlan& plan, Instant opened, std::uint32_t number, Random& random) {
  TicketPlan(context, plan, opened, random).run(number);
}

}  // namespace docket::files
