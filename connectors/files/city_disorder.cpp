// What happens to a case's events on their way: most arrive within minutes and in order; some late, some twice, some in the wrong
// order, and some should never have been sent.
#include <algorithm>
#include <array>

#include "connectors/files/city_plan.h"

namespace docket::files {
namespace {

constexpr std::int64_t kDayMs = model::kMsPerDay;

// Facts that nothing later rests on.
bool may_come_late(std::string_view name) {
  constexpr std::array<std::string_view, 6> kFacts{"caller_contacted", "progress_reported", "noted", "urged",
                                                   "call_repeated",    "supervised"};
  return std::find(kFacts.begin(), kFacts.end(), name) != kFacts.end();
}

void mark(PlannedEvent& event) {
  event.truth.late = event.deliver - event.time > kDayMs;
  event.truth.delivered = event.deliver;
}

class Disorder {
 public:
  Disorder(const CityContext& context, CasePlan& plan, Random& random) : context_(context), plan_(plan), random_(random) {}

  void run() {
    auto& events = plan_.events;
    std::erase_if(events, [&](const PlannedEvent& event) { return event.time > context_.horizon; });
    if (events.empty()) return;
    Instant last = 0;
    for (auto& event : events) {
      event.deliver = last = std::max(last + 1, event.time + random_.ms_between(1, 90));
    }
    const bool pair_late = delay();
    swap();
    for (auto& event : events) mark(event);
    const std::size_t own = events.size();
    for (std::size_t i = 0; i < own; ++i) {
      if (random_.chance(10)) repeat(i);
    }
    if (!pair_late && events[own - 1].name != "voided" && random_.chance(6)) add_wrong(own);
  }

 private:
  // A fact is typed in days later; or a pause with its end, which moves what came after it. True: the latter.
  bool delay() {
    auto& events = plan_.events;
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (may_come_late(events[i].name) && random_.chance(25)) events[i].deliver += random_.ms_between(2 * 86'400, 30 * 86'400);
      if (events[i].name == "suspended" && i + 1 < events.size() && events[i + 1].name == "resumed" && random_.chance(100)) {
        const std::int64_t later = random_.ms_between(2 * 86'400, 10 * 86'400);
        events[i].deliver = std::max(events[i].deliver, events[i + 1].deliver) + later;
        events[i + 1].deliver = events[i].deliver + random_.ms_between(1, 60);
        return true;
      }
    }
    return false;
  }

  void swap() {
    auto& events = plan_.events;
    for (std::size_t i = 0; i + 1 < events.size(); ++i) {
      const bool next_is_late = events[i + 1].deliver - events[i + 1].time > kHourMs;
      if (!random_.chance(8) || next_is_late || events[i].deliver > events[i + 1].deliver) continue;
      events[i].deliver = events[i + 1].deliver + random_.ms_between(1, 40);
      events[i].truth.out_of_order = true;
    }
  }

  void repeat(std::size_t index) {
    PlannedEvent again = plan_.events[index];
    again.deliver += random_.chance(700) ? random_.ms_between(1, 120) : random_.ms_between(3600, 2 * 86'400);
    again.truth.fate = CityFate::kDuplicate;
    mark(again);
    plan_.events.push_back(std::move(again));
  }

  // One event that no ledger may take, behind everything of its case.
  void add_wrong(std::size_t own) {
    const PlannedEvent& last = plan_.events[own - 1];
    const bool ticket = plan_.events.front().name == "created";
    const Instant time = last.time + random_.ms_between(60, 7200);
    const Actor intake{"intake", "op", random_.below(120), {}};
    const Actor dispatcher{"dispatcher", "pd", random_.below(23), {}};
    plan_.id_instead = plan_.subject() + "/x";
    const std::uint32_t sort = random_.below(ticket ? 11 : 3);
    switch (sort) {
      case 0:
        plan_.subject_instead = "工单 " + std::to_string(random_.below(100'000));
        wrong("noted", time, dispatcher, CityFate::kRejected, "invalid-subject").text("text", "编号录入错误。");
        break;
      case 1:
        plan_.type_instead = "org.docket.hotline-ticket.dispached.v1";
        wrong("dispached", time, dispatcher, CityFate::kRejected, "unknown-type").text("unit", "b-cgj");
        break;
      case 2:
        wrong("noted", time + 40LL * 365 * kDayMs, dispatcher, CityFate::kRejected, "future-time").text("text", "时间录入错误。");
        plan_.events.back().time = time;
        break;
      case 3:
        wrong("signed", time, intake, CityFate::kRejected, "role-not-allowed");
        break;
      case 4:
        wrong("dispatched", time, dispatcher, CityFate::kRejected, "invalid-data").text("list_version", "2025-06");
        break;
      case 5:
        wrong("signed", time, {"unit", "x", 1, "b-unknown"}, CityFate::kRejected, "invalid-attribute");
        break;
      case 6:
        plan_.more_attributes = R"(,"approvedby":"pd-7")";
        wrong("noted", time, {"dispatcher", "pd", 7, {}}, CityFate::kRejected, "self-approved").text("text", "自己批准自己。");
        break;
      case 7:
        plan_.id_instead = plan_.subject() + "/1";
        wrong("created", plan_.events.front().time, intake, CityFate::kConflict, "identity-conflict")
            .text("number", "-")
            .text("channel", "phone")
            .text("type", "help")
            .text("category", "noise")
            .text("district", "shinan")
            .text("text", "同一编号，另一内容。")
            .text("caller", "p0");
        break;
      case 8:
        plan_.subject_instead = plan_.subject() + "-0";
        wrong("handling_started", time, {"unit", "b-cgj", 1, "b-cgj"}, CityFate::kParks, "no-case");
        break;
      case 9:
        wrong("created", time, intake, CityFate::kParks, "case-exists")
            .text("number", plan_.subject())
            .text("channel", "phone")
            .text("type", "help")
            .text("category", "noise")
            .text("district", "shinan")
            .text("text", "重复立案。")
            .text("caller", "p0");
        break;
      default:
        // Nothing ever leads out of these states to one in which a reply may be audited.
        if (last.name == "answered_directly" || last.name == "not_accepted" || last.name == "transferred") {
          wrong("concluded", time, {"auditor", "sh", 1, {}}, CityFate::kParks, "not-from-state");
        } else {
          wrong("dispatched", time, dispatcher, CityFate::kRejected, "invalid-data").text("unit", "b-nowhere");
        }
        break;
    }
    plan_.id_instead.clear();
    plan_.subject_instead.clear();
    plan_.type_instead.clear();
    plan_.more_attributes.clear();
    plan_.truth_instead = {};
    auto& event = plan_.events.back();
    Instant latest = 0;
    for (std::size_t i = 0; i < own; ++i) latest = std::max(latest, plan_.events[i].deliver);
    event.deliver = std::max(latest, event.time) + random_.ms_between(1, 600);
    mark(event);
  }

  DataWriter wrong(std::string_view name, Instant time, const Actor& actor, CityFate fate, std::string_view code) {
    plan_.truth_instead.fate = fate;
    plan_.truth_instead.code = code;
    return plan_.add(name, time, actor);
  }

  const CityContext& context_;
  CasePlan& plan_;
  Random& random_;
};

}  // namespace

void add_disorder(const CityContext& context, CasePlan& plan, Random& random) { Disorder(context, plan, random).run(); }

}  // namespace docket::files
