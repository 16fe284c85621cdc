// The life of one suggestion or proposal, in the order in which it happens; most are submitted while congress and conference meet.
#include <algorithm>
#include <array>

#include "connectors/files/city_plan.h"

namespace docket::files {
namespace {

struct Subject {
  std::string_view topic;
  std::array<std::string_view, 2> units;  // in charge, or asked for an opinion
  std::array<std::string_view, 2> titles;
  std::string_view text;
};
constexpr std::array<Subject, 10> kSubjects{{
    {"economy",
     {"b-dsj", "b-scj"},
     {"关于优化营商环境的建议", "关于支持小微企业发展的提案"},
     "企业办事环节仍然偏多，建议压减材料，公开办理进度。"},
    {"city-works",
     {"b-zjj", "b-cgj"},
     {"关于加快老旧小区改造的建议", "关于规范城区户外广告的提案"},
     "老城区管网老化，建议列出改造计划，分年实施。"},
    {"transport",
     {"b-jtj", "b-gaj"},
     {"关于增设公交线路的建议", "关于治理学校周边停车难的提案"},
     "上下学时段拥堵明显，建议错时停车，增开线路。"},
    {"environment",
     {"b-sthj", "b-swj"},
     {"关于加强河道治理的建议", "关于扩大噪声监测范围的提案"},
     "部分河段水质反复，建议明确河段责任，定期公布监测结果。"},
    {"agriculture", {"b-zrj", "b-scj"}, {"关于发展乡村民宿的建议", "关于加强耕地保护的提案"}, "设施农业用地审批标准不一，建议统一口径。"},
    {"education",
     {"b-jyj", "b-zrj"},
     {"关于增加学前教育学位的建议", "关于规范课后托管服务的提案"},
     "新建小区配套园移交滞后，建议与住宅同步交付。"},
    {"health",
     {"b-wjw", "b-ybj"},
     {"关于完善家庭医生签约服务的建议", "关于提高基层用药保障的提案"},
     "基层药品目录偏窄，建议扩大慢性病用药范围。"},
    {"culture",
     {"b-ylj", "b-cgj"},
     {"关于保护历史街区的建议", "关于延长公共文化场馆开放时间的提案"},
     "晚间和节假日开放时间不足，建议延时开放。"},
    {"welfare", {"b-mzj", "b-rsj"}, {"关于发展社区养老的建议", "关于完善灵活就业人员参保的提案"}, "社区助餐点覆盖不足，建议用好闲置用房。"},
    {"rule-of-law", {"b-gaj", "b-scj"}, {"关于加强物业纠纷调解的建议", "关于规范预付式消费的提案"}, "预付卡退款难，建议建立资金监管账户。"},
}};

class ProposalPlan {
 public:
  ProposalPlan(CityContext& context, CasePlan& plan, Random& random)
      : context_(context), plan_(plan), random_(random), subject_(random.any(kSubjects)), congress_(random.chance(450)) {}

  void run(model::Day day, std::uint64_t number, bool in_session) {
    now_ = context_.work.zone().to_instant(day, 9 * kHourMs + random_.ms_between(0, 28'000));
    submit(day, number, in_session);
    step_to_work(random_.between(0, 1));
    if (random_.chance(20)) {
      plan_.add("not_filed", now_, body()).text("reason", "所提事项不属于政府职权，转有关方面参考。").text("converted_to", "letter");
      return;
    }
    plan_.add("filed", now_, body());
    if (random_.chance(40) && combine()) return;
    context_.recent_proposals[context_.next_proposal++ % context_.recent_proposals.size()] = plan_.subject();
    step_to_work(random_.chance(930) ? random_.between(0, 1) : random_.between(4, 8));
    choose();
    assign();
    if (random_.chance(15)) {
      step_to_work(random_.between(1, 10));
      plan_.add("withdrawn", now_, body()).text("request_no", "ch-" + std::to_string(random_.below(900)));
      return;
    }
    if (separate()) {
      answer_by_shares();
    } else if (!take_up() || !reply(0)) {
      return;
    }
    follow();
  }

 private:
  [[nodiscard]] Actor body() const { return {"body_office", congress_ ? "rd" : "zx", 1, {}}; }
  [[nodiscard]] Actor dispatcher() const { return {"dispatcher", "jb", 2, {}}; }
  [[nodiscard]] Actor lead() const { return {"unit", lead_, 1, lead_}; }
  [[nodiscard]] bool separate() const { return mode_ == 2; }

  void step_to_work(int working_days) { now_ = std::max(now_ + 1000, context_.work.pick(now_, working_days, random_)); }

  void submit(model::Day day, std::uint64_t number, bool in_session) {
    const int year = model::date_from_day(day).year;
    auto data = plan_.add("submitted", now_, body());
    data.text("body", congress_ ? "npc" : "cppcc");
    constexpr std::array<std::string_view, 4> kLevels{"city", "province", "district", "nation"};
    data.text("level", kLevels[random_.weighted(std::array<std::uint32_t, 4>{860, 90, 30, 20})]);
    data.text("session", std::to_string(year) + (congress_ ? "年市人大会议" : "年市政协会议"));
    data.text("number", std::to_string(context_.options.seed) + "-" + std::to_string(number));
    data.text("title", random_.any(subject_.titles)).text("text", subject_.text).text("topic", subject_.topic);
    data.text("lead_proposer", (congress_ ? "dep" : "mem") + std::to_string(random_.below(500)));
    if (random_.chance(250)) data.list("co_proposers", "dep" + std::to_string(500 + random_.below(100)));
    data.flag("in_session", in_session);
    if (random_.chance(10)) data.flag("secret", secret_ = true);
  }

  bool combine() {
    const auto& target = random_.any(context_.recent_proposals);
    if (target.empty()) return false;
    step_to_work(1);
    plan_.add("combined", now_, body()).text("reason", "内容相近，并案办理。").text("combined_into", target);
    if (!random_.chance(150)) return true;
    step_to_work(2);
    plan_.add("separated", now_, body()).text("reason", "提出人要求单独答复。");
    return false;
  }

  void choose() {
    mode_ = random_.weighted(std::array<std::uint32_t, 3>{600, 330, 70});
    lead_ = subject_.units[random_.chance(800) ? 0 : 1];
    helper_ = subject_.units[lead_ == subject_.units[0] ? 1 : 0];
    key_ = separate() ? 0 : random_.weighted(std::array<std::uint32_t, 3>{920, 50, 30});
    difficult_ = random_.chance(60);
  }

  void assign() {
    constexpr std::array<std::string_view, 3> kModes{"sole", "lead_assist", "separate"};
    auto data = plan_.add("assigned", now_, dispatcher());
    data.text("mode", kModes[mode_]);
    if (separate()) {
      data.object("shares", R"([")" + std::string(lead_) + R"(",")" + std::string(helper_) + R"("])");
    } else {
      data.text("lead", lead_);
      if (mode_ == 1) data.list("assists", helper_);
    }
    if (key_ == 1) data.text("key_level", "key");
    if (key_ == 2) data.text("key_level", "leader_charge").text("leader", "fsz-" + std::to_string(random_.below(8)));
    if (difficult_) data.flag("difficult", true);
    assigned_ = now_;
  }

  // False: it ends here.
  bool take_up() {
    step_to_work(random_.between(0, 1));
    constexpr std::int64_t kObjectionMs = 4 * model::kMsPerDay;  // the window is five days, and holidays count
    if (mode_ == 0 && now_ - assigned_ < kObjectionMs && random_.chance(50)) {
      plan_.add("return_requested", now_, lead()).text("reason", "主要事项由其他部门负责。").text("proposed_unit", helper_);
      step_to_work(1);
      if (random_.chance(400)) {
        plan_.add("return_denied", now_, dispatcher()).text("reason", "职责清楚，请继续办理。");
      } else {
        plan_.add("return_granted", now_, dispatcher());
        std::swap(lead_, helper_);
        step_to_work(1);
        assign();
        step_to_work(1);
        plan_.add("accepted", now_, lead());
      }
    } else {
      plan_.add("accepted", now_, lead());
    }
    contact(random_.between(2, 12));
    if (mode_ == 1) {
      step_to_work(random_.chance(920) ? random_.between(5, 10) : random_.between(14, 20));
      if (random_.chance(30)) {
        plan_.add("opinion_refused", now_, lead()).text("part", helper_).text("note", "经两次催要未反馈意见，按现有情况答复。");
      } else {
        plan_.add("opinion_given", now_, {"unit", helper_, 1, helper_}).text("part", helper_).text("text", "已提供会办意见。");
      }
    }
    if (key_ != 0 && random_.chance(600)) {
      step_to_work(2);
      plan_.add("parties_coordinated", now_, dispatcher()).object("parties", R"(["人大代表工作机构","政府办公厅","承办单位","代表"])");
    }
    if (!difficult_ && random_.chance(60)) extend();
    return !random_.chance(12);  // nobody replies
  }

  void contact(int working_days) {
    constexpr std::array<std::string_view, 3> kForms{"visit", "meeting", "phone"};
    step_to_work(working_days);
    plan_.add("proposer_contacted", now_, lead()).text("form", kForms[random_.weighted(std::array<std::uint32_t, 3>{350, 250, 400})]);
  }

  void extend() {
    constexpr model::Day kUntil = 150;  // more than three months from the start, less than six
    step_to_work(random_.between(2, 8));
    const std::string until = model::format_date(context_.work.day(assigned_) + kUntil);
    plan_.add("extension_requested", now_, lead()).text("reason", "涉及规划调整，需要论证。").text("new_due", until);
    step_to_work(1);
    if (random_.chance(850)) {
      plan_.add("extension_approved", now_, dispatcher()).text("new_due", until).flag("proposer_told", true);
      extended_ = true;
    } else {
      plan_.add("extension_refused", now_, dispatcher());
    }
  }

  // What is left until a good day to reply: in time for most.
  int days_to_reply(std::size_t round) {
    if (round > 0) return random_.chance(950) ? random_.between(5, 14) : random_.between(24, 30);
    const bool late = random_.chance(30);
    if (difficult_ || extended_) return late ? random_.between(110, 130) : random_.between(25, 50);
    return late ? random_.between(50, 70) : random_.between(2, 22);
  }

  bool reply(std::size_t round) {
    step_to_work(days_to_reply(round));
    constexpr std::array<std::string_view, 3> kClasses{"A", "B", "C"};
    class_ = random_.weighted(std::array<std::uint32_t, 3>{640, 260, 100});
    plan_.add("reply_signed", now_, lead())
        .text("class", kClasses[class_])
        .text("reply_no",
              "函〔" + std::to_string(model::date_from_day(context_.work.day(now_)).year) + "〕" + std::to_string(random_.below(900)))
        .text("signer", "ld-" + std::string(lead_));
    step_to_work(random_.between(0, 2));
    const bool face = key_ != 0 || random_.chance(800);
    constexpr std::array<std::string_view, 3> kFaces{"head", "deputy_head", "division"};
    plan_.add("reply_delivered", now_, lead())
        .text("form", !face                 ? "paper"
                      : random_.chance(700) ? "face"
                                            : "both")
        .text("face_level", !face       ? "none"
                            : key_ != 0 ? "head"
                                        : kFaces[random_.weighted(std::array<std::uint32_t, 3>{200, 500, 300})])
        .flag("public", !secret_);
    if (key_ != 0) {
      step_to_work(random_.between(0, 1));
      plan_.add("joint_reply_held", now_, dispatcher())
          .object("parties", R"(["承办单位","监督方","审核方"])")
          .text("minutes", "https://example.org/minutes/" + plan_.subject());
    }
    return true;
  }

  void answer_by_shares() {
    step_to_work(1);
    plan_.add("accepted", now_, lead());
    class_ = 0;
    for (const auto unit : {lead_, helper_}) {
      step_to_work(random_.between(8, 24));
      plan_.add("share_contacted", now_ - kHourMs, {"unit", unit, 1, unit}).text("part", unit).text("form", "phone");
      plan_.add("share_replied", now_, {"unit", unit, 1, unit})
          .text("part", unit)
          .text("class", random_.chance(700) ? "A" : "B")
          .text("reply_no", "函-" + std::to_string(random_.below(900)));
    }
    step_to_work(1);
    plan_.add("shares_answered", now_, dispatcher());
  }

  // Promise, rating, second handling, publication, end.
  void follow() {
    const bool promise = class_ == 1 && !separate() && random_.chance(600);
    if (promise) record_promise();
    bool satisfied = rate();
    for (std::size_t round = 1; !satisfied && round < 3; ++round) {
      if (separate() || round == 2) {
        if (round == 2) settle(promise);
        return;
      }
      step_to_work(random_.between(1, 5));
      plan_.add("rehandling_ordered", now_, body()).text("trigger", "dissatisfied");
      contact(random_.between(1, 4));
      reply(round);
      satisfied = rate();
    }
    if (!secret_ && random_.chance(600)) {
      step_to_work(1);
      plan_.add("published_online", now_, dispatcher())
          .text("url", "https://example.org/replies/" + plan_.subject())
          .flag("redacted", true);
    }
    if (random_.chance(45)) assess();
    if (promise || class_ != 0) {
      step_to_work(1);
      plan_.add("tracking_started", now_, dispatcher());
      if (promise) keep_promise();
      step_to_work(random_.between(5, 30));
    } else {
      step_to_work(random_.between(1, 8));
    }
    plan_.add("closed", now_, dispatcher());
  }

  // False: not satisfied. Who says nothing for as long as the window lasts counts as answered.
  bool rate() {
    if (!random_.chance(780)) {
      constexpr int kBehindTheWindow = 22;
      step_to_work(kBehindTheWindow);
      return true;
    }
    step_to_work(random_.between(1, 12));
    constexpr std::array<std::string_view, 3> kResults{"satisfied", "basically_satisfied", "dissatisfied"};
    constexpr std::array<std::string_view, 3> kSources{"platform", "paper", "phone"};
    const std::size_t result = random_.weighted(std::array<std::uint32_t, 3>{800, 150, 50});
    const Actor proposer{"proposer", congress_ ? "dep" : "mem", random_.below(500), {}};
    plan_.add("rated", now_, proposer)
        .text("attitude", kResults[std::min<std::size_t>(result, 1)])
        .text("result", kResults[result])
        .text("source", kSources[random_.weighted(std::array<std::uint32_t, 3>{700, 200, 100})]);
    return result < 2;
  }

  void record_promise() {
    step_to_work(0);
    promised_ = context_.work.day(now_) + random_.between(40, 120);
    plan_.add("promise_recorded", now_, lead())
        .number("part", 1)
        .text("text", "列入年度计划，按期完成后再次答复。")
        .text("due", model::format_date(promised_));
  }

  void keep_promise() {
    const bool kept = random_.chance(850);
    const Instant due = context_.work.zone().day_start(promised_);
    const Instant good = due - random_.ms_between(3 * 86'400, 20 * 86'400);
    now_ = std::max(now_ + kHourMs, kept ? good : due + random_.ms_between(2 * 86'400, 20 * 86'400));
    if (now_ < due || random_.chance(600)) {
      plan_.add("promise_fulfilled", now_, lead()).number("part", 1).text("evidence", "https://example.org/evidence/" + plan_.subject());
    } else {
      plan_.add("promise_explained", now_, lead()).number("part", 1).text("text", "因资金未到位，顺延至下一年度。");
    }
  }

  void settle(bool promise) {
    if (promise) keep_promise();
    step_to_work(random_.between(5, 15));
    plan_.add("settled_by_body", now_, body()).text("decision", "经两次办理，客观条件不具备，予以说明。");
  }

  void assess() {
    constexpr std::array<std::string_view, 5> kOutcomes{"done", "go_on", "push", "research_plan", "not_again"};
    step_to_work(2);
    plan_.add("third_party_assessed", now_, {"assessor", "pg", 1, {}})
        .number("score", random_.between(60, 99))
        .text("outcome", kOutcomes[random_.weighted(std::array<std::uint32_t, 5>{600, 250, 60, 60, 30})]);
  }

  CityContext& context_;
  CasePlan& plan_;
  Random& random_;
  const Subject& subject_;
  bool congress_;
  Instant now_ = 0;
  Instant assigned_ = 0;
  model::Day promised_ = 0;
  std::string_view lead_;
  std::string_view helper_;
  std::size_t mode_ = 0;
  std::size_t key_ = 0;
  std::size_t class_ = 0;
  bool difficult_ = false;
  bool extended_ = false;
  bool secret_ = false;
};

}  // namespace

void plan_proposal(CityContext& context, CasePlan& plan, model::Day day, std::uint64_t number, bool in_session, Random& random) {
  ProposalPlan(context, plan, random).run(day, number, in_session);
}

}  // namespace docket::files
