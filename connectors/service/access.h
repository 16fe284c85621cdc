// Who may ask what, where requests bear tokens (Authorization: Bearer TOKEN, RFC 6750). What isn't granted is denied. A token is kept as
// its SHA-256 alone. Callers come from a tokens file (connectors/files/tokens.h).
// Thread rule: Callers are constant; an Access may be asked and replaced from any thread. Ownership: shared.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace docket::service {

using Granted = std::optional<std::set<std::string, std::less<>>>;  // nullopt: all

struct Caller {
  std::string name;      // never the token
  bool publish = false;  // events, and asking for what became of one's own
  bool read = false;     // cases, figures, refusals, history
  bool metrics = false;  // GET /metrics alone
  bool node = false;     // another node of the same ledger: hands on what others were granted
  // What events may say, if `publish`; the definitions of a source limit it further.
  Granted sources;
  Granted roles;
  Granted units;
};
using CallerPtr = std::shared_ptr<const Caller>;

[[nodiscard]] inline bool grants(const Granted& granted, std::string_view name) { return !granted || granted->contains(name); }

class Access {
 public:
  using Callers = std::map<std::string, CallerPtr, std::less<>>;  // by token_hash()
  explicit Access(Callers callers) { replace(std::move(callers)); }

  // nullptr: nobody has that token.
  [[nodiscard]] CallerPtr find(std::string_view token) const;
  void replace(Callers callers);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Callers> callers_;  // guarded by mutex_
};

// Lower-case hex SHA-256.
[[nodiscard]] std::string token_hash(std::string_view token);
// A fresh one: 256 random bits.
[[nodiscard]] std::string make_token();

}  // namespace docket::service
