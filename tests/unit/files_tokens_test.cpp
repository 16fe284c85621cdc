// Goal: a tokens file grants what it says and nothing else, and each mistake in it is named with its place. Method: files by hand, read
// against the shipped office example.
#include "connectors/files/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/definition_fixture.h"

namespace docket::files {
namespace {

using ::testing::HasSubstr;

const std::string kHash(64, 'a');

Tokens read(const std::string& rows) {
  static const auto bundle = definition::load_office("example");
  return read_tokens("tokens.yaml", "tokens:\n" + rows, *bundle);
}

std::string row(const std::string& rest, const std::string& hash = kHash) { return "  x: {sha256: " + hash + ", " + rest + "}\n"; }

TEST(Tokens, GrantWhatTheySay) {
  const auto secret = service::make_token();
  const auto tokens = read(row("may: [publish, read], sources: [example], roles: [intake, dispatcher]", service::token_hash(secret)) +
                           "  prometheus: {sha256: " + kHash + ", may: metrics}\n");
  ASSERT_TRUE(tokens.ok()) << tokens.diagnostics.front().format();
  const service::Access access(tokens.callers);
  EXPECT_EQ(access.find(secret + "x"), nullptr);
  EXPECT_EQ(access.find(""), nullptr);
  const auto caller = access.find(secret);
  ASSERT_NE(caller, nullptr);
  EXPECT_EQ(caller->name, "x");
  EXPECT_TRUE(caller->publish && caller->read && !caller->metrics && !caller->node);
  EXPECT_TRUE(service::grants(caller->sources, "example"));
  EXPECT_FALSE(service::grants(caller->sources, "console"));
  EXPECT_TRUE(service::grants(caller->roles, "intake"));
  EXPECT_FALSE(service::grants(caller->roles, "auditor"));
  EXPECT_TRUE(service::grants(caller->units, "anything")) << "left out: all that the source may say";
  EXPECT_EQ(tokens.callers.at(kHash)->name, "prometheus");
}

TEST(Tokens, AreAllDifferentAndOfOneWord) {
  const auto one = service::make_token();
  EXPECT_NE(one, service::make_token());
  EXPECT_EQ(one.size(), std::string("docket_").size() + 43) << "256 bits";
  EXPECT_EQ(service::token_hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") << "FIPS 180-2, B.1";
}

TEST(Tokens, EachMistakeIsNamed) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {row("may: [read], token: abc"), "tokens.yaml:2:94: error: token x: unknown key token; known are sha256, may, sources, roles, units"},
      {row("may: [reed]"), "token x: no right reed; there are publish, read, metrics, node"},
      {row("may: [publish]"), "token x: may publish, so sources must say under which (a list, or all)"},
      {row("may: [publish], sources: [exemple]"), "token x: this office has no source exemple"},
      {row("may: [publish], sources: all, roles: [itake]"), "token x: this office has no role itake"},
      {row("may: [publish], sources: all, units: [Q]"), "token x: this office has no unit Q"},
      {row("may: [read], sources: [example]"), "token x: sources says what may be published; may has no publish"},
      {row("may: [publish], sources: [docket]"), "token x: this office has no source docket"},
      {"  x: {may: [read]}\n", "token x: sha256 is missing"},
      {row("may: [read]", "abc"), "token x: sha256 is the token's SHA-256, 64 digits"},
      {row("may: [read]") + "  y: {sha256: " + kHash + ", may: [read]}\n", "token y: is the same token as x"},
      {"  x: all\n", "token x: a map of sha256 and may"}};
  for (const auto& [text, said] : wrong) {
    const auto tokens = read(text);
    EXPECT_FALSE(tokens.ok()) << text;
    EXPECT_TRUE(tokens.callers.empty()) << text;
    std::string all;
    for (const auto& each : tokens.diagnostics) all += each.format() + "\n";
    EXPECT_THAT(all, HasSubstr(said)) << text;
  }
  EXPECT_FALSE(read_tokens("tokens.yaml", "token:\n", *definition::load_office("example")).ok());
}

}  // namespace
}  // namespace docket::files
