// GET /v1/events/stream: accepted events as they are applied, as text/event-stream (WHATWG HTML, server-sent events). Each carries as its
// id the place behind it in all partitions, from which a client goes on. Of one partition they come in the order of its chain; over
// partitions by the recorded instant, as far as it is known. A private value stands there as {"sealed": true}. Thread rule: as
// service::Stream. Ownership: the node outlives it.
#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "connectors/node/case_filters.h"
#include "connectors/node/node.h"

namespace docket::node {

// Heights from which each partition is to be told on, and in which ledger (a tag of its id), as opaque text.
struct StreamPlace {
  std::uint32_t ledger = 0;
  std::array<model::Height, static_cast<std::size_t>(model::kPartitions)> next{};
};
[[nodiscard]] std::uint32_t ledger_tag(std::string_view ledger_id);
[[nodiscard]] std::string place_text(const StreamPlace& place);
[[nodiscard]] std::optional<StreamPlace> parse_place(std::string_view text);

class EventStream final : public service::Stream {
 public:
  // Throws BadParameter.
  EventStream(Node& node, const Reading& reading, const Params& params);
  [[nodiscard]] Part next(std::size_t bytes) override;
  [[nodiscard]] bool news() const override { return node_.applied() != seen_; }

 private:
  [[nodiscard]] bool look(const Reading& reading, int partition, std::size_t& budget);
  [[nodiscard]] bool is_meant(const Reading& reading, const ToldEvent& told) const;

  Node& node_;
  Filters filters_;
  bool by_case_ = false;  // some filter asks for the case as it is
  std::vector<std::string> kinds_;
  std::vector<std::string> events_;
  std::vector<std::string> cases_;
  StreamPlace at_;
  std::array<ToldEventPtr, static_cast<std::size_t>(model::kPartitions)> heads_;  // of each the next that is to be told
  std::atomic<std::uint64_t> seen_{0};
  bool begun_ = false;
  std::size_t passed_over_ = 0;  // parts since something was told
};

}  // namespace docket::node
