// Goal: a sealed value opens with its key and its place only. Method: there and back, then every kind of alteration.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "engine/ledger/base64url.h"
#include "engine/ledger/keys.h"

namespace docket::ledger {
namespace {

KeyRow key_of(std::uint8_t first) {
  KeyRow row;
  row.id = "k" + std::to_string(first);
  for (std::size_t i = 0; i < row.key.size(); ++i) row.key[i] = static_cast<std::uint8_t>(first + i);
  return row;
}

TEST(LedgerSeal, OpensWhatItSealed) {
  const KeyRow key = key_of(1);
  const std::string place = associated_data("L", "HT-1", "e-1", "/text");
  for (const std::string& plain : {std::string(), std::string("\"张三\""), std::string(70'000, 'x'), std::string("\0\xff", 2)}) {
    const std::string sealed = seal_value(key, place, plain);
    EXPECT_EQ(sealed_key_id(sealed), "k1");
    EXPECT_EQ(open_value(key.key, place, sealed), plain);
  }
}

TEST(LedgerSeal, IsBoundToKeyAndPlace) {
  const KeyRow key = key_of(1);
  const std::string sealed = seal_value(key, associated_data("L", "HT-1", "e-1", "/text"), "secret");
  EXPECT_EQ(open_value(key_of(2).key, associated_data("L", "HT-1", "e-1", "/text"), sealed), std::nullopt);
  for (const std::string& place : {associated_data("M", "HT-1", "e-1", "/text"), associated_data("L", "HT-2", "e-1", "/text"),
                                   associated_data("L", "HT-1", "e-2", "/text"), associated_data("L", "HT-1", "e-1", "/name")}) {
    EXPECT_EQ(open_value(key.key, place, sealed), std::nullopt);
  }
}

TEST(LedgerSeal, FieldsOfThePlaceDontRunTogether) { EXPECT_NE(associated_data("L", "a", "bc", "f"), associated_data("L", "ab", "c", "f")); }

TEST(LedgerSeal, AnyAlteredCharacterIsNoticed) {
  const KeyRow key = key_of(1);
  const std::string place = associated_data("L", "HT-1", "e-1", "/text");
  const std::string sealed = seal_value(key, place, "secret text");
  for (std::size_t i = sealed_key_id(sealed).size(); i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(open_value(key.key, place, altered), std::nullopt) << i;
    EXPECT_EQ(open_value(key.key, place, sealed.substr(0, i)), std::nullopt) << i;
  }
}

TEST(LedgerSeal, NoNonceComesTwice) {
  const KeyRow key = key_of(1);
  std::set<std::string> nonces;
  for (int i = 0; i < 2000; ++i) {
    const std::string sealed = seal_value(key, "", "x");
    nonces.insert(sealed.substr(3, 16));
  }
  EXPECT_EQ(nonces.size(), 2000U);
}

TEST(LedgerSeal, WhatIsNotSealedHasNoKeyId) {
  EXPECT_EQ(sealed_key_id("plain"), "");
  EXPECT_EQ(sealed_key_id("a.b"), "");
}

TEST(LedgerBase64url, VectorsOfRfc4648) {
  const auto text = [](std::string_view plain) { return base64url({reinterpret_cast<const std::uint8_t*>(plain.data()), plain.size()}); };
  EXPECT_EQ(text(""), "");
  EXPECT_EQ(text("f"), "Zg");
  EXPECT_EQ(text("fo"), "Zm8");
  EXPECT_EQ(text("foo"), "Zm9v");
  EXPECT_EQ(text("foobar"), "Zm9vYmFy");
  EXPECT_EQ(text("\xfb\xff"), "-_8");
  EXPECT_EQ(base64url_bytes("Zm9vYmE"), "fooba");
}

TEST(LedgerBase64url, RefusesWhatNoEncoderWrites) {
  for (const char* text : {"Z", "Zg==", "Zh", "Zm9", "Zm+v", "Zm9v\n"}) EXPECT_EQ(base64url_bytes(text), std::nullopt) << text;
}

}  // namespace
}  // namespace docket::ledger
