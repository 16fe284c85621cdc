#include "connectors/cli/parse.h"

#include <CLI/CLI.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "connectors/http/suggest.h"

namespace docket::cli {
namespace {

// The command that the words before the first wrong one lead to, and that wrong word.
struct Slip {
  const CLI::App* command = nullptr;
  std::string path;
  std::string word;
};

Slip find_slip(const CLI::App& app, const std::vector<std::string>& words) {
  Slip slip{&app, "docket", ""};
  for (const auto& word : words) {
    if (word.size() > 1 && word.front() == '-') {
      const std::string name = word.substr(0, word.find('='));
      if (slip.command->get_option_no_throw(name) != nullptr) continue;
      slip.word = name;
      return slip;
    }
    const auto found = slip.command->get_subcommands([&word](const CLI::App* candidate) { return candidate->get_name() == word; });
    if (!found.empty()) {
      slip.command = found.front();
      slip.path += " " + word;
    } else if (!slip.command->get_subcommands([](const CLI::App*) { return true; }).empty()) {
      slip.word = word;
      return slip;
    }
  }
  return slip;
}

std::vector<std::string> names_of(const CLI::App& command, bool options) {
  std::vector<std::string> names;
  if (options) {
    for (const CLI::Option* option : command.get_options()) {
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    }
  } else {
    for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) names.push_back(sub->get_name());
  }
  return names;
}

void explain(const CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& error, std::ostream& err) {
  const Slip slip = find_slip(app, words);
  const bool unknown_word = !slip.word.empty();
  if (!unknown_word) {
    err << "docket: " << error.what() << "\n";
  } else {
    const bool option = slip.word.front() == '-';
    const auto names = names_of(*slip.command, option);
    const std::string_view near = http::nearest(slip.word, names);
    err << "docket: " << (option ? "unknown option " : "unknown command ") << slip.word;
    if (!near.empty()) err << "; did you mean " << near << "?";
    err << "\n";
    if (near.empty() && !option) {
      err << "  there are:";
      for (const auto& name : names) err << " " << name;
      err << "\n";
    }
  }
  err << "  " << slip.path << " --help says more\n";
}

}  // namespace

int parse_and_run(CLI::App& app, int argc, const char* const* argv, const Exit& exit, std::ostream& out, std::ostream& err) {
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) words.emplace_back(argv[i]);
  try {
    app.parse(argc, argv);
    return exit.code;
  } catch (const CLI::Success& asked) {  // --help, --version
    (void)app.exit(asked, out, err);
    return kOk;
  } catch (const CLI::ParseError& error) {
    explain(app, words, error, err);
    return kUsage;
  } catch (const std::exception& failure) {
    err << "docket: " << failure.what() << "\n";
    return kFailure;
  }
}

}  // namespace docket::cli
