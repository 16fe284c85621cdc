// Goal: the scripts of `docket completion` know every command and option that the program knows, and bash completes by its own. Method:
// what the program's --help lists, command by command, against the scripts; bash's is loaded and asked.
#include <algorithm>

#include "tests/support/docket_process.h"

namespace docket::testing {
namespace {

using Words = std::vector<std::string>;

struct Known {
  Words path;  // "case", "get"
  Words commands, options;
};

// The first words of the indented lines below a heading of a help text, cut at commas.
Words listed_below(const std::string& help, const std::string& heading) {
  Words out;
  std::istringstream lines(help);
  bool below = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  ")) below = line == heading;
    if (!below || !line.starts_with("  ") || line[2] == ' ') continue;
    std::istringstream names(line.substr(2, line.find(' ', 2) - 2));
    for (std::string name; std::getline(names, name, ',');) out.push_back(name);
  }
  return out;
}

void collect(const Words& path, std::vector<Known>& out) {
  Words asked = path;
  asked.emplace_back("--help");
  const auto help = run_docket(asked).out;
  Known known{path, listed_below(help, "Subcommands:"), listed_below(help, "Options:")};
  known.options.erase(std::remove_if(known.options.begin(), known.options.end(), [](const auto& name) { return name[0] != '-'; }),
                      known.options.end());
  out.push_back(known);
  for (const auto& command : known.commands) {
    Words below = path;
    below.push_back(command);
    collect(below, out);
  }
}

std::string joined(const Words& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

Words sorted(const std::string& line) {
  std::istringstream words(line);
  Words out;
  for (std::string word; words >> word;) out.push_back(word);
  std::sort(out.begin(), out.end());
  return out;
}

// What bash completes: a line for each of the lines, whose last word is the one to complete.
Words ask_bash(const std::vector<std::string>& lines) {
  std::string script = "source <('" + docket_program() + "' completion bash) && complete -p docket\n" +
                       "t() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _docket; echo \"${COMPREPLY[*]}\"; }\n";
  for (const auto& line : lines) script += "t docket " + line + "\n";
  TempFolder folder;
  const std::string err = (folder / "err").string();
  Child bash({"/bin/bash", "--noprofile", "--norc", "-c", script}, {}, err);
  std::string told;
  EXPECT_TRUE(bash.wait(&told).with(0));
  EXPECT_EQ(file_text(err), "");
  Words out;
  std::istringstream text(told);
  for (std::string line; std::getline(text, line);) out.push_back(line);
  return out;
}

TEST(Completion, BashKnowsEveryCommandAndOption) {
  std::vector<Known> all;
  collect({}, all);
  ASSERT_GT(all.size(), 40U);
  std::vector<std::string> asked;
  for (const auto& known : all) {
    asked.push_back(joined(known.path) + " ''");
    asked.push_back(joined(known.path) + " -");
  }
  const auto told = ask_bash(asked);
  ASSERT_EQ(told.size(), asked.size() + 1);
  EXPECT_EQ(told[0], "complete -o default -F _docket docket");
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(sorted(told[1 + 2 * i]), sorted(joined(all[i].commands))) << joined(all[i].path);
    EXPECT_EQ(sorted(told[2 + 2 * i]), sorted(joined(all[i].options))) << joined(all[i].path);
    ASSERT_FALSE(all[i].options.empty()) << joined(all[i].path);
  }
}

TEST(Completion, BashCompletesWhatIsBegun) {
  EXPECT_EQ(ask_bash({"ca", "case get --k", "case get --known-at ''", "case list --kind case ''", "case get T1 --time", "x case ge"}),
            (Words{"complete -o default -F _docket docket", "case calendar", "--known-at", "", "", "--time-zone --timeout-ms", "get"}));
}

TEST(Completion, ZshAndFishKnowThemToo) {
  std::vector<Known> all;
  collect({}, all);
  const auto zsh = run_docket({"completion", "zsh"}).out;
  const auto fish = run_docket({"completion", "fish"}).out;
  for (const auto& known : all) {
    const std::string path = joined(known.path);
    const auto at = zsh.find("'docket" + (path.empty() ? "" : " " + path) + "')\n");
    ASSERT_NE(at, std::string::npos) << path;
    const std::string block = zsh.substr(at, zsh.find(";;\n", at) - at);
    const std::string here = "complete -c docket -n '__docket_at \\'" + path + "\\''";
    for (const auto& name : known.commands) {
      EXPECT_NE(block.find(" '" + name + ":"), std::string::npos) << path << " " << name;
      EXPECT_NE(fish.find(here + " -f -a " + name + " "), std::string::npos) << path << " " << name;
    }
    for (const auto& name : known.options) {
      EXPECT_NE(block.find(" '" + name + ":"), std::string::npos) << path << " " << name;
      const std::string option = name[1] == '-' ? " -l " + name.substr(2) : " -s " + name.substr(1);
      EXPECT_NE(fish.find(here + option + " "), std::string::npos) << path << " " << name;
    }
  }
  const auto other = run_docket({"completion", "bsh"});
  EXPECT_TRUE(other.ended.with(2)) << other.text();
  EXPECT_NE(other.err.find("did you mean bash?"), std::string::npos) << other.err;
}

}  // namespace
}  // namespace docket::testing
