#include <signal.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <functional>
#include <iostream>
#include <random>
#include <thread>

#include "bench/floors/floors.h"
#include "bench/floors/raw_rocks.h"
#include "connectors/embedded/value_codec.h"
#include "engine/ledger/block_codec.h"

namespace docket::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Handler = std::function<std::string(std::uint64_t number)>;

constexpr int kServeThreads = 2;
constexpr std::uint64_t kBodyMax = 64U << 20U;
constexpr std::size_t kSampleKeys = 20'000;
constexpr std::size_t kGroups = 50;  // cells of one answer
constexpr std::size_t kNullBody = 200;
constexpr std::size_t kHistoryEvents = 5;  // records of one answer, each in a block of its own
constexpr std::size_t kEventBytes = 500;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Socket socket, const Handler& handler) : socket_(std::move(socket)), handler_(handler) {
    socket_.set_option(asio::ip::tcp::no_delay(true));
  }

  void read() {
    parser_.emplace();
    parser_->body_limit(kBodyMax);
    http::async_read(socket_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->answer();
    });
  }

 private:
  void answer() {
    response_ = {};
    response_.version(11);
    response_.result(http::status::ok);
    response_.set(http::field::content_type, "application/json");
    response_.body() = handler_(number_++);
    response_.prepare_payload();
    http::async_write(socket_, response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->read();
    });
  }

  Socket socket_;
  const Handler& handler_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  std::uint64_t number_ = std::random_device{}();
};

// One thread: an io_context and an acceptor of its own, as the measured server has them.
class Lane {
 public:
  explicit Lane(const Handler& handler) : handler_(handler), acceptor_(io_) {}
  std::uint16_t open(std::uint16_t port) {
    acceptor_.open(asio::ip::tcp::v4());
    const int on = 1;
    ::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    acceptor_.bind({asio::ip::address_v4::loopback(), port});
    acceptor_.listen(1024);
    accept();
    return acceptor_.local_endpoint().port();
  }
  void start() {
    std::thread([this] { io_.run(); }).detach();
  }

 private:
  void accept() {
    acceptor_.async_accept(io_, [this](beast::error_code error, Socket socket) {
      if (!error) std::make_shared<Session>(std::move(socket), handler_)->read();
      accept();
    });
  }

  const Handler& handler_;
  asio::io_context io_{1};
  Acceptor acceptor_;
};

std::vector<std::string> sample_keys(const RawRocks& rocks, const std::string& family) {
  std::vector<std::string> keys;
  std::mt19937_64 random(1);
  std::uint64_t seen = 0;
  const std::unique_ptr<rocksdb::Iterator> each(rocks.db->NewIterator({}, rocks.family(family)));
  for (each->SeekToFirst(); each->Valid(); each->Next()) {
    ++seen;
    if (keys.size() < kSampleKeys) {
      keys.push_back(each->key().ToString());
    } else if (const auto at = random() % seen; at < keys.size()) {
      keys[at] = each->key().ToString();
    }
  }
  return keys;
}

struct Stores {
  std::unique_ptr<RawRocks> projections;
  std::unique_ptr<RawRocks> ledger;
};

std::uint64_t mix(std::uint64_t number) { return number * 0x9E3779B97F4A7C15ULL >> 20U; }

// The value at the last key that is not above one of `keys`.
std::string seek_one(rocksdb::Iterator& rows, const std::vector<std::string>& keys, std::uint64_t number) {
  rows.SeekForPrev(keys[mix(number) % keys.size()]);
  return rows.Valid() ? rows.value().ToString() : std::string();
}

Handler history_handler(const std::shared_ptr<Stores>& stores, const std::shared_ptr<std::vector<std::string>>& cases) {
  auto blocks = std::make_shared<std::vector<std::string>>(sample_keys(*stores->ledger, "blocks"));
  return [stores, cases, blocks](std::uint64_t number) {
    std::string out;
    stores->projections->db->Get({}, stores->projections->family("cases"), (*cases)[mix(number) % cases->size()], &out);
    const std::unique_ptr<rocksdb::Iterator> rows(stores->ledger->db->NewIterator({}, stores->ledger->family("blocks")));
    for (std::size_t i = 0; i < kHistoryEvents; ++i) {
      const auto block = embedded::unpack_value(seek_one(*rows, *blocks, number * kHistoryEvents + i), ledger::kBlockBytesMax);
      if (block) out += block->substr(0, kEventBytes);
    }
    return out;
  };
}

Result<Handler> handler_of(const std::string& mode, const std::shared_ptr<Stores>& stores) {
  if (mode == "null") return Handler([](std::uint64_t) { return std::string(kNullBody, 'x'); });
  RawRocks* const rocks = stores->projections.get();
  const std::string family = mode == "cells" ? "metrics_known" : "cases";
  if (rocks->family(family) == nullptr) return Error{ErrorCode::kInvalid, "no family " + family, false};
  auto keys = std::make_shared<std::vector<std::string>>(sample_keys(*rocks, family));
  if (keys->empty()) return Error{ErrorCode::kInvalid, "no rows in " + family, false};
  if (mode == "history") return history_handler(stores, keys);
  if (mode == "cells") {
    return Handler([stores, rocks, keys, family](std::uint64_t number) {
      std::string out;
      const std::unique_ptr<rocksdb::Iterator> rows(rocks->db->NewIterator({}, rocks->family(family)));
      for (std::size_t g = 0; g < kGroups; ++g) {
        out += seek_one(*rows, *keys, number * kGroups + g);
      }
      return out;
    });
  }
  return Handler([stores, rocks, keys, family](std::uint64_t number) {
    std::string value;
    if (!rocks->db->Get({}, rocks->family(family), (*keys)[mix(number) % keys->size()], &value).ok()) value = "gone";
    return value;
  });
}

}  // namespace

int floor_serve(const std::string& mode, const std::string& data) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto stores = std::make_shared<Stores>();
  if (mode != "null") {
    auto projections = open_raw(store_folder(data), OpenAs::kReadOnly);
    auto ledger = open_raw(data + "/ledger", OpenAs::kReadOnly);
    if (!projections || !ledger) {
      std::cerr << (projections ? ledger.error().message : projections.error().message) << "\n";
      return 1;
    }
    stores->projections = std::move(*projections);
    stores->ledger = std::move(*ledger);
  }
  const auto handler = handler_of(mode, stores);
  if (!handler) {
    std::cerr << handler.error().message << "\n";
    return 1;
  }
  std::vector<std::unique_ptr<Lane>> lanes;
  std::uint16_t port = 0;
  for (int t = 0; t < kServeThreads; ++t) {
    lanes.push_back(std::make_unique<Lane>(*handler));
    port = lanes.back()->open(port);
  }
  for (const auto& lane : lanes) lane->start();
  std::cout << "ready on http://127.0.0.1:" << port << std::endl;
  int number = 0;
  sigwait(&signals, &number);
  std::quick_exit(0);
}

}  // namespace docket::bench
