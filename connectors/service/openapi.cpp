#include "connectors/service/openapi.h"

#include <yaml-cpp/yaml.h>

#include <boost/json.hpp>
#include <charconv>

namespace docket::service {
namespace {

namespace json = boost::json;

// A plain scalar by YAML's core schema, as far as the document uses it; a quoted one is text whatever it looks like.
json::value scalar_json(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() != "?") return json::string(text);
  if (text == "true" || text == "false") return text == "true";
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return number;
  return json::string(text);
}

json::value to_json(const YAML::Node& node) {
  if (node.IsMap()) {
    json::object out;
    for (const auto& member : node) out[member.first.Scalar()] = to_json(member.second);
    return out;
  }
  if (node.IsSequence()) {
    json::array out;
    for (const auto& item : node) out.push_back(to_json(item));
    return out;
  }
  return node.IsNull() ? json::value(nullptr) : scalar_json(node);
}

}  // namespace

const std::string& openapi_json() {
  static const std::string text = json::serialize(to_json(YAML::Load(openapi_yaml())));
  return text;
}

}  // namespace docket::service
