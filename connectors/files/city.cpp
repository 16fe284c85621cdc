// The stream: cases are planned a day ahead of their opening, their events leave in order of delivery.
#include "connectors/files/city.h"

#include <algorithm>
#include <array>
#include <queue>

#include "connectors/files/city_plan.h"
#include "connectors/files/city_topics.h"

namespace docket::files {
namespace {

constexpr std::uint64_t kCasesMax = 100'000'000;
constexpr std::uint64_t kCasesPerSession = 100;
constexpr std::uint64_t kSessionsMax = 330;
constexpr std::uint64_t kCasesPerProposal = 50;
constexpr std::uint64_t kProposalsMax = 1200;

// Contacts by month (January first) and by hour of the day.
constexpr std::array<std::uint32_t, 12> kMonths{118, 84, 96, 92, 98, 104, 118, 116, 100, 94, 112, 114};
// Proposals: congress and conference meet in January and February.
constexpr std::array<std::uint32_t, 12> kProposalMonths{300, 560, 30, 14, 12, 12, 12, 12, 14, 14, 12, 12};
constexpr std::array<std::uint32_t, 24> kHours{7, 4, 3, 2, 3, 6, 14, 34, 74, 96, 92, 76, 48, 56, 82, 86, 80, 66, 50, 48, 46, 40, 26, 13};

std::uint64_t sessions_of(std::uint64_t cases) {
  if (cases < 20) return 0;
  return std::clamp<std::uint64_t>(cases / kCasesPerSession, 1, kSessionsMax);
}

std::uint64_t proposals_of(std::uint64_t cases) {
  if (cases < 20) return 0;
  return std::clamp<std::uint64_t>(cases / kCasesPerProposal, 1, kProposalsMax);
}

// So many of `total` belong to days whose weights sum to `part` of `whole`.
std::uint64_t share(std::uint64_t total, std::uint64_t part, std::uint64_t whole) { return whole == 0 ? 0 : total * part / whole; }

Error refused(std::string message) { return {ErrorCode::kInvalid, "city: " + std::move(message), false}; }

bool has_code(const definition::Bundle& bundle, std::string_view list, std::string_view code) {
  const auto symbol = bundle.symbols.find(code);
  return std::any_of(bundle.codes.begin(), bundle.codes.end(), [&](const definition::CodeList& codes) {
    return codes.name == list &&
           std::any_of(codes.codes.begin(), codes.codes.end(), [&](const definition::CodeDef& def) { return def.code == symbol; });
  });
}

}  // namespace

Status check_city(const CityOptions& options, const definition::Bundle& bundle) {
  if (options.cases == 0 || options.cases > kCasesMax) return refused("between 1 and " + std::to_string(kCasesMax) + " cases");
  const model::Day kept_from = model::day_from_date({2016, 12, 1});
  const model::Day kept_to = model::day_from_date({2017, 7, 1});
  const model::Day last = options.from + 365 + 200;  // deadlines reach behind the last event: a proposal's by six months
  if (options.from < kept_to && last >= kept_from) {
    return refused("a year from " + model::format_date(options.from) +
                   " would touch 2016-12 to 2017-06, which belong to the worked example");
  }
  const int first_year = model::date_from_day(options.from).year;
  const int last_year = model::date_from_day(last).year;
  if (first_year < 2010 || last_year > 2100) return refused("a year between 2010 and 2098");
  for (const std::string_view kind : {"hotline-ticket", "call", "qa-session", "proposal"}) {
    if (!bundle.kind_ids.contains(kind)) return refused("office " + bundle.office + " has no kind " + std::string(kind));
  }
  if (!bundle.source_ids.contains(kCitySource)) return refused("office " + bundle.office + " has not registered the source docket:city");
  for (const auto unit : city_units()) {
    const auto symbol = bundle.symbols.find(unit);
    if (symbol == model::kNoSymbol || !bundle.unit_ids.contains(symbol))
      return refused("office " + bundle.office + " has no unit " + std::string(unit));
  }
  for (const auto& topic : topics()) {
    if (!has_code(bundle, "hotline-categories", topic.code))
      return refused("office " + bundle.office + " has no category " + std::string(topic.code));
  }
  for (const auto& district : city_districts()) {
    if (!has_code(bundle, "districts", district.code))
      return refused("office " + bundle.office + " has no district " + std::string(district.code));
  }
  return {};
}

struct City::State {
  struct Entry {
    Instant deliver = 0;
    std::uint64_t order = 0;
    std::uint32_t slot = 0;
    bool operator>(const Entry& other) const { return deliver != other.deliver ? deliver > other.deliver : order > other.order; }
  };

  State(const CityOptions& city, const definition::Bundle& bundle)
      : options(city),
        context(options, bundle),
        plan(bundle.prefix),
        day(city.from),
        sessions(sessions_of(city.cases)),
        proposals(proposals_of(city.cases)) {
    constexpr std::size_t kRecent = 64;
    context.recent.resize(kRecent);
    context.recent_proposals.resize(kRecent);
    for (model::Day at = options.from; at < context.end; ++at) {
      weight_all += weight(at);
      workdays_all += is_workday(at);
      proposal_weight_all += proposal_weight(at);
    }
  }

  [[nodiscard]] std::uint64_t is_workday(model::Day at) const { return context.work.calendar().is_working(at) ? 1 : 0; }
  [[nodiscard]] std::uint64_t weight(model::Day at) const {
    const bool holiday = context.work.calendar().rule(at) != nullptr && is_workday(at) == 0;
    const std::uint64_t month = kMonths[static_cast<std::size_t>(model::date_from_day(at).month - 1)];
    return month * (is_workday(at) != 0 ? 10U : holiday ? 5U : 7U);
  }

  [[nodiscard]] std::uint64_t proposal_weight(model::Day at) const {
    return is_workday(at) * kProposalMonths[static_cast<std::size_t>(model::date_from_day(at).month - 1)];
  }

  void plan_proposals(const std::string& name) {
    const std::uint64_t before = share(proposals, proposal_weight_done, proposal_weight_all);
    proposal_weight_done += proposal_weight(day);
    const std::uint64_t count = share(proposals, proposal_weight_done, proposal_weight_all) - before;
    const bool in_session = model::date_from_day(day).month <= 2;
    for (std::uint64_t i = 0; i < count; ++i) {
      Random random(options.seed, ++case_number);
      plan.begin("proposal", "jy" + name + std::to_string(i + 1));
      plan_proposal(context, plan, day, before + i + 1, in_session, random);
      take_plan(random);
    }
  }

  void plan_day() {
    const std::uint64_t others = options.cases - sessions - proposals;
    const std::uint64_t before = share(others, weight_done, weight_all);
    weight_done += weight(day);
    const std::uint64_t count = share(others, weight_done, weight_all) - before;
    const std::uint64_t sessions_before = share(sessions, workdays_done, workdays_all);
    workdays_done += is_workday(day);
    const std::uint64_t sessions_now = share(sessions, workdays_done, workdays_all) - sessions_before;

    constexpr std::uint64_t kDayStreams = std::uint64_t{1} << 40U;  // apart from the cases' numbers
    Random of_day(options.seed, kDayStreams + static_cast<std::uint32_t>(day));
    opened.clear();
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto hour = static_cast<std::int64_t>(of_day.weighted(kHours));
      opened.push_back(context.work.zone().to_instant(
          day, hour * kHourMs + static_cast<std::int64_t>(of_day.below(static_cast<std::uint32_t>(kHourMs)))));
    }
    std::sort(opened.begin(), opened.end());
    const auto date = model::date_from_day(day);
    const std::string name =
        std::to_string(options.seed) + ":" + std::to_string(date.year % 100 * 10'000 + date.month * 100 + date.day) + "-";
    for (std::uint64_t i = 0; i < sessions_now; ++i) {
      Random random(options.seed, ++case_number);
      plan.begin("qa-session", "qa" + name + std::to_string(i + 1));
      plan_session(context, plan, day, random);
      take_plan(random);
    }
    plan_proposals(name);
    for (std::uint32_t i = 0; i < opened.size(); ++i) {
      Random random(options.seed, ++case_number);
      if (random.chance(450)) {
        plan.begin("hotline-ticket", "rx" + name + std::to_string(i + 1));
        plan_ticket(context, plan, opened[i], i + 1, random);
      } else {
        plan.begin("call", "call" + name + std::to_string(i + 1));
        plan_call(plan, opened[i], random);
      }
      take_plan(random);
    }
    ++day;
  }

  void take_plan(Random& random) {
    add_disorder(context, plan, random);
    for (auto& event : plan.events) {
      std::uint32_t slot = 0;
      if (free.empty()) {
        slot = static_cast<std::uint32_t>(slots.size());
        slots.emplace_back();
      } else {
        slot = free.back();
        free.pop_back();
      }
      slots[slot].json = std::move(event.json);
      slots[slot].truth = event.truth;
      queue.push({event.deliver, ++order, slot});
    }
  }

  struct Slot {
    std::string json;
    CityTruth truth;
  };
  const CityOptions options;
  CityContext context;
  CasePlan plan;
  model::Day day;
  std::uint64_t sessions;
  std::uint64_t proposals;
  std::uint64_t proposal_weight_all = 0;
  std::uint64_t proposal_weight_done = 0;
  std::uint64_t weight_all = 0;
  std::uint64_t weight_done = 0;
  std::uint64_t workdays_all = 0;
  std::uint64_t workdays_done = 0;
  std::uint64_t case_number = 0;
  std::uint64_t order = 0;
  std::vector<Instant> opened;
  std::vector<Slot> slots;
  std::vector<std::uint32_t> free;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
};

City::City(const CityOptions& options, const definition::Bundle& bundle) : state_(std::make_unique<State>(options, bundle)) {}
City::~City() = default;

bool City::next(std::string& json, CityTruth* truth) {
  State& state = *state_;
  // Whatever leaves before the next day begins can't be overtaken by a case that isn't planned yet.
  while (state.day < state.context.end &&
         (state.queue.empty() || state.queue.top().deliver >= state.context.work.zone().day_start(state.day))) {
    state.plan_day();
  }
  if (state.queue.empty()) return false;
  const auto slot = state.queue.top().slot;
  state.queue.pop();
  json.swap(state.slots[slot].json);
  if (truth != nullptr) *truth = state.slots[slot].truth;
  state.free.push_back(slot);
  return true;
}

}  // namespace docket::files
