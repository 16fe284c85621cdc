#include "connectors/kafka/output_producer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace docket::kafka {

std::string resume_text(const Resume& resume) { return std::to_string(resume.height) + "." + std::to_string(resume.offset); }

bool parse_resume(std::string_view text, Resume& out) {
  const auto* const end = text.data() + text.size();
  const auto height = std::from_chars(text.data(), end, out.height);
  if (height.ec != std::errc{} || height.ptr == end || *height.ptr != '.') return false;
  const auto offset = std::from_chars(height.ptr + 1, end, out.offset);
  return offset.ec == std::errc{} && offset.ptr == end && out.offset >= 0;
}

Result<std::unique_ptr<OutputProducer>> OutputProducer::make(Options options, std::function<void()> news) {
  std::unique_ptr<OutputProducer> made(new OutputProducer(std::move(options)));
  Settings settings = made->options_.settings;
  const bool given = std::any_of(settings.config.begin(), settings.config.end(), [](const auto& one) { return one.first == "linger.ms"; });
  if (!given) settings.config.emplace_back("linger.ms", std::to_string(made->options_.linger_ms));
  auto client = make_producer(settings, &OutputProducer::delivered, made.get());
  if (!client) return client.error();
  made->client_ = std::move(*client);
  made->topic_.reset(rd_kafka_topic_new(made->client_.get(), made->options_.topic.c_str(), nullptr));
  if (!made->topic_) return as_error(rd_kafka_last_error(), "topic " + made->options_.topic);
  made->news_ = std::make_unique<QueueNews>(Queue(rd_kafka_queue_get_main(made->client_.get())), std::move(news));
  return made;
}

// Purged, so that its end doesn't wait for brokers that don't answer; the reports of that are taken, as they hold memory of ours.
OutputProducer::~OutputProducer() {
  if (!client_) return;
  news_.reset();
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  for (int i = 0; i < 100 && under_way_ > 0; ++i) rd_kafka_poll(client_.get(), 10);
  topic_.reset();
}

bool OutputProducer::send(const OutputMessage& message) {
  if (!dead_.empty()) return false;
  auto sent =
      std::make_unique<OutputReport>(OutputReport{message.partition, message.token, -1, message.key.size() + message.value.size(), {}});
  const std::string resume = resume_text(message.resume);
  rd_kafka_headers_t* const headers = rd_kafka_headers_new(5);
  const auto header = [&](const char* name, std::string_view value) {
    rd_kafka_header_add(headers, name, -1, value.data(), static_cast<ssize_t>(value.size()));
  };
  header(kPositionHeader, message.position);
  header(kResumeHeader, resume);
  header(kWriterHeader, options_.writer);
  header(kLedgerHeader, options_.ledger);
  header("content-type", "application/json");
  std::array<rd_kafka_vu_t, 8> parts{};
  auto part = parts.begin();
  const auto next = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
    part->vtype = type;
    return *part++;
  };
  next(RD_KAFKA_VTYPE_RKT).u.rkt = topic_.get();
  next(RD_KAFKA_VTYPE_PARTITION).u.i32 = message.partition;
  next(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
  const auto bytes = [&](rd_kafka_vtype_t type, std::string_view text) {
    auto& memory = next(type).u.mem;
    memory.ptr = const_cast<char*>(text.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast): it is copied
    memory.size = text.size();
  };
  bytes(RD_KAFKA_VTYPE_KEY, message.key);
  bytes(RD_KAFKA_VTYPE_VALUE, message.value);
  next(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = message.recorded;
  next(RD_KAFKA_VTYPE_HEADERS).u.headers = headers;
  next(RD_KAFKA_VTYPE_OPAQUE).u.ptr = sent.get();
  const ClientError error(rd_kafka_produceva(client_.get(), parts.data(), parts.size()));
  if (error) {
    rd_kafka_headers_destroy(headers);
    if (rd_kafka_error_code(error.get()) != RD_KAFKA_RESP_ERR__QUEUE_FULL)
      dead_ = as_error(rd_kafka_error_code(error.get()), "producing to " + options_.topic).message;
    return false;
  }
  ++under_way_;
  static_cast<void>(sent.release());  // back in delivered()
  return true;
}

void OutputProducer::delivered(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* opaque) {
  auto* const self = static_cast<OutputProducer*>(opaque);
  const std::unique_ptr<OutputReport> sent(static_cast<OutputReport*>(message->_private));
  --self->under_way_;
  sent->offset = message->offset;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) sent->error = as_error(message->err, "producing to " + self->options_.topic).message;
  self->told_.push_back(std::move(*sent));
}

std::vector<OutputReport> OutputProducer::poll() {
  rd_kafka_poll(client_.get(), 0);
  std::array<char, 512> why{};
  if (dead_.empty() && rd_kafka_fatal_error(client_.get(), why.data(), why.size()) != RD_KAFKA_RESP_ERR_NO_ERROR)
    dead_ = std::string("fatal: ") + why.data();
  return std::exchange(told_, {});
}

}  // namespace docket::kafka
