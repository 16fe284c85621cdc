#include "connectors/http/origin.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "connectors/http/negotiation.h"

namespace docket::http {
namespace {

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string shown(std::string_view text) { return "found \"" + std::string(text.substr(0, 100)) + "\""; }

}  // namespace

bool is_loopback_authority(std::string_view authority) {
  const auto colon = authority.find_last_of(":]");
  if (colon != std::string_view::npos && authority[colon] == ':') {
    if (!is_port(authority.substr(colon + 1))) return false;
    authority = authority.substr(0, colon);
  }
  if (equals_ignoring_case(authority, "localhost")) return true;
  const bool six = authority.size() > 2 && authority.front() == '[' && authority.back() == ']';
  if (six) authority = authority.substr(1, authority.size() - 2);
  boost::system::error_code bad;
  const auto address = boost::asio::ip::make_address(std::string(authority), bad);
  return !bad && address.is_v6() == six && address.is_loopback();
}

std::optional<Foreign> foreign(const RequestHead& head, bool any_host) {
  constexpr std::string_view kExpected = ", expected this machine's own name: localhost, 127.0.0.1 or [::1]";
  if (!any_host && head.host && !is_loopback_authority(*head.host)) return Foreign{"Host", shown(*head.host) + std::string(kExpected)};
  // A target in absolute form names its own host, which counts before the field.
  const std::string_view target = head.target;
  if (const auto scheme = target.find("://"); scheme != std::string_view::npos && scheme < target.find_first_of("/?")) {
    const auto rest = target.substr(scheme + 3);
    const auto authority = rest.substr(0, rest.find_first_of("/?"));
    if (!any_host && !is_loopback_authority(authority)) return Foreign{"Host", shown(authority) + std::string(kExpected)};
  }
  if (head.origin && (!head.host || !equals_ignoring_case(*head.origin, "http://" + *head.host)))
    return Foreign{"Origin", shown(*head.origin) + ", expected none, or this server itself: pages of other origins may not ask here"};
  return std::nullopt;
}

}  // namespace docket::http
