#include "connectors/cli/output.h"

#include <unistd.h>
#include <boost/json/serialize.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "connectors/cli/words.h"

namespace docket::cli {

int exit_code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalid:
      return kUsage;
    case ErrorCode::kNotFound:
      return kNotFound;
    case ErrorCode::kConflict:
      return kConflict;
    case ErrorCode::kUnavailable:
      return kUnavailable;
    default:
      return kFailure;
  }
}

Result<std::string> read_token(const std::string& file) {
  if (file.empty()) return std::string();
  const auto text = read_file(file);
  if (!text) return Error{ErrorCode::kInvalid, "--token-file " + file + " can't be read"};
  constexpr const char* kBlank = " \t\r\n";
  const auto begin = text->find_first_not_of(kBlank);
  if (begin == std::string::npos)
    return Error{ErrorCode::kInvalid, "--token-file " + file + " is empty; docket token make NAME makes a token"};
  auto token = text->substr(begin, text->find_last_not_of(kBlank) - begin + 1);
  const bool one_word = std::all_of(token.begin(), token.end(), [](unsigned char c) { return c > ' ' && c < 0x7f; });
  if (!one_word) return Error{ErrorCode::kInvalid, "--token-file " + file + " holds more than a token"};
  return token;
}

std::optional<std::string> read_file(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string user_name() {
  for (const char* name : {"USER", "LOGNAME"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  }
  return "uid " + std::to_string(::geteuid());
}

std::string default_language() {
  for (const char* name : {"DOCKET_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    if (std::strncmp(value, "en", 2) == 0) return "en";
    return "zh";
  }
  return "zh";
}

Look look_of(const CommonOptions& options) {
  const char* off = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool wanted = !options.no_color && options.out_is_terminal && (options.output.empty() || options.output == "-");
  const bool possible = (off == nullptr || *off == '\0') && (terminal == nullptr || std::strcmp(terminal, "dumb") != 0);
  return {wanted && possible, options.language.empty() ? "zh" : std::string_view(options.language)};
}

int print(const CommonOptions& options, const Output& output) {
  std::string text;
  switch (options.format) {
    case Format::kJson:
      text = output.json + "\n";
      break;
    case Format::kNdjson:
      if (output.items == nullptr) {
        text = output.json + "\n";
      } else {
        for (const auto& item : *output.items) text += boost::json::serialize(item) + "\n";
      }
      break;
    case Format::kCsv:
      text = render_csv(output.table);
      break;
    case Format::kPlain:
      text = render_plain(output.table);
      break;
    case Format::kTable:
      if (output.page.empty() && output.table.rows.empty()) {
        if (!options.quiet) *options.err << "docket: " << either(options.language, "无", "none") << "\n";
        break;
      }
      text = output.page.empty() ? render_table(output.table, look_of(options)) : output.page;
      break;
  }
  if (options.output.empty() || options.output == "-") {
    *options.out << text << std::flush;
    if (*options.out) return kOk;
    *options.err << "docket: can't write to standard output\n";
    return kFailure;
  }
  std::ofstream file(options.output, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  if (file) return kOk;
  *options.err << "docket: can't write to " << options.output << ": " << std::strerror(errno) << "\n";
  return kFailure;
}

}  // namespace docket::cli
