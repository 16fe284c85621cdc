#include "connectors/kafka/client.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>

namespace docket::kafka {
namespace {

struct ConfEnd {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, ConfEnd>;

struct Fixed {
  const char* name;
  const char* value;
};

// What a block's validity rests on (docs/decisions/0011-kafka-home.md). A message never expires: what came behind it would be void.
constexpr std::array<Fixed, 6> kProducerFixed{{
    {"enable.idempotence", "true"},
    {"acks", "all"},
    {"message.timeout.ms", "0"},
    {"max.in.flight.requests.per.connection", "5"},
    {"retries", "2147483647"},
    {"delivery.report.only.error", "false"},
}};
constexpr std::array<Fixed, 6> kReaderFixed{{
    {"group.id", "docket"},  // librdkafka assigns only with one; nobody ever joins it
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"enable.partition.eof", "true"},
    {"auto.offset.reset", "error"},
    {"check.crcs", "true"},
}};
// Other names of the same, and what would change what a message is.
constexpr std::array kRefused{"isolation.level",          "request.required.acks", "delivery.timeout.ms",      "max.in.flight",
                              "message.send.max.retries", "transactional.id",      "enable.gapless.guarantee", "group.instance.id",
                              "bootstrap.servers",        "metadata.broker.list",  "enable.auto.offset.store", "test.mock.num.brokers",
                              "auto.commit.enable"};

// Wanted unless the operator says otherwise.
constexpr std::array<Fixed, 7> kUsual{{
    {"client.id", "docket"},
    {"socket.nagle.disable", "true"},
    {"socket.keepalive.enable", "true"},
    {"reconnect.backoff.ms", "50"},
    {"reconnect.backoff.max.ms", "1000"},
    {"log.connection.close", "false"},
    {"allow.auto.create.topics", "false"},
}};
constexpr std::array<Fixed, 4> kProducerUsual{{
    {"linger.ms", "0"},
    {"compression.codec", "lz4"},
    {"request.timeout.ms", "5000"},
    {"socket.timeout.ms", "6000"},
}};
constexpr std::array<Fixed, 4> kStaysUsual{{
    {"fetch.wait.max.ms", "100"},  // what is assigned, or is at its end, is known of after one such wait: a start has two of them
    {"fetch.message.max.bytes", "1048576"},
    {"queued.min.messages", "20000"},
    {"queued.max.messages.kbytes", "16384"},
}};
constexpr std::array<Fixed, 6> kReaderUsual{{
    {"fetch.wait.max.ms", "5"},  // nobody fetches but to reach an end
    {"fetch.message.max.bytes", "4194304"},
    {"queued.min.messages", "10000"},
    {"queued.max.messages.kbytes", "65536"},
    {"fetch.error.backoff.ms", "50"},
    {"socket.timeout.ms", "5000"},
}};

bool is_fixed(const std::string& name) {
  const auto named = [&](const Fixed& fixed) { return name == fixed.name; };
  return std::any_of(kProducerFixed.begin(), kProducerFixed.end(), named) || std::any_of(kReaderFixed.begin(), kReaderFixed.end(), named) ||
         std::find(kRefused.begin(), kRefused.end(), name) != kRefused.end();
}

Status set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) == RD_KAFKA_CONF_OK) return {};
  return Error{ErrorCode::kInvalid, "Kafka setting " + name + "=" + value + ": " + why.data()};
}

// Errors, and what the setting `debug` asks for.
void log_line(const rd_kafka_t* /*client*/, int level, const char* /*facility*/, const char* text) {
  constexpr int kError = 3;
  constexpr int kDebug = 7;
  if (level <= kError || level == kDebug) std::fprintf(stderr, "docket: kafka: %s\n", text);
}

Status set_all(rd_kafka_conf_t* conf, const auto& rows) {
  for (const Fixed& row : rows) {
    if (auto done = set(conf, row.name, row.value); !done) return done;
  }
  return {};
}

enum class Use : std::uint8_t { kProducer, kLedger, kFollower, kIntake, kMember };

Result<Conf> make_conf(const Settings& settings, Use use) {
  const bool producer = use == Use::kProducer;
  Conf conf(rd_kafka_conf_new());
  rd_kafka_conf_set_log_cb(conf.get(), log_line);
  if (auto done = set_all(conf.get(), kUsual); !done) return done.error();
  if (auto done = producer ? set_all(conf.get(), kProducerUsual) : set_all(conf.get(), kReaderUsual); !done) return done.error();
  if (use == Use::kIntake || use == Use::kFollower) {
    if (auto done = set_all(conf.get(), kStaysUsual); !done) return done.error();
  }
  for (const auto& [name, value] : settings.config) {
    if (is_fixed(name))
      return Error{ErrorCode::kInvalid, "Kafka setting " + name + "=" + value + ": the ledger rests on this one; it can't be given"};
    if (auto done = set(conf.get(), name, value); !done) return done.error();
  }
  if (auto done = producer ? set_all(conf.get(), kProducerFixed) : set_all(conf.get(), kReaderFixed); !done) return done.error();
  if (!producer) {
    if (auto done = set(conf.get(), "isolation.level", use == Use::kIntake ? "read_committed" : "read_uncommitted"); !done)
      return done.error();
  }
  if (auto done = set(conf.get(), "bootstrap.servers", settings.brokers); !done) return done.error();
  return conf;
}

Result<Client> make(rd_kafka_type_t type, Conf conf) {
  std::array<char, 512> why{};
  rd_kafka_t* const client = rd_kafka_new(type, conf.get(), why.data(), why.size());
  if (client == nullptr) return Error{ErrorCode::kInvalid, std::string("Kafka settings: ") + why.data()};
  static_cast<void>(conf.release());
  return Client(client);
}

}  // namespace

Result<std::pair<std::string, std::string>> parse_setting(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return Error{ErrorCode::kInvalid, "--kafka-config takes NAME=VALUE, not '" + std::string(text) + "'"};
  return std::pair{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

Status check(const Settings& settings) {
  if (settings.brokers.empty()) return Error{ErrorCode::kInvalid, "--brokers takes HOST:PORT,... and is empty"};
  // What librdkafka finds only when all settings are there, it says when a client is made; nothing connects before it is used.
  auto producer = make_producer(settings, nullptr, nullptr);
  if (!producer) return producer.error();
  auto reader = make_reader(settings);
  if (!reader) return reader.error();
  return {};
}

Result<Client> make_producer(const Settings& settings, Delivered delivered, void* opaque) {
  auto conf = make_conf(settings, Use::kProducer);
  if (!conf) return conf.error();
  rd_kafka_conf_set_opaque(conf->get(), opaque);
  if (delivered != nullptr) rd_kafka_conf_set_dr_msg_cb(conf->get(), delivered);
  return make(RD_KAFKA_PRODUCER, std::move(*conf));
}

Result<Client> make_reader(const Settings& settings, ReaderKind kind) {
  auto conf = make_conf(settings, kind == ReaderKind::kIntake     ? Use::kIntake
                                  : kind == ReaderKind::kFollower ? Use::kFollower
                                                                  : Use::kLedger);
  if (!conf) return conf.error();
  auto client = make(RD_KAFKA_CONSUMER, std::move(*conf));
  if (client) rd_kafka_poll_set_consumer(client->get());
  return client;
}

QueueNews::QueueNews(Queue queue, std::function<void()> news) : queue_(std::move(queue)), news_(std::move(news)) {
  rd_kafka_queue_cb_event_enable(
      queue_.get(), [](rd_kafka_t*, void* opaque) { static_cast<QueueNews*>(opaque)->news_(); }, this);
}

QueueNews::~QueueNews() { rd_kafka_queue_cb_event_enable(queue_.get(), nullptr, nullptr); }

Result<Client> make_member(const Settings& settings, const Membership& membership, Rebalance rebalance, void* opaque) {
  auto conf = make_conf(settings, Use::kMember);
  if (!conf) return conf.error();
  const std::pair<std::string, std::string> rows[] = {
      {"group.id", membership.group},
      {"group.instance.id", membership.instance},
      {"session.timeout.ms", std::to_string(membership.session_ms)},
      {"heartbeat.interval.ms", std::to_string(std::max(membership.session_ms / 6, 100))},
      {"max.poll.interval.ms", "60000"},
      {"partition.assignment.strategy", "range"},
      {"auto.offset.reset", "latest"},
      {"enable.partition.eof", "false"},
      {"fetch.wait.max.ms", "500"},
  };
  for (const auto& [name, value] : rows) {
    if (auto done = set(conf->get(), name, value); !done) return done.error();
  }
  rd_kafka_conf_set_opaque(conf->get(), opaque);
  rd_kafka_conf_set_rebalance_cb(conf->get(), rebalance);
  auto client = make(RD_KAFKA_CONSUMER, std::move(*conf));
  if (client) rd_kafka_poll_set_consumer(client->get());
  return client;
}

Error as_error(rd_kafka_resp_err_t code, const std::string& doing, const std::string& more) {
  ErrorCode kind = ErrorCode::kUnavailable;
  switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      kind = ErrorCode::kNotFound;
      break;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      kind = ErrorCode::kInvalid;
      break;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
      kind = ErrorCode::kConflict;
      break;
    default:
      break;
  }
  std::string text = doing + ": " + rd_kafka_err2str(code) + " (" + rd_kafka_err2name(code) + ")";
  if (!more.empty() && text.find(more) == std::string::npos) text += ", " + more;
  return Error{kind, std::move(text), kind == ErrorCode::kUnavailable};
}

std::string library_version() { return rd_kafka_version_str(); }

}  // namespace docket::kafka
