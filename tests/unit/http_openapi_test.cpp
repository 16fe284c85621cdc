// Goal: the published contract and the served routes are the same. Method: schemas/openapi.yml against read_routes().
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "connectors/service/service.h"

namespace docket::service {
namespace {

std::string parameter_name(const YAML::Node& document, const YAML::Node& parameter) {
  if (!parameter["$ref"]) return parameter["in"].as<std::string>() == "query" ? parameter["name"].as<std::string>() : "";
  const auto ref = parameter["$ref"].as<std::string>();
  return document["components"]["parameters"][ref.substr(ref.rfind('/') + 1)]["name"].as<std::string>();
}

TEST(OpenApi, HasTheRoutesAndTheirParameters) {
  const YAML::Node document = YAML::LoadFile(DOCKET_SOURCE_DIR "/schemas/openapi.yml");
  std::set<std::string> described;
  for (const auto& path : document["paths"]) described.insert(path.first.as<std::string>());
  for (const auto& route : read_routes()) {
    const std::string pattern(route.pattern);
    ASSERT_EQ(described.erase(pattern), 1U) << pattern;
    const auto get = document["paths"][pattern]["get"];
    ASSERT_TRUE(get) << pattern;
    std::set<std::string> published;
    for (const auto& parameter : get["parameters"]) published.insert(parameter_name(document, parameter));
    published.erase("");
    std::set<std::string> served(route.params.begin(), route.params.end());
    served.erase("*");
    EXPECT_EQ(published, served) << pattern;
  }
  EXPECT_TRUE(described.empty()) << *described.begin();
  EXPECT_TRUE(document["paths"]["/v1/events"]["post"]);
}

}  // namespace
}  // namespace docket::service
