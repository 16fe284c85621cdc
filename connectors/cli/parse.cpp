#include "connectors/cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
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
    if (word.size() > 1 && word.front() == '-' && !(word[1] >= '0' && word[1] <= '9')) {
      const std::string name = word[1] == '-' ? word.substr(0, word.find('=')) : word.substr(0, 2);  // -nq: two of one letter
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

// The option that a message of CLI11 is about.
const CLI::Option* option_named_in(const CLI::App& command, const std::string& what) {
  const CLI::Option* found = nullptr;
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_name();
    const auto at = what.find(name);
    const bool whole = at != std::string::npos && (at == 0 || what[at - 1] == ' ') &&
                       (at + name.size() == what.size() || std::string_view(" :,").find(what[at + name.size()]) != std::string_view::npos);
    if (whole) found = option;
  }
  return found;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

// What was wrong and what would be right, for all but an unknown word.
std::string sentence(const CLI::App& app, const Slip& slip, const CLI::ParseError& error) {
  const std::string what = error.what();
  const CLI::Option* option = option_named_in(*slip.command, what);
  const std::string who = slip.path.substr(std::min(slip.path.size(), slip.path.find(' ') + 1));  // without the program's name
  const std::string about = option == nullptr ? "" : option->get_name() + " (" + option->get_description() + ")";
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    if (option != nullptr) return who + " needs " + about;
    return (slip.command == &app ? "a command is missing: " : who + " needs a command: ") + listed(names_of(*slip.command, false));
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::string extra = what.substr(what.find(": ") + 2);
    return extra.starts_with('-') ? "unknown option " + extra : who + " takes no further word: " + extra;
  }
  if (option == nullptr) return what;
  if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr) return what;
  if (option->get_items_expected_max() == 0) return option->get_name() + " takes no value";
  if (option->count() > 1) return option->get_name() + " is given more than once";
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) return "the value is missing behind " + about;
  return what;
}

void explain(const CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& error, std::ostream& err) {
  const Slip slip = find_slip(app, words);
  const bool of_a_value = dynamic_cast<const CLI::ValidationError*>(&error) != nullptr;
  if (slip.word.empty() || of_a_value) {
    err << "docket: " << sentence(app, slip, error) << "\n";
  } else {
    const bool option = slip.word.front() == '-';
    const auto names = names_of(*slip.command, option);
    const std::string_view near = http::nearest(slip.word, names);
    err << "docket: " << (option ? "unknown option " : "unknown command ") << slip.word;
    if (!near.empty()) err << "; did you mean " << near << "?";
    err << "\n";
    if (near.empty() && !option) err << "  there are: " << listed(names) << "\n";
    if (near.empty() && option && slip.command->get_require_subcommand_min() > 0)
      err << "  a command's options stand behind it, as in: docket case list " << slip.word << " ...\n";
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
