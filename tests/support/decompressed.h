// The text of an .xz file, by the xz of the machine; "" if it can't be read.
#pragma once

#include <cstdio>
#include <string>

namespace docket::testing {

inline std::string decompressed(const std::string& path) {
  std::string out;
  const std::string command = "xz -dc '" + path + "'";
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  char chunk[65536];
  for (std::size_t got = 0; (got = std::fread(chunk, 1, sizeof chunk, pipe)) > 0;) out.append(chunk, got);
  if (::pclose(pipe) != 0) out.clear();
  return out;
}

}  // namespace docket::testing
