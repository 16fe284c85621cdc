// A stream as a connection's last answer: parts as chunks, one at a time, each asked for when the one before is written; a comment when
// there is nothing to tell, so that both sides learn when the other is gone.
#include <cstdio>

#include "connectors/http/session.h"

namespace docket::http {
namespace {

constexpr std::size_t kPartBytes = 64 * 1024;
constexpr std::string_view kHeartbeat = ":\n\n";
constexpr std::string_view kEnd = "0\r\n\r\n";

void append_chunk(std::string& out, std::string_view text) {
  char size[24];
  out.append(size, static_cast<std::size_t>(std::snprintf(size, sizeof size, "%zx\r\n", text.size())));
  out += text;
  out += "\r\n";
}

}  // namespace

// HEAD asks whether there is one, and gets the same head.
void Session::begin_stream(Slot& slot, service::Answer& answer, std::shared_ptr<service::Stream> stream) {
  answer.stream = stream;  // for its head
  if (slot.head_only) return;
  slot.stream = std::move(stream);
  slot.close = true;
  closing_ = true;
  told_ = Clock::now();
  if (streaming_) return;  // another one before it in the same pipeline: that is the one that will be told
  streaming_ = true;
  ++shared_.streams;
}

// What was granted when it began may have been taken back since.
bool Session::may_follow() const {
  if (shared_.options.access == nullptr) return true;
  const auto caller = shared_.options.access->find(token_);
  return caller != nullptr && caller->read;
}

void Session::pump_stream(Clock::time_point now) {
  if (asking_ || writing_ || !out_.empty()) return;
  if (lane_.stopping || !may_follow()) return end_stream();
  if (now - told_ >= std::chrono::milliseconds(shared_.options.stream_heartbeat_ms)) {
    append_chunk(out_, kHeartbeat);
    unsent_bytes_ += out_.size();
    return;
  }
  if (stream_more_ || stream_->news()) {
    auto job = [mailbox = lane_.mailbox, session = id_, stream = stream_, gone = gone_] {
      if (*gone) return;
      Delivery part{session, kStreamPart, {}, false};
      try {
        auto next = stream->next(kPartBytes);
        part.answer.body = std::move(next.text);
        part.more = next.more;
      } catch (const std::exception&) {
        part.answer.status = 500;  // the head is out; what is left is to break off
      }
      mailbox->put(std::move(part));
    };
    asking_ = shared_.follows.post(std::move(job));
    if (asking_) return;
  }
  if (!stream_timer_) stream_timer_.emplace(lane_.io);
  stream_timer_->expires_after(std::chrono::milliseconds(shared_.options.stream_look_ms));
  stream_timer_->async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && !self->dead_) self->advance();
  });
}

void Session::take_part(Delivery part) {
  asking_ = false;
  if (stream_ == nullptr) return;
  if (part.answer.status != 200) return abort();
  stream_more_ = part.more;
  if (part.answer.body.empty()) return;
  append_chunk(out_, part.answer.body);
  unsent_bytes_ += out_.size();
}

void Session::end_stream() {
  stream_ = nullptr;
  out_ += kEnd;
  unsent_bytes_ += kEnd.size();
}

}  // namespace docket::http
