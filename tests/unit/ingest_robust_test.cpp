// Random damage to good texts, from a printed seed: nothing crashes, and the properties hold.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/unit/ingest_properties.h"

namespace docket::test {
namespace {

std::string mutate(std::string text, std::mt19937_64& random) {
  const std::string pieces = "{}[]\",:\\ \n0123456789.eE+-aunltrf/\x01\x7f\xc3\xa9\xff";
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::size_t edits = 1 + below(3);
  for (std::size_t i = 0; i < edits && !text.empty(); ++i) {
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        text[at] = pieces[below(pieces.size())];
        break;
      case 1:
        text.insert(at, 1, pieces[below(pieces.size())]);
        break;
      case 2:
        text.erase(at, 1 + below(4));
        break;
      case 3:
        text.insert(at, text.substr(below(text.size()), below(20)));
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

TEST(Robust, SeedsHold) {
  ingest::Ingest ingest(test_office(), kTagKey);
  for (const auto& text : seed_texts()) EXPECT_EQ(broken_property(ingest, text), "") << text;
}

TEST(Robust, MutationsHold) {
  constexpr std::uint64_t kSeed = 20170301;
  constexpr int kRounds = 60'000;
  std::mt19937_64 random(kSeed);
  ingest::Ingest ingest(test_office(), kTagKey);
  const auto seeds = seed_texts();
  int ready = 0;
  for (int i = 0; i < kRounds; ++i) {
    const std::string text = mutate(seeds[static_cast<std::size_t>(i) % seeds.size()], random);
    const std::string broken = broken_property(ingest, text);
    ASSERT_EQ(broken, "") << "seed " << kSeed << ", round " << i << ":\n" << text;
    if (ingest.parse(text).stage == ingest::Stage::kReady) ++ready;
  }
  EXPECT_GT(ready, kRounds / 100);  // the mutations are not all noise
}

}  // namespace
}  // namespace docket::test
