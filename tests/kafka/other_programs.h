// Programs of others that tests run beside a broker: clients and tools. ./dev test installs them; where one can't be had its test is
// skipped, and with CI=true it fails.
#pragma once

#include <unistd.h>

#include "tests/kafka/broker.h"

namespace docket::testing {

inline bool is_program(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

inline std::string clients_folder() { return std::string(DOCKET_SOURCE_DIR) + "/tests/kafka/clients"; }

// Of tests/kafka/clients/NAME.java, compiled into `folder`: the command, to which arguments are added. Empty: there is no Java compiler.
inline std::vector<std::string> java_program(const std::string& name, const fs::path& folder) {
  const auto jars = run_broker("jars");
  if (!jars.ended.with(0) || !is_program("/usr/bin/javac")) return {};
  const std::string jar_path = jars.out.substr(0, jars.out.find('\n')) + "/*";
  const auto compiled = run_program({"/usr/bin/javac", "-cp", jar_path, "-d", folder.string(), clients_folder() + "/" + name + ".java"});
  EXPECT_TRUE(compiled.ended.with(0)) << compiled.text();
  return {"/usr/bin/java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", folder.string() + ":" + jar_path, name};
}

// In the test's own body, as skipping returns from it.
#define DOCKET_NEEDS(there, what)                                                 \
  do {                                                                            \
    if (IsSkipped()) return;                                                      \
    if (!(there) && !nothing_is_skipped()) GTEST_SKIP() << "SKIPPED: " << (what); \
    ASSERT_TRUE(there) << (what) << "; with CI=true nothing is skipped";          \
  } while (false)

}  // namespace docket::testing
