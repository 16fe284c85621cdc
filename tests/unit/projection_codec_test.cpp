// Values as bytes: what goes in comes out; damage and hostile sizes are refused.
#include <gtest/gtest.h>

#include <string>

#include "projections/cases/case_row.h"
#include "projections/codec/codec.h"
#include "projections/codec/crc32c.h"
#include "projections/codec/frame.h"
#include "projections/codec/model_archive.h"
#include "projections/metrics/series.h"
#include "projections/store/families.h"

namespace docket::projections {
namespace {

model::CaseState full_case() {
  model::CaseState state;
  state.id = "T1";
  state.bundle = "0123456789abcdef";
  state.kind = 3;
  state.round = 2;
  state.voided = true;
  state.backfilled = true;
  state.quarantined = true;
  state.version = 17;
  state.revision = 12;
  state.opened_recorded = 1'488'333'600'000;
  state.last_recorded = 1'488'333'700'000;
  state.last = {1'488'333'650'000, -4, 99};
  state.scope.state = 5;
  using model::Value;
  state.scope.attributes = {{1, 0, Value::integer(-7)},
                            {2, 0, Value::decimal(1500)},
                            {3, 0, Value::flag(true)},
                            {4, 0, Value::date(17226)},
                            {5, 0, Value::instant(-1)},
                            {6, 1, Value::symbol(9)},
                            {7, 2, Value::text("诉求")},
                            {8, 0, Value::sealed("k.n.c")},
                            {9, 0, {}},
                            {10, 0, Value::list({Value::text("a"), Value::list({Value::integer(1)})})}};
  model::ClockInstance clock;
  clock.clock = 2;
  clock.status = model::ClockInstance::Status::kPaused;
  clock.round = 2;
  clock.nth = 3;
  clock.late_forever = clock.adjusted = clock.provisional = true;
  clock.window = clock.timed = clock.fired = clock.passed = true;
  clock.extensions = 1;
  clock.unit = calendar::LimitUnit::kWorkingDays;
  clock.start = 11;
  clock.due = 12;
  clock.original_due = 13;
  clock.stop = 14;
  clock.paused_at = 15;
  clock.pauses = {{15, 16}, {17, 19}};
  clock.ended = 17;
  clock.since = 18;
  clock.holder = Value::symbol(4);
  clock.notices = {{10, "yellow", 3}, {20, "red", model::kNone8}};
  state.scope.clocks = {clock, model::ClockInstance{}};
  state.scope.counts = {{1, 2, 3, 4, 5}};
  state.scope.back = {{4, {{1, model::ClockInstance::Status::kRunning}}, {{65537, model::ClockInstance::Status::kPaused}}}};
  model::PartInstance part;
  part.part = 1;
  part.key = Value::text("城管局");
  part.nth = 2;
  part.round = 2;
  part.scope.state = model::kCleared;
  part.scope.clocks = {clock};
  state.parts = {part};
  state.links = {{1, "T2", true}};
  state.attended = 19;
  state.breaches = {{1, Value::text("城管局"), 2, 2, 3, 12, 20}};
  state.waived = {{0, 2, 1, "a1"}};
  state.authors = {{5, "a2"}, {6, "a3"}};
  return state;
}

std::string full_payload() {
  cases::CaseRow row;
  row.state = std::make_shared<const model::CaseState>(full_case());
  row.tail = {3, 2, "tail bytes"};
  return cases::encode_case(row);
}

TEST(ProjectionCodec, CaseComesBackWhole) {
  const auto row = cases::decode_case(full_payload());
  ASSERT_TRUE(row.ok()) << row.error().message;
  EXPECT_EQ(*row->state, full_case());
  EXPECT_EQ(row->tail.chunks, 3U);
  EXPECT_EQ(row->tail.rows, 2U);
  EXPECT_EQ(row->tail.bytes, "tail bytes");
  EXPECT_EQ(cases::encode_case(*row), full_payload());
}

TEST(ProjectionCodec, CaseWithoutStateComesBack) {
  const auto row = cases::decode_case(cases::encode_case({nullptr, {0, 1, "x"}}));
  ASSERT_TRUE(row.ok());
  EXPECT_EQ(row->state, nullptr);
  EXPECT_EQ(row->tail.bytes, "x");
}

// Bytes on disk may not change by accident: a new layout is a new version (codec::kValueVersion), or a new format of the whole store,
// which a program of another format never reads.
TEST(ProjectionCodec, LayoutIsTheStoredOne) {
  EXPECT_EQ(codec::kValueVersion, 1);
  EXPECT_EQ(store::kFormatVersion, 5U);
  EXPECT_EQ(codec::crc32c(full_payload()), 0x80B41EFFU);
}

TEST(ProjectionCodec, EveryCutIsRefused) {
  const std::string payload = full_payload();
  for (std::size_t size = 0; size < payload.size(); ++size) EXPECT_FALSE(cases::decode_case(payload.substr(0, size)).ok()) << size;
  EXPECT_FALSE(cases::decode_case(payload + "x").ok());
}

TEST(ProjectionCodec, EveryFlippedBitIsRefusedByTheFrame) {
  std::string framed;
  codec::append_frame(framed, full_payload());
  ASSERT_TRUE(codec::open_frame(framed).ok());
  for (std::size_t bit = 0; bit < framed.size() * 8; ++bit) {
    std::string damaged = framed;
    damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ (1U << (bit % 8)));
    EXPECT_FALSE(codec::open_frame(damaged).ok()) << "bit " << bit;
  }
  for (std::size_t size = 1; size < framed.size(); ++size) EXPECT_FALSE(codec::open_frame(framed.substr(0, size)).ok()) << size;
}

// A payload that got past its checksum (a defect of ours) still can't make decoding allocate or crash.
TEST(ProjectionCodec, FlippedBitsWithoutFrameNeverAllocateMuch) {
  const std::string payload = full_payload();
  for (std::size_t bit = 0; bit < payload.size() * 8; ++bit) {
    std::string damaged = payload;
    damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ (1U << (bit % 8)));
    const auto row = cases::decode_case(damaged);
    if (row.ok() && row->state) {
      EXPECT_LT(cases::state_bytes(*row->state), 1'000'000U);
    }
  }
}

TEST(ProjectionCodec, HostileSizesAreRefused) {
  for (const std::string& size : {std::string("\xff\xff\xff\xff\x7f"), std::string("\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
                                  std::string("\x05"), std::string(12, '\xff'), std::string()}) {
    std::string text;
    EXPECT_FALSE(codec::decode(size, text).ok());
    std::vector<model::ClockInstance> clocks;
    EXPECT_FALSE(codec::decode(size, clocks).ok());
    EXPECT_TRUE(clocks.size() < 8);
  }
}

TEST(ProjectionCodec, ListsDeeperThanTheBoundAreRefused) {
  model::Value value = model::Value::integer(1);
  for (int i = 0; i < codec::kValueDepthMax; ++i) value = model::Value::list({value});
  std::string payload;
  codec::encode(payload, value);
  model::Value back;
  EXPECT_TRUE(codec::decode(payload, back).ok());
  EXPECT_EQ(back, value);
  payload.clear();
  codec::encode(payload, model::Value::list({value}));
  EXPECT_FALSE(codec::decode(payload, back).ok());
}

TEST(ProjectionCodec, UnknownValueTypeIsRefused) {
  model::Value back;
  EXPECT_FALSE(codec::decode(std::string("\x63\0\0\0\0\0\0\0\0", 9), back).ok());
}

TEST(ProjectionCodec, CheckSumIsCrc32c) {
  EXPECT_EQ(codec::crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(codec::crc32c(""), 0U);
  EXPECT_EQ(codec::crc32c(std::string(32, '\0')), 0x8A9136AAU);
}

TEST(ProjectionCodec, SeriesComeBackWithoutTrailingZeros) {
  const metrics::Series series = {0, -1, 63, -64, 64, INT64_MAX, INT64_MIN};
  const auto back = metrics::decode_series(metrics::encode_series(series));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, series);
  EXPECT_EQ(metrics::encode_series(metrics::Series{1, 0, 0}), metrics::encode_series(metrics::Series{1}));
  EXPECT_EQ(metrics::encode_series(metrics::Series{}), std::string(1, '\0'));
  metrics::SparseSeries sum = {{0, 5}, {3, 1}, {70, 2}};
  metrics::add_to(sum, {{1, 4}, {3, -1}, {70, -2}, {90, 0}});
  EXPECT_EQ(sum, (metrics::SparseSeries{{0, 5}, {1, 4}, {3, 0}, {70, 0}, {90, 0}}));
  EXPECT_EQ(metrics::encode_series(sum), metrics::encode_series(metrics::Series{5, 4})) << "what has come to nothing is left out";
  metrics::Series wide(3000);
  wide[1] = 7;
  wide[100] = -2;
  wide[2500] = 300;
  const std::string sparse = metrics::encode_series(wide);
  EXPECT_EQ(sparse, std::string("\xFF\x01\x0E\x62\x03\xDF\x12\xD8\x04", 9)) << "on disk: passed over, number";
  wide.resize(2501);
  EXPECT_EQ(*metrics::decode_series(sparse), wide);
  EXPECT_FALSE(metrics::decode_series(std::string("\xFF\x01", 2)).ok()) << "cut off";
  EXPECT_FALSE(metrics::decode_series(std::string("\xFF\x62\x00", 3)).ok()) << "a zero that is not left out";
  EXPECT_FALSE(metrics::decode_series(std::string("\xFF\x01\x0E", 3)).ok()) << "would have been written the other way";
  EXPECT_FALSE(metrics::decode_series("\xFF\xFF\xFF\xFF\x0F\x02").ok()) << "too far";
  EXPECT_FALSE(metrics::decode_series("").ok());
  EXPECT_FALSE(metrics::decode_series("\x02\x01").ok());
  EXPECT_FALSE(metrics::decode_series(std::string(1, '\0') + "x").ok());
}

}  // namespace
}  // namespace docket::projections
