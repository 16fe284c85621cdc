#include "bench/case5/case5.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <queue>
#include <vector>

#include "connectors/files/city_random.h"
#include "engine/model/time.h"

namespace docket::bench {
namespace {

using files::Random;
using model::Instant;

constexpr std::size_t kUnits = 50;
constexpr std::size_t kPayloadBytes = 256;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kZoneMs = 8 * kHourMs;             // Shanghai: no summer time in these years
constexpr Instant kFirst = 1'751'299'200'000;             // 2025-07-01T00:00+08:00
constexpr std::int64_t kSpanMs = 335 * model::kMsPerDay;  // cases open in eleven months
constexpr std::uint64_t kWrong = 10;
constexpr std::array<int, 4> kLimitDays{5, 3, 10, 2};  // of bench-a to bench-d
constexpr std::array<std::string_view, 4> kKinds{"bench-a", "bench-b", "bench-c", "bench-d"};

model::Day local_day(Instant at) { return static_cast<model::Day>((at + kZoneMs) / model::kMsPerDay); }
std::string month_of(Instant at) { return model::format_date(local_day(at)).substr(0, 7); }

std::string unit_name(std::size_t unit) {
  std::string number = std::to_string(unit + 1);
  return "u" + std::string(number.size() < 2 ? 1 : 0, '0') + number;
}

std::array<std::uint32_t, kUnits> zipf_weights() {
  std::array<std::uint32_t, kUnits> weights{};
  for (std::size_t i = 0; i < kUnits; ++i) weights[i] = static_cast<std::uint32_t>(1'000'000 / (i + 1));
  return weights;
}

// n/d with `digits` behind the point as an integer, half up; "-" for d = 0.
std::string rounded(std::uint64_t n, std::uint64_t d, std::uint64_t scale) {
  return d == 0 ? "-" : std::to_string((n * scale * 2 + d) / (d * 2));
}

}  // namespace

std::string Case5Truth::text() const {
  std::string out;
  for (const auto& [key, count] : states) out += key.first + " " + key.second + " " + std::to_string(count) + "\n";
  for (const auto& [key, cell] : cells) {
    out += key.first + " " + key.second;
    for (const auto value : {cell.opened, cell.closed, cell.due, cell.on_time, cell.completed}) out += " " + std::to_string(value);
    out += " " + rounded(cell.completed, cell.due, 1'000'000) + " " + std::to_string(cell.rated) + " " + std::to_string(cell.satisfaction) +
           " " + rounded(cell.satisfaction, cell.rated, 1) + "\n";
  }
  return out;
}

std::uint64_t Case5Truth::hash() const {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

struct Case5::State {
  struct Step {
    std::string_view name;
    Instant time = 0;
    Instant deliver = 0;
  };
  struct Slot {
    std::string json;
    Case5Fate fate = Case5Fate::kAccepted;
  };
  struct Entry {
    Instant deliver = 0;
    std::uint64_t order = 0;
    std::uint32_t slot = 0;
    bool operator>(const Entry& other) const { return deliver != other.deliver ? deliver > other.deliver : order > other.order; }
  };

  explicit State(const Case5Options& chosen) : options(chosen), zipf(zipf_weights()) {}

  // Cases open in the order of their numbers.
  [[nodiscard]] Instant slot_begin(std::uint64_t number) const {
    return kFirst + static_cast<Instant>(static_cast<std::uint64_t>(kSpanMs) / 1000 * number / options.cases) * 1000;
  }

  void plan_case() {
    const std::uint64_t number = planned++;
    Random random(options.seed, number + 1);
    const std::size_t kind = random.below(4);
    const std::string unit = unit_name(random.weighted(zipf));
    const std::int64_t room_s = std::max<std::int64_t>(1, (slot_begin(number + 1) - slot_begin(number)) / 1000);
    const Instant opened = slot_begin(number) + random.ms_between(0, room_s - 1);
    const Instant due = (Instant{local_day(opened)} + kLimitDays[kind] + 1) * model::kMsPerDay - kZoneMs - 1;

    steps.clear();
    const std::uint32_t path = random.below(100);
    static constexpr std::array<std::array<std::string_view, 5>, 4> kPaths{
        {{"opened", "started", "progressed", "closed", "rated"},
         {"opened", "started", "progressed", "progressed", "closed"},
         {"opened", "started", "progressed", "progressed", "progressed"},
         {"opened", "progressed", "progressed", "progressed", "progressed"}}};
    const auto& names = kPaths[path < 80 ? 0 : path < 90 ? 1 : path < 96 ? 2 : 3];
    const std::int64_t limit_s = (due - opened) / 1000;
    const std::int64_t length_s =
        random.chance(850) ? limit_s * random.between(100, 950) / 1000 : limit_s * random.between(1005, 2500) / 1000;
    Instant at = opened;
    Instant closed = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i > 0)
        at += names[i] == "rated" ? random.ms_between(3600, 2 * 86'400)
                                  : std::max<std::int64_t>(1000, length_s / 4 * 1000 + random.ms_between(0, 60));
      if (names[i] == "closed") closed = at = std::max(at, opened + length_s * 1000);
      steps.push_back({names[i], at, at + random.ms_between(1, 30)});
    }
    settle(kind, unit, opened, due, closed, names, random);
    emit(kind, unit, number, random);
  }

  // The truth, by the generator's own arithmetic.
  void settle(std::size_t kind, const std::string& unit, Instant opened, Instant due, Instant closed,
              const std::array<std::string_view, 5>& names, Random& random) {
    satisfaction = {};
    ++truth.cells[{unit, month_of(opened)}].opened;
    auto& due_cell = truth.cells[{unit, month_of(due)}];
    ++due_cell.due;
    if (closed != 0) {
      ++due_cell.completed;
      due_cell.on_time += closed <= due ? 1 : 0;
      auto& closed_cell = truth.cells[{unit, month_of(closed)}];
      ++closed_cell.closed;
      if (names[4] == "rated") {
        static constexpr std::array<std::string_view, 4> kLevels{"very_satisfied", "satisfied", "neutral", "dissatisfied"};
        static constexpr std::array<std::uint64_t, 4> kWeights{1000, 800, 500, 0};
        const std::size_t level = random.weighted(std::array<std::uint32_t, 4>{45, 30, 15, 10});
        satisfaction = kLevels[level];
        ++closed_cell.rated;
        closed_cell.satisfaction += kWeights[level];
      }
    }
    const std::string state = closed != 0 ? "closed" : names[1] == "started" ? "handling" : "open";
    ++truth.states[{std::string(kKinds[kind]), state}];
  }

  void emit(std::size_t kind, const std::string& unit, std::uint64_t number, Random& random) {
    // 0.1 % of all events come a month late: a fact in the middle, 5 cases of a thousand.
    if (random.chance(5)) {
      const std::size_t progressed = steps[2].name == "progressed" ? 2 : 1;
      steps[progressed].deliver += 30 * model::kMsPerDay;
      ++counts.late;
    }
    // 1 % come behind the one that follows them: 12.5 of a thousand, as the last one can't.
    for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
      if (random.below(10'000) >= 125 || steps[i + 1].deliver - steps[i + 1].time > kHourMs || steps[i].deliver - steps[i].time > kHourMs)
        continue;
      steps[i].deliver = steps[i + 1].deliver + random.ms_between(1, 20);
      ++counts.out_of_order;
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
      std::string json = event(kind, unit, number, i, random);
      if (random.chance(20)) push(steps[i].deliver + random.ms_between(1, 7200), json, Case5Fate::kDuplicate);
      push(steps[i].deliver, std::move(json), Case5Fate::kAccepted);
    }
    const std::uint64_t wrong = std::min(kWrong, options.cases);
    if ((number + 1) * wrong / options.cases != number * wrong / options.cases) {
      push(steps[0].deliver + 1, wrong_event(kind, unit, number), Case5Fate::kRejected);
    }
  }

  void begin(std::string& json, std::size_t kind, std::uint64_t number, std::string_view id_end, std::string_view name,
             Instant time) const {
    char subject[40];
    std::snprintf(subject, sizeof subject, "bench%llu:%08llu", static_cast<unsigned long long>(options.seed),
                  static_cast<unsigned long long>(number));
    json.reserve(640);
    json += R"({"specversion":"1.0","id":")";
    json += subject;
    json += '/';
    json += id_end;
    json += R"(","source":"bench","type":"org.docket.)";
    json += kKinds[kind];
    json += '.';
    json += name;
    json += R"(.v1","subject":")";
    json += subject;
    json += R"(","time":")";
    model::append_instant(json, time);
    json += '"';
  }

  std::string event(std::size_t kind, const std::string& unit, std::uint64_t number, std::size_t index, Random& random) const {
    const Step& step = steps[index];
    std::string json;
    begin(json, kind, number, std::to_string(index), step.name, step.time);
    if (step.name == "opened" || step.name == "rated") {
      json += R"(,"authid":"i1","actorrole":"intake","data":{)";
    } else {
      json += R"(,"authid":"d1","actorrole":"unit","actorunit":")" + unit + R"(","data":{)";
    }
    if (step.name == "opened") json += R"("unit":")" + unit + R"(","priority":"normal",)";
    if (step.name == "rated") {
      json += R"("satisfaction":")";
      json += satisfaction;
      json += "\",";
    }
    json += R"("payload":")";
    // Letters that don't compress to nothing.
    for (std::size_t i = 0; i < kPayloadBytes; i += 8) {
      std::uint64_t bits = random.next();
      for (int k = 0; k < 8; ++k, bits >>= 8U) json += static_cast<char>('a' + (bits & 15U));
    }
    json += "\"}}";
    return json;
  }

  std::string wrong_event(std::size_t kind, const std::string& unit, std::uint64_t number) const {
    std::string json;
    const Instant time = steps[0].time + 500;
    switch (counts_wrong % 4) {
      case 0:
        begin(json, kind, number, "x", "started", time);
        json += R"(,"authid":"d1","actorrole":"unit","actorunit":")" + unit + R"(","data":{}})";  // no payload
        break;
      case 1:
        begin(json, kind, number, "x", "starded", time);  // no such event
        json += R"(,"authid":"d1","actorrole":"unit","actorunit":")" + unit + R"(","data":{"payload":"x"}})";
        break;
      case 2:
        begin(json, kind, number, "x", "closed", time);  // not for that role
        json += R"(,"authid":"i1","actorrole":"intake","data":{"payload":"x"}})";
        break;
      default:
        begin(json, kind, number, "x", "rated", time);  // no such value
        json += R"(,"authid":"i1","actorrole":"intake","data":{"satisfaction":"delighted","payload":"x"}})";
        break;
    }
    return json;
  }

  void push(Instant deliver, std::string json, Case5Fate fate) {
    if (fate == Case5Fate::kRejected) ++counts_wrong;
    std::uint32_t slot = 0;
    if (free.empty()) {
      slot = static_cast<std::uint32_t>(slots.size());
      slots.emplace_back();
    } else {
      slot = free.back();
      free.pop_back();
    }
    slots[slot] = {std::move(json), fate};
    queue.push({deliver, ++order, slot});
  }

  const Case5Options options;
  const std::array<std::uint32_t, kUnits> zipf;
  Case5Truth truth;
  Case5Counts counts;
  std::uint64_t counts_wrong = 0;
  std::uint64_t planned = 0;
  std::uint64_t order = 0;
  std::vector<Step> steps;        // of the case being planned
  std::string_view satisfaction;  // of the case being planned
  std::vector<Slot> slots;
  std::vector<std::uint32_t> free;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
};

Case5::Case5(const Case5Options& options) : state_(std::make_unique<State>(options)) {}
Case5::~Case5() = default;

bool Case5::next(std::string& json, Case5Fate* fate) {
  State& state = *state_;
  while (state.planned < state.options.cases && (state.queue.empty() || state.queue.top().deliver >= state.slot_begin(state.planned)))
    state.plan_case();
  if (state.queue.empty()) return false;
  const auto slot = state.queue.top().slot;
  state.queue.pop();
  json = std::move(state.slots[slot].json);
  const Case5Fate is = state.slots[slot].fate;
  if (fate != nullptr) *fate = is;
  ++state.counts.events;
  ++(is == Case5Fate::kAccepted ? state.counts.accepted : is == Case5Fate::kDuplicate ? state.counts.duplicates : state.counts.rejected);
  state.free.push_back(slot);
  return true;
}

const Case5Truth& Case5::truth() const { return state_->truth; }
const Case5Counts& Case5::counts() const { return state_->counts; }

}  // namespace docket::bench
