// What every client command is given, and how it ends (conventions C7).
// Thread rule: plain values. Ownership: the streams belong to the caller.
#pragma once

#include <cstdint>
#include <iostream>
#include <optional>
#include <string>

#include "engine/model/result.h"

namespace docket::cli {

enum ExitCode : int {
  kOk = 0,
  kFailure = 1,
  kUsage = 2,
  kNotFound = 3,
  kConflict = 4,  // conflict or precondition
  kNotPermitted = 5,
  kUnavailable = 6,  // unavailable, behind, or the outcome is unknown
  kSomeFailed = 7,   // finished, with some items failed
  kInterrupted = 130,
};

// Where a command leaves its exit code; main() returns it.
struct Exit {
  int code = kOk;
};

enum class Format { kTable, kPlain, kJson, kNdjson, kCsv };

struct CommonOptions {
  std::string server = "http://127.0.0.1:7417";
  Format format = Format::kTable;
  std::string token_file;  // holds who asks, "" none
  std::string output;      // file, "" or "-": standard output
  std::string language;    // "zh" or "en" for titles, labels and messages of the server
  std::string time_zone;   // IANA name for tables, "": the office's
  bool no_color = false;
  bool quiet = false;
  bool out_is_terminal = false;
  std::uint32_t timeout_ms = 60'000;
  std::ostream* out = &std::cout;
  std::ostream* err = &std::cerr;
};

// kInvalid is usage, kNotFound not found, kConflict conflict, kUnavailable unavailable; anything else is a failure.
[[nodiscard]] int exit_code_of(const Error& error);
// The token that a file holds, without white space around it; "" without a file. kInvalid: it can't be read, or holds none.
[[nodiscard]] Result<std::string> read_token(const std::string& file);
// nullopt: it can't be read, or is a folder.
[[nodiscard]] std::optional<std::string> read_file(const std::string& path);
// "zh" or "en": DOCKET_LANG, else the locale's, else "zh".
[[nodiscard]] std::string default_language();

// Who runs the command, by the system's name for them.
[[nodiscard]] std::string user_name();

}  // namespace docket::cli
