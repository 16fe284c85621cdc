#include "connectors/cli/remote.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "connectors/cli/words.h"
#include "connectors/http/target.h"

namespace docket::cli {
namespace {

constexpr std::size_t kPageMax = 1000;

std::optional<json::object> parse_object(const std::string& body) {
  boost::system::error_code error;
  json::value value = json::parse(json::string_view(body.data(), body.size()), error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

// A parameter of the query as the option that carried it: "?due_before" -> "--due-before".
std::string as_option(const std::string& pointer) {
  constexpr std::array kSame{"after", "alias",    "at",    "code",          "due_before", "exact",   "from",
                             "kind",  "known_at", "light", "limit",         "period",     "source",  "state",
                             "step",  "to",       "unit",  "updated_since", "movable",    "version", "quarantined"};
  if (pointer.empty() || pointer.front() != '?') return pointer;
  std::string name = pointer.substr(1);
  if (name == "group_by" || name == "group") return "--by";
  if (name == "page_size") return "--limit";
  if (name == "name") return "NAME";
  if (std::find(kSame.begin(), kSame.end(), name) == kSame.end()) return "--where " + name;
  std::replace(name.begin(), name.end(), '_', '-');
  return "--" + name;
}

}  // namespace

std::string segment(const std::string& text) { return http::percent_encode(text); }

std::string make_target(const std::string& path, const Params& params) {
  std::string target = path;
  char join = '?';
  for (const auto& [name, value] : params) {
    if (value.empty()) continue;
    target += join + http::percent_encode(name) + "=" + http::percent_encode(value);
    join = '&';
  }
  return target;
}

int exit_code_of_status(int status) {
  switch (status) {
    case 400:
      return kUsage;
    case 401:
    case 403:
      return kNotPermitted;
    case 404:
      return kNotFound;
    case 409:
    case 412:
      return kConflict;
    case 429:
    case 503:
      return kUnavailable;
    default:
      return status < 300 ? kOk : kFailure;
  }
}

std::unique_ptr<HttpClient> Remote::connect(std::uint32_t timeout_ms) {
  const auto server = parse_server(options_.server);
  auto token = read_token(options_.token_file);
  if (server && token) return std::make_unique<HttpClient>(*server, timeout_ms, std::move(*token));
  *options_.err << "docket: " << (server ? token.error() : server.error()).message << "\n";
  exit_code_ = kUsage;
  return nullptr;
}

std::optional<HttpReply> Remote::send(const HttpCall& call) {
  if (!client_) client_ = connect(options_.timeout_ms);
  if (!client_) return std::nullopt;
  HttpCall own = call;
  own.language = options_.language;
  auto reply = client_->call(own);
  if (!reply) {
    fail(reply.error());
    return std::nullopt;
  }
  last_body_ = reply->body;
  return std::move(*reply);
}

std::optional<json::object> Remote::get(const std::string& target) {
  HttpCall call;
  call.target = target;
  const auto reply = send(call);
  if (!reply) return std::nullopt;
  if (reply->status != 200) {
    fail(*reply);
    return std::nullopt;
  }
  auto object = parse_object(reply->body);
  if (!object) {
    *options_.err << "docket: " << options_.server << " answered with something that is no JSON object; is it a Docket?\n";
    exit_code_ = kFailure;
  }
  return object;
}

std::optional<json::object> Remote::get_pages(const std::string& path, Params params, const std::string& items, std::size_t limit) {
  std::optional<json::object> whole;
  std::string token;
  while (true) {
    const std::size_t have = whole ? array_of(*whole, items).size() : 0;
    Params own = params;
    own.emplace_back("page_size", std::to_string(std::min(kPageMax, limit - have)));
    own.emplace_back("page_token", token);
    auto page = get(make_target(path, own));
    if (!page) return std::nullopt;
    const Display plain;
    token = plain.text(*page, "next_page_token");
    if (!whole) {
      whole = std::move(page);
      if (!whole->contains(items)) (*whole)[items] = json::array();
    } else {
      auto& all = (*whole)[items].as_array();
      for (const auto& item : array_of(*page, items)) all.push_back(item);
    }
    const std::size_t now = array_of(*whole, items).size();
    if (token.empty() || now >= limit) break;
  }
  if (token.empty()) {
    whole->erase("next_page_token");
  } else {
    (*whole)["next_page_token"] = token;
    if (!options_.quiet) {
      *options_.err << "docket: " << either(options_.language, "还有更多；请加大 --limit（现为 ", "there is more; raise --limit (now ")
                    << limit << either(options_.language, "）", ")") << "\n";
    }
  }
  last_body_ = json::serialize(*whole);
  return whole;
}

int Remote::fail(const Error& error) {
  *options_.err << "docket: " << error.message << "\n";
  exit_code_ = error.code == ErrorCode::kUnavailable ? kUnavailable : kFailure;
  return exit_code_;
}

int Remote::fail(const HttpReply& reply) {
  exit_code_ = exit_code_of_status(reply.status);
  const auto problem = parse_object(reply.body);
  if (!problem) {
    *options_.err << "docket: the server answered " << reply.status << " without saying why\n";
    return exit_code_;
  }
  const Display words{options_.language, "UTC"};
  std::string line = words.text(*problem, "title");
  if (line.empty()) line = words.text(*problem, "outcome");
  const std::string code = words.text(*problem, "code");
  const std::string detail = words.text(*problem, "detail");
  if (!code.empty()) line += " (" + code + ")";
  const auto& errors = array_of(*problem, "errors");
  // With one error the detail says the same once more.
  if (!detail.empty() && errors.size() != 1) line += (line.empty() ? "" : ": ") + detail;
  *options_.err << "docket: " << printable(line.empty() ? "the server answered " + std::to_string(reply.status) : line) << "\n";
  for (const auto& entry : errors) {
    if (!entry.is_object()) continue;
    *options_.err << "  " << printable(as_option(words.text(entry.get_object(), "pointer"))) << "  "
                  << printable(words.text(entry.get_object(), "detail")) << "\n";
  }
  return exit_code_;
}

Display Remote::display() {
  Display display;
  display.language = options_.language.empty() ? "zh" : options_.language;
  display.time_zone = options_.time_zone;
  if (options_.format == Format::kTable) {
    if (const auto office = ask("/v1/office")) {
      if (display.time_zone.empty()) display.time_zone = display.text(*office, "time_zone");
      for (const auto& unit : array_of(*office, "units")) {
        if (unit.is_object()) display.units.emplace(display.text(unit.get_object(), "unit"), display.text(unit.get_object(), "title"));
      }
    }
  }
  if (display.time_zone.empty()) display.time_zone = "UTC";
  return display;
}

std::map<std::string, std::string> Remote::labels(const std::string& kind, const char* of, const char* name) {
  std::map<std::string, std::string> labels;
  if (options_.format != Format::kTable || kind.empty()) return labels;
  const Display words{options_.language, "UTC"};
  const auto answer = ask("/v1/kinds/" + segment(kind));
  if (!answer) return labels;
  for (const auto& row : array_of(*answer, of)) {
    if (row.is_object()) labels.emplace(words.text(row.get_object(), name), words.text(row.get_object(), "label"));
  }
  return labels;
}

std::string Remote::kind_of_metric(const std::string& metric) {
  const Display words{options_.language, "UTC"};
  const auto answer = options_.format == Format::kTable ? ask("/v1/metrics") : std::nullopt;
  if (!answer) return "";
  for (const auto& row : array_of(*answer, "metrics")) {
    if (row.is_object() && words.text(row.get_object(), "name") == metric) return words.text(row.get_object(), "kind");
  }
  return "";
}

std::optional<json::object> Remote::ask(const std::string& target) {
  const std::string kept = last_body_;
  HttpCall call;
  call.target = target;
  const auto reply = send(call);
  last_body_ = kept;
  return reply && reply->status == 200 ? parse_object(reply->body) : std::nullopt;
}

}  // namespace docket::cli
