// The options of `docket serve` from their four places (conventions C8): flags > DOCKET_... in the environment > a YAML file > defaults.
//
//   listen: 10.0.0.5:7417
//   tokens: /etc/docket/tokens.yaml
//   ledger: kafka
//   kafka: {brokers: "k1:9092,k2:9092", node: node-1, config: {sasl.username: docket, sasl.password_file: /etc/docket/kafka.password}}
//
// The options of the command are the keys, so that there is one list of them: --access-log is access_log and DOCKET_ACCESS_LOG, those of
// Kafka stand below kafka (DOCKET_KAFKA__BROKERS). Thread rule: main's thread.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): it is theirs
class App;
}

namespace docket::cli {

inline constexpr const char* kConfigFile = "/etc/docket/docket.yaml";
inline constexpr const char* kDefault = "default";

struct Setting {
  std::string key;
  std::string value;  // as it may be shown: a secret is not
  std::string from;   // kDefault, "docket.yaml:3:1", "DOCKET_LISTEN", "--listen"
};

struct Settings {
  std::string file;                   // that was read, "" none
  std::vector<Setting> rows;          // a row for each option, in their order
  std::vector<std::string> findings;  // "docket.yaml:3:1: error: ..."
  bool missing = false;               // the file that was named isn't there
};

// Puts what the environment and the file say into those options of `serve` that no flag gave; all are checked, also what is overridden.
// `file` "": kConfigFile, if there is one.
[[nodiscard]] Settings settle(CLI::App& serve, const std::string& file);
// kOk without findings; else says them, and it is kUsage, or kNotFound for a file that isn't there.
[[nodiscard]] int say_findings(const Settings& settings, std::ostream& err);

}  // namespace docket::cli
