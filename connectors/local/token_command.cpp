#include <algorithm>
#include <cctype>
#include <iostream>

#include "connectors/local/commands.h"
#include "connectors/local/wiring.h"
#include "connectors/service/access.h"

namespace docket::local {

int run_token_make(const std::string& name) {
  constexpr std::size_t kNameMax = 64;
  const bool fits = !name.empty() && name.size() <= kNameMax && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
  if (!fits) return fail("a token's NAME is 1 to 64 letters, digits, '-', '_' and '.', not '" + name + "'", 2);
  const auto token = service::make_token();
  std::cout << token << std::endl;
  std::cerr << "# its row in the tokens file; grant what it needs: publish (with sources, roles, units), read, metrics, node\n"
            << "  " << name << ": {sha256: " << service::token_hash(token) << ", may: [read]}\n";
  return std::cout ? 0 : 1;
}

}  // namespace docket::local
