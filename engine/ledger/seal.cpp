#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <memory>

#include "engine/ledger/base64url.h"
#include "engine/ledger/bytes.h"
#include "engine/ledger/keys.h"

namespace docket::ledger {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr char kFieldMark = '\x1F';

struct CipherContextFree {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherContextFree>;

const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return kCipher;
}

// A nonce from the operating system's generator, a few at a time: one call for each would cost more than sealing.
class Nonces {
 public:
  std::span<const std::uint8_t> next() {
    if (at_ + kNonceBytes > pool_.size()) {
      if (RAND_bytes(pool_.data(), static_cast<int>(pool_.size())) != 1) return {};
      at_ = 0;
    }
    const std::span<const std::uint8_t> nonce(pool_.data() + at_, kNonceBytes);
    at_ += kNonceBytes;
    return nonce;
  }

 private:
  std::array<std::uint8_t, kNonceBytes * 256> pool_{};
  std::size_t at_ = kNonceBytes * 256;
};

}  // namespace

std::string seal_value(const KeyRow& key, std::string_view associated, std::string_view plain) {
  thread_local const CipherContext kContext(EVP_CIPHER_CTX_new());
  thread_local Nonces nonces;
  thread_local std::string cipher;
  const auto nonce = nonces.next();
  EVP_CIPHER_CTX* const context = kContext.get();
  cipher.resize(plain.size() + kTagBytes);
  auto* const out = reinterpret_cast<unsigned char*>(cipher.data());
  int count = 0;
  int last = 0;
  const bool done = !nonce.empty() && EVP_EncryptInit_ex2(context, aes_256_gcm(), key.key.data(), nonce.data(), nullptr) == 1 &&
                    EVP_EncryptUpdate(context, nullptr, &count, bytes_of(associated), static_cast<int>(associated.size())) == 1 &&
                    EVP_EncryptUpdate(context, out, &count, bytes_of(plain), static_cast<int>(plain.size())) == 1 &&
                    EVP_EncryptFinal_ex(context, out + count, &last) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes), out + plain.size()) == 1;
  if (!done) std::abort();  // no entropy or no cipher: nothing may go on and write plain text
  std::string sealed;
  sealed.reserve(key.id.size() + 2 + (kNonceBytes + cipher.size()) * 4 / 3 + 4);
  sealed.append(key.id).push_back('.');
  append_base64url(sealed, nonce);
  sealed.push_back('.');
  append_base64url(sealed, {out, cipher.size()});
  return sealed;
}

std::optional<std::string> open_value(const SealKey& key, std::string_view associated, std::string_view sealed) {
  const std::size_t first = sealed.find('.');
  const std::size_t second = first == std::string_view::npos ? first : sealed.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto nonce = base64url_bytes(sealed.substr(first + 1, second - first - 1));
  auto cipher = base64url_bytes(sealed.substr(second + 1));
  if (!nonce || nonce->size() != kNonceBytes || !cipher || cipher->size() < kTagBytes) return std::nullopt;
  thread_local const CipherContext kContext(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* const context = kContext.get();
  const std::size_t plain_bytes = cipher->size() - kTagBytes;
  auto* const text = reinterpret_cast<unsigned char*>(cipher->data());
  std::string plain(plain_bytes, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(plain.data());
  int count = 0;
  int last = 0;
  const bool good = EVP_DecryptInit_ex2(context, aes_256_gcm(), key.data(), bytes_of(*nonce), nullptr) == 1 &&
                    EVP_DecryptUpdate(context, nullptr, &count, bytes_of(associated), static_cast<int>(associated.size())) == 1 &&
                    EVP_DecryptUpdate(context, out, &count, text, static_cast<int>(plain_bytes)) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagBytes), text + plain_bytes) == 1 &&
                    EVP_DecryptFinal_ex(context, out + count, &last) == 1;
  if (!good) return std::nullopt;
  return plain;
}

std::string_view sealed_key_id(std::string_view sealed) {
  const std::size_t first = sealed.find('.');
  if (first == std::string_view::npos || sealed.find('.', first + 1) == std::string_view::npos) return {};
  return sealed.substr(0, first);
}

std::string associated_data(std::string_view ledger, std::string_view case_id, std::string_view event_id, std::string_view field) {
  std::string out;
  out.reserve(ledger.size() + case_id.size() + event_id.size() + field.size() + 3);
  out.append(ledger).push_back(kFieldMark);
  out.append(case_id).push_back(kFieldMark);
  out.append(event_id).push_back(kFieldMark);
  out.append(field);
  return out;
}

}  // namespace docket::ledger
