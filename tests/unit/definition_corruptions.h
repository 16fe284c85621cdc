// One-token corruptions of a definition: each word once, dropped, misspelt, or exchanged for another word of its file, from a seed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/definition_fixture.h"

namespace docket::definition {

#ifdef DOCKET_SANITIZED
constexpr std::size_t kEvery = 10;  // sanitizers see the same code on a tenth of the corruptions
#else
constexpr std::size_t kEvery = 1;
#endif

struct Token {
  std::size_t at = 0;
  std::size_t size = 0;
};

// The words of a YAML text: no comments, no punctuation, nothing of `title: {...}` and `source: ...`, which are prose.
inline std::vector<Token> words_of(const std::string& text) {
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
      else if (const auto prose = text.find(", certainty", i);
               word == "source" && text.compare(i, 2, ": ") == 0 && prose < text.find('\n', i))
        i = prose;  // of a rule; else it is an attribute of that name
      else
        out.push_back({start, word.size()});
    } else {
      ++i;
    }
  }
  return out;
}

inline std::string misspell(std::string word, std::mt19937_64& random) {
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

// The office's texts with a short calendar and few units, which take most of the time and are not what is corrupted here.
inline std::map<std::string, std::string> light_texts(const std::string& office) {
  std::map<std::string, std::string> texts = load_office(office)->texts;
  if (texts.contains("units/qingdao.yaml")) texts["units/qingdao.yaml"] = "units: qingdao\nvalid_from: 2010-01-01\n";
  if (texts.contains("calendars/national.yaml")) {
    texts["calendars/national.yaml"] =
        "calendar: national\nlayer: national\nversion: short\ntitle: {zh: 短, en: short}\nspans: [\"09:00-17:00\"]\nweekend: [sat, sun]\n"
        "years: {2017: {source: none, certainty: assumed}}\n";
  }
  return texts;
}

struct Corruption {
  std::string word;
  std::string instead;  // "": dropped
  std::ptrdiff_t line = 0;
  std::string text() const { return std::to_string(line) + ": " + word + " -> " + (instead.empty() ? "(dropped)" : instead); }
};

// Each corruption of that file of `texts` in turn, kEvery-th only; `texts` has it while `see` runs, and is as before afterwards.
inline void each_corruption(std::map<std::string, std::string>& texts, const std::string& path, std::mt19937_64& random,
                            const std::function<void(const Corruption&)>& see) {
  const std::string whole = texts.at(path);
  const std::vector<Token> words = words_of(whole);
  for (const Token& token : words) {
    const std::string word = whole.substr(token.at, token.size);
    const Token& other = words[random() % words.size()];
    const std::uint64_t way = random() % 3;
    const std::string instead = way == 0 ? std::string() : way == 1 ? misspell(word, random) : whole.substr(other.at, other.size);
    if (instead == word || static_cast<std::size_t>(&token - words.data()) % kEvery != 0) continue;
    texts[path] = whole.substr(0, token.at) + instead + whole.substr(token.at + token.size);
    see({word, instead, 1 + std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(token.at), '\n')});
  }
  texts[path] = whole;
}

}  // namespace docket::definition
