#include "connectors/http/router.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "connectors/http/negotiation.h"
#include "connectors/http/origin.h"
#include "connectors/http/suggest.h"
#include "connectors/service/problem.h"

namespace docket::http {
namespace {

constexpr std::string_view kPublishPattern = "/v1/events";
constexpr std::string_view kPublishParams[] = {"dry_run"};
// What whoever publishes has to know.
const std::vector<std::string_view> kOfTheOffice{"/v1/office",          "/v1/kinds",    "/v1/kinds/{kind}",
                                                 "/v1/rejection-codes", "/v1/schemas",  "/v1/schemas/{kind}/{event}/{major}",
                                                 "/openapi.yaml",       "/openapi.json"};

std::vector<std::string_view> split_pattern(std::string_view pattern) {
  std::vector<std::string_view> segments;
  pattern.remove_prefix(1);
  while (true) {
    const auto slash = pattern.find('/');
    segments.push_back(pattern.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    pattern.remove_prefix(slash + 1);
  }
}

bool is_hole(std::string_view segment) { return !segment.empty() && segment.front() == '{'; }

service::Answer bad_parameter(std::string pointer, std::string detail, std::string code, std::string_view language) {
  auto problem = service::make_problem("invalid-parameter", pointer + ": " + detail);
  problem.errors.push_back({std::move(pointer), std::move(detail), std::move(code)});
  return service::problem_answer(problem, language);
}

// "1,5,9"
std::optional<std::vector<int>> partition_list(std::string_view text) {
  std::vector<int> out;
  while (true) {
    int number = 0;
    const auto* const end = text.data() + std::min(text.size(), text.find(','));
    const auto [at, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || at != end || number < 0) return std::nullopt;
    out.push_back(number);
    if (end == text.data() + text.size()) return out;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  }
}

// Of "Bearer TOKEN"; the scheme's name in any case (RFC 9110, 11.1).
std::optional<std::string_view> bearer_token(const RequestHead& head) {
  constexpr std::string_view kScheme = "bearer ";
  if (!head.authorization || head.authorization->size() <= kScheme.size()) return std::nullopt;
  const bool fits = std::equal(kScheme.begin(), kScheme.end(), head.authorization->begin(), [](char want, char got) {
    return want == (got >= 'A' && got <= 'Z' ? static_cast<char>(got - 'A' + 'a') : got);
  });
  return fits ? std::optional(std::string_view(*head.authorization).substr(kScheme.size())) : std::nullopt;
}

bool has(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A name that comes twice though `may_repeat` doesn't let it; nullptr: none.
template <typename MayRepeat>
const std::string* repeated(const Target& target, MayRepeat may_repeat) {
  std::set<std::string_view> seen;
  for (const auto& [name, value] : target.params) {
    if (!seen.insert(name).second && !may_repeat(name)) return &name;
  }
  return nullptr;
}

template <typename Names>
std::string unknown_parameter(std::string_view name, const Names& names) {
  const std::string_view near = nearest(name, names);
  if (!near.empty()) return "unknown parameter; did you mean \"" + std::string(near) + "\"?";
  if (std::begin(names) == std::end(names)) return "unknown parameter; this path takes none";
  std::string list;
  for (const std::string_view known : names) {
    if (known == "*") continue;
    list += (list.empty() ? "" : ", ") + std::string(known);
  }
  return "unknown parameter; known here: " + list;
}

}  // namespace

Router::Router(const std::vector<service::Route>& reads, const BodyLimits& limits) : limits_(limits) {
  for (const auto& route : reads) {
    Entry entry;
    entry.pattern = route.pattern;
    entry.segments = split_pattern(route.pattern);
    entry.params = route.params;
    entry.repeatable = route.repeatable;
    entry.any_param = has(route.params, "*");
    entry.reads = true;
    entry.publishes = route.pattern == kPublishPattern;
    entry.of_cases = !has(kOfTheOffice, route.pattern);
    entry.is_probe = route.pattern == "/livez" || route.pattern == "/readyz" || route.pattern == "/metrics";
    entries_.push_back(std::move(entry));
  }
}

const Router::Entry* Router::match(const Target& target) const {
  const Entry* best = nullptr;  // a literal pattern comes before one with holes
  for (const auto& entry : entries_) {
    if (entry.segments.size() != target.segments.size()) continue;
    const bool fits = std::equal(entry.segments.begin(), entry.segments.end(), target.segments.begin(),
                                 [](std::string_view want, const std::string& got) { return is_hole(want) ? !got.empty() : want == got; });
    if (!fits) continue;
    const bool literal = std::none_of(entry.segments.begin(), entry.segments.end(), is_hole);
    if (best == nullptr || literal) best = &entry;
  }
  return best;
}

std::string Router::nearest_path(std::string_view path) const {
  std::vector<std::string_view> literals;
  for (const auto& entry : entries_) {
    if (std::none_of(entry.segments.begin(), entry.segments.end(), is_hole)) literals.push_back(entry.pattern);
  }
  return std::string(nearest(path, literals));
}

Plan Router::plan(const RequestHead& head, const service::Access* access) const {
  Plan plan;
  plan.language = http::language(head.accept_language);
  plan.body_bytes_max = limits_.event_bytes_max;
  if (const auto found = foreign(head, access != nullptr)) {
    auto refused = service::make_problem("forbidden", std::string(found->field) + ": " + found->detail);
    refused.errors.push_back({std::string(found->field), found->detail, "value"});
    plan.answer = service::problem_answer(refused, plan.language);
    return plan;
  }
  auto target = split_target(head.target);
  if (!target) {
    plan.answer = service::problem_answer("malformed-request", target.error().message, plan.language);
    return plan;
  }
  plan.target = std::move(*target);
  const Entry* entry = match(plan.target);
  if (entry == nullptr) {
    const std::string near = nearest_path(plan.target.raw_path);
    plan.answer = service::problem_answer(
        "not-found", "no such path: " + plan.target.raw_path + (near.empty() ? "" : "; did you mean " + near + "?"), plan.language);
    return plan;
  }
  plan.route = entry->pattern;
  plan.is_probe = entry->is_probe;
  if (access != nullptr) {
    if (auto refused = admit(head, *entry, *access, plan)) {
      plan.answer = std::move(*refused);
      return plan;
    }
  }
  if (entry->publishes && head.method == "POST") {
    plan_publish(head, *entry, plan);
  } else if (entry->reads && (head.method == "GET" || head.method == "HEAD")) {
    plan_query(head, *entry, plan);
  } else {
    plan.allow = entry->publishes ? "GET, HEAD, POST" : "GET, HEAD";
    plan.answer =
        service::problem_answer("method-not-allowed", head.method + " is not possible here; allowed: " + plan.allow, plan.language);
  }
  return plan;
}

// 401: who asks isn't known. 403: they may not ask this. Probes of life are anybody's.
std::optional<service::Answer> Router::admit(const RequestHead& head, const Entry& entry, const service::Access& access, Plan& plan) const {
  if (entry.pattern == "/livez" || entry.pattern == "/readyz") return std::nullopt;
  const auto token = bearer_token(head);
  if (!token) return service::problem_answer("unauthenticated", "expected the header Authorization: Bearer TOKEN", plan.language);
  const auto caller = access.find(*token);
  if (!caller) return service::problem_answer("unauthenticated", "nobody here has this token", plan.language);
  plan.token = std::string(*token);
  const auto denied = [&](const std::string& why) {
    return service::problem_answer("forbidden", "token " + caller->name + ": " + why, plan.language);
  };
  if (head.partitions && !caller->node) return denied("Docket-Partitions is for the other nodes");
  if (head.method == "POST" && entry.publishes) {
    if (!caller->publish && !caller->node) return denied("may not publish");
    plan.publish.caller = caller;
    return std::nullopt;
  }
  if (caller->read) return std::nullopt;
  const bool published = entry.publishes && std::any_of(plan.target.params.begin(), plan.target.params.end(), [&](const auto& param) {
                           return param.first == "source" && service::grants(caller->sources, param.second);
                         });
  const bool own = caller->publish && (published || !entry.of_cases);
  const bool between_nodes = caller->node && (entry.pattern == "/v1/positions" || entry.pattern == "/v1/nodes");
  const bool measured = caller->metrics && entry.pattern == "/metrics";
  if (own || between_nodes || measured) return std::nullopt;
  return denied(entry.publishes && caller->publish ? "may ask for events of its own sources only"
                                                   : "may not read " + std::string(entry.pattern));
}

void Router::plan_publish(const RequestHead& head, const Entry&, Plan& plan) const {
  if (const auto* name = repeated(plan.target, [](const std::string&) { return false; })) {
    plan.answer = bad_parameter("?" + *name, "comes more than once; expected once", "repeated", plan.language);
    return;
  }
  for (const auto& [name, value] : plan.target.params) {
    if (name != "dry_run") {
      plan.answer = bad_parameter("?" + name, unknown_parameter(name, kPublishParams), "unknown", plan.language);
      return;
    }
    if (value != "true" && value != "false") {
      plan.answer = bad_parameter("?dry_run", "must be true or false", "value", plan.language);
      return;
    }
    plan.publish.dry_run = value == "true";
  }
  if (!head.content_encoding.empty() && head.content_encoding != "identity") {
    plan.answer = service::problem_answer(
        "unsupported-media-type", "Content-Encoding " + head.content_encoding + " is not taken; send the text as it is", plan.language);
    return;
  }
  auto format = body_format(head.content_type);
  if (!format && !head.event_attributes.empty()) format = body_format_of_attributes(head.content_type, head.has_body);
  if (!format) {
    const std::string found =
        head.content_type.empty() ? "there is no Content-Type" : "Content-Type " + head.content_type + " is not taken";
    plan.answer = service::problem_answer(
        "unsupported-media-type",
        found +
            "; one event: application/cloudevents+json, an array of events: application/cloudevents-batch+json, "
            "one event a line: application/x-ndjson (in UTF-8); the data of one event: application/json, with the event's "
            "attributes in fields ce-specversion, ce-id and so on",
        plan.language);
    return;
  }
  const bool single = *format == service::BodyFormat::kEvent || *format == service::BodyFormat::kBinary;
  if (head.if_match && !single) {
    plan.answer =
        bad_parameter("If-Match", "only for a single event; in a batch each event carries expectedrevision", "value", plan.language);
    return;
  }
  std::optional<std::vector<int>> partitions;
  if (head.partitions) {
    partitions = partition_list(*head.partitions);
    if (!partitions) {
      plan.answer = bad_parameter("Docket-Partitions", "found '" + *head.partitions + "', expected numbers of partitions, such as 1,5,9",
                                  "value", plan.language);
      return;
    }
  }
  if (*format == service::BodyFormat::kBinary) {
    if (auto refused = take_attributes(head, plan)) {
      plan.answer = std::move(*refused);
      return;
    }
  }
  plan.act = Plan::Act::kPublish;
  plan.body_bytes_max = single ? limits_.event_bytes_max : limits_.batch_bytes_max;
  plan.publish.format = *format;
  plan.publish.if_match = head.if_match;
  plan.publish.partitions = std::move(partitions);
  plan.publish.language = plan.language;
}

// An event's attributes out of the head, with the media type of its data.
std::optional<service::Answer> Router::take_attributes(const RequestHead& head, Plan& plan) {
  for (const auto& [name, field] : head.event_attributes) {
    auto value = attribute_value(field);
    if (!value)
      return bad_parameter("ce-" + name, "holds a bad percent escape or bytes that are no UTF-8; a per cent sign is %25", "format",
                           plan.language);
    plan.publish.attributes.emplace_back(name, std::move(*value));
  }
  if (!head.content_type.empty()) plan.publish.attributes.emplace_back("datacontenttype", head.content_type);
  return std::nullopt;
}

void Router::plan_query(const RequestHead& head, const Entry& entry, Plan& plan) const {
  for (const auto& [name, value] : plan.target.params) {
    if ((has(entry.params, name) && name != "*") || entry.any_param) continue;
    plan.answer = bad_parameter("?" + name, unknown_parameter(name, entry.params), "unknown", plan.language);
    return;
  }
  const auto may_repeat = [&](const std::string& name) {
    return has(entry.repeatable, name) || (entry.any_param && !has(entry.params, name));
  };
  if (const auto* name = repeated(plan.target, may_repeat)) {
    plan.answer = bad_parameter("?" + *name, "comes more than once; expected once", "repeated", plan.language);
    return;
  }
  plan.act = Plan::Act::kQuery;
  plan.query.route = entry.pattern;
  for (std::size_t i = 0; i < entry.segments.size(); ++i) {
    const std::string_view hole = entry.segments[i];
    if (is_hole(hole)) plan.query.path[std::string(hole.substr(1, hole.size() - 2))] = plan.target.segments[i];
  }
  plan.query.params = plan.target.params;
  if (!head.last_event_id.empty() && has(entry.params, "after")) {  // a client that comes back asks as it did at first
    std::erase_if(plan.query.params, [](const auto& param) { return param.first == "after"; });
    plan.query.params.emplace_back("after", head.last_event_id);
  }
  plan.query.language = plan.language;
  plan.query.prefer = head.prefer;
}

}  // namespace docket::http
