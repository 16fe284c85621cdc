#include "connectors/embedded/key_rows.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace docket::embedded {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kSlotsMin = 1024;

struct CipherContextFree {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
EVP_CIPHER_CTX* context() {
  thread_local const std::unique_ptr<EVP_CIPHER_CTX, CipherContextFree> kContext(EVP_CIPHER_CTX_new());
  return kContext.get();
}
const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const kCipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return kCipher;
}

const unsigned char* in(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* out(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

void random_bytes(unsigned char* bytes, std::size_t count) {
  if (RAND_bytes(bytes, static_cast<int>(count)) != 1) std::abort();  // no entropy: no key may be made
}

std::uint32_t check_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(::crc32(0, in(bytes), static_cast<uInt>(bytes.size())));
}

// What a wrapped key is bound to, beside its id (the nonce).
std::string bound_to(KeyType type, std::string_view name) {
  std::string bytes(1, static_cast<char>(type));
  bytes.append(name);
  return bytes;
}

std::uint64_t mix(std::uint64_t hash) {
  hash ^= hash >> 32U;
  hash *= 0xd6e8feb86659fd93ULL;
  hash ^= hash >> 32U;
  hash *= 0xd6e8feb86659fd93ULL;
  return hash ^ (hash >> 32U);
}

}  // namespace

void append_row(std::string& bytes, const WrappedRow& row) {
  const std::size_t start = bytes.size();
  bytes.append(4, '\0');
  bytes.push_back(static_cast<char>(row.type));
  bytes.push_back(static_cast<char>(row.name.size()));
  bytes.append(row.id).append(row.wrapped).append(row.name);
  const std::uint32_t check = check_of(std::string_view(bytes).substr(start + 4));
  for (std::size_t i = 0; i < 4; ++i) bytes[start + i] = static_cast<char>(check >> (24U - 8U * i) & 0xFFU);
}

RowState read_row(std::string_view bytes, WrappedRow& row) {
  if (bytes.size() < kRowHeadBytes) return RowState::kCut;
  const std::size_t name_bytes = static_cast<unsigned char>(bytes[5]);
  if (bytes.size() < kRowHeadBytes + name_bytes) return RowState::kCut;
  std::uint32_t check = 0;
  for (std::size_t i = 0; i < 4; ++i) check = check << 8U | static_cast<unsigned char>(bytes[i]);
  const auto type = static_cast<unsigned char>(bytes[4]);
  if (check != check_of(bytes.substr(4, kRowHeadBytes - 4 + name_bytes)) || type < 1 || type > 5) return RowState::kBroken;
  row.type = static_cast<KeyType>(type);
  row.id = bytes.substr(6, kKeyIdBytes);
  row.wrapped = bytes.substr(6 + kKeyIdBytes, kWrappedBytes);
  row.name = bytes.substr(kRowHeadBytes, name_bytes);
  return RowState::kWhole;
}

ledger::SealKey random_key() {
  ledger::SealKey key{};
  random_bytes(key.data(), key.size());
  return key;
}

namespace {

void wrap_into(const ledger::SealKey& master, const ledger::SealKey& key, WrappedRow& row) {
  const std::string place = bound_to(row.type, row.name);
  int count = 0;
  int last = 0;
  const bool done = EVP_EncryptInit_ex2(context(), aes_256_gcm(), master.data(), in(row.id), nullptr) == 1 &&
                    EVP_EncryptUpdate(context(), nullptr, &count, in(place), static_cast<int>(place.size())) == 1 &&
                    EVP_EncryptUpdate(context(), out(row.wrapped), &count, key.data(), static_cast<int>(key.size())) == 1 &&
                    EVP_EncryptFinal_ex(context(), out(row.wrapped) + count, &last) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes), out(row.wrapped) + kKeyBytes) == 1;
  if (!done) std::abort();
}

std::uint64_t number_at(std::string_view bytes, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8U | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

}  // namespace

WrappedRow wrap_key(const ledger::SealKey& master, KeyType type, std::string name, const ledger::SealKey& key) {
  WrappedRow row{type, std::string(kKeyIdBytes, '\0'), std::string(kWrappedBytes, '\0'), std::move(name)};
  random_bytes(out(row.id), row.id.size());
  wrap_into(master, key, row);
  return row;
}

std::optional<WrappedRow> wrap_again(const ledger::SealKey& from, const ledger::SealKey& to, const WrappedRow& row) {
  const auto key = unwrap_key(from, row);
  if (!key) return std::nullopt;
  WrappedRow again = row;
  wrap_into(to, *key, again);
  return again;
}

WrappedRow erased_row(const std::string& raw_id, const ErasedKey& erased) {
  WrappedRow row{KeyType::kErased, raw_id, std::string(kWrappedBytes, '\0'), erased.case_id};
  for (std::size_t i = 0; i < 8; ++i) {
    row.wrapped[i] = static_cast<char>(static_cast<std::uint64_t>(erased.erased) >> (56U - 8U * i) & 0xFFU);
    row.wrapped[8 + i] = static_cast<char>(static_cast<std::uint64_t>(erased.destroyed) >> (56U - 8U * i) & 0xFFU);
  }
  return row;
}

ErasedKey read_erased(const WrappedRow& row) {
  return {row.name, static_cast<std::int64_t>(number_at(row.wrapped, 0)), static_cast<std::int64_t>(number_at(row.wrapped, 8))};
}

std::optional<ledger::SealKey> unwrap_key(const ledger::SealKey& master, const WrappedRow& row) {
  const std::string place = bound_to(row.type, row.name);
  std::string tag = row.wrapped.substr(kKeyBytes);
  ledger::SealKey key{};
  int count = 0;
  int last = 0;
  const bool good = EVP_DecryptInit_ex2(context(), aes_256_gcm(), master.data(), in(row.id), nullptr) == 1 &&
                    EVP_DecryptUpdate(context(), nullptr, &count, in(place), static_cast<int>(place.size())) == 1 &&
                    EVP_DecryptUpdate(context(), key.data(), &count, in(row.wrapped), static_cast<int>(kKeyBytes)) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagBytes), out(tag)) == 1 &&
                    EVP_DecryptFinal_ex(context(), key.data() + count, &last) == 1;
  if (!good) return std::nullopt;
  return key;
}

void RowTable::insert(std::uint64_t hash, std::uint64_t offset) {
  if ((count_ + 1) * 3 > slots_.size() * 2) grow();
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].offset != 0) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = {hash, offset};
  ++count_;
}

void RowTable::grow() {
  std::vector<Slot> old(std::max(kSlotsMin, slots_.size() * 2));
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.offset == 0) continue;
    std::size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].offset != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

std::uint64_t name_hash(KeyType type, std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL ^ static_cast<std::uint64_t>(type);
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mix(hash);
}

std::uint64_t id_hash(std::string_view raw_id) {
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < 8 && i < raw_id.size(); ++i) hash = hash << 8U | static_cast<unsigned char>(raw_id[i]);
  return mix(hash);
}

}  // namespace docket::embedded
