// Hands import batches to a running server. Thread rule: one thread; publish() answers before it returns. Ownership: its connection.
#pragma once

#include <string>

#include "connectors/cli/http_client.h"
#include "connectors/files/publisher.h"
#include "engine/model/result.h"

namespace docket::local {

class HttpPublisher final : public files::Publisher {
 public:
  HttpPublisher(const std::string& server, bool dry_run, std::string token = {});
  struct Served {
    std::string office;
    std::string ledger;
  };
  [[nodiscard]] Result<Served> served();
  void publish(files::EventBatch events, files::PublishDone done) override;

 private:
  Result<cli::ServerAddress> address_;
  std::unique_ptr<cli::HttpClient> client_;
  bool dry_run_;
};

}  // namespace docket::local
