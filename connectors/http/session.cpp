#include "connectors/http/session.h"

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <cstring>
#include <exception>

#include "connectors/http/negotiation.h"
#include "connectors/service/problem.h"

namespace docket::http {
namespace {

constexpr std::size_t kReadBytes = 32 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::array<std::string_view, 9> kMethods{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"};

// A constant with the method's name, so that labels need no copy.
std::string_view method_label(std::string_view method) {
  const auto* known = std::find(kMethods.begin(), kMethods.end(), method);
  return known == kMethods.end() ? std::string_view("_OTHER") : *known;
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Session::Session(Lane& lane, Socket socket, std::uint64_t id)
    : lane_(lane),
      shared_(lane.shared),
      socket_(std::move(socket)),
      id_(id),
      reader_(lane.shared.options.reader),
      in_(std::max(kReadBytes, 2 * lane.shared.options.reader.header_bytes_max)) {}

void Session::start() {
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  idle_deadline_ = Clock::now() + std::chrono::milliseconds(shared_.options.idle_deadline_ms);
  advance();
}

void Session::read() {
  if (in_begin_ > 0) {
    std::memmove(in_.data(), in_.data() + in_begin_, in_end_ - in_begin_);
    in_end_ -= in_begin_;
    in_begin_ = 0;
  }
  reading_ = true;
  socket_.async_read_some(asio::buffer(in_.data() + in_end_, in_.size() - in_end_),
                          [self = shared_from_this()](boost::system::error_code error, std::size_t bytes) { self->on_read(error, bytes); });
}

void Session::on_read(boost::system::error_code error, std::size_t bytes) {
  reading_ = false;
  if (dead_) return;
  if (error && error != asio::error::eof) return abort();
  if (error) {
    eof_ = true;
    closing_ = true;
  } else if (!closing_) {
    in_end_ += bytes;
  }
  if (stream_ != nullptr) {
    in_begin_ = in_end_ = 0;
    return eof_ ? abort() : read();
  }
  if (lingering_) {
    if (eof_) return abort();
    in_begin_ = in_end_ = 0;
    return read();
  }
  advance();
}

bool Session::may_take_more() const {
  return !closing_ && slots_.size() < shared_.options.pipelined_max && unsent_bytes_ < shared_.options.unsent_bytes_max;
}

void Session::consume() {
  while (may_take_more()) {
    std::size_t used = 0;
    const auto step = reader_.feed(std::string_view(in_.data() + in_begin_, in_end_ - in_begin_), used);
    in_begin_ += used;
    if (step == RequestReader::Step::kHead) {
      on_head();
    } else if (step == RequestReader::Step::kDone) {
      on_request();
    } else if (step == RequestReader::Step::kFault) {
      refuse(reader_.fault());
    } else {
      // Bytes that can't be used until more come, and no room for more: a chunk extension without end.
      if (in_end_ - in_begin_ == in_.size()) refuse({"malformed-request", "a line of the request is too long"});
      break;
    }
  }
  const auto now = Clock::now();
  if (!reader_.in_request()) {
    request_deadline_.reset();
    idle_deadline_ = now + std::chrono::milliseconds(shared_.options.idle_deadline_ms);
  } else if (!request_deadline_) {
    request_deadline_ = now + std::chrono::milliseconds(shared_.options.request_deadline_ms);
  }
}

void Session::on_head() {
  const RequestHead& head = reader_.head();
  plan_ = shared_.router.plan(head, shared_.options.access.get());
  if (plan_.act == Plan::Act::kAnswer) {
    if (head.has_body) refuse(std::move(plan_.answer));  // its body isn't worth waiting for
    return;
  }
  if (!reader_.set_body_limit(plan_.body_bytes_max)) return refuse(reader_.fault());
  if (!head.has_body) return;
  const std::size_t bytes = head.content_length ? static_cast<std::size_t>(*head.content_length) : plan_.body_bytes_max;
  if (!shared_.budget.take(bytes))
    return refuse(service::problem_answer("overloaded", "too many large requests are under way", plan_.language));
  lease_ = BodyLease(&shared_.budget, bytes);
  if (head.expects_continue && in_begin_ == in_end_) {
    Slot& slot = push_slot();
    slot.interim = true;
    slot.ready = true;
    slot.bytes = kContinue;
    unsent_bytes_ += slot.bytes.size();
  }
}

Session::Slot& Session::push_slot() {
  Slot& slot = slots_.emplace_back();
  slot.started = Clock::now();
  slot.language = "en";
  slot.method = "_OTHER";
  return slot;
}

void Session::on_request() {
  const RequestHead& head = reader_.head();
  const std::uint64_t number = first_slot_ + slots_.size();
  Slot& slot = push_slot();
  slot.method = method_label(head.method);
  slot.head_only = head.method == "HEAD";
  slot.route = plan_.route;
  slot.language = plan_.language;
  slot.allow = std::move(plan_.allow);
  slot.request_id = lane_.request_ids.of(head.request_id);
  slot.if_none_match = head.if_none_match;
  slot.close = !head.keep_alive || lane_.stopping;
  slot.lease = std::move(lease_);
  lease_ = BodyLease();
  if (slot.close) closing_ = true;
  std::string body = reader_.take_body();
  slot.request_bytes = body.size();
  reader_.reset();
  Plan plan = std::exchange(plan_, Plan{});

  if (plan.act == Plan::Act::kAnswer) return complete(slot, std::move(plan.answer));
  if (plan.act == Plan::Act::kQuery) {
    slot.target = std::move(plan.target);
    token_ = std::move(plan.token);
    return start_query(number, std::move(plan));
  }
  plan.publish.body = std::move(body);
  try {
    shared_.service.publish(std::move(plan.publish), [mailbox = lane_.mailbox, session = id_, number](service::Answer answer) {
      mailbox->put(Delivery{session, number, std::move(answer), false});
    });
  } catch (const std::exception& failure) {
    complete(slot, service::problem_answer("internal", failure.what(), slot.language));
  }
}

void Session::start_query(std::uint64_t number, Plan plan) {
  auto job = [mailbox = lane_.mailbox, session = id_, number, &shared = shared_, query = std::move(plan.query)] {
    service::Answer answer;
    try {
      answer = shared.service.query(query);
      if (query.route == "/metrics" && answer.status == 200) answer.body += shared.metrics.text();
    } catch (const std::exception& failure) {
      answer = service::problem_answer("internal", failure.what(), query.language);
    }
    mailbox->put(Delivery{session, number, std::move(answer), false});
  };
  QueryPool& pool = plan.is_probe ? shared_.probes : shared_.reads;
  if (pool.post(std::move(job))) return;
  Slot& slot = slots_[number - first_slot_];
  complete(slot, service::problem_answer("overloaded", "too many reads are waiting", slot.language));
}

void Session::deliver(Delivery delivery) {
  const auto number = delivery.slot;
  if (dead_) return;
  if (number == kStreamPart) return take_part(std::move(delivery));
  if (number < first_slot_ || number - first_slot_ >= slots_.size()) return;
  Slot& slot = slots_[number - first_slot_];
  if (!slot.ready) complete(slot, std::move(delivery.answer));
}

void Session::complete(Slot& slot, service::Answer answer) {
  if (answer.status == 200 && slot.if_none_match && etag_matches(*slot.if_none_match, answer.etag) && slot.method != "POST") {
    answer.status = 304;
    answer.body.clear();
  }
  auto stream = std::exchange(answer.stream, nullptr);
  if (stream != nullptr && shared_.streams >= shared_.options.streams_max)
    answer = service::problem_answer("overloaded", "too many streams are open", slot.language);
  add_trace_id(answer, slot.request_id);
  if (stream != nullptr && answer.status == 200) begin_stream(slot, answer, std::move(stream));
  RenderOptions how;
  how.date = lane_.date.now();
  how.request_id = slot.request_id;
  how.language = slot.language;
  how.allow = slot.allow;
  how.head_only = slot.head_only;
  how.close = slot.close || lane_.stopping;
  std::string link;
  if (!answer.next_page.empty()) link = with_page_token(slot.target, answer.next_page);
  how.next_link = link;
  render(slot.bytes, answer, how);
  slot.ready = true;
  slot.lease = BodyLease();
  unsent_bytes_ += slot.bytes.size();

  const auto taken = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - slot.started).count();
  const auto duration_us = static_cast<std::uint64_t>(std::max<std::int64_t>(taken, 0));
  shared_.metrics.record(lane_.index, slot.method, slot.route, answer.status, duration_us);
  if (shared_.options.access_log) {
    shared_.options.access_log(
        {slot.method, slot.route, answer.status, duration_us, slot.request_bytes, slot.bytes.size(), now_ms(), slot.request_id});
  }
}

void Session::refuse(service::Answer answer) {
  closing_ = true;
  Slot& slot = push_slot();
  slot.method = method_label(reader_.head().method);
  slot.head_only = slot.method == "HEAD";
  slot.request_id = lane_.request_ids.of(reader_.head().request_id);
  slot.route = plan_.route;
  slot.language = plan_.language.empty() ? std::string_view("en") : plan_.language;
  slot.allow = std::move(plan_.allow);
  slot.close = true;
  complete(slot, std::move(answer));
}

void Session::refuse(const ReadFault& fault) {
  const std::string_view language = plan_.language.empty() ? std::string_view("en") : plan_.language;
  std::string detail = fault.detail;
  const auto format = plan_.publish.format;
  const bool single = format == service::BodyFormat::kEvent || format == service::BodyFormat::kBinary;
  if (fault.type == "too-large" && plan_.act == Plan::Act::kPublish && single) {
    detail += "; one event may have 64 KiB, larger data goes by dataref";
  }
  refuse(service::problem_answer(fault.type, std::move(detail), language));
}

void Session::advance() {
  if (dead_) return;
  if (stream_ == nullptr) consume();
  if (dead_) return;
  if (stream_ != nullptr) pump_stream(Clock::now());
  write();
  if (!writing_ && closing_ && slots_.empty() && stream_ == nullptr) return end();
  if (!reading_ && (may_take_more() || stream_ != nullptr)) read();  // of a stream's client only that it is gone
}

void Session::write() {
  if (writing_) return;
  while (!slots_.empty() && slots_.front().ready) {
    out_ += slots_.front().bytes;
    stream_ = std::move(slots_.front().stream);
    slots_.pop_front();
    ++first_slot_;
    if (stream_ != nullptr) slots_.clear();  // nothing comes behind it
  }
  if (out_.empty()) return;
  writing_ = true;
  write_deadline_ = Clock::now() + std::chrono::milliseconds(shared_.options.write_deadline_ms);
  asio::async_write(socket_, asio::buffer(out_), [self = shared_from_this()](boost::system::error_code error, std::size_t) {
    self->writing_ = false;
    if (self->dead_) return;
    if (error) return self->abort();
    self->unsent_bytes_ -= self->out_.size();
    self->out_.clear();
    self->told_ = Clock::now();
    self->advance();
  });
}

void Session::end() {
  if (lingering_) return;
  if (eof_ || lane_.stopping) return abort();
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  lingering_ = true;
  linger_deadline_ = Clock::now() + std::chrono::milliseconds(shared_.options.linger_deadline_ms);
  in_begin_ = in_end_ = 0;
  if (!reading_) read();
}

void Session::sweep(Clock::time_point now) {
  if (dead_) return;
  if ((lingering_ && now > linger_deadline_) || (writing_ && now > write_deadline_)) return abort();
  if (closing_) return;
  if (request_deadline_ && now > *request_deadline_) {
    refuse({"request-timeout", "a request must arrive within " + std::to_string(shared_.options.request_deadline_ms) + " ms"});
    advance();
  } else if (!request_deadline_ && slots_.empty() && !writing_ && now > idle_deadline_) {
    abort();
  }
}

void Session::finish() {
  if (dead_) return;
  if (!reader_.in_request()) closing_ = true;
  if (lingering_) return abort();
  if (stream_ != nullptr && !asking_ && !writing_) end_stream();
  advance();
}

void Session::abort() {
  if (dead_) return;
  dead_ = true;
  *gone_ = true;
  if (streaming_) --shared_.streams;
  if (stream_timer_) stream_timer_->cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  lane_.sessions.erase(id_);
  shared_.metrics.connection_closed();
  const std::lock_guard lock(shared_.mutex);
  --shared_.connections;
  shared_.changed.notify_all();
}

}  // namespace docket::http
