#include "connectors/node/clock_moves.h"

#include <algorithm>

namespace docket::node {
namespace {

using calendar::LimitUnit;
using model::ClockInstance;

const char* sort_name(calendar::ExplainLine::Sort sort) {
  using Sort = calendar::ExplainLine::Sort;
  switch (sort) {
    case Sort::kStart:
      return "start";
    case Sort::kCounted:
      return "counted";
    case Sort::kWeekend:
      return "weekend";
    case Sort::kHoliday:
      return "holiday";
    case Sort::kMakeUp:
      return "make_up";
    case Sort::kPaused:
      return "paused";
    case Sort::kDue:
      return "due";
    case Sort::kSpan:
      return "span";
  }
  return "counted";
}

// By any event that leaves the pause: one that ends the clock lets it run on for that instant.
bool ran_on(const ClockInstance& before, const ClockInstance& after) { return after.pauses.size() > before.pauses.size(); }

const char* move_name(const ClockInstance& before, const ClockInstance& after) {
  if (after.extensions > before.extensions) return "extended";
  if (ran_on(before, after)) return "resumed";
  return after.adjusted ? "adjusted" : "moved";
}

// What lies between the due before and the due after, in the clock's own unit.
void add_between(const Reading& reading, const ClockInstance& before, const ClockInstance& after, Instant time, json::object& out) {
  const auto& calendar = *reading.bundle.calendar;
  const auto& zone = reading.bundle.zone;
  if (before.due == model::kNoInstant || after.due <= before.due || after.due == model::kForever) return;
  if (ran_on(before, after)) {
    out["paused_at"] = instant_json(before.paused_at);
    const auto unit = before.unit == LimitUnit::kNone ? LimitUnit::kDays : before.unit;
    out["explain"] = lines_json(calendar::explain_resume(calendar, zone, before.paused_at, time, before.due, unit));
    return;
  }
  if (before.unit == LimitUnit::kWorkingHours) {
    out["added_working_ms"] = calendar::working_ms(calendar, zone, before.due, after.due);
    return;
  }
  if (before.unit == LimitUnit::kHours || before.unit == LimitUnit::kMinutes) {
    out["added_ms"] = after.due - before.due;
    return;
  }
  const Day from = zone.local_day(before.due);
  const Day to = zone.local_day(after.due);
  // Working days lead to one: another day, which only a person can have set, is told by the calendar's.
  const bool working = before.unit == LimitUnit::kWorkingDays && calendar.count_working_days(to, to + 1) == 1;
  const auto days = working ? calendar.count_working_days(from + 1, to + 1) : to - from;
  const calendar::Duration added{static_cast<std::int32_t>(days), working ? LimitUnit::kWorkingDays : LimitUnit::kDays};
  out["added"] = calendar::format_duration(added);
  if (days > 0) out["explain"] = lines_json(calendar::explain_limit(calendar, zone, before.due, added));
}

class Collector {
 public:
  Collector(const Reading& reading, const apply::CaseHistory& history) : reading_(reading), history_(history) {}

  void compare(const apply::Folded& row, const model::CaseState& before, const model::CaseState& after) {
    compare_clocks(row, nullptr, before.scope.clocks, after.scope.clocks);
    const std::vector<ClockInstance> none;
    for (const auto& part : after.parts) {
      const auto old = std::find_if(before.parts.begin(), before.parts.end(), [&](const auto& each) {
        return each.part == part.part && each.key == part.key && each.nth == part.nth;
      });
      compare_clocks(row, &part, old != before.parts.end() ? old->scope.clocks : none, part.scope.clocks);
    }
  }
  [[nodiscard]] std::vector<ClockMove> take() { return std::move(moves_); }

 private:
  void compare_clocks(const apply::Folded& row, const model::PartInstance* part, const std::vector<ClockInstance>& before,
                      const std::vector<ClockInstance>& after) {
    for (const auto& now : after) {
      const auto setting = [&](std::uint16_t nth) {
        return std::find_if(before.begin(), before.end(), [&](const auto& each) { return each.clock == now.clock && each.nth == nth; });
      };
      const auto old = setting(now.nth);
      if (old != before.end()) {
        add_move(row, part, *old, now);
      } else if (now.adjusted && now.nth > 1) {  // it had run out, and goes on as another setting
        const auto former = setting(static_cast<std::uint16_t>(now.nth - 1));
        if (former == before.end()) continue;
        take_over(*former, now);
        add_move(row, part, *former, now);
      } else {
        add_at_once(row, part, now);
      }
    }
  }

  // What moved the setting before moved this one.
  void take_over(const ClockInstance& former, const ClockInstance& now) {
    std::vector<ClockMove> taken;
    for (const auto& move : moves_) {
      if (move.part == 0 && move.clock == former.clock && move.nth == former.nth) taken.push_back(move);
    }
    for (auto& move : taken) {
      move.nth = now.nth;
      moves_.push_back(std::move(move));
    }
  }

  // Set and moved by one event.
  void add_at_once(const apply::Folded& row, const model::PartInstance* part, const ClockInstance& now) {
    ClockInstance set = now;
    set.due = now.original_due;
    set.extensions = 0;
    set.status = ClockInstance::Status::kRunning;
    add_move(row, part, set, now);
  }

  void add_move(const apply::Folded& row, const model::PartInstance* part, const ClockInstance& old, const ClockInstance& now) {
    if (old.due == now.due && old.extensions == now.extensions) return;
    ClockMove move;
    if (part != nullptr) {
      move.part = part->part;
      move.part_key = part->key;
      move.part_nth = part->nth;
    }
    move.clock = now.clock;
    move.nth = now.nth;
    move.shown = shown(row, old, now);
    moves_.push_back(std::move(move));
  }

  json::object shown(const apply::Folded& row, const ClockInstance& before, const ClockInstance& after) const {
    const auto& event = *row.event;
    const auto& def = reading_.bundle.kinds[event.kind].events[event.event];
    json::object out{{"sort", move_name(before, after)},
                     {"event", def.name},
                     {"label", reading_.labels(def.labels)},
                     {"source", event.source},
                     {"id", event.id},
                     {"time", instant_json(event.time)},
                     {"height", std::to_string(row.key.height)}};
    const auto& entries = history_.entries();
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const auto& each) { return each.height == row.key.height; });
    if (entry != entries.end()) out["recorded"] = instant_json(entry->recorded);
    out["actor"] = event.authid;
    out["role"] = event.actorrole;
    if (!event.actorunit.empty()) out["unit"] = event.actorunit;
    if (!event.approvedby.empty()) out["approved_by"] = event.approvedby;
    out["from"] = instant_json(before.due);
    out["to"] = instant_json(after.due);
    add_between(reading_, before, after, event.time, out);
    return out;
  }

  const Reading& reading_;
  const apply::CaseHistory& history_;
  std::vector<ClockMove> moves_;
};

}  // namespace

json::array lines_json(const std::vector<calendar::ExplainLine>& lines) {
  json::array out;
  for (const auto& line : lines) {
    json::object one{{"from", model::format_date(line.from)},
                     {"to", model::format_date(line.to)},
                     {"sort", sort_name(line.sort)},
                     {"counted", line.counted}};
    if (line.counted_ms != 0) one["counted_ms"] = line.counted_ms;
    if (!line.name.empty()) one["name"] = line.name;
    if (!line.layer.empty()) one["layer"] = line.layer;
    if (!line.source.empty()) one["source"] = line.source;
    out.push_back(std::move(one));
  }
  return out;
}

ClockCourses clock_courses(const Reading& reading, const model::CaseState& state, AsOf as_of, bool moves) {
  ClockCourses out;
  as_of.known_at = std::min(as_of.known_at, state.last_recorded);  // what was recorded since is not in that state
  const auto history = reading.history(state.id, as_of);
  if (!history || history->bundle().id != reading.bundle.id) return out;  // it moved between the reads, or by a clock ahead of this one
  const auto events = history->folded();
  const std::span<const apply::Folded> all(events);
  if (auto limits = validate::start_limits(reading.bundle, all, as_of.at)) out.limits = std::move(*limits);
  if (!moves) return out;
  Collector collector(reading, *history);
  for (std::size_t i = 0; i < all.size() && all[i].key.time <= as_of.at; ++i) {
    if (all[i].effects.empty()) continue;  // only what the calendar computed moves a due
    const auto before = apply::fold(reading.bundle, state.id, all.first(i), {});
    const auto after = apply::fold(reading.bundle, state.id, all.first(i + 1), {});
    if (before && after) collector.compare(all[i], *before, *after);
  }
  out.moves = collector.take();
  return out;
}

void add_moves(json::object& row, const std::vector<ClockMove>& moves, const model::PartInstance* part, const model::ClockInstance& clock) {
  json::array out;
  for (const auto& move : moves) {
    if (move.clock != clock.clock || move.nth != clock.nth || move.part != (part == nullptr ? 0 : part->part)) continue;
    if (part != nullptr && (move.part_key != part->key || move.part_nth != part->nth)) continue;
    out.push_back(move.shown);
  }
  if (!out.empty()) row["moves"] = std::move(out);
}

}  // namespace docket::node
