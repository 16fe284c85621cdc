#include "engine/ingest/ingest.h"

#include <utility>

#include "engine/ingest/describe.h"
#include "engine/ingest/json_scan.h"
#include "engine/ingest/state.h"

namespace docket::ingest {

using model::Rejection;

namespace {

Offered malformed(std::string pointer, std::string_view field_code, std::string detail) {
  Findings findings;
  findings.add(Rejection::kMalformed, std::move(pointer), field_code, std::move(detail));
  Offered out;
  out.stage = findings.conclude(out.refusal);
  return out;
}

}  // namespace

Offered Ingest::State::offer(std::string_view json) {
  if (!json.starts_with('{'))
    return malformed("#", kWrongType, "found " + describe(json, false) + ", expected one CloudEvent, a JSON object");
  Offered out;
  out.event = std::make_shared<model::Event>();
  model::Event& event = *out.event;
  event.bundle = bundle.get();
  const Split parts = split(event, json);
  if (!parts.problem.empty()) {
    std::string pointer = "#";
    if (!parts.problem_name.empty()) append_pointer(pointer, parts.problem_name);
    return malformed(std::move(pointer), kBadFormat, std::string(parts.problem));
  }
  Findings findings;
  check_envelope(event, parts, findings);
  check_actor(event, findings);
  check_data(event, parts, findings);
  identify(event, parts, findings);
  if (json.size() > kEventBytesMax) {
    findings.add(Rejection::kTooLarge, "#", kOutOfRange,
                 "found " + std::to_string(json.size()) + " bytes, expected at most " + std::to_string(kEventBytesMax));
  }
  out.stage = findings.conclude(out.refusal);
  if (out.stage == Stage::kMalformed) out.event.reset();
  return out;
}

Ingest::Ingest(definition::BundlePtr bundle, std::string tag_key) : state_(std::make_unique<State>(std::move(bundle), tag_key)) {}
Ingest::~Ingest() = default;

Offered Ingest::parse(std::string_view json) {
  if (const std::string broken = state_->check.check(json); !broken.empty()) return malformed("#", kBadFormat, "not JSON: " + broken);
  return state_->offer(trim(json));
}

Offered Ingest::parse_own(std::string_view json) {
  state_->own = true;
  auto out = parse(json);
  state_->own = false;
  return out;
}

namespace {

Error too_many() {
  return Error{ErrorCode::kInvalid, "more than " + std::to_string(kBatchEventsMax) + " events at once; send them in several requests"};
}

}  // namespace

Result<std::vector<Offered>> Ingest::parse_batch(std::string_view json) {
  if (const std::string broken = state_->check.check(json); !broken.empty()) return Error{ErrorCode::kInvalid, "not JSON: " + broken};
  const std::string_view array = trim(json);
  if (type_of(array) != JsonType::kArray) {
    return Error{ErrorCode::kInvalid, "found " + describe(array, false) + ", expected a JSON array of CloudEvents"};
  }
  std::vector<Offered> out;
  ItemReader reader(array);
  while (reader.next()) {
    if (out.size() == kBatchEventsMax) return too_many();
    out.push_back(state_->offer(reader.value()));
  }
  return out;
}

Result<std::vector<Offered>> Ingest::parse_lines(std::string_view text) {
  std::vector<Offered> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    if (!line.empty() && out.size() == kBatchEventsMax) return too_many();
    if (!line.empty()) out.push_back(parse(line));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

}  // namespace docket::ingest
