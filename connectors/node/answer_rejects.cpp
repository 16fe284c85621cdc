#include "connectors/node/answer_rejects.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "connectors/node/declared.h"
#include "connectors/node/page_token.h"
#include "engine/ledger/block_codec.h"

namespace docket::node {
namespace {

using Ends = std::array<model::Height, model::kPartitions>;

// One partition read backwards, block by block.
struct Reel {
  model::Height end = 0;  // the records below it are still to come
  std::optional<ledger::Block> block;
};

// "12,0,7,...": the ends of all partitions. Only what page_place() has checked comes here.
std::string text_of(const std::array<Reel, model::kPartitions>& reels) {
  std::string out;
  for (const auto& reel : reels) out += (out.empty() ? "" : ",") + std::to_string(reel.end);
  return out;
}

Ends ends_from(std::string_view text) {
  Ends out{};
  const char* at = text.data();
  for (auto& end : out) {
    const auto [rest, error] = std::from_chars(at, text.data() + text.size(), end);
    if (error != std::errc{}) break;
    at = rest + 1;
  }
  return out;
}

json::object reject_json(const ledger::Record& record, Instant recorded, int partition, model::Height height) {
  json::array errors;
  for (const auto& error : record.errors)
    errors.push_back(json::object{{"pointer", error.pointer}, {"detail", error.detail}, {"code", error.code}});
  return json::object{{"recorded", instant_json(recorded)},
                      {"source", record.source},
                      {"id", record.id},
                      {"subject", record.subject},
                      {"type", record.type},
                      {"code", std::string(model::name(record.code))},
                      {"detail", record.detail.empty() ? std::string(model::info(record.code).en) : record.detail},
                      {"errors", std::move(errors)},
                      {"partition", partition},
                      {"height", std::to_string(height)}};
}

bool one_of(const std::vector<std::string>& values, std::string_view value) {
  return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
}

class Scan {
 public:
  Scan(const BlockAt& block_at, const ScanLimits& limits) : block_at_(block_at), limits_(limits) {}

  // The partition whose next block is the newest; nullopt: nothing is left, or the limit is reached (`stopped`).
  [[nodiscard]] std::optional<std::size_t> newest(std::array<Reel, model::kPartitions>& reels) {
    std::optional<std::size_t> best;
    for (std::size_t p = 0; p < reels.size(); ++p) {
      if (reels[p].end == 0) continue;
      if (!reels[p].block && !load(static_cast<int>(p), reels[p])) return std::nullopt;
      if (!best || reels[p].block->recorded > reels[*best].block->recorded) best = p;
    }
    return best;
  }
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  bool load(int partition, Reel& reel) {
    // The heads of all partitions are needed to know the newest, so they are always read.
    if (blocks_ >= std::max<std::size_t>(limits_.blocks_max, model::kPartitions + 1) || bytes_ >= limits_.bytes_max) return false;
    const auto stored = block_at_(partition, reel.end - 1);
    if (!stored) {
      status_ = stored.error();
      return false;
    }
    auto block = ledger::decode_block(stored->value);
    if (!block) {
      status_ = block.error();
      return false;
    }
    ++blocks_;
    bytes_ += stored->value.size();
    reel.block = std::move(*block);
    return true;
  }

  const BlockAt& block_at_;
  const ScanLimits& limits_;
  std::size_t blocks_ = 0;
  std::size_t bytes_ = 0;
  Status status_;
};

}  // namespace

service::Answer answer_rejects(const definition::Bundle& bundle, const ReadModel& store, const BlockAt& block_at, const Params& params,
                               const ScanLimits& limits) {
  const auto page_size = static_cast<std::size_t>(std::clamp<std::int64_t>(params.integer("page_size", 50), 1, 1000));
  const auto sources = params.all("source");
  const auto codes = params.all("code");
  for (const auto& source : sources) check_source(bundle, source);
  for (const auto& code : codes) check_rejection_code(code);
  std::array<Reel, model::kPartitions> reels;
  if (const auto place = page_place(params); !place.empty()) {
    const auto ends = ends_from(place);
    for (std::size_t p = 0; p < reels.size(); ++p) reels[p].end = ends[p];
  } else {
    for (std::size_t p = 0; p < reels.size(); ++p) reels[p].end = store.position(static_cast<int>(p)).height;
  }
  Scan scan(block_at, limits);
  json::array rows;
  Instant back_to = model::kNoInstant;
  while (rows.size() < page_size) {
    const auto p = scan.newest(reels);
    if (!p) break;
    auto& reel = reels[*p];
    back_to = reel.block->recorded;
    while (reel.end > reel.block->height && rows.size() < page_size) {
      --reel.end;
      const auto& record = reel.block->records[static_cast<std::size_t>(reel.end - reel.block->height)];
      if (record.kind != ledger::RecordKind::kRejected) continue;
      if (!one_of(sources, record.source) || !one_of(codes, model::name(record.code))) continue;
      rows.push_back(reject_json(record, reel.block->recorded, static_cast<int>(*p), reel.end));
    }
    if (reel.end == reel.block->height) reel.block.reset();
  }
  if (!scan.status()) throw std::runtime_error(scan.status().error().message);
  const bool more = std::any_of(reels.begin(), reels.end(), [](const Reel& reel) { return reel.end > 0; });
  json::object page{{"rejects", std::move(rows)}, {"page_size", page_size}, {"back_to", instant_json(back_to)}};
  const std::string next = more ? page_token(params.query(), text_of(reels)) : std::string();
  if (more) page["next_page_token"] = next;
  auto answer = json_answer(page);
  answer.next_page = next;
  return answer;
}

}  // namespace docket::node
