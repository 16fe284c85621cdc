#include "engine/ledger/json_reader.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace docket::ledger::json {

simdjson::error_code parse(std::string_view value, od::document& document) {
  thread_local od::parser parser;
  thread_local std::vector<char> padded;
  if (padded.size() < value.size() + simdjson::SIMDJSON_PADDING) padded.resize(value.size() * 2 + simdjson::SIMDJSON_PADDING);
  std::memcpy(padded.data(), value.data(), value.size());
  std::memset(padded.data() + value.size(), ' ', simdjson::SIMDJSON_PADDING);
  return parser.iterate(padded.data(), value.size(), padded.size()).get(document);
}

bool Reader::instant(std::string_view member, od::value value, model::Instant& out) {
  constexpr std::size_t kInstantChars = std::string_view("2017-03-08T15:59:59.999Z").size();
  std::string_view view;
  if (value.get_string().get(view) != simdjson::SUCCESS || view.size() != kInstantChars || view[10] != 'T' || view[19] != '.' ||
      view.back() != 'Z') {
    return wrong(member, "an instant (UTC with milliseconds)");
  }
  const auto read = model::parse_instant(view);
  if (!read) return wrong(member, "an instant (UTC with milliseconds)");
  out = *read;
  return true;
}

bool Reader::raw_object(std::string_view member, od::value value, std::string& out) {
  od::object object;
  std::string_view raw;
  if (value.get_object().get(object) != simdjson::SUCCESS || object.raw_json().get(raw) != simdjson::SUCCESS || raw.empty() ||
      raw.back() != '}') {
    return wrong(member, "a JSON object");
  }
  out.assign(raw);
  return true;
}

bool Reader::required(std::string_view what, std::span<const std::string_view> names, std::uint32_t seen, std::uint32_t wanted) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (((wanted & ~seen) >> i & 1U) != 0) {
      return fail(ErrorCode::kInvalid, std::string(what) + " lacks \"" + std::string(names[i]) + "\"");
    }
  }
  return true;
}

bool Reader::misplaced(std::string_view what, std::string_view key, std::span<const std::string_view> passed) {
  const bool known = std::find(passed.begin(), passed.end(), key) != passed.end();
  return fail(ErrorCode::kInvalid,
              "\"" + std::string(key) + "\" of " + std::string(what) + (known ? " is double or out of order" : " is unknown"));
}

}  // namespace docket::ledger::json
