// Goal: a block's bytes are the same for ever and read back to the same block; nothing else is read as one.
// Method: golden files byte by byte, random blocks there and back, one broken member at a time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/ledger/json_text.h"
#include "tests/unit/ledger_properties.h"
#include "tests/unit/ledger_samples.h"

namespace docket::ledger {
namespace {

using ::testing::HasSubstr;
using testing::samples;

// Every field by name, so that a difference is read off the failure.
std::string render(const Record& r) {
  std::ostringstream out;
  out << to_string(r.kind) << "|" << r.event << "|" << r.source << "|" << r.id << "|" << r.subject << "|" << r.type << "|" << r.tag << "|"
      << model::name(r.code) << "|" << r.detail;
  for (const auto& e : r.errors) out << " E(" << e.pointer << "," << e.detail << "," << e.code << ")";
  for (const auto& of : r.effects) {
    out << " of " << of.of << ":";
    for (const auto& e : of.effects) {
      out << " [" << e.set << "," << e.clock << "," << e.part << "," << e.part_key << "," << e.part_nth << "," << e.due << "," << e.unit
          << "," << e.provisional;
      for (const auto& n : e.notices) out << " N(" << n.at << "," << n.level << "," << n.to << ")";
      out << "]";
    }
  }
  for (const Height h : r.displaces) out << " D" << h;
  out << "|" << r.parked_at << "|" << r.until << "|" << r.backfill << "|" << r.case_version << "|" << r.case_revision;
  if (r.versions) out << "|" << r.versions->definition << "," << r.versions->rules << "," << r.versions->calendar;
  out << "|" << r.body;
  return std::move(out).str();
}

std::string render(const Block& b) {
  std::ostringstream out;
  out << b.version << "|" << b.height << "|" << b.previous << "|" << b.term << "|" << b.recorded << "|" << b.bundle;
  for (const auto& c : b.next) out << " C(" << c.topic << "," << c.epoch << "," << c.offset << "," << c.digest << ")";
  for (const auto& r : b.records) out << "\n" << render(r);
  return std::move(out).str();
}

class Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Golden, BytesAreTheFilesBytes) {
  const std::string file = testing::read_file(testing::fixture(GetParam()));
  ASSERT_FALSE(file.empty()) << testing::fixture(GetParam());
  EXPECT_EQ(encode_block(samples().at(GetParam())) + "\n", file);
}

TEST_P(Golden, FileReadsBackToTheBlock) {
  std::string file = testing::read_file(testing::fixture(GetParam()));
  ASSERT_FALSE(file.empty());
  file.pop_back();
  const auto block = decode_block(file);
  ASSERT_TRUE(block.ok()) << block.error().message;
  EXPECT_EQ(render(*block), render(samples().at(GetParam())));
  const auto head = decode_head(file);
  ASSERT_TRUE(head.ok()) << head.error().message;
  EXPECT_EQ(head->height, block->height);
  EXPECT_EQ(head->previous, block->previous);
  EXPECT_EQ(head->term, block->term);
  EXPECT_EQ(head->recorded, block->recorded);
  EXPECT_EQ(head->records, block->records.size());
}

std::vector<std::string> sample_names() {
  std::vector<std::string> names;
  for (const auto& [name, block] : samples()) names.push_back(name);
  return names;
}
INSTANTIATE_TEST_SUITE_P(Ledger, Golden, ::testing::ValuesIn(sample_names()), [](const auto& param) {
  std::string name = param.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(LedgerCodec, EveryRecordKindHasAGoldenFile) {
  const auto all = samples();
  for (int i = 0; i <= static_cast<int>(RecordKind::kReleased); ++i) EXPECT_TRUE(all.contains(to_string(static_cast<RecordKind>(i)))) << i;
}

TEST(LedgerCodec, KindNamesReadBack) {
  for (int i = 0; i <= static_cast<int>(RecordKind::kReleased); ++i) {
    const auto kind = static_cast<RecordKind>(i);
    EXPECT_EQ(record_kind_from(to_string(kind)), kind);
  }
  EXPECT_EQ(record_kind_from("closed"), std::nullopt);
}

class RandomBlocks {
 public:
  explicit RandomBlocks(unsigned seed) : random_(seed) {}
  Block block() {
    Block b;
    b.height = number(1ULL << 53U);
    for (int i = 0; i < 64; ++i) b.previous.push_back("0123456789abcdef"[number(16)]);
    b.term = number(1000);
    b.recorded = instant();
    if (chance()) b.bundle = text();
    if (chance())
      b.next = {{"a" + text(), static_cast<std::uint32_t>(number(9)), static_cast<std::int64_t>(number(1ULL << 50U))}, {"b", 1, 0}};
    for (std::size_t i = 0, n = 1 + number(5); i < n; ++i) b.records.push_back(record());
    return b;
  }

 private:
  std::uint64_t number(std::uint64_t below) { return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(random_); }
  bool chance() { return number(2) == 0; }
  Instant instant() { return static_cast<Instant>(number(4'000'000'000'000ULL)); }
  std::string text() {
    static const std::vector<std::string> kPieces{"a", "\"", "\\", "\n", "\x01", "政", "😀", " ", "x", "\x7f", "/"};
    std::string out;
    for (std::size_t i = 0, n = 1 + number(8); i < n; ++i) out += kPieces[number(kPieces.size())];
    return out;
  }
  std::string json() { return R"({"k":)" + std::to_string(number(100)) + R"(,"t":"}{\"","l":[{},[]]})"; }
  NamedEffect effect() {
    NamedEffect e;
    e.set = std::vector<std::string>{"start", "extend", "resume", "adjust", "revoke"}[number(5)];
    e.clock = text();
    if (chance()) e.part = text(), e.part_key = text(), e.part_nth = static_cast<std::uint32_t>(1 + number(5));
    if (chance()) e.due = instant(), e.unit = "wd";
    e.provisional = chance();
    for (std::size_t i = 0, n = number(3); i < n; ++i) e.notices.push_back({instant(), text(), chance() ? text() : ""});
    return e;
  }
  Record record() {
    Record r;
    r.kind = static_cast<RecordKind>(number(16));
    r.event = json();
    r.body = json();
    r.code = model::rejection_codes()[number(model::rejection_codes().size())].code;
    if (chance()) r.source = text(), r.id = text(), r.subject = text(), r.type = text();
    if (chance()) r.tag = "0123456789abcdef";
    if (chance()) r.detail = text(), r.errors = {{text(), "", text()}, {"", text(), ""}};
    if (chance()) r.until = instant();
    if (chance()) r.parked_at = number(1000);
    if (chance()) r.displaces = {number(100), 100 + number(100)};
    if (chance()) r.case_version = 7, r.case_revision = static_cast<std::uint32_t>(number(7));
    if (chance()) r.versions = std::make_shared<const Versions>(Versions{text(), text(), text()});
    r.backfill = chance();
    for (std::size_t i = 0, n = number(3); i < n; ++i) {
      EffectsOf of;
      if (i > 0) of.of = number(1000);
      for (std::size_t k = 0, m = number(3); k < m; ++k) of.effects.push_back(effect());
      r.effects.push_back(std::move(of));
    }
    return r;
  }
  std::mt19937_64 random_;
};

TEST(LedgerCodec, RandomBlocksReadBackEqual) {
  RandomBlocks random(20170301);
  for (int i = 0; i < 2000; ++i) {
    const Block block = random.block();
    const std::string bytes = encode_block(block);
    const auto read = decode_block(bytes);
    ASSERT_TRUE(read.ok()) << read.error().message << "\n" << bytes;
    ASSERT_EQ(render(*read), render(block));
    ASSERT_EQ(encode_block(*read), bytes);
  }
}

TEST(LedgerCodec, CutBlocksAreNeverRead) {
  const std::string bytes = encode_block(samples().at("mixed"));
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const auto read = decode_block(std::string_view(bytes).substr(0, n));
    ASSERT_FALSE(read.ok()) << n;
    ASSERT_EQ(read.error().code, ErrorCode::kInvalid);
  }
}

TEST(LedgerCodec, TextThatIsNotUtf8IsWrittenReadably) {
  Block block = samples().at("rejected");
  block.records[0].detail = "a\xE6\x94\xC3z";
  const auto read = decode_block(encode_block(block));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->records[0].detail, "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
}

struct Broken {
  const char* sample;
  const char* from;
  const char* to;
  ErrorCode code;
  const char* says;
};

TEST(LedgerCodec, NamesWhatIsWrong) {
  const std::vector<Broken> table{
      {"barrier", R"("v":1)", R"("v":3)", ErrorCode::kConflict, "version 3"},
      {"intake", R"("v":2)", R"("v":1)", ErrorCode::kInvalid, "digest"},
      {"intake", R"(00ff1122aabbccdd)", R"(00ff1122aabbccd)", ErrorCode::kInvalid, "16 hex digits"},
      {"barrier", R"("kind":"barrier")", R"("kind":"closed")", ErrorCode::kConflict, "closed"},
      {"rejected", R"("code":"invalid-data")", R"("code":"too-strange")", ErrorCode::kConflict, "too-strange"},
      {"barrier", R"("v":1,)", "", ErrorCode::kInvalid, "begin with \"v\""},
      {"barrier", R"("height":2)", R"("height":-2)", ErrorCode::kInvalid, "\"height\""},
      {"barrier", R"("height":2)", R"("height":9007199254740992)", ErrorCode::kInvalid, "\"height\""},
      {"barrier", R"("height":2)", R"("height":2.0)", ErrorCode::kInvalid, "\"height\""},
      {"barrier", R"("height":2)", R"("height":2,"height":2)", ErrorCode::kInvalid, "double"},
      {"barrier", R"("term":3,)", "", ErrorCode::kInvalid, "lacks \"term\""},
      {"barrier", R"("height":2,)", R"("wight":2,)", ErrorCode::kInvalid, "\"wight\" of block is unknown"},
      {"barrier", R"("previous":"a)", R"("previous":"A)", ErrorCode::kInvalid, "64 hex digits"},
      {"barrier", R"("recorded":"2017-03-01T02:00:00.125Z")", R"("recorded":"2017-03-01T10:00:00.125+08:00")", ErrorCode::kInvalid,
       "\"recorded\""},
      {"barrier", R"("recorded":"2017-03-01T)", R"("recorded":"2017-13-01T)", ErrorCode::kInvalid, "\"recorded\""},
      {"barrier", R"("records":[{)", R"("records":[],"more":[{)", ErrorCode::kInvalid, "\"records\""},
      {"barrier", R"("kind":"barrier","body":{"nonce":"c0ffee.2"})", R"("body":{},"kind":"barrier")", ErrorCode::kInvalid,
       "begin with \"kind\""},
      {"barrier", R"(,"body":{"nonce":"c0ffee.2"})", "", ErrorCode::kInvalid, "barrier lacks \"body\""},
      {"accepted", R"("tag":"00ff)", R"("tag":"00FF)", ErrorCode::kInvalid, "16 hex digits"},
      {"accepted", R"("backfill":true)", R"("backfill":false)", ErrorCode::kInvalid, "\"backfill\""},
      {"accepted", R"("set":"start")", R"("set":"begin")", ErrorCode::kInvalid, "\"set\""},
      {"accepted", R"("displaces":[37,39])", R"("displaces":[37,"39"])", ErrorCode::kInvalid, "\"displaces\""},
      {"accepted", R"("event":{)", R"("event":5,"x":{)", ErrorCode::kInvalid, "\"event\""},
      {"parked", R"("until":"2017)", R"("until":"20x7)", ErrorCode::kInvalid, "\"until\""},
      {"duplicates", R"("docket.intake.calls")", R"("docket.intake.zzz")", ErrorCode::kInvalid, "\"next\""},
      {"duplicates", R"("epoch":1,)", "", ErrorCode::kInvalid, "lacks \"epoch\""},
  };
  for (const Broken& row : table) {
    std::string bytes = encode_block(samples().at(row.sample));
    const std::size_t at = bytes.find(row.from);
    ASSERT_NE(at, std::string::npos) << row.from;
    bytes.replace(at, std::string_view(row.from).size(), row.to);
    for (const auto& read : {decode_block(bytes)}) {
      ASSERT_FALSE(read.ok()) << bytes;
      EXPECT_EQ(read.error().code, row.code) << bytes << "\n" << read.error().message;
      EXPECT_THAT(read.error().message, HasSubstr(row.says));
    }
  }
}

TEST(LedgerCodec, NothingMayStandBeforeOrBehindABlock) {
  const std::string bytes = encode_block(samples().at("barrier"));
  for (const std::string& text :
       {bytes + "x", bytes + bytes, bytes + "{}", " " + bytes, bytes + "\n", std::string("[]"), std::string(), std::string("5")}) {
    EXPECT_FALSE(decode_block(text).ok()) << text;
    EXPECT_FALSE(decode_head(text).ok()) << text;
  }
  EXPECT_FALSE(decode_block(std::string(kBlockBytesMax + 1, ' ')).ok());
}

TEST(LedgerCodec, ARecordAddsNoMoreThanTheStatedOverhead) {
  Block block = samples().at("barrier");
  const std::size_t before = encode_block(block).size();
  Record record = testing::parked_sample();
  record.detail.clear();
  block.records.push_back(record);
  EXPECT_LE(encode_block(block).size(), before + record.event.size() + kRecordOverheadBytes);
}

// Bytes of the golden files put together wrongly, from a fixed seed: the readers refuse or hold their promises.
TEST(LedgerCodec, MutatedBlocksAreRefusedOrReadBack) {
  std::mt19937_64 random(4711);
  std::vector<std::string> seeds;
  for (const auto& [name, block] : samples()) seeds.push_back(encode_block(block));
  static constexpr std::string_view kTokens[] = {"\"",
                                                 "{",
                                                 "}",
                                                 "[",
                                                 "]",
                                                 ",",
                                                 ":",
                                                 "0",
                                                 "-",
                                                 "1e9",
                                                 "null",
                                                 "true",
                                                 "\\u0000",
                                                 "\\ud800",
                                                 "\xff",
                                                 "\"v\":1,",
                                                 "\"kind\":\"barrier\","};
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = seeds[random() % seeds.size()];
    for (std::uint64_t n = random() % 3 + 1; n > 0; --n) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random() % 256);
          break;
        case 1:
          text.insert(at, kTokens[random() % std::size(kTokens)]);
          break;
        case 2:
          text.erase(at, random() % 40);
          break;
        default:
          text.insert(at, seeds[random() % seeds.size()].substr(random() % 200, random() % 60));
          break;
      }
      if (text.empty()) text = "{";
    }
    ASSERT_EQ(testing::broken_property(text), "") << text;
    read += decode_block(text).ok() ? 1 : 0;
  }
  EXPECT_GT(read, 100);
}

TEST(LedgerPosition, HashIsSha256) {
  EXPECT_EQ(hash_text(block_hash("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_prefix(block_hash("abc")), 0xba7816bf8f01cfeaULL);
  EXPECT_EQ(zero_hash_text(), std::string(64, '0'));
}

TEST(LedgerPosition, TextReadsBack) {
  const std::vector<Position> positions{{0, 0, 0}, {7, 123456, 0x00ff00000000000aULL}, {31, model::kNoHeight - 1, ~0ULL}};
  for (const Position& position : positions) {
    const auto read = parse_position(position_text(position));
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, position);
  }
  EXPECT_EQ(position_text(positions[1]), "7.123456.00ff00000000000a");
  const auto all = parse_positions(positions_text(positions));
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(*all, positions);
}

TEST(LedgerPosition, RefusesWhatIsNone) {
  for (const char* text : {"", "7", "7.1", "7.1.00ff00000000000", "7.1.00FF00000000000a", "-1.1.00ff00000000000a", "7.01.00ff00000000000a",
                           "7. 1.00ff00000000000a", "7.1.00ff00000000000a.", "99999999999.1.00ff00000000000a"}) {
    EXPECT_FALSE(parse_position(text).ok()) << text;
  }
  EXPECT_FALSE(parse_positions("7.1.00ff00000000000a,").ok());
  EXPECT_FALSE(parse_positions("").ok());
}

}  // namespace
}  // namespace docket::ledger
