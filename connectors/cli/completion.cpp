#include "connectors/cli/completion.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <vector>

#include "connectors/cli/checks.h"
#include "connectors/cli/client_commands.h"

namespace docket::cli {
namespace {

struct Completed {
  std::string name, description;
  bool valued = false;  // an option that takes a value
};

// One command: "docket case get", what may follow it, and its options by each of their names.
struct Place {
  std::string path;
  std::vector<Completed> commands, options;
};

void add_places(const CLI::App& command, const std::string& path, std::vector<Place>& out) {
  Place place{path, {}, {}};
  for (const CLI::Option* option : command.get_options()) {
    const bool valued = option->get_items_expected_max() > 0;
    for (const auto& name : option->get_lnames()) place.options.push_back({"--" + name, option->get_description(), valued});
    for (const auto& name : option->get_snames()) place.options.push_back({"-" + name, option->get_description(), valued});
  }
  const auto below = command.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* sub : below) place.commands.push_back({sub->get_name(), sub->get_description(), false});
  out.push_back(std::move(place));
  for (const CLI::App* sub : below) add_places(*sub, path + " " + sub->get_name(), out);
}

// In single quotes, as `escaped` writes one inside.
std::string in_quotes(const std::string& text, const char* escaped = "'\\''") {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += escaped;
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string names_in_line(const std::vector<Completed>& rows, bool only_valued) {
  std::string out;
  for (const auto& row : rows) {
    if (!only_valued || row.valued) out += (out.empty() ? "" : " ") + row.name;
  }
  return out;
}

// 'docket case'|'docket case get'|...: what a word must lead to, to be a command and no value.
std::string path_pattern(const std::vector<Place>& places) {
  std::string out;
  for (std::size_t i = 1; i < places.size(); ++i) out += (out.empty() ? "" : "|") + in_quotes(places[i].path);
  return out;
}

std::string bash_script(const std::vector<Place>& places) {
  std::string out = R"(# bash completion for docket: source <(docket completion bash)
_docket() {
  local at=docket word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" i commands options valued
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at ${COMP_WORDS[i]}" in
      )" + path_pattern(places) +
                    R"() at="$at ${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at" in
)";
  for (const auto& place : places) {
    out += "    " + in_quotes(place.path) + ") commands=" + in_quotes(names_in_line(place.commands, false)) +
           " options=" + in_quotes(names_in_line(place.options, false)) + " valued=" + in_quotes(names_in_line(place.options, true)) +
           " ;;\n";
  }
  return out + R"(  esac
  COMPREPLY=()
  if [[ " $valued " == *" $before "* ]]; then
    return  # a value: a file's name, as far as the shell can tell
  elif [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  else
    COMPREPLY=($(compgen -W "$commands" -- "$word"))
  fi
}
complete -o default -F _docket docket
)";
}

std::string zsh_words(const std::vector<Completed>& rows) {
  std::string out;
  for (const auto& row : rows) out += " " + in_quotes(row.name + ":" + row.description);
  return out;
}

std::string zsh_script(const std::vector<Place>& places) {
  std::string out = R"(#compdef docket
# zsh completion for docket: source <(docket completion zsh), or as a file _docket in a folder of $fpath
_docket() {
  local at=docket i
  local -a commands options valued
  for ((i = 2; i < CURRENT; i++)); do
    case "$at ${words[i]}" in
      )" + path_pattern(places) +
                    R"() at="$at ${words[i]}" ;;
    esac
  done
  case "$at" in
)";
  for (const auto& place : places) {
    out += "    " + in_quotes(place.path) + ")\n      commands=(" + zsh_words(place.commands) + " )\n      options=(" +
           zsh_words(place.options) + " )\n      valued=(" + names_in_line(place.options, true) + ") ;;\n";
  }
  return out + R"(  esac
  if (( ${valued[(Ie)${words[CURRENT-1]}]} )); then
    _files
  elif [[ ${words[CURRENT]} == -* ]]; then
    _describe -o option options
  elif (( $#commands )); then
    _describe command commands
  else
    _files
  fi
}
if [[ ${funcstack[1]} == _docket ]]; then _docket "$@"; else compdef _docket docket; fi
)";
}

std::string fish_script(const std::vector<Place>& places) {
  const auto quoted = [](const std::string& text) {  // in fish a backslash counts inside quotes
    std::string out;
    for (const char c : text) out += c == '\\' ? std::string("\\\\") : std::string(1, c);
    return in_quotes(out, "\\'");
  };
  const auto below = [](const Place& place) { return place.path.substr(std::min(place.path.size(), std::string("docket ").size())); };
  std::string out = "# fish completion for docket: docket completion fish | source\nset -g __docket_commands";
  for (std::size_t i = 1; i < places.size(); ++i) out += " " + quoted(below(places[i]));
  out += R"(
function __docket_at
    set -l at
    for word in (commandline -opc)[2..-1]
        if contains -- (string join ' ' $at $word) $__docket_commands
            set at $at $word
        end
    end
    test "$at" = "$argv[1]"
end
complete -c docket -e
)";
  for (const auto& place : places) {
    const std::string here = "complete -c docket -n " + quoted("__docket_at " + quoted(below(place)));
    for (const auto& row : place.commands) out += here + " -f -a " + row.name + " -d " + quoted(row.description) + "\n";
    for (const auto& row : place.options) {
      const bool is_long = row.name[1] == '-';
      out += here + (is_long ? " -l " + row.name.substr(2) : " -s " + row.name.substr(1)) + (row.valued ? " -r" : "") + " -d " +
             quoted(row.description) + "\n";
    }
  }
  return out;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  std::vector<Place> places;
  add_places(app, "docket", places);
  if (shell == "zsh") return zsh_script(places);
  return shell == "fish" ? fish_script(places) : bash_script(places);
}

void add_completion_command(CLI::App& app, Exit& exit) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "Prints a script by which a shell completes docket's commands and options.");
  command->footer(
      "Examples:\n  source <(docket completion bash)\n  docket completion bash > ~/.local/share/bash-completion/completions/docket\n"
      "  docket completion fish | source");
  command->formatter(help_formatter());
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(one_of({"bash", "zsh", "fish"}));
  command->callback([shell, &app, &exit] {
    std::cout << completion_script(app, *shell);
    exit.code = std::cout.flush() ? kOk : kFailure;
  });
}

}  // namespace docket::cli
