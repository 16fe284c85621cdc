// One connection, and what its I/O thread (a lane) holds. Requests may be pipelined: each takes a slot, the answers
// leave in the order of the slots, and all that are ready leave in one write.
// Thread rule: everything here belongs to its lane's thread; Shared is constant or does its own locking.
#pragma once

#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "connectors/http/http_metrics.h"
#include "connectors/http/mailbox.h"
#include "connectors/http/query_pool.h"
#include "connectors/http/request_id.h"
#include "connectors/http/request_reader.h"
#include "connectors/http/response.h"
#include "connectors/http/router.h"
#include "connectors/http/server.h"

namespace docket::http {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

// What all lanes share.
struct Shared {
  Shared(Options given, service::Service& behind);

  const Options options;
  service::Service& service;
  const Router router;
  BodyBudget budget;
  HttpMetrics metrics;
  std::atomic<std::size_t> streams{0};
  QueryPool reads;
  QueryPool follows;  // what streams look for: never before ordinary reads
  QueryPool probes;   // /livez, /readyz and /metrics never wait behind slow reads
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t connections = 0;  // guarded by mutex
};

class Session;

inline constexpr std::uint64_t kStreamPart = ~std::uint64_t{0};  // in the place of a slot's number

struct Lane {
  Lane(Shared& all, std::size_t number);
  void add(Socket socket);
  void drain();  // takes the mailbox's answers to their sessions
  void sweep();  // looks at every session's deadline, from time to time
  void finish();
  void abort();

  Shared& shared;
  const std::size_t index;
  asio::io_context io{1};
  asio::executor_work_guard<Executor> work;
  Timer timer;
  std::shared_ptr<Mailbox> mailbox;
  DateText date;
  RequestIds request_ids;
  std::unordered_map<std::uint64_t, std::shared_ptr<Session>> sessions;
  std::uint64_t last_session = 0;
  bool stopping = false;
  std::thread thread;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Lane& lane, Socket socket, std::uint64_t id);

  void start();
  void deliver(Delivery delivery);
  void advance();  // reads what is buffered, writes what is ready, then reads on, or ends
  void sweep(Clock::time_point now);
  void finish();  // answers what is under way, then closes
  void abort();   // closes now

 private:
  struct Slot {
    bool ready = false;
    std::string bytes;
    std::string_view method;
    std::string_view route;
    std::string_view language;
    std::string allow;
    std::string request_id;
    std::optional<std::string> if_none_match;
    Target target;
    bool head_only = false;
    bool close = false;
    bool interim = false;  // 100 Continue
    std::shared_ptr<service::Stream> stream;
    std::size_t request_bytes = 0;
    Clock::time_point started;
    BodyLease lease;
  };

  // stream.cpp: a body that goes on and on
  void begin_stream(Slot& slot, service::Answer& answer, std::shared_ptr<service::Stream> stream);
  void pump_stream(Clock::time_point now);
  [[nodiscard]] bool may_follow() const;
  void take_part(Delivery part);
  void end_stream();

  void read();
  void on_read(boost::system::error_code error, std::size_t bytes);
  void consume();
  [[nodiscard]] bool may_take_more() const;
  void on_head();
  void on_request();
  void refuse(service::Answer answer);
  void refuse(const ReadFault& fault);
  Slot& push_slot();
  void complete(Slot& slot, service::Answer answer);
  void start_query(std::uint64_t number, Plan plan);
  void write();
  void end();

  Lane& lane_;
  Shared& shared_;
  Socket socket_;
  const std::uint64_t id_;
  RequestReader reader_;
  Plan plan_;
  BodyLease lease_;
  std::vector<char> in_;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  std::deque<Slot> slots_;
  std::uint64_t first_slot_ = 0;  // number of slots_.front()
  std::string out_;
  std::size_t unsent_bytes_ = 0;  // of ready slots and of out_
  bool reading_ = false;
  bool writing_ = false;
  bool closing_ = false;    // no further request is taken
  bool lingering_ = false;  // our side is shut; the rest of theirs is dropped
  bool eof_ = false;
  bool dead_ = false;
  // Of a connection whose last answer is a stream.
  std::shared_ptr<service::Stream> stream_;
  std::optional<Timer> stream_timer_;                                                     // while there is nothing to tell
  bool streaming_ = false;                                                                // it is counted
  std::string token_;                                                                     // by which it was granted
  std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);  // nobody waits for a part any more
  bool asking_ = false;                                                                   // a read thread looks for more
  bool stream_more_ = true;                                                               // there is more, without looking
  Clock::time_point told_;                                                                // when something was last sent
  std::optional<Clock::time_point> request_deadline_;
  Clock::time_point write_deadline_;
  Clock::time_point idle_deadline_;
  Clock::time_point linger_deadline_;
};

}  // namespace docket::http
