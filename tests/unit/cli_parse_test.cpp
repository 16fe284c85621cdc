// Goal: a slip of the hand is named with what was probably meant, and ends with exit code 2. Method: argument lists by hand.
#include "connectors/cli/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <sstream>

#include "connectors/cli/client_commands.h"

namespace docket::cli {
namespace {

using testing::HasSubstr;

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

Outcome run(std::vector<const char*> words) {
  CLI::App app("docket");
  app.require_subcommand(1);
  Exit exit;
  add_client_commands(app, exit);
  words.insert(words.begin(), "docket");
  std::ostringstream out;
  std::ostringstream err;
  const int code = parse_and_run(app, static_cast<int>(words.size()), words.data(), exit, out, err);
  return {code, out.str(), err.str()};
}

TEST(CliParse, UnknownCommandsGetASuggestion) {
  EXPECT_EQ(run({"metrik", "show"}).code, kUsage);
  EXPECT_EQ(run({"metrik", "show"}).err, "docket: unknown command metrik; did you mean metric?\n  docket --help says more\n");
  EXPECT_EQ(run({"case", "lst"}).err, "docket: unknown command lst; did you mean list?\n  docket case --help says more\n");
  EXPECT_THAT(run({"case", "frobnicate"}).err,
              HasSubstr("there are: get, list, history, alarms, explain, migrate, release, erase, erasure"));
}

TEST(CliParse, UnknownOptionsGetASuggestion) {
  const auto got = run({"metric", "show", "x", "--know-at", "2017-01-01"});
  EXPECT_EQ(got.code, kUsage);
  EXPECT_THAT(got.err, HasSubstr("unknown option --know-at; did you mean --known-at?"));
}

struct Wrong {
  std::vector<const char*> words;
  const char* said;
};

TEST(CliParse, WhatIsWrongIsSaidWithWhatWouldBeRight) {
  const std::vector<Wrong> rows{
      {{}, "a command is missing: case, event, metric, rejects, rules, calendar, node, kind\n  docket --help says more\n"},
      {{"case"},
       "case needs a command: get, list, history, alarms, explain, migrate, release, erase, erasure\n  docket case --help says more\n"},
      {{"case", "get"}, "case get needs ID (the case id)\n  docket case get --help says more\n"},
      {{"case", "get", "T1", "T2"}, "case get takes no further word: T2\n  docket case get --help says more\n"},
      {{"case", "get", "T1", "--format", "xml"},
       "--format: \"xml\" is none of csv, json, ndjson, plain, table\n  docket case get --help says more\n"},
      {{"case", "get", "T1", "--format", "jsn"},
       "--format: \"jsn\" is none of csv, json, ndjson, plain, table; did you mean json?\n  docket case get --help says more\n"},
      {{"case", "get", "T1", "--lang", "de"}, "--lang: \"de\" is none of zh, en\n  docket case get --help says more\n"},
      {{"case", "list", "--limit", "0"}, "--limit: \"0\" is no whole number from 1 on\n  docket case list --help says more\n"},
      {{"case", "list", "--limit", "-5"}, "--limit: \"-5\" is no whole number from 1 on\n  docket case list --help says more\n"},
      {{"case", "list", "--limit", "ten"}, "--limit: \"ten\" is no whole number from 1 on\n  docket case list --help says more\n"},
      {{"case", "list", "--timeout-ms", "1h"},
       "--timeout-ms: \"1h\" is no whole number from 1 to 3600000\n  docket case list --help says more\n"},
      {{"case", "get", "T1", "--time-zone", "Mars/X"},
       "--time-zone: \"Mars/X\" is no time zone here; write it as Asia/Shanghai\n  docket case get --help says more\n"},
      {{"case", "get", "T1", "--version"},
       "the value is missing behind --version (as of this version)\n  docket case get --help says more\n"},
      {{"case", "get", "T1", "--version", "1", "--version", "2"},
       "--version is given more than once\n  docket case get --help says more\n"},
      {{"case", "get", "T1", "--quiet=some"}, "--quiet takes no value\n  docket case get --help says more\n"},
      {{"--server", "http://127.0.0.1:7417", "case", "list"},
       "unknown option --server\n  a command's options stand behind it, as in: docket case list --server ...\n  docket --help says more\n"},
      {{"case", "get", "T1", ""}, "case get takes no further word: \n  docket case get --help says more\n"},
      {{"case", "get", "T1", "-qx"}, "unknown option -x\n  docket case get --help says more\n"},
  };
  for (const auto& row : rows) {
    const auto got = run(row.words);
    EXPECT_EQ(got.code, kUsage) << row.said;
    EXPECT_EQ(got.err, std::string("docket: ") + row.said);
    EXPECT_EQ(got.out, "");
  }
}

TEST(CliParse, HelpShowsExamplesFirst) {
  const auto got = run({"metric", "show", "--help"});
  EXPECT_EQ(got.code, kOk);
  EXPECT_EQ(got.err, "");
  const auto example = got.out.find("docket metric show hotline.on_time_rate --period 2017-03");
  ASSERT_NE(example, std::string::npos);
  EXPECT_LT(example, got.out.find("--known-at"));
  EXPECT_THAT(run({"case", "--help"}).out, HasSubstr("Shows a case as it is, or as it was."));
}

TEST(CliParse, ANounThatIsThereIsKept) {
  CLI::App app("docket");
  Exit exit;
  noun(app, "kind", "Kinds").add_subcommand("check", "Checks");
  add_client_commands(app, exit);
  const auto kinds = app.get_subcommand("kind")->get_subcommands([](const CLI::App*) { return true; });
  EXPECT_EQ(kinds.size(), 2U);
}

}  // namespace
}  // namespace docket::cli
