#include "engine/ledger/heads.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

#include "engine/ledger/base64url.h"
#include "engine/ledger/block_codec.h"
#include "engine/ledger/bytes.h"
#include "engine/ledger/json_reader.h"
#include "engine/ledger/json_text.h"

namespace docket::ledger {
namespace {

constexpr std::size_t kSignatureBytes = 64;
constexpr std::array<std::string_view, 4> kHeadsNames{"ledger", "recorded", "heads", "signature"};
constexpr std::array<std::string_view, 3> kHeadNames{"position", "recorded", "signature"};

struct KeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct ContextFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyFree>;
using Context = std::unique_ptr<EVP_MD_CTX, ContextFree>;

Key private_key(const SealKey& seed) { return Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size())); }

// What is signed: the line up to its signature, closed.
std::string signed_part(std::string_view ledger, Instant recorded, std::span<const Position> heads) {
  std::string out = "{\"ledger\":";
  append_json_string(out, ledger);
  out += ",\"recorded\":\"";
  model::append_instant(out, recorded);
  out += "\",\"heads\":[";
  for (std::size_t i = 0; i < heads.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_json_string(out, position_text(heads[i]));
  }
  out += "]}";
  return out;
}

std::string sign(std::string_view text, const SealKey& seed) {
  std::array<std::uint8_t, kSignatureBytes> signature{};
  std::size_t bytes = signature.size();
  const Key key = private_key(seed);
  const Context context(EVP_MD_CTX_new());
  if (!key || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &bytes, bytes_of(text), text.size()) != 1) {
    std::abort();
  }
  return base64url(signature);
}

}  // namespace

PublicKey public_key_of(const SealKey& signing_seed) {
  PublicKey out{};
  std::size_t bytes = out.size();
  const Key key = private_key(signing_seed);
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), out.data(), &bytes) != 1 || bytes != out.size()) std::abort();
  return out;
}

std::string sign_heads(std::string_view ledger, Instant recorded, std::span<const Position> heads, const SealKey& signing_seed) {
  std::string line = signed_part(ledger, recorded, heads);
  const std::string signature = sign(line, signing_seed);
  line.pop_back();
  line += ",\"signature\":\"" + signature + "\"}";
  return line;
}

std::string sign_head(std::string_view ledger, Instant recorded, const Position& head, const SealKey& signing_seed) {
  return "{\"position\":\"" + position_text(head) + "\",\"recorded\":\"" + model::format_instant(recorded) + "\",\"signature\":\"" +
         sign(signed_part(ledger, recorded, {&head, 1}), signing_seed) + "\"}";
}

Result<SignedHeads> parse_head(std::string_view body, std::string_view ledger) {
  json::Reader reader;
  json::od::document document;
  json::od::object members;
  if (json::parse(body, document) != simdjson::SUCCESS || document.get_object().get(members) != simdjson::SUCCESS)
    return Error{ErrorCode::kInvalid, "a head that is no JSON object"};
  SignedHeads out;
  out.ledger = ledger;
  std::uint32_t seen = 0;
  const auto each = [&](std::size_t member, json::od::value in) {
    if (member == 1) return reader.instant("recorded", in, out.recorded);
    if (member == 2) return reader.text("signature", in, out.signature);
    std::string text;
    if (!reader.text("position", in, text)) return false;
    const auto position = parse_position(text);
    if (!position) return reader.fail(ErrorCode::kInvalid, position.error().message);
    out.heads.push_back(*position);
    return true;
  };
  if (!reader.object("head", members, kHeadNames, seen, each) || !reader.required("head", kHeadNames, seen, (1U << kHeadNames.size()) - 1))
    return reader.error();
  return out;
}

Result<SignedHeads> parse_heads(std::string_view line) {
  json::Reader reader;
  json::od::document document;
  json::od::object members;
  if (json::parse(line, document) != simdjson::SUCCESS || document.get_object().get(members) != simdjson::SUCCESS) {
    return Error{ErrorCode::kInvalid, "not a JSON object"};
  }
  SignedHeads out;
  std::uint32_t seen = 0;
  const auto head = [&](json::od::value in) {
    std::string text;
    if (!reader.text("heads", in, text)) return false;
    const auto position = parse_position(text);
    if (!position) return reader.fail(ErrorCode::kInvalid, position.error().message);
    out.heads.push_back(*position);
    return true;
  };
  const auto each = [&](std::size_t member, json::od::value in) {
    switch (member) {
      case 0:
        return reader.text("ledger", in, out.ledger);
      case 1:
        return reader.instant("recorded", in, out.recorded);
      case 2:
        return reader.array("heads", in, head);
      default:
        return reader.text("signature", in, out.signature);
    }
  };
  if (!reader.object("heads", members, kHeadsNames, seen, each) ||
      !reader.required("heads", kHeadsNames, seen, (1U << kHeadsNames.size()) - 1))
    return reader.error();
  return out;
}

bool heads_hold(const SignedHeads& heads, const PublicKey& key) {
  const std::string text = signed_part(heads.ledger, heads.recorded, heads.heads);
  const auto signature = base64url_bytes(heads.signature);
  if (!signature || signature->size() != kSignatureBytes) return false;
  const Key verifier(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const Context context(EVP_MD_CTX_new());
  return verifier && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, verifier.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(*signature), signature->size(), bytes_of(text), text.size()) == 1;
}

HeadsText read_heads(std::string_view text, std::string_view ledger, const PublicKey& key) {
  HeadsText out;
  std::size_t number = 0;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    auto heads = parse_heads(text.substr(0, end));
    text.remove_prefix(end + 1);
    const std::string line = "line " + std::to_string(++number) + ": ";
    if (!heads) {
      out.findings.push_back(line + heads.error().message);
    } else if (heads->ledger != ledger) {
      out.findings.push_back(line + "heads of another ledger, \"" + heads->ledger + "\"");
    } else if (!heads_hold(*heads, key)) {
      out.findings.push_back(line + "the signature doesn't hold");
    } else {
      out.heads.push_back(std::move(*heads));
    }
  }
  return out;
}

}  // namespace docket::ledger
