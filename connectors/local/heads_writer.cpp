#include "connectors/local/heads_writer.h"

#include <chrono>

#include "engine/ledger/heads.h"

namespace docket::local {

Status HeadsWriter::start() {
  auto file = embedded::HeadsFile::open(home_.data / "heads.ndjson");
  if (!file) return file.error();
  file_ = std::move(*file);
  thread_ = std::thread([this] { run(); });
  return {};
}

void HeadsWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (file_) write();
}

void HeadsWriter::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, std::chrono::seconds(10), [&] { return stopping_; })) {
    lock.unlock();
    write();
    lock.lock();
  }
}

void HeadsWriter::write() {
  std::vector<ledger::Position> heads;
  for (int partition = 0; partition < model::kPartitions; ++partition) heads.push_back(store_.position(partition));
  if (heads == last_) return;
  const std::string line = ledger::sign_heads(home_.ledger->ledger_id(), wall_clock(), heads, home_.keys->signing_seed());
  if (file_->append(line)) last_ = std::move(heads);  // a full disk: signed again at the next turn
}

}  // namespace docket::local
