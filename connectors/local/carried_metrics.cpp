#include "connectors/local/carried_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>

#include "connectors/local/wiring.h"
#include "projections/crash_point.h"
#include "projections/meta/names.h"

namespace docket::local {
namespace {

using node::MetricDecisions;
using Counted = std::vector<MetricDecisions::Counted>;

constexpr int kCarriedNice = 10;                             // who is served comes first
constexpr auto kLookEvery = std::chrono::milliseconds(200);  // where nobody asks

bool same(const Counted& a, const Counted& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.metric == y.metric && x.version == y.version && x.from == y.from; });
}

// Lists only grow, at their end: their length says which one it is.
std::filesystem::path folder_of(const Home& home, const Counted& counted) {
  return home.data / kCarriedFolder / std::to_string(counted.size());
}

// What was decided, without backfills that are not built yet.
MetricDecisions built_only(const MetricDecisions& all) {
  MetricDecisions out;
  for (const auto& one : all.rows()) {
    const auto built = [&](const node::MetricDecision& other) {
      return other.what == node::MetricDecision::What::kBuilt && other.metric == one.metric && other.version == one.version;
    };
    if (one.what == node::MetricDecision::What::kBackfill && std::none_of(all.rows().begin(), all.rows().end(), built)) continue;
    out.add(one);
  }
  return out;
}

}  // namespace

// ---- rows ------------------------------------------------------------------------------------------------------------
CarriedRows::CarriedRows(const Home& home, Counted counted, std::shared_ptr<CarriedBundles> source, definition::BundlePtr first,
                         std::unique_ptr<projections::Projections> projections)
    : counted_(std::move(counted)),
      source_(std::move(source)),
      projections_(projections.get()),
      books_(first, tag_key_text(home), source_.get()) {
  store_ = std::make_unique<ProjectionsStore>(std::move(projections));
  for (int partition = 0; partition < model::kPartitions; ++partition)
    replays_.push_back(std::make_unique<PartitionReplay>(home, partition, *projections_, books_));
}

Result<std::shared_ptr<CarriedRows>> CarriedRows::open(const Home& home, Counted counted, std::vector<definition::Carried> metrics) {
  projections::Options options;
  options.folder = folder_of(home, counted);
  options.case_cache_bytes = std::size_t{16} << 20U;
  options.block_cache_bytes = std::size_t{32} << 20U;
#ifdef DOCKET_CRASH_POINTS
  options.limits.events = crash::number("DOCKET_FREEZE_EVENTS", options.limits.events);
#endif
  for (const auto& one : counted) options.only_metrics.push_back(projections::meta::metric_name(one.metric, one.version));
  auto source = std::make_shared<CarriedBundles>(home.definitions.bundles, std::move(metrics), true);
  auto first = source->find(home.bundle->id);
  if (!first) return first.error();
  options.bundles = lookup_in(source);
  auto opened = projections::Projections::open(options);
  if (!opened) return opened.error().with_context("opening the rows of carried metrics in " + options.folder.string());
  std::shared_ptr<CarriedRows> rows(new CarriedRows(home, std::move(counted), std::move(source), std::move(*first), std::move(*opened)));
  for (auto& replay : rows->replays_) {
    if (auto begun = replay->begin(); !begun) return begun.error().with_context("the rows of carried metrics");
  }
  return rows;
}

Status CarriedRows::advance(const std::function<Status()>& between) {
  std::uint64_t before = records();
  for (auto& replay : replays_) {
    auto done = replay->advance([&](std::size_t blocks) -> Status {
      if (blocks > 0) {
        if (auto room = make_room(*projections_, 0, wall_clock()); !room) return room;
        const auto now = records();
        events_ += now - before;
        before = now;
        DOCKET_CRASH_POINT("carried.batch");
      }
      return between();
    });
    if (!done) return done;
  }
  projections_->tick(0, wall_clock());
  return projections_->health();
}

bool CarriedRows::has(std::string_view metric, std::uint16_t version) const {
  return std::any_of(counted_.begin(), counted_.end(), [&](const auto& one) { return one.metric == metric && one.version == version; });
}

std::uint64_t CarriedRows::records() const {
  std::uint64_t out = 0;
  for (const auto& head : projections_->heads()) out += head.position.height;
  return out;
}

Result<std::uint64_t> rebuild_carried(const Home& home) {
  std::error_code error;
  std::filesystem::remove_all(home.data / kCarriedFolder, error);
  if (error) return Error{ErrorCode::kUnavailable, "removing " + (home.data / kCarriedFolder).string() + ": " + error.message(), true};
  const MetricBook book(home);
  const auto decisions = book.read();
  if (!decisions) return decisions.error();
  const auto counted = decisions->counted();
  if (counted.empty()) return std::uint64_t{0};
  auto metrics = book.carried(counted);
  if (!metrics) return metrics.error();
  auto rows = CarriedRows::open(home, counted, std::move(*metrics));
  if (!rows) return rows.error();
  if (auto done = (*rows)->advance([] { return Status(); }); !done) return done.error();
  if (auto flushed = (*rows)->projections().flush(); !flushed) return flushed.error();
  return (*rows)->events();
}

// ---- who fills them --------------------------------------------------------------------------------------------------
CarriedMetrics::CarriedMetrics(const Home& home, std::shared_ptr<node::ProjectionStore> live, std::function<model::Instant()> clock)
    : home_(home), live_(std::move(live)), clock_(std::move(clock)), book_(home) {}

CarriedMetrics::~CarriedMetrics() { stop(); }

Status CarriedMetrics::start() {
  home_.metric_log->listen([this] {
    news_ = true;
    const std::lock_guard lock(mutex_);
    asked_ = true;
    wanted_.notify_all();
  });
  if (auto taken = take_decisions(); !taken) return taken;
  thread_ = std::thread([this] { run(); });
  return {};
}

void CarriedMetrics::stop() {
  home_.metric_log->listen(nullptr);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_all();
  advanced_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (auto* rows : {&serving_, &building_}) {
    if (*rows) static_cast<void>((*rows)->projections().flush());  // else the next start reads that part again
  }
}

Status CarriedMetrics::take_decisions() {
  auto decisions = book_.read();
  if (!decisions) return decisions.error();
  std::shared_ptr<Pool> pool;
  if (const auto counted = decisions->counted(); !counted.empty()) {
    auto metrics = book_.carried(counted);
    if (!metrics) return metrics.error();
    pool = std::make_shared<Pool>();
    pool->source = std::make_shared<CarriedBundles>(home_.definitions.bundles, std::move(*metrics));
    auto first = pool->source->find(home_.bundle->id);
    if (!first) return first.error();
    pool->first = std::move(*first);
  }
  const std::lock_guard lock(mutex_);
  decisions_ = std::move(*decisions);
  pool_ = std::move(pool);
  asked_ = true;
  wanted_.notify_all();
  return {};
}

Status CarriedMetrics::take_news() { return news_.exchange(false) ? take_decisions() : Status(); }

ControlReply CarriedMetrics::decide(const std::string& what, const std::vector<std::string>& metrics, const std::string& by) {
  auto reply = book_.decide(what, metrics, by, clock_());
  if (reply.code != 0) return reply;
  if (auto taken = take_decisions(); !taken) return {1, "decided, and: " + taken.error().message};
  return reply;
}

MetricDecisions CarriedMetrics::decisions() const {
  const std::lock_guard lock(mutex_);
  return decisions_;
}

int CarriedMetrics::percent() const {
  std::shared_ptr<CarriedRows> rows;
  {
    const std::lock_guard lock(mutex_);
    rows = building_ ? building_ : serving_;
    if (!rows) return decisions_.counted().empty() ? 100 : 0;
    if (rows->complete()) return 100;
  }
  std::uint64_t all = 0;
  for (int partition = 0; partition < model::kPartitions; ++partition) all += live_->position(partition).height;
  return all == 0 ? 0 : static_cast<int>(std::min<std::uint64_t>(99, rows->records() * 100 / all));
}

Status CarriedMetrics::open_rows(const Counted& counted, std::shared_ptr<CarriedRows>& into) {
  if (home_.catch_up_keys) {  // what others sealed is read as they read it
    if (auto caught = home_.catch_up_keys(); !caught) return caught;
  }
  auto metrics = book_.carried(counted);
  if (!metrics) return metrics.error();
  auto rows = CarriedRows::open(home_, counted, std::move(*metrics));
  if (!rows) return rows.error();
  const std::lock_guard lock(mutex_);
  into = std::move(*rows);
  return {};
}

void CarriedMetrics::run() {
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kCarriedNice));
  while (!stopping_) {
    const auto done = turn();
    std::unique_lock lock(mutex_);
    if (stopping_) return;
    if (done) {
      failure_.clear();
    } else if (failure_ != done.error().message) {
      failure_ = done.error().message;
      std::cerr << "docket: metrics are not counted on: " << failure_ << "\n";
    }
    advanced_.notify_all();
    if (!done && !done.error().retriable) return;
    if (!done) asked_ = false;  // as a full disk: at the next look
    wanted_.wait_for(lock, kLookEvery, [this] { return asked_ || stopping_; });
  }
}

// One look at all there is to do: rows that are built go on first, as somebody may be waiting for them.
Status CarriedMetrics::turn() {
  if (auto taken = take_news(); !taken) return taken;
  MetricDecisions decisions;
  {
    const std::lock_guard lock(mutex_);
    decisions = decisions_;
    asked_ = false;
  }
  const auto wanted = decisions.counted();
  if (wanted.empty()) return {};
  const auto stop = [this]() -> Status {
    if (stopping_) return Error{ErrorCode::kUnavailable, "stopping", true};
    return {};
  };
  const auto built = built_only(decisions).counted();
  if (!serving_ && !built.empty() && (same(built, wanted) || std::filesystem::exists(folder_of(home_, built)))) {
    if (auto opened = open_rows(built, serving_); !opened) return opened;
  }
  const auto serve = [&]() -> Status {
    if (auto go_on = stop(); !go_on) return go_on;
    if (auto taken = take_news(); !taken || !serving_) return taken;
    {
      const std::lock_guard lock(mutex_);
      asked_ = false;  // who asks from now on may find rows that are older than the question
    }
    if (auto done = serving_->advance(stop); !done) return done;
    const std::lock_guard lock(mutex_);
    serving_->set_complete();
    advanced_.notify_all();
    return {};
  };
  if (auto done = serve(); !done) return done;
  if (serving_ && same(serving_->counted(), wanted)) {
    const auto names = decisions.metrics();
    const bool noted = std::all_of(names.begin(), names.end(), [&](const auto& name) { return decisions.standing(name)->built; });
    if (noted) return {};
    if (auto done = book_.note_built(wanted, clock_()); !done) return done;  // backfilled again, and its rows are there
    return take_decisions();
  }
  if (!building_ || !same(building_->counted(), wanted)) {
    if (auto opened = open_rows(wanted, building_); !opened) return opened;
  }
  if (auto done = building_->advance(serve); !done) return done;
  if (auto flushed = building_->projections().flush(); !flushed) return flushed;
  building_->set_complete();
  if (auto noted = book_.note_built(wanted, clock_()); !noted) return noted;
  DOCKET_CRASH_POINT("carried.built");
  if (auto taken = take_decisions(); !taken) return taken;  // who asks now waits for the next line
  const auto over = serving_ ? folder_of(home_, serving_->counted()) : std::filesystem::path();
  {
    const std::lock_guard lock(mutex_);
    serving_ = std::exchange(building_, nullptr);  // reads that are under way keep the other
    advanced_.notify_all();
  }
  std::error_code ignored;
  if (!over.empty()) std::filesystem::remove_all(over, ignored);
  return {};
}

}  // namespace docket::local
