// One-token corruptions of the shipped definitions: each word once, dropped, misspelt, or exchanged for another word of its file, from a
// fixed seed.
// The checker must refuse at least 81 % of them; the share is printed for each file and over all, by the tables alone and with the random
// walks that `docket kind check` adds; with DOCKET_SHOW_ACCEPTED=1 each corruption that passed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <random>

#include "engine/walk/check.h"
#include "tests/unit/definition_fixture.h"
#include "tests/unit/definition_small_office.h"

namespace docket::definition {
namespace {

struct Token {
  std::size_t at = 0;
  std::size_t size = 0;
};

// The words of a YAML text: no comments, no punctuation, nothing of `title: {...}` and `source: ...`, which are prose.
std::vector<Token> words_of(const std::string& text) {
  std::vector<Token> out;
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("_.@-").find(c) != std::string_view::npos;
  };
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\n')) {
      while (i < text.size() && text[i] != '\n') ++i;
    } else if (is_word(text[i])) {
      const std::size_t start = i;
      while (i < text.size() && is_word(text[i])) ++i;
      const std::string word = text.substr(start, i - start);
      if (word == "title" && text.compare(i, 3, ": {") == 0)
        i = text.find('}', i);
      else if (word == "source" && text.compare(i, 2, ": ") == 0)
        i = text.find(", certainty", i);
      else
        out.push_back({start, word.size()});
    } else {
      ++i;
    }
  }
  return out;
}

std::string misspell(std::string word, std::mt19937_64& random) {
  const std::size_t at = random() % word.size();
  switch (random() % 3) {
    case 0:
      word.erase(at, 1);
      break;
    case 1:
      word.insert(at, 1, word[at]);
      break;
    default:
      word[at] = word[at] == 'x' ? 'y' : 'x';
  }
  return word;
}

#ifdef DOCKET_SANITIZED
constexpr std::size_t kEvery = 10;  // sanitizers see the same code on a tenth of the corruptions
#else
constexpr std::size_t kEvery = 1;
#endif

struct Tally {
  std::size_t made = 0;
  std::size_t refused = 0;  // by the tables
  std::size_t walked = 0;   // more, by walks
};

double percent(std::size_t part, std::size_t of) { return of == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(of); }

// The office's texts with a short calendar and few units, which take most of the time and are not what is corrupted here.
std::map<std::string, std::string> light_texts(const std::string& office) {
  std::map<std::string, std::string> texts = load_office(office)->texts;
  if (texts.contains("units/qingdao.yaml")) texts["units/qingdao.yaml"] = "units: qingdao\nvalid_from: 2010-01-01\n";
  if (texts.contains("calendars/national.yaml")) {
    texts["calendars/national.yaml"] =
        "calendar: national\nlayer: national\nversion: short\ntitle: {zh: 短, en: short}\nspans: [\"09:00-17:00\"]\nweekend: [sat, sun]\n"
        "years: {2017: {source: none, certainty: assumed}}\n";
  }
  return texts;
}

Tally corrupt(const std::string& office, const std::string& path, std::mt19937_64& random) {
  Tally tally;
  std::map<std::string, std::string> texts = light_texts(office);
  EXPECT_TRUE(compile(texts, office).ok());
  const std::string whole = texts.at(path);
  const std::vector<Token> words = words_of(whole);
  const bool show = std::getenv("DOCKET_SHOW_ACCEPTED") != nullptr;
  for (const Token& token : words) {
    const std::string word = whole.substr(token.at, token.size);
    const Token& other = words[random() % words.size()];
    const std::uint64_t way = random() % 3;
    const std::string instead = way == 0 ? std::string() : way == 1 ? misspell(word, random) : whole.substr(other.at, other.size);
    if (instead == word || static_cast<std::size_t>(&token - words.data()) % kEvery != 0) continue;
    texts[path] = whole.substr(0, token.at) + instead + whole.substr(token.at + token.size);
    ++tally.made;
    const Compiled compiled = compile(texts, office);
    const bool by_tables = !compiled.ok();
    const bool by_walks = !by_tables && !walk::check_by_walks(*compiled.bundle, {1, 60, 30}).empty();
    const bool refused = by_tables || by_walks;
    tally.refused += by_tables ? 1U : 0U;
    tally.walked += by_walks ? 1U : 0U;
    if (show && !refused) {
      const auto line = 1 + std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(token.at), '\n');
      std::cout << path << ":" << line << ": " << word << " -> " << (instead.empty() ? "(dropped)" : instead) << "\n";
    }
  }
  return tally;
}

TEST(Corruption, OneTokenIsMostlyRefused) {
  constexpr std::uint64_t kSeed = 20170302;
  std::mt19937_64 random(kSeed);
  Tally all;
  const std::pair<const char*, const char*> files[] = {
      {"example", "definitions/hotline-ticket.yaml"},
      {"example", "definitions/qa-session.yaml"},
      {"example", "definitions/call.yaml"},
      {"example", "definitions/common.yaml"},
      {"boston", "definitions/boston-311.yaml"},
      {"example", "metrics/hotline.yaml"},
      {"example", "metrics/calls.yaml"},
      {"example", "metrics/qa.yaml"},
      {"boston", "metrics/boston.yaml"},
  };
  for (const auto& [office, path] : files) {
    const Tally tally = corrupt(office, path, random);
    ASSERT_GT(tally.made, 30U / kEvery) << path;
    std::cout << path << ": " << tally.refused << " of " << tally.made << " refused, " << percent(tally.refused, tally.made)
              << " %; with walks " << percent(tally.refused + tally.walked, tally.made) << " %\n";
    all.made += tally.made;
    all.refused += tally.refused;
    all.walked += tally.walked;
  }
  std::cout << "seed " << kSeed << ": " << all.refused << " of " << all.made << " one-token corruptions refused, "
            << percent(all.refused, all.made) << " %; with walks " << percent(all.refused + all.walked, all.made) << " %\n";
  EXPECT_GE(percent(all.refused, all.made), 81);
}

// Bytes cut, copied and changed anywhere in any file: whatever comes of it, a refusal says why, and an acceptance is complete.
TEST(Corruption, AnyBytesAreAnswered) {
  constexpr std::uint64_t kSeed = 330;
  std::mt19937_64 random(kSeed);
  const std::map<std::string, std::string> whole = small_office();
  constexpr std::string_view kBytes = "{}[],:&*!|>'\"%@` \n\t-?#~.0aZ\xE4\xFF";
  std::size_t refused = 0;
  for (std::size_t round = 0; round < 3000 / kEvery; ++round) {
    std::map<std::string, std::string> texts = whole;
    auto file = texts.begin();
    std::advance(file, static_cast<std::ptrdiff_t>(random() % texts.size()));
    std::string& text = file->second;
    for (std::uint64_t edits = 1 + random() % 4; edits > 0 && !text.empty(); --edits) {
      const std::size_t at = random() % text.size();
      const std::size_t length = random() % 40;
      switch (random() % 4) {
        case 0:
          text.erase(at, length);
          break;
        case 1:
          text.insert(random() % text.size(), text.substr(at, length));
          break;
        case 2:
          text[at] = kBytes[random() % kBytes.size()];
          break;
        default:
          text.insert(at, 1, kBytes[random() % kBytes.size()]);
      }
    }
    const Compiled compiled = compile(texts, "small");
    if (compiled.ok()) {
      ASSERT_EQ(compiled.bundle->id.size(), 64U);
    } else {
      ++refused;
      ASSERT_FALSE(compiled.diagnostics.empty()) << file->first << " in round " << round << ":\n" << text;
    }
  }
  EXPECT_GT(refused, 2000U / kEvery);
}

}  // namespace
}  // namespace docket::definition
