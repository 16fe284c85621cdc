// One-token corruptions of the shipped definitions (definition_corruptions.h), from a fixed seed.
// The checker must refuse at least 81 % of them; the share is printed for each file and over all, by the tables alone and with the random
// walks that `docket kind check` adds; with DOCKET_SHOW_ACCEPTED=1 each corruption that passed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "engine/definition/yaml_reader.h"
#include "engine/walk/check.h"
#include "tests/unit/definition_corruptions.h"
#include "tests/unit/definition_small_office.h"

namespace docket::definition {
namespace {

struct Tally {
  std::size_t made = 0;
  std::size_t refused = 0;  // by the tables
  std::size_t walked = 0;   // more, by walks
};

double percent(std::size_t part, std::size_t of) { return of == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(of); }

Tally corrupt(const std::string& office, const std::string& path, std::mt19937_64& random) {
  Tally tally;
  std::map<std::string, std::string> texts = light_texts(office);
  EXPECT_TRUE(compile(texts, office).ok());
  Trees trees;
  const bool show = std::getenv("DOCKET_SHOW_ACCEPTED") != nullptr;
  each_corruption(texts, path, random, [&](const Corruption& corruption) {
    ++tally.made;
    const Compiled compiled = compile(texts, office, trees);
    const bool by_tables = !compiled.ok();
    const bool by_walks = !by_tables && !walk::check_by_walks(*compiled.bundle, {1, 60, 30}).empty();
    tally.refused += by_tables ? 1U : 0U;
    tally.walked += by_walks ? 1U : 0U;
    if (show && !by_tables && !by_walks) std::cout << path << ":" << corruption.text() << "\n";
  });
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
      {"example", "definitions/call-tally.yaml"},
      {"example", "definitions/register.yaml"},
      {"example", "definitions/supervision.yaml"},
      {"example", "definitions/common.yaml"},
      {"boston", "definitions/boston-311.yaml"},
      {"example", "metrics/hotline.yaml"},
      {"example", "metrics/calls.yaml"},
      {"example", "metrics/supervision.yaml"},
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
