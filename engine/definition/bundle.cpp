#include "engine/definition/bundle.h"

#include <openssl/sha.h>

#include <array>

#include "engine/definition/compile.h"

namespace docket::definition {

Symbol SymbolTable::intern(std::string_view text) {
  if (const Symbol* known = find_name(ids_, text); known != nullptr) return *known;
  const auto id = static_cast<Symbol>(texts_.size());
  texts_.emplace_back(text);
  ids_.emplace(std::string(text), id);
  return id;
}

Symbol SymbolTable::find(std::string_view text) const {
  const Symbol* known = find_name(ids_, text);
  return known == nullptr ? kNoSymbol : *known;
}

bool Bundle::unit_within(Symbol unit, Symbol ancestor) const {
  for (std::size_t depth = 0; depth <= units.size(); ++depth) {
    if (unit == ancestor) return unit != kNoSymbol;
    const auto found = unit_ids.find(unit);
    if (found == unit_ids.end()) return false;
    unit = units[found->second].parent;
  }
  return false;
}

std::string bundle_id(const std::map<std::string, std::string>& texts) {
  std::string message;
  const auto add = [&message](const std::string& part) {
    const auto length = static_cast<std::uint64_t>(part.size());
    for (int shift = 56; shift >= 0; shift -= 8) message.push_back(static_cast<char>((length >> static_cast<unsigned>(shift)) & 0xFFU));
    message += part;
  };
  for (const auto& [path, content] : texts) {
    add(path);
    add(content);
  }
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data());
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : digest) {
    out.push_back(kHex[byte >> 4U]);
    out.push_back(kHex[byte & 0xFU]);
  }
  return out;
}

}  // namespace docket::definition
