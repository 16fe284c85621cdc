// What callers do: publish legal histories in any order and in batches, spoil and repair, repeat, contradict, ask with a revision.
#include <algorithm>

#include "tests/simulation/node.h"

namespace docket::simulation {
namespace {

using Kind = Outcome::Kind;

constexpr std::size_t kOpsTried = 30;

std::string attribute(const model::Event& event, std::string_view name) {
  for (const auto& row : event.attributes) {
    if (row.name == name && row.raw.size() >= 2) return std::string(row.raw.substr(1, row.raw.size() - 2));
  }
  return {};
}

}  // namespace

World::Content World::content(const std::string& json) {
  Content out;
  out.offered = options_.office->ingest->parse(json);
  if (out.offered.event == nullptr || out.offered.stage == ingest::Stage::kForbidden || out.offered.stage == ingest::Stage::kMalformed) {
    checker_.find("the simulation offers what no face would let in: " + json + " " + out.offered.refusal.detail, now_);
    return out;
  }
  const auto& event = *out.offered.event;
  out.asked = {event.source, event.id, event.subject, attribute(event, "type"), attribute(event, "time"), event.identity.tag};
  return out;
}

void World::add_op(std::vector<std::vector<std::string>> events, bool scripted) {
  Op op;
  for (const auto& texts : events) {
    std::vector<Content> contents;
    for (const auto& text : texts) contents.push_back(content(text));
    if (scripted) must_accept_.emplace_back(contents.back().asked.source, contents.back().asked.id);
    op.events.push_back(std::move(contents));
  }
  op.content.assign(op.events.size(), 0);
  if (chance(options_.intake)) {
    publish(op);
    op.done = true;
  }
  op.scripted = scripted;
  op.next_try = now_ + below(60);
  ops_.push_back(std::move(op));
}

// All contents of each event in turn; some of them twice, and now and then what can't be read.
void World::publish(const Op& op) {
  const auto put = [&](const Content& content) {
    note([&] { return "published at " + std::to_string(intake_.size()) + ": " + content.asked.id; });
    intake_.push_back(content.offered);
    checker_.published(content.asked, content.offered.event != nullptr);
  };
  for (const auto& contents : op.events) {
    for (const auto& content : contents) {
      put(content);
      if (below(8) == 0) put(content);
    }
    if (below(20) == 0) put({options_.office->ingest->parse("{\"specversion\":\"1.0\""), {}});
    if (below(40) == 0) put(contents.front());
  }
}

// One case's whole life, legal as a whole, cut into batches that are sent in any order.
void World::new_case() {
  const auto& office = *options_.office;
  const auto number = below(office.scripts.size());
  const auto& script = office.scripts[number];
  const std::string case_id = "C" + std::to_string(++cases_);
  lives_.emplace_back(case_id, number);
  std::vector<std::vector<std::string>> events;
  for (auto& json : office.events(case_id, script)) {
    const auto& step = script[events.size()];
    std::vector<std::string> contents;
    const auto spoiled = Office::spoiled(step);
    if (spoiled.data != step.data && below(6) == 0)
      contents.push_back(office.event(case_id, case_id + "-" + std::to_string(events.size()), spoiled));
    contents.push_back(std::move(json));
    events.push_back(std::move(contents));
  }
  for (std::size_t i = events.size(); i > 1; --i) {
    if (below(3) == 0) std::swap(events[i - 1], events[below(i)]);
  }
  for (std::size_t i = 0; i < events.size();) {
    const std::size_t most = options_.single_events ? 1 : 4;
    const std::size_t take = std::min<std::size_t>(events.size() - i, 1 + (below(2) == 0 ? 0 : below(most)));
    const auto first = events.begin() + static_cast<std::ptrdiff_t>(i);
    add_op({std::make_move_iterator(first), std::make_move_iterator(first + static_cast<std::ptrdiff_t>(take))}, true);
    i += take;
  }
}

// Something about a case that need not be legal: whatever is told must be true.
void World::new_noise() {
  const auto& office = *options_.office;
  const auto& script = office.scripts[below(office.scripts.size())];
  const std::string case_id = "N" + std::to_string(1 + below(4));
  const auto& step = script[below(script.size())];
  const std::string id = case_id + "-" + std::to_string(++numbers_);
  if (step.correction) return;
  switch (below(6)) {
    case 0:  // other content under an id that is used already, perhaps
      add_op({{office.event(case_id, case_id + "-" + std::to_string(1 + below(numbers_)), step, "somebody-" + std::to_string(below(3)))}},
             false);
      break;
    case 1:  // with the revision it expects: a true one, or beyond what is there
      add_op({{office.event(case_id, id, step)}}, false);
      ops_.back().expected = checker_.revision(case_id) + static_cast<std::int64_t>(below(4) == 0 ? 1 : 0);
      break;
    case 2:
      add_op({{office.event(case_id, id, step)}}, false);
      ops_.back().dry_run = true;
      break;
    case 3:  // several cases in one request
      add_op({{office.event(case_id, id, step)},
              {office.event("N9", "N9-" + std::to_string(numbers_), script.front())},
              {office.event(case_id, id, step)}},
             false);
      break;
    default:
      add_op({{office.event(case_id, id, Office::spoiled(step))}}, false);
      break;
  }
}

void World::send(std::size_t number) {
  auto& op = ops_[number];
  auto& node = *nodes_[below(3) == 0 ? below(nodes_.size()) : assignee_];
  op.next_try = now_ + (quiet_ ? 200 : 20) + below(100);
  if (!node.up || node.loop->mode() == partition::PartitionLoop::Mode::kStandby ||
      node.loop->mode() == partition::PartitionLoop::Mode::kStopped)
    return;
  Asked asked;
  asked.at = now_;
  asked.dry_run = op.dry_run;
  asked.expected_revision = op.expected;
  partition::Offer offer;
  for (std::size_t i = 0; i < op.events.size(); ++i) {
    const auto& chosen = op.events[i][op.content[i]];
    offer.events.push_back(chosen.offered);
    asked.events.push_back(chosen.asked);
  }
  offer.expected_revision = op.expected;
  offer.dry_run = op.dry_run;
  offer.deadline = clock(node) + static_cast<model::Instant>((quiet_ ? 300 : 30) + below(170)) * kStepMs;
  const std::size_t request = checker_.asked(std::move(asked));
  note([&] {
    std::string text =
        "request " + std::to_string(request) + " to node " + std::to_string(node.index) + (op.dry_run ? " (dry run)" : "") + ":";
    for (std::size_t i = 0; i < op.events.size(); ++i)
      text += " " + op.events[i][op.content[i]].asked.id + "." + std::to_string(op.content[i]);
    return text;
  });
  node.requests.insert(request);
  offer.done = [this, number, request, contents = op.content, sent_to = &node](const std::vector<Outcome>& outcomes) {
    sent_to->requests.erase(request);
    answered(number, request, contents, outcomes);
  };
  if (node.loop->offer(std::move(offer))) return;
  node.requests.erase(request);  // 503, nothing was written
  std::vector<Outcome> outcomes(op.events.size());
  for (auto& outcome : outcomes) outcome.kind = Kind::kOverloaded;
  answered(number, request, op.content, outcomes);
}

void World::answered(std::size_t number, std::size_t request, const std::vector<std::size_t>& contents,
                     const std::vector<Outcome>& outcomes) {
  note([&] {
    std::string text = "request " + std::to_string(request) + " is told";
    for (const auto& outcome : outcomes)
      text +=
          std::string(" ") + name_of(outcome.kind) + (outcome.refusal ? "(" + std::string(model::name(outcome.refusal.code)) + ")" : "");
    return text;
  });
  checker_.told(request, outcomes, now_);
  auto& op = ops_[number];
  bool done = true;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const Kind kind = outcomes[i].kind;
    if (kind == Kind::kRejected && contents[i] + 1 < op.events[i].size()) op.content[i] = std::max(op.content[i], contents[i] + 1);
    const bool last = op.content[i] + 1 == op.events[i].size();
    const bool accepted = (kind == Kind::kAccepted || kind == Kind::kDuplicate) && contents[i] == op.content[i];
    if (op.scripted ? !accepted : kind == Kind::kUnknown || kind == Kind::kOverloaded || !last) done = false;
  }
  op.done = op.done || done;
}

void World::callers_act() {
  if (!quiet_ && chance(350) && cases_ < 8) new_case();
  if (!quiet_ && chance(400)) new_noise();
  const std::size_t first = quiet_ || ops_.size() < kOpsTried ? 0 : below(ops_.size());
  for (std::size_t i = first; i < ops_.size() && (quiet_ || i < first + kOpsTried); ++i) {
    if (!ops_[i].done && ops_[i].next_try <= now_) send(i);
  }
}

}  // namespace docket::simulation
