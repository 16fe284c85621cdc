#include "connectors/node/page_token.h"

#include <algorithm>
#include <array>

#include "engine/ledger/base64url.h"
#include "engine/ledger/block_codec.h"

namespace docket::node {
namespace {

constexpr std::size_t kCheckBytes = 8;

// What may differ from page to page: how many rows, and how fresh.
bool is_bound(const std::string& name) {
  constexpr std::array<std::string_view, 5> kFree{"page_token", "page_size", "include_total", "min_position", "consistency"};
  return std::find(kFree.begin(), kFree.end(), name) == kFree.end();
}

std::string check_of(const service::Query& query, std::string_view place) {
  auto params = query.params;
  std::erase_if(params, [](const auto& param) { return !is_bound(param.first); });
  std::sort(params.begin(), params.end());
  std::string text = "1";  // the tokens' version
  const auto add = [&](std::string_view part) { text.append(1, '\0').append(part); };
  add(query.route);
  for (const auto& [name, value] : query.path) add(value);
  for (const auto& [name, value] : params) {
    add(name);
    add(value);
  }
  add(place);
  const auto hash = ledger::block_hash(text);
  return {reinterpret_cast<const char*>(hash.data()), kCheckBytes};
}

}  // namespace

std::size_t asked_page_size(const Params& params, std::size_t otherwise) {
  const auto asked = params.integer("page_size", static_cast<std::int64_t>(otherwise));
  if (asked == 0) throw BadParameter{"page_size", "found 0, expected 1 to " + std::to_string(kPageMax)};
  return static_cast<std::size_t>(std::min<std::int64_t>(asked, kPageMax));
}

std::string page_token(const service::Query& query, std::string_view place) {
  const std::string bytes = check_of(query, place).append(place);
  return ledger::base64url({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string page_place(const Params& params) {
  const auto token = params.text("page_token");
  if (!token || token->empty()) return {};
  const auto bytes = ledger::base64url_bytes(*token);
  if (bytes && bytes->size() > kCheckBytes) {
    std::string place = bytes->substr(kCheckBytes);
    if (bytes->compare(0, kCheckBytes, check_of(params.query(), place)) == 0) return place;
  }
  throw BadParameter{"page_token",
                     "'" + *token + "' is not a next_page_token of this query; expected one, with the same filters and instants, or none"};
}

}  // namespace docket::node
