#include "connectors/cli/checks.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "connectors/cli/common.h"
#include "connectors/http/suggest.h"

namespace docket::cli {
namespace {

std::string finding(const std::string& value, const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), value) != names.end()) return "";
  std::string out = "\"" + value + "\" is none of";
  for (const auto& name : names) out += (name == names.front() ? " " : ", ") + name;
  const std::string_view near = http::nearest(value, names);
  return near.empty() ? out : out + "; did you mean " + std::string(near) + "?";
}

}  // namespace

CLI::Validator one_of(std::vector<std::string> names) {
  return {[names = std::move(names)](std::string& value) { return finding(value, names); }, ""};
}

CLI::Validator value_named(std::map<std::string, int> values) {
  std::vector<std::string> names;
  for (const auto& [name, value] : values) names.push_back(name);
  return {[names = std::move(names), values = std::move(values)](std::string& value) {
            std::string wrong = finding(value, names);
            if (wrong.empty()) value = std::to_string(values.at(value));
            return wrong;
          },
          ""};
}

CLI::Validator format_named() {
  return value_named({{"table", static_cast<int>(Format::kTable)},
                      {"plain", static_cast<int>(Format::kPlain)},
                      {"json", static_cast<int>(Format::kJson)},
                      {"ndjson", static_cast<int>(Format::kNdjson)},
                      {"csv", static_cast<int>(Format::kCsv)}});
}

CLI::Validator whole_number(std::uint64_t least, std::uint64_t most) {
  const std::string range = "from " + std::to_string(least) + (most == 0 ? " on" : " to " + std::to_string(most));
  return {[=](const std::string& value) {
            std::uint64_t number = 0;
            const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
            const bool good = error == std::errc() && end == value.data() + value.size() && number >= least &&
                              number <= (most == 0 ? std::numeric_limits<std::int64_t>::max() : most);
            return good ? std::string() : "\"" + value + "\" is no whole number " + range;
          },
          ""};
}

}  // namespace docket::cli
