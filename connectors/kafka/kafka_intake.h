// A worker's port to the intake topics: one consumer for all of them, partitions assigned by number, never by a group.
// Thread rule: one worker's; the function given to on_news() is called from threads of librdkafka's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/reader.h"
#include "engine/ledger/intake_port.h"

namespace docket::kafka {

class KafkaIntake final : public ledger::IntakePort {
 public:
  // `settings`: checked; `topics`: as the brokers name them.
  KafkaIntake(Settings settings, std::vector<std::string> topics) : settings_(std::move(settings)), topics_(std::move(topics)) {}

  [[nodiscard]] const std::vector<std::string>& topics() const override { return topics_; }
  [[nodiscard]] Result<ledger::IntakeRead> read(const std::string& topic, int partition, std::int64_t from, std::size_t bytes_max) override;
  [[nodiscard]] std::optional<std::int64_t> begin(const std::string& topic, int partition) override;
  [[nodiscard]] std::int64_t lag(const std::string& topic, int partition) const override;
  void on_news(std::function<void()> wake) override { wake_ = std::move(wake); }

 private:
  [[nodiscard]] Status open();
  [[nodiscard]] Reader::Place place(const std::string& topic, int partition) const;

  const Settings settings_;
  const std::vector<std::string> topics_;
  std::function<void()> wake_;
  std::map<Reader::Place, std::int64_t> next_;  // behind what was handed out
  std::unique_ptr<Reader> reader_;
};

}  // namespace docket::kafka
