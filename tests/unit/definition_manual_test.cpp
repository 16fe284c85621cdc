// The example of docs/language.md compiles as it stands there.
#include <gtest/gtest.h>

#include "tests/unit/definition_fixture.h"

namespace docket::definition {
namespace {

// Blocks "```yaml\n# path\n ... ```" of the page, by path.
std::map<std::string, std::string> blocks_of(const std::string& page) {
  std::map<std::string, std::string> out;
  const std::string fence = "```yaml\n# ";
  for (std::size_t at = page.find(fence); at != std::string::npos; at = page.find(fence, at + 1)) {
    const std::size_t name = at + fence.size();
    const std::size_t line = page.find('\n', name);
    const std::size_t end = page.find("```", line);
    out.emplace(page.substr(name, line - name), page.substr(line + 1, end - line - 1));
  }
  return out;
}

TEST(Manual, ExampleCompiles) {
  std::ifstream file(std::filesystem::path(DOCKET_SOURCE_DIR) / "docs" / "language.md", std::ios::binary);
  const std::string page(std::istreambuf_iterator<char>(file), {});
  std::map<std::string, std::string> texts = blocks_of(page);
  ASSERT_EQ(texts.size(), 7U) << "kind, rules, metrics, labels, office, codes, sources";
  for (const auto& [path, content] : shipped_texts()) texts.emplace(path, content);
  std::string& roles = texts.at("labels/common.yaml");
  roles.insert(roles.find("roles:\n") + 7, "  desk: {zh: 前台, en: desk}\n  inspector: {zh: 验收员, en: inspector}\n");
  const Compiled compiled = compile(texts, "roads");
  for (const Diagnostic& each : compiled.diagnostics) ADD_FAILURE() << each.format();
  ASSERT_TRUE(compiled.ok());
  EXPECT_EQ(compiled.bundle->metrics.size(), 3U);
  EXPECT_EQ(compiled.bundle->kinds.at(0).scopes.at(0).clocks.at(0).rows.size(), 2U);
}

}  // namespace
}  // namespace docket::definition
