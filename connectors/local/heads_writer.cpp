#include "connectors/local/heads_writer.h"

#include <chrono>
#include <iostream>
#include <utility>

#include "engine/ledger/heads.h"

namespace docket::local {

Status HeadsWriter::start() {
  auto file = embedded::HeadsFile::open(home_.data / "heads.ndjson");
  if (!file) return file.error();
  file_.emplace(std::move(*file));
  thread_ = std::thread([this] { run(); });
  return {};
}

void HeadsWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || !file_) return;
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
  if (auto written = file_->append(line); written.ok()) {
    last_ = std::move(heads);
    failed_ = false;
    if (tell_) tell_(line);
  } else if (!std::exchange(failed_, true)) {
    std::cerr << "docket: signed heads are not written: " << written.error().message << "\n";
  }
}

}  // namespace docket::local
