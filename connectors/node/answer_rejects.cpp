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

// One partition's refusals, read backwards.
struct Reel {
  model::Height end = 0;       // the refusals below it are still to come
  std::vector<RejectAt> rows;  // a page of them, the newest first
  std::size_t at = 0;          // in rows
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

// Of a record of an intake topic: where it stands there. Its body is the ledger's own: {"topic":...,"epoch":...,"offset":...}.
void add_intake(json::object& row, const ledger::Record& record) {
  if (record.body.empty()) return;
  boost::system::error_code error;
  const auto body = json::parse(record.body, error);
  const auto* object = error ? nullptr : body.if_object();
  if (object == nullptr || !object->contains("topic")) return;
  for (const char* name : {"topic", "epoch", "offset"}) {
    if (const auto* value = object->if_contains(name)) row[name] = *value;
  }
}

json::object reject_json(const ledger::Record& record, Instant recorded, int partition, model::Height height) {
  json::array errors;
  for (const auto& error : record.errors)
    errors.push_back(json::object{{"pointer", error.pointer}, {"detail", error.detail}, {"code", error.code}});
  json::object row{{"recorded", instant_json(recorded)},
                   {"source", record.source},
                   {"id", record.id},
                   {"subject", record.subject},
                   {"type", record.type},
                   {"code", std::string(model::name(record.code))},
                   {"detail", record.detail.empty() ? std::string(model::info(record.code).en) : record.detail},
                   {"errors", std::move(errors)},
                   {"partition", partition},
                   {"height", std::to_string(height)}};
  add_intake(row, record);
  return row;
}

bool one_of(const std::vector<std::string>& values, std::string_view value) {
  return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
}

class Scan {
 public:
  Scan(const ReadModel& store, const BlockAt& block_at, const ScanLimits& limits) : store_(store), block_at_(block_at), limits_(limits) {}

  // The partition whose next refusal is the newest; nullopt: nothing is left, or so many have been looked at.
  [[nodiscard]] std::optional<std::size_t> newest(std::array<Reel, model::kPartitions>& reels) {
    std::optional<std::size_t> best;
    for (std::size_t p = 0; p < reels.size(); ++p) {
      fill(static_cast<int>(p), reels[p]);
      if (reels[p].end == 0) continue;
      if (!best || next_of(reels[p]).recorded > next_of(reels[*best]).recorded) best = p;
    }
    if (best && ++rows_ > limits_.rows_max) return std::nullopt;
    return best;
  }
  // Whether any refusal is left.
  [[nodiscard]] bool more(std::array<Reel, model::kPartitions>& reels) const {
    bool any = false;
    for (std::size_t p = 0; p < reels.size(); ++p) {
      fill(static_cast<int>(p), reels[p]);
      any = any || reels[p].end > 0;
    }
    return any;
  }
  static const RejectAt& next_of(const Reel& reel) { return reel.rows[reel.at]; }
  static void pass(Reel& reel) { reel.end = reel.rows[reel.at++].height; }

  // The record itself; throws if the ledger can't be read. nullptr: blocks of so many bytes have been read.
  [[nodiscard]] const ledger::Record* record(int partition, Reel& reel) {
    const auto height = next_of(reel).height;
    if (!reel.block || height < reel.block->height) {
      if (bytes_ >= limits_.bytes_max) return nullptr;
      const auto stored = block_at_(partition, height);
      if (!stored) throw std::runtime_error(stored.error().message);
      auto block = ledger::decode_block(stored->value);
      if (!block) throw std::runtime_error(block.error().message);
      bytes_ += stored->value.size();
      reel.block = std::move(*block);
    }
    return &reel.block->records.at(static_cast<std::size_t>(height - reel.block->height));
  }

 private:
  // `end` becomes 0 when there are no more.
  void fill(int partition, Reel& reel) const {
    if (reel.end == 0 || reel.at < reel.rows.size()) return;
    reel.rows = store_.rejected(partition, reel.end, kRowsAtOnce);
    reel.at = 0;
    if (reel.rows.empty()) reel.end = 0;
  }

  static constexpr std::size_t kRowsAtOnce = 256;
  const ReadModel& store_;
  const BlockAt& block_at_;
  const ScanLimits& limits_;
  std::size_t rows_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

service::Answer answer_rejects(const definition::Bundle& bundle, const ReadModel& store, const BlockAt& block_at, const Params& params,
                               const ScanLimits& limits) {
  const auto page_size = asked_page_size(params, 50);
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
  Scan scan(store, block_at, limits);
  json::array rows;
  Instant back_to = model::kNoInstant;
  while (rows.size() < page_size) {
    const auto p = scan.newest(reels);
    if (!p) break;
    auto& reel = reels[*p];
    const auto& next = Scan::next_of(reel);
    if (one_of(sources, next.source) && one_of(codes, model::name(next.code))) {
      const auto* record = scan.record(static_cast<int>(*p), reel);
      if (record == nullptr) break;
      rows.push_back(reject_json(*record, next.recorded, static_cast<int>(*p), next.height));
    }
    back_to = next.recorded;
    Scan::pass(reel);
  }
  const bool more = scan.more(reels);
  json::object page{{"rejects", std::move(rows)}, {"page_size", page_size}, {"back_to", instant_json(back_to)}};
  const std::string next = more ? page_token(params.query(), text_of(reels)) : std::string();
  if (more) page["next_page_token"] = next;
  auto answer = json_answer(page);
  answer.next_page = next;
  return answer;
}

}  // namespace docket::node
